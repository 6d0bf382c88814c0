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
from thoracite.retrieval.bundle import explain_damage, fill_network, read_model
from thoracite.retrieval.calibration import FindingScale
from thoracite.retrieval.efficientnet import Ensemble, prepare_batch
from thoracite.retrieval.encoder import Reading
from thoracite.retrieval.framing import Frame, frame_pixels
from thoracite.retrieval.gate import KINDS, GateWeights, explain_kind, find_kind, find_refusal
from thoracite.retrieval.image import Pixels, Radiograph
from thoracite.retrieval.lungs import Lungs
from thoracite.retrieval.region import find_region
from thoracite.retrieval.segmenter import LungSegmenter
from thoracite.retrieval.training_cases import OUTPUTS
from thoracite.settings import MODELS
from thoracite.types import Certainty, Entity, Finding, Region

FOLDER = MODELS / "thoracite-mini"
"""The bundled weights."""

_PLACES = {"Cardiomegaly": "cardiac silhouette"}
"""Findings that have but one place, which has a name."""

_OUTSIDE = frozenset({"Cardiomegaly", "Hernia"})
"""Findings that are not of lungs or pleura."""

_OPACITIES = frozenset({"Pneumonia", "Consolidation", "Infiltration"})
"""Findings whose place is read from the map of the radiologists' "Lung Opacity": labels mined from reports say less."""


class Glance(NamedTuple):
    """What the network gives for one image, before anything is read from it.

    Parameters
    ----------
    logits : ndarray, shape (crowns, outputs), float32
        One row a crown.
    maps : ndarray, shape (outputs, rows, columns), float32
        What each place adds to a logit, mean of the crowns.
    features : ndarray, shape (features,), float32
        Mean of the last maps over places and crowns.
    box : tuple of int
        What of the radiograph was looked at, in its pixels.
    pixels : ndarray, shape (size, size), float32, intensity in [0, 1]
        That, framed.
    """

    logits: npt.NDArray[np.float32]
    maps: npt.NDArray[np.float32]
    features: npt.NDArray[np.float32]
    box: tuple[int, int, int, int]
    pixels: Pixels


class MiniEncoder:
    """Reads frontal chest radiographs.

    Parameters
    ----------
    network : Ensemble
        In evaluation mode.
    scales : sequence of FindingScale
        One a finding, in the order of the network's first outputs.
    gate : GateWeights
        Of the gate.
    size : int
        Side of what the network sees, in pixels.
    """

    name = "thoracite-mini"
    segmenter: LungSegmenter | None = None
    """Draws the lungs that places are read in; loaded when a first place is read."""

    def __init__(self, network: Ensemble, scales: Sequence[FindingScale], gate: GateWeights, *, size: int) -> None:
        self.network, self.scales, self.gate, self.size = network.eval(), tuple(scales), gate, size
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
            network = Ensemble(len(facts["outputs"]), facts["folds"])
            fill_network(network, state)
            scales = [FindingScale(**scale) for scale in facts["findings"]]
            return cls(network, scales, gate, size=facts["size"])

    def read(self, radiograph: Radiograph) -> Reading:
        """Findings of one radiograph, or the reason why it is not read.

        Parameters
        ----------
        radiograph : Radiograph
            As :func:`thoracite.retrieval.image.read_radiograph` gives it; an inverted one is righted here.
        """
        admitted = self.admit(radiograph)
        if isinstance(admitted, str):
            return Reading(accepted=False, reason=admitted)
        _, glance = admitted
        return Reading(findings=tuple(self._read_findings(glance, self.draw_lungs(glance))))

    def admit(self, radiograph: Radiograph) -> tuple[Pixels, Glance] | str:
        """The gate: pixels the right way round, and what the network gives for them; or why they are not read.

        Parameters
        ----------
        radiograph : Radiograph
            As :func:`thoracite.retrieval.image.read_radiograph` gives it.
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
        """Run the network once.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Air dark, bone bright.
        crown : int or None
            Keep the logits and maps of one crown, such as that of a patient's fold; all of them unless given.
        """
        frame = frame_pixels(pixels, size=self.size)
        with torch.inference_mode():
            logits, maps, features = self.network.look(prepare_batch(torch.from_numpy(frame.pixels)[None, None]))
        kept = slice(None) if crown is None else slice(crown, crown + 1)
        return Glance(
            logits[kept, 0].numpy(), maps[kept, 0].mean(0).numpy(), features[0].numpy(), frame.box, frame.pixels
        )

    def draw_lungs(self, glance: Glance) -> Lungs:
        """Where the lungs of a frontal radiograph lie."""
        if self.segmenter is None:
            self.segmenter = LungSegmenter.load()
        return self.segmenter.segment_frame(Frame(glance.pixels, glance.box))

    def locate(self, label: str, glance: Glance, lungs: Lungs) -> Region:
        """Where the network looks for a finding."""
        within = None if label in _OUTSIDE else lungs
        return find_region(find_map(label, glance), glance.box, anatomy=_PLACES.get(label, ""), lungs=within)

    def _read_findings(self, glance: Glance, lungs: Lungs) -> list[Finding]:
        logits = glance.logits.mean(axis=0)
        findings = []
        for number, (scale, entity) in enumerate(zip(self.scales, self.entities, strict=True)):
            probability = scale.find_probability(float(logits[number]))
            certainty = scale.find_certainty(probability)
            region = None
            if certainty is not Certainty.ABSENT:
                region = self.locate(scale.label, glance, lungs)
            findings.append(Finding(entity=entity, probability=probability, certainty=certainty, region=region))
        return findings


def find_map(label: str, glance: Glance) -> npt.NDArray[np.float32]:
    """The map that a finding's place is read from, shape (rows, columns)."""
    name = "RSNA Lung Opacity" if label in _OPACITIES else label
    heat: npt.NDArray[np.float32] = glance.maps[OUTPUTS.index(name)]
    return heat


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


__all__ = ["FOLDER", "Glance", "MiniEncoder", "find_entities", "find_map"]
