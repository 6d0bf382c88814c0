"""Typed text: what is named, what is denied, where it is put."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from thoracite.kg.linking.linker import Linker
from thoracite.retrieval.retriever import Retriever
from thoracite.retrieval.typed import read_typed
from thoracite.settings import Settings


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker()


@pytest.mark.parametrize(
    ("text", "named", "denied"),
    [
        ("no pneumothorax, small left effusion", ["pleural_effusion"], ["pneumothorax"]),
        ("no effusion, cardiomegaly", ["cardiomegaly"], ["pleural_effusion"]),
        ("no effusion, RLL consolidation", ["consolidation", "lower_lobe_consolidation"], ["pleural_effusion"]),
        ("pneumonia, no effusion, cardiomegaly", ["pneumonia", "cardiomegaly"], ["pleural_effusion"]),
        ("no effusion, edema or pneumothorax", [], ["pleural_effusion", "pneumothorax", "pulmonary_edema"]),
        ("no effusion or edema, mass", ["lung_mass"], ["pleural_effusion", "pulmonary_edema"]),
        ("no effusion, edema, pneumothorax", [], ["pleural_effusion", "pneumothorax", "pulmonary_edema"]),
        ("no effusion, edema and pneumothorax", [], ["pleural_effusion", "pneumothorax", "pulmonary_edema"]),
        ("denies effusion, has cardiomegaly", ["cardiomegaly"], ["pleural_effusion"]),
        ("w/o effusion; neg for ptx", [], ["pleural_effusion", "pneumothorax"]),
        ("no Kerley B lines; Westermark sign", ["westermark_sign"], ["kerley_b_lines"]),
        ("no Westermark sign", [], ["westermark_sign"]),
        ("why is there no meniscus sign?", ["meniscus_sign"], []),
        ("r/o PNA", ["pneumonia"], []),
        ("rule out pneumothorax", ["pneumothorax"], []),
        ("ptx vs skin fold", ["pneumothorax", "skin_fold"], []),
        ("big heart", ["cardiomegaly"], []),
        ("emphysema flattened diaphragm", ["emphysema", "flattened_diaphragm"], []),
        ("findings of tuberculosis on CXR", ["tuberculosis"], []),
        ("lobar pneumonia", ["lobar_pneumonia"], []),
        ("right plueral effusion with cardiomegally", ["pleural_effusion", "cardiomegaly"], []),
        ("costophrenic angle", ["costophrenic_angle"], []),
        ("pulmonary oedma", [], []),
        ("", [], []),
    ],
)  # fmt: skip
def test_concepts_are_named_or_denied(linker: Linker, text: str, named: list[str], denied: list[str]) -> None:
    read = read_typed(text, linker)
    assert [entity.id.removeprefix("thx:") for entity in read.named] == named
    assert sorted(curie.removeprefix("thx:") for curie in read.denied) == denied


def test_a_place_is_kept_for_ranking(linker: Linker) -> None:
    read = read_typed("right lower lobe consolidation, left effusion, bilateral infiltrates, edema", linker)
    sides = {curie.removeprefix("thx:"): region.side for curie, region in read.places.items()}
    assert sides["consolidation"] == sides["lower_lobe_consolidation"] == "right"
    assert sides["pleural_effusion"] == "left"
    assert "pulmonary_edema" not in sides
    assert "lower" in read.places["thx:consolidation"].anatomy
    assert read.seen.present == {entity.id for entity in read.named}


@pytest.fixture(scope="module")
def retriever(graph_folder: Path) -> Iterator[Retriever]:
    with Retriever(Settings(graph=graph_folder)) as opened:
        yield opened


def test_what_is_named_together_comes_first(retriever: Retriever) -> None:
    found = retriever.retrieve("right lower lobe consolidation with air bronchograms").evidence
    first = found[0].triple
    assert first is not None
    assert first.key == ("thx:consolidation", "thx:has_radiographic_sign", "thx:air_bronchogram")
    ends = [(one.triple.subject.label, one.triple.object.label) for one in found if one.triple is not None]
    assert not [label for pair in ends for label in pair if label.startswith("left ")]


def test_an_iri_is_looked_up_like_its_curie(retriever: Retriever) -> None:
    for iri in ("https://w3id.org/thoracite/pleural_effusion", "http://purl.obolibrary.org/obo/HP_0002202"):
        assert [seed.id for seed in retriever.retrieve(iri).seeds] == ["thx:pleural_effusion"]
