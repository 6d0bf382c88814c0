"""Concepts of claims: how near two are, which belong to a part of the chest, and what hangs on them for a patient."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from thoracite.files import read_rows
from thoracite.kg.concepts import read_concepts
from thoracite.kg.ties import find_wider

_URGENT = frozenset({
    "pneumothorax", "tension_pneumothorax", "hydropneumothorax", "pneumoperitoneum", "pneumomediastinum", "lung_mass",
    "pulmonary_nodule", "pneumonia", "consolidation", "pulmonary_edema", "pulmonary_embolism", "aortic_dissection",
    "aortic_aneurysm", "widened_mediastinum", "mediastinal_shift", "mediastinal_mass", "pulmonary_cavity",
    "lung_abscess", "pleural_empyema", "tuberculosis", "pulmonary_tuberculosis", "hemothorax", "opaque_hemithorax",
    "flail_chest", "pericardial_effusion", "malignancy", "pulmonary_metastasis", "bone_destruction", "lesion",
    "respiratory_distress_syndrome", "miliary_pattern", "foreign_body", "lymphangitis", "pulmonary_hemorrhage",
    "any_lung", "any_pleura", "any", "ground_glass_opacity", "congestive_heart_failure", "pulmonary_contusion",
})  # fmt: skip
"""Concepts that change what is done at once or soon."""

_TRIVIAL = frozenset({
    "degenerative_changes", "scoliosis", "kyphosis", "osteopenia", "granuloma", "aortic_calcification",
    "aortic_tortuosity", "scarring", "azygos_lobe", "rib_variant", "nipple_shadow", "skin_fold", "surgical_clip",
    "sternotomy", "surgery", "pleural_plaque", "pleural_thickening", "hiatal_hernia", "pectus_excavatum",
    "low_lung_volumes", "eventration", "calcification", "gastric_distension", "rotation", "trauma", "mastectomy",
    "obscured_contour", "valve_prosthesis", "goiter", "air_bronchogram", "pulmonary_hamartoma", "osteophyte",
    "degenerative_spine_changes", "clavicle_deformity", "rib_deformity", "deformity", "air_fluid_level",
    "right_aortic_arch", "right_gastric_bubble", "breast_implant", "radiation_change", "calcified_granuloma",
    "degenerative_disc_disease", "atherosclerosis", "apical_scarring", "hernia",
})  # fmt: skip
"""Concepts that change little."""

_WEIGHT, _MUCH, _SIGN, _LITTLE = 1.0, 3.0, 0.5, 0.25

NEAR = Path(__file__).with_name("claim_kinds.csv")
"""Concepts that one reader may use for another's, by how much of the meaning is kept."""

_LUNG = frozenset({
    "consolidation", "pulmonary_infiltrates", "pulmonary_opacity", "pneumonia", "ground_glass_opacity", "lesion",
    "pulmonary_edema", "lung_mass", "pulmonary_nodule", "malignancy", "pulmonary_metastasis", "miliary_pattern",
    "pulmonary_cavity", "lung_abscess", "tuberculosis", "interstitial_pattern", "aspiration", "opaque_hemithorax",
    "lymphangitis", "pulmonary_contusion", "pulmonary_hemorrhage", "pulmonary_tuberculosis",
})  # fmt: skip
_CLASSES: Mapping[str, frozenset[str]] = {
    "any_lung": _LUNG,
    "any_pleura": frozenset({
        "pleural_effusion", "pneumothorax", "tension_pneumothorax", "hydropneumothorax", "hemothorax",
        "pleural_empyema",
        "pleural_thickening",
    }),
    "any_bone": frozenset({
        "rib_fracture", "fracture", "clavicle_fracture", "bone_destruction", "vertebral_compression_fracture",
        "sternal_fracture", "humeral_fracture", "scapular_fracture",
    }),
    "any_heart": frozenset({"cardiomegaly", "widened_mediastinum"}),
}  # fmt: skip
_WHOLE = "any"


def weigh_concept(concept: str) -> float:
    """Weigh a concept by what hangs on it for the patient."""
    if concept in _URGENT:
        return _MUCH
    if concept in _TRIVIAL or concept.endswith("_variant"):
        return _LITTLE
    return _SIGN if concept in _list_signs() else _WEIGHT


@cache
def _list_signs() -> frozenset[str]:
    """List the concepts that only point to a finding."""
    return frozenset(node.entity.id.removeprefix("thx:") for node in read_concepts() if node.entity.kind == "sign")


@lru_cache(maxsize=20_000)
def compare_concepts(one: str, other: str) -> float:
    """Return how near two concepts are in meaning, in [0, 1].

    Examples
    --------
    >>> compare_concepts("consolidation", "pulmonary_opacity"), compare_concepts("pneumothorax", "scoliosis")
    (0.9, 0.0)
    """
    if one == other:
        return 1.0
    if is_of(one, other) or is_of(other, one):
        return 0.95
    near = _read_near().get(frozenset((one, other)), 0.0)
    first, second = f"thx:{one}", f"thx:{other}"
    wider = first in find_wider(second) or second in find_wider(first)
    return max(near, 0.75 if wider else 0.0)


def is_of(concept: str, part: str) -> bool:
    """Tell whether a finding is one of a part of the chest: an effusion is one of the pleura, each is one of the
    chest."""
    if part == _WHOLE:
        return concept in _CLASSES or any(concept in members for members in _CLASSES.values())
    return concept in _CLASSES.get(part, ())


@cache
def _read_near() -> Mapping[frozenset[str], float]:
    rows = read_rows(NEAR, columns=("near", "one", "other"), expected="near, one, other")
    return {frozenset((row["one"], row["other"])): float(row["near"]) for row in rows}


__all__ = ["compare_concepts", "is_of", "weigh_concept"]
