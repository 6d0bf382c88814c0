"""The settings name a store; a store refuses the language that it does not speak."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.errors import StoreError, UsageError
from thoracite.evaluation.servers import PASSWORD, Server
from thoracite.kg.graph import open_store
from thoracite.settings import Settings


def test_the_embedded_graph_speaks_both(graph_folder: Path) -> None:
    settings = Settings(graph=graph_folder)
    stores = [open_store(settings, language=language) for language in (None, "sparql", "cypher")]
    assert [store.name for store in stores] == ["oxigraph", "oxigraph", "ladybug"]
    assert len({store.digest for store in stores}) == 1
    for store in stores:
        store.close()


def test_servers_speak_one(neo4j_server: Server, fuseki_server: Server) -> None:
    neo4j = Settings(store=neo4j_server.address, store_password=PASSWORD)
    fuseki = Settings(store=fuseki_server.address)
    for settings, language, name in ((neo4j, "cypher", "neo4j"), (fuseki, "sparql", "sparql")):
        for asked in (None, language):
            store = open_store(settings, language=asked)
            assert store.name == name
            store.close()


@pytest.mark.parametrize(
    ("store", "language", "said"),
    [
        ("bolt://127.0.0.1:1", "sparql", "answers cypher, not sparql"),
        ("neo4j+s://example.org", "sparql", "answers cypher, not sparql"),
        ("https://example.org/sparql", "cypher", "answers sparql, not cypher"),
        ("ftp://example.org", None, "is unknown; expected 'embedded'"),
        ("oxigraph", None, "is unknown; expected 'embedded'"),
        ("embedded", "gremlin", "no query language 'gremlin'"),
    ],
)
def test_what_cannot_be_is_one_sentence(store: str, language: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        open_store(Settings(store=store), language=language)


def test_no_graph_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no graph"):
        open_store(Settings(graph=tmp_path / "nothing"))
