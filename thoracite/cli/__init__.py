"""The command line: every command parses, calls one function of a room, and prints.

Standard output carries the result and nothing else; progress and notes go to standard error. Exit codes:
0 done, 1 a check found errors, 2 usage, 3 input, 4 store, 5 model.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

import thoracite
from thoracite.cli.batch import explain, extract
from thoracite.cli.measuring import benchmark, evaluate
from thoracite.cli.models import build_nle, convert_llava, fetch_app, index_app, train_app
from thoracite.cli.options import (
    Encoder,
    Graph,
    Json,
    Processes,
    Similar,
    Store,
    print_result,
    read_settings,
)
from thoracite.cli.search import differential, retrieve
from thoracite.errors import ThoraciteError

app = typer.Typer(
    name="thoracite",
    help="Explain chest X-rays; every sentence cites evidence from a knowledge graph. "
    "Research use only, not a medical device.",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(train_app, name="train")
app.add_typer(fetch_app, name="fetch")
app.add_typer(index_app, name="index")


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"thoracite {thoracite.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show every log record, and an error's traceback.")] = False,
    version: Annotated[  # noqa: ARG001 - typer calls it back
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    from thoracite.ui.log import show_log

    show_log(debug=debug)
    if debug:
        os.environ["THORACITE_DEBUG"] = "1"
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.command()(explain)
app.command()(retrieve)
app.command("convert-llava")(convert_llava)
app.command()(differential)
app.command("build-nle")(build_nle)


@app.command()
def query(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="Text, a file, or a published query's name.")],
    language: Annotated[str | None, typer.Option("--language", help="sparql or cypher.")] = None,
    parameter: Annotated[list[str] | None, typer.Option("--parameter", "-p", help="NAME=VALUE")] = None,
    store: Store = None,
    graph: Graph = None,
    json: Json = False,
) -> None:
    """Ask the graph in SPARQL or Cypher."""
    from thoracite.ui.console.graph import run_query

    answer = run_query(query, read_settings(graph=graph, store=store), language=language, parameters=parameter or [])
    print_result(answer.as_json() if json else answer.as_text())


@app.command()
def queries(json: Json = False) -> None:
    """List the published queries."""
    from thoracite.ui.console.graph import list_queries

    print_result(list_queries(as_json=json))


app.command()(extract)


@app.command()
def aggregate(
    reports: Annotated[Path, typer.Argument(help="Reports as for extract, or RadGraph JSON.")],
    output: Annotated[Path, typer.Option("--output", help="CSV of aggregated triples to write.")],
    minimum: Annotated[int, typer.Option("--minimum", min=2, help="Reports (or patients) behind a triple.")] = 3,
    ledger: Annotated[Path | None, typer.Option("--ledger", help="Private folder of keyed patient hashes.")] = None,
    processes: Processes = 1,
) -> None:
    """Count statements of reports as triples that name no patient."""
    from thoracite.ui.console.reports import aggregate_reports

    print_result(aggregate_reports(reports, output, minimum=minimum, ledger=ledger, processes=processes))


@app.command()
def build(
    graph: Graph = None,
    add: Annotated[list[Path] | None, typer.Option("--add", help="Your own triples, books, vocabularies.")] = None,
    reports: Annotated[Path | None, typer.Option("--reports", help="Aggregated triples instead of Open-i's.")] = None,
    json: Json = False,
) -> None:
    """Build the embedded graph in a new version folder and switch to it."""
    from thoracite.ui.console.graph import build_graph

    print_result(build_graph(read_settings(graph=graph), add=add or [], reports=reports, as_json=json))


@app.command("build-ontology")
def build_ontology(
    knowledge: Annotated[Path, typer.Argument(help="Folder with facts.csv and crosswalk.csv.")],
    output: Annotated[Path, typer.Argument(help="Folder to write concepts and facts to.")],
) -> None:
    """Write the bundled concepts and facts again from their sources."""
    from thoracite.ui.console.graph import write_ontology

    print_result(write_ontology(knowledge, output))


@app.command("build-mentions")
def build_mentions(
    radgraph: Annotated[Path, typer.Argument(help="RadGraph JSON from extract.")],
    output: Annotated[Path, typer.Argument(help="Folder of the graph, for its owner alone.")],
) -> None:
    """Build the graph of single mentions from your own reports; it stays local and is never served."""
    from thoracite.ui.console.reports import build_mentions as build_graph_of

    print_result(build_graph_of(radgraph, output).model_dump())


@app.command("read-knowledge")
def read_knowledge(
    paths: Annotated[list[Path], typer.Argument(help="PubMed XML, JATS, CNXML, MedQuAD, PDF, text, OBO; or folders.")],
    output: Annotated[Path, typer.Option("--output", help="CSV of triples to write.")],
    licence: Annotated[str | None, typer.Option("--licence", help="For documents that state none.")] = None,
) -> None:
    """Read triples from sentences of books, articles and definitions."""
    from thoracite.ui.console.knowledge import read_knowledge as read

    print_result(read(paths, output, licence=licence))


@app.command()
def export(
    output: Annotated[Path, typer.Argument(help="File to write; a folder for neo4j.")],
    form: Annotated[str, typer.Option("--format", help="turtle, trig, nquads, jsonld, rdf12 or neo4j.")] = "turtle",
    graph: Graph = None,
) -> None:
    """Write the graph for other programs: RDF, or CSV for neo4j-admin."""
    from thoracite.ui.console.knowledge import export_graph

    print_result(export_graph(read_settings(graph=graph), output, form=form))


@app.command()
def load(
    store: Annotated[str, typer.Argument(help="neo4j://…, bolt://… or the address of a SPARQL endpoint.")],
    graph: Graph = None,
) -> None:
    """Load the built graph into a server."""
    from thoracite.ui.console.graph import load_store

    print_result(load_store(read_settings(graph=graph, store=store)))


@app.command()
def check(graph: Graph = None, json: Json = False) -> None:
    """Check the graph against its SHACL shapes and naming rules."""
    from thoracite.ui.console.graph import check_graph

    text, violations = check_graph(read_settings(graph=graph), as_json=json)
    print_result(text)
    raise typer.Exit(4 if violations else 0)


@app.command()
def signs(
    show_map: Annotated[
        bool, typer.Option("--map", help="What each adds, and what data alone say, against the textbook.")
    ] = False,
    json: Json = False,
) -> None:
    """List the signs that are asked of an image, or compare their weights with the graph."""
    from thoracite.ui.console.signs import list_signs, map_signs

    print_result(map_signs(as_json=json) if show_map else list_signs(as_json=json))


@app.command()
def features(
    data: Annotated[Path, typer.Argument(help="Folder with manifest.csv and images.")],
    output: Annotated[Path, typer.Option("--output", help="Folder for the files.")],
) -> None:
    """Keep the encoder's maps, masks and measurements of a data folder in files, to learn signs on."""
    from thoracite.vision.training.features import cache_features

    print_result(cache_features(data, output))


