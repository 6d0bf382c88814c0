"""Support without the patient: the same as a build without the patient's reports, field by field."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from thoracite.errors import StoreError
from thoracite.kg.aggregate.aggregate import aggregate_reports, read_aggregate
from thoracite.kg.build.build import build_graph
from thoracite.kg.privacy.ledger import Ledger
from thoracite.phantom import draw_phantom
from thoracite.retrieval.firewall import Firewall, leave_out
from thoracite.retrieval.ranking import Ranking
from thoracite.retrieval.retriever import Retriever
from thoracite.retrieval.similar.build import build_image_index
from thoracite.retrieval.similar.labels import read_labels
from thoracite.settings import Settings
from thoracite.types import Certainty, Entity, Finding, Triple
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph

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


class Grid:
    """An encoder whose features are the brightness of 8 × 8 cells, and which sees one finding in all images."""

    name = "grid"

    def read(self, radiograph: Radiograph) -> Reading:
        cells = np.asarray(Image.fromarray(radiograph.pixels).resize((8, 8), Image.Resampling.BOX))
        effusion = Entity(id="thx:pleural_effusion", label="pleural effusion", kind="finding")
        finding = Finding(entity=effusion, probability=0.6, prior=0.1, certainty=Certainty.PRESENT)
        return Reading(findings=(finding,), features=tuple((cells - cells.mean()).ravel().tolist()))


def test_nothing_counts_of_the_patient_of_a_near_duplicate(made: Path, tmp_path: Path) -> None:
    """A crop of an indexed image has the same answer as the patient named; a stranger's image has the untouched one."""
    graph, scans = tmp_path / "graph", tmp_path / "scans"
    build_graph(graph, reports=[made / "triples.csv"])
    scans.mkdir()
    patient = "p10000000"
    chest = draw_phantom(1, size=256).image
    Image.fromarray((chest * 255).astype(np.uint8)).save(scans / "own.png")
    (tmp_path / "labels.csv").write_text(f"image,labels,patient\nown.png,Effusion,{patient}\n", encoding="utf-8")
    table = read_labels(tmp_path / "labels.csv")
    build_image_index(scans, [scans / "own.png"], tmp_path / "index", Grid(), table=table, ledger=made / "ledger")
    settings = Settings(graph=graph, ledger=made / "ledger", similar=tmp_path / "index")
    again = chest[4:-4, 4:-4].astype(np.float32)
    stranger = draw_phantom(9, size=256).image.astype(np.float32)
    counts = Ranking().without("established")  # what few reports state stands in the answer, too
    with Retriever(settings, encoder=Grid()) as retriever:
        copied, other = (retriever.retrieve(image, k=60, ranking=counts) for image in (again, stranger))
        named = retriever.retrieve(stranger, k=60, patient=patient, ranking=counts)
    assert by_key([one.triple for one in copied.triples]) == by_key([one.triple for one in named.triples])
    assert by_key([one.triple for one in copied.triples]) != by_key([one.triple for one in other.triples])
    aggregate_reports(write_reports(tmp_path / "r.csv"), tmp_path / "t.csv", ledger=tmp_path / "another")
    elsewhere = settings.model_copy(update={"ledger": tmp_path / "another"})
    with Retriever(elsewhere, encoder=Grid()) as retriever, pytest.raises(StoreError, match="another ledger"):
        retriever.retrieve(again)


def test_an_explanation_counts_nothing_of_its_own_patient(made: Path, tmp_path: Path) -> None:
    build_graph(tmp_path / "graph", reports=[made / "triples.csv"])
    settings = Settings(graph=tmp_path / "graph", ledger=made / "ledger")
    effusion = Entity(id="thx:pleural_effusion", label="pleural effusion", kind="finding")
    finding = Finding(entity=effusion, probability=0.6, prior=0.1, certainty=Certainty.PRESENT)
    radiograph = Radiograph(draw_phantom(1, size=128).image.astype(np.float32))
    with Retriever(settings, encoder=Grid()) as retriever:
        assert retriever.find_firewall(None, radiograph, Reading()) is None
        firewall = retriever.find_firewall("p10000000", radiograph, Reading())
        counted = {"": tuple(read_aggregate(made / "triples.csv"))}
        assert leave_out(counted) is counted
        (cleared,) = leave_out(counted, firewall=firewall).values()
        assert by_key(list(cleared)) == by_key(Firewall(Ledger(made / "ledger"), ["p10000000"]).clear(counted[""]))
        assert by_key(list(cleared)) != by_key(list(counted[""]))
        assert retriever.search([finding], firewall=firewall).triples
