"""The map has every pair, both sides' evidence, and marks that need no colour."""

from __future__ import annotations

import re

from thoracite.ui.console.signs import find_pairs
from thoracite.ui.interventions.sign_map import render_map


def test_each_pair_has_a_row_with_words_marks_and_facts() -> None:
    pairs, page = list(find_pairs()), str(render_map())
    rows = re.findall(r"<tr data-of=.*?</tr>", page, flags=re.DOTALL)
    assert len(rows) == len(pairs) > 50
    for row in rows:
        assert ("▲" in row and "for, " in row) or ("▼" in row and "against, " in row)
        assert sum(mark in row for mark in "✓✗○") == 1
        assert re.search(r"contradict|agree|data say little", row)
        assert "<code>thxs:" in row
    assert sum("✗" in row for row in rows) == sum(pair["violated"] for pair in pairs)
    assert "✗" in rows[0] or not any(pair["violated"] for pair in pairs)


def test_facts_of_the_other_side_are_never_more() -> None:
    pairs = list(find_pairs())
    assert all(len(pair["facts"]) > len(pair["facts_against"]) for pair in pairs)
