"""The graph as a Model Context Protocol server: over standard input and output, and inside ``thoracite serve``.

References
----------
Model Context Protocol. https://modelcontextprotocol.io/specification
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from thoracite import __version__
from thoracite.errors import ThoraciteError, UsageError
from thoracite.settings import Settings
from thoracite.ui.console.graph import guess_language
from thoracite.ui.mcp import tools
from thoracite.ui.service import Service
from thoracite.ui.sparql import LONGEST
from thoracite.ui.view import render_cypher_json, render_sparql_json

try:
    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.types import ToolAnnotations
except ImportError as error:  # pragma: no cover - an install without the extra
    raise UsageError("the package mcp is not installed; run pip install 'thoracite[mcp]'") from error

INSTRUCTIONS = (
    "A knowledge graph of findings and signs on chest radiographs; every edge cites its sources. Find a concept with "
    "search, read its triples with neighbours, and cite the IRI, source and place that explain_edge gives. "
    "Research use only, not a medical device."
)
Record = dict[str, Any]


def create_tools(service: Service) -> MCPServer[Any]:
    """Make the server with its five tools.

    Parameters
    ----------
    service : Service
        Opens the graph when it is first asked, and keeps callers waiting in line.

    Returns
    -------
    MCPServer
        To be run over standard input and output, or mounted.
    """
    with _keeping_log():
        server: MCPServer[Any] = MCPServer("thoracite", version=__version__, instructions=INSTRUCTIONS)
    for tool in _make_tools(service):
        server.add_tool(tool, annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False))
    return server


@contextmanager
def _keeping_log() -> Iterator[None]:
    """Undo what the package does to the root logger, which would show every record of the project twice."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


def _make_tools(service: Service) -> list[Callable[..., Record]]:
    def search(query: str, limit: int = 10) -> Record:
        """Find concepts by words ("blunted angle"), by CURIE (thx:pneumothorax) or by code (HP:0002202)."""
        with _telling(), service.reading() as retriever:
            return tools.search_concepts(retriever, query, limit=limit)

    def neighbours(concept: str, hops: int = 1, limit: int = 25) -> Record:
        """Triples about a concept (CURIE, code or name), the most supported first, with counts and sources."""
        with _telling(), service.reading() as retriever:
            return tools.list_neighbours(retriever, concept, hops=hops, limit=limit)

    def paths(start: str, end: str, hops: int = 3, limit: int = 5) -> Record:
        """Shortest chains of triples between two concepts (CURIE, code or name)."""
        with _telling(), service.reading() as retriever:
            return tools.list_paths(retriever, start, end, hops=hops, limit=limit)

    def explain_edge(first: str | None = None, second: str | None = None, assertion: str | None = None) -> Record:
        """Every assertion between two concepts, or one by its IRI: source, place, licence, confidence, queries."""
        with _telling(), service.reading() as retriever:
            return tools.explain_edge(retriever, first=first, second=second, assertion=assertion)

    def query(text: str) -> Record:
        """Ask the graph in SPARQL or Cypher. Reading only, with a time limit; nothing can be written."""
        with _telling():
            return answer_query(service, text)

    return [search, neighbours, paths, explain_edge, query]


def answer_query(service: Service, text: str) -> Record:
    """Answer a SPARQL or Cypher query in the form of ``thoracite query --json``.

    Raises
    ------
    UsageError
        If the text is neither, or too long.
    StoreError
        If it writes, reaches outside the store, is wrong, or takes too long.
    """
    if len(text) > LONGEST:
        raise UsageError(f"the query has {len(text):,} characters; expected at most {LONGEST:,}")
    language = guess_language(text)
    if language is None:
        raise UsageError("the text is no SPARQL or Cypher; expected SELECT, ASK, or MATCH … RETURN")
    result = service.query(language, text)
    return render_sparql_json(result) if language == "sparql" else render_cypher_json(result)


@contextmanager
def _telling() -> Iterator[None]:
    """Let the model read what the caller did wrong; anything else stays inside."""
    try:
        yield
    except ThoraciteError as error:
        raise ToolError(str(error)) from error


def serve_stdio(settings: Settings) -> None:
    """Answer on standard input and output until the client leaves.

    Raises
    ------
    StoreError, UsageError
        If the graph cannot be opened: before anything is answered.
    """
    service = Service(settings)
    try:
        with service.reading():  # a graph that is missing or damaged is told at once
            pass
        create_tools(service).run("stdio")
    finally:
        service.close()


__all__ = ["INSTRUCTIONS", "answer_query", "create_tools", "serve_stdio"]
