"""Codes, misspelt words and concepts of one's own, as they are typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.kg.concepts import read_concepts
from thoracite.kg.queries.published import describe_published
from thoracite.kg.stores.concept_names import read_graph_concepts
from thoracite.kg.stores.folder import open_graph
from thoracite.kg.stores.oxigraph import OxigraphStore
from thoracite.retrieval.retriever import Retriever
from thoracite.settings import Settings

VOCABULARIES = ("HP", "RadLex", "MeSH", "DOID", "MONDO", "UBERON", "NIH14", "CheXpert", "PadChest")


@pytest.fixture(scope="module")
def retriever(graph_folder: Path) -> Iterator[Retriever]:
    with Retriever(Settings(graph=graph_folder)) as opened:
        yield opened


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_a_code_of_every_vocabulary_is_found(retriever: Retriever, graph_folder: Path, vocabulary: str) -> None:
    coded = ((code, node.entity.id) for node in read_concepts() for code in node.entity.codes)
    code, concept = next((code, concept) for code, concept in coded if code.startswith(f"{vocabulary}:"))
    for spelling in (code, code.upper()):
        assert concept in {seed.id for seed in retriever.retrieve(spelling).seeds}
    for language in ("sparql", "cypher"):
        store = open_graph(graph_folder, language=language)  # type: ignore[arg-type]
        query = describe_published("concept_by_code", store.language)
        found = {str(row[0]["value"] if isinstance(row[0], dict) else row[0]) for row in _ask(store, query.text, code)}
        store.close()
        assert concept.replace("thx:", "") in {name.rsplit("/", 1)[-1].removeprefix("thx:") for name in found}


def _ask(store: object, text: str, code: str) -> tuple[tuple[object, ...], ...]:
    return store.query(text, parameters={"code": code}).rows  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("plueral efusion", "thx:pleural_effusion"),
        ("cardiomegally", "thx:cardiomegaly"),
        ("thx:pleural_efusion", "thx:pleural_effusion"),
    ],
)
def test_the_nearest_name_is_suggested(retriever: Retriever, typed: str, meant: str) -> None:
    with pytest.raises(InputError, match=f"did you mean .*{meant}"):
        retriever.retrieve(typed)


def test_nothing_is_suggested_where_nothing_is_near(retriever: Retriever) -> None:
    for typed in ("xyzzy", "HP:000220"):  # a number's neighbours mean something else
        with pytest.raises(InputError) as refusal:
            retriever.retrieve(typed)
        assert "did you mean" not in str(refusal.value)


def test_a_concept_of_ones_own_is_found_by_its_names(small_graph: Path, tmp_path: Path) -> None:
    own = "https://w3id.org/thoracite/zebra_stripe_sign"
    effusion, graph = "<https://w3id.org/thoracite/pleural_effusion>", "<https://w3id.org/thoracite/source/concepts>"
    lines = small_graph.read_text(encoding="utf-8").splitlines()
    copied = [line.replace(effusion, f"<{own}>") for line in lines if line.startswith(effusion) and graph in line]
    named = [line.replace('"pleural effusion"', '"zebra stripe sign"') for line in copied if "HP:" not in line]
    (tmp_path / "own.nq").write_text("\n".join(sorted([*lines, *named])) + "\n", encoding="utf-8")
    store = OxigraphStore(tmp_path / "store", read_only=False)
    store.load(tmp_path / "own.nq")
    with Retriever(Settings(), store=store) as retriever:
        assert [seed.id for seed in retriever.retrieve("Zebra stripe sign").seeds] == ["thx:zebra_stripe_sign"]
        with pytest.raises(InputError, match="did you mean 'zebra stripe sign'"):
            retriever.retrieve("zebra strype sing")


def test_both_languages_read_the_same_concepts(graph_folder: Path) -> None:
    stores = [open_graph(graph_folder), open_graph(graph_folder, language="cypher")]
    sparql, cypher = (read_graph_concepts(store) for store in stores)
    for store in stores:
        store.close()
    assert sorted(sparql, key=lambda node: node.entity.id) == sorted(cypher, key=lambda node: node.entity.id)
    assert {node.entity.id for node in read_concepts()} <= {node.entity.id for node in sparql}
