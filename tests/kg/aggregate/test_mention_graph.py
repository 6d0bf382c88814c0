"""The mention-level graph: what it says of a mention, that it names nobody, and that it cannot half-happen."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pyoxigraph as ox
import pytest

from thoracite.errors import InputError, StoreError, UsageError
from thoracite.evaluation.scale_reports import generate_reports, write_reports
from thoracite.kg.aggregate import mention_graph
from thoracite.kg.aggregate.mention_graph import SCHEMA, build_mentions, hash_report, open_mentions
from thoracite.kg.stores.folder import open_graph
from thoracite.kg.stores.lock import lock_folder
from thoracite.kg.stores.sparql import PROLOGUE
from thoracite.kg.vocabulary import compact, expand


def write(path: Path, entities: dict[str, object], text: str = "no pleural effusion") -> Path:
    path.write_text(json.dumps({"s50414267": {"text": text, "entities": entities}}), encoding="utf-8")
    return path


def entity(tokens: str, label: str, at: int, *relations: list[str]) -> dict[str, object]:
    return {"tokens": tokens, "label": label, "start_ix": at, "end_ix": at, "relations": list(relations)}


@pytest.fixture
def radgraph(tmp_path: Path) -> Path:
    mentions = {"1": entity("pleural", "ANAT-DP", 1), "2": entity("effusion", "OBS-DA", 2, ["located_at", "1"])}
    return write(tmp_path / "reports.json", mentions)


def test_a_mention_has_all_its_parts(radgraph: Path, tmp_path: Path) -> None:
    made = build_mentions(radgraph, tmp_path / "mentions")
    assert (made.reports, made.mentions) == (1, 2)
    lines = (tmp_path / "mentions" / "mentions.nq").read_text(encoding="utf-8").splitlines()
    assert made.quads == len(lines)
    store = open_mentions(tmp_path / "mentions")
    rows = store.query(
        f"{PROLOGUE}SELECT ?p ?o {{ GRAPH ?report {{ ?m thx:tokens 'effusion' ; ?p ?o }} }} ORDER BY ?p ?o"
    ).rows
    report = "thxr:" + hash_report("s50414267", (tmp_path / "mentions" / "ledger.key").read_bytes())
    found = [(compact(p["value"]), compact(o["value"]) if o["type"] == "uri" else o["value"]) for p, o in rows]
    assert found == [
        ("rdf:type", "thx:Observation"),
        ("prov:wasDerivedFrom", report),
        ("thx:certainty", "definitely absent"),
        ("thx:concept", "thx:pleural_effusion"),
        ("thx:first_token", "2"),
        ("thx:last_token", "2"),
        ("thx:mention_located_at", f"{report}-1"),
        ("thx:radgraph_label", "OBS-DA"),
        ("thx:tokens", "effusion"),
    ]
    label = store.query(f"{PROLOGUE}SELECT ?l {{ GRAPH thxs:concepts {{ thx:pleural_effusion rdfs:label ?l }} }}")
    assert label.rows[0][0]["value"] == "pleural effusion"
    assert store.query(
        f"{PROLOGUE}ASK {{ GRAPH ?g {{ ?r a thx:Report ; prov:hadPrimarySource thxs:reports }} }}"
    ).boolean
    store.close()


def test_every_mention_and_relation_of_many_reports_is_there(tmp_path: Path) -> None:
    mentions = write_reports(tmp_path / "reports.json", 50, seed=5)
    relations = sum(len(e["relations"]) for _, r in generate_reports(50, seed=5) for e in r["entities"].values())
    made = build_mentions(tmp_path / "reports.json", tmp_path / "mentions")
    assert (made.reports, made.mentions) == (50, mentions)
    store = open_mentions(tmp_path / "mentions")

    def count(pattern: str) -> int:
        query = f"{PROLOGUE}SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ {pattern} }} }}"
        return int(store.query(query).rows[0][0]["value"])

    assert count("?m thx:tokens ?t ; thx:first_token ?f ; thx:last_token ?l ; prov:wasDerivedFrom ?g") == mentions
    assert count("?m thx:concept ?c") == mentions
    assert count("?m thx:mention_modify|thx:mention_located_at|thx:mention_suggestive_of ?n") == relations
    assert count("?r a thx:Report") == 50
    assert count("?s ?p ?o") == made.quads
    store.close()


def test_names_of_reports_and_identifiers_are_nowhere(tmp_path: Path) -> None:
    mentions = {"1": entity("effusion", "OBS-DP", 0), "2": entity("617-555-0143", "OBS-DP", 1)}
    build_mentions(write(tmp_path / "reports.json", mentions), tmp_path / "mentions")
    text = (tmp_path / "mentions" / "mentions.nq").read_text(encoding="utf-8")
    assert "s50414267" not in text
    assert "0143" not in text
    assert hash_report("s50414267", bytes(32)) != hash_report("s50414267", b"\1" * 32)


def test_it_is_for_its_owner_and_no_server_opens_it(radgraph: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mentions"
    build_mentions(radgraph, folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "mentions.nq").stat().st_mode) == 0o600
    assert (folder / ".gitignore").read_text(encoding="ascii") == "*\n"
    with pytest.raises(StoreError, match="there is no graph"):
        open_graph(folder)


def test_building_again_writes_nothing_again(radgraph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = build_mentions(radgraph, tmp_path / "mentions")
    monkeypatch.setattr(mention_graph, "_write_nquads", None)
    again = build_mentions(radgraph, tmp_path / "mentions")
    assert (again.reports, again.mentions, again.quads) == (first.reports, first.mentions, first.quads)


def test_a_build_that_breaks_off_leaves_the_old_graph(radgraph: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mentions"
    build_mentions(radgraph, folder)
    digest = open_mentions(folder).digest
    broken = tmp_path / "broken.json"
    broken.write_text(radgraph.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    with pytest.raises(InputError, match="breaks off"):
        build_mentions(broken, folder)
    with pytest.raises(InputError, match="cannot be read"):
        build_mentions(tmp_path / "none.json", folder)
    assert open_mentions(folder).digest == digest
    other = write(tmp_path / "other.json", {"1": entity("opacity", "OBS-U", 0)})
    build_mentions(other, folder)
    assert open_mentions(folder).digest != digest


def test_two_builds_at_once_and_no_room_are_one_sentence(radgraph: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mentions"
    with lock_folder(folder, "build"), pytest.raises(StoreError, match="another build is at work"):
        build_mentions(radgraph, folder)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written"):
        build_mentions(radgraph, tmp_path / "file")
    with pytest.raises(StoreError, match="build-mentions"):
        open_mentions(tmp_path / "nothing")


def test_the_schema_describes_every_name(radgraph: Path, tmp_path: Path) -> None:
    build_mentions(radgraph, tmp_path / "mentions")
    described = {quad.subject.value for quad in ox.parse(path=SCHEMA, format=ox.RdfFormat.TURTLE)}
    schema = {quad.subject.value for quad in ox.parse(path=SCHEMA.with_name("thoracite.ttl"))}
    known = described | schema | {expand(name) for name in ("rdf:type", "prov:wasDerivedFrom", "prov:hadPrimarySource")}
    for quad in ox.parse(path=tmp_path / "mentions" / "mentions.nq", format=ox.RdfFormat.N_QUADS):
        if "/report/" in quad.graph_name.value:
            assert quad.predicate.value in known
            if quad.predicate.value == expand("rdf:type"):
                assert quad.object.value in described
