"""Every example in docstrings and documents runs; documents name what exists."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import mcp.client.stdio  # noqa: F401 - it keeps the standard error of its first import, which an example replaces
import pytest
from typer.testing import CliRunner

import thoracite
from thoracite.cli import app

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(python|console|output)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def find_modules() -> list[str]:
    """Every module of the package, those of its sub-packages too."""
    data = ("thoracite.models", "thoracite.ontologies")
    found = (module.name for module in pkgutil.walk_packages(thoracite.__path__, "thoracite."))
    return [name for name in found if not name.startswith(data) and not name.split(".")[-1].startswith("_")]


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a synthetic ``chest.png`` and a graph beside it, where the documents' examples run."""
    folder = tmp_path_factory.mktemp("docs")
    CliRunner().invoke(app, ["phantom", str(folder / "phantoms"), "--number", "1"], catch_exceptions=False)
    next((folder / "phantoms").glob("*.png")).rename(folder / "chest.png")
    return folder


@pytest.mark.parametrize("name", find_modules())
def test_docstring_examples_run(name: str, examples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(examples)
    monkeypatch.setenv("THORACITE_GRAPH", str(examples / "graph"))
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


def find_commands(session: str) -> Iterator[tuple[list[str], list[str]]]:
    """The words of each ``thoracite`` command, and the lines shown below it; ``…`` alone stands for any lines."""
    for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        line, *shown = part.splitlines()
        words = shlex.split(line, comments=True)
        if words[0] == "thoracite" and words[1] != "serve":
            yield words[1:], [expected for expected in shown if expected.strip() not in {"", "…"}]


def check_shown(shown: list[str], printed: str) -> str | None:
    """The first line that a document shows and the command does not print there; ``…`` in a line is any text."""
    given = iter(printed.splitlines())
    for expected in shown:
        pattern = ".*".join(map(re.escape, expected.rstrip().split("…")))
        if not any(re.fullmatch(pattern, line.rstrip()) for line in given):
            return expected
    return None


def test_shown_lines_are_compared_in_their_order() -> None:
    assert check_shown(["a", "c …"], "a\nb\nc 1\n") is None
    assert check_shown(["c …", "a"], "a\nb\nc 1\n") == "a"
    assert list(find_commands("$ thoracite a 'b c'\nd\n…\n$ make e\n")) == [(["a", "b c"], ["d"])]


@pytest.mark.usefixtures("event_loop")
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_document_examples_run(
    document: Path, examples: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(examples)
    monkeypatch.setenv("THORACITE_GRAPH", str(examples / "graph"))
    names: dict[str, object] = {}
    printed = ""
    for kind, text in FENCE.findall(document.read_text(encoding="utf-8")):
        if kind == "python":
            capsys.readouterr()
            exec(compile(text, document.name, "exec"), names)
            printed = capsys.readouterr().out
        elif kind == "output":
            shown = [line for line in text.splitlines() if line.strip() not in {"", "…"}]
            assert (missing := check_shown(shown, printed)) is None, f"{missing!r} is not printed, but:\n{printed}"
        else:
            for words, shown in find_commands(text):
                result = CliRunner().invoke(app, words, catch_exceptions=False)
                expected = 1 if "Verdict: errors found" in shown else 0
                assert result.exit_code == expected, f"{words}: {result.output}"
                assert (missing := check_shown(shown, result.stdout)) is None, f"{words} does not print {missing!r}"


def test_every_room_has_its_modules() -> None:
    named = {"thoracite.types", "thoracite.kg.stores.oxigraph", "thoracite.vision.mini.encoder", "thoracite.ui.view"}
    assert named <= set(find_modules())


def test_documents_name_files_that_exist() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_make_targets_in_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for document in DOCUMENTS:
        for target in re.findall(r"`make ([a-z0-9]+)", document.read_text(encoding="utf-8")):
            assert target in targets, f"{document.name} names `make {target}`"
