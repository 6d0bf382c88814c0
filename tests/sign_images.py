"""Findings of sixteen images, carried by signs, as the encoder may read them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from tests.signs import score_sign
from thoracite.generation.report_statements import find_labelled
from thoracite.types import CERTAINTIES, Drawing, Finding, SignScore, View, find_log_odds, find_verdict
from thoracite.vision.mini.signs.listed import read_signs

PRIORS = {
    "Effusion": 0.12, "Cardiomegaly": 0.03, "Edema": 0.03, "Atelectasis": 0.1, "Consolidation": 0.045, "Pneumonia": 0.02,
    "Emphysema": 0.02, "Pneumothorax": 0.045, "Mass": 0.05, "Nodule": 0.06, "Fibrosis": 0.015, "Pleural_Thickening": 0.03,
    "Hernia": 0.002, "Infiltration": 0.17,
}  # fmt: skip
"""Shares of the findings in the mix, by NIH name."""

IMAGES: Mapping[str, tuple[View, Mapping[str, tuple[float, Mapping[str, float]]]]] = {
    "right effusion": ("PA", {"Effusion": (0.83, {
        "yes blunting_of_costophrenic_angle right": 1.6, "yes obscuration_of_hemidiaphragm right": 0.9,
        "no blunting_of_costophrenic_angle left": -0.5, "yes denser_lower_lung_zone_on_one_side right": 0.4})}),
    "wide heart on AP": ("AP", {
        "Cardiomegaly": (0.42, {"yes cardiothoracic_ratio_gt_0_55_on_ap_view": 2.1}),
        "Edema": (0.38, {"yes bilateral_symmetric_lung_opacity bilateral": 1.1, "yes perihilar_haze bilateral": 0.7,
                         "no bilateral_blunting_of_costophrenic_angles bilateral": -0.3}),
        "Pneumonia": (0.05, {"yes bilateral_symmetric_lung_opacity bilateral": -0.6})}),
    "wide heart on PA": ("PA", {"Cardiomegaly": (0.71, {
        "yes cardiothoracic_ratio_gt_0_5_on_pa_view": 2.4,
        "yes leftward_and_inferior_displacement_of_left_heart_border left": 0.8, "no prominent_right_heart_border right": -0.2})}),
    "left collapse": ("PA", {"Atelectasis": (0.66, {
        "yes elevated_hemidiaphragm left": 0.9, "yes smaller_lung_on_one_side left": 0.8, "yes retrocardiac_opacity left": 0.5,
        "no tracheal_deviation left": -0.2})}),
    "middle lobe": ("PA", {
        "Consolidation": (0.4, {"yes obscuration_of_right_heart_border right": 1.2, "no obscuration_of_hemidiaphragm right": -0.4}),
        "Pneumonia": (0.24, {"yes obscuration_of_right_heart_border right": 0.9, "no bilateral_symmetric_lung_opacity bilateral": 0.2}),
        "Atelectasis": (0.22, {"yes obscuration_of_right_heart_border right": 0.3})}),
    "emphysema": ("PA", {"Emphysema": (0.55, {
        "yes flattened_diaphragm bilateral": 1.5, "yes increased_lung_height bilateral": 0.9,
        "yes paucity_of_peripheral_vascular_markings bilateral": 0.4})}),
    "round lungs": ("PA", {"Emphysema": (0.09, {"yes increased_lung_height bilateral": 0.9, "no flattened_diaphragm bilateral": -0.6}),
                           "Mass": (0.62, {"yes rounded_opacity_larger_than_3_cm": 2.2})}),
    "pneumothorax": ("AP", {"Pneumothorax": (0.58, {
        "yes apicolateral_lucency_without_vessels left": 1.3, "yes relative_lucency_of_hemithorax left": 1.0,
        "no tracheal_deviation right": -0.3})}),
    "nodules": ("PA", {"Nodule": (0.52, {"yes rounded_opacity_up_to_3_cm": 1.4, "yes multiple_rounded_lung_opacities": 0.9}),
                       "Mass": (0.12, {"yes rounded_opacity_up_to_3_cm": -0.5, "no rounded_opacity_larger_than_3_cm": -0.4})}),
    "fibrosis": ("PA", {"Fibrosis": (0.31, {
        "yes reticular_pattern bilateral": 1.5, "yes low_lung_volumes bilateral": 0.9,
        "yes basal_and_peripheral_reticular_opacities bilateral": 0.6})}),
    "thick pleura": ("PA", {
        "Pleural_Thickening": (0.27, {"yes sharply_outlined_shadow_along_the_inner_chest_wall right": 1.1, "yes apical_cap right": 0.8,
                                      "yes blunting_of_costophrenic_angle right": 0.3}),
        "Effusion": (0.3, {"yes blunting_of_costophrenic_angle right": 1.1})}),
    "hernia": ("PA", {"Hernia": (0.2, {"yes retrocardiac_opacity left": 1.9})}),
    "nothing": ("PA", {"Effusion": (0.05, {"no blunting_of_costophrenic_angle right": -0.7})}),
    "possible only": ("PA", {"Effusion": (0.26, {"no blunting_of_costophrenic_angle right": -0.3}),
                             "Nodule": (0.14, {"yes rounded_opacity_up_to_3_cm": 0.8})}),
    "the rest disagrees": ("PA", {"Effusion": (0.7, {
        "no blunting_of_costophrenic_angle right": -0.7, "no obscuration_of_hemidiaphragm right": -0.3})}),
    "nothing measured": ("PA", {"Edema": (0.5, {"invalid bilateral_symmetric_lung_opacity bilateral": 0.0})}),
}  # fmt: skip
"""View and findings by name: probability, and what each answered sign adds; those left out are unlikely."""


def read_image(name: str) -> tuple[View, tuple[Finding, ...]]:
    """One of the images: its view and all fourteen findings."""
    view, told = IMAGES[name]
    entities = find_labelled()
    findings = []
    for label, prior in PRIORS.items():
        probability, signs = told.get(label, (prior / 4, {}))
        scores = tuple(_make_score(sign, added, view) for sign, added in signs.items())
        ratio = math.exp(find_log_odds(probability) - find_log_odds(prior))
        findings.append(
            Finding(
                entity=entities[label],
                probability=probability,
                prior=prior,
                base_log_odds=find_log_odds(prior) - 0.3,
                certainty=CERTAINTIES[find_verdict(probability, ratio)],
                signs=scores,
            )
        )
    return view, tuple(findings)


def _make_score(sign: str, added: float, view: View) -> SignScore:
    answer, name, *side = sign.split(" ")
    asked = next(one for one in read_signs() if one.key == " ".join([f"thx:{name}", *side]) and one.view in {None, view})
    if answer == "invalid":
        return SignScore(sign=asked.sign, side=asked.side, valid=False, invalid_because="the base is cut off", unit=asked.unit)
    score = score_sign(asked, "yes" if answer == "yes" else "no", log_odds=added, view=view)
    return score.model_copy(update={"drawing": (Drawing(kind="line", points=((10.0, 20.0), (60.0, 90.0))),)})
