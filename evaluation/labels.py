"""The suite ``labels``: findings of ChestX-ray14 read from Open-i's reports, beside two keyword rules.

The reference (``openi_gld_std14.csv`` of NegBio, public domain) gives each report a 0 or 1 for each finding; it has its
own reading of "may", "versus" and "borderline", and its Hernia column is empty. So the figures are printed
apart for findings that the report states plainly, negates and hedges, and every disagreement has a cause.
``python -m thoracite.evaluation.labels DATA FILE.csv`` lists them report by report.

References
----------
Peng Y et al. NegBio. AMIA Jt Summits Transl Sci Proc 2018. arXiv:1712.05898 (F1 0.87 on its own Open-i labels).
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.errors import InputError
from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.radgraph_f1 import Agreement, score_f1
from thoracite.evaluation.suite import Row, Suite
from thoracite.files import explain_writing, read_rows, replace_file
from thoracite.kg.extract.extractor import RuleExtractor
from thoracite.kg.extract.labels import find_labels
from thoracite.kg.reports.read import read_reports
from thoracite.kg.vocabulary import NIH14
from thoracite.types import Certainty

LABELS = tuple(label for label in NIH14 if label != "Hernia")
"""The thirteen findings of the reference."""

_KEYWORDS = {
    "Atelectasis": "atelecta", "Cardiomegaly": "cardiomegaly|enlarged heart|heart is enlarged", "Effusion": "effusion",
    "Infiltration": "infiltrat", "Mass": r"\bmass(?:es)?\b", "Nodule": "nodul", "Pneumonia": "pneumoni",
    "Pneumothorax": "pneumothora", "Consolidation": "consolidat", "Edema": "edema", "Emphysema": "emphysema",
    "Fibrosis": "fibro", "Pleural_Thickening": "pleural thickening",
}  # fmt: skip
_MENTIONS = _KEYWORDS | {"Cardiomegaly": "cardiomegaly|heart|cardiac", "Pleural_Thickening": "thicken", "Mass": "mass"}
_HEDGES = re.compile(
    r"\b(?:may|might|could|possibl[ey]|probabl[ey]|likely|presum\w+|suspect\w*|suspici\w+|question\w*|concern\w*"
    r"|worrisome|suggest\w*|differential|exclud\w*|rule[ds]? out|consider\w*|favor\w*|perhaps|appears? to|equivocal"
    r"|potential\w*)\b"
)
_ALTERNATIVES = re.compile(r"\b(?:versus|vs|and/or|either)\b")
_NEGATIONS = re.compile(r"\b(?:no|not|without|negative|free|clear of|nor)\b")
_SENTENCE = re.compile(r"[^.?!]+")


Manner = Literal["plain", "negated", "hedged", "not mentioned"]
"""Manner of a report's sentences on a finding: hedged in one of them, else negated in each, else plain."""


Doubt = Literal["hedging word", "alternatives", "removed word"]
"""Cause of hedging: a word, another possible finding, or a word that was removed from the report."""


class Judgement(NamedTuple):
    """One report and one finding, by reference, extractor and keywords.

    Parameters
    ----------
    report_id, label : str
        The report, and the finding of ChestX-ray14.
    gold, keyword : bool
        Whether reference and keywords say present.
    found : Certainty or None
        The extractor's certainty; None without a mention.
    manner : str
        ``plain``, ``negated``, ``hedged`` or ``not mentioned``.
    doubt : str or None
        ``hedging word``, ``alternatives`` or ``removed word``; None where nothing hedges.
    """

    report_id: str
    label: str
    gold: bool
    found: Certainty | None
    keyword: bool
    manner: Manner
    doubt: Doubt | None = None

    @property
    def present(self) -> bool:
        """Tell whether the extractor read it as present."""
        return self.found is Certainty.PRESENT

    @property
    def cause(self) -> str | None:
        """Return the cause of disagreement between reference and extractor; None where they agree."""
        if self.gold == self.present:
            return None
        if self.gold:
            doubtful = f"read as uncertain, {self.doubt or 'by the extractor alone'}"
            said = {None: "no mention found", Certainty.ABSENT: "read as absent"}.get(self.found, doubtful)
            if self.found is None and self.manner == "not mentioned":
                said = "the word is not in the text"
            return f"reference 1: {said}"
        hedged = self.manner == "hedged"
        return "reference 0: hedged sentence, read as present" if hedged else "reference 0: read as present"


