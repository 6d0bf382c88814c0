"""The graph for language models, asked by the official client: over standard input and output, and over HTTP."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

pytest.importorskip("mcp", reason="needs the extra mcp")

from mcp import StdioServerParameters
from mcp.client import Client

from thoracite.errors import InputError
from thoracite.kg.graph import open_store
from thoracite.kg.queries.assertion import find_assertion, find_source
from thoracite.retrieval.retriever import Retriever
from thoracite.settings import Settings
from thoracite.ui.mcp import tools

TOOLS = ["explain_edge", "neighbours", "paths", "query", "search"]


@asynccontextmanager
async def call_stdio(graph: Path) -> AsyncIterator[Client]:
    environment = {name: value for name, value in os.environ.items() if name.startswith(("PYTHON", "OMP_"))}
    words = ["-m", "thoracite.cli", "mcp", "--graph", str(graph)]
    async with Client(StdioServerParameters(command=sys.executable, args=words, env=environment)) as client:
        yield client


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    answer = await client.call_tool(tool, arguments)
    assert not answer.is_error, answer.content
    return answer.structured_content


async def ask_everything(client: Client) -> None:
    listed = (await client.list_tools()).tools
    assert sorted(tool.name for tool in listed) == TOOLS
    assert all(tool.annotations and tool.annotations.read_only_hint and tool.description for tool in listed)
    (found, *_) = (await call(client, "search", query="blunted costophrenic angles"))["concepts"]
    (code, *_) = (await call(client, "search", query="NIH14:Effusion"))["concepts"]
    assert code["id"] == "thx:pleural_effusion"
    about = (await call(client, "neighbours", concept=found["id"], limit=5))["triples"]
    assert 0 < len(about) <= 5
    assert all(found["id"] in (triple["subject_id"], triple["object_id"]) for triple in about)
    assert all(triple["support"] > 0 and triple["provenance"] and triple["assertions"] for triple in about)
    (path, *_) = (await call(client, "paths", start=found["id"], end="congestive heart failure"))["paths"]
    assert {found["id"], "thx:congestive_heart_failure"} <= {
        triple[end] for triple in path for end in ("subject_id", "object_id")
    }
    await explain(client)
    await refuse(client)


async def explain(client: Client) -> None:
    edges = (await call(client, "explain_edge", first="meniscus sign", second="thx:pleural_effusion"))["edges"]
    assert "thx:has_radiographic_sign" in {edge["relation_id"] for edge in edges}
    for edge in edges:  # the sign of the finding, and what else is stated between both
        await explain_one(client, edge)


async def explain_one(client: Client, edge: dict[str, Any]) -> None:
    for one in edge["assertions"]:
        assert one["iri"].startswith("https://w3id.org/thoracite/assertion/")
        assert one["source"]["title"]
        assert one["locator"]
        assert one["licence"]
        assert one["confidence"] in ("high", "medium", "low", "not stated")
        (same,) = (await call(client, "explain_edge", assertion=one["iri"]))["edges"]
        assert same["assertions"] == [one]
    sparql = await call(client, "query", text=edge["sparql"])
    cypher = await call(client, "query", text=edge["cypher"])
    assert len(sparql["results"]["bindings"]) == len(cypher["rows"]) == len(edge["assertions"])
    assert await call(client, "query", text=f"```cypher\n{edge['cypher']}\n```") == cypher
    assert await call(client, "query", text=f"Ask this:\n```sparql\n{edge['sparql']}\n```") == sparql


async def refuse(client: Client) -> None:
    wrong = {
        "query": [
            {"text": "INSERT DATA { <a:b> <a:b> <a:b> }"},
            {"text": "CREATE (:Concept {id: 'x'})"},
            {"text": "MATCH (n) DETACH DELETE n"},
            {"text": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"},
            {"text": "hello"},
        ],
        "neighbours": [{"concept": "xyzzy"}, {}],
        "explain_edge": [{"first": "mass"}, {"assertion": "thxa:0000"}, {"assertion": "nonsense"}],
        "search": [{"query": " "}],
    }
    for tool, calls in wrong.items():
        for arguments in calls:
            answer = await client.call_tool(tool, arguments)
            assert answer.is_error, (tool, arguments)
            assert "Traceback" not in str(answer.content)
    refused = await client.call_tool("query", wrong["query"][0])
    assert "refused" in str(refused.content)
    assert (await call(client, "query", text="ASK { GRAPH ?g { <a:b> <a:b> <a:b> } }"))["boolean"] is False


def run(function: Callable[[], Any]) -> None:
    async def limited() -> None:
        with anyio.fail_after(120):
            await function()

    anyio.run(limited)


def test_a_client_over_standard_input_and_output_finds_explains_and_is_refused(graph_folder: Path) -> None:
    async def ask() -> None:
        async with call_stdio(graph_folder) as client:
            await ask_everything(client)

    run(ask)


def test_a_client_over_http_gets_the_same_answers(running: str) -> None:
    async def ask() -> None:
        async with Client(f"{running}mcp") as client:
            await ask_everything(client)

    run(ask)


@pytest.fixture(scope="module", params=["sparql", "cypher"])
def retriever(request: pytest.FixtureRequest, graph_folder: Path) -> Any:
    store = open_store(Settings(graph=graph_folder), language=request.param)
    with Retriever(store=store) as opened:
        yield opened


def test_both_languages_give_the_same_tools(retriever: Retriever) -> None:
    (concept,) = tools.search_concepts(retriever, "thx:pneumothorax")["concepts"]
    assert (concept["label"], concept["iri"]) == ("pneumothorax", "https://w3id.org/thoracite/pneumothorax")
    assert tools.search_concepts(retriever, "zzzz")["concepts"] == []
    assert len(tools.search_concepts(retriever, "effusion", limit=3)["concepts"]) == 3
    near = tools.list_neighbours(retriever, "pneumothorax", hops=99, limit=10_000)["triples"]
    assert len(near) == tools.LONGEST_LIST
    assert tools.list_paths(retriever, "pneumothorax", "pneumothorax")["paths"] == []


def test_an_assertion_is_found_by_its_iri_and_says_its_source(retriever: Retriever) -> None:
    (triple, *_) = retriever.store.find_triples(subject="thx:pleural_effusion", relation="thx:has_radiographic_sign")
    place = triple.provenance[0]
    assert place.assertion is not None
    row = find_assertion(retriever.store, place.assertion)
    assert row is not None
    assert (row.subject, row.relation, row.object) == triple.key
    assert (row.source, row.locator, row.licence) == (place.source, place.locator, place.licence)
    source = find_source(retriever.store, row.source)
    assert source is not None
    assert source.title
    described = tools.describe_assertion(retriever.store, place.assertion)
    assert described is not None
    assert described["subject"]["label"] == "pleural effusion"
    assert described["locator"] == place.locator
    assert find_assertion(retriever.store, "thxa:0") is None
    assert tools.describe_assertion(retriever.store, "thxa:0") is None
    assert find_source(retriever.store, "thxs:nosuch") is None
    with pytest.raises(InputError, match="names no assertion"):
        find_assertion(retriever.store, "thxa:a> ?p ?o } #")
