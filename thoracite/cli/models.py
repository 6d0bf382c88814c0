"""Commands that train models, fetch published ones, and index triples and images."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from thoracite.cli.options import Encoder, Graph, Store, print_result, read_settings

train_app = typer.Typer(help="Train the bundled models again from a data folder.")
index_app = typer.Typer(help="Index a graph's triples by the meaning of their texts, or your images by what they show.")
fetch_app = typer.Typer(help="Fetch published weights and records; the only commands that use the network.")


@train_app.command("encoder")
def train_encoder(
    data: Annotated[Path, typer.Option("--data", help="Folder with manifest.csv and images.")],
    output: Annotated[Path, typer.Option("--output", help="Folder of the model to write.")],
    seed: Annotated[int, typer.Option("--seed", help="Seed of every random choice.")] = 0,
) -> None:
    """Train the image encoder; an interrupted run resumes from its checkpoint."""
    from thoracite.vision.training.train_encoder import train_encoder as train

    train(data, output, seed=seed)


@train_app.command("segmenter")
def train_segmenter(
    data: Annotated[Path, typer.Option("--data", help="Folder with the manifests, images and masks.")],
    output: Annotated[Path, typer.Option("--output", help="Folder of the model to write.")],
    seed: Annotated[int, typer.Option("--seed", help="Seed of every random choice.")] = 0,
) -> None:
    """Train the segmenter of lungs and heart; an interrupted run resumes from its checkpoint."""
    from thoracite.vision.training.train_segmenter import train_segmenter as train

    train(data, output, seed=seed)


@train_app.command("signs")
def train_signs(
    data: Annotated[Path, typer.Option("--data", help="Folder with manifest.csv and images.")],
    features: Annotated[Path, typer.Option("--features", help="What `thoracite features` wrote for it.")],
    output: Annotated[Path, typer.Option("--output", help="Folder of the model to write.")],
    changes: Annotated[
        Path | None, typer.Option("--priors", help="CSV with sign,side,finding,direction that changes the graph's.")
    ] = None,
) -> None:
    """Fit the weights of signs again, in seconds; the network stays as it is."""
    from thoracite.vision.training.signs.train_signs import train_signs as train

    print_result(train(data, features, output, changes=changes))


@train_app.command("repeats")
def train_repeats(
    data: Annotated[Path, typer.Option("--data", help="Folder with the manifests and images.")],
    output: Annotated[Path, typer.Option("--output", help="CSV to write.")],
) -> None:
    """Fit by how much measured values differ between two films of a patient without a finding."""
    from thoracite.vision.training.signs.fit_repeats import fit_repeats

    print_result(fit_repeats(data, output))


@train_app.command("text-vectors")
def train_text_vectors(
    output: Annotated[Path, typer.Option("--output", help="Folder of the model to write.")],
    vocabularies: Annotated[
        list[Path] | None, typer.Option("--vocabulary", help="OBO or SKOS file with more names of the same things.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of every random choice.")] = 0,
) -> None:
    """Distil the text vectors from all-MiniLM-L6-v2 and teach them the graph's names and facts."""
    from thoracite.retrieval.training.train_text_vectors import train_text_vectors as train

    print_result(train(output, vocabularies=vocabularies or (), seed=seed))


@train_app.command("projection")
def train_projection(
    data: Annotated[Path, typer.Option("--data", help="Folder with manifest.csv and images.")],
    crops: Annotated[Path, typer.Option("--crops", help="Folder for crops and features; what is there is kept.")],
    output: Annotated[Path, typer.Option("--output", help="Folder of the model to write.")],
) -> None:
    """Train the projection from the bundled encoder's features to the text vectors."""
    from thoracite.retrieval.training.train_projection import train_projection as train

    print_result(train(data, crops, output))


@train_app.command("calibration")
def train_calibration(
    name: Annotated[str, typer.Argument(help="A third-party encoder.")],
    data: Annotated[Path, typer.Option("--data", help="Folder with manifest.csv and images.")],
) -> None:
    """Calibrate a third-party encoder; its scores become probabilities from then on, for this user."""
    from thoracite.vision.training.calibrate import calibrate_encoder

    print_result(calibrate_encoder(name, data))


@train_app.command("generator")
def train_generator(
    work: Annotated[Path, typer.Argument(help="Folder of the training; a stopped one goes on there.")],
    recipe: Annotated[str, typer.Option("--recipe", help="mini or kg-llava.")] = "mini",
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder with manifest.csv and images; or MIMIC-CXR-JPG's.")
    ] = None,
    explanations: Annotated[
        Path | None, typer.Option("--explanations", help="MIMIC-NLE, or what build-nle wrote; for kg-llava.")
    ] = None,
    base: Annotated[str | None, typer.Option("--base", help="Model that kg-llava adapts.")] = None,
    no_graph: Annotated[bool, typer.Option("--no-graph", help="Leave triples and reasons out.")] = False,
    images: Annotated[int | None, typer.Option("--images", min=1, help="Images that mini reads.")] = None,
    rounds: Annotated[int | None, typer.Option("--rounds", min=1, help="Rounds of 50 steps of mini.")] = None,
    hours: Annotated[float | None, typer.Option("--hours", help="End mini's fitting after these, to go on.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of every random choice.")] = 0,
) -> None:
    """Train a LLaVA that sees pixels and graph; an interrupted run resumes where it was."""
    from thoracite.ui.console.training import train_generator as train

    amounts: dict[str, Any] = {"images": images, "rounds": rounds, "hours": hours}
    told = train(
        work,
        read_settings(),
        recipe=recipe,
        data=data,
        explanations=explanations,
        base=base,
        graph=not no_graph,
        seed=seed,
        **amounts,
    )
    print_result(told)


