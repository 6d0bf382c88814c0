"""Plain phrases in the words that the extractor knows: "fluid in the pleural space" is a pleural effusion.

A score that compares meanings must read free paraphrases; the extractor was built for reports, which rarely use them.
Rules are ordered, the longer first. They were written from a textbook's vocabulary and the development third of the
ranking cases.

Examples
--------
>>> normalise("Medium-sized collections of fluid surrounding each lung.")
'moderate bilateral pleural effusion.'
>>> normalise("Air in the right pleural space; the cardiac silhouette is big.")
'right pneumothorax; cardiomegaly.'
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_SIDE = r"(?P<side>left|right|both|each|bilateral|either)"
_SPACE = r"(?:pleural (?:space|cavity|cavities|spaces|sac)|pleura[el]?|hemithorax|chest cavity|hemithoraces)"

_ABBREVIATED = (
    ("RUL", "right upper lobe"), ("RML", "right middle lobe"), ("RLL", "right lower lobe"), ("LUL", "left upper lobe"),
    ("LLL", "left lower lobe"), ("LV", "left ventricle"), ("RV", "right ventricle"), ("CPA", "costophrenic angle"),
    ("PTX", "pneumothorax"), ("ETT", "endotracheal tube"), ("NGT", "nasogastric tube"), ("CVC", "central venous catheter"),
    ("SVC", "superior vena cava"), ("ICD", "pacemaker"),
)  # fmt: skip

_PLAIN: tuple[tuple[str, str], ...] = (
    (r"medium[- ]sized|medium|middling|moderate-sized", "moderate"),
    (r"sizeable|sizable|big|huge|voluminous|considerable", "large"),
    (r"minor|modest|little|subtle|faint|marginal(?:ly)?|scant|discrete", "small"),
    (r"gross(?:ly)?|pronounced|substantial(?:ly)?|profound(?:ly)?", "severe"),
    (r"sliver of|rim of|trace of|tiny amount of", "trace"),
    (r"(?:air[- ]?space|alveolar|lung|parenchymal) (?:shadowing|densit(?:y|ies)|opacification|whiteness)", "opacity"),
    (r"shadowing|densit(?:y|ies)|whiteness|opacification", "opacity"),
    (r"localised|localized|circumscribed", "focal"),
    (r"overexpanded lungs|overinflat\w+(?: lungs)?|over-inflat\w+(?: lungs)?|overexpansion|air[- ]trapped lungs", "hyperinflation"),
    (r"(?:no|without|zero) (?:interval )?growth", "unchanged"),
    (r"coarse(?:ned)? interstiti(?:um|al markings)|interstitial (?:markings|thickening|coarsening)", "interstitial prominence"),
    (r"non-?cavitary|non-?cavitating|without cavitation", "no cavity"),
    (r"not? (?:re)?expanded fully|airless", "atelectatic"),
    (r"tumou?rs?|neoplasms?|growths?\b", "mass"),
    (r"coin lesion|lesion of nodular form|small round lesion", "nodule"),
    (r"lung root", "hilum"),
    (r"costal (?:erosion|destruction)", "rib destruction"),
    (r"broken rib|rib break|previous (?:left-sided |right-sided )?rib trauma", "rib fracture"),
    (r"defibrillator(?: electrode)?|pacing (?:electrode|wire|device|box)|pacing system", "pacemaker"),
    (r"breathing tube|tracheal tube|intubation tube", "endotracheal tube"),
    (r"feeding tube|stomach tube|gastric tube|enteric tube", "nasogastric tube"),
    (r"pleural drain|intercostal drain|chest drain|thoracostomy tube", "chest tube"),
    (r"central line|jugular line|subclavian line|central catheter|PICC(?: line)?", "central venous catheter"),
    (r"decannulated", "tracheostomy tube removed"),
    (r"(?:tracheal|airway) bifurcation", "carina"),
    (r"free gas|free air|gas|air(?= (?:under|beneath|below) the)", "free air"),
    (r"(?:free )?air (?:under|beneath|below) the (?:\w+ )?(?:hemi)?diaphragms?|free intraperitoneal (?:air|gas)", "pneumoperitoneum"),
    (r"(?:air|gas) in the (?:soft tissues|chest wall)|surgical emphysema", "subcutaneous emphysema"),
    (r"(?:partial(?:ly)? |complete(?:ly)? )?collapse of the lung|collapsed lung", "pneumothorax"),
    (r"water on the lungs?|fluid overload(?: of the lungs)?|oedematous lungs|pulmonary congestion|wet lungs", "pulmonary edema"),
    (r"(?:lung|pulmonary) infection|infective (?:change|process|opacity|consolidation)|infectious (?:process|opacity)", "pneumonia"),
    (r"hollow(?:ed)?(?: out)?|excavat\w+", "cavitary"),
    (r"(?:cardiac (?:silhouette|size|dimensions?|contour|shadow|diameter)|heart(?: size| shadow)?)"
     r" (?:is |are |appears? |remains? )?(?:markedly |mildly |slightly |moderately |severely |grossly )?"
     r"(?:big|large|enlarged|increased|too wide|widened|expanded|prominent)|enlarged heart|heart enlargement|big heart",
     "cardiomegaly"),
    (r"(?:cardiac|heart) (?:size|dimensions?|silhouette|contour|shadow|diameter)? ?(?:is |are )?"
     r"(?:unremarkable|normal|not enlarged|within normal limits)", "the heart is normal in size"),
    (r"dry pleurae|no (?:pleural )?fluid|pleural spaces? (?:are |is )?(?:dry|free of fluid|clear)|free of (?:pleural )?fluid",
     "no pleural effusion"),
    (r"(?:free|clear) of (?:disease|focal disease)", "clear"),
    (r"windpipe", "trachea"),
    (r"breastbone", "sternum"),
    (r"thoracic spine|backbone|spinal column", "spine"),
)  # fmt: skip

_FILLED = (
    (re.compile(rf"(?P<amount>small|moderate|large|trace|severe)?\s*(?:collections? of |amounts? of |pool of )?(?:pleural )?"
                rf"(?:fluid|liquid|water) (?:in|within|surrounding|around|filling|at|layering in)\s+(?:the )?{_SIDE}?\s*"
                rf"(?:{_SPACE}|lungs?|(?:lung )?bases?|costophrenic angles?)", re.IGNORECASE), "pleural effusion"),
    (re.compile(rf"most of the {_SIDE} (?:hemithorax|chest|pleural space) is filled with fluid(?P<amount>)", re.IGNORECASE),
     "pleural effusion"),
    (re.compile(rf"(?P<amount>small|moderate|large|trace|severe)?\s*(?:collections? of |amounts? of |pocket of |rim of )?"
                rf"(?:pleural )?(?:free )?(?:air|gas) (?:in|within|around|surrounding|filling)\s+(?:the )?{_SIDE}?\s*"
                rf"(?:{_SPACE}|lungs?)", re.IGNORECASE), "pneumothorax"),
    (re.compile(rf"(?P<amount>small|moderate|large|trace)?\s*(?:apical )?(?:rim of )?pleural (?:air|gas)(?: on the {_SIDE})?",
                re.IGNORECASE), "pneumothorax"),
    (re.compile(rf"(?P<amount>small|moderate|large|trace)?\s*pleural fluid(?: on the {_SIDE})?", re.IGNORECASE),
     "pleural effusion"),
)  # fmt: skip

_RULES = tuple((re.compile(rf"\b(?:{plain})(?!\w)", re.IGNORECASE), name) for plain, name in _PLAIN)
_SHORT = tuple((re.compile(rf"\b{short}\b"), name) for short, name in _ABBREVIATED)


def normalise(text: str) -> str:
    """Replace plain phrases by the words of reports.

    Parameters
    ----------
    text : str
        Sentences about a chest radiograph.
    """
    for pattern, name in (*_SHORT, *_RULES[:5]):
        text = pattern.sub(name, text)
    for pattern, name in _FILLED:
        text = pattern.sub(lambda found, name=name: _say(found, name), text)
    for pattern, name in _RULES[5:]:
        text = pattern.sub(name, text)
    return re.sub(r"\b(?:the|an?) (?=cardiomegaly|the heart)", "", text)


def _say(found: re.Match[str], name: str) -> str:
    """Say an amount and a side before a finding."""
    return " ".join(filter(None, _list_words(found, name)))


def _list_words(found: re.Match[str], name: str) -> Iterator[str]:
    groups = found.groupdict()
    amount, side = (groups.get(part) or "" for part in ("amount", "side"))
    yield "large" if "most of" in found[0].lower() else amount
    yield "bilateral" if side.lower() in {"both", "each", "either"} else side
    yield name


__all__ = ["normalise"]
