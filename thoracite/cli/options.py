"""Options that several commands take, and how their results are printed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Graph = Annotated[Path | None, typer.Option("--graph", help="Folder of the graph; built there when missing.")]
Store = Annotated[
    str | None, typer.Option("--store", help="'embedded', or a server: neo4j://…, bolt://…, https://… (SPARQL).")
]
Generator = Annotated[str | None, typer.Option("--generator", help="Who writes the sentences.")]
Encoder = Annotated[str | None, typer.Option("--encoder", help="Who reads the image.")]
NoGraph = Annotated[bool, typer.Option("--no-graph", help="Observations only, without the knowledge graph.")]
Processes = Annotated[int, typer.Option("--processes", min=1, help="Worker processes.")]
View = Annotated[str, typer.Option("--view", help="PA, AP or lateral; as the file states it unless given.")]


def read_settings(**arguments: Any) -> Any:
    """The settings with what was asked for on the command line."""
    from thoracite.settings import Settings

    return Settings.read(arguments=arguments)


def print_result(result: str | dict[str, Any]) -> None:
    """Print a result on standard output, an object as JSON."""
    import json

    typer.echo(result if isinstance(result, str) else json.dumps(result, ensure_ascii=False))


__all__ = [
    "Encoder",
    "Generator",
    "Graph",
    "Json",
    "NoGraph",
    "Processes",
    "Store",
    "View",
    "print_result",
    "read_settings",
]
