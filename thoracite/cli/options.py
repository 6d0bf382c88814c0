"""Options that several commands share, and the printing of their results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Graph = Annotated[Path | None, typer.Option("--graph", help="Folder of the graph; built there if missing.")]
Store = Annotated[
    str | None, typer.Option("--store", help="'embedded', or a server: neo4j://…, bolt://…, https://… (SPARQL).")
]
Generator = Annotated[
    str | None,
    typer.Option(
        "--generator",
        help="Who writes: template (default: more of it is released), thoracite-mini-llava, llava:OWNER/MODEL|FOLDER, "
        "med-xpt:FOLDER, openai:ADDRESS.",
    ),
]
Indication = Annotated[str | None, typer.Option("--indication", help="Words of the request; cited as such alone.")]
Earlier = Annotated[
    str | None,
    typer.Option(
        "--prior", help="An earlier film of the patient (PNG, JPEG, DICOM) to compare with, or words of its report."
    ),
]
Dropped = Annotated[bool, typer.Option("--dropped", help="Also tell sentences that were not released, and why.")]
Encoder = Annotated[str | None, typer.Option("--encoder", help="Encoder that reads the image.")]
NoGraph = Annotated[bool, typer.Option("--no-graph", help="Observations only, without the knowledge graph.")]
Processes = Annotated[int, typer.Option("--processes", min=1, help="Worker processes.")]
Prevalence = Annotated[
    Path | None,
    typer.Option("--prevalence", help="CSV with finding,share_all: how common findings are; ChestX-ray14 by default."),
]
Risk = Annotated[
    float | None,
    typer.Option(
        "--risk", help="Certified release: the most a statement about an opacity may be wrong, such as 0.1; see notes."
    ),
]
Similar = Annotated[
    Path | None,
    typer.Option("--similar", help="Index of images (`thoracite index images`): show those most like each image."),
]
View = Annotated[str, typer.Option("--view", help="PA, AP or lateral; by default the view that the file states.")]
DicomSr = Annotated[
    Path | None,
    typer.Option("--dicom-sr", help="Also write DICOM structured reports (TID 1500) to a file or folder."),
]
Fhir = Annotated[Path | None, typer.Option("--fhir", help="Also write FHIR R4 bundles to a file or folder.")]
KeepPatient = Annotated[
    bool, typer.Option("--keep-patient", help="Name the patient of a DICOM file in --dicom-sr and --fhir.")
]
Ray = Annotated[
    str | None, typer.Option("--ray", help="Work on a Ray cluster: 'local', or its address, such as ray://head:10001.")
]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Ray workers; by default one a processor.")]


SUITES = (
    "`list`, or one of extraction, labels, reading, privacy, reports, report-check, knowledge, linking, facts, "
    "grounding, vision, words, wordings, sentences, chest, encoders, sides, localisation, signs, shift, lists, "
    "fairness, explanations, ranking, release, audit, knockout, retrieval, leakage, similar, differential, "
    "text-vectors, index, consistency, changes, gate, free-text, generator, questions, stores, scale."
)
"""The suites of ``thoracite evaluate``, for its help; reading them from the room would slow every command down."""


def read_settings(**arguments: Any) -> Any:
    """Read the settings, with the options of the command line."""
    from thoracite.settings import Settings

    return Settings.read(arguments=arguments)


def print_result(result: str | dict[str, Any]) -> None:
    """Print a result on standard output, an object as JSON."""
    import json

    typer.echo(result if isinstance(result, str) else json.dumps(result, ensure_ascii=False))


__all__ = [
    "DicomSr",
    "Dropped",
    "Earlier",
    "Encoder",
    "Fhir",
    "Generator",
    "Graph",
    "Indication",
    "Json",
    "KeepPatient",
    "NoGraph",
    "Prevalence",
    "Processes",
    "Ray",
    "Risk",
    "Similar",
    "Store",
    "View",
    "Workers",
    "print_result",
    "read_settings",
]
