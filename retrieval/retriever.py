"""Retrieval: an image, a text or a CURIE in, findings, subgraph and numbered evidence out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from thoracite.errors import InputError
from thoracite.kg.assertions import compact_or_keep
from thoracite.kg.concepts import Concept, read_concepts
from thoracite.kg.linking.suggestion import correct, suggest
from thoracite.kg.stores.concept_names import read_graph_concepts
from thoracite.kg.vocabulary import PREFIXES
from thoracite.retrieval.evidence import collect_evidence
from thoracite.retrieval.scene import Seen, find_seen
from thoracite.retrieval.signs import find_absent, list_concepts, search_signs, tie_signs
from thoracite.retrieval.subgraph import find_seeds, search_neighbours, search_subgraph
from thoracite.retrieval.typed import Typed, read_typed
from thoracite.settings import Settings
from thoracite.types import Entity, Evidence, Finding, Noun, ScoredTriple, Subgraph, Triple, View

if TYPE_CHECKING:
    from thoracite.kg.linking.linker import Linker
    from thoracite.kg.stores.store import GraphStore
    from thoracite.vision.encoder import ImageEncoder, Reading
    from thoracite.vision.image import ImageInput, Radiograph

_CURIE = re.compile(rf"(?:{'|'.join(PREFIXES)}):\S+", re.IGNORECASE)
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".dcm", ".dicom")
"""File name endings of images; the first bytes decide how a file is read."""


class Retrieval(Noun):
    """Findings, subgraph and evidence for one query.

    Parameters
    ----------
    findings : tuple of Finding
        Every finding of the image, absent ones too; none for text or a CURIE.
    subgraph : Subgraph
        Seeds and scored triples.
    evidence : tuple of Evidence
        Numbered evidence; triples have their queries.
    reason : str or None
        Reason for refusing an image; everything else is empty then.
    """

    findings: tuple[Finding, ...] = ()
    subgraph: Subgraph = Subgraph()
    evidence: tuple[Evidence, ...] = ()
    reason: str | None = None

    @property
    def seeds(self) -> tuple[Entity, ...]:
        """Return the seeds of the search."""
        return self.subgraph.seeds

    @property
    def triples(self) -> tuple[ScoredTriple, ...]:
        """Return the triples, best first for each seed."""
        return self.subgraph.triples


class Retriever:
    """Retriever of evidence; opens the graph and the encoder on first use.

    Parameters
    ----------
    settings : Settings or None
        Read from environment and file unless given.
    store : GraphStore or None
        The settings' graph unless given; built where there is none.
    encoder : ImageEncoder or None
        The settings' encoder unless given.

    Examples
    --------
    >>> with Retriever() as retriever:                                  # doctest: +SKIP
    ...     found = retriever.retrieve("thx:pleural_effusion")
    ...     print([evidence.triple.key for evidence in found.evidence])
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        store: GraphStore | None = None,
        encoder: ImageEncoder | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self._store, self._encoder = store, encoder
        self._linker: Linker | None = None
        self._neighbours: dict[str, tuple[Triple, ...]] = {}
        self._of_signs: dict[str, tuple[Triple, ...]] = {}

    def __enter__(self) -> Retriever:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def store(self) -> GraphStore:
        """Return the graph, opened once."""
        if self._store is None:
            from thoracite.kg.graph import open_store

            self._store = open_store(self.settings, build=True)
        return self._store

    @property
    def encoder(self) -> ImageEncoder:
        """Return the encoder, opened once."""
        if self._encoder is None:
            from thoracite.vision.encoders import open_encoder

            self._encoder = open_encoder(self.settings.encoder, settings=self.settings)
        return self._encoder

    @property
    def linker(self) -> Linker:
        """Return the linker from phrases to concepts, opened once."""
        if self._linker is None:
            from thoracite.kg.linking.linker import Linker

            self._linker = Linker(self._concepts)
        return self._linker

    @cached_property
    def _concepts(self) -> tuple[Concept, ...]:
        """The project's concepts, and those that the graph has besides: your own."""
        shipped = read_concepts()
        known = {node.entity.id for node in shipped}
        return (*shipped, *(node for node in read_graph_concepts(self.store) if node.entity.id not in known))

    def retrieve(self, query: str | ImageInput) -> Retrieval:
        """Retrieve evidence for an image, a text or a concept.

        Parameters
        ----------
        query : str, Path, ndarray, PIL.Image.Image or pydicom.Dataset
            An image; a CURIE such as ``thx:pneumothorax``; or words, such as "right pleural effusion, no
            pneumothorax", of which the concepts that are not denied are looked up. A str is the path of an image if it
            ends like one or names a file.

        Raises
        ------
        InputError
            If the image cannot be read, the graph does not have the CURIE, or no concept is known in the words.
        """
        if not isinstance(query, str) or Path(query).suffix.lower() in IMAGE_SUFFIXES or _is_file(query):
            reading = self.read(query)
            if not reading.accepted:
                return Retrieval(reason=reading.reason)
            return self.search(reading.findings, view=reading.view)
        typed = self._read_typed(query)
        if typed.named:
            return self.search_entities(typed.named, seen=typed.seen)
        raise InputError(self._explain_unknown(query))

    def find_entities(self, query: str) -> list[Entity]:
        """Return the concept of a CURIE or code, or those that a text names and does not deny, in reading order.

        Parameters
        ----------
        query : str
            A CURIE of the graph, a code of another vocabulary, or words.

        Returns
        -------
        list of Entity
            Empty where the graph knows none of them.
        """
        return list(self._read_typed(query).named)

    def _read_typed(self, query: str) -> Typed:
        query = compact_or_keep(query.strip())
        if (coded := self._find_coded(query)) is not None:
            return Typed((coded,))
        if _CURIE.fullmatch(query):
            prefix, _, name = query.partition(":")
            prefix = next(known for known in PREFIXES if known.lower() == prefix.lower())
            entity = self.store.find_entity(f"{prefix}:{name}")
            return Typed() if entity is None else Typed((entity,))
        return read_typed(query, self.linker)

    def read(self, image: ImageInput, *, view: View = "unknown") -> Reading:
        """Read one image with the encoder.

        Parameters
        ----------
        image : str, Path, ndarray, PIL.Image.Image or pydicom.Dataset
            Any image that :func:`thoracite.vision.image.read_radiograph` takes.
        view : str
            ``PA``, ``AP`` or ``lateral`` if known; by default the view that the file states.

        Raises
        ------
        InputError
            If the image cannot be read.
        ModelError
            If the encoder cannot be used.
        """
        return self.interpret(self.load(image, view=view))  # the image first, since loading the model takes time

    def load(self, image: ImageInput, *, view: View = "unknown") -> Radiograph:
        """Load the pixels of one image, without reading them.

        Parameters
        ----------
        image, view
            As :meth:`read` takes them.

        Raises
        ------
        InputError
            If the image cannot be read.
        """
        from thoracite.vision.image import read_radiograph

        radiograph = read_radiograph(image, settings=self.settings)
        return radiograph if view == "unknown" else radiograph._replace(view=view)

    def interpret(self, radiograph: Radiograph) -> Reading:
        """Read pixels with the encoder.

        Raises
        ------
        ModelError
            If the encoder cannot be used.
        """
        reading = self.encoder.read(radiograph)
        return reading if reading.view != "unknown" else reading.model_copy(update={"view": radiograph.view})

    def search(
        self,
        findings: Sequence[Finding],
        *,
        view: View = "unknown",
        limit: int = 6,
        without: Collection[tuple[str, str, str]] = (),
    ) -> Retrieval:
        """Find evidence for findings: the image's, and triples for each that is likely, suspected or possible.

        Parameters
        ----------
        findings : sequence of Finding
            All findings of one image.
        view : str
            The image's view, which says what facts hold for it; an unknown one counts as frontal.
        limit : int
            Most triples for each finding beside those that tie its signs.
        without : collection of (str, str, str)
            Triples that are left out, by CURIEs of subject, relation and object; the next best take their place.
        """
        self._look_up(finding.entity.id for finding in findings)
        seeds, seen = find_seeds(findings), find_seen(findings, view=view)
        subgraph = search_subgraph(
            self.store,
            seeds,
            seen=seen,
            neighbours=_leave_out(self._neighbours, without),
            tied=self._tie(findings, seeds, seen, without),
            limit=limit,
        )
        return Retrieval(findings=tuple(findings), subgraph=subgraph, evidence=collect_evidence(findings, subgraph))

    def search_entities(self, entities: Sequence[Entity], *, seen: Seen | None = None) -> Retrieval:
        """Retrieve evidence about concepts: at most 12 triples for each; none without concepts.

        Parameters
        ----------
        entities : sequence of Entity
            Concepts to look up.
        seen : Seen or None
            What is said to be there or not, and where, for ranking.
        """
        if not entities:
            return Retrieval()
        subgraph = search_subgraph(self.store, entities, seen=seen, limit=12)
        return Retrieval(subgraph=subgraph, evidence=collect_evidence((), subgraph))

    def close(self) -> None:
        """Close the graph."""
        if self._store is not None:
            self._store.close()
            self._store = None
        self._neighbours.clear()
        self._of_signs.clear()

    def _look_up(self, entities: Iterable[str]) -> None:
        """Keep the findings' neighbours: they are few, and every image needs the same ones."""
        missing = [entity for entity in entities if entity not in self._neighbours]
        self._neighbours |= search_neighbours(self.store, missing)

    def _tie(
        self,
        findings: Sequence[Finding],
        seeds: Sequence[Entity],
        seen: Seen,
        without: Collection[tuple[str, str, str]],
    ) -> list[ScoredTriple]:
        """Return the facts that tie the signs of the seeds, and the absent signs of other findings."""
        by_id = {finding.entity.id: finding for finding in findings}
        asserted = [by_id.pop(seed.id) for seed in seeds]
        others = [finding.model_copy(update={"signs": find_absent(finding)}) for finding in by_id.values()]
        missing = [concept for concept in list_concepts([*asserted, *others]) if concept not in self._of_signs]
        self._of_signs |= search_signs(self.store, missing)  # kept like neighbours
        facts = _leave_out(self._of_signs, without)
        tied = [scored for finding in asserted for scored in tie_signs(finding, facts, seen=seen)]
        return tied + [one for finding in others for one in tie_signs(finding, facts, seen=seen)[:1]]

    def _find_coded(self, code: str) -> Entity | None:
        """Return the concept with a code of another vocabulary, such as HP:0002202 or CheXpert:Edema, in any case."""
        if ":" not in code:
            return None
        asked = code.strip().lower()
        return next((node.entity for node in self._concepts if asked in map(str.lower, node.entity.codes)), None)

    def _explain_unknown(self, query: str) -> str:
        """Say that the graph knows nothing of a query, and what may have been meant."""
        if not _CURIE.fullmatch(query):
            return (
                f"no concept of the graph is named in {query[:80]!r}; expected words such as 'pleural effusion', "
                "a CURIE such as thx:pleural_effusion, or the path of an image" + self._suggest(query)
            )
        near = suggest(query, (node.entity.id for node in self._concepts)) if query.lower().startswith("thx:") else ""
        return f"the graph has no concept {query}; expected a CURIE such as thx:pleural_effusion, or words{near}"

    def _suggest(self, text: str) -> str:
        """Name the concept that a misspelt text may mean, or the nearest name."""
        corrected = correct(text.strip(), self.linker.words)
        if corrected != text.strip() and (named := read_typed(corrected, self.linker).named):
            return f"; did you mean {' and '.join(f'{entity.label!r} ({entity.id})' for entity in named)}?"
        return suggest(text.strip(), (name for node in self._concepts for name in node.names))


def _leave_out(
    triples: Mapping[str, tuple[Triple, ...]], without: Collection[tuple[str, str, str]]
) -> Mapping[str, tuple[Triple, ...]]:
    """Return triples by concept without some of them."""
    if not without:
        return triples
    return {one: tuple(triple for triple in of_it if triple.key not in without) for one, of_it in triples.items()}


def _is_file(text: str) -> bool:
    """Tell whether a text is the path of a file; a long text is not."""
    try:
        return Path(text).is_file()
    except OSError:
        return False


__all__ = ["IMAGE_SUFFIXES", "Retrieval", "Retriever"]
