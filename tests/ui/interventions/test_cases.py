"""Readings are kept for their visitor, few and for a while."""

from __future__ import annotations

import time

import numpy as np
import pytest

from thoracite.errors import InputError
from thoracite.interventions import Case
from thoracite.types import Explanation, Study
from thoracite.ui.interventions.cases import Cases
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph

CASE = Case(
    Study(image="chest.png"),
    Radiograph(np.zeros((64, 64), dtype=np.float32)),
    Reading(),
    Explanation(image="chest.png", generator="template", graph="none"),
)


def test_a_reading_is_found_by_its_name_alone() -> None:
    cases = Cases()
    name = cases.keep(CASE, "one")
    assert cases.find(name) is CASE
    assert len(name) >= 24
    with pytest.raises(InputError, match="open the image again"):
        cases.find(name[:-1])


def test_a_session_keeps_its_last_reading_and_leaves_none() -> None:
    cases = Cases()
    first, second, other = cases.keep(CASE, "one"), cases.keep(CASE, "one"), cases.keep(CASE, "two")
    with pytest.raises(InputError):
        cases.find(first)
    assert cases.find(second) is cases.find(other) is CASE
    cases.forget("one")
    assert len(cases) == 1
    with pytest.raises(InputError):
        cases.find(second)


def test_the_one_that_was_not_asked_for_goes_first() -> None:
    cases = Cases(most=2)
    first, second = cases.keep(CASE, "one"), cases.keep(CASE, "two")
    cases.find(first)
    cases.keep(CASE, "three")
    assert cases.find(first) is CASE
    with pytest.raises(InputError):
        cases.find(second)


def test_large_images_are_fewer() -> None:
    cases = Cases(most_bytes=2 * CASE.radiograph.pixels.nbytes)
    names = [cases.keep(CASE, session) for session in ("one", "two", "three")]
    assert len(cases) == 2
    assert cases.find(names[-1]) is CASE
    small = Cases(most_bytes=1)
    assert small.find(small.keep(CASE, "one")) is CASE  # the last image stays in any case


def test_an_old_reading_goes() -> None:
    cases = Cases(kept_s=0.05)
    name = cases.keep(CASE, "one")
    assert cases.find(name) is CASE
    time.sleep(0.1)
    with pytest.raises(InputError):
        cases.find(name)
    assert len(cases) == 0
