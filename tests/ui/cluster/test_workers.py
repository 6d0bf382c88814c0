"""What Ray workers answer is what one process answers, in the same order."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

import pytest

from thoracite.errors import InputError, UsageError
from thoracite.phantom import write_phantoms
from thoracite.settings import Settings
from thoracite.types import Study
from thoracite.ui.cluster import workers
from thoracite.ui.cluster.workers import Cluster, _keep_values, _open, _work_batch, _Worker


def run(*words: str | Path, graph: Path) -> tuple[str, float]:
    """Standard output of a command in a process of its own, and its seconds."""
    environment = os.environ | {"THORACITE_GRAPH": str(graph), "OMP_NUM_THREADS": "1"}
    start = time.perf_counter()
    answer = subprocess.run(
        [sys.executable, "-m", "thoracite.cli", *map(str, words)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    return answer.stdout, time.perf_counter() - start


@pytest.mark.bench
def test_one_and_two_workers_explain_as_one_process_does(graph_settings: Settings, tmp_path: Path) -> None:
    write_phantoms(tmp_path / "films", number=24, seed=40)
    for mask in (tmp_path / "films" / "masks").glob("*"):
        mask.unlink()
    words = ("explain", tmp_path / "films", "--json")
    plain, seconds = run(*words, graph=graph_settings.graph)
    assert len(plain.splitlines()) == 24
    told = [f"none {seconds:.1f} s"]
    for number in (1, 2):
        lines, seconds = run(*words, "--ray", "local", "--workers", str(number), graph=graph_settings.graph)
        assert lines == plain
        told.append(f"{number} {seconds:.1f} s")
    print("24 images, workers:", ", ".join(told))  # noqa: T201 - a figure for the documents


@pytest.mark.bench
def test_workers_extract_as_one_process_does(graph_settings: Settings, tmp_path: Path) -> None:
    rows = "".join(f"r{number},No pleural effusion. Possible left basal opacity {number}.\n" for number in range(300))
    (tmp_path / "reports.csv").write_text(f"id,text\n{rows}", encoding="utf-8")
    for name, more in (("plain", ()), ("ray", ("--ray", "local", "--workers", "2"))):
        output = tmp_path / f"{name}.json"
        run("extract", tmp_path / "reports.csv", "--output", output, *more, graph=graph_settings.graph)
    assert (tmp_path / "ray.json").read_bytes() == (tmp_path / "plain.json").read_bytes()


def test_a_missing_package_and_a_missing_cluster_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"pip install 'thoracite\[ray\]'"), Cluster("local").join():
        pytest.fail("joined without Ray")


def test_answers_come_in_order_with_a_bounded_number_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    class FakeRay:
        get = staticmethod(lambda answer: answer)

    monkeypatch.setitem(sys.modules, "ray", FakeRay)
    taken: deque[int] = deque()

    def give() -> object:
        for number in range(100):
            taken.append(number)
            yield number

    answers = workers._collect(lambda item, worker: (item, worker), give(), ["a", "b"])  # type: ignore[arg-type]
    first = next(answers)
    assert first == (0, "a")
    assert len(taken) == workers._AHEAD * 2
    rest = list(answers)
    assert [item for item, _ in rest] == list(range(1, 100))
    assert {worker for _, worker in rest} == {"a", "b"}


def test_errors_of_a_worker_keep_their_sentence(tmp_path: Path) -> None:
    def fail(item: int) -> int:
        raise InputError(f"item {item} is wrong")

    with pytest.raises(InputError, match="item 3 is wrong"):
        _open(_work_batch(fail, [3]))
    assert _open(_work_batch(str, [1, 2])) == ["1", "2"]
    secret = Settings(graph=tmp_path, token="0123456789abcdef")
    values = _keep_values(secret)
    assert Settings(**values).model_dump() == secret.model_dump()
    worker = _Worker(values, graph=False)
    answer = worker.explain(Study(image=str(tmp_path / "none.png")))
    assert answer.error.startswith(f"{tmp_path / 'none.png'} does not exist")  # type: ignore[union-attr]
