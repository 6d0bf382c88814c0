"""A score of one chest X-ray text against another, claim by claim, by what matters to a patient.

Both texts are read by the extractor into claims: concept, certainty, side, place, degree, change, length. Claims are
paired so that the most is agreed on; a pair that contradicts agrees on nothing, one that differs in a detail on less.
Each claim counts by its clinical weight, what is denied far less than what is stated, and a denial that the other text
leaves out hardly at all. The score is the weighted share that both agree on (Dice), in [0, 1].

References
----------
Bannur S, et al. MAIRA-2: grounded radiology report generation. 2024. arXiv:2406.04449 (RadFact: claims entailed in both
directions).

Examples
--------
>>> score_claims("Small left pleural effusion.", "There is a small pleural effusion on the left side.")
1.0
>>> right = score_claims("The pleural spaces are free of fluid.", "No pleural effusion.")
>>> wrong = score_claims("Pleural effusion.", "No pleural effusion.")
>>> right > 0.9, wrong
(True, 0.0)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from thoracite.evaluation.claim_phrases import normalise
from thoracite.generation.report_statements import CLASSES, Said, find_labelled, read_report
from thoracite.kg.extract.extractor import Extractor, open_extractor
from thoracite.kg.linking.linker import Linker
from thoracite.kg.ties import find_wider
from thoracite.types import Certainty

URGENT = frozenset({
    "pneumothorax", "tension_pneumothorax", "hydropneumothorax", "pneumoperitoneum", "pneumomediastinum", "lung_mass",
    "pulmonary_nodule", "lung_cancer", "pneumonia", "consolidation", "pulmonary_edema", "pulmonary_embolism",
    "aortic_dissection", "aortic_aneurysm", "widened_mediastinum", "mediastinal_shift", "mediastinal_mass",
    "pulmonary_cavity", "lung_abscess", "pleural_empyema", "tuberculosis", "pulmonary_tuberculosis", "hemothorax",
    "opaque_hemithorax", "tracheal_deviation", "flail_chest", "pericardial_effusion", "malignancy", "lung_metastasis",
    "pulmonary_metastasis", "endotracheal_tube", "nasogastric_tube", "rib_fracture",
})  # fmt: skip
"""Concepts, of ``thx:``, that change what is done at once or soon."""

TRIVIAL = frozenset({
    "degenerative_spine_changes", "degenerative_disc_disease", "scoliosis", "kyphosis", "osteophyte", "osteopenia",
    "osteoporosis", "osteoarthritis", "calcified_granuloma", "granuloma", "aortic_calcification", "atherosclerosis",
    "aortic_tortuosity", "apical_scarring", "scarring", "azygos_lobe", "nipple_shadow", "skin_fold", "surgical_clip",
    "sternotomy", "pleural_plaque", "calcified_pleural_plaque", "hiatal_hernia", "pectus_excavatum", "low_lung_volumes",
    "diaphragmatic_eventration", "linear_atelectasis", "granulomatous_disease", "calcification",
})  # fmt: skip
"""Concepts that change little."""

_WEIGHTS = {True: 3.0, False: 1.0}
_LITTLE, _OLD = 0.3, 0.3
_DENIED, _UNSAID = 0.25, 0.05
"""Weight of a denial that both texts or the reference make, and of one that the other text leaves out."""
_BY_DEGREE = (0.6, 0.8, 1.0, 1.3)
_BY_PAIR: Mapping[tuple[Certainty, Certainty], float] = {
    (Certainty.PRESENT, Certainty.UNCERTAIN): 0.55,
    (Certainty.ABSENT, Certainty.UNCERTAIN): 0.2,
    (Certainty.ABSENT, Certainty.PRESENT): 0.0,
}
"""What is left of agreement where certainties differ."""

_ALIKE = (
    frozenset(
        f"thx:{name}"
        for name in (
            "pulmonary_opacity", "consolidation", "pulmonary_infiltrates", "pneumonia", "focal_lung_opacity", "atelectasis",
            "ground_glass_opacity", "pulmonary_nodule",
        )
    ),
    frozenset({"thx:pulmonary_nodule", "thx:lung_mass", "thx:rounded_lung_opacity", "thx:pulmonary_opacity"}),
    frozenset({"thx:scarring", "thx:apical_scarring", "thx:pulmonary_fibrosis", "thx:linear_atelectasis"}),
    frozenset({"thx:pulmonary_edema", "thx:pulmonary_vascular_congestion", "thx:congestive_heart_failure"}),
    frozenset({"thx:hyperinflation", "thx:emphysema", "thx:chronic_obstructive_pulmonary_disease"}),
)  # fmt: skip
"""Concepts that one report may use for another's."""

