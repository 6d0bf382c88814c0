"""One contract for every graph store: Oxigraph, ladybug, Neo4j, and a SPARQL endpoint (Fuseki)."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from thoracite.errors import InputError, StoreError, UsageError
from thoracite.evaluation.servers import PASSWORD
from thoracite.kg.assertions import TripleFinder, merge_assertions
from thoracite.kg.rdf.nquads import read_assertions, read_digest, read_nodes
from thoracite.kg.stores.sparql import PROLOGUE
from thoracite.kg.stores.store import GraphStatistics, GraphStore
from thoracite.kg.vocabulary import edge_label
from thoracite.types import Certainty, Entity, Triple

EXPORTED: set[str] = set()
"""Digests of what the stores exported."""

EFFUSION, PNEUMOTHORAX, FOLD = "thx:pleural_effusion", "thx:pneumothorax", "thx:skin_fold"


class Reference(TripleFinder):
    """The N-Quads read by Python alone: what every store must find."""

    def __init__(self, nquads: Path) -> None:
        self.entities = {
            node.id: Entity(id=node.id, label=node.label, kind=node.kind, codes=tuple(node.codes))
            for node in read_nodes(nquads)
            if node.id not in ("thxs:openi", "thxs:handbook", "thxs:atlas", "thxs:empty_source")
        }
        self.triples = merge_assertions(read_assertions(nquads), self.entities)

    def read_triples(
        self,
        *,
        subjects: Collection[str] | None = None,
        relations: Collection[str] | None = None,
        objects: Collection[str] | None = None,
        limit: int = 1000,
    ) -> list[Triple]:
        wanted = (subjects, relations, objects)
        return [
            triple
            for triple in self.triples
            if all(given is None or part in given for part, given in zip(triple.key, wanted, strict=True))
        ][:limit]


@pytest.fixture(scope="module")
def reference(small_graph: Path) -> Reference:
    return Reference(small_graph)


@pytest.fixture(
    scope="module",
    params=["oxigraph", "oxigraph, not remembered", "ladybug", "ladybug, not remembered", "neo4j", "sparql"],
)
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, small_graph: Path
) -> Iterator[GraphStore]:
    opened: GraphStore
    patch, (kind, *large) = pytest.MonkeyPatch(), request.param.split(", ")
    if large:  # as a graph that is too large to be remembered
        patch.setattr(f"thoracite.kg.stores.{kind}.REMEMBERED", 0)
    if kind == "oxigraph":
        from thoracite.kg.stores.oxigraph import OxigraphStore

        opened = OxigraphStore(tmp_path_factory.mktemp("oxigraph"), read_only=False)
    elif kind == "ladybug":
        from thoracite.kg.stores.ladybug import LadybugStore

        opened = LadybugStore(tmp_path_factory.mktemp("ladybug"), read_only=False)
    elif kind == "neo4j":
        from thoracite.kg.stores.neo4j import Neo4jStore

        opened = Neo4jStore(request.getfixturevalue("neo4j_server").address, password=PASSWORD)
    else:
        from thoracite.kg.stores.sparql_endpoint import SparqlStore

        opened = SparqlStore(request.getfixturevalue("fuseki_server").address)
    opened.load(small_graph)
    yield opened
    opened.close()
    patch.undo()


def test_it_keeps_the_protocol(store: GraphStore) -> None:
    assert isinstance(store, GraphStore)
    assert store.language in ("sparql", "cypher")


def test_loading_twice_changes_nothing(store: GraphStore, small_graph: Path) -> None:
    before = store.statistics()
    store.load(small_graph)
    assert store.statistics() == before == GraphStatistics(entities=20, triples=35, assertions=38, sources=4)


def test_the_digest_is_that_of_the_lines(store: GraphStore, small_graph: Path) -> None:
    assert store.digest == read_digest(small_graph)


def test_entities_keep_their_names_and_codes(store: GraphStore, reference: Reference) -> None:
    assert {name: store.find_entity(name) for name in reference.entities} == reference.entities
    assert store.find_entity("thx:no_such_concept") is None
    with pytest.raises(InputError, match="no known prefix"):
        store.find_entity("nowhere:thing")


def test_a_triple_says_what_it_is_limited_to_and_how_common_it_is(store: GraphStore) -> None:
    [against] = store.find_triples(subject="thx:air_bronchogram", relation="thx:argues_against", object=EFFUSION)
    [place] = [one for one in against.provenance if one.assertion == "thxa:007f9d6d442f524b"]
    assert (place.holds_for, place.commonness) == (("frontal", "serial films", PNEUMOTHORAX), "occasional")
    [free] = store.find_triples(subject=PNEUMOTHORAX, object="thx:deep_sulcus_sign")
    assert {(one.holds_for, one.commonness) for one in free.provenance} == {((), "not stated")}


def test_limits_and_commonness_can_be_asked_for(store: GraphStore) -> None:
    if store.language == "sparql":
        limits = 'thx:holds_for "serial films" , thx:pneumothorax ; thx:commonness "occasional"'
        asked = f"SELECT ?a WHERE {{ ?a {limits} }}"
        [[found]] = store.query(PROLOGUE + asked).rows
        assert found["value"].endswith("/007f9d6d442f524b")
        return
    asked = (
        "MATCH (:Concept)-[r]->(:Concept) WHERE 'serial films' IN r.holds_for AND 'thx:pneumothorax' IN r.holds_for "
        "AND r.commonness = 'occasional' RETURN r.id"
    )
    assert store.query(asked).rows == (("thxa:007f9d6d442f524b",),)


def test_sources_of_a_triple_are_merged(store: GraphStore) -> None:
    found = store.find_triples(subject=PNEUMOTHORAX, object="thx:deep_sulcus_sign")
    assert [triple.support for triple in found] == [2]
    assert [(p.source, p.locator) for p in found[0].provenance] == [
        ("thxs:atlas", "plate 12"),
        ("thxs:handbook", "section 3, 'sulcus'"),
    ]


def test_counts_certainty_and_lift(store: GraphStore) -> None:
    (triple,) = store.find_triples(subject="thx:consolidation", relation="thx:suggestive_of", object="thx:pneumonia")
    assert (triple.counts.present, triple.counts.uncertain, triple.counts.absent) == (5, 6, 1)
    assert (triple.subject_certainty, triple.object_certainty) == (Certainty.PRESENT, Certainty.UNCERTAIN)
    assert triple.lift == 2.25
    (both,) = store.find_triples(relation="thx:suggestive_of", object=EFFUSION)
    assert (both.support, both.lift, len(both.provenance)) == (10, 4.5, 2)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"subject": PNEUMOTHORAX},
        {"object": EFFUSION},
        {"relation": "thx:shows"},
        {"subject": EFFUSION, "relation": "thx:located_at"},
        {"subject": FOLD, "object": PNEUMOTHORAX},
        {"limit": 3},
        {"relation": "thx:may_mimic", "limit": 1},
        {"limit": 0},
        {"subject": "thx:no_such_concept"},
        {"relation": "thx:no_such_relation"},
    ],
)
def test_triples_match_and_come_most_supported_first(
    store: GraphStore, reference: Reference, asked: dict[str, str | int]
) -> None:
    assert store.find_triples(**asked) == reference.find_triples(**asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("hops", [0, 1, 2, 3])
def test_neighbours_of_every_concept(store: GraphStore, reference: Reference, hops: int) -> None:
    for seed in reference.entities:
        assert store.find_neighbours([seed], hops=hops) == reference.find_neighbours([seed], hops=hops), seed


def test_neighbours_by_relation_and_limit(store: GraphStore, reference: Reference) -> None:
    seeds, relations = [EFFUSION, FOLD], ["thx:caused_by", "thx:may_mimic"]
    found = store.find_neighbours(seeds, hops=2, relations=relations)
    assert found == reference.find_neighbours(seeds, hops=2, relations=relations)
    assert {triple.relation.id for triple in found} == set(relations)
    assert store.find_neighbours(seeds, hops=3, limit=7) == reference.find_neighbours(seeds, hops=3)[:7]
    assert store.find_neighbours(["thx:no_such_concept"], hops=2) == []


def test_a_walk_does_not_pass_through_the_radiograph(store: GraphStore) -> None:
    found = store.find_neighbours([FOLD], hops=3)
    assert "thx:atelectasis" not in {end.id for triple in found for end in (triple.subject, triple.object)}


def test_paths_are_shortest_first(store: GraphStore, reference: Reference) -> None:
    found = store.find_paths(FOLD, "thx:heart_failure", hops=4)
    assert found == reference.find_paths(FOLD, "thx:heart_failure", hops=4)
    assert [len(path) for path in found] == [4, 4, 4, 4]
    assert store.find_paths(FOLD, "thx:heart_failure", hops=3) == store.find_paths(FOLD, "thx:heart_failure") == []
    assert store.find_paths(EFFUSION, "thx:pneumonia") == reference.find_paths(EFFUSION, "thx:pneumonia", hops=3)
    assert [len(path) for path in store.find_paths(EFFUSION, "thx:pneumonia", limit=3)] == [1, 2, 3]
    assert store.find_paths("thx:sarcoidosis", EFFUSION) == []


def test_a_curie_cannot_carry_a_query(store: GraphStore) -> None:
    for curie in ("thx:a> } } DROP ALL #", "thx:a'}) DETACH DELETE (n) //", 'thx:a" OR 1=1'):
        try:
            assert store.find_triples(subject=curie) == []
            assert store.find_entity(curie) is None
        except InputError:
            pass  # also right: no IRI
    assert store.statistics().assertions == 38


def test_an_export_holds_the_same_lines_from_every_store(store: GraphStore, small_graph: Path, tmp_path: Path) -> None:
    made = tmp_path / "export.nq"
    digest = store.export(made)
    assert digest == read_digest(made)
    assert {node.id: node for node in read_nodes(made)} == {node.id: node for node in read_nodes(small_graph)}
    assert sorted(map(str, read_assertions(made))) == sorted(map(str, read_assertions(small_graph)))
    EXPORTED.add(digest)
    assert len(EXPORTED) == 1
    with pytest.raises(UsageError, match="cannot be written"):
        store.export(tmp_path / "none" / "export.nq")


def test_an_export_loads_as_the_same_graph(store: GraphStore, small_graph: Path, tmp_path: Path) -> None:
    store.export(tmp_path / "export.nq")
    before, triples = store.statistics(), store.find_triples()
    try:
        store.load(tmp_path / "export.nq")
        assert store.statistics() == before
        assert store.find_triples() == triples
    finally:
        store.load(small_graph)


def test_a_query_answers_in_columns(store: GraphStore) -> None:
    if store.language == "cypher":
        text = "MATCH (c:Concept {id: $concept}) UNWIND c.synonyms AS name RETURN name ORDER BY name"
    else:
        text = (
            "SELECT ?name { GRAPH ?g { $concept <http://www.w3.org/2004/02/skos/core#altLabel> ?name } } ORDER BY ?name"
        )
    answer = store.query(text, parameters={"concept": EFFUSION})
    values = [row[0]["value"] if isinstance(row[0], dict) else row[0] for row in answer.rows]
    assert answer.columns == ("name",)
    assert values == ["effusion", "épanchement pleural", "胸水"]


def test_a_value_is_never_read_as_query(store: GraphStore) -> None:
    value = "x' }) DETACH DELETE (n) // \" } DROP ALL # \\ \n 胸"
    if store.language == "cypher":
        answer = store.query("RETURN $value AS value", parameters={"value": value})
        assert answer.rows == ((value,),)
    else:
        answer = store.query("SELECT ?same { BIND($value AS ?same) }", parameters={"value": value})
        assert answer.rows[0][0]["value"] == value


UPDATES = {
    "cypher": [
        "CREATE (:Concept {id: 'thx:x'})",
        "MATCH (n) DETACH DELETE n",
        "MATCH (c:Concept) /* , */ sEt c.label = 'x'",
        "MATCH (c:Concept)\nREMOVE\nc.label",
        "MERGE (c:Concept {id: 'x'}) RETURN c",
        "MATCH (c) WITH c FOREACH (x IN [1] | CREATE (:X))",
        "LOAD CSV FROM 'file:///etc/hostname' AS line RETURN line",
        "LOAD FROM '/etc/hostname' (file_format='csv', header=false) RETURN *",
        "MATCH (c) WHERE 1.LOAD CSV FROM 'x' AS y RETURN y",
        "CALL dbms.components()",
        "CALL show_tables() RETURN *",
        "MATCH (n) CALL { WITH n DELETE n } RETURN 1",
        "COPY (MATCH (n) RETURN n.id) TO 'stolen.csv'",
        "EXPORT DATABASE 'stolen'",
        "IMPORT DATABASE 'x'",
        "INSTALL httpfs",
        "ATTACH 'x' AS y (dbtype lbug)",
        "CHECKPOINT",
        "BEGIN TRANSACTION",
        "PROFILE MATCH (n) DELETE n",
        "EXPLAIN MATCH (n) RETURN n",
        "DROP TABLE Concept",
        "RETURN 1; MATCH (n) DETACH DELETE n",
        "RETURN 'a' /* ' */; DROP TABLE Concept //'",
        "\\u0043REATE (:Concept {id: 'x'})",
        "RETURN '\\u0027 CREATE (:X) //",
        "// only a comment",
        "",
    ],
    "sparql": [
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "DELETE WHERE { ?s ?p ?o }",
        "PREFIX x: <urn:x>\ninsert { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "DROP ALL",
        "CLEAR # all\n ALL",
        "LOAD <file:///etc/hostname>",
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { sErViCe SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { S\\u0045RVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p '#' . SERVICE<http://127.0.0.1:1/>{ ?s ?p ?o } }",
        "SELECT * FROM <file:///etc/hostname> { ?s ?p ?o }",
        "PREFIX x: <FILE:///etc/> SELECT * FROM NAMED x:hostname { ?s ?p ?o }",
        "SELECT * { ?s ?p ?o } ; DROP ALL",
        "ASK {} ; INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "CREATE GRAPH <urn:g>",
        "MOVE GRAPH <urn:g> TO DEFAULT",
        "# only a comment",
        "",
    ],
}


def test_anything_but_reading_is_refused(store: GraphStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for text in UPDATES[store.language]:
        with pytest.raises(StoreError) as refusal:
            store.query(text)
        assert "\n" not in str(refusal.value), text
    assert list(tmp_path.iterdir()) == []
    assert store.statistics() == GraphStatistics(entities=20, triples=35, assertions=38, sources=4)


def test_words_in_names_and_texts_are_no_updates(store: GraphStore) -> None:
    if store.language == "cypher":
        text = "MATCH (c:Concept) WHERE c.label = 'set; LOAD CSV' /* CREATE */ RETURN c.id AS `delete` // DROP"
    else:
        text = 'SELECT ?load { GRAPH ?insert { ?load a \'SERVICE\', """DROP \'""" } } # LOAD'
    assert store.query(text).rows == ()


