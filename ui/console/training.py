"""Commands that train generators and make explanation sets; results go to standard output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thoracite.errors import InputError, ModelError, UsageError
from thoracite.settings import Settings
from thoracite.types import Evidence, Finding, View
from thoracite.ui.console.progress import ProgressBar

if TYPE_CHECKING:
    from thoracite.generation.llava.training.kg_llava import Recipe, Task
    from thoracite.retrieval.retriever import Retriever

RECIPES = ("mini", "kg-llava")
"""Recipes of ``thoracite train generator``."""


def train_generator(
    work: Path,
    settings: Settings,
    *,
    recipe: str = "mini",
    data: Path | None = None,
    explanations: Path | None = None,
    base: str | None = None,
    graph: bool = True,
    images: int | None = None,
    rounds: int | None = None,
    hours: float | None = None,
    seed: int = 0,
) -> str:
    """Train a generator, or go on with a training that was stopped; return where the model is.

    Raises
    ------
    UsageError
        If there is no such recipe, or it lacks what it learns from.
    InputError, StoreError, ModelError
        From the training.
    """
    from thoracite.ui.console.graph import prepare_graph

    if recipe not in RECIPES:
        raise UsageError(f"there is no recipe {recipe!r}; there are {' and '.join(RECIPES)}")
    prepare_graph(settings)
    limit = None if hours is None else 3600 * hours
    if recipe == "kg-llava":
        if data is None or explanations is None:
            raise UsageError(
                "kg-llava learns from explanations of images; name both, --explanations FILE --data FOLDER"
            )
        return _train_kg_llava(work, settings, data, explanations, base, graph=graph, seed=seed)
    return _train_mini(work, settings, data, {"images": images, "rounds": rounds, "limit_s": limit}, graph, seed)


def _train_mini(
    work: Path, settings: Settings, data: Path | None, amounts: dict[str, Any], graph: bool, seed: int
) -> str:
    from thoracite.generation.llava.training.pairs import Judge
    from thoracite.generation.llava.training.train_mini import Plan, Reader, train_mini
    from thoracite.kg.extract.extractor import open_extractor
    from thoracite.retrieval.retriever import Retriever
    from thoracite.vision.mini.encoder import MiniEncoder

    plan = Plan(graph=graph, seed=seed, **{name: value for name, value in amounts.items() if value is not None})
    encoder = MiniEncoder.load()
    with ProgressBar() as progress, Retriever(settings, encoder=encoder) as retriever:

        def search(findings: Sequence[Finding], view: View) -> tuple[Sequence[Finding], Sequence[Evidence]]:
            found = retriever.search(findings, view=view)
            return found.findings, found.evidence

        judge = Judge(retriever.linker.link, open_extractor())
        done = train_mini(data, work, Reader(encoder, search, judge), plan, progress=progress)
    folder = work / ("model" if graph else "model-without-graph")
    state = "is done" if done else "was stopped at its limit of time; the same command goes on with it"
    return f"the training {state}\nthe model is in {folder}; use it with `thoracite explain --generator llava:{folder}`"


def _train_kg_llava(
    work: Path, settings: Settings, data: Path, explanations: Path, base: str | None, *, graph: bool, seed: int
) -> str:
    from thoracite.generation.llava.training.kg_llava import (
        Recipe,
        add_adapters,
        fit_adapters,
        read_tasks,
        save_merged,
        write_tasks,
    )
    from thoracite.generation.llava.training.open_base import open_base
    from thoracite.retrieval.retriever import Retriever

    recipe = Recipe(graph=graph)
    if base:
        recipe = recipe._replace(base=base)
    tasks = work / ("tasks.jsonl" if graph else "tasks-without-graph.jsonl")
    if not tasks.exists():
        work.mkdir(parents=True, exist_ok=True)
        with ProgressBar() as progress, Retriever(settings) as retriever:
            write_tasks(_make_tasks(data, explanations, retriever, recipe, progress), tasks)
    model, processor = open_base(recipe.base)
    adapted = add_adapters(model, recipe)
    run = work / ("fit" if graph else "fit-without-graph")
    with ProgressBar() as progress:
        done = fit_adapters(
            adapted, processor, read_tasks(tasks), run / "checkpoint.pt", recipe, seed=seed, progress=progress
        )
    folder = work / ("model" if graph else "model-without-graph")
    save_merged(adapted, processor, folder)
    return (
        f"{done:,} steps are done\nthe model is in {folder}; use it with `thoracite explain --generator llava:{folder}`"
    )


def _make_tasks(
    data: Path, explanations: Path, retriever: Retriever, recipe: Recipe, progress: ProgressBar
) -> Iterator[Task]:
    """Make a task of every explanation whose image is there and is accepted; an image is read once."""
    from thoracite.generation.llava.training.kg_llava import find_image, make_task
    from thoracite.generation.nle.explanations import read_explanations

    read: dict[Path, tuple[Evidence, ...] | None] = {}
    records = [record for record in read_explanations(explanations) if record.nle]
    for number, record in enumerate(records, 1):
        image = find_image(data, record.patient_ID, record.report_ID)
        if image is not None:
            if image not in read:
                reading = retriever.read(image)
                found = retriever.search(reading.findings, view=reading.view) if reading.accepted else None
                read[image] = None if found is None else tuple(found.evidence)
            evidence = read[image]
            if evidence is not None:
                yield make_task(image, record, evidence, graph=recipe.graph)
        progress("explanations", number, len(records))
    if not any(evidence is not None for evidence in read.values()):
        raise InputError(
            f"no image of {explanations} is in {data}; expected files/p10/p10000032/s50414267/ as in MIMIC-CXR-JPG, or "
            "one image named after each report"
        )


def build_explanations(archive: Path, output: Path, *, text: bool = True) -> str:
    """Derive explanations from reports and write them; return how many there are.

    Raises
    ------
    InputError
        If the reports cannot be read.
    """
    from collections import Counter

    from thoracite.generation.nle.derive import derive_explanations
    from thoracite.generation.nle.explanations import write_explanations
    from thoracite.kg.extract.extractor import open_extractor
    from thoracite.kg.reports.read import read_reports

    derived = list(derive_explanations(read_reports(archive), open_extractor()))
    number = write_explanations(derived, output, text=text)
    counts = Counter(name for one in derived for name in one.diagnoses)
    named = ", ".join(f"{name} {count:,}" for name, count in counts.most_common())
    reports = len({one.report_ID for one in derived})
    return f"{number:,} explanations from {reports:,} reports in {output}" + (f"\n{named}" if named else "")


def convert_checkpoint(source: Path, target: Path, *, base: Path | None, tower: Path | None) -> str:
    """Convert an original LLaVA checkpoint, and say what was done.

    Parameters
    ----------
    source, target, base, tower : Path or None
        As :func:`thoracite.generation.adapters.convert_llava.convert_llava` takes them.

    Raises
    ------
    InputError
        If a folder or file is missing, or the target is not empty.
    ModelError
        If the checkpoint does not fit transformers' LLaVA, or a package is missing.
    """
    try:
        from thoracite.generation.adapters.convert_llava import convert_llava
    except ImportError as error:
        raise ModelError(
            f"converting needs the package {error.name}; install it with pip install 'thoracite[llava]'"
        ) from error
    done = convert_llava(source, target, base=base, tower=tower)
    merged = f", {done.adapted} of them changed by the adapter" if done.adapted else ""
    return f"{done.weights} weights{merged}, with a tower of type {done.tower}: --generator llava:{done.folder}"


__all__ = ["RECIPES", "build_explanations", "convert_checkpoint", "train_generator"]
