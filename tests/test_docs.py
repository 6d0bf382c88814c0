"""Every example in docstrings and documents runs; the reference is what the code says."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import re
import shlex
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from thoracite.cli import app

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs/how-to").glob("*.md")])
FENCE = re.compile(r"^```(python|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def load_writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_reference", ROOT / "docs/write_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WRITER = load_writer()
MODULES = list(WRITER.find_modules())


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a synthetic ``chest.png`` and a graph beside it, where the documents' examples run."""
    folder = tmp_path_factory.mktemp("docs")
    CliRunner().invoke(app, ["phantom", str(folder / "phantoms"), "--number", "1"], catch_exceptions=False)
    next((folder / "phantoms").glob("*.png")).rename(folder / "chest.png")
    return folder


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_run(name: str, examples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(examples)
    monkeypatch.setenv("THORACITE_GRAPH", str(examples / "graph"))
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: p.name)
def test_document_examples_run(document: Path, examples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(examples)
    monkeypatch.setenv("THORACITE_GRAPH", str(examples / "graph"))
    names: dict[str, object] = {}
    for kind, text in FENCE.findall(document.read_text(encoding="utf-8")):
        if kind == "python":
            exec(compile(text, document.name, "exec"), names)
        else:
            for line in text.splitlines():
                if line.startswith("$ thoracite ") and " serve" not in line:
                    result = CliRunner().invoke(app, shlex.split(line, comments=True)[2:], catch_exceptions=False)
                    assert result.exit_code == 0, f"{line}: {result.output}"


def test_reference_is_what_the_code_says() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs/reference").glob("*.md")}
    assert written == WRITER.render_reference(), "run `make docs`"


def test_documents_name_files_that_exist() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_make_targets_in_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for document in DOCUMENTS:
        for target in re.findall(r"`make ([a-z0-9]+)", document.read_text(encoding="utf-8")):
            assert target in targets, f"{document.name} names `make {target}`"
