"""Changes of one line, drawn at random, and whether the tests notice them: ``python -m tests.mutation --seed 1``.

Each mutant, the code with one line changed (:mod:`tests.line_changes`), is run in a copy of the tree, against the tests
of its room alone. The draw sorts all possible mutants by a hash of the seed and of their text, so that a change
elsewhere in the code leaves it as it is.

References
----------
DeMillo RA, Lipton RJ, Sayward FG. Hints on test data selection. Computer 1978. doi:10.1109/C-M.1978.218136
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import queue
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.line_changes import find_changes

ROOT = Path(__file__).resolve().parents[1]
SERVER = multiprocessing.get_context("forkserver")
"""Starts processes that have the large libraries loaded, and nothing of ours."""

_RAN = 100
"""Added to pytest's exit code, to tell a test that failed from one that never ran."""

LIMIT = 5.0
"""A mutant that takes this many times as long as the unchanged code never ends, so it was noticed."""


class Room(NamedTuple):
    """Modules, and the tests that must notice a change in them; tests named like the module come first."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    options: tuple[str, ...] = ()


ROOMS = {
    "extract": Room(
        ("kg/extract/*.py",), ("tests/kg/extract",), ("-k", "not three_hundred and not ten_megabytes and not killed")
    ),
    "stores": Room(
        ("kg/stores/[!ns]*.py", "kg/stores/sparql.py", "kg/stores/sparql_bind.py", "kg/stores/store.py"),
        tuple(
            f"tests/kg/stores/test_{name}.py"
            for name in (
                "sparql",
                "sparql_bind",
                "cypher_guard",
                "triple_index",
                "folder",
                "property_graph",
                "oxigraph",
                "ladybug",
                "contract",
            )
        ),
        ("-k", "not neo4j and not [sparql"),
    ),
    "verifier": Room(("generation/verify.py",), ("tests/generation/test_verify.py",)),
    "ranking": Room(
        ("retrieval/subgraph.py",), ("tests/retrieval/test_subgraph.py", "tests/retrieval/test_retriever.py")
    ),
    "gate": Room(("vision/mini/gate.py",), ("tests/vision/mini/test_gate.py",)),
    "privacy": Room(
        ("kg/privacy/*.py",), ("tests/kg/privacy", "tests/evaluation/test_privacy.py"), ("-k", "not long_repetitions")
    ),
    "server": Room(
        ("ui/server.py", "ui/limits.py"),
        ("tests/ui/test_limits.py", "tests/ui/test_service.py", "tests/ui/test_server.py"),
    ),
    "calibration": Room(
        ("vision/mini/calibration.py", "vision/training/fit_scales.py"), ("tests/vision/mini/test_calibration.py",)
    ),
}
"""``neo4j.py`` and ``sparql_endpoint.py`` are left out: their tests start servers in Java, a minute each."""


class Mutant(NamedTuple):
    """One changed line.

    Parameters
    ----------
    room, module : str
        Key of :data:`ROOMS`; path below the root.
    line : int
        From 1 on.
    before, after : str
        The line as it is, and changed; without indentation.
    """

    room: str
    module: str
    line: int
    before: str
    after: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it wherever its line stands."""
        return self.module, self.before, self.after


def draw_mutants(seed: int, number: int = 10) -> list[Mutant]:
    """As many of each room, at most one a line.

    Parameters
    ----------
    seed : int
        Another seed draws others.
    number : int
        Of each room.
    """
    drawn = []
    for name, room in ROOMS.items():
        paths = sorted({path for pattern in room.modules for path in ROOT.glob(pattern)})
        found = (
            Mutant(name, path.relative_to(ROOT).as_posix(), *change)
            for path in paths
            for change in find_changes(path.read_text(encoding="utf-8"))
        )
        lines: dict[tuple[str, str], Mutant] = {}
        for mutant in sorted(found, key=lambda m: hashlib.sha256(f"{seed}|{'|'.join(m.key)}".encode()).digest()):
            lines.setdefault(mutant.key[:2], mutant)
        drawn += list(lines.values())[:number]
    return drawn


