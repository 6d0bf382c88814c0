"""Suite ``audit``: do findings rest on the place where they are, and on this image rather than another?

- **Hiding** (:mod:`thoracite.evaluation.audit_hiding`). Images with radiologists' boxes are read as they are, with the
  drawn boxes hidden, and with as many boxes of the same size hidden elsewhere in the lungs.
- **Swapping.** A labelled image is exchanged for another patient's of the same view, with the same labels, and with
  others of which it has none. Agreement is F1 of the findings called possible or more with the image's own labels.
- **Noise and blank images** are withheld; the baseline accepts images as bright as radiographs.

Every image is read by the head that did not see its patient, those of locked patients by all; the odds are the bundled
ones. Intervals draw patients, and what is compared is compared image by image. Locked patients stand apart.

References
----------
Adebayo J et al. Sanity checks for saliency maps. NeurIPS 2018. arXiv:1810.03292 (explanations that ignore the model).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from thoracite.evaluation.audit_hiding import hide_places, measure_hiding
from thoracite.evaluation.consistency import draw_cases
from thoracite.evaluation.gate import BRIGHT
from thoracite.evaluation.held_out import find_log_odds, find_priors, read_held_out
from thoracite.evaluation.patients import summarise
from thoracite.evaluation.suite import Row, Suite
from thoracite.evaluation.vision import FINE
from thoracite.evaluation.words import SYSTEM, Said
from thoracite.types.verdict import ASSERTED
from thoracite.vision.image import Pixels, Radiograph
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.encoder import FOLDER, MiniEncoder
from thoracite.vision.training.cases import Case, read_labelled

IMAGES, SWAPS, NOISES = 300, 300, 100
"""Patients of the folds whose images places are hidden in, images that are exchanged, and images of noise."""

PARTS = (("folds", False), ("locked", True))
"""Patients, and whether they are locked."""

Floats = npt.NDArray[np.float64]


def run_audit(
    data: Path, *, images: int = IMAGES, swaps: int = SWAPS, noises: int = NOISES, seed: int = 0, folder: Path = FOLDER
) -> Suite:
    """Run the audit.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr/manifest.csv``.
    images, swaps, noises : int
        Most patients of the folds of whom an image has places hidden, most images that are exchanged, of the folds
        and of locked patients each, and images of each kind of noise. Of locked patients all images are taken.
    seed : int
        Seed of the draws.
    folder : Path
        Folder of the model.

    Raises
    ------
    InputError
        If the data are not there.
    """
    encoder = MiniEncoder.load(folder)
    cases = [case for case in read_labelled(data / "cxr") if case.view in {"PA", "AP"} and case.side != FINE]
    parts = {name: [case for case in cases if case.locked == locked] for name, locked in PARTS}
    boxed = draw_cases([case for case in parts["folds"] if case.boxes], images, seed=seed)
    boxed += [case for case in parts["locked"] if case.boxes][:images]
    rows = list(measure_hiding([one for case in boxed for one in hide_places(encoder, case)]))
    for name, own in parts.items():
        rows += measure_swaps(read_swaps(own, swaps, seed=seed, folder=folder), name)
    rows += measure_noise(encoder, noises, seed=seed)
    locked = {case.group for case in boxed if case.locked}
    described = f"{len(boxed)} images with boxes, {len(locked)} locked patients among theirs"
    return Suite(suite="audit", data=described, n=len(boxed), rows=tuple(rows))


class Swapped(NamedTuple):
    """Images, and those of other patients they are exchanged for.

    Parameters
    ----------
    said : Said
        What was said of every image.
    rows : ndarray of int, shape (images, 3)
        Places in it: the image, one with the same labels, one with others.
    """

    said: Said
    rows: npt.NDArray[np.int64]


def read_swaps(cases: Sequence[Case], number: int, *, seed: int = 0, folder: Path = FOLDER) -> Swapped:
    """Draw labelled images with both partners, one a patient, and read all of them."""
    wanted = [case for case in cases if case.labels & set(FINDINGS)]
    triples: list[tuple[Case, Case, Case]] = []
    random = np.random.default_rng(seed)
    for case in draw_cases(wanted, len(wanted), seed=seed):
        if len(triples) == number:
            break
        partners = [_draw_partner(case, wanted, random, same=same) for same in (True, False)]
        if partners[0] is not None and partners[1] is not None:
            triples.append((case, partners[0], partners[1]))
    flat = list(dict.fromkeys(case for triple in triples for case in triple))
    places = {case: place for place, case in enumerate(flat)}
    held = read_held_out(flat, folder=folder)
    odds = find_log_odds(held, MiniEncoder.load(folder).signs.weights)
    rows = np.array([[places[case] for case in triple] for triple in triples])
    return Swapped(Said(held, odds, find_priors(flat)), rows)


def _draw_partner(case: Case, cases: Sequence[Case], random: np.random.Generator, *, same: bool) -> Case | None:
    for row in random.permutation(len(cases))[:2000]:
        other = cases[int(row)]
        alike = other.labels == case.labels if same else not other.labels & case.labels
        if alike and other.group != case.group and other.view == case.view:
            return other
    return None


def measure_swaps(swapped: Swapped, part: str) -> Iterator[Row]:
    """Measure agreement with the own labels, and what either exchange changes.

    Parameters
    ----------
    swapped : Swapped
        At least one image.
    part : str
        ``folds`` or ``locked``.
    """
    for row in _measure_swaps(swapped):
        yield row.model_copy(update={"metric": f"{row.metric}; {part}"})


def _measure_swaps(swapped: Swapped) -> Iterator[Row]:
    said, rows = swapped.said, swapped.rows
    groups = [said.held.cases[row].group for row in rows[:, 0]]
    verdicts, targets = said.verdicts, said.held.targets
    asserted = np.isin(verdicts, list(ASSERTED))
    usual = np.zeros_like(asserted)
    usual[:, np.argsort(-targets[rows[:, 0]].sum(axis=0))[:3]] = True
    systems = {SYSTEM: asserted, "three usual findings always": usual, "always normal": np.zeros_like(asserted)}
    for system, flags in systems.items():
        own, same, other = (find_f1(flags[rows[:, n]], targets[rows[:, 0]]) for n in range(3))
        yield summarise(system, "agreement with the own labels", own.tolist(), groups)
        yield summarise(system, "agreement after a same-label swap", same.tolist(), groups)
        yield summarise(system, "agreement after an other-label swap", other.tolist(), groups)
        yield summarise(system, "agreement, own less other-label swap", (own - other).tolist(), groups)
        yield summarise(system, "agreement, own less same-label swap", (own - same).tolist(), groups)
    words = [(verdicts[rows[:, n]] != verdicts[rows[:, 0]]).mean(axis=1) for n in (1, 2)]
    sets = [(asserted[rows[:, n]] != asserted[rows[:, 0]]).any(axis=1).astype(float) for n in (1, 2)]
    for metric, pair in {"share of verdicts changed": words, "images whose asserted findings change": sets}.items():
        yield summarise(SYSTEM, f"{metric}, same-label swap", pair[0].tolist(), groups)
        yield summarise(SYSTEM, f"{metric}, other-label swap", pair[1].tolist(), groups)
        yield summarise(SYSTEM, f"{metric}, other-label less same-label swap", (pair[1] - pair[0]).tolist(), groups)


def find_f1(asserted: npt.NDArray[np.bool_], labelled: npt.NDArray[np.bool_]) -> Floats:
    """Return F1 of what is asserted with what is labelled, of each image; 0 where nothing is asserted.

    Examples
    --------
    >>> find_f1(np.array([[True, False], [False, False]]), np.array([[True, True], [True, False]])).round(2)
    array([0.67, 0.  ])
    """
    both, whole = (asserted & labelled).sum(axis=1), asserted.sum(axis=1) + labelled.sum(axis=1)
    return np.asarray(2 * both / np.maximum(whole, 1), dtype=np.float64)


def measure_noise(encoder: MiniEncoder, number: int, *, seed: int = 0) -> Iterator[Row]:
    """Measure which images of noise, and which blank ones, are withheld."""
    for kind, images in {"noise": draw_noise(number, seed=seed), "blank": draw_blank(number, seed=seed)}.items():
        drawn = list(images)
        names = [str(place) for place in range(len(drawn))]
        withheld = [float(not encoder.read(Radiograph(pixels)).accepted) for pixels in drawn]
        dark = [float(not BRIGHT[0] <= float(pixels.mean()) <= BRIGHT[1]) for pixels in drawn]
        yield summarise(SYSTEM, f"withheld: {kind}", withheld, names)
        yield summarise("brightness alone", f"withheld: {kind}", dark, names)


def draw_noise(number: int, *, seed: int = 0) -> Iterator[Pixels]:
    """Draw images of noise: uniform, Gaussian, in clouds of several sizes, in rows.

    Yields
    ------
    ndarray, shape (side, side), float32, intensity in [0, 1]
        Sides from 128 to 512 pixels.
    """
    random = np.random.default_rng(seed)
    for place in range(number):
        side = int(random.integers(128, 513))
        noise = random.normal(size=(side, side)) if place % 4 else random.random((side, side))
        if place % 4 == 2:
            noise = ndimage.gaussian_filter(noise, side * float(random.uniform(0.005, 0.1)))
        elif place % 4 == 3:
            noise = ndimage.gaussian_filter(noise, (0, side / 8))
        noise = (noise - noise.mean()) / noise.std()
        yield np.clip(random.uniform(0.3, 0.7) + random.uniform(0.05, 0.25) * noise, 0, 1).astype(np.float32)


def draw_blank(number: int, *, seed: int = 0) -> Iterator[Pixels]:
    """Draw blank images: of one grey, half of them with a trace of noise, a quarter with a gradient.

    Yields
    ------
    ndarray, shape (side, side), float32, intensity in [0, 1]
        Sides from 128 to 512 pixels.
    """
    random = np.random.default_rng(seed)
    for place in range(number):
        side = int(random.integers(128, 513))
        grey = np.full((side, side), random.random())
        if place % 2:
            grey += random.normal(0, 0.01, size=grey.shape)
        if place % 4 == 3:
            grey += np.linspace(-0.2, 0.2, side)[:, None]
        yield np.clip(grey, 0, 1).astype(np.float32)


__all__ = [
    "PARTS",
    "Swapped",
    "draw_blank",
    "draw_noise",
    "find_f1",
    "measure_noise",
    "measure_swaps",
    "read_swaps",
    "run_audit",
]
