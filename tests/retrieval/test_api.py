"""One front door: every kind of query, every form of the answer, batches, turns, and the reason of a rank."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.readings import FINDINGS, FixedEncoder, write_grey
from thoracite.errors import InputError, PrivacyError, UsageError
from thoracite.retrieval.candidates import Hit
from thoracite.retrieval.ranking import PARTS, WEIGHTS, Ranking
from thoracite.retrieval.result import Retrieval
from thoracite.retrieval.retriever import Retriever
from thoracite.vision.encoder import Reading

TEXT = "left pleural effusion and consolidation, no pneumothorax"
SIGNS = {"thx:meniscus_sign": "yes", "thx:air_bronchogram": "no"}


@pytest.fixture(scope="module")
def retriever(graph_folder: Path) -> Iterator[Retriever]:
    with Retriever.from_graph(graph_folder, encoder=FixedEncoder(Reading(findings=FINDINGS, view="PA"))) as opened:
        yield opened


@pytest.fixture(scope="module")
def found(retriever: Retriever) -> Retrieval:
    return retriever.retrieve(TEXT)


def test_findings_signs_words_and_curies_are_asked_alike(retriever: Retriever, tmp_path: Path) -> None:
    image = retriever.retrieve(write_grey(tmp_path / "grey.png"), k=5)
    assert image == retriever.retrieve(list(FINDINGS), view="PA", k=5)
    assert 0 < len(image.triples) <= 5
    by_signs = retriever.retrieve(SIGNS, view="PA")
    assert [seed.label for seed in by_signs.seeds] == ["meniscus sign"]
    assert [(score.sign.id, score.answer) for score in by_signs.signs] == list(SIGNS.items())
    assert retriever.retrieve("HP:0002202").seeds == retriever.retrieve("thx:pleural_effusion").seeds


def test_a_score_is_the_sum_of_its_named_parts(found: Retrieval) -> None:
    assert found.triples
    for scored in found.triples:
        assert set(scored.parts) <= {*WEIGHTS, "diversity"}
        assert scored.score == pytest.approx(max(0.0, sum(scored.parts.values())), abs=1e-5)
    assert [one.parts for one in found.ranked] == [scored.parts for scored in found.triples]
    reasons = [scored.score for scored in found.triples if scored.role != "connection"]
    assert reasons == sorted(reasons, reverse=True)


def test_the_subgraph_hangs_together_and_is_small(found: Retrieval) -> None:
    assert found.subgraph.connected
    assert {seed.id for seed in found.seeds} <= {node.id for node in found.subgraph.nodes}
    assert len(found.subgraph.edges) == len(found.triples) <= Ranking().limit


@pytest.mark.parametrize(
    ("write", "read"),
    [
        ("to_json", "from_json"),
        ("to_jsonld", "from_jsonld"),
        ("to_networkx", "from_networkx"),
        ("to_rdf", "from_rdf"),
    ],
)
def test_every_form_is_read_back_without_loss(retriever: Retriever, found: Retrieval, write: str, read: str) -> None:
    for one in (found, retriever.retrieve(list(FINDINGS), view="PA"), Retrieval(reason="refused")):
        assert getattr(Retrieval, read)(getattr(one, write)()) == one
    with pytest.raises(InputError, match="is no retrieval"):
        getattr(Retrieval, read)(_other(write))


def _other(write: str) -> object:
    import networkx as nx
    from rdflib import Graph

    return {"to_networkx": nx.MultiDiGraph(), "to_rdf": Graph(), "to_json": "[]", "to_jsonld": "{}"}[write]


def test_other_programs_read_the_forms(found: Retrieval) -> None:
    graph = found.to_networkx()
    assert graph.number_of_edges() == len(found.triples)
    first = found.triples[0].triple
    assert graph.edges[first.subject.id, first.object.id, first.relation.id]["score"] == found.triples[0].score
    asked = "SELECT ?score WHERE { ?e a thx:Evidence ; rdf:subject thx:pleural_effusion ; thx:score ?score }"
    assert len(list(found.to_rdf().query(asked))) > 0
    assert "@context" in json.loads(found.to_jsonld())


def test_a_graph_that_lost_an_edge_is_read_without_it(found: Retrieval) -> None:
    graph = found.to_networkx()
    key = found.triples[-1].triple.key
    graph.remove_edge(key[0], key[2], key=key[1])
    assert Retrieval.from_networkx(graph).subgraph.edges == found.subgraph.edges[:-1]


def test_why_is_one_sentence_with_rank_and_points(found: Retrieval) -> None:
    best = found.ranked[0]
    said = found.why(best)
    assert said.startswith(f"It ranks first of {len(found.triples)} with {best.score:.2f} points: ")
    assert "what was asked about" in said
    assert said.count(". ") == 0
    with pytest.raises(InputError, match="there is no evidence E99"):
        found.why("E99")


def test_batches_go_on_and_turns_are_taken(retriever: Retriever, found: Retrieval) -> None:
    one, wrong, other = retriever.retrieve_many([TEXT, "thx:nosuch", "thx:pneumothorax"])
    assert one == found
    assert "thx:nosuch" in str(wrong.reason)
    assert other.seeds[0].label == "pneumothorax"

    async def ask() -> list[Retrieval]:
        return await asyncio.gather(*(retriever.aretrieve(TEXT) for _ in range(3)))

    assert asyncio.run(ask()) == [found] * 3


def test_what_cannot_be_asked_is_one_sentence(retriever: Retriever) -> None:
    import numpy as np

    with pytest.raises(UsageError, match="index"):
        retriever.retrieve(np.zeros(8))
    with pytest.raises(InputError, match="expected yes or no"):
        retriever.retrieve({"thx:meniscus_sign": "perhaps"})  # type: ignore[dict-item]
    with pytest.raises(PrivacyError, match="support without the patient is unavailable"):
        retriever.retrieve(TEXT, patient="p1")
    with pytest.raises(UsageError, match="no part 'cosine'"):
        Ranking().without("cosine")


class OneText:
    """An index of one text."""

    def __init__(self, hit: Hit) -> None:
        self.hit = hit

    def find(self, queries: object, k: int) -> list[list[Hit]]:
        return [[self.hit]]


def test_an_index_adds_candidates_and_likeness(graph_folder: Path) -> None:
    import numpy as np

    fact = ("thx:deep_sulcus_sign", "thx:suggestive_of", "thx:pneumothorax")
    with Retriever.from_graph(graph_folder, index=OneText(Hit((fact,), 0.9))) as retriever:
        (liked,) = (one for one in retriever.retrieve("thx:pneumothorax", k=40).triples if one.triple.key == fact)
        assert liked.parts["text"] == pytest.approx(0.9 * WEIGHTS["text"])
        assert {seed.id for seed in retriever.retrieve(np.ones(4)).seeds} == {fact[0], fact[2]}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_can_be_switched_off(retriever: Retriever, part: str) -> None:
    found = retriever.retrieve(TEXT, ranking=Ranking().without(part))
    assert found.triples
    assert all(part not in scored.parts for scored in found.triples)


def test_side_and_negation_are_structure(retriever: Retriever) -> None:
    def labels(query: str, ranking: Ranking | None = None) -> str:
        wide = (ranking or Ranking()).model_copy(update={"limit": 80})
        triples = retriever.retrieve(query, ranking=wide).triples
        return " ".join(end.label for one in triples for end in (one.triple.subject, one.triple.object))

    assert "right" not in labels("left lower lobe consolidation").replace("copyright", "")
    assert "right" in labels("left lower lobe consolidation", Ranking().without("side"))
    denied = "pleural effusion, no meniscus sign"
    absent = [one for one in retriever.retrieve(denied, k=80).triples if "meniscus" in " ".join(one.triple.key)]
    assert {one.stance for one in absent} == {"against"}
    loose = retriever.retrieve(denied, k=80, ranking=Ranking().without("negation")).triples
    assert {one.stance for one in loose if "meniscus" in " ".join(one.triple.key)} == {"for"}


def test_the_same_query_has_the_same_subgraph_in_two_processes_and_on_both_stores(graph_folder: Path) -> None:
    code = (
        "import sys\nfrom thoracite.kg.stores.folder import open_graph\n"
        "from thoracite.retrieval.retriever import Retriever\n"
        "with Retriever(store=open_graph(__import__('pathlib').Path(sys.argv[1]), language=sys.argv[2])) as r:\n"
        "    print([r.retrieve(q).model_dump_json(include={'subgraph'}) for q in sys.argv[3:]])"
    )
    words = [code, str(graph_folder)]
    printed = set()
    for seed, language in (("1", "sparql"), ("2", "cypher")):
        answer = subprocess.run(
            [sys.executable, "-c", words[0], words[1], language, TEXT, "cardiomegaly and a lung mass, no edema"],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        printed.add(answer.stdout)
    assert len(printed) == 1