@fetch_app.command("encoder")
def fetch_encoder(
    name: Annotated[str, typer.Argument(help="Its name for explain --encoder: biomedclip, hf:OWNER/MODEL …")],
) -> None:
    """Fetch the weights of a third-party encoder."""
    from thoracite.vision.encoders import open_encoder

    print_result(f"{open_encoder(name, fetch=True).name} is on this machine")


@fetch_app.command("generator")
def fetch_generator(
    name: Annotated[str, typer.Argument(help="Its name for explain --generator: llava:OWNER/MODEL.")],
) -> None:
    """Fetch the weights of a generator."""
    from thoracite.generation.generator import open_generator

    print_result(f"{open_generator(name, fetch=True, settings=read_settings()).name} is on this machine")


@fetch_app.command("text-encoder")
def fetch_text_encoder(
    name: Annotated[str, typer.Argument(help="Its name for --text-encoder: OWNER/MODEL of sentence-transformers …")],
) -> None:
    """Fetch the weights of a text encoder."""
    from thoracite.retrieval.index.text_encoder import load_text_encoder

    print_result(f"{load_text_encoder(name, fetch=True).name} is on this machine")


@fetch_app.command("pubmed")
def fetch_pubmed(
    query: Annotated[str, typer.Argument(help="A query in PubMed's syntax.")],
    output: Annotated[Path, typer.Option("--output", help="XML to write.")],
    maximum: Annotated[int, typer.Option("--max", min=1, max=9999, help="Most records.")] = 100,
    email: Annotated[str | None, typer.Option("--email", help="Your address for NCBI.")] = None,
) -> None:
    """Fetch PubMed records through NCBI's E-utilities."""
    from thoracite.ui.console.knowledge import fetch_pubmed as fetch

    print_result(fetch(query, output, maximum=maximum, email=email))


@index_app.command("triples")
def index_triples(
    graph: Graph = None,
    text_encoder: Annotated[
        str | None, typer.Option("--text-encoder", help="thoracite-text, or another name of a text encoder.")
    ] = None,
    store: Store = None,
) -> None:
    """Index the unique texts of a graph's triples; a build that is stopped leaves the old index."""
    from thoracite.ui.console.knowledge import index_triples as index

    print_result(index(read_settings(graph=graph, store=store), encoder=text_encoder))


@index_app.command("images")
def index_images(
    folder: Annotated[Path, typer.Argument(help="Folder of chest X-rays (PNG, JPEG, DICOM).")],
    labels: Annotated[
        Path | None, typer.Option("--labels", help="CSV with image,labels and perhaps patient; reports never.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Folder of the index; FOLDER.index beside FOLDER by default.")
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", help="Ledger of the graph's reports: a near-duplicate's patient never counts."),
    ] = None,
    encoder: Encoder = None,
) -> None:
    """Index your own images by what the encoder sees in them; a build that is stopped goes on where it was."""
    from thoracite.ui.console.knowledge import index_images as index

    print_result(index(folder, read_settings(encoder=encoder), labels=labels, output=output, ledger=ledger))


def convert_llava(
    source: Annotated[Path, typer.Argument(help="Folder of a checkpoint in original LLaVA's form, or of its adapter.")],
    target: Annotated[Path, typer.Argument(help="Folder to write; then --generator llava:TARGET.")],
    base: Annotated[Path | None, typer.Option("--base", help="Folder of the language model of an adapter.")] = None,
    tower: Annotated[
        Path | None, typer.Option("--tower", help="Folder of the vision tower, where the checkpoint holds none.")
    ] = None,
) -> None:
    """Write an original LLaVA checkpoint (LLaVA-Rad, LLaVA-Med) as transformers' LLaVA."""
    from thoracite.ui.console.training import convert_checkpoint

    print_result(convert_checkpoint(source, target, base=base, tower=tower))


def build_nle(
    archive: Annotated[Path, typer.Argument(help="Open-i's archive, or any reports that extract reads.")],
    output: Annotated[Path, typer.Argument(help="JSON lines to write, in the form of MIMIC-NLE.")],
    without_text: Annotated[
        bool, typer.Option("--without-text", help="Identifiers, places and labels alone, which may be handed on.")
    ] = False,
) -> None:
    """Derive explanations of diagnoses from reports: sentences in which one finding suggests another."""
    from thoracite.ui.console.training import build_explanations

    print_result(build_explanations(archive, output, text=not without_text))


__all__ = ["build_nle", "convert_llava", "fetch_app", "index_app", "train_app"]
