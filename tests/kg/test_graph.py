"""The settings name a store; a store refuses the language that it does not speak."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from thoracite import kg
from thoracite.errors import StoreError, UsageError
from thoracite.evaluation.servers import PASSWORD, Server
from thoracite.kg.build.build import build_graph
from thoracite.kg.graph import ensure_graph, open_store
from thoracite.kg.stores.folder import FORMAT, read_manifest, read_pointer
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


_LIST_MODULES = """
import sys
from pathlib import Path

import thoracite.kg
print(*(name for name in sys.modules if name.startswith("thoracite.kg")))

from thoracite.settings import Settings
store = thoracite.kg.open_store(Settings(graph=Path(sys.argv[1])), language=sys.argv[2])
store.find_entity("thx:pneumothorax")
print(*(name for name in sys.modules if name.startswith("thoracite.kg")))
"""


@pytest.mark.parametrize("language", ["sparql", "cypher"])
def test_opening_a_graph_loads_no_reader_of_books(graph_folder: Path, language: str) -> None:
    command = [sys.executable, "-c", _LIST_MODULES, str(graph_folder), language]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    alone, opened = (line.split() for line in run.stdout.splitlines())
    assert alone == ["thoracite.kg"]
    assert len(opened) <= 20, opened
    rooms = {name.split(".")[2] for name in opened if name.count(".") > 1}
    assert rooms.isdisjoint({"build", "knowledge", "extract", "linking", "privacy", "reports"})


def test_every_name_of_the_door_is_there() -> None:
    assert dir(kg) == sorted(kg.__all__)
    for name in kg.__all__:
        assert getattr(kg, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'open_stores'"):
        kg.open_stores  # noqa: B018


def test_no_graph_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no graph"):
        open_store(Settings(graph=tmp_path / "nothing"))


def test_a_graph_of_an_older_release_is_built_again_unless_it_is_ones_own(tmp_path: Path) -> None:
    build_graph(tmp_path)
    for default in (True, False):
        version = read_pointer(tmp_path)
        assert version is not None
        manifest = version / "manifest.json"
        older = json.loads(manifest.read_text()) | {"format": FORMAT - 1, "default": default}
        manifest.write_text(json.dumps(older))
        if default:
            ensure_graph(tmp_path)
            newer = read_pointer(tmp_path)
            assert newer is not None
            assert read_manifest(newer)["format"] == FORMAT
        else:
            with pytest.raises(StoreError, match="build it again with thoracite build"):
                ensure_graph(tmp_path)
