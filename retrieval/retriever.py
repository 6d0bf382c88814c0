"""Retrieval: an image, signs, a text, a CURIE or a vector in; findings, subgraph and numbered evidence out."""

from __future__ import annotations

import asyncio
import threading
from collections import ChainMap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from thoracite.errors import InputError, UsageError
from thoracite.retrieval.asked import Asked, ask_findings, ask_signs, ask_words, read_answer
from thoracite.retrieval.candidates import Candidates, Found, Key, TextIndex, search_alike, search_near
from thoracite.retrieval.diagnosis.differential import MOST, Differential, rank_diagnoses
from thoracite.retrieval.diagnosis.likelihood import SignTable
from thoracite.retrieval.evidence import collect_evidence
from thoracite.retrieval.firewall import Firewall, leave_out
from thoracite.retrieval.lookup import IMAGE_SUFFIXES, Lookup, is_image
from thoracite.retrieval.ranking import Ranking
from thoracite.retrieval.result import Retrieval
from thoracite.retrieval.scene import Seen, find_seen
from thoracite.retrieval.search import search_graph
from thoracite.retrieval.signs import find_absent, list_concepts, search_signs, tie_absent, tie_signs
from thoracite.retrieval.similar.evidence import collect_similar
from thoracite.retrieval.subgraph import find_seeds, search_neighbours, search_subgraph
from thoracite.settings import Settings
from thoracite.types import Answer, Entity, Finding, ScoredTriple, Triple, View

if TYPE_CHECKING:
    from thoracite.kg.stores.store import GraphStore
    from thoracite.vision.encoder import ImageEncoder
    from thoracite.vision.image import ImageInput

    Query = str | ImageInput | Mapping[str, Answer] | Sequence[Finding]

_NEAREST = 60
"""Texts that are fetched from the index for one query."""


