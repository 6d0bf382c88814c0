"""The suite ``labels``: findings of ChestX-ray14 read off Open-i's reports, beside two keyword rules.

The reference (``openi_gld_std14.csv`` of NegBio, public domain) gives each report a 0 or 1 for each finding; how it
treats "may", "versus" and "borderline" is its own reading, and its Hernia column is empty. So the figures are printed
apart for findings that the report hedges and for the rest, and every disagreement has a cause.

References
----------
Peng Y et al. NegBio. AMIA Jt Summits Transl Sci Proc 2018. arXiv:1712.05898 (F1 0.87 on its own Open-i labels).
"""

from __future__ import annotations

import csv
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from thoracite.errors import InputError
from thoracite.evaluation.radgraph_f1 import Agreement, score_f1
from thoracite.evaluation.suite import Row, Suite
from thoracite.kg.extract import RuleExtractor
from thoracite.kg.labels14 import find_labels
from thoracite.kg.reports import read_reports
from thoracite.kg.vocabulary import NIH14
from thoracite.types import Certainty

LABELS = tuple(label for label in NIH14 if label != "Hernia")
"""The thirteen findings that the reference has."""

_KEYWORDS = {
    "Atelectasis": "atelecta", "Cardiomegaly": "cardiomegaly|enlarged heart|heart is enlarged", "Effusion": "effusion",
    "Infiltration": "infiltrat", "Mass": r"\bmass(?:es)?\b", "Nodule": "nodul", "Pneumonia": "pneumoni",
    "Pneumothorax": "pneumothora", "Consolidation": "consolidat", "Edema": "edema", "Emphysema": "emphysema",
    "Fibrosis": "fibro", "Pleural_Thickening": "pleural thickening",
}  # fmt: skip
_MENTIONS = _KEYWORDS | {"Cardiomegaly": "cardiomegaly|heart|cardiac", "Pleural_Thickening": "thicken", "Mass": "mass"}
_HEDGES = re.compile(
    r"\b(?:may|might|could|possibl[ey]|probabl[ey]|likely|presum\w+|suspect\w*|suspici\w+|question\w*|concern\w*"
    r"|worrisome|suggest\w*|versus|vs|and/or|differential|exclud\w*|rule[ds]? out|consider\w*|favor\w*|perhaps"
    r"|appears? to|equivocal|potential\w*|either)\b|xxxx"
)
_NEGATIONS = re.compile(r"\b(?:no|not|without|negative|free|clear of|nor)\b")
_SENTENCE = re.compile(r"[^.?!]+")


class Judgement(NamedTuple):
    """One report and one finding: what the reference, the extractor and the keywords say."""

    report_id: str
    label: str
    gold: bool
    found: Certainty | None
    keyword: bool
    mentioned: bool
    hedged: bool

    @property
    def cause(self) -> str | None:
        """Why reference and extractor disagree; None where they agree."""
        if self.gold == (self.found is Certainty.PRESENT):
            return None
        if self.gold:
            said = {None: "no mention found", Certainty.ABSENT: "read as absent"}.get(self.found, "read as uncertain")
            if self.found is None and not self.mentioned:
                said = "the word is not in the text"
            return f"reference 1: {said}"
        return "reference 0: hedged sentence, read as present" if self.hedged else "reference 0: read as present"


class LabelledReport(NamedTuple):
    """A report's id and text, and the reference's row."""

    id: str
    text: str
    row: dict[str, str]


