"""Findings that a sentence names by place and property: fluid in the pleural space, a heart that is too big.

Examples
--------
>>> from thoracite.evaluation.claim_words import find_marks, split_words
>>> text = "Air has collected in the left pleural cavity. The heart is not enlarged. Broken collar bone."
>>> for words in split_words(text):
...     print([(head.concept, head.denied) for head in find_heads(words, find_marks(words))])
[('pneumothorax', False)]
[('cardiomegaly', True)]
[('clavicle_fracture', False)]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from thoracite.evaluation.claim_words import HEADS, SEPARATORS, Mark

CLASSES: Mapping[str, str] = {
    "lung": "any_lung", "pleura": "any_pleura", "bone": "any_bone", "rib": "any_bone", "vertebra": "any_bone",
    "clavicle": "any_bone", "sternum": "any_bone", "humerus": "any_bone", "scapula": "any_bone", "chest": "any",
    "": "any", "cardiomediastinum": "any_heart", "heart": "cardiomegaly", "mediastinum": "widened_mediastinum",
    "hilum": "hilar_enlargement", "vessel": "pulmonary_vascular_congestion", "aorta": "aortic_aneurysm",
    "trachea": "mediastinal_shift", "diaphragm": "elevated_hemidiaphragm", "angle": "pleural_effusion",
    "heart_border": "obscured_contour", "node": "lymphadenopathy", "subdiaphragm": "pneumoperitoneum",
    "chest_wall": "subcutaneous_emphysema", "pericardium": "pericardial_effusion",
}  # fmt: skip
"""What a normal part of the chest denies."""

_BONES = {
    "rib": "rib_fracture", "clavicle": "clavicle_fracture", "vertebra": "vertebral_compression_fracture",
    "sternum": "sternal_fracture", "humerus": "humeral_fracture", "scapula": "scapular_fracture", "bone": "fracture",
}  # fmt: skip
_MIDDLE = ("mediastinum", "trachea", "heart", "cardiomediastinum")

_SAID: Mapping[str, Mapping[str, str]] = {
    "fluid": {
        "pleura": "pleural_effusion", "angle": "pleural_effusion", "lung": "pleural_effusion",
        "chest": "pleural_effusion",
        "pericardium": "pericardial_effusion", "heart": "pericardial_effusion", "": "pleural_effusion",
        "diaphragm": "pleural_effusion",
    },
    "air": {
        "pleura": "pneumothorax", "lung": "pneumothorax", "subdiaphragm": "pneumoperitoneum", "chest": "pneumothorax",
        "diaphragm": "pneumoperitoneum", "mediastinum": "pneumomediastinum", "chest_wall": "subcutaneous_emphysema",
        "heart": "pneumomediastinum", "pericardium": "pneumopericardium", "stomach": "", "angle": "pneumothorax",
    },
    "opaque": {
        "lung": "pulmonary_opacity", "pleura": "pulmonary_opacity", "hilum": "pulmonary_opacity",
        "heart": "pulmonary_opacity",
        "chest": "pulmonary_opacity", "diaphragm": "pulmonary_opacity", "angle": "pleural_effusion",
        "": "pulmonary_opacity",
    },
    "whiteout": {"lung": "opaque_hemithorax", "pleura": "opaque_hemithorax", "chest": "opaque_hemithorax",
        "": "opaque_hemithorax"},
    "big": {
        "heart": "cardiomegaly", "cardiomediastinum": "cardiomegaly", "mediastinum": "widened_mediastinum",
        "hilum": "hilar_enlargement", "node": "lymphadenopathy", "aorta": "aortic_aneurysm",
        "vessel": "pulmonary_vascular_congestion", "stomach": "gastric_distension", "bronchus": "bronchiectasis",
        "pulmonary_artery": "pulmonary_hypertension",
    },
    "shift": dict.fromkeys(_MIDDLE, "mediastinal_shift") | {"hilum": "hilar_displacement", "fissure": "atelectasis"},
    "high": {"diaphragm": "elevated_hemidiaphragm", "hilum": "hilar_displacement", "fissure": "atelectasis"},
    "broken": _BONES,
    "destroyed": dict.fromkeys(_BONES, "bone_destruction"),
    "blunt": {"angle": "pleural_effusion", "": "pleural_effusion"},
    "lost": {
        "heart_border": "obscured_contour", "diaphragm": "obscured_contour", "heart": "obscured_contour",
        "aorta": "obscured_contour", "angle": "pleural_effusion",
    },
    "thick": {"bronchus": "bronchial_thickening", "pleura": "pleural_thickening", "lung": "interstitial_pattern",
        "fissure": "pleural_thickening"},
    "bigger": {"heart": "cardiomegaly", "mediastinum": "widened_mediastinum"},
    "small": {"lung": "atelectasis", "pleura": "atelectasis"},
    "flat": {"diaphragm": "hyperinflation"},
    "overbig": {"lung": "hyperinflation", "chest": "hyperinflation", "heart": "cardiomegaly",
        "mediastinum": "widened_mediastinum"},
    "wet": {"lung": "pulmonary_edema"},
    "filled": {"lung": "consolidation", "pleura": "pleural_effusion", "angle": "pleural_effusion"},
    "pus": {"pleura": "pleural_empyema", "angle": "pleural_empyema", "chest": "pleural_empyema"},
    "blood": {"pleura": "hemothorax", "angle": "hemothorax", "chest": "hemothorax", "mediastinum": "aortic_dissection"},
    "thin": {"bone": "osteopenia", "rib": "osteopenia", "vertebra": "osteopenia"},
    "curved": {"vertebra": "scoliosis"},
    "worn": {"vertebra": "degenerative_changes", "bone": "degenerative_changes", "humerus": "degenerative_changes"},
    "above": {"stomach": "hiatal_hernia"},
    "lucent": {
        "lung": "hyperinflation", "pleura": "pneumothorax", "subdiaphragm": "pneumoperitoneum",
        "chest": "hyperinflation",
        "diaphragm": "pneumoperitoneum",
    },
}  # fmt: skip
_DENIED: Mapping[str, Mapping[str, str]] = {
    "central": dict.fromkeys(_MIDDLE, "mediastinal_shift"),
    "sharp": {
        "angle": "pleural_effusion", "heart_border": "obscured_contour", "heart": "obscured_contour",
        "diaphragm": "obscured_contour",
    },
    "kept": {"angle": "pleural_effusion", "heart_border": "obscured_contour", "diaphragm": "obscured_contour"},
    "expanded": dict.fromkeys(("lung", "chest", "pleura", ""), "unexpanded"),
    "normal": CLASSES,
}  # fmt: skip
"""What a place with a property denies."""

_AIRSPACE = frozenset({"airspace", "alveolar", "alveolus"})
_PREFERRED = {"thick": "pleura", "fluid": "pleura", "air": "pleura", "blood": "pleura", "pus": "pleura"}
"""Where a property most often is, if the sentence names the place at all."""

_SHARED = frozenset({"normal", "big", "shift", "central", "sharp", "kept", "lost"})
"""What is said of several places at once: "heart and mediastinum are normal"."""

_INSIDE = frozenset({"in", "into", "within", "inside", "throughout", "flooding"})
_ROUND = frozenset(
    {"round", "rounded", "spherical", "ovoid", "oval", "circular", "circumscribed", "coin", "discrete", "marble"}
)
_FARTHEST, _COMMA = 8, 3
_BOUND = {
    "fracture": _BONES,
    "deformity": {name: f"{name}_deformity" for name in _BONES} | {"vertebra": "vertebral_compression_fracture"},
    "calcification": {"aorta": "aortic_calcification", "pleura": "pleural_plaque", "lung": "granuloma"},
    "pulmonary_metastasis": dict.fromkeys(_BONES, "bone_destruction"),
    "malignancy": {"bone": "bone_destruction"},
    "lung_mass": {"mediastinum": "mediastinal_mass"},
    "obscured_contour": {"angle": "pleural_effusion"},
    "lesion": {"bone": "bone_destruction", "rib": "bone_destruction", "vertebra": "bone_destruction"},
}  # fmt: skip
"""Findings whose name depends on where they are."""

_DESCRIBING = frozenset({
    "pulmonary_cavity", "calcification", "interstitial_pattern", "lesion", "atelectasis", "pneumonia",
    "bone_destruction", "malignancy", "miliary_pattern",
})  # fmt: skip
"""Findings that are adjectives when another follows at once: "cavitary mass", "interstitial edema"."""

_ALSO = frozenset({"pulmonary_cavity", "bone_destruction", "miliary_pattern", "malignancy"})
"""Of these, those that are stated beside what they describe."""


_DENSE = frozenset({
    "consolidation", "pulmonary_nodule", "lung_mass", "ground_glass_opacity", "interstitial_pattern", "pneumonia",
    "pulmonary_metastasis", "miliary_pattern", "atelectasis", "pulmonary_edema", "scarring", "granuloma",
    "calcification",
})  # fmt: skip
"""Findings that are dense themselves: "nodular density" is one finding."""


class Head(NamedTuple):
    """A finding that is named: where, and whether its own words deny it ("not enlarged").

    ``anchor`` to ``until`` are the words that name it, ``start`` to ``end`` those of its place as well.
    """

    concept: str
    anchor: int
    until: int
    start: int
    end: int
    denied: bool = False
    device: bool = False
    composed: bool = False


def find_heads(words: Sequence[str], marks: Sequence[Mark]) -> list[Head]:
    """Find what a sentence names, in order.

    Parameters
    ----------
    words : sequence of str
        A sentence of :func:`~thoracite.evaluation.claim_words.split_words`.
    marks : sequence of Mark
        Its phrases.
    """
    places = [mark for mark in marks if mark.role == "anatomy"]
    heads = [_name(mark, places, words) for mark in marks if mark.role in HEADS]
    heads = list(_drop_describing(heads, words, marks))
    named = {at for head in heads for at in range(head.start, head.end)}
    for mark in marks:
        if mark.role == "property" and not named.intersection(range(mark.start, mark.end)):
            heads += _compose(mark, places, words, heads)
    return sorted(heads, key=lambda head: (head.anchor, head.concept))


def _name(mark: Mark, places: Sequence[Mark], words: Sequence[str]) -> Head:
    choices = _BOUND.get(mark.value, {})
    place = _find_place(mark, places, words, choices) if choices else None
    concept = choices[place.value] if place else mark.value
    return Head(concept, mark.start, mark.end, mark.start, mark.end, device=mark.role == "device")


def _drop_describing(heads: Sequence[Head], words: Sequence[str], marks: Sequence[Mark]) -> Iterator[Head]:
    """Drop findings that only describe the next one, or only repeat the last: "interstitial edema", "nodular
    lesion"."""
    heads = [head for head in heads if not _is_loose(head, words, marks)]
    for number, head in enumerate(heads):
        before, after = (heads[at] if 0 <= at < len(heads) else None for at in (number - 1, number + 1))
        describes = (
            after is not None
            and after.concept != "lesion"
            and head.concept in _DESCRIBING - _ALSO
            and _is_close(head, after, words, marks)
        )
        repeats = before is not None and head.concept == "lesion" and _is_close(before, head, words, marks)
        again = after is not None and head.concept == after.concept and words[head.end : after.start] in ((), (",",))
        named = after is not None and head.concept == "lesion" and words[head.end : after.start] == ("of",)
        if not (describes or repeats or again or named):
            yield head


