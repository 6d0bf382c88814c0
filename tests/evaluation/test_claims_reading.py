"""The table of claims read by hand is whole, and counted as it stands."""

from __future__ import annotations

import pytest

from thoracite.evaluation.claims_reading import READING, Read, count_claims, read_claims
from thoracite.files import read_rows
from thoracite.types import CITATION
from thoracite.vision.training.cases import is_locked


def test_each_reading_has_a_hundred_claims_of_locked_patients() -> None:
    rows = list(read_rows(READING))
    for number in {row["reading"] for row in rows}:
        own = [row for row in rows if row["reading"] == number]
        assert len(own) == 100
        assert len({(row["image"], row["sentence"]) for row in own}) == 100
    for row in rows:
        assert is_locked(f"nih:{int(row['image'].split('_')[1])}")
        assert CITATION.search(row["sentence"])
        assert row["verdict"] in {"accept", "reject"}
        assert (row["verdict"] == "reject") == bool(row["fault"])
        assert row["reason"]


def test_rare_kinds_are_weighted_back() -> None:
    read = [Read("1", "a", "summary", 90, True, ""), Read("1", "b", "background", 10, False, "more than it cites")]
    rows = {row.metric: row for row in count_claims(read)}
    told = "claims read by hand that their evidence supports, reading 1"
    assert rows[told].value == 0.5
    assert rows[f"{told}, in the mix that is released"].value == pytest.approx(0.9)
    assert rows[f"{told}; background"].value == 0
    assert rows["claims read by hand, reading 1: more than it cites"].value == 1
    assert len(read_claims()) >= 100
