"""``thoracite-mini``: the bundled encoder; a small network, calibrated on patients that it was not trained on.

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
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Pixels, Radiograph
from thoracite.vision.mini.bundle import explain_damage, fill_network, read_model
from thoracite.vision.mini.calibration import FindingScale
from thoracite.vision.mini.crops import view_radiograph
from thoracite.vision.mini.efficientnet import Ensemble, prepare_batch, shrink_images
from thoracite.vision.mini.gate import KINDS, GateWeights, explain_kind, find_kind, find_refusal
from thoracite.vision.mini.lungs import Lungs
from thoracite.vision.mini.measure_reader import MeasureReader
from thoracite.vision.mini.measures import MEASURES, measure_chest
from thoracite.vision.mini.region import find_region, lay_maps
from thoracite.vision.mini.segmenter import LungSegmenter
from thoracite.vision.training.cases import OUTPUTS

FOLDER = MODELS / "thoracite-mini"
"""The bundled weights."""

_PLACES = {"Cardiomegaly": "cardiac silhouette"}
"""Findings that have but one place, which has a name."""

_OUTSIDE = frozenset({"Cardiomegaly", "Hernia"})
"""Findings that are not of lungs or pleura."""


class Glance(NamedTuple):
    """What network and measurements give for one image, before anything is read from it.

    Parameters
    ----------
    logits : ndarray, shape (crowns, outputs), float64
        One row a crown: mean of both views, and what the measurements add.
    added : ndarray, shape (crowns, outputs), float64
        What of the logits comes from the measurements.
    maps : ndarray, shape (outputs, 56, 56), float32
        What each place of the whole adds to a logit by the network, mean of crowns and views.
    features : ndarray, shape (features,), float32
        Mean of the last maps of the whole over places and crowns.
    box : tuple of int
        x0, y0, x1, y1 of the whole, in pixels of the radiograph.
    lungs : Lungs
        Where the lungs of a frontal radiograph lie.
    """

    logits: npt.NDArray[np.float64]
    added: npt.NDArray[np.float64]
    maps: npt.NDArray[np.float32]
    features: npt.NDArray[np.float32]
    box: tuple[int, int, int, int]
    lungs: Lungs


class MiniEncoder:
    """Reads frontal chest radiographs.

    Parameters
    ----------
    network : Ensemble
        In evaluation mode.
    segmenter : LungSegmenter
        Draws the lungs, which are measured and looked at closely.
    measured : MeasureReader
        What measurements add to the logits.
    scales : sequence of FindingScale
        One a finding, in the order of the network's first outputs.
    gate : GateWeights
        Of the gate.
    size : int
        Side of what the network sees, in pixels.
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
    ) -> None:
        self.network: Ensemble = network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.segmenter, self.measured = segmenter, measured
        self.scales, self.gate, self.size = tuple(scales), gate, size
        self.entities = find_entities([scale.label for scale in self.scales])

    @classmethod
    def load(cls, folder: Path = FOLDER) -> MiniEncoder:
        """The model of a folder with ``weights.safetensors`` and ``model.json``.

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
        return cls(network, LungSegmenter.load(), measured, scales, gate, size=facts["size"])

    def read(self, radiograph: Radiograph) -> Reading:
        """Findings of one radiograph, or the reason why it is not read.

        Parameters
        ----------
        radiograph : Radiograph
            As :func:`thoracite.vision.image.read_radiograph` gives it; an inverted one is righted here.
        """
        admitted = self.admit(radiograph)
        if isinstance(admitted, str):
            return Reading(accepted=False, reason=admitted)
        _, glance = admitted
        return Reading(findings=tuple(self._read_findings(glance)))

    def admit(self, radiograph: Radiograph) -> tuple[Pixels, Glance] | str:
        """The gate: pixels the right way round, and what the network gives for them; or why they are not read.

        Parameters
        ----------
        radiograph : Radiograph
            As :func:`thoracite.vision.image.read_radiograph` gives it.
        """
        if refusal := find_refusal(radiograph):
            return refusal
        pixels = radiograph.pixels
        glance = self.look(pixels)
        kind = find_kind(glance.features, self.gate)
        if kind == KINDS[1]:
            pixels = np.float32(1) - pixels
            glance = self.look(pixels)
            kind = find_kind(glance.features, self.gate)
        return (pixels, glance) if kind == KINDS[0] else explain_kind(kind)

    def look(self, pixels: Pixels, *, crown: int | None = None) -> Glance:
        """Draw the lungs, measure, and run the network on the whole and on the chest.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Air dark, bone bright.
        crown : int or None
            Keep the logits and maps of one crown, such as that of a patient's fold; all of them unless given.
        """
        views = view_radiograph(pixels, self.segmenter)
        frames = torch.from_numpy(np.stack([views.whole.pixels, views.chest.pixels]))[:, None]
        with torch.inference_mode():
            logits, maps, features = self.network.look(prepare_batch(shrink_images(frames, self.size)))
        kept = slice(None) if crown is None else slice(crown, crown + 1)
        added = self.measured.read(measure_chest(views.whole, views.lungs))[kept]
        read = logits.mean(1).double().numpy()[kept] + added
        laid = lay_maps(maps[kept].mean(0).numpy(), (views.whole.box, views.chest.box), views.whole.box)
        return Glance(read, added, laid, features[0].numpy(), views.whole.box, views.lungs)

    def locate(self, label: str, glance: Glance) -> Region:
        """Where the network looks for a finding."""
        within = None if label in _OUTSIDE else glance.lungs
        return find_region(glance.maps[OUTPUTS.index(label)], glance.box, anatomy=_PLACES.get(label, ""), lungs=within)

    def _read_findings(self, glance: Glance) -> list[Finding]:
        logits = glance.logits.mean(axis=0)
        findings = []
        for number, (scale, entity) in enumerate(zip(self.scales, self.entities, strict=True)):
            probability = scale.find_probability(float(logits[number]))
            certainty = scale.find_certainty(probability)
            region = None
            if certainty is not Certainty.ABSENT:
                region = self.locate(scale.label, glance)
            findings.append(Finding(entity=entity, probability=probability, certainty=certainty, region=region))
        return findings


def find_entities(labels: Sequence[str]) -> tuple[Entity, ...]:
    """The concepts of ChestX-ray14's labels.

    Raises
    ------
    ModelError
        If a label is no concept's code.

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


__all__ = ["FOLDER", "Glance", "MiniEncoder", "find_entities"]
