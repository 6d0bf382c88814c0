"""Any SPARQL 1.1 endpoint, through SPARQLWrapper.

Loading needs an endpoint that takes updates. Batches go into separate graphs (``urn:thoracite:loading:…``), which
no query of the project sees; one last update moves them all to their names, so that readers find the old graph or the
new one. An interrupted load resumes after its last batch.

References
----------
SPARQL 1.1 Protocol, SPARQL 1.1 Update. W3C Recommendations, 21 March 2013.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from http.client import HTTPException
from itertools import islice
from pathlib import Path
from typing import Any, Literal
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit

import pyoxigraph as ox
from SPARQLWrapper import BASIC, JSON, POST, TURTLE, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import EndPointNotFound, SPARQLWrapperException, Unauthorized

from thoracite.errors import InputError, StoreError
from thoracite.kg.rdf.nquads import read_digest, read_quads
from thoracite.kg.stores.pasted import read_pasted
from thoracite.kg.stores.sparql import PROLOGUE, QueryDataset, SparqlGraph, check_reading, names_dataset
from thoracite.kg.stores.sparql_bind import bind_parameters
from thoracite.kg.stores.store import QueryResult
from thoracite.kg.vocabulary import PREFIXES

_BATCH = 5_000
_PATIENCE_S = 60.0
_MOST_GRAPHS = 2_000
"""Up to so many graphs are named to an endpoint, where its default graph is not their union."""
_LOADING = "urn:thoracite:loading:"
_NO_LOAD = f'!STRSTARTS(STR(?g), "{_LOADING}")'
_DIGEST = f"{PROLOGUE}SELECT ?digest WHERE {{ GRAPH thxs:build {{ thxs:build thx:digest ?digest }} }}"
_TRIPLES = re.compile(
    r"\A(?:\s|#[^\r\n]*[\r\n]|(?:PREFIX\s+\S*\s*<[^>]*>)|(?:BASE\s*<[^>]*>))*(CONSTRUCT|DESCRIBE)", re.I
)


class SparqlStore(SparqlGraph):
    """A graph store behind a SPARQL 1.1 endpoint.

    Parameters
    ----------
    address : str
        Address of queries: ``http://127.0.0.1:3030/ds``.
    update : str or None
        Address of updates; unless given, ``…/update`` beside ``…/query`` and ``…/sparql``, else the same address.
    user, password : str
        For HTTP basic authentication; none without a password.

    Raises
    ------
    StoreError
        If the endpoint does not answer.
    """

    name = "sparql"
    language: Literal["sparql", "cypher"] = "sparql"

    def __init__(self, address: str, *, update: str | None = None, user: str = "", password: str = "") -> None:
        self._address = address.rstrip("/")
        self._update = update or re.sub(r"/(query|sparql)$", "/update", self._address)
        self._user, self._password = user, password
        self._digest = self._read_digest()

    def _read_digest(self) -> str:
        rows = self.select(_DIGEST)
        return rows[0]["digest"] if rows else "none"

    @property
    def digest(self) -> str:
        """Return the digest of the last loaded graph, ``sha256:…``; ``none`` where the endpoint has none."""
        return self._digest

    def select(self, query: str) -> list[dict[str, str]]:
        """Run one of the project's own queries and return the text of each bound term, by variable."""
        answer = self._ask(query, _PATIENCE_S)
        return [{name: term["value"] for name, term in row.items()} for row in answer["results"]["bindings"]]

    def query(
        self,
        text: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        limit_s: float = 10.0,
        dataset: QueryDataset | None = None,
    ) -> QueryResult:
        """Answer a SPARQL query that only reads.

        Parameters
        ----------
        text : str
            SELECT, ASK, CONSTRUCT or DESCRIBE; the latter two give columns subject, predicate, object.
        parameters : mapping of str to value or None
            Values in place of variables; see :func:`thoracite.kg.stores.sparql_bind.bind_parameters`.
        limit_s : float
            Time limit in seconds.
        dataset : QueryDataset or None
            Graphs to read in place of those of ``FROM``; without either, the default graph is the union of all.

        Raises
        ------
        StoreError
            For a syntax error, an update, SERVICE or the time limit.
        """
        text = read_pasted(text).text
        check_reading(text, graphs=True)
        bound = bind_parameters(text, parameters) if parameters else text
        graphs = dataset or (None if names_dataset(bound) else self._union)
        if _TRIPLES.match(bound):
            return _read_graph(self._send(bound, limit_s, TURTLE, graphs))
        answer = self._ask(bound, limit_s, graphs)
        if "boolean" in answer:
            return QueryResult(boolean=bool(answer["boolean"]))
        columns = tuple(answer["head"]["vars"])
        rows = tuple(tuple(row.get(name) for name in columns) for row in answer["results"]["bindings"])
        return QueryResult(columns=columns, rows=rows)

    @cached_property
    def _union(self) -> QueryDataset | None:
        """All graphs as default and as named ones; None where the endpoint's default graph is their union already."""
        probe = f"ASK {{ GRAPH ?g {{ ?s ?p ?o }} FILTER({_NO_LOAD}) FILTER NOT EXISTS {{ ?s ?p ?o }} }}"
        if not self._ask(probe, _PATIENCE_S)["boolean"]:
            return None
        query = f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER({_NO_LOAD}) }} LIMIT {_MOST_GRAPHS + 1}"
        graphs = tuple(sorted(row["g"] for row in self.select(query)))
        return QueryDataset(graphs, graphs) if len(graphs) <= _MOST_GRAPHS else None

    def load(self, nquads: Path) -> None:
        """Load a build's N-Quads in batches; running it again changes nothing.

        Raises
        ------
        StoreError
            If the endpoint takes no updates, or fails meanwhile; the old graph stays unchanged.
        InputError
            If the file is not N-Quads, or has a quad without a named graph or with a blank node.
        """
        digest = read_digest(nquads)
        if digest == self._read_digest():
            return
        build = digest.removeprefix("sha256:")[:12]
        done = self._read_progress(build)
        graphs: set[str] = set()
        total = 0
        for batch in _read_batches(nquads):
            graphs.update(str(quad.graph_name) for quad in batch)
            total += len(batch)
            if total > done:
                self._send_update(_render_batch(batch, build, total))
        self._check_staged(build, total)
        self._send_update(_render_switch(sorted(graphs), self._list_graphs(), build, digest))
        self._check_switched(sorted(graphs), total)
        self.__dict__.pop("_union", None)
        self._digest = self._read_digest()

    def _read_progress(self, build: str) -> int:
        rows = self.select(f"{PROLOGUE}SELECT ?n WHERE {{ GRAPH <{_LOADING}{build}> {{ ?build thx:loaded ?n }} }}")
        return max((int(row["n"]) for row in rows), default=0)

    def _check_staged(self, build: str, total: int) -> None:
        pattern = f'{{ GRAPH ?g {{ ?s ?p ?o }} FILTER STRSTARTS(STR(?g), "{_LOADING}{build}:") }}'
        staged = int(self.select(f"SELECT (COUNT(*) AS ?n) WHERE {pattern}")[0]["n"])
        if staged != total:
            self._send_update(f"DROP SILENT GRAPH <{_LOADING}{build}>")
            raise StoreError(
                f"{self._address} holds {staged} of {total} quads of the new graph, as if something else changed "
                "them; nothing was switched, load once more"
            )

    def _check_switched(self, graphs: list[str], total: int) -> None:
        """Check the moved graphs, since endpoints move them differently; one that loses quads gets no digest."""
        values = f"VALUES ?g {{ {' '.join(graphs)} }}"
        moved = int(self.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ {values} GRAPH ?g {{ ?s ?p ?o }} }}")[0]["n"])
        if moved != total:
            self._send_update(f"{PROLOGUE}DROP SILENT GRAPH thxs:build")
            raise StoreError(f"{self._address} kept {moved} of {total} quads of the new graph; load once more")

    def _list_graphs(self) -> list[str]:
        query = (
            f'SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER STRSTARTS(STR(?g), "{PREFIXES["thxs"]}") }}'
        )
        return [f"<{row['g']}>" for row in self.select(query)]

    def _ask(self, query: str, limit_s: float, graphs: QueryDataset | None = None) -> dict[str, Any]:
        body = self._send(query, limit_s, JSON, graphs)
        try:
            answer: dict[str, Any] = json.loads(body)
        except ValueError as error:
            raise StoreError(f"{self._address} answered no SPARQL results in JSON; is it a SPARQL endpoint?") from error
        if not isinstance(answer, dict) or not answer.keys() & {"results", "boolean"}:
            raise StoreError(f"{self._address} answered JSON that is not a SPARQL result; is it a SPARQL endpoint?")
        return answer

    def _send_update(self, update: str) -> None:
        try:
            self._send(update, _PATIENCE_S, JSON)
        except StoreError as error:
            if isinstance(error.__cause__, EndPointNotFound):
                raise StoreError(f"{self._address} takes no updates at {self._update}; load where it does") from error
            raise

    def _send(self, text: str, limit_s: float, answer: str, graphs: QueryDataset | None = None) -> bytes:
        wrapper = SPARQLWrapper(self._address, updateEndpoint=self._update, returnFormat=answer)
        wrapper.setQuery(text)
        wrapper.setMethod(POST)
        for name, iris in zip(("default-graph-uri", "named-graph-uri"), graphs or (), strict=False):
            for iri in iris:
                wrapper.addParameter(name, iri)
        wrapper.timeout = limit_s  # type: ignore[assignment]  # its setter drops fractions
        if self._password:
            wrapper.setHTTPAuth(BASIC)
            wrapper.setCredentials(self._user, self._password)
        try:
            response = wrapper.query().response
            with response:
                return bytes(response.read())
        except (SPARQLWrapperException, OSError, HTTPException) as error:
            sentence = self._say(error, limit_s)
            for answered in (error, error.__context__):
                if isinstance(answered, HTTPError):
                    answered.close()
            raise StoreError(sentence) from error

    def _say(self, error: Exception, limit_s: float) -> str:
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, TimeoutError) or (isinstance(error, HTTPError) and error.code == 503):
            return f"the query took longer than {limit_s:g} s; narrow it, or raise query_limit_s"
        if isinstance(error, Unauthorized):
            return f"{self._address} refused the user or the password; set store_user and store_password"
        if isinstance(error, EndPointNotFound):
            return f"there is no SPARQL endpoint at {self._address}; check the address"
        if isinstance(error, HTTPError):
            return f"{self._address} refused the request ({error.code} {error.reason}); does it allow it?"
        if isinstance(error, SPARQLWrapperException):
            return f"{self._address} refused the query: {_first_line(error)}"
        return (
            f"{self._address} cannot be reached ({_first_line(reason)}); is {urlsplit(self._address).netloc} running?"
        )

    def close(self) -> None:
        """Do nothing: no connection stays open between queries."""