_LENGTH = re.compile(r"(\d+(?:[.,]\d+)?)\s*-?\s*(mm|cm|millimet\w*|centimet\w*)", re.IGNORECASE)
_CHANGES: Mapping[str, re.Pattern[str]] = {
    "more": re.compile(r"\b(?:new\w*|increas\w+|wors\w+|larger|enlarg(?:ed|ing)|progress\w+|develop\w+|more)\b", re.I),
    "less": re.compile(
        r"\b(?:decreas\w+|improv\w+|smaller|resolv\w+|regress\w+|reduc\w+|less|clear(?:ed|ing)|diminish\w+)\b", re.I
    ),
    "same": re.compile(r"\b(?:unchanged|stable|no (?:\w+ )?change|persist\w+|similar|as before|constant)\b", re.I),
}
_MORE_ON = re.compile(
    r"\b(?:larger|greater|more|worse|bigger)(?: \w+)? on the (left|right)|\b(left|right)(?:-sided)?(?: (?:is|side))*"
    r" (?:larger|greater|more|worse|bigger)(?: \w+)? than|\b(left|right) ?> ?(?:left|right)",
    re.IGNORECASE,
)
_OLD_WORDS = frozenset({"healed", "old", "chronic", "calcified", "remote", "benign"})
_PLACED = re.compile(
    r"\b(?:mal-?position\w*|coil\w*|kink\w*|right main(?:stem)? bronchus|too (?:high|low|deep)|misplac\w+|esophag\w+|"
    r"oesophag\w+|bronch\w+|withdraw\w*|advanc\w*|"
    r"(?:below|beyond|distal to|past) the (?:carina|tracheal bifurcation))\b",
    re.IGNORECASE,
)
"""Words of a device that lies where it should not."""


class Stated(NamedTuple):
    """One claim of a text.

    Parameters
    ----------
    said : Said
        Concept, certainty, sides, places, degrees.
    change : str
        ``more``, ``less``, ``same``, or empty.
    length : float
        Millimetres, 0 where none is stated.
    displaced : bool
        Whether a device is said to lie where it should not.
    more_on : str
        Side on which there is more of it, or empty.
    implied : bool
        Whether a sentence about a whole class denies it ("the lungs are clear").
    """

    said: Said
    change: str = ""
    length: float = 0.0
    displaced: bool = False
    more_on: str = ""
    implied: bool = False


def score_claims(candidate: str, reference: str) -> float:
    """Score a text against a reference.

    Parameters
    ----------
    candidate, reference : str
        Sentences about one chest radiograph.

    Returns
    -------
    float
        In [0, 1]; 1 where both claim the same, or neither claims anything.
    """
    return score_stated(read_stated(candidate), read_stated(reference))


def read_stated(text: str) -> tuple[Stated, ...]:
    """Read the claims of a text, each concept of a sentence once, in reading order."""
    extractor, linker = _open()
    report = read_report(normalise(text), extractor=extractor, link=linker.link)
    named = [_attach(one) for one in _drop_wider(report.statements)]
    stated = {one.said.entity.id for one in named}
    denied = [
        Stated(
            Said(entity, Certainty.ABSENT, frozenset(), one.sentence),
            implied=True,
        )
        for one in report.classes
        if one.holds
        for entity in _list_class(one.name)
        if entity.id not in stated
    ]
    return (*named, *{one.said.entity.id: one for one in denied}.values())


def score_stated(candidate: Sequence[Stated], reference: Sequence[Stated]) -> float:
    """Score claims that were read against others."""
    if not candidate and not reference:
        return 1.0
    agreed = np.array([[agree(one, other) for other in reference] for one in candidate]).reshape(
        len(candidate), len(reference)
    )
    own = np.array([weigh(one) for one in candidate])
    asked = np.array([weigh(one) for one in reference])
    rows, columns = linear_sum_assignment(-agreed * (own[:, None] + asked[None, :]))
    pairs = [(row, column) for row, column in zip(rows, columns, strict=True) if agreed[row, column] > 0]
    shared = sum(agreed[row, column] * (own[row] + asked[column]) for row, column in pairs)
    alone = _count_alone(candidate, own, {row for row, _ in pairs}, reference)
    alone += _count_alone(reference, asked, {column for _, column in pairs}, candidate)
    whole = sum(own[row] + asked[column] for row, column in pairs) + alone
    return float(round(shared / whole, 6)) if whole else 1.0


def weigh(one: Stated) -> float:
    """Weigh a claim by what hangs on it for the patient."""
    name = one.said.entity.id.removeprefix("thx:")
    weight = _LITTLE if name in TRIVIAL else _WEIGHTS[name in URGENT]
    if one.said.words & _OLD_WORDS:
        weight *= _OLD
    if one.said.degrees:
        weight *= _BY_DEGREE[one.said.degrees[-1]]
    if one.displaced:
        weight *= 2
    return weight * (_DENIED if one.said.certainty is Certainty.ABSENT else 1.0)


