"""Suite ``generator``: what a generator that sees the pixels is worth, on images of locked patients and on phantoms.

Counted are the sentences that are released, by author (what the model leaves unsaid is added by template); images that
are released; seconds an image, from the file to the cited explanation. Swaps of pixels and of triples tell whether it
uses both (:mod:`.generator_swaps`). On phantoms, whose report is known, texts with the graph, without it, and by
template are compared with the report by BLEU, ROUGE-L, METEOR, CIDEr and RadGraph F1: measures of wording, under which
no sentence that says the same in other words gains.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thoracite.errors import UsageError
from thoracite.evaluation.generator_blank import ARCHIVE, Answering, draw_reports, write_blank
from thoracite.evaluation.generator_swaps import Bench, Seen, Swapped, swap
from thoracite.evaluation.patients import Positions, measure_drawn, summarise
from thoracite.evaluation.radgraph_f1 import radgraph_f1
from thoracite.evaluation.sentences import draw_cases
from thoracite.evaluation.suite import Row, Suite
from thoracite.evaluation.text_overlap import measure_overlap
from thoracite.generation.citations import strip_citations
from thoracite.generation.generator import MINI, CheckedGenerator, TextGenerator, open_generator
from thoracite.kg.extract.extractor import open_extractor
from thoracite.phantom import Phantom, draw_phantom
from thoracite.pipeline import Explainer
from thoracite.types import Explanation, Study
from thoracite.vision.training.cases import Case, read_labelled

if TYPE_CHECKING:
    from thoracite.generation.generator import AnyGenerator

IMAGES, PHANTOMS, SWAPS, REPORTS = 200, 40, 60, 100
"""Images of locked patients, phantoms, images whose pixels and triples are swapped, and reports without an image."""

SOON = 3.0
"""Seconds within which an image should be explained on two cores."""

FIRST_PHANTOM = 710_000
"""First seed of the phantoms; those of the training begin at 700,000 and never come so far."""

_TEMPLATE = "template"


def run_generator(
    data: Path,
    *,
    images: int = IMAGES,
    phantoms: int = PHANTOMS,
    swaps: int = SWAPS,
    reports: int = REPORTS,
    generator: TextGenerator | None = None,
    seed: int = 5,
    tell: Callable[[Row], None] = lambda _: None,
) -> Suite:
    """Measure a generator.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr``.
    images, phantoms, swaps, reports : int
        Numbers of images, and of reports.
    generator : TextGenerator or None
        The bundled one unless given.
    seed : int
        Seed of the choice of images.
    tell : callable
        Is told each figure as soon as it is known.

    Raises
    ------
    InputError
        If the data are not there.
    ModelError
        If the generator cannot be opened.
    """
    writer = _open(generator)
    cases = draw_cases([case for case in read_labelled(data / "cxr") if case.locked], images, seed=seed)
    drawn = [draw_phantom(FIRST_PHANTOM + number, size=128) for number in range(phantoms)]
    rows: list[Row] = []
    for row in _measure(writer, data, cases, drawn, swaps=swaps, reports=reports):
        tell(row)
        rows.append(row)
    groups = len({case.group for case in cases})
    return Suite(
        suite="generator",
        data=f"{len(cases)} images of {groups} locked patients; {len(drawn)} phantoms; swaps on at most {swaps} images",
        n=len(cases) + len(drawn),
        rows=tuple(rows),
    )


def _measure(
    writer: TextGenerator, data: Path, cases: Sequence[Case], drawn: Sequence[Phantom], *, swaps: int, reports: int
) -> Iterator[Row]:
    """Yield figures as they come."""
    began = time.perf_counter()
    with Explainer(generator=writer) as explainer, Explainer(generator=Unchecked(writer)) as unchecked:
        for opened in (explainer, unchecked):
            opened.open()
            opened.explain(draw_phantom(FIRST_PHANTOM - 1, size=512).image)
        loading = time.perf_counter() - began
        yield Row(system=writer.name, metric="seconds of loading and of a first image, not counted", value=loading)
        timed = [_explain(explainer, case) for case in cases]
        yield from count_released(writer.name, timed)
        if isinstance(writer, CheckedGenerator):
            yield from compare_released(writer.name, timed, [_explain(unchecked, case) for case in cases])
        seen = list(islice(list_seen(explainer, cases), swaps))
        bench = Bench(writer, explainer.retriever.linker.link, open_extractor())
        yield from count_swaps(writer.name, [swap(bench, one, seen[number - 1]) for number, one in enumerate(seen)])
        yield from _compare(writer, drawn)
        yield from _compare_blank(writer, data, explainer, reports)


class Unchecked:
    """A generator that writes as it does unchecked, each sentence the likeliest.

    Parameters
    ----------
    generator : TextGenerator
        Who writes.
    """

    def __init__(self, generator: TextGenerator) -> None:
        self.name = f"{generator.name}, unchecked"
        self.describe = generator.describe


def _open(generator: TextGenerator | None) -> TextGenerator:
    opened: AnyGenerator = generator or open_generator(MINI)
    if not isinstance(opened, TextGenerator):
        raise UsageError(f"the generator {opened.name} does not see pixels; there is nothing to swap")
    return opened


class Timed(NamedTuple):
    """An explanation with the seconds that it took, by the clock and of the processor."""

    explanation: Explanation
    seconds: float
    processor: float
    group: str


def _explain(explainer: Explainer, case: Case) -> Timed:
    began, worked = time.perf_counter(), time.process_time()
    explanation = explainer.explain(str(case.path))
    return Timed(explanation, time.perf_counter() - began, time.process_time() - worked, case.group)


def count_released(system: str, timed: Sequence[Timed]) -> Iterator[Row]:
    """Count what was released.

    Parameters
    ----------
    system : str
        Name of the generator.
    timed : sequence of Timed
        Explanations, withheld ones too.
    """
    groups = [one.group for one in timed]
    read = [one for one in timed if one.explanation.claims or one.explanation.dropped]
    yield summarise(system, "images released", [not one.explanation.abstained for one in timed], groups)
    if not read:
        return
    yield summarise(
        system,
        "images released, of those that the gate accepts",
        [not one.explanation.abstained for one in read],
        [one.group for one in read],
    )
    claims = [(claim, one) for one in timed for claim in one.explanation.claims]
    for origin in ("decoder", "rewritten", "template"):
        said = [claim.origin == origin for claim, _ in claims]
        yield summarise(system, f"released sentences of origin {origin}", said, [one.group for _, one in claims])
    written = [(1.0, one.group) for one in read for c in one.explanation.claims if c.origin == "decoder"]
    written += [(0.0, one.group) for one in read for _ in one.explanation.dropped]
    written += [(0.0, one.group) for one in read for c in one.explanation.claims if c.origin == "rewritten"]
    yield summarise(system, "sentences written that are released verbatim", *map(list, zip(*written, strict=True)))
    for kind in ("diagnosis", "reason", "observation", "expected", "summary"):
        some = [any(claim.kind == kind for claim in one.explanation.claims) for one in read]
        yield summarise(system, f"images with a sentence of kind {kind}", some, [one.group for one in read])
    yield from _count_seconds(system, timed)


def _count_seconds(system: str, timed: Sequence[Timed]) -> Iterator[Row]:
    groups = [one.group for one in timed]
    for name, values in (("clock", [o.seconds for o in timed]), ("processor", [o.processor for o in timed])):
        told = f"seconds an image, by the {name}"
        yield summarise(system, f"{told}, mean", values, groups)
        parts = (("median", np.median(values)), ("95 % below", np.percentile(values, 95)), ("longest", max(values)))
        for part, value in parts:
            yield Row(system=system, metric=f"{told}, {part}", value=float(value), n=len(values))
        soon = [value < SOON for value in values]
        yield summarise(system, f"images explained in less than {SOON:g} s, by the {name}", soon, groups)


def compare_released(system: str, checked: Sequence[Timed], unchecked: Sequence[Timed]) -> Iterator[Row]:
    """Compare what a generator that is checked while it writes releases with what it does unchecked, image by image.

    Parameters
    ----------
    system : str
        Name of the generator.
    checked, unchecked : sequence of Timed
        Explanations of the same images, in the same order.
    """
    groups = [one.group for one in checked]

    def count(one: Timed, origin: str) -> float:
        return sum(claim.origin == origin for claim in one.explanation.claims)

    figures: dict[str, Callable[[Timed], float]] = {
        "own sentences released, an image": lambda one: count(one, "decoder"),
        "sentences added by template, an image": lambda one: count(one, "template"),
        "sentences dropped, an image": lambda one: len(one.explanation.dropped),
        "seconds an image, by the processor": lambda one: one.processor,
    }
    for metric, measure in figures.items():
        before, after = [measure(one) for one in unchecked], [measure(one) for one in checked]
        yield summarise(f"{system}, unchecked", metric, before, groups)
        yield summarise(system, metric, after, groups)
        less = [new - old for new, old in zip(after, before, strict=True)]
        yield summarise("checked minus unchecked", metric, less, groups)
    shares = np.array([[_count_written(one) for one in told] for told in (checked, unchecked)], dtype=np.float64)

    def gain(drawn: Positions) -> float:
        (own, all_), (own_before, all_before) = shares[:, drawn].sum(axis=1)
        return float(own / all_ - own_before / all_before)

    metric = "sentences written that are released verbatim"
    yield from (row for row in count_released(f"{system}, unchecked", unchecked) if row.metric == metric)
    yield measure_drawn("checked minus unchecked", metric, gain, groups, repeats=1000)


def _count_written(one: Timed) -> tuple[int, int]:
    """Return how many written sentences are released in their own words, and how many were written."""
    own = sum(claim.origin == "decoder" for claim in one.explanation.claims)
    others = sum(claim.origin == "rewritten" for claim in one.explanation.claims) + len(one.explanation.dropped)
    return own, own + others


def list_seen(explainer: Explainer, cases: Sequence[Case]) -> Iterator[Seen]:
    """Read the images of cases and retrieve their evidence; those that are refused are passed over."""
    for case in cases:
        radiograph = explainer.retriever.load(str(case.path))
        reading = explainer.retriever.interpret(radiograph)
        if reading.accepted:
            found = explainer.retriever.search(reading.findings, view=reading.view)
            yield Seen(Study(image=str(case.path)), radiograph, reading, tuple(found.evidence), case.group)


def count_swaps(system: str, swapped: Sequence[Swapped]) -> Iterator[Row]:
    """Count what swaps change, beside re-running, with intervals over patients.

    Parameters
    ----------
    system : str
        Name of the generator.
    swapped : sequence of Swapped
        From :func:`thoracite.evaluation.generator_swaps.swap`.
    """
    if not swapped:
        return
    groups = [one.group for one in swapped]
    figures: dict[str, Sequence[float]] = {
        "re-run: texts that change": [one.rerun for one in swapped],
        "pixels swapped: texts that change, less re-run": [one.pixels - one.rerun for one in swapped],
        "pixels swapped: towards the new image": [one.towards_image for one in swapped],
        "triples swapped: texts that change, less re-run": [one.triples - one.rerun for one in swapped],
        "triples swapped: towards the new triples": [one.towards_triples for one in swapped],
    }
    for metric, values in figures.items():
        yield summarise(system, metric, [float(value) for value in values], groups)


def _compare(writer: TextGenerator, phantoms: Sequence[Phantom]) -> Iterator[Row]:
    """Compare texts with the graph, without it, and by template with the reports of phantoms."""
    if not phantoms:
        return
    systems = {
        f"{writer.name}, graph on": (writer, True),
        f"{writer.name}, graph off": (writer, False),
        f"{_TEMPLATE}, graph on": (open_generator(_TEMPLATE), True),
    }
    for system, (generator, graph) in systems.items():
        with Explainer(generator=generator, graph=graph, complete=False) as explainer:
            told = [explainer.explain(phantom.image) for phantom in phantoms]
        kept = [(one, phantom) for one, phantom in zip(told, phantoms, strict=True) if not one.abstained]
        yield Row(system=system, metric="phantoms released", value=len(kept) / len(phantoms), n=len(phantoms))
        texts = [" ".join(strip_citations(claim.sentence) for claim in one.claims) for one, _ in kept]
        reports = [phantom.gold.report.replace("\n", " ") for _, phantom in kept]
        yield from compare_texts(system, texts, reports, "the phantom's report")


def _compare_blank(writer: TextGenerator, data: Path, explainer: Explainer, number: int) -> Iterator[Row]:
    """Compare what is written of blank images, with the graph and without it, with Open-i's reports."""
    if not number or not (data / ARCHIVE).is_file() or not isinstance(writer, Answering):
        return
    cases = draw_reports(data, number, explainer.retriever)
    for graph in (True, False):
        texts = list(write_blank(writer, cases, graph=graph))
        system = f"{writer.name}, blank image, graph {'on' if graph else 'off'}"
        yield from compare_texts(system, texts, [case.report for case in cases], "Open-i's report")


def compare_texts(system: str, texts: Sequence[str], reports: Sequence[str], against: str) -> Iterator[Row]:
    """Compare texts with reports, one to one, by the field's measures.

    Parameters
    ----------
    system : str
        Who wrote the texts.
    texts, reports : sequence of str
        In the same order.
    against : str
        Name of the reports.
    """
    if not texts:
        return
    groups = [str(number) for number in range(len(texts))]
    for name, values in measure_overlap(texts, reports).items():
        yield summarise(system, f"{name}, against {against}", values.tolist(), groups)
    extractor = open_extractor()
    pairs = [(extractor.extract(text), extractor.extract(report)) for text, report in zip(texts, reports, strict=True)]
    scores = [radgraph_f1(*pair) for pair in pairs]
    yield summarise(system, f"RadGraph F1, simple, against {against}", scores, groups)


__all__ = [
    "FIRST_PHANTOM",
    "SOON",
    "Timed",
    "Unchecked",
    "compare_released",
    "compare_texts",
    "count_released",
    "count_swaps",
    "list_seen",
    "run_generator",
]
