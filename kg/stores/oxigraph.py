"""The embedded RDF store: Oxigraph, on disk, SPARQL 1.1.

A store is a folder with one database folder and a file ``digest`` that names it. Loading writes beside the old one and
renames the pointer last. Readers open it read-only, so any number of processes can read it. The project's own
look-ups run in this process; users' queries run in a separate process, which is ended when their time is up.

References
----------
Oxigraph, https://oxigraph.org; SPARQL 1.1 Query Language, W3C Recommendation, 21 March 2013.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyoxigraph as ox

from thoracite.errors import InputError, StoreError
from thoracite.files import write_text
from thoracite.kg.assertions import Assertion, gather_fields, merge_assertions, read_assertion, read_field
from thoracite.kg.rdf.nquads import read_digest
from thoracite.kg.stores.lock import lock_folder
from thoracite.kg.stores.oxigraph_pool import Pool
from thoracite.kg.stores.pasted import read_pasted
from thoracite.kg.stores.sparql import (
    QueryDataset,
    SparqlGraph,
    check_reading,
    decode_names,
    names_dataset,
    parse_entities,
    render_entities,
    render_keys,
    render_values,
)
from thoracite.kg.stores.sparql_bind import bind_parameters
from thoracite.kg.stores.store import QueryResult
from thoracite.kg.stores.triple_index import REMEMBERED, TripleIndex
from thoracite.kg.vocabulary import ASSERTION_FIELDS, PREFIXES, expand
from thoracite.types import Entity, Triple

if TYPE_CHECKING:
    from rdflib import Dataset

_DIGEST, _SCRATCH = "digest", ".loading-"
_FIELDS = {expand(field.predicate): name for name, field in ASSERTION_FIELDS.items()}
_A, _ASSERTION = ox.NamedNode(expand("rdf:type")), ox.NamedNode(expand("thx:Assertion"))
_ENDS = {name: ox.NamedNode(expand(f"rdf:{name}")) for name in ("subject", "object")}


class OxigraphStore(SparqlGraph):
    """A graph store in one folder.

    Parameters
    ----------
    folder : Path
        Folder of the store; made by :meth:`load`.
    read_only : bool
        False for the process that loads; there may be only one.

    Raises
    ------
    StoreError
        If there is no store, or it is damaged.
    """

    name = "oxigraph"
    language: Literal["sparql", "cypher"] = "sparql"

    def __init__(self, folder: Path, read_only: bool = True) -> None:
        self._folder, self._read_only = Path(folder), read_only
        self._digest = "none"
        self._store: ox.Store | None = None
        self._pool: Pool | None = None
        if (self._folder / _DIGEST).exists():
            self._open()
        elif read_only:
            raise StoreError(f"there is no graph in {self._folder}; build one with `thoracite build`")

    def _open(self) -> None:
        try:
            digest = self._read_name()
            data = self._folder / _folder_name(digest)
            self._store = ox.Store.read_only(str(data))
        except (OSError, RuntimeError, ValueError) as error:
            raise self._damaged(error) from error
        self._digest = digest
        self._find_rows = lru_cache(maxsize=10_000)(self._read_rows)  # safe, since the store is read-only
        self._find_entity = lru_cache(maxsize=50_000)(super().find_entity)
        self._pool = Pool([sys.executable, "-m", "thoracite.kg.stores.oxigraph_worker", str(data), PREFIXES["thx"]])

    def _read_name(self) -> str:
        path = self._folder / _DIGEST
        return path.read_text(encoding="utf-8").strip() if path.exists() else "none"

    @property
    def digest(self) -> str:
        """Return the digest of the loaded graph, ``sha256:…``; ``none`` before anything is loaded."""
        return self._digest

    def load(self, nquads: Path, *, digest: str | None = None) -> None:
        """Load a build's N-Quads; running it again changes nothing.

        Parameters
        ----------
        nquads : Path
            N-Quads of a build.
        digest : str or None
            Its digest, if the caller knows it; computed from the file otherwise.

        Raises
        ------
        StoreError
            If the store was opened read-only, another load is running, or it cannot be written.
        InputError
            If the file is not N-Quads.
        """
        if self._read_only:
            raise StoreError(f"graph store {self._folder} is open for reading only; open it with read_only=False")
        digest = digest or read_digest(nquads)
        if digest == self._digest:
            return
        try:
            with lock_folder(self._folder, "load"):
                self._replace(nquads, digest)
        except SyntaxError as error:
            raise InputError(f"graph {nquads} is not N-Quads: {error.msg}; expected the N-Quads of a build") from error
        except (OSError, RuntimeError) as error:
            raise StoreError(
                f"graph store {self._folder} cannot be written: {error}; the old graph is untouched"
            ) from error
        self._open()

    def _replace(self, nquads: Path, digest: str) -> None:
        """Fill a new database and point to it; the caller holds the lock."""
        if self._read_name() == digest:  # another load of the same graph was first
            return
        for leftover in self._folder.glob(f"{_SCRATCH}*"):  # of loads that died
            shutil.rmtree(leftover, ignore_errors=True)
        data, part = self._folder / _folder_name(digest), self._folder / f"{_SCRATCH}{os.getpid()}"
        try:
            _fill(part, nquads)
            self.close()
            shutil.rmtree(data, ignore_errors=True)
            os.replace(part, data)
            write_text(self._folder / _DIGEST, digest + "\n")
        finally:
            shutil.rmtree(part, ignore_errors=True)
        for old in self._folder.iterdir():
            if old.is_dir() and old != data:
                shutil.rmtree(old, ignore_errors=True)

    def find_entity(self, entity: str) -> Entity | None:
        """Return the concept with this CURIE.

        Raises
        ------
        InputError
            If the CURIE has an unknown prefix.
        """
        self._opened()
        return self._find_entity(entity)

    def read_triples(
        self,
        *,
        subjects: Collection[str] | None = None,
        relations: Collection[str] | None = None,
        objects: Collection[str] | None = None,
        limit: int = 1000,
    ) -> list[Triple]:
        """Read triples whose parts are among the given CURIEs (None: any), most supported first, then by their key.

        It uses the store's indexes, a hundred times faster than the same in SPARQL; a small graph is cached.
        """
        self._opened()
        read = self._read_stored if self._index is None else self._index.read_triples
        return read(subjects=subjects, relations=relations, objects=objects, limit=limit)

    @cached_property
    def _index(self) -> TripleIndex | None:
        """Return the whole graph, if it is small; cached until its folder changes."""
        found: Iterable[Any] = self._opened().quads_for_pattern(None, _A, _ASSERTION, None)
        nodes = list(islice(found, REMEMBERED + 1))
        if len(nodes) > REMEMBERED:
            return None
        rows = [self._read_assertion(quad.subject, quad.graph_name) for quad in nodes]
        ends = {end for row in rows for end in (row.subject, row.object)}
        return TripleIndex(merge_assertions(rows, parse_entities(self.select(render_entities(ends)))))

    def _read_stored(
        self,
        *,
        subjects: Collection[str] | None,
        relations: Collection[str] | None,
        objects: Collection[str] | None,
        limit: int,
    ) -> list[Triple]:
        given = {"subject": subjects, "relation": relations, "object": objects}
        among = {name: frozenset(curies) for name, curies in given.items() if curies is not None}
        if subjects is None and objects is None:
            kept = self._read_most_supported(relations, limit)
        else:
            end = min((name for name in ("subject", "object") if name in among), key=lambda name: len(among[name]))
            rows = (row for curie in among[end] for row in self._find_rows(end, curie))
            kept = [row for row in rows if all(getattr(row, name) in curies for name, curies in among.items())]
        named = {curie: self._find_entity(curie) for row in kept for curie in (row.subject, row.object)}
        return merge_assertions(kept, {curie: entity for curie, entity in named.items() if entity})[:limit]

    def _read_most_supported(self, relations: Collection[str] | None, limit: int) -> list[Assertion]:
        """Read assertions of the most supported triples of the whole graph."""
        found = self.select(render_keys(render_values(relation=relations), limit))
        keys = {tuple(read_field("id", row[name]) for name in ("subject", "relation", "object")) for row in found}
        subjects = {subject for subject, _, _ in keys}
        rows = (row for subject in subjects for row in self._find_rows("subject", subject))
        return [row for row in rows if (row.subject, row.relation, row.object) in keys]

    def _read_rows(self, end: str, entity: str) -> tuple[Assertion, ...]:
        """Read assertions with an entity at one end."""
        found = self._match(None, _ENDS[end], ox.NamedNode(expand(entity)), None)
        return tuple(self._read_assertion(quad.subject, quad.graph_name) for quad in found)

    def _read_assertion(self, node: ox.NamedNode, graph: ox.NamedNode) -> Assertion:
        quads = ((quad.predicate.value, quad.object.value) for quad in self._match(node, None, None, graph))
        terms = [(_FIELDS[predicate], text) for predicate, text in quads if predicate in _FIELDS]
        return read_assertion(gather_fields([("id", node.value), *terms]))

    def _match(self, subject: Any, predicate: Any, object_: Any, graph: Any) -> Iterable[Any]:
        try:
            return list(self._opened().quads_for_pattern(subject, predicate, object_, graph))
        except (OSError, RuntimeError) as error:
            raise self._damaged(error) from error

    def select(self, query: str) -> list[dict[str, str]]:
        """Run one of the project's own queries and return the text of each bound term, by variable."""
        try:
            results = self._opened().query(query)
            if not isinstance(results, ox.QuerySolutions):
                raise StoreError("a SELECT query was expected here")
            names = [variable.value for variable in results.variables]
            return [_read_row(names, row) for row in results]
        except (OSError, RuntimeError) as error:
            raise self._damaged(error) from error

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
            SELECT, ASK, CONSTRUCT or DESCRIBE; the latter two give columns subject, predicate, object. ``<mass>``, a
            relative IRI, is ``thx:mass`` unless the query says ``BASE``.
        parameters : mapping of str to value or None
            Values in place of variables; see :func:`thoracite.kg.stores.sparql_bind.bind_parameters`.
        limit_s : float
            Time limit in seconds.
        dataset : QueryDataset or None
            Graphs to read in place of those of ``FROM``; without either, the default graph is the union of all.

        Raises
        ------
        StoreError
            For a syntax error, an update, SERVICE, the time limit, or an answer of more than 200,000 rows.
        """
        text = decode_names(read_pasted(text).text)
        check_reading(text, graphs=True)
        bound = bind_parameters(text, parameters) if parameters else text
        self._opened()
        assert self._pool is not None  # noqa: S101 - opened together with the store
        answer = self._pool.ask(bound, limit_s, dataset or ("query" if names_dataset(bound) else "all"))
        return QueryResult(
            columns=tuple(answer.get("columns", ())),
            rows=tuple(map(tuple, answer.get("rows", ()))),
            boolean=answer.get("boolean"),
            graph=bool(answer.get("graph")),
        )

    def as_dataset(self) -> Dataset:
        """Return the graph for users of rdflib: every named graph, and their union as the default graph."""
        from oxrdflib import OxigraphStore as RdflibStore
        from rdflib import Dataset, Graph
        from rdflib.query import Result

        class Reading(RdflibStore):
            """Store without ``add_graph``, which ``Dataset.graph()`` calls, and whose answers hold no open query."""

            def add_graph(self, graph: Graph) -> None:
                """Do nothing: the graph exists, or is empty."""

            def query(self, *args: Any, **given: Any) -> Result:
                """Answer with rows that are read: rdflib's answer is a circle, and one that still holds a query is
                dropped whenever circles are collected, in whatever thread, where pyoxigraph cannot drop it."""
                answer = super().query(*args, **given)
                if answer.type == "SELECT":
                    answer.bindings = list(answer.bindings)
                return answer

        return Dataset(store=Reading(store=self._opened()), default_union=True)

    def close(self) -> None:
        """Close the files and end the processes that answer queries."""
        if self._pool is not None:
            self._pool.close()
        self._store = self._pool = None
        self.__dict__.pop("_index", None)

    def _opened(self) -> ox.Store:
        if self._store is None:
            raise StoreError(f"graph store {self._folder} is closed or empty; load a graph or open it again")
        return self._store

    def _damaged(self, error: BaseException) -> StoreError:
        reason = " ".join(str(error).split())[:160]
        return StoreError(f"graph store {self._folder} is damaged or of another version ({reason}); build it again")


def _fill(data: Path, nquads: Path) -> None:
    data.mkdir(parents=True)
    database = ox.Store(str(data))
    database.bulk_load(path=str(nquads), format=ox.RdfFormat.N_QUADS)
    database.flush()


def _read_row(names: list[str], row: ox.QuerySolution) -> dict[str, str]:
    bound = ((name, row[name]) for name in names)
    return {name: term.value for name, term in bound if isinstance(term, ox.NamedNode | ox.Literal)}


def _folder_name(digest: str) -> str:
    return digest.removeprefix("sha256:")[:20]


__all__ = ["OxigraphStore"]