def agree(one: Stated, other: Stated) -> float:
    """Return how far two claims agree, in [0, 1]; 0 where they are about other things, or contradict."""
    first, second = one.said, other.said
    if first.entity.id == second.entity.id:
        kin = 1.0
    elif first.entity.id in find_wider(second.entity.id) or second.entity.id in find_wider(first.entity.id):
        kin = 0.75
    elif any({first.entity.id, second.entity.id} <= group for group in _ALIKE):
        kin = 0.6
    else:
        return 0.0
    if first.certainty is not second.certainty:
        ordered = tuple(sorted((first.certainty, second.certainty), key=lambda c: c.value))
        kin *= next(value for pair, value in _BY_PAIR.items() if set(pair) == set(ordered))
    if Certainty.ABSENT in (first.certainty, second.certainty):
        return kin
    kin *= _compare_sides(first.sides, second.sides) * _compare_places(first.places, second.places)
    kin *= _compare_degrees(first.degrees, second.degrees) * _compare_changes(one.change, other.change)
    kin *= _compare_lengths(one.length, other.length) * (
        0.4 if {one.more_on, other.more_on} == {"left", "right"} else 1
    )
    return kin * (0.3 if one.displaced != other.displaced else 1.0)


def _count_alone(
    claims: Sequence[Stated], weights: Sequence[float], paired: set[int], others: Sequence[Stated]
) -> float:
    """Count what one text alone says; a denial that the other leaves out hardly counts, a contradiction fully."""
    total = 0.0
    for at, one in enumerate(claims):
        if at in paired:
            continue
        contradicts = any(
            agree(_strip(one), _strip(other)) > 0 and other.said.certainty is not one.said.certainty for other in others
        )
        denied = one.said.certainty is Certainty.ABSENT
        if denied and contradicts:
            total += weights[at] / _DENIED
        elif denied:
            total += weights[at] * (_UNSAID / _DENIED) * (0.5 if one.implied else 1.0)
        else:
            total += weights[at]
    return total


def _strip(one: Stated) -> Stated:
    """Return a claim as if its concept were there for sure."""
    return one._replace(said=one.said._replace(certainty=Certainty.PRESENT))


def _compare_sides(one: Iterable[str], other: Iterable[str]) -> float:
    first, second = (_spread(sides) for sides in (one, other))
    if first == second:
        return 1.0
    if not first or not second:
        return 0.8
    return 0.6 if first & second else 0.2


def _spread(sides: Iterable[str]) -> frozenset[str]:
    return frozenset(one for side in sides for one in (("left", "right") if side == "bilateral" else (side,)))


def _compare_places(one: frozenset[str], other: frozenset[str]) -> float:
    if one == other:
        return 1.0
    return 0.9 if not one or not other else 0.8 if one & other else 0.45


def _compare_degrees(one: Sequence[int], other: Sequence[int]) -> float:
    if not one or not other:
        return 1.0 if not one and not other else 0.9
    return 1.0 - 0.22 * abs(one[-1] - other[-1])


def _compare_changes(one: str, other: str) -> float:
    if one == other:
        return 1.0
    return 0.9 if not one or not other else 0.5


def _compare_lengths(one: float, other: float) -> float:
    if not one or not other:
        return 1.0 if one == other else 0.9
    ratio = max(one, other) / min(one, other)
    return 1.0 if ratio < 1.1 else 0.85 if ratio < 1.5 else 0.5


def _attach(said: Said) -> Stated:
    """Attach what a sentence says of change, length and place of a device to its claim."""
    change = next((name for name, words in reversed(_CHANGES.items()) if words.search(said.sentence)), "")
    found = _LENGTH.search(said.sentence)
    length = 0.0
    if found:
        length = float(found[1].replace(",", ".")) * (10 if found[2].lower().startswith("c") else 1)
    displaced = said.entity.kind == "device" and bool(_PLACED.search(said.sentence))
    found = _MORE_ON.search(said.sentence)
    more_on = next(filter(None, found.groups()), "").lower() if found else ""
    return Stated(said, "" if more_on else change, length, displaced, more_on)


def _drop_wider(statements: Iterable[Said]) -> Iterator[Said]:
    """Drop what the same sentence says more exactly, and what is said again."""
    kept: dict[tuple[str, Certainty, frozenset[str]], Said] = {}
    statements = list(statements)
    for one in statements:
        exact = any(
            one.entity.id in find_wider(other.entity.id) and one.sentence == other.sentence
            for other in statements
            if other.entity.id != one.entity.id
        )
        if not exact:
            kept.setdefault((one.entity.id, one.certainty, one.sides), one)
    yield from kept.values()


@cache
def _list_class(name: str) -> tuple:  # type: ignore[type-arg]
    labelled = find_labelled()
    return tuple(labelled[label] for label in CLASSES[name])


@cache
def _open() -> tuple[Extractor, Linker]:
    return open_extractor(), Linker()


__all__ = ["TRIVIAL", "URGENT", "Stated", "agree", "read_stated", "score_claims", "score_stated", "weigh"]
