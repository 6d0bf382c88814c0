"""The folder of a graph: what it holds, which version is current, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from thoracite.errors import StoreError
from thoracite.kg.stores.folder import FORMAT, find_kind, find_nquads, open_graph, point_to, read_manifest, read_pointer
from thoracite.kg.stores.oxigraph import OxigraphStore


@pytest.fixture
def folder(tmp_path: Path, small_graph: Path) -> Path:
    version = tmp_path / "graph" / "versions" / "one"
    store = OxigraphStore(version / "oxigraph", read_only=False)
    store.load(small_graph)
    store.close()
    (version / "manifest.json").write_text(json.dumps({"format": FORMAT, "digest": store.digest}), encoding="utf-8")
    point_to(tmp_path / "graph", version)
    return tmp_path / "graph"


def test_the_current_version_is_opened(folder: Path) -> None:
    assert read_pointer(folder) == folder / "versions" / "one"
    assert find_nquads(folder) == folder / "versions" / "one" / "graph.nq"
    store = open_graph(folder)
    assert (store.name, store.statistics().entities) == ("oxigraph", 20)
    store.close()
    with pytest.raises(StoreError, match=r"there is no graph in .*ladybug"):
        open_graph(folder, language="cypher")


@pytest.mark.parametrize("name", ["", "two", "../versions/one", "/"])
def test_a_pointer_to_what_is_not_there_is_one_sentence(folder: Path, name: str) -> None:
    (folder / "current").write_text(name, encoding="utf-8")
    with pytest.raises(StoreError, match="which is not there; build it again"):
        read_pointer(folder)


def test_a_store_of_another_graph_is_refused(folder: Path) -> None:
    version = folder / "versions" / "one"
    for content in ("[]", "{", json.dumps({"format": FORMAT + 1}), json.dumps({"format": FORMAT - 1})):
        (version / "manifest.json").write_text(content, encoding="utf-8")
        with pytest.raises(StoreError, match="is damaged or of another version"):
            read_manifest(version)
    (version / "manifest.json").write_text(json.dumps({"format": FORMAT, "digest": "sha256:0"}), encoding="utf-8")
    with pytest.raises(StoreError, match="holds another graph than its manifest"):
        open_graph(folder)


def test_without_a_pointer_there_is_no_graph(tmp_path: Path) -> None:
    assert read_pointer(tmp_path) is None
    for ask in (open_graph, find_nquads):
        with pytest.raises(StoreError, match=r"there is no graph in .*; build one"):
            ask(tmp_path)
    (tmp_path / "current").write_bytes(b"\xff\xfe")
    with pytest.raises(StoreError, match="cannot be read"):
        read_pointer(tmp_path)


def test_a_folder_is_known_by_the_names_in_it(folder: Path, tmp_path: Path) -> None:
    held = {"a": ["mentions.nq", "current"], "b": ["versions"], "c": [".hidden"], "d": ["notes.txt"], "e": []}
    for name, files in held.items():
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).write_text("", encoding="utf-8")
    assert [find_kind(tmp_path / name) for name in held] == ["mentions", "graph", "empty", "other", "empty"]
    assert [find_kind(path) for path in (folder, folder / "none", folder / "current")] == ["graph", "empty", "other"]
