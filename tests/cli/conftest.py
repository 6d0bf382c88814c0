"""The command line, run inside this process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.command import Ran, Run
from thoracite import cli


@pytest.fixture
def run(graph_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line inside this process, with the default graph."""
    monkeypatch.setenv("THORACITE_GRAPH", str(graph_folder))
    monkeypatch.setenv("THORACITE_DEBUG", "")

    def run(*words: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["thoracite", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        printed = capsys.readouterr()
        return Ran(int(left.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def radiograph(shared: Path) -> Path:
    """A real chest X-ray with effusion, from ChestX-ray14."""
    return shared / "data" / "cxr" / "images" / "nih" / "nih_00030180_000.jpg"
