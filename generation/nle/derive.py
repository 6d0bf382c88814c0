"""Explanations derived from reports: sentences in which one finding is said to suggest another.

The extractor reads each sentence. Where it finds that an observation is suggestive of a diagnosis, and neither is
denied, the sentence explains that diagnosis, and the labels of both are marked. What the report says of each label
elsewhere gives the image's labels. The rules of the fourteen labels are mapped onto MIMIC-NLE's ten.

Examples
--------
>>> from thoracite.kg.extract.extractor import open_extractor
>>> report = Report(id="CXR1", sections={"findings": "No effusion. Opacity in the left base suggesting pneumonia."})
>>> one = next(derive_explanations([report], open_extractor()))
>>> one.sentence_ID, one.nle, one.diagnoses
('CXR1#1', 'Opacity in the left base suggesting pneumonia.', ('Pneumonia',))
>>> one.img_labels[DIAGNOSES.index("Pleural Effusion")], one.img_labels[DIAGNOSES.index("Pneumonia")]
((1, 0, 0), (0, 1, 0))
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from thoracite.generation.nle.explanations import DIAGNOSES, Explanation, Marks, mark
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.extract.labels import find_mentions
from thoracite.kg.extract.text import split_sentences, split_tokens
from thoracite.kg.radgraph import Annotation, Mention
from thoracite.kg.reports.report import Report
from thoracite.types import Certainty

SECTIONS = ("text", "findings", "impression", "addendum")
"""Sections that are read."""

_LABELS = {
    "Atelectasis": "Atelectasis", "Consolidation": "Consolidation", "Edema": "Edema", "Effusion": "Pleural Effusion",
    "Mass": "Lung Lesion", "Nodule": "Lung Lesion", "Infiltration": "Lung Opacity", "Pneumonia": "Pneumonia",
    "Pleural_Thickening": "Pleural Other", "Pneumothorax": "Pneumothorax",
}  # fmt: skip
"""The fourteen labels' names in MIMIC-NLE; the others have none."""

_OPACITY = re.compile(r"opaci\w*|densit\w+|infiltrat\w*|airspace", re.IGNORECASE)
_MEDIASTINUM = re.compile(r"(?:cardio)?mediastin\w+", re.IGNORECASE)
_WIDE = re.compile(r"wid\w+|enlarg\w+|prominen\w+", re.IGNORECASE)
_ROWS = {Certainty.ABSENT: (1, 0, 0), Certainty.UNCERTAIN: (0, 1, 0), Certainty.PRESENT: (0, 0, 1)}
_RANK = {Certainty.ABSENT: 0, Certainty.UNCERTAIN: 1, Certainty.PRESENT: 2}


def derive_explanations(reports: Iterable[Report], extractor: Extractor) -> Iterator[Explanation]:
    """Derive the explanations of reports.

    Parameters
    ----------
    reports : iterable of Report
        Read by :func:`thoracite.kg.reports.read.read_reports`.
    extractor : Extractor
        Reads sentences.

    Yields
    ------
    Explanation
        One for each sentence that explains a diagnosis, numbered among all sentences of its report.
    """
    for report in reports:
        yield from _derive(report, extractor)


def _derive(report: Report, extractor: Extractor) -> Iterator[Explanation]:
    found: list[tuple[int, str, int, int, set[str], set[str]]] = []
    degrees: dict[str, Certainty] = {}
    number = 0
    for section in SECTIONS:
        text = report.sections.get(section, "")
        tokens = split_tokens(text)
        for first, last in split_sentences(text, tokens):
            begin = tokens[first].start
            end = tokens[last].end if last < len(tokens) and tokens[last].text in ".!?" else tokens[last - 1].end
            annotation = extractor.extract(text[begin:end])
            labels = find_labels(annotation)
            for mention, names in labels:
                for name in names:
                    degrees[name] = max(degrees.get(name, mention.certainty), mention.certainty, key=_RANK.__getitem__)
            evidence, diagnoses = _find_reasons(annotation, labels)
            if evidence and diagnoses:
                found.append((number, section, begin, end, evidence, diagnoses))
            number += 1
    rows = tuple(_ROWS[degrees[name]] if name in degrees else (0, 0, 0) for name in DIAGNOSES)
    for at, section, begin, end, evidence, diagnoses in found:
        yield Explanation(
            sentence_ID=f"{report.id}#{at}",
            nle=report.sections[section][begin:end],
            patient_ID=report.patient or report.id,
            report_ID=report.id,
            diagnosis_label=mark(*diagnoses),
            evidence_label=mark(*evidence),
            img_labels=_raise_rows(rows, diagnoses),
            section=section,
            begin=begin,
            end=end,
        )


def _raise_rows(rows: tuple[Marks, ...], diagnoses: set[str]) -> tuple[Marks, ...]:
    """Call what a sentence explains uncertain where the report says nothing surer of it."""
    return tuple(
        (0, 1, 0) if name in diagnoses and not (row[1] or row[2]) else row
        for name, row in zip(DIAGNOSES, rows, strict=True)
    )


def find_labels(annotation: Annotation) -> list[tuple[Mention, frozenset[str]]]:
    """Return the observations of a sentence with the labels that each speaks of, in reading order.

    Parameters
    ----------
    annotation : Annotation
        Of one sentence.
    """
    rules: dict[str, set[str]] = {}
    for label, mention, _ in find_mentions(annotation):
        if label in _LABELS:
            rules.setdefault(mention.id, set()).add(_LABELS[label])
    about = {source.id: target.tokens for source, name, target in annotation.relations() if name != "suggestive_of"}
    labels = []
    for mention in (one for one in annotation.entities if not one.is_anatomy):
        names = rules.get(mention.id, set())
        if _OPACITY.fullmatch(mention.tokens):
            names = names | {"Lung Opacity"}
        if _WIDE.fullmatch(mention.tokens) and _MEDIASTINUM.search(about.get(mention.id, "")):
            names = names | {"Enlarged Cardiomediastinum"}
        labels.append((mention, frozenset(names)))
    return labels


def _find_reasons(annotation: Annotation, labels: list[tuple[Mention, frozenset[str]]]) -> tuple[set[str], set[str]]:
    """Find the labels of what suggests and of what is suggested, where neither is denied."""
    names = {mention.id: own for mention, own in labels}
    evidence: set[str] = set()
    diagnoses: set[str] = set()
    for source, relation, target in annotation.relations():
        absent = Certainty.ABSENT in (source.certainty, target.certainty)
        if relation == "suggestive_of" and not absent and names.get(source.id) and names.get(target.id):
            evidence |= names[source.id]
            diagnoses |= names[target.id]
    return evidence, diagnoses - evidence


__all__ = ["SECTIONS", "derive_explanations", "find_labels"]
