"""Log records are the caller's: silent in a program, on standard error on the command line."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from thoracite.ui.log import hide_log, show_log


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Nothing is shown before or after: commands that other tests ran in this process show their log."""
    hide_log()
    yield
    hide_log()


def test_records_go_to_standard_error_from_the_level_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("thoracite.vision.training")
    log.info("nobody listens")
    show_log()
    show_log()
    log.info("epoch %d of %d", 1, 2)
    log.debug("too much")
    show_log(debug=True)
    log.debug("all of it")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == ["epoch 1 of 2", "thoracite.vision.training: all of it"]


@pytest.mark.parametrize(("options", "shown"), [((), False), (("--debug",), True)])
def test_the_command_line_shows_what_it_opens_where_it_is_asked(
    graph_folder: Path, options: tuple[str, ...], shown: bool
) -> None:
    words = [*options, "query", "ASK { ?s ?p ?o }", "--graph", str(graph_folder)]
    run = subprocess.run([sys.executable, "-m", "thoracite.cli", *words], capture_output=True, text=True, check=True)
    assert ("thoracite.kg.stores.folder: opened oxigraph in" in run.stderr) is shown
    assert "opened" not in run.stdout
