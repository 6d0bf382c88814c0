"""Words of sentences for degree, side, level and number.

Examples
--------
>>> normalise("Blunting of the lateral costophrenic angles")
'blunting of lateral costophrenic angle'
>>> find_grade("is possible", "U"), find_grade("is likely", "U"), find_grade("no is detected", "DA")
('possible', 'likely', 'absent')
>>> [find_open_grade(clause) for clause in ("this image does not decide on", "the image decides on", "it is seen")]
['undecided', 'unclear', None]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from thoracite.generation.odds import find_stated
from thoracite.kg.extract.text import split_tokens
from thoracite.kg.linking.number import make_singular

Grade = Literal["certain", "present", "likely", "suspected", "possible", "undecided", "absent", "unclear"]
"""Degrees of presence, from "definitely" to "no"; "unclear" where a sentence says two at once."""

SIDES = {
    "left": "left", "left-sided": "left", "leftward": "left", "right": "right", "right-sided": "right",
    "rightward": "right", "bilateral": "bilateral", "bilaterally": "bilateral", "both": "bilateral",
    "bibasilar": "bilateral", "bibasal": "bilateral", "biapical": "bilateral",
}  # fmt: skip
"""Words for the patient's side."""

LEVELS = {
    "upper": "upper", "apex": "upper", "apices": "upper", "apical": "upper", "biapical": "upper",
    "mid": "mid", "middle": "mid", "lower": "lower", "base": "lower", "bases": "lower", "basal": "lower",
    "basilar": "lower", "bibasilar": "lower", "bibasal": "lower", "lobe": "lobe", "lobes": "lobe", "lobar": "lobe",
    "lingula": "lobe", "lingular": "lobe", "hilar": "hilar", "perihilar": "hilar", "hilum": "hilar", "hila": "hilar",
    "costophrenic": "costophrenic", "retrocardiac": "retrocardiac",
}  # fmt: skip
"""Words for a place in the lung; a lobe says more than a zone."""

GENERIC = frozenset({
    "lung", "lungs", "zone", "zones", "field", "fields", "chest", "thorax", "hemithorax", "side", "sides",
    "pulmonary", "pleural", "pleura", "area", "region", "space", "cardiac", "heart", "silhouette",
})  # fmt: skip
"""Anatomy that adds no place to the finding itself."""

MODIFIERS = frozenset({
    "small", "tiny", "trace", "minimal", "slight", "mild", "mildly", "moderate", "moderately", "large", "big",
    "massive", "huge", "severe", "severely", "marked", "markedly", "extensive", "gross", "advanced", "new",
    "newly", "acute", "subacute", "chronic", "old", "healed", "increasing", "increased", "decreasing",
    "decreased", "worsening", "worsened", "worse", "improving", "improved", "progressive", "stable", "unchanged",
    "resolving", "resolved", "recurrent", "persistent", "interval", "larger", "smaller", "loculated", "tension",
    "multiple", "several", "numerous", "diffuse", "focal", "calcified", "malignant", "benign", "early", "subtle",
    "complete", "partial",
})  # fmt: skip
"""Severity, change and kind: a sentence may state only those in the image evidence."""

HARMLESS = frozenset({
    "sign", "signs", "finding", "findings", "evidence", "image", "images", "radiograph", "radiographs",
    "probability", "probabilities", "likely", "highest", "feature", "features", "appearance", "presence", "view",
    "views", "detected", "seen", "present", "cause", "causes", "suggestive", "visible", "model", "reading",
    "known", "considered", "related", "possibility", "concern", "place", "lead", "leads",
})  # fmt: skip
"""Words that an extractor may label as observations though they claim nothing of a patient."""

