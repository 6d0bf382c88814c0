"""The suite ``reports``: speeds, and the stream of a RadGraph file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from thoracite.evaluation.reports import RADGRAPH_REPORTS, run_reports, stream_file
from thoracite.kg.extract.extractor import RuleExtractor
from thoracite.kg.radgraph import write_radgraph


def test_a_file_is_streamed_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "radgraph.json"
    write_radgraph(path, (RuleExtractor().extract("No effusion.", report_id=f"r{n}") for n in range(40)))
    read = stream_file(path)
    assert read.reports == 40
    assert read.seconds > 0
    assert 10 < read.memory < 4096


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_the_published_figures(shared: Path, record_property: Callable[[str, object], None]) -> None:
    suite = run_reports(shared / "data")
    rows = {(row.system, row.metric): row for row in suite.rows}
    record_property("measured", {" ".join(key): round(row.value, 1) for key, row in rows.items()})
    assert rows["rules", "reports a second, extraction, every sentence a new one"].value >= 300
    assert rows["gate and rules", "reports a second, archive to file, 1 process"].value >= 300
    memory = rows["RadGraph reader", "greatest memory, MiB"]
    assert memory.n == RADGRAPH_REPORTS
    assert memory.value < 1024
