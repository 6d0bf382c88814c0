"""The suite ``report-check``: errors planted into reports, and how many of them ``check-report`` finds.

Two levels, as in ReXErr's forerunner: is there an error at all, and which (decision 9 says when an error counts as
found). Open-i's reports are checked by their text alone; synthetic radiographs, whose truth is known, with their image
too. The reports are halved by their identifier: rules are tuned on the half ``seen``, and measured on ``locked``.

Recall is a share of spoilt reports; precision holds for one untouched report to each spoilt one. Baselines: always an
error, never one, and a rule that looks for a finding's word in two sentences, with and without "no".

References
----------
Wu J et al. Exploring multimodal large language models for radiology report error-checking. 2023. arXiv:2312.13103.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.errors import InputError
from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.planting import KINDS, Planted, plant
from thoracite.evaluation.report_words import FINDINGS
from thoracite.evaluation.suite import Row, Suite
from thoracite.generation.report.check import ReportCheck, ReportError
from thoracite.kg.reports.read import read_reports
from thoracite.phantom import write_phantoms
from thoracite.pipeline import Explainer

Half = Literal["seen", "locked"]
"""The reports that rules are tuned on, and those that the published figures rest on."""

Check = Callable[[str, str | None], ReportCheck]
"""A report and its image, where there is one → the answer."""

SEED = 14
QUOTA = 150
"""Most reports a kind; fewer carry a length."""
UNTOUCHED = 0.3
"""Share of reports that stay as they are, drawn before any error is planted."""
PHANTOMS, FIRST_PHANTOM = 150, 70_000
"""How many synthetic radiographs, and the seed of the first: the encoder was trained on other seeds."""

_RAREST_FIRST = ("unit", "side", "severity", "swapped finding", "negation", "invented finding")
_FAMILIES = {
    "negation": frozenset({"inconsistent", "contradicted"}),
    "swapped finding": frozenset({"inconsistent", "contradicted"}),
    "invented finding": frozenset({"inconsistent", "contradicted"}),
    "side": frozenset({"side"}),
    "severity": frozenset({"severity"}),
    "unit": frozenset({"unit"}),
}
"""Kinds of named errors that tell a planted one: text alone cannot tell a swapped finding from an invented one."""

_NEGATED = re.compile(r"\b(?:no|without|not|free of|negative for)\b", re.IGNORECASE)


class Case(NamedTuple):
    """A report as it is checked.

    Parameters
    ----------
    text : str
        Spoilt or untouched.
    planted : Planted or None
        The error in it; None where it is untouched.
    image : str or None
        Path of its image.
    """

    text: str
    planted: Planted | None = None
    image: str | None = None


class Judged(NamedTuple):
    """A case, the kinds of error that were named, and whether one of them is the planted one."""

    case: Case
    named: frozenset[str]
    right: bool


def run_report_check(
    data: Path, *, half: Half = "locked", phantoms: int = PHANTOMS, explainer: Explainer | None = None
) -> Suite:
    """The suite, for ``thoracite evaluate report-check``.

    Parameters
    ----------
    data : Path
        Folder with ``openi/NLMCXR_reports.tgz``.
    half : str
        ``locked``, or ``seen`` while rules are tuned.
    phantoms : int
        Synthetic radiographs to draw, at least 20.
    explainer : Explainer or None
        With graph and encoder; the settings' own unless given.

    Raises
    ------
    InputError
        If the archive cannot be read, or no report of it is in the half.
    """
    reports = {one.id: one.text for one in read_reports(data / "openi" / "NLMCXR_reports.tgz")}
    chosen = [(key, text) for key, text in reports.items() if text and find_half(key) == half]
    if not chosen:
        raise InputError(f"no report of {data / 'openi'} is in the half {half!r}; expected Open-i's archive")
    explainer = explainer or Explainer()

    def by_text(text: str, image: str | None) -> ReportCheck:  # noqa: ARG001
        return explainer.check_report(None, text)

    cases = spoil_reports(chosen)
    rows = [*_measure("text alone", "", judge(cases, by_text)), *_measure_baselines(cases)]
    with TemporaryDirectory() as folder:
        drawn = draw_cases(Path(folder), phantoms)
        by_image = judge(drawn, lambda text, image: explainer.check_report(image, text))
        rows += _measure("text and image", "phantoms, ", by_image)
        rows += _measure("text alone", "phantoms, ", judge(drawn, by_text))
    spoilt = sum(case.planted is not None for case in cases)
    described = (
        f"Open-i, half {half}: {spoilt} spoilt and {len(cases) - spoilt} untouched reports; {len(drawn)} phantoms"
    )
    return Suite(suite="report-check", data=described, n=len(cases), rows=tuple(rows))


def find_half(report_id: str) -> Half:
    """The half that a report is in, by its identifier alone.

    Examples
    --------
    >>> [find_half(f"CXR{number}") for number in range(1, 5)]
    ['seen', 'locked', 'seen', 'seen']
    """
    digest = hashlib.sha256(f"{SEED} {report_id}".encode()).hexdigest()
    return "seen" if int(digest, 16) % 2 == 0 else "locked"


def spoil_reports(reports: Iterable[tuple[str, str]], *, quota: int = QUOTA) -> list[Case]:
    """Each report once: untouched, or with one error in it.

    Parameters
    ----------
    reports : iterable of (str, str)
        Identifier and text.
    quota : int
        Most reports a kind.

    Returns
    -------
    list of Case
        Untouched ones first; a report that is neither is left out.
    """
    draw = Random(SEED)  # noqa: S311 - a sample, not a secret
    mixed = sorted(reports)
    draw.shuffle(mixed)
    cut = round(UNTOUCHED * len(mixed))
    cases, left = [Case(text) for _, text in mixed[:cut]], mixed[cut:]
    for kind in _RAREST_FIRST:  # else reports that carry a rare kind would be spent on frequent ones
        spoilt: dict[str, Planted] = {}
        for key, text in left:
            planted = plant(kind, text, Random(f"{SEED} {kind} {key}")) if len(spoilt) < quota else None  # noqa: S311
            if planted is not None:
                spoilt[key] = planted
        left = [report for report in left if report[0] not in spoilt]
        cases += [Case(planted.text, planted) for planted in spoilt.values()]
    return cases


def draw_cases(folder: Path, number: int) -> list[Case]:
    """Synthetic radiographs with their reports, some of them spoilt; kinds in turn.

    Parameters
    ----------
    folder : Path
        To draw into.
    number : int
        How many.
    """
    write_phantoms(folder, number=number, seed=FIRST_PHANTOM, size=256)
    lines = (folder / "phantoms.jsonl").read_text(encoding="utf-8").splitlines()
    truths = [
        (record["image"], "FINDINGS: " + record["report"].replace("\n", " ")) for record in map(json.loads, lines)
    ]
    cut = round(UNTOUCHED * number)
    cases = [Case(text, image=str(folder / image)) for image, text in truths[:cut]]
    for turn, (image, text) in enumerate(truths[cut:]):
        kinds = [KINDS[(turn + step) % len(KINDS)] for step in range(len(KINDS))]
        tried = (plant(kind, text, Random(f"{SEED} {kind} {image}")) for kind in kinds)  # noqa: S311
        planted = next(found for found in tried if found is not None)
        cases.append(Case(planted.text, planted, str(folder / image)))
    return cases


def judge(cases: Iterable[Case], check: Check) -> list[Judged]:
    """Check every case."""
    return [_judge(case, check(case.text, case.image).errors) for case in cases]


def _judge(case: Case, errors: Sequence[ReportError]) -> Judged:
    named = frozenset(error.kind for error in errors)
    if case.planted is None:
        return Judged(case, named, right=False)
    family, changed = _FAMILIES[case.planted.kind], _squeeze(case.planted.changed)
    right = any(error.kind in family and changed in _squeeze(f"{error.sentence} {error.expected}") for error in errors)
    return Judged(case, named, right)


def _squeeze(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _measure(system: str, prefix: str, judged: Sequence[Judged], *, kinds: Sequence[str] = KINDS) -> Iterator[Row]:
    untouched = [one for one in judged if one.case.planted is None]
    for shown, words in (("text", "the text shows it"), ("image", "the image is needed"), ("undecided", "undecided")):
        group = [one for one in judged if one.case.planted is not None and one.case.planted.shown_by == shown]
        for kind in ("all kinds", *(kinds if shown != "undecided" else ())):
            spoilt = [one for one in group if kind in {"all kinds", one.case.planted and one.case.planted.kind}]
            if spoilt:
                yield from _score(system, f"{prefix}{words}: {kind}", spoilt, untouched, kind)
    yield _share(system, f"{prefix}untouched reports with an error named", [bool(one.named) for one in untouched])
    for kind in sorted({kind for one in untouched for kind in one.named}):
        yield _share(system, f"{prefix}untouched reports with an error named: {kind}", [
            kind in one.named for one in untouched
        ])  # fmt: skip


def _share(system: str, metric: str, cases: Sequence[bool]) -> Row:
    given = np.array(cases, dtype=float)
    low, high = bootstrap_interval(lambda drawn: float(given[drawn].mean()), len(given))
    return Row(system=system, metric=metric, value=float(given.mean()), low=low, high=high, n=len(given))


def _score(system: str, metric: str, spoilt: Sequence[Judged], untouched: Sequence[Judged], kind: str) -> Iterator[Row]:
    """Recall and precision, on the level of reports and on that of kinds."""
    family = _FAMILIES.get(kind)
    found = np.array([bool(one.named) for one in spoilt], dtype=float)
    right = np.array([one.right for one in spoilt], dtype=float)
    false = np.array([bool(one.named) for one in untouched], dtype=float)
    false_kind = np.array([bool(one.named & family if family else one.named) for one in untouched], dtype=float)
    yield from _rate(system, f"{metric}, an error", found, false)
    yield from _rate(system, f"{metric}, which one", right, false_kind)


def _rate(system: str, metric: str, found: npt.NDArray[np.float64], false: npt.NDArray[np.float64]) -> Iterator[Row]:
    cases = len(found)

    def recall(drawn: npt.NDArray[np.int64]) -> float:
        kept = found[drawn[drawn < cases]]
        return float(kept.mean()) if len(kept) else float("nan")

    def precision(drawn: npt.NDArray[np.int64]) -> float:
        kept, wrong = drawn[drawn < cases], drawn[drawn >= cases] - cases
        share, alarms = (found[kept].mean() if len(kept) else 0.0), (false[wrong].mean() if len(wrong) else 0.0)
        return float(share / (share + alarms)) if share + alarms else float("nan")

    every = np.arange(cases + len(false))
    for name, statistic in (("recall", recall), ("precision", precision)):
        value = statistic(every)
        low, high = bootstrap_interval(statistic, len(every)) if value == value else (None, None)
        yield Row(system=system, metric=f"{metric}, {name}", value=value, low=low, high=high, n=cases)


def _measure_baselines(cases: Sequence[Case]) -> Iterator[Row]:
    systems: dict[str, Callable[[str], bool]] = {
        "always an error": bool,
        "never an error": "".__eq__,
        "word with and without no": find_with_and_without,
    }
    for system, says in systems.items():
        named = {True: frozenset({"inconsistent"}), False: frozenset[str]()}
        judged = [Judged(case, named[says(case.text)], right=False) for case in cases]
        kinds = KINDS if system.startswith("word") else ()
        rows = _measure(system, "", judged, kinds=kinds)
        yield from (row for row in rows if "which one" not in row.metric and not row.metric.endswith("inconsistent"))


def find_with_and_without(text: str) -> bool:
    """Whether a finding's word stands in one sentence with a negation and in another without one.

    Examples
    --------
    >>> find_with_and_without("No effusion. Small left effusion."), find_with_and_without("No effusion. No edema.")
    (True, False)
    """
    sentences = re.split(r"[.?!\n]", text.lower())
    for words in FINDINGS.values():
        told = {bool(_NEGATED.search(sentence)) for sentence in sentences if re.search(rf"\b(?:{words})\b", sentence)}
        if len(told) == 2:
            return True
    return False


__all__ = [
    "Case",
    "Half",
    "Judged",
    "draw_cases",
    "find_half",
    "find_with_and_without",
    "judge",
    "run_report_check",
    "spoil_reports",
]
