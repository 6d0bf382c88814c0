"""The gain from each idea in the encoder: variants trained in the same five folds, one thing changed at a time.

``python -m thoracite.evaluation.ablation DATA WORK [VARIANT …]`` trains the variants (all unless some are named) and
prints, for each, the figures of ``thoracite evaluate vision`` that matter most and the paired difference to the basis.
DATA holds ``manifest.csv``; WORK keeps checkpoints, so that an interrupted run is resumed: a variant is five trainings,
all of them together take hours. A difference smaller than its interval may be chance.

The basis is a network alone that sees whole radiographs at 128 pixels and begins from weights of photographs, trained
for six epochs on labels and radiologists' readings; the bundled encoder adds both crops, phantoms and children first,
and measurements.

Examples
--------
>>> list(VARIANTS)[:3]
['basis', 'labels only', 'boxes']
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
import typer
from torch import Tensor, nn

from thoracite.errors import UsageError
from thoracite.evaluation.suite import Suite
from thoracite.evaluation.vision import Readings, compare_readings, measure_readings
from thoracite.settings import Settings
from thoracite.vision.device import find_device
from thoracite.vision.image import read_radiograph
from thoracite.vision.labels import FINDINGS, FOLDS, OUTPUTS
from thoracite.vision.mini.efficientnet import FEATURES, prepare_batch
from thoracite.vision.mini.framing import frame_pixels
from thoracite.vision.training.cases import Case, read_cases, read_targets
from thoracite.vision.training.fit_measures import fit_measures
from thoracite.vision.training.fold_trainer import FoldTrainer, Recipe, shrink_frames
from thoracite.vision.training.pretraining import Name, train_before
from thoracite.vision.training.train_encoder import (
    EPOCHS_BEFORE,
    begin_network,
    keep_held_out,
    measure_cached,
    read_all,
    read_cached,
)

BASIS = Recipe(size=128, epochs=6)


class WithoutReadings(FoldTrainer):
    """Variant with labels only: the radiologists' second readings are hidden."""

    def prepare(self) -> None:
        """Mark the readings as unknown."""
        self.known[:, len(FINDINGS) + 1 :] = 0


class Balanced(FoldTrainer):
    """Variant that draws each collection and view equally often."""

    def draw_rows(self, random: np.random.Generator) -> npt.NDArray[np.int64]:
        """Draw with replacement, rare groups more often."""
        groups = np.array([f"{self.cases[row].collection} {self.cases[row].view}" for row in self.rows])
        names, inverse, counts = np.unique(groups, return_inverse=True, return_counts=True)
        weights = 1 / (len(names) * counts[inverse])
        order: npt.NDArray[np.int64] = random.choice(self.rows, len(self.rows), p=weights / weights.sum())
        return order


class Metadata(FoldTrainer):
    """Base of variants with a second head, for collection and view, on the same features."""

    def prepare(self) -> None:
        """Lay out collection and view, shape (cases, 2)."""
        names = sorted({case.collection for case in self.cases})
        told = [[float(names.index(case.collection) > 0), float(case.view == "AP")] for case in self.cases]
        self.metadata = torch.tensor(told, device=self.device)
        self.reader = nn.Linear(FEATURES, 2).to(self.device)
        self.progress.optimiser.add_param_group({"params": list(self.reader.parameters()), "times": 5.0})

    def tell(self, rows: Tensor, features: Tensor) -> Tensor:
        """Return the loss of predicting collection and view from features."""
        return F.binary_cross_entropy_with_logits(self.reader(features.float()), self.metadata[rows])


class MetadataTarget(Metadata):
    """Variant that learns collection and view beside the findings."""

    def find_loss(self, rows: Tensor, maps: Tensor) -> Tensor:
        """Add the loss of predicting them."""
        return super().find_loss(rows, maps) + 0.1 * self.tell(rows, maps.mean(dim=(2, 3)))


class MetadataAdversary(Metadata):
    """Variant whose features hide collection and view (gradient reversal, Ganin, Lempitsky 2015, arXiv:1409.7495)."""

    def find_loss(self, rows: Tensor, maps: Tensor) -> Tensor:
        """Add the loss of predicting them, its gradient reversed in the features."""
        features = maps.mean(dim=(2, 3))
        turned = 2 * features.detach() - features  # the same values, the opposite gradient
        return super().find_loss(rows, maps) + 0.1 * self.tell(rows, turned)


