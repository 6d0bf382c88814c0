"""Who writes, on the command line: names, what was dropped, the request, and one sentence where a model fails."""

from __future__ import annotations

import json
from pathlib import Path

from tests.command import Run


def test_dropped_sentences_are_told_where_asked(run: Run, radiograph: Path) -> None:
    (plain,) = run("explain", radiograph, "--json").records
    assert plain["dropped"] is None
    ran = run("explain", radiograph, "--json", "--dropped", "--indication", "dyspnea")
    (record,) = ran.records
    assert record["dropped"] == []
    assert record["evidence"][-1]["kind"] == "indication"
    assert record["evidence"][-1]["label"] == "dyspnea"
    assert json.dumps(record["claims"]) == json.dumps(plain["claims"])
    assert "Dropped: nothing" in run("explain", radiograph, "--dropped").out


def test_a_generator_that_is_not_there_is_one_sentence(run: Run, radiograph: Path) -> None:
    ran = run("explain", radiograph, "--generator", "openai:http://127.0.0.1:9/v1#x")
    assert (ran.code, ran.out) == (5, "")
    assert ran.err.startswith("error: openai:http://127.0.0.1:9/v1#x cannot be reached: Connection refused")
    assert run("explain", radiograph, "--generator", "gpt").code == 2
