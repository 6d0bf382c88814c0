"""The folder of a graph: its versions, the pointer to the current one, and opening that version.

``versions/<build>/`` holds ``graph.nq``, a folder for each store and ``manifest.json``; ``current`` names the version
that readers open. :mod:`thoracite.kg.build.build` writes versions; nothing here reads their sources.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from thoracite.errors import StoreError
from thoracite.files import write_text
from thoracite.kg.stores.store import GraphStore

_LOG = logging.getLogger(__name__)

Kind = Literal["graph", "mentions", "empty", "other"]
"""What a folder holds: a graph, whole or begun; the mention-level graph; nothing; something else."""

MENTIONS = "mentions.nq"
"""The file by which a folder of the mention-level graph is known."""

FORMAT = 2
"""Format of a version; raised when older releases cannot read it."""


def open_graph(folder: Path, *, language: Literal["sparql", "cypher"] = "sparql") -> GraphStore:
    """Open the current graph of a folder for reading.

    Parameters
    ----------
    folder : Path
        The graph folder.
    language : str
        ``sparql`` opens Oxigraph, ``cypher`` ladybug.

    Raises
    ------
    StoreError
        If there is no graph, or it is damaged.
    """
    version = read_pointer(folder)
    if version is None:
        raise StoreError(f"there is no graph in {folder}; build one with `thoracite build`")
    digest = read_manifest(version).get("digest")
    store: GraphStore
    if language == "cypher":
        from thoracite.kg.stores.ladybug import LadybugStore

        store = LadybugStore(version / "ladybug")
    else:
        from thoracite.kg.stores.oxigraph import OxigraphStore

        store = OxigraphStore(version / "oxigraph")
    if store.digest != digest:
        store.close()
        raise StoreError(f"graph {version} is damaged: its store holds another graph than its manifest; build it again")
    _LOG.debug("opened %s in %s", store.name, version)
    return store


def find_kind(folder: Path) -> Kind:
    """What a folder holds, by the names in it; hidden files do not count.

    Parameters
    ----------
    folder : Path
        It need not exist.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as place:
    ...     folder = Path(place)
    ...     kinds = [find_kind(folder), find_kind(folder / "none")]
    ...     _ = (folder / "notes.txt").write_text("mine")
    ...     print(*kinds, find_kind(folder), find_kind(folder / "notes.txt"))
    empty empty other other
    """
    if not folder.exists():
        return "empty"
    if not folder.is_dir():
        return "other"
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    if MENTIONS in names:
        return "mentions"
    return "graph" if names & {"current", "versions"} else "other" if names else "empty"


def find_nquads(folder: Path) -> Path:
    """Return the N-Quads of a folder's current graph.

    Raises
    ------
    StoreError
        If there is no graph.
    """
    version = read_pointer(folder)
    if version is None:
        raise StoreError(f"there is no graph in {folder}; build one with `thoracite build`")
    return version / "graph.nq"


def read_pointer(folder: Path) -> Path | None:
    """Return the current version's folder; None where nothing was built.

    Raises
    ------
    StoreError
        If the pointer cannot be read, or its target does not exist.
    """
    try:
        name = (folder / "current").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"graph folder {folder} cannot be read: {error}; build it again") from error
    version = folder / "versions" / name
    if not name or Path(name).name != name or not version.is_dir():
        raise StoreError(f"graph folder {folder} points at {name!r}, which is not there; build it again")
    return version


def is_outdated(version: Path) -> bool:
    """Tell whether an older release built a version from the project's own inputs, in a format of its time."""
    try:
        manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not isinstance(manifest, dict) or not manifest.get("default"):
        return False
    written = manifest.get("format")
    return isinstance(written, int) and written < FORMAT


def read_manifest(version: Path) -> Mapping[str, object]:
    """Read a version's manifest: digest, format, digest of its inputs.

    Raises
    ------
    StoreError
        If it is damaged or of another format.
    """
    try:
        manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise ValueError(f"expected a manifest of format {FORMAT}")
    except (OSError, ValueError) as error:
        raise StoreError(
            f"graph {version} is damaged or of another version ({error}); build it again with thoracite build"
        ) from error
    return manifest


def point_to(folder: Path, version: Path) -> None:
    """Make a version the current one, in one step."""
    write_text(folder / "current", version.name + "\n")


__all__ = [
    "FORMAT",
    "MENTIONS",
    "find_kind",
    "find_nquads",
    "is_outdated",
    "open_graph",
    "point_to",
    "read_manifest",
    "read_pointer",
]
