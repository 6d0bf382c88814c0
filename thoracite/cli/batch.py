"""Commands over many images and many reports, on this machine or on the workers of a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thoracite.cli.options import (
    DicomSr,
    Dropped,
    Earlier,
    Encoder,
    Fhir,
    Generator,
    Graph,
    Indication,
    Json,
    KeepPatient,
    NoGraph,
    Prevalence,
    Processes,
    Ray,
    Risk,
    Similar,
    Store,
    View,
    Workers,
    print_result,
    read_settings,
)
from thoracite.errors import UsageError

if TYPE_CHECKING:
    from thoracite.ui.cluster.workers import Cluster


def explain(
    paths: Annotated[list[Path], typer.Argument(help="Images (PNG, JPEG, DICOM) or folders of them.")],
    json: Json = False,
    slim: Annotated[bool, typer.Option("--slim", help="JSON without queries, drawings, uncited evidence.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="One row an image, one column a finding.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Text with sources, SPARQL and Cypher.")] = False,
    generator: Generator = None,
    encoder: Encoder = None,
    view: View = "unknown",
    prevalence: Prevalence = None,
    indication: Indication = None,
    prior: Earlier = None,
    no_graph: NoGraph = False,
    graph: Graph = None,
    store: Store = None,
    sign: Annotated[
        list[str] | None, typer.Option("--sign", help="'CURIE [SIDE]=yes|no|off|VALUE': set a sign, or take it away.")
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without", help="E3, 'CURIE [SIDE]', 'CURIE CURIE CURIE' or a place: leave it out, see changes."
        ),
    ] = None,
    dropped: Dropped = False,
    similar: Similar = None,
    patient: Annotated[
        str | None, typer.Option("--patient", help="Patient of the images, who is left out of --similar.")
    ] = None,
    risk: Risk = None,
    html: Annotated[Path | None, typer.Option("--html", help="Also write one page that stands alone.")] = None,
    output: Annotated[Path | None, typer.Option("--output", help="Also write the JSON lines to a file.")] = None,
    dicom_sr: DicomSr = None,
    fhir: Fhir = None,
    keep_patient: KeepPatient = False,
    ray: Ray = None,
    workers: Workers = None,
) -> None:
    """Explain images; each sentence cites its evidence."""
    from thoracite.interventions import parse_signs
    from thoracite.ui.console.images import Asked, choose_form, explain_images
    from thoracite.ui.interchange.files import Wanted

    form = choose_form(json=json, slim=slim, csv=csv, full=full)
    models = {"generator": generator, "encoder": encoder, "prevalence": prevalence}
    settings = read_settings(graph=graph, store=store, similar=similar, risk=risk, **models)
    asked = Asked(view, parse_signs(sign or []), tuple(without or []), patient, indication, prior)
    documents = Wanted(sr=dicom_sr, fhir=fhir, keep_patient=keep_patient)
    explain_images(
        paths,
        settings,
        asked=asked,
        form=form,
        use_graph=not no_graph,
        html=html,
        output=output,
        dropped=dropped,
        documents=documents,
        cluster=read_cluster(ray, workers),
    )


def extract(
    reports: Annotated[Path, typer.Argument(help="Open-i archive, MIMIC-CXR tree, folder of .txt, CSV or JSONL.")],
    output: Annotated[Path, typer.Option("--output", help="RadGraph JSON to write.")],
    extractor: Annotated[str, typer.Option("--extractor", help="'rules', or 'radgraph' (the package).")] = "rules",
    processes: Processes = 1,
    ray: Ray = None,
    workers: Workers = None,
) -> None:
    """Turn reports into RadGraph JSON; identifiers are removed first."""
    from thoracite.ui.console.reports import extract_reports

    cluster = read_cluster(ray, workers)
    print_result(extract_reports(reports, output, extractor=extractor, processes=processes, cluster=cluster))


def read_cluster(address: str | None, workers: int | None) -> Cluster | None:
    """Read where the work is done; None for this process.

    Raises
    ------
    UsageError
        If workers are named and no cluster.
    """
    from thoracite.ui.cluster.workers import Cluster

    if address is None and workers is not None:
        raise UsageError("--workers is the number of Ray workers; name the cluster with --ray, or --ray local")
    return None if address is None else Cluster(address, workers)


__all__ = ["explain", "extract", "read_cluster"]
