"""The queries of the suite ``retrieval``, and the graph, its index and the systems that they are put to.

``retrieval_queries.csv`` names the queries: unseen images by their path in the development data, phantoms by seed,
signs with their answers, and words. A query is what was read in its image when the triples were judged: findings and
signs are kept in ``retrieval_readings.json.xz``, so that later weights do not change what is asked.
``python -m thoracite.evaluation.retrieval_queries DATA`` reads the images anew; then the pool must be judged anew, too.
"""

from __future__ import annotations

import base64
import json
import lzma
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.retrieval_systems import Query, Systems, describe
from thoracite.files import read_rows
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
READINGS = Path(__file__).with_name("retrieval_readings.json.xz")
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
    retriever: Retriever, path: Path | None = None, *, most: int | None = None, kept: Path | None = None
) -> Iterator[Query]:
    """Read the queries; images in which nothing is asserted are left out.

    Parameters
    ----------
    retriever : Retriever
        Reads images, and the names of words.
    path : Path or None
        The bundled queries unless given.
    most : int or None
        Most queries, spread evenly over the table; all unless given.
    kept : Path or None
        File of what was read in images; the bundled one unless given.

    Raises
    ------
    InputError
        If the table is not there, or lacks a column.
    """
    rows = read_rows(path or QUERIES, columns=COLUMNS, expected=f"the columns {', '.join(COLUMNS)}")
    images = read_readings(kept or READINGS)
    for row in _spread(list(rows), most):
        query, vector, view = _ask_text(row), None, row["view"] or "unknown"
        if row["kind"] in _IMAGES:
            if row["id"] not in images:
                continue
            reading, vector = images[row["id"]]
            query, view = list(reading.findings), reading.view
        asked, _ = retriever.ask(query, view)  # type: ignore[arg-type]
        if isinstance(asked, Asked) and asked.seeds:
            seen = asked.seen.view or view
            yield Query(row["id"], row["half"], row["kind"], describe(asked, seen), asked, query, seen, vector)


def _spread(rows: Sequence[Mapping[str, str]], most: int | None) -> list[Mapping[str, str]]:
    if most is None or most >= len(rows):
        return list(rows)
    return [rows[at] for at in np.linspace(0, len(rows) - 1, most).round().astype(int).tolist()]


def _ask_text(row: Mapping[str, str]) -> Any:
    if row["kind"] == "signs":
        absent = [part for part in row["absent"].split(";") if part]
        return dict.fromkeys(row["query"].split(";"), "yes") | dict.fromkeys(absent, "no")
    return row["query"]


def read_readings(path: Path) -> dict[str, tuple[Reading, Features]]:
    """Read what was read in the images, by query: the reading, and its vector in the space of texts."""
    kept = json.loads(lzma.decompress(path.read_bytes()))
    return {
        name: (Reading.model_validate(reading), np.frombuffer(base64.b64decode(vector), "<f2").astype(np.float32))
        for name, (reading, vector) in kept.items()
    }


def write_readings(data: Path, path: Path = READINGS) -> int:
    """Read the images of all queries anew, and keep the readings; return their number.

    Parameters
    ----------
    data : Path
        Folder with ``cxr/``.
    path : Path
        File to write.
    """
    encoder, projection, kept = MiniEncoder.load(), Projection.load(), {}
    rows = read_rows(QUERIES, columns=COLUMNS, expected=f"the columns {', '.join(COLUMNS)}")
    with Retriever() as retriever:
        for row in (row for row in rows if row["kind"] in _IMAGES):
            drawn = row["kind"] == "phantom"
            source = draw_phantom(int(row["query"]), size=512).image if drawn else data / "cxr" / row["query"]
            radiograph = retriever.load(source, view=row["view"] or "unknown")  # type: ignore[arg-type]
            reading = retriever.interpret(radiograph)
            if reading.accepted:
                features = encoder.forward(radiograph.pixels).features
                vector = projection.project(np.asarray(features, dtype=np.float32)[None])[0].astype("<f2")
                kept[row["id"]] = [shorten(reading), base64.b64encode(vector.tobytes()).decode()]
    path.write_bytes(lzma.compress(json.dumps(kept, separators=(",", ":")).encode()))
    return len(kept)


def shorten(reading: Reading) -> Any:
    """Return a reading as JSON without drawings, references and features, its numbers to six digits."""
    facts = json.loads(reading.model_copy(update={"features": ()}).model_dump_json())
    for score in (score for finding in facts["findings"] for score in finding["signs"]):
        score.update(drawing=[], reference="")
    return _round(facts)


def _round(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, list):
        return [_round(one) for one in value]
    return {name: _round(one) for name, one in value.items()} if isinstance(value, dict) else value


if __name__ == "__main__":
    write_readings(Path(sys.argv[1]))

__all__ = [
    "COLUMNS",
    "QUERIES",
    "READINGS",
    "open_systems",
    "read_queries",
    "read_readings",
    "shorten",
    "write_readings",
]
