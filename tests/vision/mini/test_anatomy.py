"""The cardiothoracic ratio is the width of the heart over that of the chest, in any pixels."""

import numpy as np
import pytest

from thoracite.vision.mini.anatomy import Anatomy, Heart, measure_ratio
from thoracite.vision.mini.lungs import Lungs


def draw(width: int, box: tuple[int, int, int, int] = (0, 0, 400, 300)) -> Anatomy:
    heart = np.zeros((160, 160), dtype=bool)
    heart[90:130, 60 : 60 + width] = True
    right, left = np.zeros((2, 160, 160), dtype=bool)
    right[30:130, 20:60] = left[30:130, 100:140] = True
    return Anatomy(Lungs(right, left, box), Heart(heart, box))


@pytest.mark.parametrize("width", [30, 60, 72])
def test_the_ratio_is_that_of_the_drawn_widths(width: int) -> None:
    ratio = measure_ratio(draw(width))
    assert ratio is not None
    assert ratio.value == pytest.approx(width / 120)
    assert ratio.heart[0][0] == pytest.approx(60 * 400 / 160)
    assert ratio.chest == ((50.0, pytest.approx(150, abs=5)), (350.0, pytest.approx(150, abs=5)))


def test_the_ratio_does_not_depend_on_where_the_frame_lies() -> None:
    one, other = measure_ratio(draw(60)), measure_ratio(draw(60, box=(100, 50, 300, 650)))
    assert one is not None
    assert other is not None
    assert one.value == pytest.approx(other.value)


def test_without_heart_or_lungs_there_is_no_ratio() -> None:
    lungs, heart = draw(60)
    assert measure_ratio(Anatomy(lungs, heart._replace(mask=np.zeros_like(heart.mask)))) is None
    assert measure_ratio(Anatomy(lungs._replace(left=np.zeros_like(lungs.left)), heart)) is None