def _is_close(one: Head, other: Head, words: Sequence[str], marks: Sequence[Mark]) -> bool:
    """Tell whether one finding follows another at once, or after the name of a place: "cavitating lung mass"."""
    gap = other.start - one.end
    placed = any(mark.role == "anatomy" and mark.start == one.end and mark.end == other.start for mark in marks)
    return gap == 0 or (gap > 0 and placed and not SEPARATORS.intersection(words[one.end : other.start]))


def _is_loose(head: Head, words: Sequence[str], marks: Sequence[Mark]) -> bool:
    """Tell whether a "line" is only a line: nothing says where it ends or how it lies."""
    loose = head.device and words[head.start : head.end] in (
        ("line",),
        ("lead",),
        ("catheter",),
        ("port",),
        ("drain",),
        ("tube",),
    )
    told = any(mark.role in {"tip", "placed", "misplaced"} or mark.value == "backward" for mark in marks)
    return loose and not told


def _compose(mark: Mark, places: Sequence[Mark], words: Sequence[str], heads: Sequence[Head]) -> Iterator[Head]:
    """Name a finding by a property and the nearest place that it can be said of."""
    if mark.value in {"abnormal", "nothing"}:
        yield from _compose_class(mark, places, words)
        return
    denied = mark.value in _DENIED
    choices = _DENIED.get(mark.value) or _SAID.get(mark.value, {})
    place = _find_place(mark, places, words, choices)
    if mark.value == "normal" and place is None and not _stands_alone(mark, words):
        return
    for one in _list_joined(mark, place, places, words, choices) if place else [None]:
        concept = _refine(choices.get(one.value if one else "", ""), mark, one, words, heads)
        if concept:
            spans = [mark] if one is None else [mark, one]
            yield Head(
                concept,
                mark.start,
                mark.end,
                min(span.start for span in spans),
                max(span.end for span in spans),
                denied,
                composed=True,
            )