def _read_batches(nquads: Path) -> Iterator[list[ox.Quad]]:
    quads = read_quads(nquads)
    while batch := list(islice(quads, _BATCH)):
        for quad in batch:
            if not isinstance(quad.graph_name, ox.NamedNode) or ox.BlankNode in (type(quad.subject), type(quad.object)):
                raise InputError(f"{quad} of {nquads} has no named graph or has a blank node; see decision 1")
        yield batch


def _stage(graph: str, build: str) -> str:
    return f"<{_LOADING}{build}:{quote(graph.strip('<>'), safe='')}>"


def _render_batch(batch: list[ox.Quad], build: str, total: int) -> str:
    graphs: dict[str, list[str]] = {}
    for quad in batch:
        graphs.setdefault(str(quad.graph_name), []).append(f"{quad.subject} {quad.predicate} {quad.object} .")
    data = "\n".join(f"GRAPH {_stage(graph, build)} {{\n" + "\n".join(rows) + "\n}" for graph, rows in graphs.items())
    progress = f"GRAPH <{_LOADING}{build}> {{ thxs:build thx:loaded {total} }}"
    return f"{PROLOGUE}INSERT DATA {{ {data} {progress} }}"


def _render_switch(graphs: list[str], old: list[str], build: str, digest: str) -> str:
    """Render one request, so that a store with transactions shows either the old graphs or the new ones."""
    steps = [f"DROP SILENT GRAPH {graph}" for graph in old if graph not in graphs]
    steps += [step for graph in graphs for step in _render_move(graph, _stage(graph, build))]
    steps += [f"DROP SILENT GRAPH <{_LOADING}{build}>", "DROP SILENT GRAPH thxs:build"]
    steps += [f'INSERT DATA {{ GRAPH thxs:build {{ thxs:build thx:digest "{digest}" }} }}']
    return PROLOGUE + " ;\n".join(steps)


