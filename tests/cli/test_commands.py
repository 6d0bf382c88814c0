"""Every other command, run for real: what it prints, and the shapes that scripts rely on."""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from rdflib import Graph

from tests.command import Ran, Run
from thoracite.kg.build.build import build_graph
from thoracite.kg.stores.folder import find_nquads
from thoracite.phantom import write_phantoms
from thoracite.settings import ONTOLOGIES

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?source { ?assertion a <https://w3id.org/thoracite/Assertion> } }"


# --- retrieve and query ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["thx:pleural_effusion", "right pleural effusion, no pneumothorax"])
def test_retrieve_answers_with_seeds_triples_and_evidence(run: Run, query: str) -> None:
    ran = run("retrieve", query, "--json")
    (record,) = ran.records
    assert ran.code == 0
    assert {"findings", "seeds", "triples", "evidence"} <= set(record)
    assert [seed["id"] for seed in record["seeds"]] == ["thx:pleural_effusion"]
    assert len(record["triples"]) == len(record["evidence"]) > 3
    assert "Seeds: pleural effusion" in run("retrieve", query).out


def test_retrieve_of_what_nobody_knows(run: Run) -> None:
    for query in ("thx:nosuch", "xyzzy", "nosuch.png"):
        ran = run("retrieve", query)
        assert (ran.code, ran.out) == (3, "")
        assert query in ran.sentence


def test_query_answers_in_each_language_as_promised(run: Run, tmp_path: Path) -> None:
    (sparql,) = run("query", COUNT, "--json").records
    assert sparql["head"] == {"vars": ["n"]}
    (binding,) = sparql["results"]["bindings"]
    assert binding["n"]["type"] == "literal"
    (cypher,) = run("query", "MATCH ()-[r]->() RETURN count(r) AS n", "--json").records
    assert cypher == {"columns": ["n"], "rows": [[int(binding["n"]["value"])]]}
    assert run("query", "ASK { GRAPH ?g { ?s ?p ?o } }", "--json").records == [{"head": {}, "boolean": True}]
    for name, text in (("count.rq", COUNT), ("count.cypher", "MATCH ()-[r]->() RETURN count(r) AS n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert binding["n"]["value"] in run("query", tmp_path / name).out


def test_a_published_query_gives_the_same_rows_in_both_languages(run: Run) -> None:
    words = ("query", "signs_of", "-p", "finding=thx:pneumonia", "--json")
    sparql, cypher = run(*words), run(*words, "--language", "cypher")
    rows = [binding["label"]["value"] for binding in sparql.records[0]["results"]["bindings"]]
    assert rows
    assert [row[1] for row in cypher.records[0]["rows"]] == rows


def test_a_parameter_fills_a_query_of_ones_own(run: Run) -> None:
    text = "MATCH (c:Concept {id: $id}) RETURN c.label AS label LIMIT 1"
    assert run("query", text, "-p", "id=thx:pneumothorax", "--json").records[0]["rows"] == [["pneumothorax"]]


def test_what_a_store_refuses_is_one_sentence(run: Run) -> None:
    for text in ("SELECT * {", "MATCH (n", "INSERT DATA { <a:b> <a:b> <a:b> }", "CREATE (:Concept {id: 'x'})"):
        ran = run("query", text)
        assert (ran.code, ran.out) == (4, ""), text
        assert ran.sentence
    for store, language in (("https://example.org/sparql", "cypher"), ("bolt://example.org", "sparql")):
        ran = run("query", COUNT, "--store", store, "--language", language)
        assert ran.code == 2
        assert f"not {language}" in ran.sentence


def test_the_nearest_published_query_is_suggested(run: Run) -> None:
    ran = run("query", "sings_of")
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean 'signs_of'?" in ran.err


def test_triples_are_printed_as_turtle(run: Run) -> None:
    described = run("query", "PREFIX thx: <https://w3id.org/thoracite/> DESCRIBE thx:pneumothorax")
    assert described.code == 0
    assert described.out.startswith("@prefix")
    assert "pneumothorax" in str(Graph().parse(data=described.out, format="turtle").serialize(format="nt"))
    (record,) = run("query", "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 1", "--json").records
    assert record["head"]["vars"] == ["subject", "predicate", "object"]


@pytest.mark.parametrize("command", ["query", "retrieve", "build"])
def test_a_graph_is_not_built_where_something_else_lies(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    words = {"query": ["signs_of"], "retrieve": ["pneumonia"], "build": []}[command]
    for place in (tmp_path, tmp_path / "notes.txt"):
        ran = run(command, *words, "--graph", place)
        assert (ran.code, ran.out) == (2, "")
        assert "something else than a graph" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_the_graph_of_mentions_is_asked_and_never_built_in(run: Run, tmp_path: Path) -> None:
    mention = {"tokens": "effusion", "label": "OBS-DA", "start_ix": 1, "end_ix": 1, "relations": []}
    reports = tmp_path / "reports.json"
    reports.write_text(json.dumps({"r1": {"text": "no effusion", "entities": {"1": mention}}}), encoding="utf-8")
    folder = tmp_path / "mentions"
    built = run("build-mentions", reports, folder)
    assert built.code == 0
    told = shlex.split(built.err.splitlines()[-1].partition("thoracite ")[2])
    assert run(*told).out.splitlines()[2:]  # the command that it names answers
    before = sorted(path.name for path in folder.iterdir())
    text = "PREFIX thx: <https://w3id.org/thoracite/> SELECT ?o { ?m thx:tokens ?t ; thx:certainty ?o }"
    (answer,) = run("query", text, "--graph", folder, "--json").records
    assert [row["o"]["value"] for row in answer["results"]["bindings"]] == ["definitely absent"]
    for words in (("query", "signs_of"), ("query", "MATCH (n) RETURN n"), ("retrieve", "pneumonia"), ("build",)):
        ran = run(*words, "--graph", folder)
        assert (ran.code, ran.out) == (2, "")
        assert "mention" in ran.err
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_graph_that_is_built_on_the_way_is_told(run: Run, tmp_path: Path) -> None:
    ran = run("retrieve", "pneumonia", "--graph", tmp_path / "mistyped")
    assert ran.code == 0
    assert f"there is no graph in {tmp_path / 'mistyped'} yet" in ran.err


def test_every_published_query_is_listed(run: Run) -> None:
    (listed,) = run("queries", "--json").records
    names = [query["name"] for query in listed["queries"]]
    assert len(names) > 30
    assert all(query["title"] and query["purpose"] for query in listed["queries"])
    assert [line.split()[0] for line in run("queries").out.splitlines()] == names


# --- reports ---------------------------------------------------------------------------------------------------------


def test_extract_writes_radgraph_json(run: Run, tmp_path: Path) -> None:
    (tmp_path / "reports.csv").write_text("id,text\na,Left effusion.\nb,No pneumothorax.\n", encoding="utf-8")
    ran = run("extract", tmp_path / "reports.csv", "--output", tmp_path / "out.json")
    assert ran.code == 0
    assert ran.out.startswith("2 reports")
    written = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert list(written) == ["a", "b"]
    assert {"text", "entities"} <= set(written["a"])
    assert written["b"]["entities"]["1"]["label"] == "OBS-DA"
    assert run("extract", tmp_path / "none.csv", "--output", tmp_path / "x.json").code == 3
    assert run("extract", tmp_path / "reports.csv", "--output", tmp_path / "none" / "x.json").code == 2


def test_aggregate_and_build_make_a_graph_of_ones_own(run: Run, tmp_path: Path) -> None:
    rows = "".join(f"{number},Thymoma. No pneumothorax.\n" for number in range(4))
    (tmp_path / "reports.csv").write_text(f"id,text\n{rows}", encoding="utf-8")
    ran = run("aggregate", tmp_path / "reports.csv", "--output", tmp_path / "counted.csv")
    assert (ran.code, "of 4 reports" in ran.out) == (0, True)
    folder = tmp_path / "graph"
    ran = run("build", "--graph", folder, "--reports", tmp_path / "counted.csv", "--json")
    (built,) = ran.records
    assert built["digest"].startswith("sha256:")
    assert "writing N-Quads" in ran.err
    shows = "SELECT ?n { GRAPH ?g { ?a <http://www.w3.org/1999/02/22-rdf-syntax-ns#object> <https://w3id.org/thoracite/"
    query = f"{shows}pneumothorax> ; <https://w3id.org/thoracite/absent> ?n FILTER(?n > 0) }} }}"
    (answer,) = run("query", query, "--graph", folder, "--json").records
    assert [binding["n"]["value"] for binding in answer["results"]["bindings"]] == ["4"]


def test_check_report_finds_what_graph_and_image_contradict(run: Run, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text("Air bronchograms, suggestive of pleural effusion.", encoding="utf-8")
    ran = run("check-report", "-", report, "--json")
    (checked,) = ran.records
    (error,) = checked["errors"]
    assert ran.code == 1
    assert {"kind", "sentence", "expected", "evidence"} == set(error)
    assert {"statements": 2, "unread_characters": 0}.items() <= checked["read"].items()
    assert (error["kind"], checked["verdict"]) == ("reason", "errors found")
    assert run("query", error["evidence"][0]["sparql"], "--json").records[0]["results"]["bindings"]
    (radiograph,) = write_phantoms(tmp_path / "phantom", number=1, seed=189, size=512)
    findings = run("explain", radiograph, "--json").records[0]["findings"]
    sure = {finding["label"]: finding["certainty"] for finding in findings if finding["certainty"] != "uncertain"}
    absent = next(label for label, certainty in sure.items() if certainty == "definitely absent")
    report.write_text(f"There is {absent}.", encoding="utf-8")
    (checked,) = run("check-report", radiograph, report, "--json").records
    assert f"There is {absent}." in [error["sentence"] for error in checked["errors"]]
    ran = run("check-report", radiograph, report)
    assert (ran.code, "contradicted" in ran.out) == (1, True)
    report.write_text("", encoding="utf-8")
    assert "report is empty" in run("check-report", "-", report).sentence
    assert run("check-report", "-", tmp_path / "none.txt").code == 3


def test_check_report_reads_standard_input_and_says_what_it_did_not_read(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(text: bytes) -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        return run("check-report", "-", "-", "--json")

    agrees = check(b"\xef\xbb\xbfHISTORY: Fever.\nFINDINGS: Small left effusion. No pneumothorax.")
    assert (agrees.code, agrees.records[0]["verdict"]) == (0, "no error found")
    assert agrees.records[0]["read"]["unread"] == {"history or indication": 6}
    sides = check(b"FINDINGS: Small left effusion.\nIMPRESSION: Small right effusion.")
    assert (sides.code, [error["kind"] for error in sides.records[0]["errors"]]) == (1, ["side"])
    nothing = check(b"Pas de pneumothorax.")
    assert (nothing.code, nothing.records[0]["verdict"]) == (0, "nothing was read")
    assert "standard input cannot be read: it is not UTF-8" in check(b"\xff").sentence
    assert "report is empty" in check(b"").sentence


# --- graph, figures, settings ----------------------------------------------------------------------------------------


def test_a_graph_that_is_missing_is_built(run: Run, tmp_path: Path) -> None:
    ran = run("query", COUNT, "--graph", tmp_path / "graph", "--json")
    assert ran.code == 0
    assert (tmp_path / "graph" / "current").is_file()
    assert run("check", "--graph", tmp_path / "none").code == 4


def test_check_says_what_is_wrong(run: Run, tmp_path: Path) -> None:
    build_graph(tmp_path, reports=[])  # facts alone, so that it is quick
    words = ("check", "--graph", tmp_path, "--json")
    ran = run(*words)
    assert (ran.code, ran.records[0]["violations"]) == (0, [])
    nquads = find_nquads(tmp_path)
    kinds = [line for line in nquads.read_text(encoding="utf-8").splitlines() if "/deep_sulcus_sign> <https" in line]
    with nquads.open("a", encoding="utf-8") as file:
        file.writelines(line.replace('"sign"', '"banana"') + "\n" for line in kinds)
    ran = run(*words)
    assert (ran.code, ran.err) == (4, "")
    assert {violation["node"] for violation in ran.records[0]["violations"]} == {"thx:deep_sulcus_sign"}


def test_the_ontology_is_written_again_byte_by_byte(run: Run, shared: Path, tmp_path: Path) -> None:
    shutil.copytree(ONTOLOGIES / "curation", tmp_path / "curation")
    ran = run("build-ontology", shared / "data" / "knowledge", tmp_path)
    assert ran.code == 0
    for name in ("concepts.ttl", "facts.csv", "sources.csv"):
        assert (tmp_path / name).read_bytes() == (ONTOLOGIES / name).read_bytes(), name


def test_evaluate_prints_figures_with_baseline_interval_and_n(run: Run, shared: Path, tmp_path: Path) -> None:
    ran = run("evaluate", "extraction", "--data", shared / "data", "--json")
    (suite,) = ran.records
    assert ran.code == 0
    assert {"suite", "data", "n", "rows"} <= set(suite)
    assert len({row["system"] for row in suite["rows"]}) >= 2
    assert all({"system", "metric", "value", "low", "high"} <= set(row) for row in suite["rows"])
    text = run("evaluate", "extraction", "--data", shared / "data").out
    assert "95 % interval" in text
    assert "keywords with no" in text
    rows = tmp_path / "rows.jsonl"
    kept = run("evaluate", "extraction", "--data", shared / "data", "--rows", rows)
    assert kept.code == 0
    assert [json.loads(line) for line in rows.read_text().splitlines()] == suite["rows"]
    failed = run("evaluate", "extraction", "--data", shared / "data", "--rows", tmp_path / "none" / "rows.jsonl")
    assert (failed.code, failed.err.count("\n")) == (3, 1)
    assert "cannot be written" in failed.err


def test_suites_are_listed_and_miss_their_data_in_one_sentence(run: Run, tmp_path: Path) -> None:
    names = run("evaluate", "list").out.split()
    text = re.sub(r"(?<=[a-z]-)[│\s]+", "", run("evaluate", "--help").out)  # a name may be broken at its hyphen
    helped = re.findall(r"[a-z]+(?:-[a-z]+)*", re.sub(r"[│\s]+", " ", text))
    assert set(names) <= set(helped)
    assert {"extraction", "labels", "privacy", "grounding"} <= set(names)
    ran = run("evaluate", "extraction", "--data", tmp_path / "none")
    assert ran.code == 3
    assert "--data" in ran.sentence


def test_settings_say_where_each_value_came_from(run: Run, graph_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THORACITE_STORE_PASSWORD", "hunter2")
    ran = run("settings", "--json")
    (shown,) = ran.records
    assert shown["settings"]["graph"] == {"value": str(graph_folder), "origin": "THORACITE_GRAPH"}
    assert shown["settings"]["port"]["origin"] == "default"
    assert "hunter2" not in ran.out + run("settings").out
    monkeypatch.setenv("THORACITE_PORT", "many")
    assert "THORACITE_PORT" in run("settings").sentence


def test_phantoms_are_written(run: Run, tmp_path: Path) -> None:
    ran = run("phantom", tmp_path / "phantoms", "--number", "2", "--size", "64")
    assert ran.code == 0
    assert len(list((tmp_path / "phantoms").glob("*.png"))) == 2


def test_version_and_help(run: Run) -> None:
    assert run("--version").out.startswith("thoracite 0.")
    named = run("--help").out
    for command in ("explain", "retrieve", "query", "extract", "check-report", "evaluate", "serve"):
        assert f" {command} " in named
        assert "Usage" in run(command, "--help").out
