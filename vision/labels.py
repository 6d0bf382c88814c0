"""Labels that the bundled encoder was trained on, in the order of its outputs."""

from __future__ import annotations

FOLDS = 5
"""Folds of the bundled model."""

FINDINGS = (
    "Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Effusion", "Emphysema", "Fibrosis", "Hernia",
    "Infiltration", "Mass", "Nodule", "Pleural_Thickening", "Pneumonia", "Pneumothorax",
)  # fmt: skip
"""The fourteen labels of ChestX-ray14."""

READINGS = ("Normal", "Lung Opacity")
"""Radiologists' classes of the RSNA challenge, trained beside the labels."""

OUTPUTS = (*FINDINGS, "No Finding", *(f"RSNA {reading}" for reading in READINGS), "AP")
"""The outputs of a head, in order; the last one is the view."""

__all__ = ["FINDINGS", "FOLDS", "OUTPUTS", "READINGS"]
