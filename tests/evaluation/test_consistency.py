"""Perturbed files are what they say, and sameness is counted as it should be where the answer is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from thoracite.evaluation import consistency
from thoracite.evaluation.consistency import (
    SAME,
    Answers,
    Outputs,
    answer_all,
    draw_cases,
    measure_findings,
    measure_sameness,
    run_encoder,
)
from thoracite.evaluation.perturbation import PERTURBATIONS, write_perturbed
from thoracite.phantom import draw_phantom
from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.labels import FINDINGS, FOLDS
from thoracite.vision.mini.calibration import FindingScale
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.training.cases import Case, read_cases

CHANGES = list(PERTURBATIONS)


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


def answer(levels: list[list[list[int]]], accepted: list[list[bool]] | None = None) -> Answers:
    array = np.array(levels, dtype=np.int8)
    passed = np.ones(array.shape[:2], dtype=bool) if accepted is None else np.array(accepted)
    return Answers("system", tuple(f"p{n}" for n in range(len(array))), array / 2, array, passed)


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


def test_every_copy_is_read_for_itself(phantom: Path, tmp_path: Path) -> None:
    encoder = MiniEncoder.load()
    outputs = run_encoder(encoder, [make_case("patient", phantom)], CHANGES)
    for change, logits in zip(CHANGES, outputs.logits[0, 1:], strict=True):
        alone = read_radiograph(write_perturbed(phantom, change, tmp_path), settings=Settings.read())
        np.testing.assert_allclose(encoder.forward(alone.pixels).logits[:, : len(FINDINGS)], logits, atol=1e-4)
    assert len(np.unique(np.round(outputs.logits[0, :, 0, 0], 5))) == len(CHANGES) + 1


def test_three_meanings_of_the_same() -> None:
    first = np.array([[0, 1, 2]], dtype=np.int8)
    for other, expected in {
        (0, 1, 2): (True, True, True),
        (1, 1, 2): (True, False, True),
        (0, 2, 2): (False, False, True),
        (2, 1, 2): (False, False, False),
        (0, 1, 0): (False, False, False),
    }.items():
        assert tuple(bool(same(first, np.array([other], dtype=np.int8))[0]) for same in SAME.values()) == expected


def test_shares_are_of_images_and_drawn_by_patient() -> None:
    answers = answer([[[2, 0], [2, 0], [2, 1]], [[0, 0], [2, 0], [0, 0]]])
    rows = {row.metric: row for row in measure_sameness(answers, ["one", "two"])}
    assert rows["same present findings, one"].value == 0.5
    assert rows["same present findings, two"].value == 1.0
    assert rows["same certainty of every finding, two"].value == 0.5
    assert rows["same present findings, mean of the changes"].value == 0.75
    assert rows["same present findings, under every change"].value == 0.5
    assert rows["no finding turned from present to absent or back, one"].value == 0.5
    assert rows["shift of a probability, one"].value == pytest.approx(0.25)
    spoken = "same present findings, where there is one before or after"
    assert rows[f"{spoken}, two"].value == rows[f"{spoken}, two"].n == 1
    assert rows[f"{spoken}, one"].value == 0.5
    assert rows[f"{spoken}, mean of the changes"].value == pytest.approx(2 / 3)
    for row in rows.values():
        assert row.n == (1 if row.metric == f"{spoken}, two" else 2)
        assert row.low is not None
        assert row.low <= row.value <= (row.high or 0)


def test_what_the_gate_withholds_only_after_a_change_is_not_the_same() -> None:
    same = [[[0], [0]], [[0], [0]], [[0], [0]]]
    answers = answer(same, [[True, True], [True, False], [False, False]])
    row = next(row for row in measure_sameness(answers, ["one"]) if row.metric == "same present findings, one")
    assert (row.value, row.n) == (0.5, 2)


def test_always_normal_is_consistent_and_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consistency, "LEAST", 1)
    random = np.random.default_rng(0)
    cases = [make_case(f"patient {n}") for n in range(60)]
    targets = (random.random((60, len(FINDINGS))) < 0.5).astype(np.float32)
    logits = np.zeros((60, 2, FOLDS, len(FINDINGS)))
    logits[:, :, :] = (targets * 8 - 4)[:, None, None]
    logits[:, 1] *= -1  # the change turns everything around
    scales = [FindingScale(label=label, slope=1.0, offset=0.0, low=0.2, high=0.8) for label in FINDINGS]
    outputs = Outputs(logits, np.ones((60, 2), dtype=bool))
    found = {
        answers.system: {row.metric: row.value for row in rows}
        for answers in answer_all(cases, outputs, scales, dict.fromkeys(range(FOLDS), scales))
        for rows in [[*measure_sameness(answers, ["turn"]), *measure_findings(answers, targets)]]
    }
    assert list(found) == ["held out", "as deployed", "one head", "always normal"]
    sensitivity = f"sensitivity of present, mean of {len(FINDINGS)} findings"
    for system in ("held out", "as deployed", "one head"):
        assert found[system]["same present findings, turn"] == 0.0
        assert found[system][sensitivity] == found[system][sensitivity.replace("sensitivity", "specificity")] == 1.0
    assert found["always normal"]["same present findings, turn"] == 1.0
    assert found["always normal"][sensitivity] == 0.0
    assert found["always normal"]["images with a finding that is present or uncertain"] == 0.0


def test_a_held_out_answer_comes_from_the_own_head_and_its_points() -> None:
    cases = [make_case(f"patient {n}") for n in range(20)]
    logits = np.zeros((20, 1, FOLDS, len(FINDINGS)))
    for row, case in enumerate(cases):
        logits[row, :, case.fold] = 3
    low, high = (
        [FindingScale(label=label, slope=1.0, offset=0.0, low=point, high=point) for label in FINDINGS]
        for point in (0.9, 0.99)
    )
    fitted = {fold: low if fold else high for fold in range(FOLDS)}
    answers = answer_all(cases, Outputs(logits, np.ones((20, 1), dtype=bool)), low, fitted)[0]
    for row, case in enumerate(cases):
        assert (answers.levels[row] == (2 if case.fold else 0)).all()


def test_patients_are_drawn_whole() -> None:
    cases = [make_case(f"patient {n // 3}") for n in range(30)]
    drawn = draw_cases(cases, 4, seed=1)
    assert len(drawn) == 12
    assert len({cases[row].group for row in drawn}) == 4
    assert drawn == draw_cases(cases, 4, seed=1) != draw_cases(cases, 4, seed=2)
    assert draw_cases(cases, None) == list(range(30))


def test_real_images_go_the_whole_way(shared: Path) -> None:
    cases = read_cases(shared / "data" / "cxr", "nih")[:4]
    encoder = MiniEncoder.load()
    outputs = run_encoder(encoder, cases, ["contrast −15 %", "longest side 448"])
    assert outputs.logits.shape == (4, 3, FOLDS, len(FINDINGS))
    assert outputs.accepted.shape == (4, 3)
    moved = np.abs(outputs.logits[:, 1:] - outputs.logits[:, :1]).mean()
    apart = np.abs(outputs.logits[0, 0] - outputs.logits[1, 0]).mean()
    assert 0 < moved < apart
