"""Concepts of claims: how near two are, which belong to a part of the chest, and what hangs on them for a patient."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

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
    "calcified_granuloma", "degenerative_disc_disease", "atherosclerosis", "apical_scarring", "hernia",
})  # fmt: skip
"""Concepts that change little."""

_WEIGHT, _MUCH, _LITTLE = 1.0, 3.0, 0.25

_NEAR: Mapping[float, tuple[str, ...]] = {
    0.9: (
        "dextrocardia situs_inversus",
        "consolidation pulmonary_infiltrates", "pulmonary_infiltrates pulmonary_opacity", "granuloma calcified_granuloma",
        "lymphadenopathy hilar_enlargement", "miliary_pattern pulmonary_nodule", "emphysema hyperinflation",
        "hyperinflation chronic_obstructive_pulmonary_disease", "scarring pulmonary_fibrosis", "tuberculosis pulmonary_tuberculosis",
        "lesion pulmonary_nodule", "lesion pulmonary_opacity", "ground_glass_opacity pulmonary_opacity",
    ),
    0.8: (
        "right_paratracheal_stripe_widening lymphadenopathy", "consolidation pulmonary_opacity", "emphysema chronic_obstructive_pulmonary_disease", "lesion lung_mass",
        "pulmonary_edema congestive_heart_failure", "pulmonary_vascular_congestion congestive_heart_failure",
        "malignancy lung_mass", "mediastinal_mass lung_mass", "opaque_hemithorax pulmonary_opacity", "surgery sternotomy",
        "pleural_effusion hemothorax", "pleural_effusion pleural_empyema", "pleural_thickening pleural_plaque",
        "lung_abscess pulmonary_cavity", "fracture rib_fracture", "fracture clavicle_fracture", "lymphangitis malignancy",
        "fracture vertebral_compression_fracture", "fracture sternal_fracture", "fracture humeral_fracture",
        "fracture scapular_fracture", "pulmonary_metastasis malignancy", "lesion malignancy", "lymphadenopathy hilar_lymphadenopathy",
    ),
    0.75: (
        "pneumonia consolidation", "pneumothorax tension_pneumothorax", "pneumothorax hydropneumothorax",
        "pulmonary_nodule lung_mass", "pulmonary_edema pulmonary_vascular_congestion", "interstitial_pattern pulmonary_fibrosis",
        "pulmonary_bulla emphysema", "pulmonary_metastasis pulmonary_nodule", "pulmonary_opacity pulmonary_nodule",
        "pulmonary_opacity lung_mass", "pneumonia pulmonary_infiltrates", "lesion pulmonary_cavity", "aspiration pneumonia",
    ),
    0.6: (
        "pneumonia pulmonary_opacity", "atelectasis pulmonary_opacity", "pleural_effusion hydropneumothorax",
        "malignancy pulmonary_nodule", "interstitial_pattern pulmonary_edema", "widened_mediastinum mediastinal_mass",
        "widened_mediastinum aortic_aneurysm", "aortic_dissection aortic_aneurysm", "granuloma pulmonary_nodule",
        "aortic_aneurysm aortic_tortuosity", "bone_destruction pulmonary_metastasis", "scarring atelectasis",
        "rib_deformity rib_fracture", "clavicle_deformity clavicle_fracture", "miliary_pattern pulmonary_opacity",
        "ground_glass_opacity consolidation", "interstitial_pattern pulmonary_opacity", "pulmonary_edema pulmonary_opacity",
        "widened_mediastinum aortic_dissection", "opaque_hemithorax pleural_effusion", "ground_glass_opacity pulmonary_infiltrates",
    ),
}  # fmt: skip
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
        "pleural_effusion", "pneumothorax", "tension_pneumothorax", "hydropneumothorax", "hemothorax", "pleural_empyema",
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
    return _LITTLE if concept in _TRIVIAL or concept.endswith("_variant") else _WEIGHT


@lru_cache(maxsize=20_000)
def compare_concepts(one: str, other: str) -> float:
    """Return how near two concepts are in meaning, in [0, 1].

    Examples
    --------
    >>> compare_concepts("consolidation", "pulmonary_opacity"), compare_concepts("pneumothorax", "scoliosis")
    (0.8, 0.0)
    """
    if one == other:
        return 1.0
    if is_of(one, other) or is_of(other, one):
        return 0.9
    near = next(
        (value for value, pairs in _NEAR.items() if f"{one} {other}" in pairs or f"{other} {one}" in pairs), 0.0
    )
    first, second = f"thx:{one}", f"thx:{other}"
    wider = first in find_wider(second) or second in find_wider(first)
    return max(near, 0.75 if wider else 0.0)


def is_of(concept: str, part: str) -> bool:
    """Tell whether a finding is one of a part of the chest: an effusion is one of the pleura, each is one of the chest."""
    return concept in _CLASSES.get(part, ()) or (part == _WHOLE and (concept in _CLASSES or any(
        concept in members for members in _CLASSES.values()
    )))  # fmt: skip


__all__ = ["compare_concepts", "is_of", "weigh_concept"]
