"""A report's errors are found, and a report that agrees has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.readings import RATED, rate_finding
from thoracite.generation.report.check import ReportError, check_report, read_report
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.linker import Linker
from thoracite.kg.stores.folder import open_graph
from thoracite.kg.stores.store import GraphStore
from thoracite.types import Certainty, Entity, Evidence, Finding, Region

LINKER = Linker()
Check = Callable[..., list[ReportError]]


def finding(name: str, certainty: Certainty, side: str | None = None) -> Finding:
    entity = LINKER.link(name)
    assert isinstance(entity, Entity)
    region = Region(box=(0, 0, 9, 9), anatomy=f"{side} lung", side=side) if side else None
    probability = {Certainty.PRESENT: 0.9, Certainty.UNCERTAIN: 0.5, Certainty.ABSENT: 0.02}[certainty]
    return Finding(entity=entity, probability=probability, certainty=certainty, region=region)


EVIDENCE = tuple(
    Evidence(key=f"E{number}", kind="finding", score=one.probability, about=one.entity, finding=one)
    for number, one in enumerate(
        (
            finding("pleural effusion", Certainty.PRESENT, "right"),
            finding("pneumothorax", Certainty.ABSENT),
            finding("atelectasis", Certainty.UNCERTAIN),
            finding("cardiomegaly", Certainty.ABSENT),
        ),
        1,
    )
)
"""What an image model read: a right effusion, perhaps atelectasis, no pneumothorax, a heart of normal size."""


@pytest.fixture(scope="module")
def store(graph_folder: Path) -> Iterator[GraphStore]:
    store = open_graph(graph_folder)
    yield store
    store.close()


@pytest.fixture
def check(store: GraphStore, extractor: Extractor) -> Check:
    def check(text: str, evidence: tuple[Evidence, ...] = EVIDENCE) -> list[ReportError]:
        return list(check_report(read_report(text, extractor=extractor, link=LINKER.link), evidence, store))

    return check


@pytest.mark.parametrize(
    "report",
    [
        "Right pleural effusion. No pneumothorax. Heart size is normal.",
        "FINDINGS: There is a moderate right-sided effusion with blunting of the costophrenic angle.",
        "Bilateral pleural effusions, no pneumothorax.",
        "No left effusion. Small right effusion.",  # two sides, no contradiction
        "Right effusion. Possible pneumothorax.",  # what is not sure contradicts nothing
        "Right effusion. No atelectasis.",  # nor does what the model is not sure of
        "Blunting of the right costophrenic angle.",  # a sign of it names it
        "INDICATION: pneumothorax. FINDINGS: Right effusion.",  # what was asked is not what was seen
    ],
)
def test_a_report_that_agrees_has_no_error(check: Check, report: str) -> None:
    assert check(report) == []


@pytest.mark.parametrize(
    ("report", "kind", "sentence", "expected"),
    [
        (
            "Right effusion. There is a large pneumothorax.",
            "contradicted",
            "There is a large pneumothorax.",
            "unlikely (",
        ),
        (
            "No pleural effusion.",
            "contradicted",
            "No pleural effusion.",
            "pleural effusion is likely (probability 0.90)",
        ),
        ("The heart is enlarged. Right effusion.", "contradicted", "The heart is enlarged.", "cardiomegaly"),
        ("Moderate left pleural effusion.", "side", "Moderate left pleural effusion.", "seen on the right"),
        ("No pneumothorax. Normal heart size.", "omitted", "", "pleural effusion is likely ("),
    ],
)
def test_each_error_is_found_once_with_its_evidence(
    check: Check, report: str, kind: str, sentence: str, expected: str
) -> None:
    (error,) = check(report)
    assert (error.kind, error.sentence) == (kind, sentence)
    assert expected in error.expected
    assert error.evidence[0].about.label in error.expected


def test_the_graph_contradicts_a_reason_and_says_where(check: Check, store: GraphStore) -> None:
    (error,) = check("Air bronchograms, suggestive of pleural effusion.", ())
    (piece,) = error.evidence
    assert (error.kind, piece.key, piece.stance) == ("reason", "E1", "against")
    assert piece.sparql is not None
    assert store.query(piece.sparql).rows
    assert check("Air bronchograms, suggestive of pneumonia.", ()) == []


def test_a_report_that_contradicts_itself(check: Check) -> None:
    (error,) = check("Findings: There is pneumonia.\n\nImpression: No pneumonia.", ())
    assert (error.kind, error.sentence) == ("inconsistent", "No pneumonia.")
    assert "There is pneumonia." in error.expected
    assert check("No left pneumothorax. Right pneumothorax.", ()) == []


BY_RATIO = tuple(
    Evidence(key=f"E{number}", kind="finding", score=one.probability, about=one.entity, finding=one)
    for number, one in enumerate((*RATED, rate_finding("pneumonia", 0.3, 0.02, side="left")), 1)
)
"""Pneumothorax unlikely; atelectasis, consolidation undecided; mass possible; right effusion likely; edema, pneumonia
suspected."""


@pytest.mark.parametrize(
    "report",
    [
        "Right effusion. Atelectasis. No consolidation. No mass.",
        "Right effusion. No atelectasis. Consolidation. There is a mass.",
        "Right effusion. The lungs are clear.",  # a suspicion is too little to hold a sentence for a class against it
        "Right effusion. Right lower lobe pneumonia.",  # its side is as unsure as it is
        "Right effusion.",  # and what is only suspected may be left out
    ],
)
def test_what_the_image_does_not_decide_on_or_only_suspects_is_no_error(check: Check, report: str) -> None:
    assert check(report, BY_RATIO) == []


@pytest.mark.parametrize(
    ("report", "kind", "expected"),
    [
        (
            "Right effusion. Pneumothorax.",
            "contradicted",
            "pneumothorax is unlikely (probability 0.02, usually 0.04; 0.43 times its",
        ),
        (
            "No effusion.",
            "contradicted",
            "pleural effusion is likely (probability 0.83, usually 0.10; 44 times its usual odds)",
        ),
        (
            "Effusion. No pulmonary edema.",
            "contradicted",
            "pulmonary edema is suspected (probability 0.18, usually 0.02; 13 times",
        ),
        ("Left effusion.", "side", "pleural effusion is seen on the right"),
        ("No pneumothorax.", "omitted", "pleural effusion is likely"),
    ],
)
def test_errors_by_verdict(check: Check, report: str, kind: str, expected: str) -> None:
    (error,) = check(report, BY_RATIO)
    assert (error.kind, expected in error.expected) == (kind, True), error.expected
