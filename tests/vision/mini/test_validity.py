"""Masks that mean nothing have a trait outside its limits; each says what is wrong, in one clause."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from thoracite.phantom import draw_phantom
from thoracite.vision.mini.anatomy import Anatomy, Heart
from thoracite.vision.mini.framing import Frame
from thoracite.vision.mini.lungs import Lungs
from thoracite.vision.mini.validity import NOT_FOUND, REASONS, Limit, describe_anatomy, judge_anatomy, judge_traits

SIZE = 160


def draw(seed: int = 0) -> tuple[Frame, Anatomy]:
    """Draw a phantom (synthetic) with its own lungs, and a heart between them."""
    phantom = draw_phantom(seed, abnormalities=(), size=SIZE)
    box = (0, 0, SIZE, SIZE)
    right, left = phantom.lungs["right"], phantom.lungs["left"]
    heart = np.zeros_like(right)
    columns = np.flatnonzero(left.any(axis=0))
    heart[90:120, columns[0] - 25 : columns[0] + 15] = True
    heart &= ~(right | left)
    return Frame(phantom.image.astype(np.float32), box), Anatomy(Lungs(right, left, box), Heart(heart, box))


def turn(mask: np.ndarray, degrees: float) -> np.ndarray:
    return np.asarray(ndimage.rotate(mask.astype(float), degrees, reshape=False, order=1) > 0.5)


def test_every_trait_has_a_reason_and_a_value() -> None:
    traits = describe_anatomy(*draw())
    assert set(traits) == set(REASONS)
    assert all(np.isfinite(value) for value in traits.values())


@pytest.mark.parametrize("degrees", [-20.0, 20.0])
def test_a_turned_chest_leans(degrees: float) -> None:
    frame, (lungs, heart) = draw()
    upright = describe_anatomy(frame, Anatomy(lungs, heart))["tilt"]
    right, left, shadow = (turn(mask, degrees) for mask in (lungs.right, lungs.left, heart.mask))
    turned = describe_anatomy(frame, Anatomy(Lungs(right, left, frame.box), Heart(shadow, frame.box)))["tilt"]
    assert abs(turned - upright) == pytest.approx(20, abs=4)
    assert np.sign(turned - upright) == -np.sign(degrees)


def test_a_chest_at_the_edge_is_cut_off() -> None:
    frame, (lungs, heart) = draw()
    first = int(np.flatnonzero(lungs.right.any(axis=0))[0])
    right, left, shadow = (np.roll(mask, -first - 8, axis=1) for mask in (lungs.right, lungs.left, heart.mask))
    right[:, SIZE // 2 :] = False
    moved = Anatomy(Lungs(right, left, frame.box), Heart(shadow, frame.box))
    assert describe_anatomy(frame, moved)["cut off"] > describe_anatomy(frame, Anatomy(lungs, heart))["cut off"] + 0.2


def test_a_shifted_mask_loses_the_contrast_of_its_borders() -> None:
    frame, (lungs, heart) = draw()
    shifted = Anatomy(
        Lungs(*(np.roll(mask, 16, axis=1) for mask in (lungs.right, lungs.left)), frame.box),
        Heart(np.roll(heart.mask, 16, axis=1), frame.box),
    )
    assert (
        describe_anatomy(frame, shifted)["wall contrast"]
        < describe_anatomy(frame, Anatomy(lungs, heart))["wall contrast"]
    )


def test_half_a_lung_changes_the_ratio_of_areas() -> None:
    frame, (lungs, heart) = draw()
    half = lungs.left.copy()
    half[SIZE // 2 :] = False
    whole, cut = (
        describe_anatomy(frame, Anatomy(lungs._replace(left=left), heart))["ratio of areas"]
        for left in (lungs.left, half)
    )
    assert cut > whole + 0.4


def test_what_is_not_found_is_invalid() -> None:
    frame, anatomy = draw()
    nothing = anatomy._replace(heart=anatomy.heart._replace(mask=np.zeros_like(anatomy.heart.mask)))
    assert judge_anatomy(frame, nothing, {}) == (NOT_FOUND,)
    assert judge_anatomy(frame, anatomy, {}) == ()


def test_two_traits_with_one_reason_give_it_once() -> None:
    limits = {name: Limit(low=-1, high=1) for name in ("ratio of areas", "ratio of heights", "tilt")}
    traits = {"ratio of areas": 2.0, "ratio of heights": -3.0, "tilt": 0.0}
    assert judge_traits(traits, limits) == ("one lung could not be outlined",)