def _refine(concept: str, mark: Mark, place: Mark | None, words: Sequence[str], heads: Sequence[Head]) -> str:
    """Say more exactly what a property of a place is, by the words around; empty where it is nothing of its own."""
    before = words[max(0, mark.start - 3) : mark.start]
    airspace = bool(_AIRSPACE.intersection(before)) or (place is not None and words[place.start] in _AIRSPACE)
    if mark.value == "opaque":
        if any(head.end <= mark.start <= head.end + 1 and head.concept in _DENSE for head in heads):
            return ""
        return "pulmonary_nodule" if _ROUND.intersection(before) else "consolidation" if airspace else concept
    if mark.value in {"small", "bigger"} and any(
        head.anchor < mark.start and "," not in words[head.end : mark.start] for head in heads
    ):
        return ""  # the finding has changed, not its place
    if mark.value == "filled" and concept == "consolidation":
        return concept if _AIRSPACE.intersection(words) else ""
    if mark.value == "fluid" and place is not None and place.value == "lung":
        if any(head.concept == "pulmonary_cavity" for head in heads):
            return "air_fluid_level"
        first, second = sorted((mark, place), key=lambda one: one.start)
        inside = words[place.start] in {"lung", "alveolus", "alveolar", "airspace"} and _INSIDE.intersection(
            words[first.end : second.start]
        )
        full = words[mark.start] == "full" or "filled" in words[mark.start : mark.end]
        return "pulmonary_edema" if inside or (full and words[place.start] == "lung") else concept
    return concept


