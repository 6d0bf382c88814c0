"""Writing the certificate of release: ``python -m thoracite.evaluation.certify DATA [FOLDER]``.

The risks are those of the stricter reading of suite ``release``: *possible* on an image without opacity is an error
too. They are measured on patients of the folds, each read by the head that did not see them; locked patients take no
part, and ``thoracite evaluate release`` shows what comes of it on them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from thoracite.evaluation.release import MARGINS, OPACITIES, READINGS, control, find_truth, read_opacities
from thoracite.evaluation.words import Said
from thoracite.files import write_text
from thoracite.generation.release.certificate import FILE, Certificate, digest_weights
from thoracite.generation.release.risk_control import average_patients
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.encoder import FOLDER
from thoracite.vision.mini.entities import find_entities

STRICT = list(READINGS)[-1]
"""The reading that the product keeps to."""


def certify(said: Said, folder: Path) -> Certificate:
    """Measure the certificate of a model.

    Parameters
    ----------
    said : Said
        Images that pass the gate, with their radiologists' readings; locked patients are left out.
    folder : Path
        Folder of the model.
    """
    own = said.take(np.flatnonzero([not case.locked for case in said.held.cases]))
    controlled = control(own, find_truth(own), STRICT)
    losses = average_patients(controlled.errors, controlled.groups)
    entities, released = find_entities(FINDINGS), controlled.kept.sum(axis=0)
    return Certificate(
        weights=digest_weights(folder),
        findings=tuple(entities[FINDINGS.index(name)].id for name in OPACITIES),
        margins=tuple(float(margin) if np.isfinite(margin) else None for margin in MARGINS),
        risks=tuple(float(round(risk, 6)) for risk in losses.mean(axis=0)),
        patients=len(losses),
        left_out=tuple(float(round(1 - kept / released[-1], 6)) for kept in released),
        data="ChestX-ray14, read by RSNA's radiologists for the Pneumonia Detection Challenge 2018",
    )


def main(data: Path, folder: Path = FOLDER) -> None:
    """Write the certificate of a model into its folder."""
    read, passed = read_opacities(data, folder=folder)
    made = certify(read.take(np.flatnonzero(passed)), folder)
    write_text(folder / FILE, json.dumps(made.model_dump(mode="json"), indent=1) + "\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))

__all__ = ["STRICT", "certify", "main"]
