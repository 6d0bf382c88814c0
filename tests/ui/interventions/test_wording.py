"""Changes in words: what was asked, what moved, what went and came."""

from __future__ import annotations

from tests.ui.conftest import EFFUSION, PNEUMOTHORAX
from thoracite.types import Changes, FindingChange
from thoracite.ui.interventions.wording import list_asked, list_lines, list_rows, select_moved
from thoracite.ui.text import render_changes

MOVED = FindingChange(
    finding=EFFUSION, before=0.6, after=0.45, log_odds=-0.6, verdict_before="likely", verdict_after="possible"
)
HARDLY = FindingChange(
    finding=PNEUMOTHORAX, before=0.1, after=0.101, log_odds=0.01, verdict_before="possible", verdict_after="possible"
)
CHANGES = Changes(
    signs={"thx:perihilar_haze bilateral": 0.123456},
    without=("thx:a thx:b thx:c", "1,2,3,4"),
    findings=(MOVED, HARDLY),
    removed=("It is hazy [E1].",),
    added=("It is clear [E2].",),
    notes=("Weights stay.",),
)


def test_small_changes_are_counted() -> None:
    assert list_rows(CHANGES) == [["pleural effusion", "0.600 → 0.450", "log-odds -0.60", "likely → possible"]]
    assert select_moved(CHANGES)[1] == "1 other finding moves by less than 0.05 in log-odds"


def test_each_thing_asked_can_be_put_back() -> None:
    assert list_asked(CHANGES) == [
        {"words": "thx:perihilar_haze bilateral set to 0.123", "sign": "thx:perihilar_haze bilateral", "word": ""},
        {"words": "thx:a thx:b thx:c left out", "sign": "", "word": "thx:a thx:b thx:c"},
        {"words": "1,2,3,4 left out", "sign": "", "word": "1,2,3,4"},
    ]


def test_the_terminal_has_all_of_it() -> None:
    text = render_changes(CHANGES)
    assert text.startswith("Changed by thx:perihilar_haze bilateral set to 0.123; thx:a thx:b thx:c left out; 1,2,3,4")
    assert "pleural effusion  0.600 → 0.450" in text
    assert [line for line in text.splitlines() if "It is" in line] == [
        "  gone: It is hazy [E1].",
        "  new: It is clear [E2].",
    ]
    assert text.endswith("Weights stay.")


def test_nothing_is_said_to_be_nothing() -> None:
    assert list_lines(Changes(without=("1,2,3,4",))) == ["Nothing changes."]
