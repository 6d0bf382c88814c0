"""An addendum overrules what was said before, unless it speaks of the other side."""

from __future__ import annotations

import pytest

from thoracite.kg.extract.extractor import RuleExtractor


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FINDINGS: No fractures. ADDENDUM: A fracture is present.", ["DP", "DP"]),
        ("ADDENDUM: A fracture is present. FINDINGS: No fracture.", ["DP", "DP"]),
        ("FINDINGS: Left fracture. ADDENDUM: No left fracture.", ["DA", "DA"]),
        ("FINDINGS: Left fracture. ADDENDUM: No right fracture.", ["DP", "DA"]),
        ("FINDINGS: No fracture. IMPRESSION: A fracture is present.", ["DA", "DP"]),
        ("ADDENDUM: No fracture; rather, a fracture is present.", ["DA", "DP"]),
    ],
)
def test_overrule(text: str, expected: list[str]) -> None:
    found = RuleExtractor().extract(text).entities
    assert [m.label.rpartition("-")[2] for m in found if m.tokens.startswith("fracture")] == expected
