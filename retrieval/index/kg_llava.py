"""``kg_llava``: the field's baseline of retrieval, after KG-LLaVA.

There, triples of RadGraph with the relation ``suggestive_of`` are texts with one entry for each image; an image's
vector in the joint space of MedCLIP fetches the 15 nearest of a FAISS index of inner products, its own entry is
dropped, and the first 7 go into the prompt as bare strings. Here an entry of the graph is a unique triple, counted
over many reports or read in a text: it belongs to no single image, so that none is an image's *own* unless
:class:`Entry` names an owner. Where entries have owners (one a report, as there), those of the query's owner are
dropped, by patient where the owner is a patient: KG-LLaVA excludes by image alone.

References
----------
Hamza A et al. LLaVA needs more knowledge: retrieval augmented natural language generation with knowledge graph for
explaining thoracic pathologies. AAAI 2025. arXiv:2410.04749.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from thoracite.kg.vocabulary import SUGGESTS
from thoracite.retrieval.index.text_encoder import TextEncoder
from thoracite.retrieval.index.texts import Key, TripleText
from thoracite.retrieval.index.triple_index import FoundTriple, TripleIndex

FETCHED, KEPT = 15, 7
"""Entries that the index gives, and those that stay."""


class Entry(NamedTuple):
    """A text of the datastore.

    Parameters
    ----------
    text : str
        Words of one or more triples.
    keys : tuple of (str, str, str)
        The triples.
    owner : str
        Patient, report or image that it comes from; empty where it is of many.
    """

    text: str
    keys: tuple[Key, ...]
    owner: str = ""


class KgLlava:
    """The baseline over an index of triples.

    Parameters
    ----------
    index : TripleIndex
        Of a graph, or of entries.
    relations : iterable of str or None
        Relations that are kept, ``suggestive_of`` unless given; None keeps all.
    owners : sequence of str
        Owner of each text of the index; none where the entries are of many reports.

    Examples
    --------
    >>> from thoracite.retrieval.index.text_encoder import load_text_encoder
    >>> ends = [("consolidation", "pneumonia"), ("meniscus sign", "pleural effusion")]
    >>> entries = [
    ...     Entry(f"{s} suggestive of {o}", ((f"thx:{s}", "thx:suggestive_of", f"thx:{o}"),), owner=f"report {n}")
    ...     for n, (s, o) in enumerate(ends)
    ... ]
    >>> baseline, encoder = KgLlava.of_entries(entries, load_text_encoder()), load_text_encoder()
    >>> vector = encoder.encode(["fluid with a meniscus"])[0]
    >>> [found.text for found in baseline.retrieve(vector)][0]
    'meniscus sign suggestive of pleural effusion'
    >>> [found.text for found in baseline.retrieve(vector, owner="report 1")]
    ['consolidation suggestive of pneumonia']
    """

    name = "kg_llava"

    def __init__(
        self, index: TripleIndex, *, relations: Iterable[str] | None = (SUGGESTS,), owners: Sequence[str] = ()
    ) -> None:
        self.index = index if relations is None else index.narrow(relations)
        numbers = range(len(index)) if relations is None else index.texts.find_related(relations).tolist()
        self._owners = [owners[number] for number in numbers] if owners else []

    @classmethod
    def of_entries(
        cls, entries: Sequence[Entry], encoder: TextEncoder, *, relations: Iterable[str] | None = (SUGGESTS,)
    ) -> Self:
        """Index entries that have owners, as the original does: those with one of the relations.

        Parameters
        ----------
        entries : sequence of Entry
            In any order.
        encoder : TextEncoder
            Encoder of their texts.
        relations : iterable of str or None
            Relations that are kept; None keeps all.
        """
        index = TripleIndex.of_texts([TripleText(entry.text, entry.keys) for entry in entries], encoder)
        return cls(index, relations=relations, owners=[entry.owner for entry in entries])

    def retrieve(
        self, vector: npt.NDArray[np.float32], *, owner: str | None = None, kept: int = KEPT
    ) -> list[FoundTriple]:
        """Return the kept entries, best first: 15 fetched, the owner's dropped, 7 kept.

        Parameters
        ----------
        vector : ndarray, shape (dimension,), float32
            Of an image, in the space of the texts, of unit length.
        owner : str or None
            Owner of the query, whose entries are dropped.
        kept : int
            Most entries that stay, at most 15.
        """
        [found] = self.index.find(np.ascontiguousarray(vector[None]), FETCHED)
        if owner is not None and self._owners:
            found = [one for one in found if self._owners[one.number] != owner]
        return found[:kept]


__all__ = ["FETCHED", "KEPT", "Entry", "KgLlava"]