@app.command("check-report")
def check_report(
    image: Annotated[str, typer.Argument(help="The image, or - to check the text alone.")],
    report: Annotated[Path, typer.Argument(help="The report, a text file, or - for standard input.")],
    json: Json = False,
    graph: Graph = None,
    encoder: Encoder = None,
) -> None:
    """Compare a report with its image, the graph and itself; exit code 1 where errors are found."""
    from thoracite.ui.console.images import check_report as check_one

    text, errors = check_one(image, report, read_settings(graph=graph, encoder=encoder), as_json=json)
    print_result(text)
    raise typer.Exit(1 if errors else 0)


app.command()(evaluate)
app.command()(benchmark)


@app.command()
def phantom(
    output: Annotated[Path, typer.Argument(help="Folder to write to.")],
    number: Annotated[int, typer.Option("--number", min=1, help="How many.")] = 8,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same images.")] = 0,
    size: Annotated[int, typer.Option("--size", min=64, max=2048, help="Side in pixels.")] = 512,
) -> None:
    """Draw synthetic chest radiographs with known findings."""
    from thoracite.ui.console.images import write_phantoms

    print_result(write_phantoms(output, number=number, seed=seed, size=size))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on; 0 takes a free one.")] = None,
    graph: Graph = None,
    examples: Annotated[Path | None, typer.Option("--examples", help="Folder of example images.")] = None,
    similar: Similar = None,
) -> None:
    """Serve the web page, the REST interface and SPARQL on this machine."""
    from thoracite.ui.server import serve as run_server

    run_server(read_settings(graph=graph, host=host, port=port, examples=examples, similar=similar))


@app.command()
def mcp(graph: Graph = None, store: Store = None) -> None:
    """Offer the graph to language models: Model Context Protocol on standard input and output."""
    from thoracite.ui.mcp.server import serve_stdio

    serve_stdio(read_settings(graph=graph, store=store))


@app.command()
def schema(
    name: Annotated[str | None, typer.Argument(help="An output: explain, retrieve, query-sparql …")] = None,
) -> None:
    """Print the JSON Schema of an output, or list the outputs that have one."""
    from thoracite.ui.records.schema import SCHEMAS, make_schema

    print_result("\n".join(sorted(SCHEMAS)) if name is None else make_schema(name))


@app.command()
def settings(json: Json = False) -> None:
    """Show every setting and where its value came from."""
    from thoracite.ui.console.images import show_settings

    print_result(show_settings(read_settings(), as_json=json))


def main() -> None:
    """Run the command line; errors become one sentence and an exit code."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve a busy machine
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except ThoraciteError as error:
        _fail(str(error), error.exit_code, error)
    except typer.Exit as leave:
        sys.exit(leave.exit_code)
    except typer.Abort:
        _fail("interrupted; nothing half-written was left behind", 130)
    except BrokenPipeError:  # the reader of our output left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except typer.TyperException as error:  # a wrong option, argument or command
        _fail(f"{error.format_message().rstrip('.')}; see `thoracite {_command()}--help`", 2, error)
    except Exception as error:  # noqa: BLE001 - the last door: a user sees a sentence, never a traceback
        kind = type(error).__name__
        _fail(f"unexpected {kind}: {error}; run `thoracite --debug …` and report the traceback", 1, error)


def _command() -> str:
    named = [word for word in sys.argv[1:2] if not word.startswith("-")]
    return "".join(f"{word} " for word in named)


def _fail(sentence: str, code: int, error: Exception | None = None) -> NoReturn:
    if error is not None and os.environ.get("THORACITE_DEBUG"):
        raise error
    typer.echo("error: " + " ".join(sentence.split()), err=True)
    sys.exit(code)


__all__ = ["app", "main"]
