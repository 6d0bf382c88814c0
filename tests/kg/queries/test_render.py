"""The queries behind a sentence find what they are shown for."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.errors import UsageError
from thoracite.kg.queries.render import list_published, read_published, render_cypher, render_sparql
from thoracite.kg.stores.folder import open_graph
from thoracite.kg.vocabulary import RELATIONS
from thoracite.types import Entity, Provenance, Triple


def test_both_queries_of_every_triple_of_the_default_graph_find_its_sources(graph_folder: Path) -> None:
    stores = [(open_graph(graph_folder), render_sparql), (open_graph(graph_folder, language="cypher"), render_cypher)]
    triples = stores[0][0].find_triples(limit=100_000)
    assert len(triples) > 1200
    for store, render in stores:
        for triple in triples[::7]:
            answer = store.query(render(triple))
            shown = [tuple(cell["value"] if isinstance(cell, dict) else cell for cell in row) for row in answer.rows]
            column = answer.columns.index("source")
            sources = sorted(row[column].replace("https://w3id.org/thoracite/source/", "thxs:") for row in shown)
            assert sources == sorted(origin.source for origin in triple.provenance), triple.key
        store.close()


def hostile(text: str) -> Triple:
    return Triple(
        subject=Entity(id=f"thx:{text}", label="x"),
        relation=RELATIONS["thx:part_of"],
        object=Entity(id="thx:lung", label="lung"),
        provenance=(Provenance(source="thxs:a", locator="b"),),
    )


def test_names_cannot_break_out_of_a_query() -> None:
    assert "\\'" in render_cypher(hostile("a'})-[r]->()_DETACH_DELETE_n//"))
    from thoracite.errors import InputError

    with pytest.raises(InputError, match="makes no IRI"):
        render_sparql(hostile("a>_."))
    assert "<https://w3id.org/thoracite/a-b.c>" in render_sparql(hostile("a-b.c"))


def test_published_queries_are_read_by_name() -> None:
    for language in ("sparql", "cypher"):
        for name in list_published(language):  # type: ignore[arg-type]
            assert read_published(name, language).strip()  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="there is no published sparql query"):
        read_published("../query")