def test_a_syntax_error_is_one_sentence(store: GraphStore) -> None:
    text = "MATCH (c:Concept RETURN c" if store.language == "cypher" else "SELECT * { ?s ?p"
    with pytest.raises(StoreError) as refusal:
        store.query(text)
    assert "\n" not in str(refusal.value)


def test_an_endless_query_ends(store: GraphStore) -> None:
    if store.language == "cypher":
        text = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a * b AS c RETURN sum(c)"
    else:
        blocks = " ".join(f"GRAPH ?g{n} {{ ?s{n} ?p{n} ?o{n} }}" for n in range(6))
        text = f"SELECT (COUNT(*) AS ?n) {{ {blocks} }}"
    start = time.monotonic()
    with pytest.raises(StoreError, match=r"longer than 0\.5 s"):
        store.query(text, limit_s=0.5)
    assert time.monotonic() - start < 5
    assert store.find_entity(EFFUSION) is not None


def test_another_graph_replaces_the_first_and_nothing_is_mixed(
    store: GraphStore, small_graph: Path, tmp_path: Path
) -> None:
    import pyoxigraph as ox

    quads = list(ox.parse(path=small_graph, format=ox.RdfFormat.N_QUADS))
    gone = {quad.subject for quad in quads if "skin_fold" in str(quad)}
    other = tmp_path / "other.nq"
    other.write_text("".join(f"{quad} .\n" for quad in quads if quad.subject not in gone), encoding="utf-8")
    try:
        store.load(other)
        assert store.digest == read_digest(other)
        assert store.statistics() == GraphStatistics(entities=19, triples=34, assertions=36, sources=4)
        assert store.find_triples(subject=FOLD) == []
        assert len(store.find_triples()) == 34
    finally:
        store.load(small_graph)
    assert store.digest == read_digest(small_graph)
    assert store.statistics() == GraphStatistics(entities=20, triples=35, assertions=38, sources=4)


def test_a_broken_file_leaves_the_old_graph(store: GraphStore, small_graph: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.nq"
    broken.write_bytes(small_graph.read_bytes()[:-200] + b"<urn:a> <urn:b")
    with pytest.raises(InputError, match=r"broken\.nq"):
        store.load(broken)
    with pytest.raises(InputError, match=r"missing\.nq"):
        store.load(tmp_path / "missing.nq")
    assert store.digest == read_digest(small_graph)
    assert store.statistics().assertions == 38


def test_every_relation_has_an_edge_label_of_its_own() -> None:
    from thoracite.kg.vocabulary import RELATIONS

    assert len({edge_label(relation) for relation in RELATIONS}) == len(RELATIONS)
