"""Commands that measure: the suites of published figures, and the benchmark that others can run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from thoracite.cli.options import SUITES, Encoder, Graph, Json, print_result, read_settings


def evaluate(
    suite: Annotated[str, typer.Argument(help=SUITES)],
    data: Annotated[Path | None, typer.Option("--data", help="Folder of the development data.")] = None,
    rows: Annotated[
        Path | None, typer.Option("--rows", help="Also add each figure to this file as soon as it is known.")
    ] = None,
    json: Json = False,
) -> None:
    """Measure, with baselines, sample sizes and intervals."""
    from thoracite.ui.console.measuring import run_suite

    print_result(run_suite(suite, data, as_json=json, rows=rows))


def benchmark(
    generator: Annotated[
        list[str] | None, typer.Option("--generator", help="Generator of the sentences; may be given again.")
    ] = None,
    encoder: Encoder = None,
    nih: Annotated[
        Path | None, typer.Option("--nih", help="Folder of ChestX-ray14: Data_Entry_2017.csv and images below it.")
    ] = None,
    openi: Annotated[Path | None, typer.Option("--openi", help="Open-i's NLMCXR_reports.tgz.")] = None,
    number: Annotated[int, typer.Option("--number", min=1, help="Most cases of each arm.")] = 200,
    output: Annotated[
        Path | None, typer.Option("--output", help="Also write results.json and a card to this folder.")
    ] = None,
    graph: Graph = None,
    json: Json = False,
) -> None:
    """Measure explanations by generators and encoders of any name, on phantoms and on your own copies of open data."""
    from thoracite.evaluation.benchmark import run_benchmark, write_result
    from thoracite.ui.console.measuring import show_suite

    settings, names = read_settings(encoder=encoder, graph=graph), generator or ["template"]
    suite = run_benchmark(settings, generators=names, nih=nih, openi=openi, number=number)
    if output is not None:
        write_result(suite, output, settings, names)
    print_result(show_suite(suite, as_json=json))


__all__ = ["benchmark", "evaluate"]
