"""Claims made comparable: names of the graph that hold a side or a place are split, and devices told where they end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from thoracite.evaluation.claim_words import Mark

if TYPE_CHECKING:
    from thoracite.evaluation.claim_reading import Claim

_SAME: Mapping[str, str] = {
    "pulmonary_emboli": "pulmonary_embolism", "tracheal_deviation": "mediastinal_shift",
    "septal_lines": "pulmonary_edema",
    "contralateral_mediastinal_shift": "mediastinal_shift", "contralateral_tracheal_deviation": "mediastinal_shift",
    "alveolar_pulmonary_edema": "pulmonary_edema", "interstitial_pulmonary_edema": "pulmonary_edema",
    "retrocardiac_opacity": "pulmonary_opacity", "complete_lung_atelectasis": "atelectasis",
    "compressive_atelectasis": "atelectasis", "linear_atelectasis": "atelectasis", "volume_loss": "atelectasis",
    "sharp_costophrenic_angle": "pleural_effusion", "focal_lung_opacity": "pulmonary_opacity",
    "enlarged_cardiothoracic_ratio": "cardiomegaly", "lung_cancer": "malignancy", "apical_cap": "pleural_thickening",
    "right_mainstem_intubation": "endotracheal_tube", "disc_space_narrowing": "degenerative_changes",
}  # fmt: skip
_LOBES = (
    (re.compile(r"(?:(left|right)_)?(upper|middle|lower)_lobe_(?:collapse|atelectasis)"), "atelectasis"),
    (re.compile(r"(?:(left|right)_)?(upper|middle|lower)_lobe_consolidation"), "consolidation"),
    (re.compile(r"(?:(left|right)_)?(upper|middle|lower)_lobe_pneumonia"), "pneumonia"),
    (re.compile(r"(left|right)_pneumothorax()"), "pneumothorax"),
    (re.compile(r"(right|left)_paratracheal_lymphadenopathy()"), "lymphadenopathy"),
)
_WITHOUT_SIDE = frozenset({
    "cardiomegaly", "widened_mediastinum", "pneumoperitoneum", "hyperinflation", "scoliosis", "degenerative_changes",
    "sternotomy", "hiatal_hernia", "pneumomediastinum", "aortic_tortuosity", "aortic_calcification", "low_lung_volumes",
    "kyphosis", "osteopenia", "surgery", "pulmonary_edema", "congestive_heart_failure", "mediastinal_mass",
    "pulmonary_vascular_congestion", "gastric_distension", "pericardial_effusion", "miliary_pattern", "dextrocardia",
    "situs_inversus", "chronic_obstructive_pulmonary_disease", "sarcoidosis", "obscured_contour", "endotracheal_tube",
    "nasogastric_tube", "tracheostomy_tube", "pacemaker", "vertebral_compression_fracture",
})  # fmt: skip
"""Findings in the middle, or of both sides, of which a side says nothing new."""

_LARGEST_NODULE = 30.0
"""Millimetres from which on a nodule is called a mass."""
_GENERIC = frozenset({"lesion"})
_LEVELS = frozenset({"upper", "mid", "lower", "hilar", "peripheral"})
_WITHOUT_LEVEL = _WITHOUT_SIDE - {"mediastinal_mass", "pulmonary_edema", "obscured_contour"}
_LYING_RIGHT: Mapping[str, frozenset[str]] = {
    "endotracheal_tube": frozenset({"above_carina", "mid_trachea"}),
    "nasogastric_tube": frozenset({"stomach", "duodenum"}),
    "central_venous_catheter": frozenset({"svc", "cavoatrial"}),
    "pacemaker": frozenset({"right_ventricle", "right_atrium"}),
    "swan_ganz_catheter": frozenset({"pulmonary_artery"}),
}
_LYING_WRONG: Mapping[str, frozenset[str]] = {
    "endotracheal_tube": frozenset({"bronchus", "below_carina", "at_carina", "esophagus"}),
    "nasogastric_tube": frozenset({"bronchus", "esophagus", "above_carina", "below_carina", "mid_trachea", "lung"}),
    "central_venous_catheter": frozenset(
        {"subclavian", "jugular", "azygos", "ivc", "brachiocephalic", "right_ventricle"}
    ),
    "swan_ganz_catheter": frozenset({"peripheral_artery"}),
}
_FEEDING = frozenset({"stomach", "duodenum", "esophagus"})
"""Where only a feeding tube ends."""
_ROUTES = frozenset({"subclavian", "jugular"})
_ENDING = frozenset(
    {"tip", "end", "ending", "terminate", "terminating", "lie", "lying", "in", "at", "into", "project", "sit"}
)


def canonise(claim: Claim) -> Iterator[Claim]:
    """Name a claim's concept without side and place, which go to their own fields."""
    for pattern, concept in _LOBES:
        if found := pattern.fullmatch(claim.concept):
            sides = claim.sides | ({found[1]} if found[1] else set())
            place = {"middle": "mid"}.get(found[2], found[2])
            claim = claim._replace(concept=concept, sides=sides, places=claim.places | ({place} if place else set()))
    concept = _SAME.get(claim.concept, claim.concept)
    if concept in {"pulmonary_nodule", "lung_mass"} and claim.length:
        concept = "lung_mass" if claim.length > _LARGEST_NODULE else "pulmonary_nodule"
    if concept == "tube":
        concept = "nasogastric_tube" if claim.tips & _FEEDING else "endotracheal_tube"
        claim = claim._replace(placed=claim.placed or _place(concept, claim.tips))
    if concept == "unexpanded":
        yield from (claim._replace(concept=name) for name in ("pneumothorax", "atelectasis"))
        return
    if {"upper", "lower"} <= claim.places and claim.sides == {"left"}:
        claim = claim._replace(places=claim.places - {"upper", "lower"} | {"mid"})  # lower part of the upper lobe
    if concept in _WITHOUT_SIDE:
        claim = claim._replace(sides=frozenset())
    if concept in _WITHOUT_LEVEL or claim.device:
        claim = claim._replace(places=claim.places - _LEVELS)
    yield claim._replace(concept=concept)


