"""Extraction into a file: gated, resumable, whole or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from thoracite.errors import InputError, UsageError
from thoracite.kg.extract import run as extraction_run
from thoracite.kg.extract.run import extract_file
from thoracite.kg.radgraph import read_radgraph


def reports_in(folder: Path, number: int) -> Path:
    path = folder / "reports.jsonl"
    lines = [json.dumps({"id": f"r{n}", "text": f"Nodule {n} in the left lung. No effusion."}) for n in range(number)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_ids_stay_and_identifiers_go(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("id,text\nmy-report,No effusion. Dr. Kowalski was called at 555-123-4567.\n")
    summary = extract_file(tmp_path / "r.csv", tmp_path / "out.json")
    written = (tmp_path / "out.json").read_text()
    assert (summary.reports, summary.resumed) == (1, 0)
    assert list(json.loads(written)) == ["my-report"]
    assert "Kowalski" not in written
    assert "4567" not in written
    (annotation,) = read_radgraph(tmp_path / "out.json")
    assert [(entity.tokens, entity.label) for entity in annotation.entities][:1] == [("effusion", "OBS-DA")]
    assert summary.entities == len(annotation.entities)


def test_processes_change_nothing(tmp_path: Path) -> None:
    reports = reports_in(tmp_path, 150)
    extract_file(reports, tmp_path / "one.json")
    extract_file(reports, tmp_path / "two.json", processes=2)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


@pytest.mark.parametrize("cut", [0, 1, 30])
def test_a_killed_run_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int) -> None:
    reports, output = reports_in(tmp_path, 20), tmp_path / "out.json"
    extract_file(reports, tmp_path / "whole.json")

    def stop(step: str, done: int, total: int | None) -> None:
        if done == 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        extract_file(reports, output, progress=stop)
    assert not output.exists()
    part = output.with_name("out.json.part")
    part.write_bytes(part.read_bytes()[: -cut or None])  # as a power cut would leave it
    summary = extract_file(reports, output)
    assert (summary.reports, summary.resumed) == (20, 11 if cut else 12)
    assert output.read_bytes() == (tmp_path / "whole.json").read_bytes()
    assert summary.entities == sum(len(annotation.entities) for annotation in read_radgraph(output))
    assert not part.exists()


def test_another_run_is_not_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reports, output = reports_in(tmp_path, 5), tmp_path / "out.json"

    def stop(step: str, done: int, total: int | None) -> None:
        if done == 3:
            raise KeyboardInterrupt

    for change in ("input", "rules"):
        with pytest.raises(KeyboardInterrupt):
            extract_file(reports, output, progress=stop)
        if change == "input":
            reports_in(tmp_path, 6)
        else:
            monkeypatch.setattr(extraction_run, "GATE_VERSION", "other")
        assert extract_file(reports, output).resumed == 0


def test_bad_input_half_way_keeps_the_old_file_and_the_work(tmp_path: Path) -> None:
    reports, output = reports_in(tmp_path, 5), tmp_path / "out.json"
    output.write_text("old")
    with reports.open("a") as file:
        file.write('{"id": "r9", "te')
    with pytest.raises(InputError, match="line 6"):
        extract_file(reports, output)
    assert output.read_text() == "old"
    assert len(output.with_name("out.json.part").read_text().splitlines()) == 6


def test_nothing_is_left_where_nothing_was_done(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        extract_file(tmp_path / "none.csv", tmp_path / "out.json")
    with pytest.raises(UsageError, match="no extractor"):
        extract_file(reports_in(tmp_path, 1), tmp_path / "out.json", extractor="magic")
    with pytest.raises(UsageError, match="cannot be written"):
        extract_file(reports_in(tmp_path, 1), tmp_path / "no" / "out.json")
    assert [path.name for path in tmp_path.iterdir()] == ["reports.jsonl"]


def test_an_id_that_stands_before_and_after_the_break_is_found(tmp_path: Path) -> None:
    reports, output = tmp_path / "r.jsonl", tmp_path / "out.json"
    reports.write_text("".join(json.dumps({"id": name, "text": "No effusion."}) + "\n" for name in "abca"))

    def stop(step: str, done: int, total: int | None) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        extract_file(reports, output, progress=stop)
    with pytest.raises(InputError, match="stands twice"):
        extract_file(reports, output)
    assert not output.exists()


@pytest.mark.parametrize("processes", [1, 2])
def test_a_run_that_is_killed_leaves_no_process_and_is_gone_on_with(tmp_path: Path, processes: int) -> None:
    reports, output = reports_in(tmp_path, 4_000), tmp_path / "out.json"
    part = tmp_path / "out.json.part"
    code = (
        "import sys; from pathlib import Path; from thoracite.kg.extract.run import extract_file; "
        "extract_file(Path(sys.argv[1]), Path(sys.argv[2]), processes=int(sys.argv[3]))"
    )
    command = [sys.executable, "-c", code, str(reports), str(output), str(processes)]
    with subprocess.Popen(command, start_new_session=True) as run:
        wait_for(lambda: part.exists() and part.stat().st_size > 20_000)
        run.kill()
    wait_for(lambda: not is_running(run.pid))
    assert not output.exists()
    summary = extract_file(reports, output)
    assert (summary.reports, summary.resumed > 20) == (4_000, True)
    assert sum(1 for _ in read_radgraph(output)) == 4_000


def is_running(group: int) -> bool:
    """Whether any process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)