def read_labelled(data: Path) -> list[LabelledReport]:
    """Open-i's reports that NegBio labelled.

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
    try:
        with table.open(encoding="utf-8", newline="") as file:
            gold = {row["filename"]: row for row in csv.DictReader(file)}
    except OSError as error:
        raise InputError(f"{table} cannot be read: {error.strerror}; expected NegBio's labels of Open-i") from error
    archive = data / "openi" / "NLMCXR_reports.tgz"
    labelled = [LabelledReport(r.id, r.text, gold[r.id]) for r in read_reports(archive) if r.id in gold]
    if not labelled:
        raise InputError(f"no report of {archive} is among NegBio's labels; expected Open-i's archive")
    return labelled


def judge_reports(reports: Iterable[LabelledReport]) -> Iterator[Judgement]:
    """Every finding of every report."""
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
            mentioned=bool(mentions),
            hedged=any(_is_hedged(s) for s in mentions),
        )


def _is_hedged(sentence: str) -> bool:
    """Whether the sentence has a hedge, or an "or" that no negation governs; a removed word may have been a hedge."""
    return bool(_HEDGES.search(sentence)) or (" or " in sentence and not _NEGATIONS.search(sentence))


def find_causes(judgements: list[Judgement]) -> Counter[tuple[str, str]]:
    """How many disagreements each finding has by cause, as (label, cause)."""
    return Counter((j.label, j.cause) for j in judgements if j.cause is not None)


def _score(system: str, metric: str, pairs: list[tuple[str, bool, bool]]) -> Row:
    """F1 of (report id, gold, predicted), its interval drawn by report."""
    by_report: dict[str, Agreement] = {}
    for report_id, gold, predicted in pairs:
        old = by_report.get(report_id, Agreement(0, 0, 0))
        by_report[report_id] = Agreement(old.both + (gold and predicted), old.gold + gold, old.predicted + predicted)
    value, low, high = score_f1(list(by_report.values()))
    return Row(system=system, metric=metric, value=value, low=low, high=high, n=sum(gold for _, gold, _ in pairs))


def _measure_speed(reports: list[LabelledReport]) -> Row:
    extractor = RuleExtractor()
    start = time.process_time()
    for report in reports:
        extractor.extract(report.text)
    speed = len(reports) / (time.process_time() - start)
    return Row(system="rules", metric="reports a second, one core", value=speed, n=len(reports))


def run_labels(data: Path) -> Suite:
    """The suite, for ``thoracite evaluate labels``.

    Rows give F1 with the number of positive reference labels as n; causes of disagreement are counts; the speed is of
    the extraction alone, in processor time of one process.
    """
    labelled = read_labelled(data)
    judgements = list(judge_reports(labelled))
    reports = len(labelled)
    present = [(j.report_id, j.gold, j.found is Certainty.PRESENT) for j in judgements]
    rows = [
        _score("rules", "F1, uncertain counted as absent", present),
        _score(
            "rules",
            "F1, uncertain counted as present",
            [(j.report_id, j.gold, j.found in {Certainty.PRESENT, Certainty.UNCERTAIN}) for j in judgements],
        ),
        _score("keywords with no", "F1", [(j.report_id, j.gold, j.keyword) for j in judgements]),
        _score("keywords", "F1", [(j.report_id, j.gold, j.mentioned) for j in judgements]),
    ]
    for metric, hedged in (("F1, not hedged", False), ("F1, hedged", True)):
        chosen = [j for j in judgements if j.hedged is hedged]
        rows.append(_score("rules", metric, [(j.report_id, j.gold, j.found is Certainty.PRESENT) for j in chosen]))
        rows.append(_score("keywords with no", metric, [(j.report_id, j.gold, j.keyword) for j in chosen]))
    for label in LABELS:
        chosen = [j for j in judgements if j.label == label]
        rows.append(
            _score("rules", f"F1 {label}", [(j.report_id, j.gold, j.found is Certainty.PRESENT) for j in chosen])
        )
    for (label, cause), number in sorted(find_causes(judgements).items()):
        rows.append(Row(system="rules", metric=f"disagreements {label}: {cause}", value=number))
    rows.append(_measure_speed(labelled))
    return Suite(
        suite="labels", data="Open-i reports with NegBio's labels (a program's reading)", n=reports, rows=tuple(rows)
    )


__all__ = ["LABELS", "Judgement", "LabelledReport", "find_causes", "judge_reports", "read_labelled", "run_labels"]
