"""The gate: is this a frontal chest radiograph, upright and of the usual polarity?

A linear layer classifies the network's last features as one of :data:`KINDS`. Inverted images are turned back; turned,
lateral and other images are withheld with the reason.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.vision.image import Radiograph

KINDS = ("frontal", "inverted", "turned", "other")
"""Classes of the gate."""

COLOURED = 0.04
"""Largest mean difference of the colour channels in a radiograph without coloured overlay."""

_WITHHELD = {
    "turned": "the image looks turned or upside down; turn it upright",
    "other": "the image does not look like a frontal chest X-ray",
}
_NOT_PROJECTIONS = {"CT", "MR", "US", "PT", "NM", "MG", "XA", "OT", "SC", "SR", "ECG", "RTDOSE", "RTSTRUCT", "RTPLAN"}


class GateWeights(NamedTuple):
    """The gate's linear layer and its operating point.

    Parameters
    ----------
    weight : ndarray, shape (kinds, features), float32
        One row for each kind.
    bias : ndarray, shape (kinds,), float32
        One number for each kind.
    threshold : float
        Least score of ``frontal`` in an accepted image.
    """

    weight: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    threshold: float


def rate_kinds(features: npt.NDArray[np.float32], gate: GateWeights) -> npt.NDArray[np.float32]:
    """Rate each kind, in [0, 1], with sum 1; not calibrated.

    Parameters
    ----------
    features : ndarray, shape (..., features), float32
        Mean of the last maps over places and heads.

    Returns
    -------
    ndarray, shape (..., kinds), float32
    """
    logits = features @ gate.weight.T + gate.bias
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float32)


def find_kind(features: npt.NDArray[np.float32], gate: GateWeights) -> str:
    """Return the kind with the best score, or ``frontal`` from the threshold on.

    Parameters
    ----------
    features : ndarray, shape (features,), float32
        Of one image.

    Examples
    --------
    >>> gate = GateWeights(np.eye(4, 2, dtype=np.float32), np.zeros(4, dtype=np.float32), threshold=0.5)
    >>> find_kind(np.array([3.0, 0.0], dtype=np.float32), gate), find_kind(np.array([0.0, 3.0], dtype=np.float32), gate)
    ('frontal', 'inverted')
    """
    scores = rate_kinds(features, gate)
    if scores[0] >= gate.threshold:
        return KINDS[0]
    return KINDS[1 + int(scores[1:].argmax())]


def find_refusal(radiograph: Radiograph) -> str | None:
    """Return the reason why the file alone shows that it is no frontal chest radiograph; None if it does not.

    Examples
    --------
    >>> find_refusal(Radiograph(np.zeros((64, 64), dtype=np.float32), modality="CT"))
    'the DICOM file is of modality CT, not a frontal chest X-ray'
    """
    if radiograph.modality in _NOT_PROJECTIONS:
        return f"the DICOM file is of modality {radiograph.modality}, not a frontal chest X-ray"
    if radiograph.view == "lateral":
        return "the DICOM file says that it is a lateral view; the model reads frontal views"
    if radiograph.colour > COLOURED:
        return "the image is coloured, so it is no plain chest X-ray"
    if float(np.ptp(radiograph.pixels)) < 0.02:
        return "the image is blank"
    return None


def explain_kind(kind: str) -> str:
    """Return the reason why an image of a kind is withheld."""
    return _WITHHELD.get(kind, _WITHHELD["other"])


__all__ = ["COLOURED", "KINDS", "GateWeights", "explain_kind", "find_kind", "find_refusal", "rate_kinds"]