class LabelledReport(NamedTuple):
    """A report with its row of the reference.

    Parameters
    ----------
    id, text : str
        Identifier and text of the report.
    row : dict of str to str
        Its row of the reference: column to cell.
    """

    id: str
    text: str
    row: dict[str, str]


def read_labelled(data: Path) -> list[LabelledReport]:
    """Read Open-i's reports that NegBio labelled.

    Parameters
    ----------
    data : Path
        Folder with ``knowledge/negbio/openi_gld_std14.csv`` and ``openi/NLMCXR_reports.tgz``.

    Raises
    ------
    InputError
        If either is missing, or they share no report.
    """
    table = data / "knowledge" / "negbio" / "openi_gld_std14.csv"
    gold = {row["filename"]: row for row in read_rows(table, expected="NegBio's labels of Open-i")}
    archive = data / "openi" / "NLMCXR_reports.tgz"
    labelled = [LabelledReport(r.id, r.text, gold[r.id]) for r in read_reports(archive) if r.id in gold]
    if not labelled:
        raise InputError(f"no report of {archive} is among NegBio's labels; expected Open-i's archive")
    return labelled


def judge_reports(reports: Iterable[LabelledReport]) -> Iterator[Judgement]:
    """Judge every finding of every report."""
    extractor = RuleExtractor()
    for report in reports:
        yield from _judge(report.id, report.text, report.row, extractor)


def _judge(report_id: str, text: str, row: dict[str, str], extractor: RuleExtractor) -> Iterator[Judgement]:
    found = find_labels(extractor.extract(text, report_id=report_id))
    sentences = _SENTENCE.findall(text.lower())
    for label in LABELS:
        stated = [s for s in sentences if re.search(_KEYWORDS[label], s)]
        mentions = [s for s in sentences if re.search(_MENTIONS[label], s)]
        yield Judgement(
            report_id=report_id,
            label=label,
            gold=row[label] == "1",
            found=found.get(label),
            keyword=any(not re.search(rf"\b(?:no|without)\b.*(?:{_KEYWORDS[label]})", s) for s in stated),
            manner=_find_manner(mentions),
            doubt=next(filter(None, map(_find_doubt, mentions)), None),
        )


def _find_manner(mentions: list[str]) -> Manner:
    if any(map(_find_doubt, mentions)):
        return "hedged"
    if mentions and all(_NEGATIONS.search(sentence) for sentence in mentions):
        return "negated"
    return "plain" if mentions else "not mentioned"


def _find_doubt(sentence: str) -> Doubt | None:
    """Find the hedge in a sentence, if any; an "or" that a negation governs is none."""
    if _HEDGES.search(sentence):
        return "hedging word"
    if _ALTERNATIVES.search(sentence) or (" or " in sentence and not _NEGATIONS.search(sentence)):
        return "alternatives"
    return "removed word" if "xxxx" in sentence else None


def find_causes(judgements: list[Judgement]) -> Counter[tuple[str, str]]:
    """Count the disagreements of each finding by cause, as (label, cause)."""
    return Counter((j.label, j.cause) for j in judgements if j.cause is not None)


