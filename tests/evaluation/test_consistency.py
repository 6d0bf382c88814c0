"""Perturbed files are what they say, and sameness is counted as it should be where the answer is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from thoracite.evaluation.consistency import SAME, Answers, answer, draw_cases, make_silent, measure_sameness
from thoracite.evaluation.perturbation import PERTURBATIONS, write_perturbed
from thoracite.phantom import draw_phantom
from thoracite.vision.labels import FINDINGS
from thoracite.vision.training.cases import Case, read_cases

CHANGES = list(PERTURBATIONS)
OUT, ASSERTED, WORD, TURNED = SAME
SPOKEN = "where something is asserted before or after"


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic radiograph of 256×256 in a file."""
    path = tmp_path_factory.mktemp("phantom") / "phantom.png"
    Image.fromarray(np.rint(draw_phantom(3, size=256).image * 255).astype(np.uint8)).save(path)
    return path


def read(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image, dtype=float)


def make_case(group: str, path: Path = Path("x.png")) -> Case:
    return Case(path, "nih", "a", group, "PA", frozenset(), "", ())


def make_answers(levels: list[list[list[int]]], accepted: list[list[bool]] | None = None) -> Answers:
    array = np.array(levels, dtype=np.int8)
    passed = np.ones(array.shape[:2], dtype=bool) if accepted is None else np.array(accepted)
    return Answers("system", tuple(f"p{n}" for n in range(len(array))), array, passed)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_a_new_file_that_shows_the_same(change: str, phantom: Path, tmp_path: Path) -> None:
    written = write_perturbed(phantom, change, tmp_path)
    before, after = read(phantom), read(written)
    assert written.parent == tmp_path
    assert not np.array_equal(before, after)
    side = (256, 256)
    small = [np.asarray(Image.fromarray(pixels.astype(np.uint8)).resize(side)) for pixels in (before, after)]
    assert np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1] > 0.6  # a crop at a corner shifts it


def test_changes_do_what_they_say(phantom: Path, tmp_path: Path) -> None:
    before = read(phantom)
    paler = read(write_perturbed(phantom, "contrast −15 %", tmp_path))
    assert paler.std() / before.std() == pytest.approx(0.85, abs=0.01)
    assert paler.mean() == pytest.approx(before.mean(), abs=0.5)
    for change, size in {"crop 5 %": 244, "crop 5 % at a corner": 243, "longest side 224": 224}.items():
        assert read(write_perturbed(phantom, change, tmp_path)).shape == (size, size)
    np.testing.assert_array_equal(read(write_perturbed(phantom, "crop 5 % at a corner", tmp_path)), before[13:, 13:])
    left, right = (read(write_perturbed(phantom, change, tmp_path)) for change in ("turned +2°", "turned −2°"))
    np.testing.assert_allclose(left[118:138, 118:138], before[118:138, 118:138], atol=40)  # about the middle
    assert not np.array_equal(left, right)
    with Image.open(write_perturbed(phantom, "JPEG quality 60", tmp_path)) as image:
        assert image.format == "JPEG"


def test_four_meanings_of_the_same() -> None:
    first = np.array([[0, 1, 2, 4]], dtype=np.int8)
    for other, expected in {
        (0, 1, 2, 4): (1, 1, 1, 1),
        (0, 1, 2, 3): (1, 1, 0.75, 1),
        (0, 1, 3, 4): (0, 1, 0.75, 1),
        (0, 2, 2, 4): (1, 0, 0.75, 1),
        (0, 1, 0, 4): (1, 0, 0.75, 0),
        (2, 1, 2, 0): (0, 0, 0.5, 0),
    }.items():
        found = tuple(float(same(first, np.array([other], dtype=np.int8))[0]) for same in SAME.values())
        assert found == expected


def test_shares_are_of_images_and_drawn_by_patient() -> None:
    answers = make_answers([[[4, 0], [4, 0], [4, 2]], [[0, 0], [4, 0], [0, 0]]])
    rows = {row.metric: row for row in measure_sameness(answers, ["one", "two"])}
    assert rows[f"{OUT}, one"].value == 0.5
    assert rows[f"{OUT}, two"].value == 1.0
    assert rows[f"{ASSERTED}, two"].value == 0.5
    assert rows[f"{WORD}, two"].value == 0.75
    assert rows[f"{OUT}, mean of the changes"].value == 0.75
    assert rows[f"{TURNED}, one"].value == 0.5
    assert rows[f"{OUT}, {SPOKEN}"].value == pytest.approx(2 / 3)
    assert rows["images with an assertion"].value == 0.5
    for row in rows.values():
        assert row.n == 2
        assert row.low is not None
        assert row.low <= row.value <= (row.high or 0)


def test_what_the_gate_withholds_only_after_a_change_is_not_the_same() -> None:
    same = [[[0], [0]], [[0], [0]], [[0], [0]]]
    answers = make_answers(same, [[True, True], [True, False], [False, False]])
    row = next(row for row in measure_sameness(answers, ["one"]) if row.metric == f"{OUT}, one")
    assert (row.value, row.n) == (0.5, 2)


def test_always_normal_is_consistent_and_says_nothing() -> None:
    silent = make_silent("always normal", make_answers([[[4], [0]], [[0], [4]]]))
    rows = {row.metric: row.value for row in measure_sameness(silent, ["turn"])}
    assert rows[f"{WORD}, turn"] == 1.0
    assert rows["images with an assertion"] == 0.0
    assert f"{WORD}, {SPOKEN}" not in rows


def test_one_image_of_each_drawn_patient() -> None:
    cases = [make_case(f"patient {n // 3}", Path(f"{n}.png")) for n in range(30)]
    drawn = draw_cases(cases, 4, seed=1)
    assert len({case.group for case in drawn}) == len(drawn) == 4
    assert drawn == draw_cases(cases, 4, seed=1) != draw_cases(cases, 4, seed=2)


def test_real_images_go_the_whole_way(shared: Path) -> None:
    cases = read_cases(shared / "data" / "cxr", "nih")[:2]
    answers = answer("held out", cases)
    assert answers.levels.shape == (2, 1 + len(CHANGES), len(FINDINGS))
    assert answers.accepted.all()
    assert 0 <= answers.levels.min() <= answers.levels.max() <= 4
