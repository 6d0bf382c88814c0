"""English for concepts, lists, numbers and places.

Examples
--------
>>> from thoracite.types import Entity
>>> effusion = Entity(id="thx:pleural_effusion", label="pleural effusion", kind="finding")
>>> infiltrates = Entity(id="thx:pulmonary_infiltrates", label="pulmonary infiltrates", kind="finding")
>>> name_indefinite(effusion), name_indefinite(infiltrates), verb(infiltrates)
('a pleural effusion', 'pulmonary infiltrates', 'are')
>>> join_words(["mass", "nodule", "hernia"], "or")
'mass, nodule or hernia'
>>> begin("a mass is likely.")
'A mass is likely.'
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from thoracite.kg.linking.number import is_plural
from thoracite.types import Entity, Finding
from thoracite.types.verdict import state_ratio

_COUNTED = frozenset({
    "aneurysm", "angle", "band", "border", "bronchogram", "bulla", "cap", "catheter", "cavity", "diaphragm",
    "effusion", "fissure", "focus", "fold", "fracture", "granuloma", "heart", "hemidiaphragm", "hemithorax",
    "hernia", "infiltrate", "lesion", "level", "line", "lucency", "mass", "mediastinum", "metastasis", "nodule",
    "opacity", "pacemaker", "pattern", "plaque", "pneumatocele", "pneumothorax", "projection", "ratio", "scar",
    "shadow", "shift", "silhouette", "stripe", "tube", "tumor", "tumour",
})  # fmt: skip
"""Nouns with the article "a"; others stand without an article."""

_AFTER_HEAD = re.compile(
    r"\s(?:of|on|up|in|with|from|by|to|toward|parallel|below|beyond|at|for|limited|confined|along|larger|smaller|greater|without|where|[<>≥≤]|\w+ing)\s"
)
_VOWEL = re.compile(r"(?!eu|uni|ur|us)[aeiou]", re.IGNORECASE)
"""Pattern of a phrase with "an": it sounds like a vowel, which "unilateral" does not."""


def find_head(label: str) -> str:
    """Find the head noun of a label, in lower case.

    Examples
    --------
    >>> find_head("blunting of lateral costophrenic angle"), find_head("homogeneous opacity obscuring vessels")
    ('blunting', 'opacity')
    """
    return _AFTER_HEAD.split(label.lower(), maxsplit=1)[0].split()[-1].strip("()")


def verb(entity: Entity, singular: str = "is", plural: str = "are") -> str:
    """Return the form of a verb that fits a concept."""
    return plural if is_plural(find_head(entity.label)) else singular


def name_generic(entity: Entity) -> str:
    """Name a concept in a general statement: "the meniscus sign", "a rounded lung opacity", "edema"."""
    return f"the {entity.label}" if find_head(entity.label) == "sign" else name_indefinite(entity)


def name_indefinite(entity: Entity, adjective: str = "") -> str:
    """Name a concept in a patient, with its article."""
    phrase = f"{adjective} {entity.label}".strip()
    if is_plural(find_head(entity.label)) or find_head(entity.label) not in _COUNTED:
        return phrase
    return f"{'an' if _VOWEL.match(phrase) else 'a'} {phrase}"


def join_words(words: Sequence[str], conjunction: str = "and") -> str:
    """Join words to a list."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def begin(sentence: str) -> str:
    """Capitalise the first letter."""
    return sentence[:1].upper() + sentence[1:]


def state_numbers(finding: Finding) -> str:
    """Write a finding's probability or score; where a prior is known, also that and the likelihood ratio.

    What is rare may be raised and stay rare: the prior beside the probability shows it.

    Examples
    --------
    >>> edema = Entity(id="thx:pulmonary_edema", label="pulmonary edema", kind="finding")
    >>> state_numbers(Finding(entity=edema, probability=0.38, prior=0.045, certainty="uncertain"))
    'probability 0.38, usually 0.04; 13 times its usual odds'
    >>> state_numbers(Finding(entity=edema, probability=0.38, calibrated=False, certainty="uncertain"))
    'score 0.38'
    """
    if finding.likelihood_ratio is None:
        return finding.number
    return f"{finding.number}, {finding.usual}; {state_range([finding])}"


def state_range(findings: Sequence[Finding]) -> str:
    """Write the likelihood ratios of findings whose prior is known, from the lowest to the highest.

    Examples
    --------
    >>> mass = Entity(id="thx:lung_mass", label="lung mass", kind="finding")
    >>> read = [Finding(entity=mass, probability=p, prior=0.05, certainty="uncertain") for p in (0.03, 0.08)]
    >>> state_range(read), state_range(read[:1])
    ('0.59 to 1.7 times their usual odds', '0.59 times its usual odds')
    """
    low, high = (state_ratio(end(_find_ratios(findings))) for end in (min, max))
    return f"{low if low == high else f'{low} to {high}'} times {_their(findings)} usual odds"


def state_most(findings: Sequence[Finding]) -> str:
    """Write the highest likelihood ratio of findings whose prior is known.

    Examples
    --------
    >>> mass = Entity(id="thx:lung_mass", label="lung mass", kind="finding")
    >>> read = [Finding(entity=mass, probability=p, prior=0.05, certainty="definitely absent") for p in (0.01, 0.02)]
    >>> state_most(read), state_most(read[:1])
    ('at most 0.39 times their usual odds', '0.19 times its usual odds')
    """
    highest = state_ratio(max(_find_ratios(findings)))
    bound = "at most " if len(findings) > 1 and highest[0].isdigit() else ""
    return f"{bound}{highest} times {_their(findings)} usual odds"


def _find_ratios(findings: Sequence[Finding]) -> list[float]:
    return [finding.likelihood_ratio for finding in findings if finding.likelihood_ratio is not None]


def _their(findings: Sequence[Finding]) -> str:
    return "their" if len(findings) > 1 else verb(findings[0].entity, "its", "their")


def state_probability(probability: float) -> str:
    """Write a probability.

    Examples
    --------
    >>> state_probability(0.8349)
    'probability 0.83'
    """
    return f"probability {probability:.2f}"


def state_place(finding: Finding) -> tuple[str, str]:
    """Return side as an adjective and place as a phrase, either of them empty; the side stands once.

    Examples
    --------
    >>> from thoracite.types import Region
    >>> effusion = Entity(id="thx:pleural_effusion", label="pleural effusion", kind="finding")
    >>> region = Region(box=(0, 0, 9, 9), anatomy="right lower zone", side="right")
    >>> state_place(Finding(entity=effusion, probability=0.8, certainty="definitely present", region=region))
    ('', 'in the right lower zone')
    """
    region = finding.region
    if region is None:
        return "", ""
    anatomy = region.anatomy.strip()
    sided = bool(re.search(r"\b(?:left|right|both|bilateral\w*)\b", anatomy.lower()))
    side = region.side if region.side and not sided and region.side not in finding.entity.label.split() else ""
    if not anatomy or anatomy.lower() in finding.entity.label.lower() or finding.entity.id == "thx:cardiomegaly":
        return side or "", ""
    article = "" if re.match(r"(?:both|the)\b", anatomy.lower()) else "the "
    return side or "", f"in {article}{anatomy}"


__all__ = [
    "begin",
    "find_head",
    "join_words",
    "name_generic",
    "name_indefinite",
    "state_most",
    "state_numbers",
    "state_place",
    "state_probability",
    "state_range",
    "verb",
]
