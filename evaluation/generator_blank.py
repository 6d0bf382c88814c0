"""What the graph adds without an image: Open-i's reports, a blank image, and the findings of the report in the prompt.

A report's findings, as the extractor labels them, stand in the question as KG-LLaVA asks it, "which signs show that the
patient has …?", with the triples that the graph has for them or without. The image is blank. What comes is held against
the report by the field's measures. The bundled model was never taught to write from a blank image.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from thoracite.generation.prompts import ABOUT, build_prompt
from thoracite.kg.extract.extractor import open_extractor
from thoracite.kg.extract.labels import find_labels
from thoracite.kg.reports.read import read_reports
from thoracite.retrieval.retriever import Retriever
from thoracite.types import Certainty, Evidence, Finding, Study
from thoracite.vision.image import Radiograph
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.entities import find_entities

ARCHIVE = Path("openi") / "NLMCXR_reports.tgz"
"""The reports, from the data folder."""

_SAID = {Certainty.PRESENT: 0.9, Certainty.UNCERTAIN: 0.5, Certainty.ABSENT: 0.02}


@runtime_checkable
class Answering(Protocol):
    """A model that answers a prompt about a radiograph."""

    name: str

    def answer(self, prompt: str, radiograph: Radiograph) -> str:
        """Answer a prompt."""
        ...


class Case(NamedTuple):
    """A report with its findings and the triples that the graph has for them."""

    report: str
    findings: tuple[Finding, ...]
    evidence: tuple[Evidence, ...]


def draw_reports(data: Path, number: int, retriever: Retriever, *, seed: int = 0) -> list[Case]:
    """Draw reports that state a finding.

    Parameters
    ----------
    data : Path
        Folder of the development data.
    number : int
        How many.
    retriever : Retriever
        Finds the triples.
    seed : int
        Seed of the draw.
    """
    reports = list(read_reports(data / ARCHIVE))
    random.Random(seed).shuffle(reports)  # noqa: S311 - a sample, not a secret
    extractor = open_extractor()
    cases: list[Case] = []
    for report in reports:
        findings = make_findings(find_labels(extractor.extract(report.text)))
        if any(finding.certainty is not Certainty.ABSENT for finding in findings):
            found = retriever.search(findings, view="PA")
            cases.append(Case(report.text, findings, tuple(found.evidence)))
        if len(cases) == number:
            break
    return cases


def make_findings(labels: dict[str, Certainty]) -> tuple[Finding, ...]:
    """Make the findings of a report from its labels, with no prior.

    Examples
    --------
    >>> [(one.entity.label, one.verdict) for one in make_findings({"Effusion": Certainty.PRESENT})]
    [('pleural effusion', 'likely')]
    """
    entities = dict(zip(FINDINGS, find_entities(FINDINGS), strict=True))
    return tuple(
        Finding(entity=entities[label], probability=_SAID[certainty], certainty=certainty)
        for label, certainty in labels.items()
        if label in entities
    )


def write_blank(writer: Answering, cases: Sequence[Case], *, graph: bool) -> Iterator[str]:
    """Let a model write of blank images, with the reports' findings in the prompt.

    Parameters
    ----------
    writer : Answering
        Who writes.
    cases : sequence of Case
        From :func:`draw_reports`.
    graph : bool
        Whether the triples are told.
    """
    blank = Radiograph(np.zeros((128, 128), dtype=np.float32))
    for case in cases:
        study = Study(image="blank")
        yield writer.answer(build_prompt(study, case.findings, case.evidence, question=ABOUT, graph=graph), blank)


__all__ = ["ARCHIVE", "Answering", "Case", "draw_reports", "make_findings", "write_blank"]