def merge(claims: Sequence[Claim]) -> list[Claim]:
    """Merge what a sentence says twice of the same: "a hollow, ring-like lesion"."""
    kept: list[Claim] = []
    for one in claims:
        at = next((at for at, other in enumerate(kept) if _is_same(other, one)), None)
        if at is None:
            kept.append(one)
        else:
            kept[at] = _join(kept[at], one)
    return kept


def _is_same(one: Claim, other: Claim) -> bool:
    if one.certainty != other.certainty and not (
        _GENERIC.intersection((one.concept, other.concept)) and one.certainty > 0
    ):
        return False
    apart = bool(one.sides and other.sides and one.sides != other.sides) or bool(one.length and other.length)
    apart = apart or bool(one.places and other.places and not one.places & other.places)
    if apart or (one.placed and other.placed) or (one.change and other.change and one.change != other.change):
        return False
    return one.concept == other.concept or _is_generic(one, other) or _is_generic(other, one)


def _is_generic(one: Claim, other: Claim) -> bool:
    """Tell whether a claim names no more than that there is something, which the other names."""
    return one.concept == "lesion" and other.concept in {
        "pulmonary_nodule",
        "lung_mass",
        "pulmonary_cavity",
        "malignancy",
    }


def _join(one: Claim, other: Claim) -> Claim:
    concept = other.concept if one.concept in _GENERIC else one.concept
    degrees = [degree for degree in (one.degree, other.degree) if degree is not None]
    return one._replace(
        concept=concept,
        certainty=min(one.certainty, other.certainty),
        sides=one.sides | other.sides,
        places=one.places | other.places,
        degree=max(degrees, default=None),
        change=one.change or other.change,
        length=one.length or other.length,
        tips=one.tips | other.tips,
        placed=one.placed or other.placed,
        old=one.old or other.old,
        more_on=one.more_on or other.more_on,
        number=one.number or other.number,
    )


def read_device(concept: str, near: Sequence[Mark], words: Sequence[str]) -> tuple[frozenset[str], str]:
    """Read where a device ends, and whether that is right: ``ok``, ``bad``, or empty.

    Parameters
    ----------
    concept : str
        The device.
    near : sequence of Mark
        Phrases of its part of the sentence.
    words : sequence of str
        The sentence.
    """
    found = [mark for mark in near if mark.role == "tip" and _is_end(mark, words)]
    missed = {
        mark.value
        for mark in found
        if any(other.role == "negation" and 0 <= mark.start - other.end <= 2 for other in near)
    }
    tips = frozenset(mark.value for mark in found) - missed
    if any(mark.role == "misplaced" for mark in near) or missed & _LYING_RIGHT.get(concept, frozenset()):
        return tips, "bad"
    return tips, _place(concept, tips) or ("ok" if any(mark.role == "placed" for mark in near) else "")


def _is_end(mark: Mark, words: Sequence[str]) -> bool:
    """Tell whether a vein is where a catheter ends, and not where it was put in: "jugular line"."""
    return mark.value not in _ROUTES or bool(_ENDING.intersection(words[max(0, mark.start - 4) : mark.start]))


def _place(concept: str, tips: frozenset[str]) -> str:
    if tips & _LYING_WRONG.get(concept, frozenset()):
        return "bad"
    return "ok" if tips & _LYING_RIGHT.get(concept, frozenset()) else ""


__all__ = ["canonise", "merge", "read_device"]
