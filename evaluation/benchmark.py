"""The benchmark of explanations: one protocol for any generator and encoder by name, results as JSON with a card.

Phantoms are always there; Open-i's archive and ChestX-ray14 are taken where their paths are given. Figures are those of
:mod:`thoracite.evaluation.explanations`; the arms are never pooled. Data are read, never copied: the result holds
figures alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from thoracite import __version__
from thoracite.evaluation.explained import FIRST_PHANTOM, explain_cases, explain_oracle, explain_phantoms, read_oracle
from thoracite.evaluation.explanations import Arm, measure_groups, measure_real, measure_texts
from thoracite.evaluation.nih import read_nih
from thoracite.evaluation.sentences import draw_cases
from thoracite.evaluation.suite import Row, Suite
from thoracite.files import write_text
from thoracite.pipeline import Explainer
from thoracite.settings import Settings

PROTOCOL = 1
"""Version of the protocol; figures of different versions are not compared."""

NUMBER = 200
"""Cases of each arm."""

SEED = 17

READ = ("RSNA", "Normal films")
"""What names figures that rest on radiologists' readings, which NIH's files do not have."""


def run_benchmark(
    settings: Settings,
    *,
    generators: Sequence[str] = ("template",),
    nih: Path | None = None,
    openi: Path | None = None,
    number: int = NUMBER,
) -> Suite:
    """Measure explanations on every arm whose data are there.

    Parameters
    ----------
    settings : Settings
        Encoder, graph, device.
    generators : sequence of str
        Names of generators.
    nih : Path or None
        Folder of ChestX-ray14 as NIH gives it.
    openi : Path or None
        ``NLMCXR_reports.tgz``.
    number : int
        Most cases of each arm.

    Raises
    ------
    InputError
        If a path that is given holds no such data.
    UsageError, ModelError
        If a generator or encoder cannot be opened.
    """
    explainers = {name: Explainer(settings.model_copy(update={"generator": name})) for name in generators}
    rows: list[Row] = []
    told = [f"{number} phantoms from seed {FIRST_PHANTOM}"]
    if nih is not None:
        cases = draw_cases(read_nih(nih), number, seed=SEED)
        arm = Arm("real", *explain_cases(cases, explainers))
        measured = (*measure_real(arm), *measure_groups(cases, arm))
        rows += [row for row in measured if not any(name in row.metric for name in READ)]
        told.append(f"{len(cases)} images of ChestX-ray14")
    rows += measure_texts(Arm("phantom", *explain_phantoms(number, explainers)))
    if openi is not None:
        oracle = read_oracle(openi, None, number)
        rows += measure_texts(Arm("Open-i, oracle findings", *explain_oracle(oracle, explainers)))
        told.append(f"{len(oracle)} reports of Open-i")
    return Suite(suite="benchmark", data=", ".join(told), n=number, rows=tuple(rows))


def write_result(suite: Suite, folder: Path, settings: Settings, generators: Sequence[str]) -> None:
    """Write ``results.json`` and its card, ``README.md``.

    Parameters
    ----------
    suite : Suite
        From :func:`run_benchmark`.
    folder : Path
        Made where it is missing.
    settings : Settings
        As the benchmark was run.
    generators : sequence of str
        As the benchmark was run.
    """
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"benchmark": "thoracite explanations", "protocol": PROTOCOL, "version": __version__}
    facts |= {"encoder": settings.encoder, "generators": list(generators)}
    body: dict[str, Any] = facts | suite.model_dump(mode="json")
    write_text(folder / "results.json", json.dumps(body, indent=1, ensure_ascii=False) + "\n")
    write_text(folder / "README.md", "\n".join(_write_card(suite, facts)) + "\n")


def _write_card(suite: Suite, facts: dict[str, Any]) -> Iterator[str]:
    yield "# Thoracite explanations benchmark"
    yield ""
    yield f"Protocol {facts['protocol']}, thoracite {facts['version']}, encoder `{facts['encoder']}`."
    yield f"Data: {suite.data}."
    yield "Phantoms are synthetic; Open-i's arm has no image (findings are given from labels); ChestX-ray14's labels"
    yield "were mined from reports. Intervals (95 %) draw patients. Research use only, not a medical device."
    yield ""
    yield "| system | figure | value | 95 % interval | n |"
    yield "|---|---|---|---|---|"
    for row in suite.rows:
        ends = "" if row.low is None or row.high is None else f"{row.low:.3f} to {row.high:.3f}"
        yield f"| {row.system} | {row.metric} | {row.value:.3f} | {ends} | {row.n} |"


__all__ = ["NUMBER", "PROTOCOL", "run_benchmark", "write_result"]
