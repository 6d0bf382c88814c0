"""What textbooks list first comes first, for each finding of the default graph."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from thoracite.kg.facts import FIRST_SIGNS, read_filled
from thoracite.kg.stores.folder import open_graph
from thoracite.kg.vocabulary import mint
from thoracite.retrieval.scene import Seen
from thoracite.retrieval.subgraph import find_ends, prune_triples, rank_triples, search_neighbours


@pytest.mark.parametrize("view", ["PA", "unknown"])
def test_the_first_reasons_are_what_a_textbook_lists_first(graph_folder: Path, view: str) -> None:
    store, listed = open_graph(graph_folder), defaultdict[str, list[str]](list)
    for row in read_filled(FIRST_SIGNS, ("finding", "rank", "sign", "source", "locator")):
        listed[mint(row["finding"])].append(mint(row["sign"]))
    assert len(listed) == 13
    for finding_id, signs in listed.items():
        seen = Seen(present=frozenset({finding_id}), view=view)
        ranked = rank_triples(finding_id, search_neighbours(store, [finding_id])[finding_id], seen=seen)
        chosen = prune_triples(finding_id, ranked)
        assert [find_ends(finding_id, scored.triple)[1].id for scored in chosen[:2]] == signs
    store.close()
