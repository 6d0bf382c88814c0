"""Shares of the gate are counted by kind, and the kinds are what they say."""

from __future__ import annotations

from thoracite.evaluation.gate import Judged, measure_judged


def test_shares_are_counted_by_kind() -> None:
    judged = [
        *[Judged("bundled file", False, True)] * 8,
        *[Judged("generated image", True, False)] * 2,
        *[Judged("radiograph nih", True, True)] * 9,
        Judged("radiograph mhh", False, True),
    ]
    rows = {row.metric: row for row in measure_judged("thoracite-mini", judged)}
    assert rows["withheld: non-radiographs"].value == 0.8
    assert rows["withheld: radiographs of all sources"].value == 0.1
    assert rows["withheld: radiographs of all sources"].n == 10
    rule = {row.metric: row for row in measure_judged("brightness alone", judged)}
    assert rule["withheld: non-radiographs"].value == 0.2
