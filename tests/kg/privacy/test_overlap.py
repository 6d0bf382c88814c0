"""Stretches of a text, and which of them meet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from thoracite.kg.privacy.overlap import Stretches

SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)).map(lambda pair: (pair[0], pair[0] + pair[1])))


@given(SPANS, st.integers(0, 35), st.integers(1, 9))
def test_a_stretch_meets_what_it_shares_a_character_with(spans: list[tuple[int, int]], start: int, size: int) -> None:
    shared = any(first < start + size and start < last for first, last in spans)
    assert Stretches(spans).meet(start, start + size) == shared