_CERTAIN = re.compile(
    r"\b(?:definite(?:ly)?|certain(?:ly)?|confirm\w+|unequivocal\w*|undoubted\w*|proven|clearly|obvious\w*)\b"
)
_LIKELY = re.compile(r"\b(?:likely|probable|probably|presumabl[ey])\b")
_POSSIBLE = re.compile(
    r"\b(?:possibl[ey]|possibility|may|might|could|equivocal|uncertain|questionable|perhaps|conceivabl[ey]|"
    r"considered|exclude[d]?)\b"
)
_SUSPECTED = re.compile(r"\b(?:suspicion|suspected)\b")
_ABSENT = re.compile(r"\b(?:no|not|without|neither|nor|absent|unlikely|improbable|negative for|free of)\b")
_UNDECIDED = re.compile(
    r"\b(?:(?:does|do|did|can) not|cannot) decide (?:on|about)\b|\b(?:is|are|remains?|left) undecided\b|"
    r"\bundecided (?:is|are)\b"
)
_DECIDES = re.compile(r"\b(?:un|in)?deci[ds]\w*\b")
_SEEN = re.compile(r"\b(?:present|seen|detected|visible|found|shown?|shows|evident|there)\b")

_ADVERBS = (
    r"(?:very|so|as|really|at|all|that|too|particularly|especially|highly|clearly|even|necessarily|here|now|yet|any|"
    r"more|longer|be|been|being|is|are|was|were|to|a|the|considered|thought|seen|deemed|judged|regarded|called|in|"
    r"least|by|any|means|quite|strongly|definitely|certainly|much)"
)
_MODAL = (
    r"(?P<modal>(?:un)?likely|(?:im)?probabl[ey]|(?:im)?possibl[ey]|suspected|suspicio\w+|present|presumabl[ey]|absent)"
)
_TURNED = re.compile(
    r"\b(?P<by>not|never|cannot|neither|nor|hardly|scarcely|barely|less|least|anything but|far from|no longer|no more|"
    rf"\w+n't)\s+(?:{_ADVERBS}\s+)*?{_MODAL}\b"
)
_TWICE = re.compile(
    rf"\b(?:not|never|cannot|neither|nor|hardly|scarcely|barely|\w+n't)\s+(?:{_ADVERBS}\s+)*?"
    r"(?:no|without|neither|free of|negative for|not)\b"
)
_DENIED = re.compile(
    r"\b(?:no|none|neither|without)\b(?:(?!\b(?:is|are|was|were|and|but)\b)[^;])*\b(?:is|are|was|were|be|been) "
    r"(?:not|never) (?:\w+ )?(?:seen|detected|visible|found|present|shown|noted|identified|evident|there|here)\b"
)
"""A word that turns the degree behind it, and denials that are denied: "there is not no …", "no … is not seen"."""

_WORDS = (
    r"highest|lowest|about|calibrated|model|all|each|probability|score|p|of|at|most|least|more|less|than|to|below|under|and|times|"
    r"its|their|usually|usual|odds|[=≤<,;]"
)
_NUMBER = r"\d+(?:\.\d+)?(?:\s*%)?"
_PARENTHESIS = re.compile(rf"\((?:\s*(?>{_WORDS}|{_NUMBER}))++\s*\)", re.IGNORECASE)
_BOUND = re.compile(r"\b(?:highest|most|below|under|maximum)\b|[≤<]", re.IGNORECASE)
_DROPPED = frozenset({"a", "an", "the"})


class Number(NamedTuple):
    """A number in a text.

    Parameters
    ----------
    text : str
        Its digits.
    start : int
        Position of its first character.
    bound : bool
        Whether it is the highest of several.
    """

    text: str
    start: int
    bound: bool


@lru_cache(maxsize=1 << 14)
def normalise(phrase: str) -> str:
    """Normalise a phrase for comparison: lower case, no articles, singular."""
    return " ".join(word for token in split_tokens(phrase) if (word := normalise_word(token.text)))


def normalise_word(token: str) -> str:
    """Normalise a word for comparison; empty for an article."""
    word = token.lower()
    return "" if word in _DROPPED else make_singular(word)


def find_grade(words: str, label: str | None) -> Grade:
    """Find the degree to which a clause states a finding.

    Parameters
    ----------
    words : str
        The words that may grade it, lower case.
    label : str or None
        The extractor's label: ``DP``, ``U`` or ``DA``; None where it did not see the finding.
    """
    if turned := find_turned_grade(words):
        return turned
    if label == "DA" or (label is None and _ABSENT.search(words)):
        return "absent"
    if _CERTAIN.search(words):
        return "certain"
    if _POSSIBLE.search(words):
        return "possible"
    if _SUSPECTED.search(words):
        return "suspected"
    if _LIKELY.search(words):
        return "likely"
    return "possible" if label == "U" else "present"


