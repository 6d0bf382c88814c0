"""Commands on the graph: query it, list the published queries, build, load and check it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from thoracite.errors import InputError, UsageError
from thoracite.settings import Settings
from thoracite.ui.console.progress import ProgressBar, tell

if TYPE_CHECKING:
    from thoracite.kg.queries.published import PublishedQuery
    from thoracite.kg.stores.store import GraphStore, QueryResult

Language = Literal["sparql", "cypher"]

_SUFFIXES: dict[str, Language] = {".rq": "sparql", ".sparql": "sparql", ".cypher": "cypher", ".cql": "cypher"}
_COMMENTS = re.compile(r"\s*(?:(?:#|//)[^\n]*(?:\n|$)\s*)*")
_SPARQL = re.compile(r"(?:PREFIX|BASE|SELECT|ASK|CONSTRUCT|DESCRIBE|INSERT\s+DATA|DELETE\s+DATA)\b", re.IGNORECASE)
_CYPHER = re.compile(r"(?:OPTIONAL|MATCH|UNWIND|RETURN|WITH|CALL|CREATE|CYPHER|MERGE|SHOW|EXPLAIN)\b", re.IGNORECASE)


class Answer(NamedTuple):
    """Answer of a store, and the language of the query.

    Parameters
    ----------
    result : QueryResult
        Rows of the answer.
    language : str
        ``sparql`` or ``cypher``.

    Examples
    --------
    >>> from thoracite.kg.stores.store import QueryResult
    >>> Answer(QueryResult(columns=("n",), rows=((3,),)), "cypher").as_json()
    '{"columns": ["n"], "rows": [[3]]}'
    """

    result: QueryResult
    language: Language

    def as_json(self) -> str:
        """Write SPARQL 1.1 Query Results JSON, or columns and rows for Cypher."""
        from thoracite.ui.view import render_cypher_json, render_sparql_json

        render = render_sparql_json if self.language == "sparql" else render_cypher_json
        return json.dumps(render(self.result), ensure_ascii=False)

    def as_text(self) -> str:
        """Aligned columns; Turtle for the triples of a CONSTRUCT or DESCRIBE."""
        from thoracite.kg.stores.sparql_answer import write_graph
        from thoracite.ui.text import render_table

        if self.result.graph:
            return write_graph(self.result).decode("utf-8").rstrip("\n")
        return render_table(self.result)


def run_query(query: str, settings: Settings, *, language: str | None = None, parameters: Sequence[str] = ()) -> Answer:
    """Run a query on the graph.

    Parameters
    ----------
    query : str
        SPARQL or Cypher, a file of it, or the name of a published query.
    settings : Settings
        Settings that name the graph; the default graph is built where there is none. A folder of ``build-mentions``
        is asked in SPARQL, and never built in.
    language : str or None
        ``sparql`` or ``cypher``; guessed from the file's ending or the query's first word unless given.
    parameters : sequence of str
        Each ``NAME=VALUE``.

    Raises
    ------
    UsageError
        If it is not a query, or the store speaks the other language.
    StoreError
        If the store refuses the query.
    """
    from thoracite.kg.queries.published import fill_parameters

    spoken = _check_language(language) or _find_language(settings)
    found = find_query(query, language=spoken, asked=language is not None)
    values = fill_parameters(_declare(found, parameters), dict(map(_split_parameter, parameters)))
    store = _open_asked(settings, found)
    try:
        return Answer(store.query(found.text, parameters=values, limit_s=settings.query_limit_s), found.language)
    finally:
        store.close()


def _open_asked(settings: Settings, query: PublishedQuery) -> GraphStore:
    """The store to ask: the mention-level graph where the folder holds one, else the graph of facts."""
    from thoracite.kg.aggregate.mention_graph import open_mentions
    from thoracite.kg.graph import open_store
    from thoracite.kg.stores.folder import find_kind

    if settings.store != "embedded" or find_kind(settings.graph) != "mentions":
        prepare_graph(settings)
        return open_store(settings, language=query.language)
    if query.language == "cypher" or query.name != "as given":
        asked = "Cypher" if query.language == "cypher" else f"the published query {query.name}, which asks for facts"
        raise UsageError(
            f"{settings.graph} holds single mentions of your reports, and does not answer {asked}; ask it in SPARQL: "
            "docs/how-to/own-reports.md has an example"
        )
    return open_mentions(settings.graph)


def find_query(query: str, *, language: Language | None = None, asked: bool = False) -> PublishedQuery:
    """Find the query that a name, a path or a text stands for.

    Parameters
    ----------
    query : str
        Name of a published query, path of a file, or the query itself.
    language : str or None
        The store's language, where it has only one; decides in which language a published query is read.
    asked : bool
        Whether the user named that language: then a text is taken to be in it.

    Raises
    ------
    UsageError
        If it is none of the three.
    InputError
        If the file cannot be read.

    Examples
    --------
    >>> find_query("signs_of").language, find_query("MATCH (n) RETURN n LIMIT 1").language
    ('sparql', 'cypher')
    """
    from thoracite.kg.linking.suggestion import suggest
    from thoracite.kg.queries.published import describe_published, parse_query
    from thoracite.kg.queries.render import list_published

    name, ending = Path(query).stem, Path(query).suffix.lower()
    if not re.search(r"\s", query) and name in list_published(language or "sparql") and not Path(query).exists():
        return describe_published(name, _SUFFIXES.get(ending, language or "sparql"))
    text, told = _read_query(query), language if asked else None
    guessed = told or _SUFFIXES.get(ending if text is not query else "") or guess_language(text)
    if guessed is None:
        raise UsageError(
            f"{query[:60]!r} is not SPARQL or Cypher, not a file and not a published query; "
            "`thoracite queries` lists these, and --language names the language of a text"
            + suggest(query[:60], list_published(language or "sparql"))
        )
    return parse_query(text, name="as given", language=guessed)


def guess_language(text: str) -> Language | None:
    """Guess the language of a query by its first word, comments and Markdown fences aside, else by its fence.

    Examples
    --------
    >>> guess_language("# all\\nPREFIX a: <b> SELECT * {}"), guess_language("// all\\nmatch (n) return n")
    ('sparql', 'cypher')
    """
    from thoracite.kg.stores.pasted import read_pasted

    text, fenced = read_pasted(text)
    start = _COMMENTS.match(text)
    body = text[start.end() :] if start else text
    return "sparql" if _SPARQL.match(body) else "cypher" if _CYPHER.match(body) else fenced


def list_queries(*, as_json: bool = False) -> str:
    """List names, titles and parameters of the published queries."""
    from thoracite.kg.queries.published import describe_published
    from thoracite.kg.queries.render import list_published
    from thoracite.ui.text import align_columns

    queries = [describe_published(name) for name in list_published()]
    if as_json:
        shown = [query.model_dump(include={"name", "title", "purpose", "parameters"}) for query in queries]
        return json.dumps({"queries": shown}, ensure_ascii=False)
    return align_columns(
        [query.name, query.title, " ".join(f"{name}={value}" for name, value in query.parameters.items())]
        for query in queries
    )


def prepare_graph(settings: Settings) -> None:
    """Build the default embedded graph where there is none, and say so.

    Raises
    ------
    UsageError
        If the folder holds something else than a graph.
    """
    from thoracite.kg.graph import check_folder, ensure_graph
    from thoracite.kg.stores.folder import find_kind

    if settings.store != "embedded":
        return
    check_folder(settings.graph)
    if find_kind(settings.graph) == "empty":
        tell(f"there is no graph in {settings.graph} yet: the default one is built there")
    with ProgressBar(f"building the graph in {settings.graph}: ") as progress:
        ensure_graph(settings.graph, progress=progress)


def build_graph(
    settings: Settings, *, add: Sequence[Path] = (), reports: Path | None = None, as_json: bool = False
) -> str:
    """Build the embedded graph and return its numbers.

    Raises
    ------
    InputError, UsageError, StoreError
        From :func:`thoracite.kg.build.build.build_graph`.
    """
    from thoracite.kg.build.build import build_graph as build
    from thoracite.kg.graph import check_folder

    check_folder(settings.graph)
    with ProgressBar() as progress:
        built = build(settings.graph, reports=None if reports is None else [reports], extra=add, progress=progress)
    if as_json:
        return built.model_dump_json()
    held = built.statistics
    return (
        f"{held.entities:,} concepts, {held.triples:,} triples in {held.assertions:,} assertions from {held.sources:,} "
        f"sources; {built.digest}\nin {settings.graph}, {built.seconds:.1f} s"
    )


def load_store(settings: Settings) -> str:
    """Load the built graph into the server that ``settings.store`` names, and return its numbers.

    Raises
    ------
    UsageError
        If the store is the embedded one, which ``thoracite build`` fills.
    StoreError
        If there is no graph, or the server fails.
    """
    from thoracite.kg.graph import ensure_graph, open_store
    from thoracite.kg.stores.folder import find_nquads

    if settings.store == "embedded":
        raise UsageError("the embedded graph is filled by `thoracite build`; name a server: neo4j://…, https://…")
    store = open_store(settings)
    try:
        with ProgressBar() as progress:
            ensure_graph(settings.graph, progress=progress)
            progress(f"loading {settings.graph} into {settings.store}", 0, None)
            store.load(find_nquads(settings.graph))
        held = store.statistics()
        return f"{settings.store} holds {held.entities:,} concepts and {held.triples:,} triples; {store.digest}"
    finally:
        store.close()


def check_graph(settings: Settings, *, as_json: bool = False) -> tuple[str, int]:
    """Check the graph against its shapes and naming rules.

    Returns
    -------
    tuple of str and int
        The text to print, and the number of violations.

    Raises
    ------
    StoreError
        If there is no graph.
    """
    from thoracite.kg.build.check import check_graph as check
    from thoracite.kg.stores.folder import find_nquads

    path = find_nquads(settings.graph)
    violations = check(path)
    if as_json:
        listed = [violation.model_dump() for violation in violations]
        return json.dumps({"graph": str(path), "violations": listed}, ensure_ascii=False), len(violations)
    lines = [f"{violation.node}: {violation.problem}" for violation in violations]
    return "\n".join([*lines, f"{len(violations) or 'no'} violations in {path}"]), len(violations)


def write_ontology(knowledge: Path, output: Path) -> str:
    """Write the bundled concepts and facts again, and return their numbers.

    Raises
    ------
    InputError, UsageError
        From :func:`thoracite.kg.build.ontology.write_ontology`.
    """
    from thoracite.kg.build.ontology import write_ontology as write

    written = write(knowledge, output)
    return f"{written.concepts} concepts, {written.facts} facts from {written.sources} sources in {output}"


def _check_language(language: str | None) -> Language | None:
    known: dict[str | None, Language | None] = {None: None, "sparql": "sparql", "cypher": "cypher"}
    if language in known:
        return known[language]
    raise UsageError(f"there is no query language {language!r}; expected sparql or cypher")


def _find_language(settings: Settings) -> Language | None:
    """Return the language of a server with only one; the embedded graph speaks both."""
    if settings.store.startswith(("http://", "https://")):
        return "sparql"
    return None if settings.store == "embedded" else "cypher"


def _read_query(query: str) -> str:
    """Return a file's text where the query is a path, else the query."""
    try:
        is_file = Path(query).is_file()
    except OSError:  # too long for a path
        is_file = False
    if not is_file:
        return query
    try:
        return Path(query).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{query} cannot be read: {error}; expected a query in UTF-8") from error


def _split_parameter(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not (name and equals):
        raise UsageError(f"parameter {given!r} is wrong; expected NAME=VALUE, such as finding=thx:pneumothorax")
    return name, value


def _declare(query: PublishedQuery, given: Sequence[str]) -> PublishedQuery:
    """Declare the given parameters: a user's own query takes any, a published one only its own."""
    if query.name != "as given":
        return query
    undeclared = dict(map(_split_parameter, given))
    values = {name: _read_number(value) for name, value in undeclared.items()}
    return query.model_copy(update={"parameters": values | query.parameters})


def _read_number(text: str) -> str | int | float:
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    return float(text) if re.fullmatch(r"[+-]?\d*\.\d+(?:[eE][+-]?\d+)?", text) else text


__all__ = [
    "Answer",
    "build_graph",
    "check_graph",
    "find_query",
    "guess_language",
    "list_queries",
    "load_store",
    "prepare_graph",
    "run_query",
    "write_ontology",
]
