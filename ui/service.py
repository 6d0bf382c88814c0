"""Shared parts of page, REST routes and query endpoints: one explainer, one store for each language, a turnstile.

Uploads are kept in their own folder only while they are read; nothing about them is logged.
"""

from __future__ import annotations

import os
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from thoracite.errors import InputError, StoreError
from thoracite.kg.stores.sparql import QueryDataset, SparqlGraph
from thoracite.kg.stores.store import GraphStore, QueryResult
from thoracite.retrieval.retriever import IMAGE_SUFFIXES
from thoracite.settings import Settings
from thoracite.types import Answer, Explanation, Study
from thoracite.ui.interventions.cases import Cases
from thoracite.ui.limits import BusyError, Turnstile
from thoracite.ui.picture import Picture, render_pixels
from thoracite.ui.variants import WITHOUT_GRAPH, drop_triples, leave_graph_out, tell_note
from thoracite.ui.web.uploads import clean_name, keep_upload

if TYPE_CHECKING:
    from thoracite.generation.report.check import ReportCheck
    from thoracite.interventions import Case
    from thoracite.retrieval.retriever import Retrieval, Retriever

LONGEST = 250
"""Longest phrase to look up, in characters."""

LONGEST_REPORT = 50_000
"""Longest report to check, in characters."""

Language = Literal["sparql", "cypher"]


class Explaining(Protocol):
    """The methods of :class:`thoracite.pipeline.Explainer` that the service needs."""

    def explain(
        self,
        image: str | Path | Study,
        *,
        signs: Mapping[str, float | Answer | None] | None = None,
        without: Sequence[str] = (),
    ) -> Explanation:
        """Explain one image, with signs set and something left out."""
        ...

    def open_case(self, image: str | Path | Study) -> Case:
        """Read and explain one image, and keep what interventions need."""
        ...

    def intervene(
        self, case: Case, *, signs: Mapping[str, float | Answer | None] | None = None, without: Sequence[str] = ()
    ) -> Explanation:
        """Set signs of an image that was read, or leave something out."""
        ...

    def find_ranges(self, case: Case) -> Mapping[str, tuple[float, float]]:
        """Return between which values each sign changes what it adds."""
        ...

    def check_report(self, image: str | Path | None, text: str) -> ReportCheck:
        """Compare a report with its image and the graph."""
        ...