def run_mutants(mutants: list[Mutant], *, processes: int = 2) -> Iterator[tuple[Mutant, str | None]]:
    """Each mutant and the test that noticed it, None where it survived; the working tree is not touched.

    Raises
    ------
    RuntimeError
        If the tests of a room fail without any change, or do not run.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    SERVER.set_forkserver_preload(["neo4j", "numpy", "pydantic", "pyoxigraph", "scipy", "sklearn", "torch"])
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, ThreadPoolExecutor(processes) as threads:
        trees: queue.Queue[Path] = queue.Queue()
        for number in range(processes):
            ignored = shutil.ignore_patterns(".*", "__pycache__", "dist", "site")
            trees.put(shutil.copytree(ROOT, Path(folder, str(number), "tree"), symlinks=True, ignore=ignored))

        def run(mutant: Mutant, limit_s: float = 600.0) -> tuple[Mutant, str | None, float]:
            tree, start = trees.get(), time.monotonic()
            try:
                return mutant, _run_mutant(tree, mutant, limit_s), time.monotonic() - start
            finally:
                trees.put(tree)

        seconds = {}
        for mutant, killer, took in threads.map(run, {m.room: m._replace(after=m.before) for m in mutants}.values()):
            seconds[mutant.room] = took
            if killer is not None:
                raise RuntimeError(f"the tests of the room {mutant.room} fail without any change ({killer})")
        limits = [30 + LIMIT * seconds[mutant.room] for mutant in mutants]
        yield from ((mutant, killer) for mutant, killer, _ in threads.map(run, mutants, limits))


def _run_mutant(tree: Path, mutant: Mutant, limit_s: float) -> str | None:
    path, room = tree / mutant.module, ROOMS[mutant.room]
    whole = path.read_text(encoding="utf-8")
    lines = whole.splitlines(keepends=True)
    lines[mutant.line - 1] = lines[mutant.line - 1].replace(mutant.before, mutant.after)
    for stale in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):  # by size and second, it may look fresh
        stale.unlink()
    tests = [name for test in room.tests for name in _list_tests(tree / test, path.stem)]
    process = SERVER.Process(target=_run_tests, args=(tree, [*room.options, *tests], mutant.after == mutant.before))
    path.write_text("".join(lines), encoding="utf-8")
    try:
        process.start()
        process.join(limit_s)
        if process.exitcode is None:
            os.killpg(process.pid or 0, signal.SIGKILL)
            process.join()
            return "the time limit"
        if process.exitcode in (1, _RAN + pytest.ExitCode.NO_TESTS_COLLECTED):
            raise RuntimeError(f"the tests of the room {mutant.room} did not run; see what stands above")
        return None if process.exitcode == _RAN else _find_killer(tree.parent / "output")
    finally:
        path.write_text(whole, encoding="utf-8")


def _run_tests(tree: Path, arguments: list[str], keep_bytecode: bool) -> None:
    """Run tests on the code of a tree, in a process of their own that has loaded none of it."""
    os.setsid()
    with (tree.parent / "output").open("wb") as output:
        for stream in (1, 2):
            os.dup2(output.fileno(), stream)
    os.chdir(tree)
    os.environ |= {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "" if keep_bytecode else "1"}
    os.environ.pop("THORACITE_NO_SKIP", None)  # the copies have no development data beside them
    sys.dont_write_bytecode = not keep_bytecode
    sys.path[:] = [str(tree), *(path for path in sys.path if path not in ("", str(ROOT)))]
    for name in [name for name in sys.modules if name.split(".")[0] == "tests"]:
        del sys.modules[name]
    sys.exit(_RAN + pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-m", "not bench", *arguments]))


def _find_killer(output: Path) -> str:
    """The test that failed, or the module that could not be loaded, as the last lines of pytest name it."""
    lines = output.read_text(encoding="utf-8", errors="replace").splitlines()
    named = [line.split()[1] for line in lines if line.startswith(("FAILED ", "ERROR "))]
    return named[-1] if named else "a crash"


def _list_tests(path: Path, stem: str) -> list[str]:
    """A folder's tests, those named like the module first."""
    files = sorted(path.glob("test_*.py")) if path.is_dir() else [path]
    return [str(file) for file in sorted(files, key=lambda file: file.stem != f"test_{stem}")]


def main() -> None:
    """Print the fate of each mutant, and the share that was noticed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=10, help="mutants a room")
    parser.add_argument("--rooms", nargs="*", default=list(ROOMS), choices=list(ROOMS))
    given = parser.parse_args()
    mutants = [m for m in draw_mutants(given.seed, given.number) if m.room in given.rooms]
    killed = 0
    for mutant, killer in run_mutants(mutants):
        killed += killer is not None
        fate = "survived" if killer is None else f"killed by {killer}"
        sys.stdout.write(f"{mutant.module}:{mutant.line}: {mutant.before} -> {mutant.after}\n    {fate}\n")
        sys.stdout.flush()
    sys.stdout.write(f"seed {given.seed}: {killed} of {len(mutants)} noticed ({killed / len(mutants):.0%})\n")


if __name__ == "__main__":
    main()
