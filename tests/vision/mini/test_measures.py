"""Measurements say what was drawn, whatever the side, the size or the exposure."""

from __future__ import annotations

import numpy as np
import pytest

from thoracite.vision.mini.anatomy import Anatomy, Heart
from thoracite.vision.mini.framing import Frame
from thoracite.vision.mini.lungs import Lungs, draw_ellipses
from thoracite.vision.mini.measures import MEASURES, measure_chest

SIDE = 192
BOX = (0, 0, 480, 480)


def draw_chest(*, heart: float = 0.12, left_density: float = 0.0, spot: float = 0.0) -> tuple[Frame, Anatomy]:
    """Dark elliptic lungs about a bright band, a heart as wide as given (share of the frame, half), and extras."""
    lungs = draw_ellipses(BOX, size=SIDE)
    y, x = (np.mgrid[0:SIDE, 0:SIDE] + 0.5) / SIDE
    pixels = np.where(lungs.right | lungs.left, 0.2, 0.8)
    pixels[(abs(x - 0.5) < heart) & (y > 0.5)] = 0.8
    pixels[lungs.left & (pixels < 0.5)] += left_density
    pixels += spot * np.exp(-(((x - 0.25) ** 2 + (y - 0.4) ** 2) / (2 * 0.016**2)))
    shadow = (abs(x - 0.52) < heart) & (abs(y - 0.6) < 0.12)
    return Frame(pixels.astype(np.float32), BOX), Anatomy(lungs, Heart(shadow, BOX))


def measure(frame: Frame, anatomy: Anatomy) -> dict[str, float]:
    return dict(zip(MEASURES, measure_chest(frame, anatomy).tolist(), strict=True))


def mirror(frame: Frame, anatomy: Anatomy) -> tuple[Frame, Anatomy]:
    lungs, heart = anatomy
    turned = Lungs(lungs.left[:, ::-1], lungs.right[:, ::-1], lungs.box)
    pixels = np.ascontiguousarray(frame.pixels[:, ::-1])
    return Frame(pixels, frame.box), Anatomy(turned, Heart(heart.mask[:, ::-1], heart.box))


def test_names_are_unique() -> None:
    assert len(set(MEASURES)) == len(MEASURES)


def test_sizes_are_those_of_the_ellipses() -> None:
    found = measure(*draw_chest())
    width = 0.71 + 0.16 - (0.29 - 0.16)
    assert found["chest width in the frame"] == pytest.approx(width, abs=0.02)
    assert found["lung height"] == pytest.approx(0.66 / width, abs=0.02)
    assert found["lung area"] == pytest.approx(2 * np.pi * 0.16 * 0.33 / width**2, abs=0.02)
    assert found["difference of heights"] == found["difference of areas"] == 0


def test_the_heart_is_as_wide_as_it_was_drawn_and_lies_to_the_left() -> None:
    found = [measure(*draw_chest(heart=heart)) for heart in (0.12, 0.16, 0.2)]
    ratios = [each["cardiothoracic ratio"] for each in found]
    assert ratios == pytest.approx([2 * heart / 0.74 for heart in (0.12, 0.16, 0.2)], abs=0.03)
    assert all(each["heart to the left"] > each["heart to the right"] for each in found)
    assert found[0]["heart to the left"] + found[0]["heart to the right"] == pytest.approx(ratios[0], abs=0.01)


def test_a_denser_lung_makes_a_difference_of_densities() -> None:
    even, denser = measure(*draw_chest()), measure(*draw_chest(left_density=0.2))
    name = "difference of densities of upper outer parts"
    assert abs(even[name]) < 0.02
    assert denser[name] < -0.25


def test_a_spot_is_found_at_its_size() -> None:
    plain, spotted = measure(*draw_chest(heart=0.04)), measure(*draw_chest(heart=0.04, spot=0.3))
    assert spotted["strongest large spots"] > plain["strongest large spots"] + 1


def test_a_mirrored_chest_measures_the_same_with_sides_exchanged() -> None:
    chest = draw_chest(left_density=0.2, spot=0.3)
    one, other = measure(*chest), measure(*mirror(*chest))
    names = {"heart to the right": "heart to the left", "heart to the left": "heart to the right"}
    for name in MEASURES:
        sign = -1 if name.startswith(("difference", "right base")) else 1
        assert other[name] == pytest.approx(sign * one[names.get(name, name)], abs=0.05), name


def test_resolution_and_exposure_hardly_matter() -> None:
    frame, (lungs, heart) = draw_chest(left_density=0.2)
    box = (0, 0, 2048, 2048)
    finer = Anatomy(lungs._replace(box=box), heart._replace(box=box))
    exposed = Frame(0.1 + 0.7 * frame.pixels, (0, 0, 2048, 2048))
    one, other = measure_chest(frame, Anatomy(lungs, heart)), measure_chest(exposed, finer)
    kept = [n for n, name in enumerate(MEASURES) if "spots" not in name and name != "contrast"]
    np.testing.assert_allclose(other[kept], one[kept], atol=0.01)


def test_without_lungs_nothing_is_measured() -> None:
    nothing = np.zeros((SIDE, SIDE), dtype=bool)
    frame, (_, heart) = draw_chest()
    assert np.isnan(measure_chest(frame, Anatomy(Lungs(nothing, nothing, BOX), heart))).all()


def test_noise_is_measured_without_a_fall() -> None:
    random = np.random.default_rng(0)
    right, left = (np.zeros((SIDE, SIDE), dtype=bool) for _ in range(2))
    right[10:50, 20:60], left[120:180, 100:150] = True, True  # no row holds both
    anatomy = Anatomy(Lungs(right, left, BOX), Heart(np.zeros((SIDE, SIDE), dtype=bool), BOX))
    values = measure_chest(Frame(random.random((64, 64), dtype=np.float32), BOX), anatomy)
    assert values.shape == (len(MEASURES),)
