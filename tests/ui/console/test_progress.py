"""A bar on a terminal, a line now and then elsewhere, and never a word on standard output."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from thoracite.ui.console.progress import ProgressBar

CODE = """
import sys
from thoracite.ui.console.progress import ProgressBar
with ProgressBar() as progress:
    for done in range(1, 4):
        with progress.step_aside():
            print(f"answer {done}", flush=True)
        progress("images", done, 3)
"""


def test_elsewhere_a_line_comes_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar() as quick:
        quick("images", 0, 3)
        quick("images", 1, 3)
    with ProgressBar(every_s=0.0) as slow:
        slow("images", 2, 3)
        slow("reports", 7, None)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line.split(",")[0] for line in printed.err.splitlines()] == ["2 of 3 images", "7 reports"]


def test_elsewhere_a_step_that_is_not_counted_is_told_when_it_begins(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar("the graph: ") as progress:
        progress("writing N-Quads", 0, None)
        progress("loading a store", 0, None)
    assert capsys.readouterr().err.splitlines() == ["the graph: writing N-Quads", "the graph: loading a store"]


def test_nothing_is_shown_where_there_is_but_one_thing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar(every_s=0.0) as progress:
        progress("images", 0, 1)
        progress("images", 1, 1)
    assert capsys.readouterr().err == ""


STEPS = """
from thoracite.ui.console.progress import ProgressBar
with ProgressBar("in [b]folder[/b]: ") as progress:
    progress("writing", 0, None)
    progress("reports", 41, None)
    progress("phantoms", 2, 9)
"""


def test_on_a_terminal_one_step_takes_the_place_of_another() -> None:
    reader, terminal = pty.openpty()
    subprocess.run([sys.executable, "-c", STEPS], stderr=terminal, check=True)
    os.close(terminal)
    shown = os.read(reader, 100_000).decode()
    os.close(reader)
    last = shown[shown.rindex("phantoms") - 30 :]
    assert "in [b]folder[/b]: writing" in shown
    assert "2/9" in last
    assert "reports" not in last


def test_on_a_terminal_there_is_a_bar_and_results_go_to_standard_output() -> None:
    reader, terminal = pty.openpty()
    ran = subprocess.run([sys.executable, "-c", CODE], stdout=subprocess.PIPE, stderr=terminal, check=True)
    os.close(terminal)
    assert ran.stdout.decode().splitlines() == ["answer 1", "answer 2", "answer 3"]
    shown = os.read(reader, 100_000).decode()
    os.close(reader)
    assert "images" in shown
    assert "3/3" in shown
    assert "answer" not in shown


def test_bar_and_results_share_one_terminal() -> None:
    reader, terminal = pty.openpty()
    subprocess.run([sys.executable, "-c", CODE], stdout=terminal, stderr=terminal, check=True)
    os.close(terminal)
    shown = os.read(reader, 100_000).decode()
    os.close(reader)
    assert [line for line in ("answer 1", "answer 2", "answer 3") if f"{line}\r\n" not in shown] == []
