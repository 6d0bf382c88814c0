"""Commands on books, articles and files of the graph; results go to standard output."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from thoracite.errors import InputError, UsageError
from thoracite.settings import Settings
from thoracite.ui.console.progress import ProgressBar, tell


def read_knowledge(paths: Sequence[Path], output: Path, *, licence: str | None = None) -> str:
    """Read documents into a table of triples, and return the numbers.

    Raises
    ------
    InputError, UsageError
        From :func:`thoracite.kg.knowledge.table.write_knowledge`.
    """
    from thoracite.kg.knowledge.table import write_knowledge

    with ProgressBar() as progress:
        done = write_knowledge(paths, output, licence=licence, progress=progress)
    return (
        f"{done.triples:,} triples in {done.statements:,} statements, from {done.sentences:,} sentences of "
        f"{done.documents:,} documents\nin {output}; add it with `thoracite build --add {output}`"
    )


def retrieve_evidence(query: str, settings: Settings, *, as_json: bool) -> str | dict[str, Any]:
    """Retrieve the evidence for an image, words or a CURIE, as text or as JSON.

    Raises
    ------
    InputError
        From :meth:`thoracite.retrieval.retriever.Retriever.retrieve`.
    """
    from thoracite.retrieval.retriever import Retriever
    from thoracite.ui.console.graph import prepare_graph
    from thoracite.ui.text import render_retrieval_text
    from thoracite.ui.view import render_retrieval

    prepare_graph(settings)
    with Retriever(settings) as retriever:
        found = retriever.retrieve(query)
    return render_retrieval(found) if as_json else render_retrieval_text(found)


def rank_differential(
    findings: Sequence[str], denied: Sequence[str], settings: Settings, *, view: str, as_json: bool
) -> str | dict[str, Any]:
    """Rank diagnoses, as text or as JSON.

    Raises
    ------
    UsageError
        If there is no such view.
    InputError
        If the graph does not know a finding.
    """
    from thoracite.retrieval.retriever import Retriever
    from thoracite.ui.console.graph import prepare_graph
    from thoracite.ui.records.differential_answer import VIEWS, render_differential, render_differential_text

    if view not in VIEWS:
        raise UsageError(f"there is no view {view!r}; expected {', '.join(VIEWS)}")
    prepare_graph(settings)
    with Retriever(settings) as retriever:
        found = retriever.differential(findings, denied=denied, view=view)  # type: ignore[arg-type]
    return render_differential(found) if as_json else render_differential_text(found)


def fetch_pubmed(query: str, output: Path, *, maximum: int, email: str | None) -> str:
    """Fetch records of PubMed into a file.

    Raises
    ------
    InputError, UsageError
        From :func:`thoracite.kg.knowledge.pubmed_fetch.fetch_pubmed`.
    """
    from thoracite.kg.knowledge.pubmed_fetch import fetch_pubmed as fetch

    tell(f"asking eutils.ncbi.nlm.nih.gov for {query!r}")
    number = fetch(query, output, maximum=maximum, email=email)
    return f"{number:,} records in {output}; read them with `thoracite read-knowledge {output} --output triples.csv`"


def export_graph(settings: Settings, output: Path, *, form: str) -> str:
    """Write the built graph in another format.

    Raises
    ------
    StoreError, UsageError
        If there is no graph, or it cannot be written.
    """
    from thoracite.kg.build.graph_files import write_graph_files
    from thoracite.kg.graph import ensure_graph
    from thoracite.kg.stores.folder import find_nquads

    with ProgressBar() as progress:
        ensure_graph(settings.graph, progress=progress)
    write_graph_files(find_nquads(settings.graph), output, form=form)
    return f"the graph in {settings.graph} as {form} in {output}"


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
    from thoracite.ui.console.graph import prepare_graph

    loaded = load_text_encoder(encoder)
    with ProgressBar() as progress:
        if settings.store != "embedded":
            from thoracite.retrieval.index.neo4j_index import index_store

            size = index_store(settings, loaded, progress=progress)
            return f"{size} texts of triples are indexed at {settings.store} by {loaded.name}"
        prepare_graph(settings)
        built = build_index(settings.graph, loaded, progress=progress)
    return f"{built.texts} texts of triples are indexed in {built.folder} by {built.encoder}, {built.seconds:.1f} s"


def index_images(
    folder: Path, settings: Settings, *, labels: Path | None, output: Path | None, ledger: Path | None = None
) -> str:
    """Index the images of a folder by the encoder's features, and return the numbers.

    Parameters
    ----------
    folder : Path
        Folder of chest X-rays.
    settings : Settings
        The encoder, and limits on images.
    labels : Path or None
        CSV with ``image,labels`` and perhaps ``patient``.
    output : Path or None
        Folder of the index; ``FOLDER.index`` beside the folder unless given.
    ledger : Path or None
        Folder of the ledger of the graph's reports, so that patients are known in both.

    Raises
    ------
    InputError
        If the folder holds no image, none can be read, or the table cannot.
    UsageError
        If the index cannot be written, or the encoder gives no features.
    StoreError
        If another build is at work there.
    PrivacyError
        If there is no ledger in its folder.
    """
    from thoracite.retrieval.similar.build import build_image_index
    from thoracite.retrieval.similar.labels import read_labels
    from thoracite.ui.console.images import find_images
    from thoracite.vision.encoders import open_encoder

    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; expected a folder of chest X-rays")
    folder = folder.resolve()
    table = None if labels is None else read_labels(labels)
    images, place = list(find_images([folder])), output or folder.with_name(f"{folder.name}.index")
    with ProgressBar() as progress:
        encoder = open_encoder(settings.encoder, settings=settings)
        built = build_image_index(
            folder, images, place, encoder, table=table, ledger=ledger, settings=settings, progress=progress
        )
    left = f"{built.refused} are no frontal chest X-ray, {built.unread} cannot be read"
    named = f"{built.labelled} have labels" + (f"; {built.unknown} labels are no concept" if built.unknown else "")
    return (
        f"{built.images} of {len(images)} images are indexed in {built.folder} ({left}; {named})\n"
        f"see those like another with `thoracite explain IMAGE --similar {built.folder}`"
    )


__all__ = [
    "export_graph",
    "fetch_pubmed",
    "index_images",
    "index_triples",
    "rank_differential",
    "read_knowledge",
    "retrieve_evidence",
]