def write_disagreements(path: Path, judgements: Iterable[Judgement]) -> int:
    """Write every disagreement with its cause, sorted by cause, finding and report; return their number.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    rows = sorted((j.cause, j.label, j.report_id, j.manner) for j in judgements if j.cause is not None)
    with explain_writing(path), replace_file(path, newline="") as file:
        csv.writer(file).writerows([("cause", "label", "report", "manner"), *rows])
    return len(rows)


def _score(system: str, metric: str, pairs: list[tuple[str, bool, bool]]) -> Row:
    """Compute F1 of (report id, gold, predicted), its interval drawn by report."""
    by_report: dict[str, Agreement] = {}
    for report_id, gold, predicted in pairs:
        old = by_report.get(report_id, Agreement(0, 0, 0))
        by_report[report_id] = Agreement(old.both + (gold and predicted), old.gold + gold, old.predicted + predicted)
    value, low, high = score_f1(list(by_report.values()))
    return Row(system=system, metric=metric, value=value, low=low, high=high, n=sum(gold for _, gold, _ in pairs))


def _score_rules(metric: str, judgements: Iterable[Judgement]) -> Row:
    return _score("rules", metric, [(j.report_id, j.gold, j.present) for j in judgements])


def _score_keywords(metric: str, judgements: Iterable[Judgement]) -> Row:
    return _score("keywords with no", metric, [(j.report_id, j.gold, j.keyword) for j in judgements])


def _score_manners(judgements: list[Judgement]) -> Iterator[Row]:
    """Compute F1 by manner; the reference calls few negated findings present, so the share that agrees is given too."""
    for manner in ("plain", "hedged"):
        chosen = [j for j in judgements if j.manner == manner]
        yield _score_rules(f"F1, {manner}", chosen)
        yield _score_keywords(f"F1, {manner}", chosen)
    for metric, chosen in (
        ("not hedged", [j for j in judgements if j.manner != "hedged"]),
        ("negated", [j for j in judgements if j.manner == "negated"]),
    ):
        yield _score_rules(f"F1, {metric}", chosen)
        yield _score_keywords(f"F1, {metric}", chosen)
    for system, right in (
        ("rules", [j.gold == j.present for j in chosen]),
        ("keywords with no", [j.gold == j.keyword for j in chosen]),
    ):
        low, high = bootstrap_interval(partial(_share, np.array(right, dtype=float)), len(right))
        value = sum(right) / len(right)
        yield Row(system=system, metric="share that agrees, negated", value=value, low=low, high=high, n=len(right))


def _share(right: npt.NDArray[np.float64], drawn: npt.NDArray[np.int64]) -> float:
    return float(right[drawn].mean())


def run_labels(data: Path) -> Suite:
    """Run the suite for ``thoracite evaluate labels``.

    Rows give F1 with the number of positive reference labels as n; disagreements are counts, n being all of them.
    """
    labelled = read_labelled(data)
    judgements = list(judge_reports(labelled))
    possible = [(j.report_id, j.gold, j.found in {Certainty.PRESENT, Certainty.UNCERTAIN}) for j in judgements]
    mentioned = [(j.report_id, j.gold, j.manner != "not mentioned") for j in judgements]
    rows = [
        _score_rules("F1, uncertain counted as absent", judgements),
        _score("rules", "F1, uncertain counted as present", possible),
        _score_keywords("F1", judgements),
        _score("keywords", "F1", mentioned),
        *_score_manners(judgements),
        *(_score_rules(f"F1 {label}", [j for j in judgements if j.label == label]) for label in LABELS),
    ]
    causes = find_causes(judgements)
    for cause in sorted({cause for _, cause in causes}):
        number = sum(count for (_, of), count in causes.items() if of == cause)
        rows.append(Row(system="rules", metric=f"disagreements, {cause}", value=number, n=causes.total()))
    for (label, cause), number in sorted(causes.items()):
        rows.append(Row(system="rules", metric=f"disagreements {label}: {cause}", value=number, n=causes.total()))
    described = "Open-i reports with NegBio's labels (a program's reading)"
    return Suite(suite="labels", data=described, n=len(labelled), rows=tuple(rows))


__all__ = [
    "LABELS",
    "Judgement",
    "LabelledReport",
    "Manner",
    "find_causes",
    "judge_reports",
    "read_labelled",
    "run_labels",
    "write_disagreements",
]

if __name__ == "__main__":
    folder, listing = map(Path, sys.argv[1:3])
    write_disagreements(listing, judge_reports(read_labelled(folder)))
