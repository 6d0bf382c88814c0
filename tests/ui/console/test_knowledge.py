"""The commands that index triples and images: what it says, where it writes, and what it refuses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from thoracite.cli import app
from thoracite.errors import InputError, UsageError
from thoracite.evaluation.servers import PASSWORD, Server
from thoracite.kg.stores.neo4j import Neo4jStore
from thoracite.phantom import write_phantoms
from thoracite.retrieval.index.text_encoder import load_text_encoder
from thoracite.retrieval.index.triple_index import open_index
from thoracite.settings import Settings
from thoracite.ui.console.knowledge import index_images, index_triples


@pytest.fixture
def graph(graph_folder: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "graph"
    shutil.copytree(graph_folder, folder, ignore=shutil.ignore_patterns("index"))  # other tests index the shared graph
    return folder


def test_the_command_builds_what_the_sentence_says(graph: Path) -> None:
    done = CliRunner().invoke(app, ["index", "triples", "--graph", str(graph)], catch_exceptions=False)
    assert done.exit_code == 0
    with open_index(graph, load_text_encoder()) as index:
        assert done.stdout.startswith(f"{len(index)} texts of triples are indexed in {graph / 'index'}")


def test_an_encoder_that_is_not_here_leaves_the_graph_as_it_is(graph: Path) -> None:
    done = CliRunner().invoke(app, ["index", "triples", "--graph", str(graph), "--text-encoder", "nobody/nothing"])
    assert done.exit_code != 0
    assert not (graph / "index").exists()


def test_a_graph_in_neo4j_is_indexed_there(neo4j_server: Server, small_graph: Path) -> None:
    from thoracite.retrieval.index.neo4j_index import open_neo4j_index

    store = Neo4jStore(neo4j_server.address, password=PASSWORD)
    store.load(small_graph)
    said = index_triples(Settings(store=neo4j_server.address, store_password=PASSWORD))
    encoder = load_text_encoder()
    with open_neo4j_index(neo4j_server.address, encoder, digest=store.digest, password=PASSWORD) as index:
        assert said == f"{len(index)} texts of triples are indexed at {neo4j_server.address} by thoracite-text"
        assert index.find(["deep sulcus sign"], k=1)[0][0].text.count("deep sulcus sign") == 1
    store.close()


def test_a_store_without_vectors_is_refused(fuseki_server: Server) -> None:
    with pytest.raises(UsageError, match="has no vector index; expected neo4j://… or bolt://…, or 'embedded'"):
        index_triples(Settings(store=fuseki_server.address))


def test_images_are_indexed_beside_their_folder(tmp_path: Path) -> None:
    write_phantoms(tmp_path / "scans", number=2, seed=1, size=256)
    shutil.rmtree(tmp_path / "scans" / "masks")
    names = sorted(path.relative_to(tmp_path / "scans").as_posix() for path in (tmp_path / "scans").rglob("*.png"))
    (tmp_path / "labels.csv").write_text(f"image,labels\n{names[0]},Effusion|not a label\n", encoding="utf-8")
    said = index_images(tmp_path / "scans", Settings(), labels=tmp_path / "labels.csv", output=None)
    assert said.startswith(f"2 of {len(names)} images are indexed in {tmp_path / 'scans.index'}")
    assert "1 have labels; 1 labels are no concept" in said
    with pytest.raises(InputError, match="is no folder"):
        index_images(tmp_path / "none", Settings(), labels=None, output=None)