class Service:
    """Explaining, retrieving and querying for many callers; each part is loaded on first use.

    Parameters
    ----------
    settings : Settings
        Settings: graph, models, and limits.
    explainer : object or None
        An object with a method ``explain(path)``; the real :class:`thoracite.pipeline.Explainer` unless given.
    """

    def __init__(self, settings: Settings, *, explainer: Explaining | None = None) -> None:
        self.settings = settings
        self._explainer = explainer
        self._retriever: Retriever | None = None
        self._stores: dict[Language, GraphStore] = {}
        self.cases = Cases()
        self._images: Counter[str] = Counter(explained=0, withheld=0)
        self._loading = threading.RLock()
        self._reading = Turnstile(slots=1, line=8, patience_s=60.0)
        self._asking: dict[Language, Turnstile] = {
            "sparql": Turnstile(slots=4, line=16, patience_s=settings.query_limit_s),
            "cypher": Turnstile(slots=1, line=16, patience_s=settings.query_limit_s),
        }

    @property
    def ready(self) -> bool:
        """Tell whether the explainer is loaded."""
        return self._explainer is not None

    def load(self) -> Explaining:
        """Return the explainer, loaded once."""
        with self._loading:
            if self._explainer is None:
                from thoracite.pipeline import Explainer

                self._explainer = Explainer(self.settings)
            return self._explainer

    def explain(
        self,
        path: Path,
        *,
        signs: Mapping[str, float | Answer | None] | None = None,
        without: Sequence[str] = (),
        patient: str | None = None,
        similar: bool = True,
        prior: Path | None = None,
    ) -> Explanation:
        """Explain an image on this machine.

        Parameters
        ----------
        path : Path
            The image.
        signs, without
            As :meth:`thoracite.pipeline.Explainer.explain` takes them.
        patient, similar, prior
            As :class:`thoracite.types.Study` has them; ``prior`` is a file.

        Raises
        ------
        InputError
            If the image cannot be read.
        UsageError
            If a sign cannot be set, or something cannot be left out.
        BusyError
            If too many requests wait.
        """
        study = Study(image=str(path), patient=patient, similar=similar, prior=None if prior is None else str(prior))
        with self._reading.enter():
            explanation = self.load().explain(study, signs=signs, without=without)
            self._count(explanation)
        return explanation.model_copy(update={"image": path.name})

    def explain_upload(
        self,
        name: str,
        data: bytes,
        *,
        prior: tuple[str, bytes] | None = None,
        **asked: Any,
    ) -> Explanation:
        """Explain uploaded bytes; they are on disk only while they are read.

        Parameters
        ----------
        name : str
            File name as sent; only its last part is used.
        data : bytes
            PNG, JPEG or DICOM.
        prior : tuple of str and bytes, or None
            Name and bytes of an earlier film.
        **asked
            As :meth:`explain` takes it.

        Raises
        ------
        InputError
            If the bytes are not a readable image; the message names the file as sent.
        UsageError, BusyError
            As :meth:`explain`.
        """
        with keep_upload(name, data) as path:
            if prior is None:
                return self.explain(path, **asked)
            with keep_upload(*prior) as earlier:
                return self.explain(path, prior=earlier, **asked)

    def open_case(self, path: Path, session: str, prior: Path | None = None) -> tuple[str, Explanation, Picture]:
        """Explain an image on this machine for the page, and keep its reading for interventions.

        Parameters
        ----------
        path : Path
            The image.
        session : str
            Name of the visitor's session; what is kept goes when it ends.
        prior : Path or None
            An earlier film on this machine.

        Returns
        -------
        tuple of str, Explanation and Picture
            The name under which the reading is kept, which nobody can guess; its explanation; the image for the page.

        Raises
        ------
        InputError, BusyError
            As :meth:`explain`.
        """
        with self._reading.enter():
            asked = path if prior is None else Study(image=str(path), prior=str(prior))
            case = self.load().open_case(asked)
            picture = render_pixels(case.radiograph.pixels)
            self._count(case.untouched)
        untouched = case.untouched.model_copy(update={"image": path.name})
        case = case._replace(
            study=case.study.model_copy(update={"image": path.name, "prior": None}), untouched=untouched
        )
        return self.cases.keep(case, session), untouched, picture

    @contextmanager
    def working(self) -> Iterator[Explaining]:
        """Lend the explainer, in the line of those who read images.

        Raises
        ------
        BusyError
            If too many requests wait.
        """
        with self._reading.enter():
            yield self.load()

    def intervene(
        self, name: str, signs: Mapping[str, float | Answer | None], without: Sequence[str], *, graph: bool = True
    ) -> tuple[Case, Explanation]:
        """Change a kept reading, and tell what changes; ``graph`` says whether the graph is asked.

        Raises
        ------
        InputError
            If the reading is no longer kept.
        UsageError, BusyError
            As :meth:`explain`.
        """
        case = self.cases.find(name)
        if graph and not (signs or without):
            return case, case.untouched
        with self.working() as explainer:
            reader: Any = self.cases.find_reader(name) or explainer
            if graph:
                return case, reader.intervene(case, signs=signs, without=without)
            kept = drop_triples(without, case.untouched.evidence)
            changed = leave_graph_out(reader).intervene(case, signs=signs, without=kept)
            return case, tell_note(changed, WITHOUT_GRAPH)

    def find_ranges(self, case: Case) -> Mapping[str, tuple[float, float]]:
        """Return between which values each sign of a kept reading changes anything; empty without signs."""
        return self.load().find_ranges(case)

    def check_report(self, text: str, image: tuple[str, bytes] | None = None) -> ReportCheck:
        """Compare a report with its image, if one was sent, and the graph.

        Parameters
        ----------
        text : str
            The report.
        image : tuple of str and bytes, or None
            File name as sent, and the file.

        Raises
        ------
        InputError
            If the report is empty or too long, or the bytes are not a readable image.
        BusyError
            If too many requests wait.
        """
        if len(text) > LONGEST_REPORT:
            raise InputError(f"the report has {len(text):,} characters; expected at most {LONGEST_REPORT:,}")
        with self._reading.enter():
            explainer = self.load()
            if image is None:
                return explainer.check_report(None, text)
            with keep_upload(*image) as path:
                return explainer.check_report(path, text)

    def retrieve(self, query: str) -> Retrieval:
        """Find evidence for a phrase or a concept.

        Raises
        ------
        InputError
            If the query is empty, too long, or matches nothing.
        """
        words = re.sub(r"[\\/\s]+", " ", query).strip()  # not a path: a caller may not name files of this machine
        if not words:
            raise InputError('the query is empty; expected a phrase or a CURIE, such as "pleural effusion"')
        if len(words) > LONGEST:
            raise InputError(f"the query has {len(words)} characters; expected at most {LONGEST}")
        if Path(words).suffix.lower() in IMAGE_SUFFIXES or os.path.exists(words):
            raise InputError("the query names a file; expected a phrase or a CURIE, send images to POST /explain")
        retriever = self._load_retriever()
        with self._reading.enter():
            return retriever.retrieve(words)

    def query(self, language: Language, text: str, parameters: Mapping[str, Any] | None = None) -> QueryResult:
        """Answer a read-only query.

        Raises
        ------
        StoreError
            If the graph is missing or damaged, or the query is wrong, writes, or runs too long.
        BusyError
            If too many requests wait.
        """
        store = self.open(language)
        with self._asking[language].enter():
            return store.query(text, parameters=parameters, limit_s=self.settings.query_limit_s)

    def query_graphs(self, text: str, dataset: QueryDataset | None) -> QueryResult:
        """Answer a SPARQL query over the graphs that its request names; over those it names itself, or all, else.

        Raises
        ------
        StoreError, BusyError
            As :meth:`query`, and where a store of others takes no such names.
        """
        if dataset is None:
            return self.query("sparql", text)
        store = self.open("sparql")
        if not isinstance(store, SparqlGraph):
            raise StoreError(f"store {store.name} takes no graphs beside the query; name them in it, with FROM")
        with self._asking["sparql"].enter():
            return store.query(text, dataset=dataset, limit_s=self.settings.query_limit_s)

    @contextmanager
    def reading(self) -> Iterator[Retriever]:
        """Lend the retriever with its open store, in the line of those who ask that store.

        Raises
        ------
        StoreError
            If the graph is missing or damaged.
        BusyError
            If too many wait.
        """
        retriever = self._load_retriever()
        with self._asking[retriever.store.language].enter():
            yield retriever

    def describe_assertion(self, name: str) -> dict[str, Any] | None:
        """Describe one assertion by its CURIE; None where the graph has none of that name."""
        from thoracite.ui.mcp.tools import describe_assertion

        with self.reading() as retriever:
            return describe_assertion(retriever.store, name)

    def open(self, language: Language) -> GraphStore:
        """Return the graph in one language, opened once."""
        with self._loading:
            if language not in self._stores:
                from thoracite.kg.graph import open_store

                self._stores[language] = open_store(self.settings, language=language, build=True)
            return self._stores[language]

    def close(self) -> None:
        """Close the stores."""
        with self._loading:
            for store in self._stores.values():
                store.close()
            self._stores.clear()

    @property
    def queues(self) -> dict[str, Turnstile]:
        """Return where requests wait, by name."""
        return {"images": self._reading} | {str(name): queue for name, queue in self._asking.items()}

    def count_images(self) -> dict[str, int]:
        """Return how many images were ``explained``, and how many ``withheld``."""
        return dict(self._images)

    def _count(self, explanation: Explanation) -> None:
        """Count an image; only who is inside the turnstile of images does."""
        self._images["withheld" if explanation.abstained else "explained"] += 1

    def _load_retriever(self) -> Retriever:
        with self._loading:
            if self._retriever is None:
                from thoracite.retrieval.retriever import Retriever

                self._retriever = Retriever(self.settings)
            return self._retriever


__all__ = ["BusyError", "Explaining", "Language", "Service", "Turnstile", "clean_name"]
