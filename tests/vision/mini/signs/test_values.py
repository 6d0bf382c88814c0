"""Values of the signs: known geometry is measured, a mirrored chest swaps sides, invalid masks silence."""

from __future__ import annotations

import math

import numpy as np
import pytest

from thoracite.vision.mini.anatomy import Anatomy, Heart
from thoracite.vision.mini.crops import Crops
from thoracite.vision.mini.framing import Frame
from thoracite.vision.mini.lungs import Lungs
from thoracite.vision.mini.signs.listed import read_signs
from thoracite.vision.mini.signs.values import Measured, measure_signs

SIZE = 160
BOX = (0, 0, 480, 480)
WALLS, INNER = (20, 140), (66, 94)
"""Outer and inner borders of the lungs, in cells: the chest is 120 cells wide."""

MIRRORED = {
    f"{one} {name}": f"{other} {name}"
    for one, other in (("right", "left"), ("left", "right"))
    for name in ("costophrenic depth", "diaphragm edge", "heart border edge", "basal line")
} | {"heart to the right": "heart to the left", "heart to the left": "heart to the right"}
SIGNED = ("mediastinal shift", "tracheal shift", "right dome above left")
ONE_SIDED = ("aortic knob edge", "retrocardiac density")


def draw_crops(
    *, depth: int = 16, shift: int = 0, raised: int = 0, left: float = 0.0, below: float = 0.9, box: tuple = BOX
) -> Crops:
    """Draw a chest: domes from angles ``depth`` cells below them, a trachea, a heart, all moved by ``shift`` cells."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    lungs = []
    for wall, inner, up in ((WALLS[0], INNER[0] + shift, raised), (WALLS[1], INNER[1] + shift, 0)):
        across = (x - wall) / (inner - wall)
        floor = 120 - up - depth * (1 - (2 * np.clip(across, 0, 0.5) - 1) ** 2)
        top = 20 + 60 * (np.clip(across, 0, 1) - 0.6) ** 2
        lungs.append((across > 0) & (across < 1) & (y > top) & (y < floor))
    heart = ((x - 82 - shift) / 24) ** 2 + ((y - 88) / 18) ** 2 < 1
    pixels = np.where(y > 100, below, 0.8)
    pixels[lungs[0]], pixels[lungs[1]] = 0.2, 0.2 + left
    pixels[heart] = 0.8
    pixels[(abs(x - 80 - shift) < 2) & (y < 36)] = 0.6
    masks = [lung & ~heart for lung in lungs]
    frame = Frame(pixels.astype(np.float32), box)
    return Crops(frame, frame, Anatomy(Lungs(masks[0], masks[1], box), Heart(heart, box)))


def mirror(crops: Crops) -> Crops:
    frame = crops.whole._replace(pixels=np.ascontiguousarray(crops.whole.pixels[:, ::-1]))
    lungs, heart = crops.anatomy
    turned = Lungs(lungs.left[:, ::-1], lungs.right[:, ::-1], lungs.box)
    return Crops(frame, frame, Anatomy(turned, heart._replace(mask=heart.mask[:, ::-1])))


def value(name: str, **drawn: float) -> float:
    found: Measured = measure_signs(draw_crops(**drawn))[name]  # type: ignore[arg-type]
    assert found.fault is None, found.fault
    return found.value


def test_the_values_are_those_that_the_list_names() -> None:
    names = {sign.measure for sign in read_signs() if sign.kind == "measured"}
    assert set(measure_signs(draw_crops())) == names
    assert len(read_signs()) >= 40


def test_a_value_is_a_number_with_a_drawing_or_silent_with_a_reason() -> None:
    for name, found in measure_signs(draw_crops()).items():
        assert math.isnan(found.value) == (found.fault is not None), name
        assert found.fault or found.drawing, name


def test_invalid_masks_silence_everything() -> None:
    crops = draw_crops()._replace(faults=("the chest is turned", "one lung could not be outlined"))
    assert {(math.isnan(found.value), found.fault) for found in measure_signs(crops).values()} == {
        (True, "the chest is turned, one lung could not be outlined")
    }


def test_no_lungs_are_no_measures() -> None:
    crops = draw_crops()
    nothing = np.zeros((SIZE, SIZE), dtype=bool)
    empty = crops._replace(anatomy=crops.anatomy._replace(lungs=Lungs(nothing, nothing, BOX)))
    assert {found.fault for found in measure_signs(empty).values()} == {"the lungs were not found"}


@pytest.mark.parametrize("depth", [6, 12, 18])
def test_the_angles_are_as_deep_as_drawn(depth: int) -> None:
    for side in ("right", "left"):
        assert value(f"{side} costophrenic depth", depth=depth) == pytest.approx(depth / 120, abs=0.02)


def test_the_deeper_angle_is_the_larger_of_both() -> None:
    found = measure_signs(draw_crops())
    sides = [found[f"{side} costophrenic depth"].value for side in ("right", "left")]
    assert found["deeper costophrenic depth"].value == max(sides)


def test_a_raised_dome_stands_as_high_as_drawn() -> None:
    level, raised = value("right dome above left"), value("right dome above left", raised=12)
    assert level == pytest.approx(0, abs=0.01)
    assert raised == pytest.approx(0.1, abs=0.015)


def test_a_flat_diaphragm_has_no_dome() -> None:
    assert value("dome above its chord", depth=1) < 0.01 < value("dome above its chord", depth=18)


@pytest.mark.parametrize("name", ["mediastinal shift", "tracheal shift"])
def test_a_shift_to_the_left_is_positive_and_as_large_as_drawn(name: str) -> None:
    assert value(name, shift=6) - value(name) == pytest.approx(0.05, abs=0.015)


def test_a_denser_left_lung_is_a_negative_difference() -> None:
    for level in ("upper ", "middle ", "lower ", "apical ", ""):
        name = f"difference of {level}densities"
        assert value(name, left=0.2) < -0.2 < abs(value(name)) + 0.15, name


def test_a_base_without_an_edge_silences_what_hangs_on_it() -> None:
    found = measure_signs(draw_crops(below=0.2))
    for name in ("right costophrenic depth", "left costophrenic depth", "dome above its chord"):
        assert "cannot be traced" in str(found[name].fault), name
    assert found["right diaphragm edge"].value < 0.5
    assert found["lung area"].fault is None


def test_bases_at_the_lower_edge_of_the_image_silence_what_rests_on_them() -> None:
    crops = draw_crops()
    frame = crops.whole._replace(pixels=np.roll(crops.whole.pixels, SIZE - 120, axis=0))
    lungs, heart = crops.anatomy
    right, left, shadow = (np.roll(mask, SIZE - 120, axis=0) for mask in (lungs.right, lungs.left, heart.mask))
    found = measure_signs(Crops(frame, frame, Anatomy(Lungs(right, left, BOX), Heart(shadow, BOX))))
    cut = {name for name, one in found.items() if "edge" in str(one.fault) and "image" in str(one.fault)}
    assert {"lung area", "height above the domes", "left costophrenic depth", "right basal line"} <= cut
    assert found["contrast"].fault is None


def test_the_dome_of_one_side_is_enough_for_its_curve() -> None:
    crops = draw_crops(depth=14)
    rows = np.arange(SIZE)[:, None] > 80
    half = np.where(rows & (np.arange(SIZE) > 80), crops.whole.pixels[60, 125], crops.whole.pixels)
    found = measure_signs(crops._replace(whole=crops.whole._replace(pixels=half.astype(np.float32))))
    assert "cannot be traced" in str(found["left costophrenic depth"].fault)
    assert found["dome above its chord"].value == pytest.approx(value("dome above its chord", depth=14), abs=0.02)


def test_small_round_opacities_are_looked_for_outside_the_hila() -> None:
    def strength(column: float, spread: float) -> dict[str, float]:
        crops = draw_crops()
        y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5
        crops.whole.pixels[:] += 0.3 * np.exp(-((x - column) ** 2 + (y - 60) ** 2) / (2 * spread**2)).astype(np.float32)
        return {name: one.value for name, one in measure_signs(crops).items() if "round" in name}

    nothing, outside, hilum = strength(300, 2.5), strength(38, 2.5), strength(60, 2.5)
    assert outside["small round opacity"] > nothing["small round opacity"] + 0.5
    assert abs(hilum["small round opacity"] - nothing["small round opacity"]) < 0.3
    assert strength(38, 4)["large round opacity"] > nothing["large round opacity"] + 0.5


def test_a_heart_drawn_below_the_dome_is_not_measured() -> None:
    crops = draw_crops()
    mask = np.zeros((SIZE, SIZE), dtype=bool)
    mask[90:140, 40:120] = True
    mask &= ~(crops.anatomy.lungs.right | crops.anatomy.lungs.left)
    found = measure_signs(crops._replace(anatomy=crops.anatomy._replace(heart=Heart(mask, BOX))))
    assert "runs below the diaphragm" in str(found["cardiothoracic ratio"].fault)


def test_without_a_trachea_its_shift_is_silent() -> None:
    crops = draw_crops()
    crops.whole.pixels[:36, 70:92] = 0.8
    assert measure_signs(crops)["tracheal shift"].fault == "the trachea is not clear"


def test_a_mirrored_chest_swaps_sides_and_negates_differences() -> None:
    crops = draw_crops(depth=14, shift=3, raised=6, left=0.1)
    one, other = measure_signs(crops), measure_signs(mirror(crops))
    for name, found in one.items():
        if name in ONE_SIDED:
            continue
        partner = other[MIRRORED.get(name, name)]
        sign = -1 if name in SIGNED or name.startswith("difference") else 1
        assert partner.value == pytest.approx(sign * found.value, abs=0.03, nan_ok=True), name


def test_drawings_scale_with_the_radiograph() -> None:
    one, other = measure_signs(draw_crops()), measure_signs(draw_crops(box=(100, 200, 100 + 2 * 480, 200 + 2 * 480)))
    for name, found in one.items():
        assert found.value == pytest.approx(other[name].value, nan_ok=True), name
        for small, large in zip(found.drawing, other[name].drawing, strict=True):
            np.testing.assert_allclose(np.array(large.points), 2 * np.array(small.points) + (100, 200), atol=1e-6)


def test_drawings_lie_where_the_chest_is() -> None:
    for name, found in measure_signs(draw_crops()).items():
        points = np.array([point for drawing in found.drawing for point in drawing.points])
        assert ((points > 0) & (points < 480)).all(), name
