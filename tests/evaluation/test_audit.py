"""What hiding and swapping change is counted image by image; noise and blank images are withheld."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from thoracite.evaluation.audit import (
    Swapped,
    draw_blank,
    draw_noise,
    find_f1,
    measure_noise,
    measure_swaps,
)
from thoracite.evaluation.audit_hiding import CLEAR, FRAME, hide_places, lay_hidden, measure_hiding
from thoracite.evaluation.held_out import HeldOut, find_priors
from thoracite.evaluation.words import Said
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.training.cases import Case, is_locked, read_labelled

NONE = np.zeros((0, 0))


def make_case(group: str, *labels: str) -> Case:
    return Case(Path(f"{group}.png"), "nih", "a", group, "PA", frozenset(labels), "", ())


def rate(case: Case, **ratios: float) -> np.ndarray:
    """Log-odds with these likelihood ratios."""
    odds: np.ndarray = find_priors([case])[0].copy()
    for name, ratio in ratios.items():
        odds[FINDINGS.index(name)] += math.log(ratio)
    return odds


def test_the_boxed_opacity_is_the_one_rated_highest_before() -> None:
    case = make_case("a")
    odds = [rate(case, Consolidation=4, Pneumonia=1), rate(case, Pneumonia=4), rate(case, Consolidation=3)]
    hidden = lay_hidden(case, "Lung Opacity", np.stack(odds))
    assert hidden.verdicts == ("possible", "undecided", "possible")
    np.testing.assert_allclose(np.exp(hidden.ratios), [4, 1, 3])
    assert hidden.others == (2 / 14, 0.0)


def test_what_hiding_changes_is_compared_image_by_image() -> None:
    case, other = make_case("a"), make_case("b")
    one = lay_hidden(case, "Effusion", np.stack([rate(case, Effusion=r) for r in (4, 1, 3)]))
    same = lay_hidden(other, "Effusion", np.stack([rate(other, Effusion=r) for r in (4, 3, 3)]))
    rows = {(row.system, row.metric): row for row in measure_hiding([one, same])}
    changes = "verdict of the boxed finding changes"
    assert rows["thoracite-mini", f"{changes}, relevant place hidden; all"].value == 0.5
    assert rows["thoracite-mini", f"{changes}, irrelevant place hidden; all"].value == 0
    assert rows["thoracite-mini", f"{changes}, relevant less irrelevant; all"].value == 0.5
    assert rows["always normal", f"{changes}, relevant less irrelevant; all"].value == 0
    beyond = "boxed finding changes by more than another export of the file changes it (0.21)"
    assert rows["thoracite-mini", f"{beyond}, relevant place hidden; all"].value == 1
    assert rows["thoracite-mini", f"{beyond}, irrelevant place hidden; all"].value == 1
    assert not [metric for _, metric in rows if metric.endswith(("; Effusion", f"filled with {FRAME}"))]
    fall = rows["thoracite-mini", "log-odds of the boxed finding fall by, relevant less irrelevant; all"]
    assert abs(fall.value - math.log(3) / 2) < 1e-9  # log 4 and log 4/3 against log 4/3 twice


def test_folds_and_locked_patients_stand_apart_and_labels_with_enough_images() -> None:
    free = next(f"nih:{n}" for n in range(1000) if not is_locked(f"nih:{n}"))
    locked = next(f"nih:{n}" for n in range(1000) if is_locked(f"nih:{n}"))
    made = [(make_case(group), ratio) for group, ratio in [(free, 1.0), *[(locked, 4.0)] * 5]]
    hidden = [
        lay_hidden(case, "Mass", np.stack([rate(case, Mass=r) for r in (4, ratio, 4)]), fill=fill)
        for case, ratio in made
        for fill in (CLEAR, FRAME)
    ]
    rows = {row.metric: row for row in measure_hiding(hidden) if row.system != "always normal"}
    less = "verdict of the boxed finding changes, relevant less irrelevant"
    assert (rows[f"{less}; folds"].value, rows[f"{less}; folds"].n) == (1, 1)
    assert (rows[f"{less}; locked"].value, rows[f"{less}; locked"].n) == (0, 5)
    assert rows[f"{less}; all, filled with {FRAME}"].value == rows[f"{less}; Mass"].value == 1 / 6


def test_agreement_falls_where_another_image_is_shown() -> None:
    cases = [make_case("a", "Effusion"), make_case("b", "Effusion"), make_case("c", "Mass")]
    odds = np.stack([rate(cases[0], Effusion=5), rate(cases[1], Effusion=3, Mass=3), rate(cases[2], Mass=5)])
    said = Said(HeldOut(cases, NONE, NONE, NONE.astype(np.float32)), odds, find_priors(cases))
    rows = {(r.system, r.metric): r.value for r in measure_swaps(Swapped(said, np.array([[0, 1, 2]])), "folds")}
    assert rows["thoracite-mini", "agreement with the own labels; folds"] == 1
    assert rows["thoracite-mini", "agreement, own less other-label swap; folds"] == 1
    assert abs(rows["thoracite-mini", "agreement, own less same-label swap; folds"] - 1 / 3) < 1e-9
    assert rows["always normal", "agreement, own less other-label swap; folds"] == 0
    assert rows["thoracite-mini", "share of verdicts changed, same-label swap; folds"] == 1 / 14
    assert rows["thoracite-mini", "share of verdicts changed, other-label swap; folds"] == 2 / 14
    assert find_f1(np.zeros((1, 2), dtype=bool), np.zeros((1, 2), dtype=bool)).tolist() == [0]


def test_noise_and_blank_images_are_withheld() -> None:
    assert all(0 <= float(one.min()) <= float(one.max()) <= 1 for one in [*draw_noise(4), *draw_blank(4)])
    assert len({one.shape for one in draw_noise(8)}) > 4
    rows = {(row.system, row.metric): row for row in measure_noise(MiniEncoder.load(), 4)}
    assert rows["thoracite-mini", "withheld: noise"].value == 1
    assert rows["thoracite-mini", "withheld: blank"].value == 1
    assert rows["brightness alone", "withheld: noise"].value < 1


def test_real_boxes_are_hidden_with_the_head_of_the_patient(shared: Path) -> None:
    case = next(one for one in read_labelled(shared / "data" / "cxr") if one.reading == "Lung Opacity")
    hidden = list(hide_places(MiniEncoder.load(), case))
    assert {one.fill for one in hidden} == {CLEAR, FRAME}
    for one in hidden:
        assert one.case.group == case.group
        assert len(set(one.ratios.tolist())) == 3