def find_turned_grade(clause: str) -> Grade | None:
    """Find what a degree says that a word before it turns: "not likely" is absent, "not unlikely" is unclear.

    Parameters
    ----------
    clause : str
        Lower case.

    Examples
    --------
    >>> [find_turned_grade(clause) for clause in ("is not at all likely", "there is not no sign", "is likely")]
    ['absent', 'unclear', None]
    """
    if _TWICE.search(clause) or _DENIED.search(clause):
        return "unclear"
    if (match := _TURNED.search(clause)) is None:
        return None
    denies = re.match(r"un|im|absent", match["modal"]) is not None
    weakens = match["by"] in {"less", "least", "hardly", "scarcely", "barely"}
    return "unclear" if denies or weakens else "absent"


def find_open_grade(clause: str) -> Grade | None:
    """Find whether a clause leaves its findings undecided; None where it does not speak of a decision.

    Parameters
    ----------
    clause : str
        Lower case. A clause that says anything else of its findings as well is "unclear".
    """
    if not _DECIDES.search(clause):
        return None
    rest = _UNDECIDED.sub(" ", clause)
    others = (_DECIDES, _CERTAIN, _LIKELY, _SUSPECTED, _POSSIBLE, _ABSENT, _SEEN)
    return "unclear" if any(pattern.search(rest) for pattern in others) else "undecided"


def find_graded(clause: str) -> str | None:
    """Return the first word of a clause that states a degree or denies; None where there is none.

    Examples
    --------
    >>> find_graded("no other finding is likely"), find_graded("as this image shows")
    ('likely', None)
    """
    patterns = (_CERTAIN, _LIKELY, _SUSPECTED, _POSSIBLE, _ABSENT)
    return next((match.group() for pattern in patterns if (match := pattern.search(clause))), None)


def is_modal(word: str) -> bool:
    """Tell whether a word states a degree.

    Examples
    --------
    >>> is_modal("likely"), is_modal("effusion")
    (True, False)
    """
    return any(pattern.fullmatch(word) for pattern in (_CERTAIN, _POSSIBLE, _SUSPECTED, _LIKELY))


def blank_parentheses(text: str) -> str:
    """Blank parentheses that hold only a probability and a likelihood ratio; positions do not change.

    Examples
    --------
    >>> blank_parentheses("Mass (probability 0.8).")
    'Mass                  .'
    """
    return _PARENTHESIS.sub(lambda match: " " * len(match.group()), text)


def find_parentheses(text: str) -> Iterator[tuple[int, int]]:
    """Find the parentheses that :func:`blank_parentheses` blanks, from the first character to behind the last."""
    return (match.span() for match in _PARENTHESIS.finditer(text))


def find_numbers(text: str) -> Iterator[Number]:
    """Find every number of a text, with its place; ratios and priors are left to :mod:`thoracite.generation.odds`.

    Examples
    --------
    >>> list(find_numbers("Mass (highest probability 0.8)"))
    [Number(text='0.8', start=26, bound=True)]
    """
    ratios = [(one.start, one.end) for one in find_stated(text)]
    for match in re.finditer(_NUMBER, text):
        if any(start <= match.start() < end for start, end in ratios):
            continue
        before = text[max(0, match.start() - 24) : match.start()]
        yield Number(match.group().replace(" ", ""), match.start(), bool(_BOUND.search(before)))


__all__ = [
    "GENERIC",
    "HARMLESS",
    "LEVELS",
    "MODIFIERS",
    "SIDES",
    "Grade",
    "Number",
    "blank_parentheses",
    "find_grade",
    "find_graded",
    "find_numbers",
    "find_open_grade",
    "find_parentheses",
    "find_turned_grade",
    "is_modal",
    "normalise",
    "normalise_word",
]
