"""Commands that look things up in the graph: evidence and diagnoses."""

from __future__ import annotations

from typing import Annotated

import typer

from thoracite.cli.options import Encoder, Graph, Json, Similar, Store, View, print_result, read_settings


def retrieve(
    query: Annotated[str, typer.Argument(metavar="IMAGE|TEXT|CURIE", help="An image, words or a CURIE to look up.")],
    json: Json = False,
    graph: Graph = None,
    store: Store = None,
    encoder: Encoder = None,
    similar: Similar = None,
) -> None:
    """Find the evidence for an image, a phrase or a concept."""
    from thoracite.ui.console.knowledge import retrieve_evidence

    asked = read_settings(graph=graph, store=store, encoder=encoder, similar=similar)
    print_result(retrieve_evidence(query, asked, as_json=json))


def differential(
    findings: Annotated[list[str], typer.Argument(help="What is there: names, CURIEs or codes.")],
    denied: Annotated[list[str] | None, typer.Option("--denied", help="What is absent; may be given again.")] = None,
    view: View = "unknown",
    json: Json = False,
    graph: Graph = None,
    store: Store = None,
) -> None:
    """Rank the diagnoses that explain findings, and name the sign that would tell the first two apart."""
    from thoracite.ui.console.knowledge import rank_differential

    asked = read_settings(graph=graph, store=store)
    print_result(rank_differential(findings, denied or [], asked, view=view, as_json=json))


__all__ = ["differential", "retrieve"]
