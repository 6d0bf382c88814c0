"""``thoracite-mini``: the bundled encoder; a small network, calibrated on patients outside its training folds.

Examples
--------
>>> encoder = MiniEncoder.load()                                            # doctest: +SKIP
>>> reading = encoder.read(read_radiograph(Path("chest.png"), settings=Settings.read()))     # doctest: +SKIP
>>> [finding.entity.label for finding in reading.findings][:2]              # doctest: +SKIP
['atelectasis', 'cardiomegaly']
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from thoracite.errors import InputError
from thoracite.settings import MODELS
from thoracite.types import CERTAINTIES, Finding, Region, find_log_odds, find_verdict
from thoracite.types.verdict import ASSERTED
from thoracite.vision.device import find_device, use_one_thread
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Pixels, Radiograph
from thoracite.vision.labels import FINDINGS, OUTPUTS
from thoracite.vision.mini.activations import Activations, ViewScale
from thoracite.vision.mini.bundle import explain_damage, fill_network, fold_norms, read_model
from thoracite.vision.mini.crops import Crops, crop_radiograph
from thoracite.vision.mini.efficientnet import Ensemble, Outputs, prepare_batch, shrink_images
from thoracite.vision.mini.entities import find_entities
from thoracite.vision.mini.gate import KINDS, GateWeights, explain_kind, find_kind, find_refusal
from thoracite.vision.mini.lungs import Box, Side, parse_place
from thoracite.vision.mini.measures import MEASURES
from thoracite.vision.mini.region import find_region, lay_maps
from thoracite.vision.mini.segmenter import ChestSegmenter
from thoracite.vision.mini.side import SideReader, describe_sides
from thoracite.vision.mini.signs.evidence import SignReader, Weighed
from thoracite.vision.mini.signs.intervention import find_ranges, set_signs
from thoracite.vision.mini.signs.learned import LEARNED, OPACITY, ZoneReader, describe_zones, number_zones
from thoracite.vision.mini.signs.listed import Frontal, list_signs
from thoracite.vision.mini.signs.measured import Measured, silence
from thoracite.vision.mini.signs.priors import Prior, find_priors
from thoracite.vision.mini.signs.values import measure_both
from thoracite.vision.mini.signs.weights import SignWeights
from thoracite.vision.notes import find_notes
from thoracite.vision.prevalence import Prevalence, read_prevalence

FOLDER = MODELS / "thoracite-mini"
"""The bundled weights."""

SIDED = frozenset({"Pneumonia", "Consolidation", "Infiltration"})
"""Findings whose side is named: opacities, on which it was learned and measured."""

_PLACES = {"Cardiomegaly": "cardiac silhouette"}
"""Findings with a single possible place, which has a name."""

_OUTSIDE = frozenset({"Cardiomegaly", "Hernia"})
"""Findings outside lungs and pleura."""


class MiniEncoder:
    """The bundled encoder of frontal chest radiographs.

    Parameters
    ----------
    network : Ensemble
        The network, in evaluation mode.
    segmenter : ChestSegmenter
        Draws lungs and heart for measurements and the close crop.
    zones : ZoneReader
        Reads the learned signs off the network's map of opacities.
    weights : SignWeights
        Weights of evidence of signs and network.
    view : ViewScale
        Tells the view where it is not stated.
    gate : GateWeights
        Weights of the gate.
    size : int
        Side of the network's input, in pixels.
    side : SideReader
        Tells the side of an opacity.
    noise : ndarray, shape (values,)
        How much repeated values of signs differ, as the weights were fitted with it.
    device : str
        Device that the network runs on: ``cpu``, ``cuda`` …
    prevalence : Prevalence or None
        The mix that probabilities are for; ChestX-ray14 unless given.
    """

    name = "thoracite-mini"

    def __init__(
        self,
        network: Ensemble,
        segmenter: ChestSegmenter,
        zones: ZoneReader,
        weights: SignWeights,
        view: ViewScale,
        gate: GateWeights,
        *,
        size: int,
        side: SideReader,
        noise: npt.NDArray[np.float64],
        device: str = "cpu",
        prevalence: Prevalence | None = None,
    ) -> None:
        self.device = device
        self.network: Ensemble = network.eval().to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.segmenter, self.zones, self.view, self.gate = segmenter, zones, view, gate
        self.signs = SignReader(weights)
        self.size, self.side, self.noise = size, side, noise
        self.usual = read_prevalence()
        self.prevalence = prevalence or self.usual
        self.entities = find_entities(FINDINGS)

    @classmethod
    def load(cls, folder: Path = FOLDER, *, device: str = "cpu", prevalence: Prevalence | None = None) -> MiniEncoder:
        """Load the model of a folder with ``weights.safetensors`` and ``model.json``.

        Parameters
        ----------
        folder : Path
            The bundled weights unless given.
        device : str
            ``auto`` takes a GPU where there is one.
        prevalence : Prevalence or None
            The mix that probabilities are for; ChestX-ray14 unless given.

        Raises
        ------
        ModelError
            If the files are missing or do not fit together.
        """
        with explain_damage(folder, "thoracite train encoder"):
            facts, state = read_model(folder)
            gate = GateWeights(state.pop("gate.weight").numpy(), state.pop("gate.bias").numpy(), facts["gate"])
            zones = ZoneReader(*(state.pop(f"zones.{part}").double().numpy() for part in ZoneReader._fields))
            own = {name: state.pop(name).double().numpy() for name in list(state) if name.startswith("signs.")}
            weights = SignWeights.unflatten({name.removeprefix("signs."): value for name, value in own.items()})
            side = SideReader(
                state.pop("side.spread").double().numpy(), state.pop("side.weight").double().numpy(), facts["side"]
            )
            noise = state.pop("noise").double().numpy()
            asked = {"measures": list(MEASURES), "outputs": list(OUTPUTS), "signs": list_signs()}
            if any(facts[name] != own for name, own in asked.items()):
                raise ValueError("it was trained on other measurements, labels or signs")
            network = Ensemble(len(OUTPUTS), facts["folds"])
            fill_network(network, state)
            network.merge_heads()
            fold_norms(network)
            view, size = ViewScale(**facts["view"]), facts["size"]
        parts = network, ChestSegmenter.load(), zones, weights, view, gate
        return cls(*parts, size=size, side=side, noise=noise, device=find_device(device), prevalence=prevalence)

    def read(self, radiograph: Radiograph) -> Reading:
        """Return the findings of one radiograph, or the reason for refusing it.

        Parameters
        ----------
        radiograph : Radiograph
            From :func:`thoracite.vision.image.read_radiograph`; an inverted image is turned back here.
        """
        passed = self.apply_gate(radiograph)
        if isinstance(passed, str):
            return Reading(accepted=False, reason=passed, view=radiograph.view)
        return self.tell(radiograph, *passed)

    def tell(self, radiograph: Radiograph, pixels: Pixels, activations: Activations) -> Reading:
        """Return the reading of a radiograph that the gate has passed.

        Parameters
        ----------
        radiograph : Radiograph
            As it was given.
        pixels, activations : ndarray, Activations
            Of :meth:`apply_gate`.
        """
        view, probability = self.tell_view(radiograph, activations)
        return Reading(
            findings=tuple(self._read_findings(activations, view)),
            view=view,
            view_probability=probability,
            notes=find_notes(pixels, activations.crops.faults),
            features=tuple(activations.features.tolist()),
        )

    def set_signs(self, reading: Reading, changes: Mapping[str, float | str | None]) -> Reading:
        """Return a reading with signs set, or taken away.

        Parameters
        ----------
        reading : Reading
            Of this encoder.
        changes : mapping of str to float, str or None
            By CURIE, and the side behind a space where there is one: a value in the sign's unit, ``yes``, ``no``, or
            None to take it away.

        Raises
        ------
        UsageError
            If the sign is not asked of this view, or cannot be set to that.
        """
        view: Frontal = "AP" if reading.view == "AP" else "PA"
        findings = set_signs(reading.findings, changes, reader=self.signs, view=view)
        return reading.model_copy(update={"findings": findings})

    def find_ranges(self, reading: Reading) -> Mapping[str, tuple[float, float]]:
        """Return between which values each sign of a reading changes what it adds, by its key."""
        return find_ranges(self.signs, "AP" if reading.view == "AP" else "PA")

    def find_priors(self) -> Mapping[tuple[str, str], Prior]:
        """Return what the graph says of signs and findings, which gave the weights their direction."""
        return self._priors

    @cached_property
    def _priors(self) -> dict[tuple[str, str], Prior]:
        return find_priors(self.signs.signs, [entity.id for entity in self.entities])

    def find_place(self, radiograph: Radiograph, name: str) -> Box:
        """Return the box round a lung or a zone: ``left lung``, ``right lower zone``.

        Parameters
        ----------
        radiograph : Radiograph
            From :func:`thoracite.vision.image.read_radiograph`.
        name : str
            Side and level, the side the patient's.

        Raises
        ------
        InputError
            If the image is not read, or no lungs were found in it.
        UsageError
            If the place has another name.
        """
        place = parse_place(name)
        passed = self.apply_gate(radiograph)
        if isinstance(passed, str):
            raise InputError(f"no {name} can be found, because {passed}")
        if not passed[1].lungs.found:
            raise InputError(f"no {name} can be found: the lungs were not found; name a box x0,y0,x1,y1 in pixels")
        return passed[1].lungs.find_box(*place)

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

    @use_one_thread()
    def forward(self, pixels: Pixels, *, head: int | None = None) -> Activations:
        """Draw lungs and heart, measure, and run the network on the whole and on the chest.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Air dark, bone bright.
        head : int or None
            The head that did not see the patient (:func:`thoracite.vision.training.cases.find_fold`); the merged one
            unless given, which is right for patients outside the training. The gate was fitted on the merged one.
        """
        crops = crop_radiograph(pixels, self.segmenter)
        frames = torch.from_numpy(np.stack([crops.whole.pixels, crops.chest.pixels]))[:, None]
        with torch.inference_mode():
            batch = prepare_batch(shrink_images(frames, self.size)).to(self.device)
            seen = Outputs(*(part.float().cpu() for part in self.network(batch, head=head)))
        laid = lay_maps(seen.maps.numpy(), (crops.whole.box, crops.chest.box), crops.whole.box)
        logits = seen.logits.mean(0).double().numpy()
        measures, signs = measure_both(crops)
        signs |= self._read_zones(laid, logits, crops)
        return Activations(logits, measures, laid, seen.features[0].numpy(), seen.last.numpy(), crops, signs)

    def _read_zones(
        self, maps: npt.NDArray[np.float32], logits: npt.NDArray[np.float64], crops: Crops
    ) -> dict[str, Measured]:
        """Return the values of the learned signs; silent where no lungs were found."""
        if not crops.anatomy.lungs.found:
            return dict.fromkeys(LEARNED, silence(", ".join(crops.faults) or "the lungs were not found"))
        zones = number_zones(crops.anatomy.lungs, maps.shape[1])
        read = self.zones.read(describe_zones(maps[OPACITY], float(logits[OPACITY]), zones))
        return {
            name: silence("this zone was not found") if math.isnan(value) else Measured(value, None, ())
            for name, value in zip(LEARNED, read.tolist(), strict=True)
        }

    def tell_view(self, radiograph: Radiograph, activations: Activations) -> tuple[Frontal, float | None]:
        """Return the view as it is stated, or as the network reads it, and then the probability that it is so.

        Parameters
        ----------
        radiograph : Radiograph
            Its view is taken where it is PA or AP.
        activations : Activations
            Of the same image.
        """
        if radiograph.view == "PA" or radiograph.view == "AP":
            return radiograph.view, None
        probability = self.view.find_probability(float(activations.logits[OUTPUTS.index("AP")]))
        return ("AP", probability) if probability >= 0.5 else ("PA", 1 - probability)

    def weigh(self, activations: Activations, view: Frontal) -> Weighed:
        """Return base, signs and rest of each finding in ChestX-ray14's mix."""
        return self.signs.weigh(activations.logits[: len(FINDINGS)], activations.signs, view)

    def locate(self, label: str, activations: Activations) -> Region:
        """Return the region that the network's map of a finding points at, and an opacity's side where it is sure."""
        within = None if label in _OUTSIDE else activations.lungs
        heat = activations.maps[OUTPUTS.index(label)]
        region = find_region(heat, activations.box, anatomy=_PLACES.get(label, ""), lungs=within)
        if label in SIDED and (side := self.find_side(activations)) is not None:
            region = region.model_copy(update={"side": side, "anatomy": f"{side} lung"})
        return region

    def find_side(self, activations: Activations) -> Side | None:
        """Return the side of the image's opacity; None where it is not sure."""
        return self.side.find_side(describe_sides(activations.measures, activations.maps, activations.lungs))

    def _read_findings(self, activations: Activations, view: Frontal) -> Iterator[Finding]:
        weighed = self.weigh(activations, view)
        scores = self.signs.score_all(activations.signs, weighed.parts, view)
        for n, (label, entity) in enumerate(zip(FINDINGS, self.entities, strict=True)):
            prior, whole = self.prevalence.find_share(label, view), weighed.whole[n]
            shift = find_log_odds(prior) - find_log_odds(self.usual.find_share(label, view))
            probability = 1 / (1 + math.exp(-whole - shift))
            ratio = math.exp(whole + shift - find_log_odds(prior))
            verdict = find_verdict(probability, ratio)
            yield Finding(
                entity=entity,
                probability=probability,
                prior=prior,
                certainty=CERTAINTIES[verdict],
                signs=scores[n],
                base_log_odds=weighed.base[n] + shift,
                rest_log_odds=weighed.rest[n],
                region=self.locate(label, activations) if verdict in ASSERTED else None,
            )


__all__ = [
    "FOLDER",
    "SIDED",
    "Activations",
    "MiniEncoder",
    "ViewScale",
]
