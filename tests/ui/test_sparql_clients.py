"""SPARQL over HTTP as others ask it: SPARQLWrapper and rdflib against the running server, and bare requests."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from rdflib import RDFS, Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import JSON, POST, SPARQLWrapper

from thoracite.settings import Settings
from thoracite.ui.server import create_server

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?a a <https://w3id.org/thoracite/Assertion> } }"


@pytest.fixture(scope="module")
def client(graph_settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_server(graph_settings, page=False), base_url="http://127.0.0.1") as client:
        yield client


def test_sparqlwrapper_works_against_the_running_server(running: str) -> None:
    wrapper = SPARQLWrapper(f"{running}sparql", returnFormat=JSON)
    wrapper.setQuery(COUNT)
    direct = wrapper.query().convert()
    wrapper.setMethod(POST)
    assert wrapper.query().convert() == direct
    assert int(direct["results"]["bindings"][0]["n"]["value"]) > 400


THX = "PREFIX thx: <https://w3id.org/thoracite/> "
FORMS = {
    "SELECT": THX + "SELECT ?s { ?s thx:suggestive_of thx:pneumothorax }",
    "ASK": THX + "ASK { ?s thx:suggestive_of thx:pneumothorax }",
    "CONSTRUCT": THX + "CONSTRUCT WHERE { ?s thx:suggestive_of thx:pneumothorax }",
    "DESCRIBE": THX + "DESCRIBE thx:pneumothorax",
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("wanted", ["xml", "json", "csv", "tsv", "turtle", "n3", "rdf+xml", "json-ld"])
@pytest.mark.filterwarnings(
    "ignore:Sending Accept header:RuntimeWarning",
    "ignore:Format requested was:RuntimeWarning",
    "ignore:ConjunctiveGraph is deprecated:DeprecationWarning",
)
def test_sparqlwrapper_asks_in_every_form_and_format(running: str, form: str, wanted: str, method: str) -> None:
    wrapper = SPARQLWrapper(f"{running}sparql", returnFormat=wanted)
    wrapper.setQuery(FORMS[form])
    wrapper.setMethod(method)
    answer = wrapper.queryAndConvert()
    if form in ("CONSTRUCT", "DESCRIBE"):
        graph = Graph().parse(data=answer, format="turtle") if isinstance(answer, bytes) else answer
        assert len(graph) >= 10
        return
    text = answer.toxml() if wanted == "xml" else answer.decode() if isinstance(answer, bytes) else json.dumps(answer)
    assert "true" in text if form == "ASK" else text.count("https://w3id.org/thoracite/") >= 10


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("wanted", ["xml", "json", "csv", "tsv", "application/rdf+xml"])
def test_rdflib_asks_in_every_form_and_format(running: str, wanted: str, method: str) -> None:
    graph = Graph(SPARQLStore(f"{running}sparql", returnFormat=wanted, method=method))
    assert len(list(graph.query(FORMS["SELECT"]))) >= 10
    assert graph.query(FORMS["ASK"]).askAnswer is True
    for form in ("CONSTRUCT", "DESCRIBE"):
        built = graph.query(FORMS[form]).graph
        assert built is not None
        assert len(built) >= 10


def test_rdflib_reads_one_named_graph(running: str) -> None:
    thx = "https://w3id.org/thoracite/"
    concepts = Graph(SPARQLStore(f"{running}sparql"), identifier=URIRef(f"{thx}source/concepts"))
    assert str(concepts.value(URIRef(f"{thx}pleural_effusion"), RDFS.label)) == "pleural effusion"
    assert not list(concepts.query(FORMS["SELECT"]))


def test_graphs_are_named_beside_the_query_or_in_it(client: TestClient) -> None:
    source = "https://w3id.org/thoracite/source/concepts"
    label = "ASK %s { <https://w3id.org/thoracite/pleural_effusion> <http://www.w3.org/2000/01/rdf-schema#label> ?l }"
    answers = [
        client.get("/sparql", params=[("query", label % graphs), *parameters]).json()["boolean"]
        for graphs, parameters in (
            ("", []),
            (f"FROM <{source}>", []),
            ("FROM <urn:none>", []),
            ("", [("default-graph-uri", source)]),
            ("", [("default-graph-uri", "urn:none")]),
            ("", [("named-graph-uri", source)]),
            ("FROM <urn:none>", [("default-graph-uri", source)]),
        )
    ]
    assert answers == [True, True, False, True, False, False, True]


@pytest.mark.parametrize(
    ("accept", "start"),
    [
        ("*/*", "@prefix"),
        ("text/turtle", "@prefix"),
        ("application/n-triples", "<https://w3id.org/thoracite/"),
        ("application/rdf+xml", "<?xml"),
        ("application/ld+json", "[{"),
        ("application/sparql-results+json", "@prefix"),
    ],
)
def test_triples_come_in_the_format_that_is_accepted(client: TestClient, accept: str, start: str) -> None:
    answer = client.get("/sparql", params={"query": FORMS["CONSTRUCT"]}, headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.text.startswith(start)
    refused = client.get("/sparql", params={"query": FORMS["CONSTRUCT"]}, headers={"accept": "image/png"})
    assert refused.status_code == 406
    assert "image/png" in refused.json()["error"]
