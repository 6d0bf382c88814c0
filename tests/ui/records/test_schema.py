"""Every JSON output keeps its schema: the files are the models, and what commands print validates against them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from tests.readings import write_grey
from thoracite.cli import app
from thoracite.errors import UsageError
from thoracite.types import Explanation
from thoracite.ui.records.schema import FOLDER, SCHEMAS, make_schema
from thoracite.ui.view import render_error, render_record, render_slim

REPORT = "FINDINGS: Small left pleural effusion. No pneumothorax. IMPRESSION: Effusion."


def check(name: str, answer: Any) -> None:
    jsonschema.validate(answer, make_schema(name), cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_files_are_what_the_models_say(name: str) -> None:
    shipped = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    assert shipped == make_schema(name), "run python -m thoracite.ui.records.schema"
    jsonschema.Draft202012Validator.check_schema(shipped)


def test_no_schema_is_left_over_and_others_are_refused() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.schema.json" for name in SCHEMAS}
    with pytest.raises(UsageError, match="there is no output 'x'; expected build"):
        make_schema("x")


def test_explanations_and_errors_are_lines_of_explain(explanation: Explanation, withheld: Explanation) -> None:
    for record in (render_record(explanation), render_record(withheld), render_error("a.png", "it is empty")):
        check("explain", json.loads(json.dumps(record)))


def test_slim_explanations_are_lines_of_explain_slim(explanation: Explanation, withheld: Explanation) -> None:
    for record in (render_slim(explanation), render_slim(withheld), render_error("a.png", "it is empty")):
        check("explain-slim", json.loads(json.dumps(record)))


def test_a_schema_refuses_what_is_not_promised(explanation: Explanation) -> None:
    record = json.loads(json.dumps(render_record(explanation)))
    for change in ({"reason": 3}, {"surprise": 1}, {"findings": [{}]}):
        with pytest.raises(jsonschema.ValidationError):
            check("explain", record | change)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("outputs")
    write_grey(path / "grey.png")
    (path / "report.txt").write_text(REPORT, encoding="utf-8")
    (path / "reports").mkdir()
    (path / "reports" / "1.txt").write_text(REPORT, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("explain", ["explain", "grey.png", "--json", "--no-graph"]),
        ("explain", ["explain", "grey.png", "missing.png", "--json"]),
        ("explain-slim", ["explain", "grey.png", "missing.png", "--slim"]),
        ("retrieve", ["retrieve", "right pleural effusion, no pneumothorax", "--json"]),
        ("query-sparql", ["query", "signs_of", "--language", "sparql", "--json"]),
        ("query-sparql", ["query", "ASK { GRAPH ?g { ?s ?p ?o } }", "--json"]),
        ("query-cypher", ["query", "MATCH (c:Concept) RETURN c.label AS label LIMIT 2", "--json"]),
        ("queries", ["queries", "--json"]),
        ("check", ["check", "--json"]),
        ("check-report", ["check-report", "-", "report.txt", "--json"]),
        ("evaluate-list", ["evaluate", "list", "--json"]),
        ("settings", ["settings", "--json"]),
    ],
)
def test_what_a_command_prints_keeps_its_schema(
    name: str, words: list[str], folder: Path, graph_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("THORACITE_GRAPH", str(graph_folder))
    result = CliRunner().invoke(app, words)
    lines = result.stdout.splitlines()
    assert lines, result.output
    for line in lines:
        check(name, json.loads(line))


def test_a_build_and_extracted_reports_keep_their_schemas(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    built = CliRunner().invoke(app, ["build", "--graph", "graph", "--json"], catch_exceptions=False)
    check("build", json.loads(built.stdout))
    CliRunner().invoke(app, ["extract", "reports", "--output", "out.json"], catch_exceptions=False)
    check("extract", json.loads(Path("out.json").read_text(encoding="utf-8")))


def test_schema_prints_one_or_lists_all() -> None:
    listed = CliRunner().invoke(app, ["schema"]).stdout.split()
    assert listed == sorted(SCHEMAS)
    assert json.loads(CliRunner().invoke(app, ["schema", "retrieve"]).stdout) == make_schema("retrieve")
