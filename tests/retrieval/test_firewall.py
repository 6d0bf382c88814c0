"""Support without the patient: the same as a build without the patient's reports, field by field."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from thoracite.kg.aggregate.aggregate import aggregate_reports, read_aggregate
from thoracite.kg.build.build import build_graph
from thoracite.kg.privacy.ledger import Ledger
from thoracite.retrieval.firewall import Firewall
from thoracite.retrieval.retriever import Retriever
from thoracite.types import Triple

SENTENCES = (
    "Small left pleural effusion. No pneumothorax.",
    "Left pleural effusion and cardiomegaly. The heart is enlarged.",
    "Consolidation in the right lower lobe suggestive of pneumonia.",
    "No pleural effusion. Possible pneumonia in the right lower lobe.",
    "Cardiomegaly. Small left pleural effusion.",
)
PATIENTS = 12


def write_reports(path: Path, left_out: str | None = None) -> Path:
    """Reports of twelve patients; every third patient has two."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["id", "text"])
        for number in range(PATIENTS):
            patient = f"p1{number:07d}"
            if patient == left_out:
                continue
            for again in range(1 + (number % 3 == 0)):
                text = SENTENCES[(number + again) % len(SENTENCES)]
                table.writerow([f"{patient}/s{number}{again}.txt", text])
    return path


def by_key(triples: list[Triple]) -> dict[tuple[str, str, str], tuple[object, ...]]:
    return {
        one.key: (one.counts, one.support, one.lift, one.subject_certainty, one.object_certainty) for one in triples
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("firewall")
    aggregate_reports(write_reports(folder / "reports.csv"), folder / "triples.csv", ledger=folder / "ledger")
    return folder


@pytest.mark.parametrize("number", range(PATIENTS))
def test_without_a_patient_is_a_build_without_the_patient(made: Path, tmp_path: Path, number: int) -> None:
    patient = f"p1{number:07d}"
    with Ledger(made / "ledger") as ledger:
        for _ in range(2):  # what is cached is not changed by asking
            cleared = Firewall(ledger, [patient]).clear(read_aggregate(made / "triples.csv"))
    output = tmp_path / "others.csv"
    aggregate_reports(write_reports(tmp_path / "others_reports.csv", left_out=patient), output)
    assert by_key(cleared) == by_key(list(read_aggregate(output)))


def test_a_stranger_changes_nothing(made: Path) -> None:
    everything = list(read_aggregate(made / "triples.csv"))
    with Ledger(made / "ledger") as ledger:
        assert by_key(Firewall(ledger, ["nobody"]).clear(everything)) == by_key(everything)


def test_the_retriever_leaves_a_patient_out(made: Path) -> None:
    build_graph(made / "graph", reports=[made / "triples.csv"])
    with Retriever.from_graph(made / "graph", ledger=made / "ledger") as retriever:
        own = retriever.retrieve("thx:pleural_effusion", k=60)
        without = retriever.retrieve("thx:pleural_effusion", k=60, patient=["p10000000", "p10000001", "p10000004"])
    support = {one.triple.key: one.triple.counts.total for one in own.triples}
    fewer = [one for one in without.triples if one.triple.counts.total < support.get(one.triple.key, 0)]
    assert fewer or len(without.triples) < len(own.triples)
