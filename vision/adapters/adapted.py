"""Third-party models as encoders: their labels become our concepts, their scores findings; our gate decides first.

A model rates each of its own labels; :class:`AdaptedEncoder` does the rest for all of them. A label
becomes a concept where it is the code of exactly one (``NIH14:``, ``CheXpert:``, ``PadChest:``) or a name of one; the
others are dropped. The gate is that of ``thoracite-mini``, since the third-party models read any image as a chest.

The results are **not calibrated**: the operating point is the model's own, moved to 0.5, and a finding within
:data:`BAND` of it is uncertain. Such findings say ``calibrated=False``, and sentences call the number a score. Scales
that ``thoracite train calibration`` fitted are used instead where there are any.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from thoracite.errors import ModelError
from thoracite.kg.linking.labels import LabelLinker
from thoracite.types import Certainty, Entity, Finding
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Pixels, Radiograph
from thoracite.vision.mini.calibration import FindingScale

if TYPE_CHECKING:
    import torch

    from thoracite.vision.mini.encoder import MiniEncoder

BAND = 0.1
"""A score this near to the operating point, 0.5, is uncertain."""

_NORMAL = "thx:no_finding"

LogOdds = npt.NDArray[np.float64]


class LabelModel(Protocol):
    """A third-party model.

    Parameters
    ----------
    labels : sequence of str
        Its labels, as its makers name them.
    network : torch.nn.Module
        The network, in evaluation mode.
    """

    labels: Sequence[str]
    network: torch.nn.Module

    def move(self, device: str) -> None:
        """Move the network to a device, named as in torch."""
        ...

    def rate(self, pixels: Pixels) -> LogOdds:
        """Rate each label.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Air dark, bone bright.

        Returns
        -------
        ndarray, shape (labels,), float64
            Log-odds; 0 at the model's own operating point.
        """
        ...


class AdaptedEncoder:
    """Reading of radiographs by a third-party model.

    Parameters
    ----------
    name : str
        The name that was asked for.
    model : LabelModel
        Gives log-odds of its labels.
    gate : MiniEncoder
        Supplies the gate, which tells chest X-rays from other images.
    scales : sequence of FindingScale
        Of the calibrated findings; the others give scores.

    Raises
    ------
    ModelError
        If none of the model's labels is a concept.
    """

    def __init__(self, name: str, model: LabelModel, *, gate: MiniEncoder, scales: Sequence[FindingScale] = ()) -> None:
        self.name, self.model, self._gate = name, model, gate
        self.entities = link_labels(model.labels)
        known = link_labels([scale.label for scale in scales])
        self._scales = {entity.id: scales[position] for position, entity in known.items()}
        if not self.entities:
            shown = ", ".join(model.labels[:20]) + (" …" if len(model.labels) > 20 else "")
            raise ModelError(f"the encoder {name} has no label that is a concept of the graph; its labels are {shown}")

    def read(self, radiograph: Radiograph) -> Reading:
        """Return the findings of one radiograph, or the reason for refusing it.

        Parameters
        ----------
        radiograph : Radiograph
            From :func:`thoracite.vision.image.read_radiograph`; an inverted image is turned back here.
        """
        passed = self._gate.apply_gate(radiograph)
        if isinstance(passed, str):
            return Reading(accepted=False, reason=passed)
        pixels, activations = passed
        findings = tuple(self._read_findings(self.model.rate(pixels)))
        return Reading(findings=findings, features=tuple(activations.features.tolist()))

    def _read_findings(self, logits: LogOdds) -> Iterator[Finding]:
        for position, entity in self.entities.items():
            scale, logit = self._scales.get(entity.id), float(logits[position])
            number = find_score(logit) if scale is None else scale.find_probability(logit)
            certainty = find_certainty(number) if scale is None else scale.find_certainty(number)
            yield Finding(entity=entity, probability=number, certainty=certainty, calibrated=scale is not None)


def link_labels(labels: Sequence[str]) -> dict[int, Entity]:
    """Link labels, by position, to concepts; no concept twice.

    Parameters
    ----------
    labels : sequence of str
        As the model's makers name them.

    Examples
    --------
    >>> found = link_labels(["Effusion", "", "Lung Opacity", "No Finding", "tabby cat", "pleural effusion"])
    >>> {position: entity.label for position, entity in found.items()}
    {0: 'pleural effusion', 2: 'pulmonary opacity'}
    """
    linker, found = LabelLinker(), dict[int, Entity]()
    for position, label in enumerate(labels):
        entity = linker.link(label)
        if entity and entity.id != _NORMAL and entity not in found.values():
            found[position] = entity
    return found


def find_score(logit: float) -> float:
    """Turn log-odds into a score in [0, 1], 0.5 at the operating point.

    Examples
    --------
    >>> find_score(0.0), round(find_score(1.0), 2)
    (0.5, 0.73)
    """
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


def find_certainty(score: float) -> Certainty:
    """Call a score present, uncertain or absent, by the operating point 0.5.

    Examples
    --------
    >>> [find_certainty(score).value for score in (0.3, 0.55, 0.7)]
    ['definitely absent', 'uncertain', 'definitely present']
    """
    if abs(score - 0.5) < BAND:
        return Certainty.UNCERTAIN
    return Certainty.PRESENT if score > 0.5 else Certainty.ABSENT


def paint(pixels: Pixels) -> Image.Image:
    """Turn pixels into the 8-bit RGB image that general vision models take.

    Examples
    --------
    >>> paint(np.ones((4, 6), dtype=np.float32)).getpixel((0, 0))
    (255, 255, 255)
    """
    return Image.fromarray(np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)).convert("RGB")


__all__ = [
    "BAND",
    "AdaptedEncoder",
    "LabelModel",
    "LogOdds",
    "find_certainty",
    "find_score",
    "link_labels",
    "paint",
]
