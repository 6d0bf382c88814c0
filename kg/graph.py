"""Opening of the graph that the settings name; it is built where there is none yet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from thoracite.errors import UsageError
from thoracite.kg.stores.folder import find_kind, is_outdated, open_graph, read_manifest, read_pointer
from thoracite.kg.stores.store import GraphStore
from thoracite.plugins import find_plugin, open_plugin
from thoracite.progress import Progress, tell_nobody
from thoracite.settings import Settings

_BOLT = {"bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"}
_HTTP = {"http", "https"}


def open_store(settings: Settings, *, language: str | None = None, build: bool = False) -> GraphStore:
    """Open the store that ``settings.store`` names.

    Parameters
    ----------
    settings : Settings
        ``store`` is ``embedded``, ``bolt://…``, ``neo4j://…`` (Neo4j), ``http(s)://…`` (SPARQL), or an address with
        the scheme of an installed plug-in (entry points ``thoracite.stores``).
    language : str or None
        ``sparql`` or ``cypher`` if the caller needs one; the embedded graph speaks both, SPARQL by default.
    build : bool
        Whether to build the default embedded graph where there is none yet.

    Raises
    ------
    UsageError
        If the address is none of these, or the store does not speak the language.
    StoreError
        If the store is missing, damaged or cannot be reached.

    Examples
    --------
    >>> open_store(Settings(store="https://example.org/sparql"), language="cypher")
    Traceback (most recent call last):
    thoracite.errors.UsageError: https://example.org/sparql answers sparql, not cypher; use neo4j://… or 'embedded'
    """
    if language not in (None, "sparql", "cypher"):
        raise UsageError(f"there is no query language {language!r}; expected sparql or cypher")
    scheme = urlsplit(settings.store).scheme
    spoken = "cypher" if scheme in _BOLT else "sparql" if scheme in _HTTP else None
    if spoken is None and scheme and (plugin := find_plugin("thoracite.stores", scheme)) is not None:
        return _check_language(open_plugin(plugin, settings.store, settings), language, settings.store)
    if settings.store != "embedded" and spoken is None:
        raise UsageError(
            f"store {settings.store!r} is unknown; expected 'embedded', bolt://…, neo4j://… or http(s)://…"
        )
    if spoken and language not in (None, spoken):
        other = "a SPARQL address (https://…)" if language == "sparql" else "neo4j://…"
        raise UsageError(f"{settings.store} answers {spoken}, not {language}; use {other} or 'embedded'")
    password = settings.store_password.get_secret_value()
    if spoken == "cypher":
        from thoracite.kg.stores.neo4j import Neo4jStore

        return Neo4jStore(settings.store, user=settings.store_user, password=password)
    if spoken == "sparql":
        from thoracite.kg.stores.sparql_endpoint import SparqlStore

        return SparqlStore(
            settings.store, user=settings.store_user, password=settings.store_password.get_secret_value()
        )
    if build:
        ensure_graph(settings.graph)
    return open_graph(settings.graph, language="cypher" if language == "cypher" else "sparql")


def _check_language(store: GraphStore, language: str | None, address: str) -> GraphStore:
    if language not in (None, store.language):
        store.close()
        raise UsageError(f"{address} answers {store.language}, not {language}; use another store or 'embedded'")
    return store


def ensure_graph(folder: Path, progress: Progress = tell_nobody) -> None:
    """Build the default graph where there is none, and again where an older release of the project built it.

    Parameters
    ----------
    folder : Path
        The graph folder; a graph built from a user's own inputs is left unchanged.
    progress : Progress
        Called with each step of the build.

    Raises
    ------
    UsageError
        If the folder cannot be written, or holds something else than a graph.
    StoreError
        If an existing graph is damaged.
    """
    check_folder(folder)
    version = read_pointer(folder)
    if version is not None and not is_outdated(version) and _is_recent(read_manifest(version)):
        return
    from thoracite.kg.build.build import build_graph  # loads the readers of books

    build_graph(folder, progress=progress)


def check_folder(folder: Path) -> None:
    """Refuse to build a graph where something else lies.

    Raises
    ------
    UsageError
        If the folder holds the mention-level graph, or other files and no graph, or is a file.
    """
    match find_kind(folder):
        case "mentions":
            raise UsageError(
                f"{folder} holds the mention-level graph of build-mentions, which is asked with `thoracite query "
                "--graph` alone; name another folder for the graph of facts"
            )
        case "other":
            raise UsageError(
                f"{folder} holds something else than a graph; name the folder of a graph, or one that is empty or new, "
                "with --graph"
            )


def _is_recent(manifest: Mapping[str, object]) -> bool:
    """Tell whether a graph was built from the user's own inputs, or from the project's current ones."""
    from thoracite.kg.build.inputs import Inputs

    return not manifest.get("default") or manifest.get("inputs") == Inputs.default().digest()


__all__ = ["check_folder", "ensure_graph", "open_store"]
