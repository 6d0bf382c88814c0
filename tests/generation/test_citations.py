"""Citations: read, written, grouped, unresolved."""

from __future__ import annotations

import pytest

from thoracite.generation.citations import build_claim, find_unresolved, split_groups, strip_citations
from thoracite.types import Evidence


def test_kind_follows_from_what_is_cited(evidence: tuple[Evidence, ...]) -> None:
    kinds = [build_claim(f"Said [{keys}].", evidence).kind for keys in ("E1][E2", "E4", "E1][E4", "E99")]
    assert kinds == ["diagnosis", "background", "reason", "observation"]


def test_unresolved_keys_are_named_once(evidence: tuple[Evidence, ...]) -> None:
    claims = [build_claim("One [E1][E98].", evidence), build_claim("Two [E98][E99].", evidence)]
    assert find_unresolved(claims, evidence) == ["E98", "E99"]


@pytest.mark.parametrize(
    ("written", "split"), [("A [E1; E2].", "A [E1][E2]."), ("A [E1].", "A [E1]."), ("A [see E1].", "A [see E1].")]
)
def test_grouped_citations_are_written_one_by_one(written: str, split: str) -> None:
    assert split_groups(written) == split


def test_text_without_citations() -> None:
    assert strip_citations("Signs are A [E1] and B [E2][E3].") == "Signs are A and B."
