"""Each variant changes what it says, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from thoracite.errors import UsageError
from thoracite.evaluation import ablation
from thoracite.evaluation.ablation import VARIANTS, Distilled, draw_boxes, run_ablation
from thoracite.vision.labels import FINDINGS, FOLDS, OUTPUTS
from thoracite.vision.mini.efficientnet import Backbone, Head
from thoracite.vision.training.cases import Case, read_cases
from thoracite.vision.training.fold_trainer import FoldTrainer, Recipe

SMALL = Recipe(size=64, batch=8)


def make_cases(number: int) -> list[Case]:
    """The first collection has every effusion and no second view."""
    return [
        Case(
            Path(f"{row}.png"), "nih", "ab"[row % 4 == 0], f"patient {row}", "AP" if row % 8 == 0 else "PA",
            frozenset({"Effusion"} if row % 4 else {"No Finding"}), "Normal" if row % 2 else "Lung Opacity", (),
        )
        for row in range(number)
    ]  # fmt: skip


def begin(kind: type[FoldTrainer]) -> FoldTrainer:
    torch.manual_seed(0)
    frames = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (40, 1, 72, 72), dtype=np.uint8))
    return kind(Backbone(), Head(len(OUTPUTS), dropout=0), make_cases(40), frames, fold=0, seed=0, recipe=SMALL)


def test_labels_only_knows_no_readings() -> None:
    known = begin(ablation.WithoutReadings).known
    assert known[:, len(FINDINGS) + 1 :].sum() == 0
    assert known[:, : len(FINDINGS) + 1].all()


def test_balanced_sees_rare_groups_as_often() -> None:
    trainer = begin(ablation.Balanced)
    drawn = np.concatenate([trainer.draw_rows(np.random.default_rng(n)) for n in range(40)])
    groups = [(trainer.cases[row].collection, trainer.cases[row].view) for row in drawn]
    shares = [groups.count(group) / len(groups) for group in set(groups)]
    assert len(shares) == 3
    assert max(shares) - min(shares) < 0.1


def test_an_offset_says_what_the_collection_tells() -> None:
    trainer = begin(ablation.MetadataOffset)
    effusion = trainer.offsets[:, FINDINGS.index("Effusion")]
    ours = torch.tensor([case.collection == "a" for case in trainer.cases])
    assert effusion[ours].min() > effusion[~ours].max() + 1


def test_an_adversary_turns_the_gradient_round() -> None:
    gradients = []
    for kind in (ablation.MetadataTarget, ablation.MetadataAdversary, FoldTrainer):
        trainer = begin(kind)
        if kind is not FoldTrainer:
            torch.nn.init.constant_(trainer.reader.weight, 0.1)
        maps = torch.ones(4, 1280, 2, 2, requires_grad=True)
        trainer.find_loss(torch.from_numpy(trainer.rows[:4]), maps).backward()
        gradients.append(maps.grad)
    target, adversary, plain = gradients
    torch.testing.assert_close(target - plain, plain - adversary)
    assert not torch.equal(target, plain)


def test_what_is_distilled_pulls_towards_its_teachers() -> None:
    trainer = begin(Distilled)
    assert isinstance(trainer, Distilled)
    rows, maps = torch.from_numpy(trainer.rows[:4]), torch.zeros(4, 1280, 2, 2)
    agreed = trainer.head.linear.bias.detach().expand(40, -1)
    trainer.teachers = agreed
    near = trainer.find_loss(rows, maps)
    trainer.teachers = agreed + 5
    assert trainer.find_loss(rows, maps) > near


def test_boxes_are_drawn_where_radiologists_drew_them(shared: Path) -> None:
    cases = [
        case
        for case in read_cases(shared / "data" / "cxr", "nih")
        if any(box[0].startswith("Lung Opacity") for box in case.boxes)
    ][:8]
    drawn = draw_boxes([*cases, make_cases(1)[0]], 20).reshape(9, 20, 20)
    np.testing.assert_allclose(drawn.sum(axis=(1, 2)), [1] * 8 + [0], atol=1e-5)
    for case, grid in zip(cases, drawn, strict=False):
        boxes = [box for box in case.boxes if box[0].startswith("Lung Opacity")]
        x = float((grid.sum(axis=0) * (np.arange(20) + 0.5) / 20).sum())
        assert min(box[1] for box in boxes) - 0.1 < x < max(box[3] for box in boxes) + 0.1


def test_an_unknown_variant_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no variant 'larger'"):
        run_ablation(tmp_path, tmp_path, ["larger"])


def test_teachers_stand_before_their_pupils() -> None:
    names = list(VARIANTS)
    for name, variant in VARIANTS.items():
        assert all(names.index(teacher) < names.index(name) for teacher in variant.teachers)
    assert FOLDS == 5
