"""Measurements say what was drawn, whatever the side, the size or the exposure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.evaluation.vision import find_auroc
from thoracite.settings import Settings
from thoracite.vision.mini.framing import Frame
from thoracite.vision.mini.lungs import Lungs, draw_ellipses
from thoracite.vision.mini.measures import MEASURES, measure_chest
from thoracite.vision.training.cases import read_cases
from thoracite.vision.training.frames import measure_cases

SIDE = 192
BOX = (0, 0, 480, 480)


def draw_chest(*, heart: float = 0.12, left_density: float = 0.0, spot: float = 0.0) -> tuple[Frame, Lungs]:
    """Dark elliptic lungs about a bright band, a heart as wide as given (share of the frame, half), and extras."""
    lungs = draw_ellipses(BOX, size=SIDE)
    y, x = (np.mgrid[0:SIDE, 0:SIDE] + 0.5) / SIDE
    pixels = np.where(lungs.right | lungs.left, 0.2, 0.8)
    pixels[(abs(x - 0.5) < heart) & (y > 0.5)] = 0.8
    pixels[lungs.left & (pixels < 0.5)] += left_density
    pixels += spot * np.exp(-(((x - 0.25) ** 2 + (y - 0.4) ** 2) / (2 * 0.016**2)))
    return Frame(pixels.astype(np.float32), BOX), lungs


def measure(frame: Frame, lungs: Lungs) -> dict[str, float]:
    return dict(zip(MEASURES, measure_chest(frame, lungs).tolist(), strict=True))


def mirror(frame: Frame, lungs: Lungs) -> tuple[Frame, Lungs]:
    masks = (lungs.left[:, ::-1], lungs.right[:, ::-1])
    return Frame(np.ascontiguousarray(frame.pixels[:, ::-1]), frame.box), Lungs(*masks, lungs.box)


def test_names_are_unique() -> None:
    assert len(set(MEASURES)) == len(MEASURES)


def test_sizes_are_those_of_the_ellipses() -> None:
    found = measure(*draw_chest())
    width = 0.71 + 0.16 - (0.29 - 0.16)
    assert found["chest width in the frame"] == pytest.approx(width, abs=0.02)
    assert found["lung height"] == pytest.approx(0.66 / width, abs=0.02)
    assert found["lung area"] == pytest.approx(2 * np.pi * 0.16 * 0.33 / width**2, abs=0.02)
    assert found["difference of heights"] == found["difference of areas"] == 0


def test_the_heart_is_as_wide_as_it_was_drawn() -> None:
    widths = [measure(*draw_chest(heart=heart))["heart width"] for heart in (0.12, 0.16, 0.2)]
    assert widths == pytest.approx([2 * heart / 0.74 for heart in (0.12, 0.16, 0.2)], abs=0.03)


def test_a_denser_lung_makes_a_difference_of_densities() -> None:
    even, denser = measure(*draw_chest()), measure(*draw_chest(left_density=0.2))
    name = "difference of densities of upper outer parts"
    assert abs(even[name]) < 0.02
    assert denser[name] > 0.25


def test_a_spot_is_found_at_its_size() -> None:
    plain, spotted = measure(*draw_chest(heart=0.04)), measure(*draw_chest(heart=0.04, spot=0.3))
    assert spotted["strongest large spots"] > plain["strongest large spots"] + 1


def test_a_mirrored_chest_measures_the_same() -> None:
    chest = draw_chest(left_density=0.2, spot=0.3)
    one, other = measure(*chest), measure(*mirror(*chest))
    for name in MEASURES:
        sign = -1 if name == "right base below left base" else 1
        assert other[name] == pytest.approx(sign * one[name], abs=0.05), name


def test_resolution_and_exposure_hardly_matter() -> None:
    frame, lungs = draw_chest(left_density=0.2)
    finer = Lungs(lungs.right, lungs.left, (0, 0, 2048, 2048))
    exposed = Frame(0.1 + 0.7 * frame.pixels, (0, 0, 2048, 2048))
    one, other = measure_chest(frame, lungs), measure_chest(exposed, finer)
    kept = [n for n, name in enumerate(MEASURES) if "spots" not in name and name != "contrast"]
    np.testing.assert_allclose(other[kept], one[kept], atol=0.01)


def test_without_lungs_nothing_is_measured() -> None:
    nothing = np.zeros((SIDE, SIDE), dtype=bool)
    frame, _ = draw_chest()
    assert np.isnan(measure_chest(frame, Lungs(nothing, nothing, BOX))).all()


def test_noise_is_measured_without_a_fall() -> None:
    random = np.random.default_rng(0)
    right, left = (np.zeros((SIDE, SIDE), dtype=bool) for _ in range(2))
    right[10:50, 20:60], left[120:180, 100:150] = True, True  # no row holds both
    values = measure_chest(Frame(random.random((64, 64), dtype=np.float32), BOX), Lungs(right, left, BOX))
    assert values.shape == (len(MEASURES),)


def test_wide_hearts_are_called_cardiomegaly(shared: Path) -> None:
    cases = read_cases(shared / "data" / "cxr", "nih")[::4]
    widths = measure_cases(cases, settings=Settings.read())[:, 0, MEASURES.index("heart width")]
    labels = np.array(["Cardiomegaly" in case.labels for case in cases], dtype=np.float32)
    assert find_auroc(np.nan_to_num(widths, nan=0.4), labels) > 0.65
