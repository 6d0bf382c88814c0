"""The suite ``reports``: the speed of reading, gating and extracting reports, and of streaming as many as RadGraph's.

Speeds of one core are in processor time, their intervals over blocks of a hundred reports; the extractor begins
with an empty cache of sentences, and one measurement clears it before every report. Several processes are measured by
the clock, which other work on the machine slows. The streamed file repeats Open-i's annotations
until there are as many as the 220,763 reports of RadGraph.

References
----------
Jain S et al. RadGraph. NeurIPS Datasets 2021. arXiv:2106.14463 (220,763 reports of MIMIC-CXR).
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.extraction import KeywordExtractor
from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.suite import Row, Suite
from thoracite.kg.extract.extractor import RuleExtractor, forget_sentences
from thoracite.kg.extract.run import extract_file
from thoracite.kg.privacy.deidentify import deidentify
from thoracite.kg.radgraph import Annotation, read_radgraph, write_radgraph
from thoracite.kg.reports.read import read_reports

RADGRAPH_REPORTS = 220_763
"""Reports of RadGraph's inference set."""

_BLOCK = 100
_MEBIBYTE = 2**20 if sys.platform == "darwin" else 2**10
"""Units of the system's memory figure in one MiB."""


class Stream(NamedTuple):
    """The cost of reading a file as a stream.

    Parameters
    ----------
    reports : int
        Number of reports read.
    seconds : float
        Time on the clock, in seconds.
    memory : float
        Peak memory of the process, in MiB.
    """

    reports: int
    seconds: float
    memory: float


def run_reports(data: Path, *, stream: int = RADGRAPH_REPORTS) -> Suite:
    """Run the suite for ``thoracite evaluate reports``.

    Parameters
    ----------
    data : Path
        Folder with ``openi/NLMCXR_reports.tgz``.
    stream : int
        Reports in the streamed file, at least 1.

    Raises
    ------
    InputError
        If the archive cannot be read.
    """
    archive = data / "openi" / "NLMCXR_reports.tgz"
    texts = [report.text for report in read_reports(archive)]
    extract, keywords = RuleExtractor().extract, KeywordExtractor().extract
    forget_sentences()
    rows = [
        _measure_speed("rules", "extraction", extract, texts),
        _measure_speed("rules", "extraction, every sentence a new one", partial(_extract_anew, extract), texts),
        _measure_speed("keywords with no", "extraction", keywords, texts),
        _measure_speed("gate", "identifiers", deidentify, texts),
        *(row for processes in (1, 2) for row in _measure_run(archive, processes, len(texts))),
        *_measure_stream([extract(text) for text in texts], stream),
    ]
    return Suite(suite="reports", data="Open-i's reports", n=len(texts), rows=tuple(rows))


def _extract_anew(extract: Callable[[str], object], text: str) -> None:
    forget_sentences()
    extract(text)


def _measure_speed(system: str, what: str, work: Callable[[str], object], texts: Sequence[str]) -> Row:
    work("No effusion.")  # word lists are loaded once
    blocks = [texts[start : start + _BLOCK] for start in range(0, len(texts), _BLOCK)]
    seconds = []
    for block in blocks:
        start = time.process_time()
        for text in block:
            work(text)
        seconds.append(time.process_time() - start)
    spent, sizes = np.array(seconds), np.array([len(block) for block in blocks], dtype=float)

    def speed(drawn: npt.NDArray[np.int64]) -> float:
        return float(sizes[drawn].sum() / spent[drawn].sum())

    low, high = bootstrap_interval(speed, len(blocks))
    value = speed(np.arange(len(blocks)))
    return Row(system=system, metric=f"reports a second, {what}", value=value, low=low, high=high, n=len(texts))


def _measure_run(archive: Path, processes: int, number: int) -> Iterator[Row]:
    """Measure the way from the archive to RadGraph JSON, by ``thoracite extract``."""
    with TemporaryDirectory() as folder:
        start, spent = time.monotonic(), time.process_time()
        extract_file(archive, Path(folder, "entities.json"), processes=processes)
        seconds, spent = time.monotonic() - start, time.process_time() - spent
    metric = f"reports a second, archive to file, {processes} process{'es' * (processes > 1)}"
    if processes == 1:
        yield Row(system="gate and rules", metric=metric, value=number / spent, n=number)
    yield Row(system="gate and rules", metric=f"{metric}, by the clock", value=number / seconds, n=number)


def _measure_stream(annotations: Sequence[Annotation], number: int) -> list[Row]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "radgraph.json")
        write_radgraph(path, _repeat(annotations, number))
        size = path.stat().st_size / 2**20
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            read = pool.submit(stream_file, path).result()
    return [
        Row(system="RadGraph reader", metric="file, MiB", value=size, n=number),
        Row(system="RadGraph reader", metric="greatest memory, MiB", value=read.memory, n=read.reports),
        Row(system="RadGraph reader", metric="reports a second", value=read.reports / read.seconds, n=read.reports),
    ]


def _repeat(annotations: Sequence[Annotation], number: int) -> Iterator[Annotation]:
    for position, annotation in enumerate(islice(cycle(annotations), number)):
        yield annotation.model_copy(update={"report_id": f"p{position % 65_000:08d}/s{position:08d}.txt"})


def stream_file(path: Path) -> Stream:
    """Read a RadGraph file to its end, keeping nothing."""
    start = time.monotonic()
    reports = sum(1 for _ in read_radgraph(path))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEBIBYTE
    return Stream(reports, time.monotonic() - start, memory)


__all__ = ["RADGRAPH_REPORTS", "Stream", "run_reports", "stream_file"]
