"""The queries of the suite ``retrieval``, and the graph, its index and the systems that they are put to.

``retrieval_queries.csv`` names the queries: unseen images by their path in the development data, phantoms by seed,
signs with their answers, and words. What the encoder read in images is kept in a file on request, since reading takes
longer than all the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.retrieval_systems import Query, Systems, describe
from thoracite.files import read_rows, write_text
from thoracite.kg.build.build import build_graph
from thoracite.phantom.phantom import draw_phantom
from thoracite.retrieval.asked import Asked
from thoracite.retrieval.index.projection import Projection
from thoracite.retrieval.index.text_encoder import load_text_encoder
from thoracite.retrieval.index.triple_index import open_index
from thoracite.retrieval.retriever import Retriever
from thoracite.vision.encoder import Reading
from thoracite.vision.mini.encoder import MiniEncoder

QUERIES = Path(__file__).with_name("retrieval_queries.csv")
COLUMNS = ("id", "half", "kind", "query", "absent", "view")

_IMAGES = ("image", "phantom")

Features = npt.NDArray[np.float32]


@contextmanager
def open_systems() -> Iterator[tuple[Retriever, Systems]]:
    """Build the default graph and the index of its texts in a folder that goes away, and open all systems over them."""
    with TemporaryDirectory(prefix="thoracite-retrieval-") as folder:
        graph = Path(folder) / "graph"
        build_graph(graph)
        with (
            open_index(graph, load_text_encoder(), build=True) as index,
            Retriever.from_graph(graph, index=index) as retriever,
        ):
            yield retriever, Systems(retriever, index)


def read_queries(
    retriever: Retriever, data: Path, path: Path | None = None, *, most: int | None = None, kept: Path | None = None
) -> Iterator[Query]:
    """Read the queries; images are left out where the development data are not there, or where nothing is asserted.

    Parameters
    ----------
    retriever : Retriever
        Reads images, and the names of words.
    data : Path
        Folder with ``cxr/``.
    path : Path or None
        The bundled queries unless given.
    most : int or None
        Most queries, spread evenly over the table; all unless given.
    kept : Path or None
        File of what was read in images; it is read where it is there, and written.

    Raises
    ------
    InputError
        If the table is not there, or lacks a column.
    """
    rows = read_rows(path or QUERIES, columns=COLUMNS, expected=f"the columns {', '.join(COLUMNS)}")
    images, projection = _Images(retriever, data, kept), Projection.load()
    for row in _spread(list(rows), most):
        query, vector, view = _ask_text(row), None, row["view"] or "unknown"
        if row["kind"] in _IMAGES:
            read = images.read(row, view)
            if read is None or not read[0].accepted:
                continue
            query, vector, view = list(read[0].findings), projection.project(read[1][None])[0], read[0].view
        asked, _ = retriever.ask(query, view)  # type: ignore[arg-type]
        if isinstance(asked, Asked) and asked.seeds:
            seen = asked.seen.view or view
            yield Query(row["id"], row["half"], row["kind"], describe(asked, seen), asked, query, seen, vector)
    images.keep()


def _spread(rows: Sequence[Mapping[str, str]], most: int | None) -> list[Mapping[str, str]]:
    if most is None or most >= len(rows):
        return list(rows)
    return [rows[at] for at in np.linspace(0, len(rows) - 1, most).round().astype(int).tolist()]


def _ask_text(row: Mapping[str, str]) -> Any:
    if row["kind"] == "signs":
        absent = [part for part in row["absent"].split(";") if part]
        return dict.fromkeys(row["query"].split(";"), "yes") | dict.fromkeys(absent, "no")
    return row["query"]


class _Images:
    """What the encoder reads in images, and their features, each once."""

    def __init__(self, retriever: Retriever, data: Path, kept: Path | None) -> None:
        self._retriever, self._data, self._path = retriever, data, kept
        there = kept is not None and kept.is_file()
        self._kept: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if there and kept else {}

    def read(self, row: Mapping[str, str], view: str) -> tuple[Reading, Features] | None:
        if row["id"] not in self._kept:
            image = self._data / "cxr" / row["query"]
            if row["kind"] == "image" and not image.is_file():
                return None
            source = image if row["kind"] == "image" else draw_phantom(int(row["query"]), size=512).image
            radiograph = self._retriever.load(source, view=view)  # type: ignore[arg-type]
            reading = self._retriever.interpret(radiograph)
            features = np.round(self._encoder.forward(radiograph.pixels).features, 4).tolist()
            self._kept[row["id"]] = [json.loads(reading.model_dump_json()), features]
        reading, features = self._kept[row["id"]]
        return Reading.model_validate(reading), np.array(features, dtype=np.float32)

    @cached_property
    def _encoder(self) -> MiniEncoder:
        return MiniEncoder.load()

    def keep(self) -> None:
        """Write what was read; once, since it is large."""
        if self._path is not None:
            write_text(self._path, json.dumps(self._kept))


__all__ = ["COLUMNS", "QUERIES", "open_systems", "read_queries"]
