"""The notebook runs from its first cell to its last, and is committed without what it printed."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_there_is_a_notebook_and_readme_and_documents_name_it() -> None:
    assert [path.name for path in NOTEBOOKS] == ["thoracite.ipynb"]
    for document in ("README.md", "docs/index.md"):
        assert "notebooks/thoracite.ipynb" in (ROOT / document).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the kernel's client, about event loops
        import nbformat
        from nbclient import NotebookClient

        notebook = nbformat.read(path, as_version=4)
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert all(cell.outputs == [] and cell.execution_count is None for cell in cells), "clear its outputs"
        assert any("# Thoracite" in cell.source for cell in notebook.cells)
        monkeypatch.setenv("THORACITE_GRAPH", str(tmp_path / "graph"))
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
        monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
        monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
        NotebookClient(
            notebook, timeout=500, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
        ).execute()
    printed = ["".join(output.get("text", "") for output in cell.outputs) for cell in cells]
    assert "costophrenic angle is blunt" in printed[1]
    assert "pleural effusion" in printed[2]
    assert "thxs:" in printed[3]
    assert "→" in printed[4]
    assert "sparql 1 rows" in printed[5] or "sparql 2 rows" in printed[5]
    assert "notes.png |  | " in printed[6]
    assert len(printed[6].splitlines()) == 5