def _render_move(graph: str, stage: str) -> Iterator[str]:
    """Render ``MOVE`` as single steps: with a ``MOVE`` onto a graph that is not empty, Jena TDB2 5.3 loses triples."""
    yield f"DROP SILENT GRAPH {graph}"
    yield f"INSERT {{ GRAPH {graph} {{ ?s ?p ?o }} }} WHERE {{ GRAPH {stage} {{ ?s ?p ?o }} }}"
    yield f"DROP SILENT GRAPH {stage}"


def _read_graph(body: bytes) -> QueryResult:
    rows = tuple(
        tuple(_render_term(term) for term in (triple.subject, triple.predicate, triple.object))
        for triple in ox.parse(body, format=ox.RdfFormat.TURTLE)
    )
    return QueryResult(columns=("subject", "predicate", "object"), rows=rows, graph=True)


def _render_term(term: Any) -> dict[str, str]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    kind = {} if term.datatype.value == PREFIXES["xsd"] + "string" else {"datatype": term.datatype.value}
    return {"type": "literal", "value": term.value, **kind}


def _first_line(error: Any) -> str:
    text = str(error)
    if "Response:" in text:
        text = text.split("Response:", 1)[1].strip().removeprefix("b").strip("'\"\n")
    return " ".join(text.replace("\\n", " ").replace("\\r", " ").split())[:200]


__all__ = ["SparqlStore"]
