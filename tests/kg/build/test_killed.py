"""kill -9, full disks and two at once: the old graph or the new one answers, whole; never a part, never both."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from thoracite.kg.build.build import build_graph
from thoracite.kg.stores.folder import find_nquads, open_graph
from thoracite.kg.stores.ladybug import LadybugStore
from thoracite.kg.stores.oxigraph import OxigraphStore
from thoracite.kg.stores.store import GraphStore

KINDS = ["build", "oxigraph", "ladybug"]
WORK = """
import sys
from pathlib import Path
from thoracite.kg.build.build import build_graph
from thoracite.kg.stores.ladybug import LadybugStore
from thoracite.kg.stores.oxigraph import OxigraphStore

kind, folder, graph = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
print("ready", flush=True)
if kind == "build":
    build_graph(folder, reports=[], extra=[graph])
else:
    {"oxigraph": OxigraphStore, "ladybug": LadybugStore}[kind](folder, read_only=False).load(graph)
print("done", flush=True)
"""
Contents = dict[tuple[str, str, str], int]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Your own triples, to build two graphs with that differ."""
    paths = [tmp_path_factory.mktemp("tables") / name for name in ("one.csv", "other.csv")]
    for path, sign in zip(paths, ("rib fracture", "pneumonia"), strict=True):
        path.write_text(f"subject,relation,object\nskin folds,may mimic,{sign}\n", encoding="utf-8")
    return paths


@pytest.fixture(scope="module")
def graphs(tables: list[Path], small_graph: Path) -> dict[str, list[Path]]:
    """What each kind of work is given: tables to build from, small graphs to load."""
    other = tables[0].with_name("other.nq")
    other.write_text(small_graph.read_text(encoding="utf-8").replace('"skin fold"', '"fold of skin"'), encoding="utf-8")
    loads = [small_graph, other]
    return {"build": tables, "oxigraph": loads, "ladybug": loads}


@pytest.fixture(scope="module")
def large_graphs(tables: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The same, with graphs to load that take a while."""
    folders = [tmp_path_factory.mktemp("graph") for _ in tables]
    for folder, table in zip(folders, tables, strict=True):
        build_graph(folder, reports=[], extra=[table])
    loads = [find_nquads(folder) for folder in folders]
    return {"build": tables, "oxigraph": loads, "ladybug": loads}


def start(kind: str, folder: Path, graph: Path, before: str = "") -> subprocess.Popen[str]:
    """A process that works, or is about to."""
    return subprocess.Popen(
        [sys.executable, "-c", before + WORK, kind, str(folder), str(graph)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == f"{word}\n"


def work(kind: str, folder: Path, graph: Path) -> float:
    """Do it undisturbed; how long it took, in seconds."""
    with start(kind, folder, graph) as process:
        wait(process, "ready")
        begin = time.monotonic()
        wait(process, "done")
        return time.monotonic() - begin


def kill(kind: str, folder: Path, graph: Path, after: float) -> None:
    with start(kind, folder, graph) as process:
        wait(process, "ready")
        time.sleep(after)
        process.kill()


def open_all(kind: str, folder: Path) -> list[GraphStore]:
    if kind == "build":
        return [open_graph(folder), open_graph(folder, language="cypher")]
    return [OxigraphStore(folder) if kind == "oxigraph" else LadybugStore(folder)]


def read(kind: str, folder: Path) -> tuple[str, Contents]:
    """What answers: the digest, and every triple with its support; the same from both stores."""
    stores = open_all(kind, folder)
    found = [
        (store.digest, {triple.key: triple.support for triple in store.find_triples(limit=100_000)}) for store in stores
    ]
    for store in stores:
        store.close()
    assert all(one == found[0] for one in found)
    return found[0]


def check_killed(kind: str, folder: Path, graphs: list[Path], moments: int) -> None:
    answers, seconds = [], 0.0
    for graph in graphs:
        seconds = work(kind, folder, graph)
        answers.append(read(kind, folder))
    assert answers[0] != answers[1]
    chance = random.Random(f"{kind} {moments}")
    for turn in range(moments):
        kill(kind, folder, graphs[turn % 2], chance.uniform(0, 1.1 * seconds))
        assert read(kind, folder) in answers
    for graph in graphs:
        work(kind, folder, graph)
    assert read(kind, folder) == answers[1]
    leftovers = [path for path in folder.rglob(".*") if path.name.startswith((".building-", ".loading-", ".sorting-"))]
    assert leftovers == []


@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_a_few_random_moments(kind: str, graphs: dict[str, list[Path]], tmp_path: Path) -> None:
    check_killed(kind, tmp_path / "graph", graphs[kind], 3)


@pytest.mark.bench
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_twenty_random_moments(kind: str, large_graphs: dict[str, list[Path]], tmp_path: Path) -> None:
    check_killed(kind, tmp_path / "graph", large_graphs[kind], 20)


def run_limited(kind: str, folder: Path, graph: Path, size: int) -> str:
    """What is said where no file may grow beyond some bytes, as on a disk that is full."""
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
    with start(kind, folder, graph, before=limit) as process:
        _, error = process.communicate()
    assert process.returncode != 0
    return error.splitlines()[-1]


@pytest.mark.parametrize(
    ("kind", "size"), [("build", 20_000), ("build", 1_500_000), ("oxigraph", 20_000), ("ladybug", 20_000)]
)
def test_a_full_disk_is_one_sentence_and_leaves_the_old_graph(
    kind: str, size: int, graphs: dict[str, list[Path]], tmp_path: Path
) -> None:
    folder = tmp_path / "graph"
    work(kind, folder, graphs[kind][0])
    before = read(kind, folder)
    said = run_limited(kind, folder, graphs[kind][1], size)
    assert "cannot be written" in said or "damaged" in said, said
    assert read(kind, folder) == before


@pytest.mark.parametrize("kind", KINDS)
def test_two_at_once_end_with_one_whole_graph(kind: str, graphs: dict[str, list[Path]], tmp_path: Path) -> None:
    """Started together: each is done whole, or says in one sentence that another is at work."""
    folder = tmp_path / "graph"
    both = [start(kind, folder, graph) for graph in graphs[kind]]
    said = [process.communicate() for process in both]
    done = [process.returncode == 0 for process in both]
    assert any(done)
    for finished, (_, error) in zip(done, said, strict=True):
        assert finished or f"another {'build' if kind == 'build' else 'load'} is at work" in error.splitlines()[-1]
    assert read(kind, folder)[1]