class Retriever(Lookup):
    """Retriever of evidence; opens the graph and the encoder on first use.

    Parameters
    ----------
    settings : Settings or None
        Read from environment and file unless given.
    store : GraphStore or None
        The settings' graph unless given; built where there is none.
    encoder : ImageEncoder or None
        The settings' encoder unless given.

    Attributes
    ----------
    ranking : Ranking
        Settings of :meth:`retrieve`, unless it is given others.

    Examples
    --------
    >>> with Retriever.from_graph() as retriever:                       # doctest: +SKIP
    ...     found = retriever.retrieve({"thx:meniscus_sign": "yes", "thx:air_bronchogram": "no"}, view="PA")
    ...     print(found.why("E1"))
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        store: GraphStore | None = None,
        encoder: ImageEncoder | None = None,
    ) -> None:
        super().__init__(settings, store=store, encoder=encoder)
        self.ranking = Ranking()
        self._index: TextIndex | None = None
        self._neighbours: dict[str, tuple[Triple, ...]] = {}
        self._of_signs: dict[str, tuple[Triple, ...]] = {}
        self._near: dict[tuple[str, int, int], tuple[Triple, ...]] = {}
        self._alike: dict[Key, Triple] = {}
        self._table: SignTable | None = None
        self._turn = threading.RLock()

    @classmethod
    def from_graph(
        cls,
        path: str | Path | None = None,
        *,
        encoder: str | ImageEncoder | None = None,
        ranking: Ranking | None = None,
        index: TextIndex | None = None,
        ledger: str | Path | None = None,
    ) -> Self:
        """Return a retriever over a graph.

        Parameters
        ----------
        path : str, Path or None
            Folder of the graph, built there if missing; the settings' graph unless given.
        encoder : str, ImageEncoder or None
            An encoder, or the name of one; the settings' encoder unless given.
        ranking : Ranking or None
            Weights, switches and limits; the defaults unless given.
        index : TextIndex or None
            Vectors of the graph's texts, such as ``open_index`` opens; without one the graph alone is searched.
        ledger : str, Path or None
            Folder of the ledger of the graph's reports, for ``patient=``; the settings' ledger unless given.

        Examples
        --------
        >>> found = Retriever.from_graph().retrieve("thx:pneumothorax", k=3)
        >>> [evidence.triple.object.label for evidence in found.ranked][:1], len(found.triples)
        (['visceral pleural line'], 3)
        """
        named = {"graph": path, "encoder": encoder if isinstance(encoder, str) else None, "ledger": ledger}
        opened = cls(Settings.read(arguments=named), encoder=None if isinstance(encoder, str) else encoder)
        opened.ranking, opened._index = ranking or opened.ranking, index
        return opened

    def retrieve(
        self,
        query: Query,
        *,
        patient: str | Iterable[str] | None = None,
        view: View = "unknown",
        k: int | None = None,
        ranking: Ranking | None = None,
    ) -> Retrieval:
        """Retrieve the subgraph and the evidence for an image, signs, a text, a concept or a vector.

        Where the settings name an index of images, those most like an image are evidence of kind ``image``, and, if it
        was built with the ledger of the graph's reports, nothing counts of a patient whose image it is or nearly is.

        Parameters
        ----------
        query : str, Path, ndarray, PIL.Image.Image, pydicom.Dataset, mapping or sequence of Finding
            An image; findings of one; signs, as CURIE → ``yes`` or ``no``; a CURIE such as ``thx:pneumothorax``; words,
            such as "right pleural effusion, no pneumothorax", of which the concepts that are not denied are looked up;
            or a vector of the index's texts, ndarray of shape (dimensions,). A str is the path of an image if it ends
            like one or names a file.
        patient : str, iterable of str or None
            Patients, studies or reports whose statements and similar images must not count; needs the ledger of the
            graph's reports.
        view : str
            ``PA``, ``AP`` or ``lateral`` if known; by default the view that the file states.
        k : int or None
            Most triples; the ranking's limit unless given.
        ranking : Ranking or None
            Other settings for this query.

        Raises
        ------
        InputError
            If the image cannot be read, the graph does not have the CURIE, or no concept is known in the words.
        PrivacyError
            If a patient is named and there is no ledger.
        UsageError
            If a vector is given and there is no index.
        """
        ranking = ranking or self.ranking
        if k is not None:
            ranking = ranking.model_copy(update={"limit": k})
        with self._turn:
            patients = [patient] if isinstance(patient, str) else list(patient or ())
            firewall = None if patient is None else self.open_firewall(patients)
            asked, vector = self.ask(query, view, patients)
            if isinstance(asked, Retrieval):
                return asked
            if asked.copied:
                firewall = self.open_firewall(patients, asked.copied)
            return self._search(asked, ranking, firewall=firewall, vector=vector)

    def retrieve_many(self, queries: Iterable[Query], **options: Any) -> Iterator[Retrieval]:
        """Retrieve for one query after the other, in the order given.

        Parameters
        ----------
        queries : iterable
            Queries that :meth:`retrieve` takes.
        **options
            Options of :meth:`retrieve`.

        Yields
        ------
        Retrieval
            A query that cannot be read gives one whose ``reason`` says why, and the batch goes on.
        """
        for query in queries:
            try:
                yield self.retrieve(query, **options)
            except InputError as error:
                yield Retrieval(reason=str(error))

    async def aretrieve(self, query: Query, **options: Any) -> Retrieval:
        """Retrieve as :meth:`retrieve` does, without holding up the event loop; queries take turns at the graph."""
        return await asyncio.to_thread(self.retrieve, query, **options)

    def ask(self, query: Any, view: View, patients: Iterable[str] = ()) -> tuple[Asked | Retrieval, Any]:
        """Read a query; what an image model refuses is answered already. A vector is returned beside it."""
        if isinstance(query, Mapping):
            known = None if view == "unknown" else view
            answers = {self._find_named(sign): read_answer(sign, said) for sign, said in query.items()}
            by_id = {entity.id: entity for entity in answers}
            return ask_signs({entity.id: said for entity, said in answers.items()}, by_id, view=known), None
        if isinstance(query, (list, tuple)):
            return ask_findings(query, view=view), None
        if getattr(query, "ndim", 0) == 1:
            return self._ask_vector(query), query
        if is_image(query):
            return self._ask_image(query, view, patients), None
        typed = self._read_words(query)
        if not typed.named:
            raise InputError(self._explain_unknown(query))
        return ask_words(typed.named, seen=typed.seen, text=query), None

    def _ask_vector(self, vector: Any) -> Asked:
        """Take the concepts of the nearest text for seeds."""
        if self._index is None:
            raise UsageError(
                "a vector is looked up in an index of texts, and the retriever has none; give index= to from_graph"
            )
        (nearest,) = self._index.find(vector[None, :], 1)
        ends = dict.fromkeys(end for hit in nearest for key in hit.keys for end in key[::2])
        named = [entity for end in ends if (entity := self.store.find_entity(end)) is not None]
        return ask_words(named)

    def _search(self, asked: Asked, ranking: Ranking, *, firewall: Firewall | None, vector: Any) -> Retrieval:
        candidates = self._find_candidates(asked, ranking, vector)
        if firewall is not None:
            candidates = candidates._replace(triples=tuple(firewall.clear(candidates.triples)))
        subgraph = search_graph(asked, candidates, ranking)
        evidence = collect_evidence(asked.findings, subgraph)
        return Retrieval(
            findings=asked.findings,
            signs=asked.signs,
            subgraph=subgraph,
            evidence=(*evidence, *collect_similar(asked.similar, evidence)),
        )

    def _find_candidates(self, asked: Asked, ranking: Ranking, vector: Any) -> Candidates:
        hops = ranking.hops if ranking.uses("hops") else 1
        found: dict[Key, Triple] = {}
        for seed in asked.seeds:
            held = (seed.entity.id, hops, ranking.candidates)
            if held not in self._near:
                self._near[held] = search_near(self.store, seed.entity.id, ranking)
            found |= {triple.key: triple for triple in self._near[held]}
        alike = search_alike(self.store, self._find_hits(asked, ranking, vector), ChainMap(found, self._alike))
        self._alike |= {triple.key: triple for triple in alike.triples}
        found |= {triple.key: triple for triple in alike.triples}
        return Candidates(tuple(found[key] for key in sorted(found)), alike.likeness)

    def _find_hits(self, asked: Asked, ranking: Ranking, vector: Any) -> Sequence[Found]:
        if self._index is None or not ranking.weight("text"):
            return ()
        if vector is None and not asked.text:
            return ()
        (hits,) = self._index.find([asked.text] if vector is None else vector[None, :], _NEAREST)
        return hits

    @property
    def sign_table(self) -> SignTable:
        """Return how often diagnoses show signs, by the graph's facts; read once."""
        if self._table is None:
            self._table = SignTable.read(self.store)
        return self._table

    def differential(
        self, findings: Iterable[str], *, denied: Iterable[str] = (), view: View = "unknown", k: int = MOST
    ) -> Differential:
        """Rank the diagnoses that explain what is there and what is not.

        Parameters
        ----------
        findings, denied : iterable of str
            CURIEs, codes or names of signs and findings that are there, and that were looked for and are absent.
        view : str
            View of the image; an unknown one counts as frontal.
        k : int
            Most diagnoses.

        Raises
        ------
        InputError
            If the graph does not know one of them.

        Examples
        --------
        >>> found = Retriever().differential(["deep sulcus sign"], denied=["meniscus sign"])
        >>> found.diagnoses[0].entity.label
        'supine pneumothorax'
        """
        with self._turn:
            present, absent = ([self._find_named(name) for name in names] for names in (findings, denied))
            return rank_diagnoses(self.sign_table, present, absent, view=view, k=k)

    def search(
        self,
        findings: Sequence[Finding],
        *,
        view: View = "unknown",
        limit: int = 6,
        without: Collection[tuple[str, str, str]] = (),
        firewall: Firewall | None = None,
    ) -> Retrieval:
        """Find the reasons that an explanation gives: for each finding that is likely, suspected or possible.

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
        firewall : Firewall or None
            From :meth:`find_firewall`.
        """
        with self._turn:
            self._look_up(finding.entity.id for finding in findings)
            seeds, seen = find_seeds(findings), find_seen(findings, view=view)
            subgraph = search_subgraph(
                self.store,
                seeds,
                seen=seen,
                neighbours=leave_out(self._neighbours, without, firewall=firewall),
                tied=self._tie(findings, seeds, seen, without, firewall),
                limit=limit,
            )
            evidence = collect_evidence(findings, subgraph)
        return Retrieval(findings=tuple(findings), subgraph=subgraph, evidence=evidence)

    def search_entities(self, entities: Sequence[Entity], *, seen: Seen | None = None) -> Retrieval:
        """Find the reasons about concepts: at most 12 triples for each; none without concepts.

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
        """Close the graph, the index of images and the ledger."""
        super().close()
        self._table = None
        for kept in (self._neighbours, self._of_signs, self._near, self._alike):
            kept.clear()

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
        firewall: Firewall | None,
    ) -> list[ScoredTriple]:
        """Return the facts that tie the signs of the seeds, and the absent signs of other findings."""
        by_id = {finding.entity.id: finding for finding in findings}
        asserted = [by_id.pop(seed.id) for seed in seeds]
        others = [finding.model_copy(update={"signs": find_absent(finding)}) for finding in by_id.values()]
        missing = [concept for concept in list_concepts([*asserted, *others]) if concept not in self._of_signs]
        self._of_signs |= search_signs(self.store, missing)  # kept like neighbours
        facts = leave_out(self._of_signs, without, firewall=firewall)
        tied = [scored for finding in asserted for scored in tie_signs(finding, facts, seen=seen)]
        return tied + [one for finding in others for one in tie_absent(finding, facts, seen=seen)]


__all__ = ["IMAGE_SUFFIXES", "Retrieval", "Retriever"]