class MetadataOffset(FoldTrainer):
    """Variant whose network adds to a model of collection and view alone, and is read without that model."""

    def prepare(self) -> None:
        """Fit each output's log odds on collection and view of the training cases."""
        from sklearn.linear_model import LogisticRegression

        names = sorted({case.collection for case in self.cases})
        told = np.array([[case.collection == names[0], case.view == "AP"] for case in self.cases], dtype=float)
        targets, known = read_targets(self.cases)
        offsets = np.zeros_like(targets)
        for n in range(len(OUTPUTS)):
            rows = self.rows[known[self.rows, n] > 0]
            if len(np.unique(targets[rows, n])) < 2:
                continue
            odds = LogisticRegression(max_iter=500).fit(told[rows], targets[rows, n]).decision_function(told)
            offsets[:, n] = odds - odds[rows].mean()
        self.offsets = torch.from_numpy(offsets).to(self.device)

    def adjust(self, rows: Tensor, logits: Tensor) -> Tensor:
        """Add the log-odds of collection and view."""
        return logits + self.offsets[rows]


class WithBoxes(FoldTrainer):
    """Variant with the map of "Lung Opacity" fitted to the radiologists' boxes, on images without augmentation."""

    def prepare(self) -> None:
        """Lay out the boxes on the grid of the maps."""
        self.boxes = torch.from_numpy(draw_boxes(self.cases, self.recipe.size // 32)).to(self.device)

    def find_loss(self, rows: Tensor, maps: Tensor) -> Tensor:
        """Add the cross-entropy between map and boxes."""
        loss = super().find_loss(rows, maps)
        boxed = rows[(self.boxes[rows].sum(dim=1) > 0).cpu()]
        if not len(boxed):
            return loss
        images = shrink_frames(self.frames[boxed, 0].to(self.device), self.recipe.size)
        with torch.no_grad():
            shared = self.backbone(prepare_batch(images))
        weight = self.head.linear.weight[OUTPUTS.index("RSNA Lung Opacity")]
        drawn = torch.einsum("nchw,c->nhw", self.head.features(shared).float(), weight).flatten(1)
        return loss - 0.1 * (self.boxes[boxed] * F.log_softmax(drawn, dim=1)).sum(dim=1).mean()


class Distilled(FoldTrainer):
    """Variant with half of the target from the mean of other variants, trained on the same folds."""

    teachers: Tensor

    def find_loss(self, rows: Tensor, maps: Tensor) -> Tensor:
        """Mix both targets."""
        logits = self.head.linear(maps.mean(dim=(2, 3))).float()
        taught = torch.sigmoid(self.teachers[rows]).to(self.device)
        return 0.5 * super().find_loss(rows, maps) + 0.5 * F.binary_cross_entropy_with_logits(logits, taught)


class Variant(NamedTuple):
    """One change to the basis.

    Parameters
    ----------
    trainer : type of FoldTrainer
        Trainer of the variant.
    recipe : Recipe
        Length and size of the training.
    before : tuple of str
        Materials before the labels, in order: ``phantoms``, ``children``.
    teachers : tuple of str
        Variants whose mean is a target.
    crops : int
        1 for whole radiographs only, 2 for chests too.
    measured : str
        The variant to whose logits measurements are added, without another training; or empty.
    """

    trainer: type[FoldTrainer] = FoldTrainer
    recipe: Recipe = BASIS
    before: tuple[Name, ...] = ()
    teachers: tuple[str, ...] = ()
    crops: int = 1
    measured: str = ""


VARIANTS = {
    "basis": Variant(),
    "labels only": Variant(WithoutReadings),
    "boxes": Variant(WithBoxes),
    "metadata offset": Variant(MetadataOffset),
    "metadata target": Variant(MetadataTarget),
    "metadata adversary": Variant(MetadataAdversary),
    "balanced": Variant(Balanced),
    "phantoms first": Variant(before=("phantoms",)),
    "children first": Variant(before=("children",)),
    "both crops": Variant(crops=2),
    "measurements": Variant(measured="basis"),
    "both crops, children first": Variant(crops=2, before=("children",)),
    "both crops, children first, measurements": Variant(measured="both crops, children first"),
    "both crops, phantoms and children first": Variant(crops=2, before=("phantoms", "children")),
    "the bundled recipe, smaller": Variant(measured="both crops, phantoms and children first"),
    "192 pixels": Variant(recipe=BASIS._replace(size=192)),
    "224 pixels": Variant(recipe=BASIS._replace(size=224)),
    "distilled": Variant(Distilled, teachers=("basis", "both crops", "both crops, children first", "192 pixels")),
}
"""Variants by name; one that learns from others stands after them."""


def run_ablation(data: Path, work: Path, names: Sequence[str] = ()) -> Suite:
    """Train variants and measure them beside the basis.

    Parameters
    ----------
    data : Path
        Folder with ``manifest.csv``.
    work : Path
        Folder for checkpoints and readings.
    names : sequence of str
        Keys of :data:`VARIANTS`; all unless given. The basis is always among them.

    Raises
    ------
    UsageError
        If there is no such variant.
    """
    if unknown := sorted({*names} - {*VARIANTS}):
        raise UsageError(f"there is no variant {unknown[0]!r}; there are {', '.join(VARIANTS)}")
    cases = read_cases(data, "nih")
    work.mkdir(parents=True, exist_ok=True)
    wanted = [name for name in VARIANTS if not names or name in {*names, "basis"}]
    readings = {name: _judge(cases, train_variant(name, cases, data, work)) for name in wanted}
    rows = []
    for name in wanted:
        rows += [row for row in measure_readings(name, readings[name]) if row.metric.startswith(_SHOWN)]
        if name != "basis":
            rows.append(compare_readings(f"{name} less basis", readings[name], readings["basis"]))
    described = f"{len(cases)} images of ChestX-ray14, five folds, {BASIS.size} pixels unless named otherwise"
    return Suite(suite="ablation", data=described, n=len(cases), rows=tuple(rows))


def train_variant(name: str, cases: list[Case], data: Path, work: Path) -> npt.NDArray[np.float64]:
    """Return held-out logits of a variant, shape (cases, outputs), from the checkpoints where there are any."""
    variant, kept = VARIANTS[name], work / f"{name}.npy"
    if variant.measured:
        return train_variant(variant.measured, cases, data, work) + _read_measures(cases, work)
    if kept.is_file():
        return keep_held_out(np.load(kept), cases)
    frames, device = torch.from_numpy(read_cached(cases, work))[:, : variant.crops], find_device()
    network = begin_network(FOLDS)
    before = variant.recipe._replace(epochs=EPOCHS_BEFORE)
    train_before(network, data, work, recipe=before, materials=variant.before, crops=variant.crops)
    for fold, head in enumerate(network.heads):
        trainer = variant.trainer(
            network.backbone, head, cases, frames, fold=fold, seed=0, recipe=variant.recipe, device=device
        )
        if isinstance(trainer, Distilled):
            teachers = [np.load(work / f"{teacher}.npy")[fold] for teacher in variant.teachers]
            trainer.teachers = torch.from_numpy(np.mean(teachers, axis=0)).float()
        trainer.run(work / f"{name}{fold}.pt")
    np.save(kept, read_all(network.cpu(), frames, size=variant.recipe.size))
    return train_variant(name, cases, data, work)


def _read_measures(cases: list[Case], work: Path) -> npt.NDArray[np.float64]:
    """Return the measurements' part of held-out logits, shape (cases, outputs)."""
    measures, again = measure_cached(cases, work).swapaxes(0, 1)
    return keep_held_out(fit_measures(measures, again, cases).read_all(measures), cases)


def draw_boxes(cases: Sequence[Case], side: int) -> npt.NDArray[np.float32]:
    """Draw radiologists' "Lung Opacity" boxes on a grid over the frame, shape (cases, side²); rows sum to 1 or 0."""
    drawn = np.zeros((len(cases), side, side), dtype=np.float32)
    edges = np.arange(side + 1) / side
    for row, case in enumerate(cases):
        boxes = [box for label, *box in case.boxes if label.startswith("Lung Opacity")]
        if not boxes:
            continue
        pixels = read_radiograph(case.path, settings=Settings.read()).pixels
        left, top, right, bottom = frame_pixels(pixels, size=side).box
        for x0, y0, x1, y1 in boxes:
            across = _overlap(edges, *((x * pixels.shape[1] - left) / (right - left) for x in (x0, x1)))
            down = _overlap(edges, *((y * pixels.shape[0] - top) / (bottom - top) for y in (y0, y1)))
            drawn[row] = np.maximum(drawn[row], np.outer(down, across))
        drawn[row] /= max(float(drawn[row].sum()), 1e-6)
    return drawn.reshape(len(cases), -1)


def _overlap(edges: npt.NDArray[np.float64], low: float, high: float) -> npt.NDArray[np.float64]:
    """Return the share of each cell between two points."""
    shares: npt.NDArray[np.float64] = np.minimum(edges[1:], high) - np.maximum(edges[:-1], low)
    return np.maximum(shares, 0) * (len(edges) - 1)


def _judge(cases: list[Case], logits: npt.NDArray[np.float64]) -> Readings:
    targets = read_targets(cases)[0][:, : len(FINDINGS)]
    return Readings(cases, targets, logits[:, : len(FINDINGS)], -logits[:, OUTPUTS.index("RSNA Normal")])


_SHOWN = ("macro AUROC", "AUROC RSNA Normal against rest, mean")


def _run(
    data: Annotated[Path, typer.Argument(help="Folder with manifest.csv.")],
    work: Annotated[Path, typer.Argument(help="Folder for checkpoints.")],
    variants: Annotated[list[str] | None, typer.Argument(help="All unless some are named.")] = None,
) -> None:
    """Train variants of the encoder and print their gain."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for row in run_ablation(data, work, variants or ()).rows:
        interval = "" if row.low is None else f"{row.low:.3f} to {row.high:.3f}"
        typer.echo(f"{row.system:34} {row.metric:62} {row.value:7.3f}  {interval}")


if __name__ == "__main__":
    typer.run(_run)

__all__ = ["VARIANTS", "Variant", "draw_boxes", "run_ablation", "train_variant"]
