"""Linking: every way that a name is written, and nothing that is not a name."""

from __future__ import annotations

import pytest

from thoracite.kg.concepts import Concept, read_concepts
from thoracite.kg.linking.linker import Linker
from thoracite.types import Entity


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker()


def label(linker: Linker, phrase: str) -> str | None:
    found = linker.link(phrase)
    return found.label if found else None


def test_every_label_and_synonym_links_to_its_concept(linker: Linker) -> None:
    wrong = [
        (name, node.entity.id, linker.link(name))
        for node in read_concepts()
        for name in node.names
        if linker.link(name) != node.entity
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("PLEURAL EFFUSIONS", "pleural effusion"),  # case, plural
        ("PTX", "pneumothorax"),  # abbreviation
        ("Pneumothoraces", "pneumothorax"),  # irregular plural
        ("ground glass opacities", "ground-glass opacity"),  # hyphen
        ("air-space disease", "consolidation"),  # written apart
        ("pulmonary oedema", "pulmonary edema"),  # British
        ("enlargement of the heart", "cardiomegaly"),  # word order
        ("cardiac enlargement", "cardiomegaly"),
        ("heart enlarged", "cardiomegaly"),
        ("thickened pleura", "pleural thickening"),  # word form
        ("thickening of the pleura", "pleural thickening"),
        ("costophrenic angles blunted", "blunting of costophrenic angle"),
        ("lung nodules", "pulmonary nodule"),
        ("bullae", "pulmonary bulla"),
        ("lung apices", "lung apex"),
        ("Kerley's B lines", "kerley B lines"),
        ("RUL collapse", "right upper lobe collapse"),
    ],
)
def test_ways_of_writing(linker: Linker, phrase: str, expected: str) -> None:
    assert label(linker, phrase) == expected


@pytest.mark.parametrize(
    "phrase",
    ["", "  ", "no pleural effusion", "left pleural effusion", "severe pulmonary edema", "possible pneumonia",
     "effusion and atelectasis", "XXXX", "pleural", "normal", "zebra"],
)  # fmt: skip
def test_what_is_more_or_less_than_a_name_links_to_no_finding(linker: Linker, phrase: str) -> None:
    found = linker.link(phrase)
    assert found is None or found.kind == "anatomy"


@pytest.mark.parametrize(
    ("phrase", "entity", "modifiers"),
    [
        ("small left pleural effusion", "pleural effusion", ("small", "left")),
        ("large right pleural effusion", "large pleural effusion", ("right",)),
        ("left lower lobe", "left lower lobe", ()),
        ("severe bilateral pulmonary edema", "pulmonary edema", ("severe", "bilateral")),
        ("cardiomegaly", "cardiomegaly", ()),
        ("mild zebra", None, ("mild",)),
    ],
)
def test_side_and_severity_are_given_back(
    linker: Linker, phrase: str, entity: str | None, modifiers: tuple[str, ...]
) -> None:
    found = linker.read(phrase)
    assert (found.entity.label if found.entity else None, found.modifiers) == (entity, modifiers)


def test_mentions_are_the_longest_names_and_do_not_cross_punctuation(linker: Linker) -> None:
    text = "Blunting of the left costophrenic angle. Kerley B lines, pleural effusion"
    found = [(text[start:end], entity.label) for start, end, entity in linker.find_mentions(text)]
    assert ("left costophrenic angle", "left costophrenic angle") in found
    assert ("Kerley B lines", "kerley B lines") in found
    assert ("pleural effusion", "pleural effusion") in found
    assert [entity for _, _, entity in linker.find_mentions("pleural. Effusion")] != [linker.link("pleural effusion")]


def test_a_name_of_two_concepts_in_any_order_links_nothing() -> None:
    nodes = [
        Concept(entity=Entity(id="thx:a", label="shadow of lung", kind="sign")),
        Concept(entity=Entity(id="thx:b", label="lung shadow", kind="anatomy")),
    ]
    linker = Linker(nodes)
    assert [linker.link(name) for name in ("shadow lung", "shadow of lung", "lung shadow")] == [
        None,
        nodes[0].entity,
        nodes[1].entity,
    ]


def test_mentions_of_nothing() -> None:
    assert Linker([]).find_mentions("pleural effusion") == []
    assert Linker().find_mentions("") == []
