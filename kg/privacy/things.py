"""What is said of things and diseases, not of people: "the Swan was withdrawn", "Paprosky 2A", "history of Addison".

Devices and diseases are called by a person's name alone where nobody can mistake them. People are not in situ, have no
article, and are no degree of a scale.
"""

from __future__ import annotations

import re

_PEOPLE = (
    r"(?!(?:been\s+|be\s+|\w+ly\s+)?"
    r"(?:notified|informed|told|paged|contacted|alerted|aware|made|called|spoken|seen|asked))"
)
_WITH_ARTICLE = re.compile(
    rf"\s+(?:(?:is|was|has|had|may|can|should|could|must|will|needs?|now|still)\s+{_PEOPLE}|(?:remains|lies|ends|terminates|"
    r"projects|overlies|appears|crosses|courses|extends|tip|removed|placed|in\s+(?:situ|place|good)|out)\b)"
)
"""What devices do, and what is done to them."""
_CALLED_BY_EPONYM = re.compile(
    r"\s+(?:in\s+(?:place|situ|good|satisfactory|stable|adequate|unchanged)|(?:with\s+)?(?:its\s+)?tip|unchanged|coiled|"
    r"kinked|remains|projects|overlies|terminates|ends|(?:is|was|has\s+been)\s+(?:removed|unchanged|pulled|withdrawn|"
    r"advanced|repositioned|exchanged|coiled|kinked|not\s+seen)|(?:removed|placed|inserted|advanced|withdrawn|"
    r"repositioned|exchanged)(?!\s+(?:the|this|a|an|his|her|by)\b))\b"
)
_DEGREE = re.compile(
    r"\s(?:\d{1,2}\s?%|[1-9][A-Ca-c]?|0-[IVX]+[a-c]?|[IVX]+[a-c]?|[A-D]|[A-Z]{1,2}\d[A-Z\d]{0,3}|negative|positive)"
    r"(?=\s?(?:[.,;)\n]|$)|\s[a-z]{4})|\s\d{1,3}(?:\.\d+)?\s?(?:mm|cm|degrees|points|weeks)\b"
)
_SIDE = (
    r"(?:the|its|a|both|left|right|upper|lower|middle|mid|main|main-?stem|proximal|distal|internal|external|superior|"
    r"inferior|anterior|posterior|descending|ascending|thoracic|cervical|lumbar|atrial|pulmonary|gastric|jugular|"
    r"subclavian|femoral|brachiocephalic|innominate|cavoatrial|gastroesophageal|body|level|of)"
)
_PLACE = (
    r"(?:stomach|fundus|pylorus|duodenum|jejunum|bowel|o?esophagus|atrium|atria|ventricle|veins?|artery|aorta|arch|"
    r"isthmus|SVC|IVC|vena\s+cava|IJ|trachea|carina|bronchus|bronchi|lungs?|lobe|apex|bases?|pleura|hemithorax|mediastinum|hilum|"
    r"heart|septum|appendage|ductus|valve|spine|clavicle|humerus|scapula|sternum|ribs?|vertebra|neck|abdomen|pelvis|"
    r"diaphragm|hemidiaphragm|skin|shoulder|axilla|junction|gastric\s+bubble|[TLC]\d+)"
)
_LIES = re.compile(
    r"\s+(?:(?:is|are|was|remains|lies|ends|terminates|now|still|tips?|coiled|looped|kinked|seen)\s+)*"
    r"(?:in\s+(?:place|situ|(?:good|satisfactory)\s+position)|"
    r"(?:in|at|over|overlies|into|across|within|below|above|past|beyond|near|through|along)"
    rf"\s+(?:{_SIDE}\s+)*{_PLACE}\b(?!\s+(?:clinic|unit|team|ward|meeting|conference|room|nurse|service)))\b"
)
"""Where things lie and people do not: "in situ", "tip in the right atrium"."""
_TRADE = re.compile(r"(?i:\b(?:retired|former|ex|occupation:|(?:works?|worked|job|trained) as an?)[ -])\Z")
_DISEASE = re.compile(
    r"(?i:\b(?:history of|hx(?:\s+of)?|h/o|known|diagnos(?:ed|is)(?:\s+(?:with|of))?|suspected|suspicion of|possible|"
    r"probable|query|rule out|r/o|exclude[sd]?|versus|vs\.?|differential(?: diagnosis)?(?: includes|:)?|"
    r"consistent with|compatible with|suggest(?:s|ive of)|concern(?:ing)? for|suspicious for|treated for|"
    r"treatment (?:of|for)|evaluate for|complicated by|features of|variant of|stigmata of)\s+)\Z"
)


def lies_in_body(after: str) -> bool:
    """Whether what follows a word says that a thing lies somewhere in the patient.

    Examples
    --------
    >>> lies_in_body(" tip in the right atrium."), lies_in_body(" was in the clinic.")
    (True, False)
    """
    return _LIES.match(after) is not None


def is_called_by_eponym(after: str) -> bool:
    """Whether what follows an eponym is said of a device, or is a degree of a scale.

    Examples
    --------
    >>> is_called_by_eponym(" has been withdrawn."), is_called_by_eponym(" 2A."), is_called_by_eponym(" was told.")
    (True, True, False)
    """
    return _CALLED_BY_EPONYM.match(after) is not None or _DEGREE.match(after) is not None


def does_like_device(after: str) -> bool:
    """Whether what follows a word with an article is what devices do, or is done to them.

    Examples
    --------
    >>> does_like_device(" was pulled back."), does_like_device(" was notified.")
    (True, False)
    """
    return _WITH_ARTICLE.match(after) is not None


def names_trade(before: str) -> bool:
    """Whether a trade is told next: "retired", "worked as a"."""
    return _TRADE.search(before) is not None


def names_disease(before: str) -> bool:
    """Whether a disease is told next: "history of", "consistent with"."""
    return _DISEASE.search(before) is not None


__all__ = ["does_like_device", "is_called_by_eponym", "lies_in_body", "names_disease", "names_trade"]
