"""Explanations for the suite ``explanations``: of images, of phantoms, and of findings that a report's labels give."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from thoracite.evaluation.told import Told, join_told, reduce_to_report
from thoracite.generation.citations import strip_citations
from thoracite.kg.extract.extractor import open_extractor
from thoracite.kg.extract.labels import find_labels
from thoracite.kg.reports.read import read_reports
from thoracite.phantom.phantom import draw_phantom
from thoracite.pipeline import Explainer
from thoracite.types import CERTAINTIES, Certainty, Explanation, Finding, Study, find_log_odds, find_verdict
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.entities import find_entities
from thoracite.vision.prevalence import read_prevalence
from thoracite.vision.training.cases import Case

FIRST_PHANTOM = 970_000
"""Seed of the first phantom: nothing was trained or shown from here on."""

BASELINES: Mapping[str, str] = {
    "always normal": "The lungs are clear. The heart is not enlarged. No pleural effusion. No pneumothorax. "
    "No pneumonia. No consolidation. No infiltration.",
    "majority": "Infiltration is possible. Atelectasis is possible. Pleural effusion is possible.",
}
"""Writers that look at nothing: what is said of every image. The three are the commonest labels of ChestX-ray14."""

_RATIOS = {True: 20.0, False: 0.1}
"""Likelihood ratio of a finding that a label gives, and of one that it denies."""


class Said(NamedTuple):
    """What one writer said of one case: whether it was released, what it reports, what it says of the findings."""

    released: bool
    text: str
    told: Told


class Truth(NamedTuple):
    """What is known of one case.

    Parameters
    ----------
    group : str
        The patient.
    labels : frozenset of str
        Findings of ChestX-ray14 that are there.
    text : str
        Reference text, empty without one.
    opacity, normal : bool
        Whether radiologists drew an opacity, and whether they called the film normal.
    """

    group: str
    labels: frozenset[str]
    text: str = ""
    opacity: bool = False
    normal: bool = False


class Oracle(NamedTuple):
    """A report of Open-i with its labels."""

    id: str
    text: str
    labels: frozenset[str]


Explained = tuple[list[Truth], dict[str, list[Said]]]


def write_baseline(name: str) -> Said:
    """Return what a writer that looks at nothing says."""
    text = BASELINES[name]
    return Said(True, text, join_told([text]))


def read_said(explanation: Explanation) -> Said:
    """Read what an explanation says; a withheld one says nothing."""
    sentences = [strip_citations(claim.sentence) for claim in explanation.claims]
    return Said(not explanation.abstained, reduce_to_report(sentences), join_told(sentences))


def explain_cases(cases: Sequence[Case], explainers: Mapping[str, Explainer]) -> Explained:
    """Explain real images with each generator."""
    truth = [
        Truth(
            case.group,
            case.labels & frozenset(FINDINGS),
            opacity=case.reading == "Lung Opacity",
            normal=case.reading == "Normal",
        )
        for case in cases
    ]
    studies = [Study(image=str(case.path), view="PA" if case.view == "PA" else "AP") for case in cases]
    return truth, {name: [read_said(one.explain(study)) for study in studies] for name, one in explainers.items()}


def explain_phantoms(number: int, explainers: Mapping[str, Explainer]) -> Explained:
    """Explain synthetic chests; their truth is what was drawn, in the project's own words."""
    truth: list[Truth] = []
    said: dict[str, list[Said]] = {name: [] for name in explainers}
    entities = dict(zip((one.id for one in find_entities(FINDINGS)), FINDINGS, strict=True))
    for seed in range(FIRST_PHANTOM, FIRST_PHANTOM + number):
        drawn = draw_phantom(seed, size=512)
        labels = frozenset(entities[one.id] for one in drawn.gold.present if one.id in entities)
        truth.append(Truth(f"phantom:{seed}", labels, " ".join(drawn.gold.report.splitlines())))
        for name, explainer in explainers.items():
            said[name].append(read_said(explainer.explain(drawn.image.astype(np.float32))))
    return truth, said


def read_oracle(archive: Path, labels: Path | None, number: int) -> list[Oracle]:
    """Read reports of Open-i with their labels, evenly over the archive; none where the files are not there.

    Parameters
    ----------
    archive : Path
        ``NLMCXR_reports.tgz`` as Open-i gives it.
    labels : Path or None
        NegBio's ``openi_gld_std14.csv``; without it labels are read from the reports by the product's extractor.
    number : int
        Most reports.
    """
    if not number or not archive.is_file() or (labels is not None and not labels.is_file()):
        return []
    found = [one for one in _read_labelled(archive, labels) if one.labels]
    places = np.linspace(0, len(found) - 1, min(number, len(found))).round().astype(int)
    return [found[place] for place in places.tolist()]


def _read_labelled(archive: Path, labels: Path | None) -> Iterator[Oracle]:
    if labels is None:
        extractor = open_extractor()
        for report in read_reports(archive):
            named = find_labels(extractor.extract(report.text))
            present = (label for label, certainty in named.items() if certainty is Certainty.PRESENT)
            yield Oracle(report.id, report.text, frozenset(present) & frozenset(FINDINGS))
        return
    with labels.open(encoding="utf-8", newline="") as file:
        gold = {
            row["filename"]: frozenset(name for name in FINDINGS if row.get(name) == "1")
            for row in csv.DictReader(file)
        }
    for report in read_reports(archive):
        yield Oracle(report.id, report.text, gold.get(report.id, frozenset()))


def explain_oracle(reports: Sequence[Oracle], explainers: Mapping[str, Explainer]) -> Explained:
    """Write about findings that labels give; generators that need pixels see a grey field."""
    truth = [Truth(one.id, one.labels, one.text) for one in reports]
    grey = Radiograph(np.full((512, 512), 0.5, dtype=np.float32))
    said = {
        name: [
            read_said(
                explainer.explain_read(
                    Study(image=one.id), grey, Reading(findings=give_findings(one.labels), view="PA")
                )
            )
            for one in reports
        ]
        for name, explainer in explainers.items()
    }
    return truth, said


def give_findings(labels: frozenset[str]) -> tuple[Finding, ...]:
    """Return findings as a reader would state them who knows the labels: far more likely, or far less, than usual.

    Examples
    --------
    >>> {one.entity.label: one.verdict for one in give_findings(frozenset({"Effusion"}))}["pleural effusion"]
    'likely'
    """
    priors = _find_priors()
    made = []
    for label, entity in zip(FINDINGS, find_entities(FINDINGS), strict=True):
        prior, ratio = priors[label], _RATIOS[label in labels]
        odds = find_log_odds(prior) + float(np.log(ratio))
        probability = float(1 / (1 + np.exp(-odds)))
        certainty = CERTAINTIES[find_verdict(probability, ratio)]
        made.append(Finding(entity=entity, probability=probability, prior=prior, certainty=certainty))
    return tuple(made)


@cache
def _find_priors() -> Mapping[str, float]:
    prevalence = read_prevalence()
    return {label: prevalence.find_share(label, "PA") for label in FINDINGS}


__all__ = [
    "BASELINES",
    "FIRST_PHANTOM",
    "Oracle",
    "Said",
    "Truth",
    "explain_cases",
    "explain_oracle",
    "explain_phantoms",
    "give_findings",
    "read_oracle",
    "read_said",
    "write_baseline",
]