def _list_joined(
    mark: Mark, place: Mark, places: Sequence[Mark], words: Sequence[str], choices: Mapping[str, str]
) -> list[Mark]:
    """List the places that a property is said of together: "heart and mediastinum are normal"."""
    found = [place]
    if mark.value not in _SHARED:
        return found
    for step in (-1, 1):
        at = places.index(place) + step
        while 0 <= at < len(places):
            first, second = sorted((found[-1] if step > 0 else found[0], places[at]), key=lambda one: one.start)
            between = words[first.end : second.start]
            if (
                first.end <= mark.start < second.start
                or not ({"and", ",", "or"}.intersection(between) and len(between) <= 2)
                or places[at].value not in choices
            ):
                break
            found.insert(len(found) if step > 0 else 0, places[at])
            at += step
    return found


def _compose_class(mark: Mark, places: Sequence[Mark], words: Sequence[str]) -> Iterator[Head]:
    """Name an abnormality of a place, of which only the denial says something."""
    known = {place: name for place, name in CLASSES.items() if place}
    place = _find_place(mark, places, words, known, farthest=4)
    concept = known[place.value] if place else "any"
    yield Head(concept, mark.start, mark.end, mark.start, mark.end, denied=mark.value == "nothing")


def _find_place(
    mark: Mark, places: Sequence[Mark], words: Sequence[str], choices: Mapping[str, str], farthest: int = _FARTHEST
) -> Mark | None:
    """Find the nearest place that a property can be said of, within its part of the sentence."""
    near = [
        (gap, place)
        for place in places
        if place.value in choices and (gap := _count_gap(mark, place, words)) <= farthest
    ]
    return min(near, key=lambda one: one[0])[1] if near else None


def _count_gap(mark: Mark, place: Mark, words: Sequence[str]) -> int:
    first, second = sorted((mark, place), key=lambda one: one.start)
    between = words[first.end : second.start]
    if ";" in between:
        return _FARTHEST + 1
    bonus_of_kind = 4 if place.value == _PREFERRED.get(mark.value) else 0
    # what follows "in" or "of" is where it is: "air in the pleural space", and not the heart before
    bonus = (
        2 if second is place and {"in", "of", "within", "around", "at", "beneath", "under"}.intersection(between) else 0
    )
    bonus += bonus_of_kind - (
        4 if place.value in {"bone", "chest"} else 0
    )  # the more exact place is meant, if one is named
    return len(between) + _COMMA * between.count(",") + _COMMA * between.count(":") + 2 * between.count("and") - bonus


def _stands_alone(mark: Mark, words: Sequence[str]) -> bool:
    """Tell whether a sentence is no more than "Normal."."""
    return mark.end - mark.start >= len([word for word in words if word not in SEPARATORS])


__all__ = ["CLASSES", "Head", "find_heads"]
