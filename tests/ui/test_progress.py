"""A bar on a terminal, a line now and then elsewhere, and never a word on standard output."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from thoracite.ui.progress import Progress

CODE = """
import sys
from thoracite.ui.progress import Progress
with Progress("images", 3) as progress:
    for done in range(1, 4):
        with progress.step_aside():
            print(f"answer {done}", flush=True)
        progress.tell(done)
"""


def test_elsewhere_a_line_comes_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("images", 3) as quick:
        quick.tell(1)
    with Progress("images", 3, every_s=0.0) as slow, Progress("reports", every_s=0.0) as unknown:
        slow.tell(2)
        unknown.tell(7)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line.split(",")[0] for line in printed.err.splitlines()] == ["2 of 3 images", "7 reports"]


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
