"""Triples as texts: each text once, with the triples that read so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from thoracite.kg.assertions import find_relation
from thoracite.kg.rdf.nquads import ConceptRow, read_assertions, read_nodes
from thoracite.types import Triple

Key = tuple[str, str, str]
"""Subject, relation and object of a triple."""

LINES, OFFSETS, RELATIONS = "texts.jsonl", "offsets.npy", "relations.npy"
"""Files of the texts: one line a text, where each line begins, and the number of its relation."""


class TripleText(NamedTuple):
    """A triple in words.

    Parameters
    ----------
    text : str
        Labels of subject, relation and object.
    keys : tuple of (str, str, str)
        The triples that read so; more than one only where two concepts have the same label.
    """

    text: str
    keys: tuple[Key, ...]

    @property
    def relation(self) -> str:
        """Return the CURIE of the relation."""
        return self.keys[0][1]


class TripleTexts(Protocol):
    """Texts by number; a list is one."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> TripleText: ...


def render_triple(triple: Triple) -> str:
    """Return a triple in words, as it is indexed.

    Examples
    --------
    >>> from thoracite.kg.facts import read_facts
    >>> render_triple(next(iter(read_facts())))
    'visceral pleura part of pleura'
    """
    return f"{triple.subject.label} {triple.relation.label} {triple.object.label}"


def list_triple_texts(nquads: Path) -> list[TripleText]:
    """List the texts of a graph, sorted.

    Parameters
    ----------
    nquads : Path
        N-Quads of a build.

    Raises
    ------
    InputError
        If the file is not a graph of the form of decision 1.
    """
    labels = {node.id: node.label for node in read_nodes(nquads) if isinstance(node, ConceptRow)}
    keys = {(row.subject, row.relation, row.object) for row in read_assertions(nquads)}
    texts: dict[tuple[str, str], list[Key]] = {}
    for key in sorted(keys):
        ends = (labels.get(end) or end.split(":", 1)[1].replace("_", " ") for end in (key[0], key[2]))
        text = f" {find_relation(key[1]).label} ".join(ends)
        texts.setdefault((text, key[1]), []).append(key)
    return [TripleText(text, tuple(found)) for (text, _), found in sorted(texts.items())]


def write_texts(texts: Iterable[TripleText], folder: Path) -> list[str]:
    """Write texts into a folder; return the relations, in the order of their numbers."""
    offsets, relations, names = [0], [], dict[str, int]()
    with (folder / LINES).open("wb") as file:
        for text in texts:
            file.write(json.dumps(text, ensure_ascii=False).encode() + b"\n")
            offsets.append(file.tell())
            relations.append(names.setdefault(text.relation, len(names)))
    np.save(folder / OFFSETS, np.array(offsets, dtype=np.int64))
    np.save(folder / RELATIONS, np.array(relations, dtype=np.int16))
    return list(names)


class KeptTexts:
    """Texts of a folder, read by number and never all at once.

    Parameters
    ----------
    folder : Path
        Where :func:`write_texts` wrote.
    names : sequence of str
        What it returned.
    """

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._offsets = np.load(folder / OFFSETS, mmap_mode="r")
        self._relations = np.load(folder / RELATIONS, mmap_mode="r")
        size = int(self._offsets[-1])
        self._bytes = np.memmap(folder / LINES, dtype=np.uint8, mode="r", shape=(size,)) if size else None
        self._names = list(names)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int, /) -> TripleText:
        if self._bytes is None or not 0 <= number < len(self):
            raise IndexError(number)
        text, keys = json.loads(self._bytes[self._offsets[number] : self._offsets[number + 1]].tobytes())
        return TripleText(text, tuple((subject, relation, object_) for subject, relation, object_ in keys))

    def __iter__(self) -> Iterator[TripleText]:
        return (self[number] for number in range(len(self)))

    def find_related(self, relations: Iterable[str]) -> npt.NDArray[np.int64]:
        """Return the numbers of the texts with one of these relations."""
        wanted = [self._names.index(name) for name in relations if name in self._names]
        return np.flatnonzero(np.isin(self._relations, wanted))


__all__ = ["KeptTexts", "Key", "TripleText", "TripleTexts", "list_triple_texts", "render_triple", "write_texts"]
