"""What only the embedded property graph promises: one file, never half of it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from filelock import FileLock

from thoracite.errors import InputError, StoreError
from thoracite.kg.rdf.nquads import read_digest
from thoracite.kg.stores.ladybug import LadybugStore

LOAD = (
    "import sys; from pathlib import Path; from thoracite.kg.stores.ladybug import LadybugStore; "
    "LadybugStore(Path(sys.argv[1]), read_only=False).load(Path(sys.argv[2]))"
)


@pytest.fixture
def folder(tmp_path: Path, small_graph: Path) -> Path:
    store = LadybugStore(tmp_path / "store", read_only=False)
    store.load(small_graph)
    store.close()
    return tmp_path / "store"


@pytest.fixture
def other_graph(small_graph: Path, tmp_path: Path) -> Path:
    path = tmp_path / "other.nq"
    lines = small_graph.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line.replace('"skin fold"', '"fold of skin"') for line in lines), encoding="utf-8")
    return path


def list_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


def test_a_missing_store_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no graph in"):
        LadybugStore(tmp_path)


def test_a_reader_does_not_load(folder: Path, small_graph: Path) -> None:
    with pytest.raises(StoreError, match="reading only"):
        LadybugStore(folder).load(small_graph)


@pytest.mark.parametrize("damage", ["empty", "text", "half", "zeros"])
def test_a_damaged_file_is_one_sentence(folder: Path, damage: str) -> None:
    file = folder / "graph.lbug"
    whole = file.read_bytes()
    file.write_bytes(
        {"empty": b"", "text": b"not a graph\n" * 999, "half": whole[: len(whole) // 2], "zeros": bytes(len(whole))}[
            damage
        ]
    )
    with pytest.raises(StoreError, match=r"damaged|failed") as refusal:
        LadybugStore(folder)
    assert "\n" not in str(refusal.value)


def test_what_is_written_stays_one_file(folder: Path) -> None:
    store = LadybugStore(folder)
    store.query("MATCH (c:Concept) RETURN count(c)")
    store.close()
    assert list_files(folder) == ["graph.lbug"]


def test_a_reader_keeps_its_graph_while_another_is_loaded(folder: Path, other_graph: Path) -> None:
    reader, writer = LadybugStore(folder), LadybugStore(folder, read_only=False)
    before = reader.find_entity("thx:skin_fold")
    writer.load(other_graph)
    assert reader.find_entity("thx:skin_fold") == before
    assert LadybugStore(folder).digest == writer.digest == read_digest(other_graph) != reader.digest


def test_two_loads_at_once_are_one_sentence(folder: Path, other_graph: Path) -> None:
    before = LadybugStore(folder).digest
    store = LadybugStore(folder, read_only=False)
    with FileLock(folder / ".lock"), pytest.raises(StoreError, match="another load is at work"):
        store.load(other_graph)
    assert store.digest == LadybugStore(folder).digest == before


def test_threads_share_a_store(folder: Path) -> None:
    store = LadybugStore(folder)
    found: list[int] = []
    failed: list[StoreError] = []

    def ask() -> None:
        try:
            for _ in range(10):
                found.append(len(store.find_neighbours(["thx:pleural_effusion"], hops=2)))
                found.append(len(store.query("MATCH (c:Concept) RETURN c.id").rows))
        except StoreError as error:
            failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(found) == 120
    assert set(found) == {len(store.find_neighbours(["thx:pleural_effusion"], hops=2)), 20}


def test_an_assertion_about_nothing_is_one_sentence(folder: Path, small_graph: Path, tmp_path: Path) -> None:
    path = tmp_path / "gap.nq"
    lines = small_graph.read_text(encoding="utf-8").splitlines(keepends=True)
    concept = "<https://w3id.org/thoracite/skin_fold> "
    gap = [line for line in lines if not (line.startswith(concept) and "source/concepts" in line)]
    path.write_text("".join(gap), encoding="utf-8")
    store = LadybugStore(folder, read_only=False)
    with pytest.raises(InputError, match=r"thx:skin_fold, which .* lacks"):
        store.load(path)
    assert store.digest == read_digest(small_graph)
    assert list_files(folder) == ["graph.lbug"]
