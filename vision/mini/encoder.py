"""``thoracite-mini``: the bundled encoder; a small network, calibrated on patients outside its training folds.

Examples
--------
>>> encoder = MiniEncoder.load()                                            # doctest: +SKIP
>>> reading = encoder.read(read_radiograph(Path("chest.png"), settings=Settings.read()))     # doctest: +SKIP
>>> [finding.entity.label for finding in reading.findings][:2]              # doctest: +SKIP
['atelectasis', 'cardiomegaly']
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from thoracite.errors import ModelError
from thoracite.kg.concepts import read_concepts
from thoracite.settings import MODELS
from thoracite.types import Certainty, Entity, Finding, Region
from thoracite.vision.device import find_device
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Pixels, Radiograph
from thoracite.vision.labels import OUTPUTS
from thoracite.vision.mini.bundle import explain_damage, fill_network, read_model
from thoracite.vision.mini.calibration import FindingScale
from thoracite.vision.mini.crops import crop_radiograph
from thoracite.vision.mini.efficientnet import Ensemble, prepare_batch, shrink_images
from thoracite.vision.mini.gate import KINDS, GateWeights, explain_kind, find_kind, find_refusal
from thoracite.vision.mini.lungs import Lungs
from thoracite.vision.mini.measure_reader import MeasureReader
from thoracite.vision.mini.measures import MEASURES, measure_chest
from thoracite.vision.mini.region import find_region, lay_maps
from thoracite.vision.mini.segmenter import LungSegmenter

FOLDER = MODELS / "thoracite-mini"
"""The bundled weights."""

_PLACES = {"Cardiomegaly": "cardiac silhouette"}
"""Findings with a single possible place, which has a name."""

_OUTSIDE = frozenset({"Cardiomegaly", "Hernia"})
"""Findings outside lungs and pleura."""


class Activations(NamedTuple):
    """Output of network and measurements for one image.

    Parameters
    ----------
    logits : ndarray, shape (heads, outputs), float64
        One row for each head: the mean of both crops plus the measurements' part.
    added : ndarray, shape (heads, outputs), float64
        The measurements' part of the logits.
    maps : ndarray, shape (outputs, 56, 56), float32
        The part that each place of the whole adds to the network's logits, mean over heads and crops.
    features : ndarray, shape (features,), float32
        Mean of the last maps of the whole over places and heads.
    box : tuple of int
        x0, y0, x1, y1 of the whole crop, in pixels of the radiograph.
    lungs : Lungs
        Lungs of a frontal radiograph.
    """

    logits: npt.NDArray[np.float64]
    added: npt.NDArray[np.float64]
    maps: npt.NDArray[np.float32]
    features: npt.NDArray[np.float32]
    box: tuple[int, int, int, int]
    lungs: Lungs


class MiniEncoder:
    """The bundled encoder of frontal chest radiographs.

    Parameters
    ----------
    network : Ensemble
        The network, in evaluation mode.
    segmenter : LungSegmenter
        Draws the lungs for measurements and the close crop.
    measured : MeasureReader
        Adds the measurements' part to the logits.
    scales : sequence of FindingScale
        One for each finding, in the order of the network's first outputs.
    gate : GateWeights
        Weights of the gate.
    size : int
        Side of the network's input, in pixels.
    device : str
        Device that the network runs on: ``cpu``, ``cuda`` …
    """

    name = "thoracite-mini"

    def __init__(
        self,
        network: Ensemble,
        segmenter: LungSegmenter,
        measured: MeasureReader,
        scales: Sequence[FindingScale],
        gate: GateWeights,
        *,
        size: int,
        device: str = "cpu",
    ) -> None:
        self.device = device
        self.network: Ensemble = network.eval().to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.segmenter, self.measured = segmenter, measured
        self.scales, self.gate, self.size = tuple(scales), gate, size
        self.entities = find_entities([scale.label for scale in self.scales])

    @classmethod
    def load(cls, folder: Path = FOLDER, *, device: str = "cpu") -> MiniEncoder:
        """Load the model of a folder with ``weights.safetensors`` and ``model.json``.

        Parameters
        ----------
        folder : Path
            The bundled weights unless given.
        device : str
            ``auto`` takes a GPU where there is one.

        Raises
        ------
        ModelError
            If the files are missing or do not fit together.
        """
        with explain_damage(folder, "thoracite train encoder"):
            facts, state = read_model(folder)
            gate = GateWeights(state.pop("gate.weight").numpy(), state.pop("gate.bias").numpy(), facts["gate"])
            measured = MeasureReader(
                *(state.pop(f"measured.{part}").double().numpy() for part in MeasureReader._fields)
            )
            if facts["measures"] != list(MEASURES):
                raise ValueError("it was trained on other measurements")
            network = Ensemble(len(facts["outputs"]), facts["folds"])
            fill_network(network, state)
            scales = [FindingScale(**scale) for scale in facts["findings"]]
        size, place = facts["size"], find_device(device)
        return cls(network, LungSegmenter.load(), measured, scales, gate, size=size, device=place)

    def read(self, radiograph: Radiograph) -> Reading:
        """Return the findings of one radiograph, or the reason for refusing it.

        Parameters
        ----------
        radiograph : Radiograph
            From :func:`thoracite.vision.image.read_radiograph`; an inverted image is turned back here.
        """
        passed = self.apply_gate(radiograph)
        if isinstance(passed, str):
            return Reading(accepted=False, reason=passed)
        _, activations = passed
        return Reading(findings=tuple(self._read_findings(activations)))

    def apply_gate(self, radiograph: Radiograph) -> tuple[Pixels, Activations] | str:
        """Apply the gate: return upright pixels and their activations, or the reason for refusing them.

        Parameters
        ----------
        radiograph : Radiograph
            From :func:`thoracite.vision.image.read_radiograph`.
        """
        if refusal := find_refusal(radiograph):
            return refusal
        pixels = radiograph.pixels
        activations = self.forward(pixels)
        kind = find_kind(activations.features, self.gate)
        if kind == KINDS[1]:
            pixels = np.float32(1) - pixels
            activations = self.forward(pixels)
            kind = find_kind(activations.features, self.gate)
        return (pixels, activations) if kind == KINDS[0] else explain_kind(kind)

    def forward(self, pixels: Pixels, *, head: int | None = None) -> Activations:
        """Draw the lungs, measure, and run the network on the whole and on the chest.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Air dark, bone bright.
        head : int or None
            Keep the logits and maps of one head, such as that of a patient's fold; average all of them unless given.
        """
        crops = crop_radiograph(pixels, self.segmenter)
        frames = torch.from_numpy(np.stack([crops.whole.pixels, crops.chest.pixels]))[:, None]
        with torch.inference_mode():
            batch = prepare_batch(shrink_images(frames, self.size)).to(self.device)
            logits, maps, features = (part.cpu() for part in self.network.forward_with_maps(batch))
        kept = slice(None) if head is None else slice(head, head + 1)
        added = self.measured.read(measure_chest(crops.whole, crops.lungs))[kept]
        read = logits.mean(1).double().numpy()[kept] + added
        laid = lay_maps(maps[kept].mean(0).numpy(), (crops.whole.box, crops.chest.box), crops.whole.box)
        return Activations(read, added, laid, features[0].numpy(), crops.whole.box, crops.lungs)

    def locate(self, label: str, activations: Activations) -> Region:
        """Return the region that the network's map of a finding points at."""
        within = None if label in _OUTSIDE else activations.lungs
        return find_region(
            activations.maps[OUTPUTS.index(label)], activations.box, anatomy=_PLACES.get(label, ""), lungs=within
        )

    def _read_findings(self, activations: Activations) -> list[Finding]:
        logits = activations.logits.mean(axis=0)
        findings = []
        for number, (scale, entity) in enumerate(zip(self.scales, self.entities, strict=True)):
            probability = scale.find_probability(float(logits[number]))
            certainty = scale.find_certainty(probability)
            region = None
            if certainty is not Certainty.ABSENT:
                region = self.locate(scale.label, activations)
            findings.append(Finding(entity=entity, probability=probability, certainty=certainty, region=region))
        return findings


def find_entities(labels: Sequence[str]) -> tuple[Entity, ...]:
    """Return the concepts of labels of ChestX-ray14.

    Raises
    ------
    ModelError
        If a label is the code of no concept.

    Examples
    --------
    >>> [entity.id for entity in find_entities(["Effusion", "Hernia"])]
    ['thx:pleural_effusion', 'thx:hiatal_hernia']
    """
    known = {code: concept.entity for concept in read_concepts() for code in concept.entity.codes}
    missing = [label for label in labels if f"NIH14:{label}" not in known]
    if missing:
        raise ModelError(f"the model reads {', '.join(missing)}, which no concept of the graph has as a code NIH14:…")
    return tuple(known[f"NIH14:{label}"] for label in labels)


__all__ = ["FOLDER", "Activations", "MiniEncoder", "find_entities"]
