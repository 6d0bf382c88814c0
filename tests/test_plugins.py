"""Tiny packages of others, installed as they would be, that read, write and hold a graph."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.readings import write_grey
from thoracite.errors import ModelError, UsageError
from thoracite.generation.generator import Generator, open_generator
from thoracite.kg.graph import open_store
from thoracite.kg.stores.store import GraphStore
from thoracite.plugins import list_plugins
from thoracite.settings import Settings
from thoracite.vision.encoder import ImageEncoder
from thoracite.vision.encoders import open_encoder

CODE = """
from thoracite.kg.stores.folder import open_graph
from thoracite.types import Certainty, Entity, Finding
from thoracite.vision.encoder import Reading
from pathlib import Path


class Eye:
    name = "bright"

    def __init__(self, source):
        self.share = float(source or 0.9)

    def read(self, radiograph):
        effusion = Entity(id="thx:pleural_effusion", label="pleural effusion", kind="finding")
        return Reading(findings=(Finding(entity=effusion, probability=self.share, certainty=Certainty.PRESENT),))


class Pen:
    name = "terse"

    def write(self, study, findings, evidence):
        return [f"Pleural effusion is likely [{e.key}]." for e in evidence if e.kind == "finding"]


def open_eye(source, settings):
    return Eye(source)


def open_pen(source, settings):
    return Pen()


def open_shelf(address, settings):
    return open_graph(Path(address.removeprefix("shelf://")))
"""
ENTRIES = """[thoracite.encoders]
bright = tinyplugin:open_eye
broken = tinyplugin:open_nothing

[thoracite.generators]
terse = tinyplugin:open_pen

[thoracite.stores]
shelf = tinyplugin:open_shelf
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path with a package and its metadata, as an installer leaves them."""
    site = tmp_path / "site"
    info = site / "tinyplugin-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "tinyplugin.py").write_text(CODE, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tinyplugin\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(ENTRIES, encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))
    importlib.invalidate_caches()
    return site


@pytest.mark.usefixtures("installed")
def test_a_plug_in_keeps_the_contracts() -> None:
    assert list_plugins("thoracite.encoders") == ["bright", "broken"]
    assert isinstance(open_encoder("bright:0.7"), ImageEncoder)
    assert isinstance(open_generator("terse"), Generator)
    with pytest.raises(UsageError, match=r"known encoders are .*bright"):
        open_encoder("dark")
    with pytest.raises(UsageError, match=r"known generators are template, .*, terse"):
        open_generator("verbose")
    with pytest.raises(ModelError, match=r"plug-in broken .* cannot be loaded"):
        open_encoder("broken")


@pytest.mark.usefixtures("installed")
def test_a_store_is_found_by_the_scheme_of_its_address(graph_folder: Path) -> None:
    store = open_store(Settings(store=f"shelf://{graph_folder}"))
    assert isinstance(store, GraphStore)
    assert store.statistics().triples > 0
    store.close()
    with pytest.raises(UsageError, match="answers sparql, not cypher"):
        open_store(Settings(store=f"shelf://{graph_folder}"), language="cypher")
    with pytest.raises(UsageError, match="store 'drawer://x' is unknown"):
        open_store(Settings(store="drawer://x"))


@pytest.mark.usefixtures("installed")
def test_two_packages_with_one_name_are_told_apart_by_the_user(installed: Path) -> None:
    other = installed / "othereye-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: othereye\nVersion: 1.0\n", encoding="utf-8")
    (other / "entry_points.txt").write_text("[thoracite.encoders]\nbright = othereye:eye\n", encoding="utf-8")
    importlib.invalidate_caches()
    with pytest.raises(UsageError, match="brought by othereye:eye and tinyplugin:open_eye"):
        open_encoder("bright")


def test_the_command_line_takes_them_all_by_name(installed: Path, tmp_path: Path, graph_folder: Path) -> None:
    image = write_grey(tmp_path / "grey.png")
    words = ["explain", image, "--json", "--encoder", "bright:0.7", "--generator", "terse", "--view", "AP"]
    path = os.pathsep.join(filter(None, [str(installed), os.environ.get("PYTHONPATH", "")]))
    answer = subprocess.run(
        [sys.executable, "-m", "thoracite.cli", *map(str, words), "--store", f"shelf://{graph_folder}"],
        capture_output=True, text=True, env=os.environ | {"PYTHONPATH": path}, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    record = json.loads(answer.stdout)
    assert (record["generator"], record["view"]) == ("terse", "AP")
    assert record["findings"][0]["probability"] == 0.7
    assert [claim["sentence"] for claim in record["claims"]] == ["Pleural effusion is likely [E1]."]
