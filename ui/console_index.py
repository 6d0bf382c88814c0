"""The command that indexes the triples of a graph."""

from __future__ import annotations

from thoracite.settings import Settings
from thoracite.ui.progress import ProgressBar


def index_triples(settings: Settings, *, encoder: str | None = None) -> str:
    """Index the triples of the settings' graph by the meaning of their texts.

    Parameters
    ----------
    settings : Settings
        ``graph`` is the folder, built where there is none; with ``store`` a Neo4j, its graph is indexed there.
    encoder : str or None
        Name of the text encoder; the bundled one unless given.

    Returns
    -------
    str
        What was built, as a sentence.

    Raises
    ------
    UsageError
        If the store has no vector index.
    StoreError
        If the graph is damaged, or a server does not answer.
    ModelError
        If the text encoder is missing.
    """
    from thoracite.retrieval.index.text_encoder import load_text_encoder
    from thoracite.retrieval.index.triple_index import build_index
    from thoracite.ui.console_graph import prepare_graph

    loaded = load_text_encoder(encoder)
    with ProgressBar() as progress:
        if settings.store != "embedded":
            from thoracite.retrieval.index.neo4j_index import index_store

            size = index_store(settings, loaded, progress=progress)
            return f"{size} texts of triples are indexed at {settings.store} by {loaded.name}"
        prepare_graph(settings)
        built = build_index(settings.graph, loaded, progress=progress)
    return f"{built.texts} texts of triples are indexed in {built.folder} by {built.encoder}, {built.seconds:.1f} s"


__all__ = ["index_triples"]
