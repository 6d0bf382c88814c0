"""Explainer: the place where all rooms are wired together.

The encoder reads an image, its findings retrieve evidence, the generator writes, the verifier drops sentences that the
evidence does not support, and the rest is released; if none is left, the explanation is withheld with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thoracite.errors import InputError, UsageError
from thoracite.files import names_image
from thoracite.generation.changes.compare import compare_readings
from thoracite.generation.generator import AnyGenerator, open_generator
from thoracite.generation.grounding.writing import Asked, Judge, Written, find_doubt, write
from thoracite.generation.indication import collect_indication
from thoracite.generation.release.certificate import hold_back_reading
from thoracite.generation.report.check import ReportCheck, check_report, decide, read_report
from thoracite.generation.signs.silence import drop_told
from thoracite.interventions import (
    Case,
    check_triples,
    compare,
    describe_triples,
    find_places,
    hide_boxes,
    keep_keys,
    parse_left_out,
)
from thoracite.kg.extract.extractor import open_extractor
from thoracite.kg.linking.linker import Linker
from thoracite.retrieval.evidence import collect_evidence
from thoracite.retrieval.retriever import Retrieval, Retriever
from thoracite.retrieval.similar.evidence import collect_similar
from thoracite.settings import Settings
from thoracite.types import Answer, Dropped, Evidence, Explanation, Finding, ImageError, Study, Subgraph, Touch, View

if TYPE_CHECKING:
    from thoracite.kg.stores.store import GraphStore
    from thoracite.vision.encoder import ImageEncoder, Reading
    from thoracite.vision.image import ImageInput, Radiograph

NO_GRAPH = "no graph was asked for, so findings are named without reasons"
"""Reason of an explanation that was released without a graph."""

UNSUPPORTED = "no sentence that was written is supported by its evidence"
"""Reason of an explanation that was withheld after it was written."""


class Explainer:
    """Explainer of chest X-rays; every sentence cites evidence.

    Parameters
    ----------
    settings : Settings or None
        Read from environment and file unless given.
    store : GraphStore or None
        The settings' graph unless given; built where there is none.
    encoder : ImageEncoder or None
        The settings' encoder unless given.
    generator : Generator, TextGenerator or None
        The settings' generator unless given.
    graph : bool
        False leaves the graph out: findings are named, and no reasons are given.
    similar : str, Path or None
        Folder of an index of images; similar ones are shown as evidence of kind ``image`` and change nothing else.
        The settings' unless given, by default none.
    complete : bool
        Whether likely, suspected and possible findings that a text generator leaves unsaid are added by template.

    Examples
    --------
    >>> from thoracite import Explainer
    >>> explanation = Explainer().explain("chest.png")                  # doctest: +SKIP
    >>> print(explanation.text)                                         # doctest: +SKIP
    A pleural effusion is likely in the right lower zone (probability 0.83) [E1][E2]. …
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        store: GraphStore | None = None,
        encoder: ImageEncoder | None = None,
        generator: AnyGenerator | None = None,
        graph: bool = True,
        similar: str | Path | None = None,
        complete: bool = True,
    ) -> None:
        self.settings = settings or Settings()
        if similar is not None:
            self.settings = self.settings.model_copy(update={"similar": Path(similar)})
        self.generator = generator or open_generator(self.settings.generator, settings=self.settings)
        self.retriever = Retriever(self.settings, store=store, encoder=encoder)
        self.graph, self.complete = graph, complete
        self._extractor = open_extractor()

    def explain(
        self,
        image: ImageInput | Study,
        *,
        signs: Mapping[str, float | Answer | None] | None = None,
        without: Sequence[str] = (),
    ) -> Explanation:
        """Explain one image.

        Parameters
        ----------
        image : str, Path, ndarray, PIL.Image.Image, pydicom.Dataset or Study
            A PNG, JPEG or DICOM file, an image that a library read from one, or a study that names one.
        signs : mapping of str to float, str or None
            Signs that are set, beside those of the study.
        without : sequence of str
            What is left out, beside that of the study: ``E3``, a sign, a triple, a place.

        Returns
        -------
        Explanation
            With supported sentences only; or withheld, with the reason. Where something is set or left out, its
            ``changes`` tell what that changed.

        Raises
        ------
        InputError
            If the image cannot be read, or a place is not in it.
        UsageError
            If a sign is not asked of this image, or what is left out cannot be understood.
        StoreError, ModelError
            If the graph or a model cannot be used.
        """
        case = self.open_case(image)
        signs, without = {**case.study.signs, **(signs or {})}, (*case.study.without, *without)
        return self.intervene(case, signs=signs, without=without) if signs or without else case.untouched

    def open_case(self, image: ImageInput | Study) -> Case:
        """Read and explain one image, and keep what interventions need; what its study sets or leaves out has to wait.

        Parameters
        ----------
        image : str, Path, ndarray, PIL.Image.Image, pydicom.Dataset or Study
            Any that :meth:`explain` takes.

        Raises
        ------
        InputError, StoreError, ModelError
            As :meth:`explain`.
        """
        study = image if isinstance(image, Study) else Study(image=_name(image))
        given = study.image if isinstance(image, Study) else image
        radiograph = self.retriever.load(given, view=study.view)
        reading = self.retriever.interpret(radiograph)
        earlier = self._read_earlier(study, radiograph)
        untouched = self.explain_read(study, radiograph, reading, earlier=earlier)
        if study.similar and not untouched.abstained:
            patients = filter(None, [study.patient])
            found = self.retriever.find_similar(given, radiograph, reading, patients=patients)
            evidence = (*untouched.evidence, *collect_similar(found, untouched.evidence))
            untouched = untouched.model_copy(update={"evidence": evidence})
        return Case(study, radiograph, reading, untouched, earlier)

    def _read_earlier(self, study: Study, radiograph: Radiograph) -> Reading | None:
        """Read the earlier image that a study names; None where it names none, or words."""
        if study.prior is None or not names_image(study.prior):
            return None
        earlier = self.retriever.load(study.prior, view="unknown")
        if np.array_equal(earlier.pixels, radiograph.pixels):
            raise InputError(
                f"the earlier film {study.prior} is the same picture as {study.image}; give an earlier one"
            )
        return self.retriever.interpret(earlier)

    def intervene(
        self, case: Case, *, signs: Mapping[str, float | Answer | None] | None = None, without: Sequence[str] = ()
    ) -> Explanation:
        """Set signs of an image that was read, leave something out, and tell what that changes.

        Parameters
        ----------
        case : Case
            From :meth:`open_case`.
        signs, without
            As :meth:`explain` takes them.

        Raises
        ------
        InputError, UsageError, StoreError, ModelError
            As :meth:`explain`.

        Examples
        --------
        >>> case = explainer.open_case("chest.png")                         # doctest: +SKIP
        >>> changed = explainer.intervene(case, without=["E3"])             # doctest: +SKIP
        >>> [(change.finding.label, change.before, change.after) for change in changed.changes.findings]
        ...                                                                 # doctest: +SKIP
        """
        before = case.untouched
        encoder = self.retriever.encoder
        left_out = find_places(parse_left_out(without, before.evidence), case.radiograph, encoder)
        check_triples(left_out.triples, self.retriever.store if self.graph else None)
        changes = {**(signs or {}), **dict.fromkeys(left_out.signs)}
        shown = hide_boxes(case, left_out.boxes) if left_out.boxes else case.radiograph
        after = self.explain_read(
            case.study,
            shown,
            self.retriever.interpret(shown) if left_out.boxes else case.reading,
            touched=Touch(changes, left_out.triples, before.evidence),
            earlier=case.earlier,
        )
        notes = describe_triples(left_out, before, encoder) if left_out.triples else ()
        return compare(before, after, left_out, signs=changes, notes=notes)

    def find_ranges(self, case: Case) -> Mapping[str, tuple[float, float]]:
        """Return between which values each sign of an image changes what it adds, by its key; empty without signs."""
        from thoracite.vision.encoder import SignEncoder

        encoder = self.retriever.encoder
        return encoder.find_ranges(case.reading) if isinstance(encoder, SignEncoder) else {}

    def explain_read(
        self,
        study: Study,
        radiograph: Radiograph,
        reading: Reading,
        *,
        touched: Touch = Touch(),  # noqa: B008 - immutable
        earlier: Reading | None = None,
    ) -> Explanation:
        """Explain what an encoder has read in an image.

        Parameters
        ----------
        study, radiograph, reading : Study, Radiograph, Reading
            The request, the pixels, and what was read in them.
        touched : Touch
            Signs that are set, triples that are left out, and evidence that keeps its keys.
        earlier : Reading or None
            What was read in an earlier film of the patient.
        """
        refused = None if reading.accepted else reading.reason or "the image cannot be read by the model"
        if doubt := refused or find_doubt(reading.findings):
            return self._withhold(study, reading, doubt)
        if touched.signs:
            reading = self._set_signs(reading, touched.signs)
        reading, earlier = self._hold_back(reading), earlier and self._hold_back(earlier)
        firewall = self.retriever.find_firewall(study.patient, radiograph, reading) if self.graph else None
        found = self._retrieve(reading.findings, reading.view, without=touched.without, firewall=firewall)
        evidence = (*found.evidence, *collect_indication(study.indication, found.evidence))
        if earlier is not None:
            compared = compare_readings(earlier, reading, evidence)
            evidence = (*evidence, *compared.evidence)
            reading = reading.model_copy(update={"notes": (*reading.notes, *compared.notes)})
        evidence = keep_keys(evidence, touched.before) if touched.before else evidence
        written = self._write(study, radiograph, reading, evidence)
        if not written.claims:
            return self._withhold(study, reading, UNSUPPORTED, dropped=written.dropped)
        return self._release(study, reading, evidence, written)

    def _hold_back(self, reading: Reading) -> Reading:
        if self.settings.risk is None or not reading.accepted:
            return reading
        return hold_back_reading(reading, self.settings.risk, encoder=self.retriever.encoder.name)

    def _set_signs(self, reading: Reading, changes: Mapping[str, float | str | None]) -> Reading:
        from thoracite.vision.encoder import SignEncoder

        encoder = self.retriever.encoder
        if not isinstance(encoder, SignEncoder):
            raise UsageError(f"the encoder {encoder.name} reads no signs that could be set; use thoracite-mini")
        return encoder.set_signs(reading, changes)

    def explain_many(self, images: Iterable[ImageInput | Study]) -> Iterator[Explanation | ImageError]:
        """Explain images one after the other, in the order given.

        Parameters
        ----------
        images : iterable
            Images that :meth:`explain` takes.

        Yields
        ------
        Explanation or ImageError
            An image that cannot be read gives an error, and the batch goes on.
        """
        for image in images:
            try:
                yield self.explain(image)
            except InputError as error:
                name = image.image if isinstance(image, Study) else _name(image)
                yield ImageError(image=name, error=str(error))

    def check_report(self, image: ImageInput | None, text: str) -> ReportCheck:
        """Compare a report with its image and the graph.

        Parameters
        ----------
        image : str, Path, ndarray, PIL.Image.Image, pydicom.Dataset or None
            The image of the report; None checks the text against the graph and itself alone.
        text : str
            The report.

        Returns
        -------
        ReportCheck
            Errors, each with the expectation and its evidence, and how much was read; finding none does not prove
            that there is none.

        Raises
        ------
        InputError
            If the image cannot be read, or the report is empty.
        StoreError, ModelError
            If the graph or a model cannot be used.
        """
        if not text.strip():
            raise InputError("the report is empty; expected the text of findings and impression")
        reading = None if image is None else self.retriever.read(image)
        findings = reading.findings if reading is not None and reading.accepted else ()
        report = read_report(text, extractor=self._extractor, link=self.retriever.linker.link)
        evidence = collect_evidence(findings, Subgraph())
        errors = check_report(report, evidence, self.retriever.store)
        return decide(
            errors,
            reading=report.reading,
            reason=None if reading is None or reading.accepted else reading.reason,
        )

    def open(self) -> None:
        """Open the graph now, so that a fault is known before any image is read.

        Raises
        ------
        StoreError
            If it is missing, damaged or cannot be reached.
        """
        _ = self.digest

    def close(self) -> None:
        """Close the graph."""
        self.retriever.close()

    def __enter__(self) -> Explainer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def digest(self) -> str:
        """Return the digest of the graph; ``none`` without one."""
        return self.retriever.store.digest if self.graph else "none"

    def _retrieve(self, findings: Sequence[Finding], view: View, **left_out: Any) -> Retrieval:
        if self.graph:
            return self.retriever.search(findings, view=view, **left_out)
        return Retrieval(findings=tuple(findings), evidence=collect_evidence(findings, Subgraph()))

    def _write(self, study: Study, radiograph: Radiograph, reading: Reading, evidence: Sequence[Evidence]) -> Written:
        """Write claims and tell supported ones from those that are dropped."""
        # without a graph none is opened for its names: the project's own concepts do
        linker = self.retriever.linker if self.graph else Linker()
        judge = Judge(linker.link, self._extractor)
        return write(self.generator, Asked(study, radiograph, reading), evidence, judge, complete=self.complete)

    def _release(self, study: Study, reading: Reading, evidence: tuple[Evidence, ...], written: Written) -> Explanation:
        reason = None if self.graph else NO_GRAPH
        notes = drop_told(reading.notes, written.claims, evidence)
        said: dict[str, Any] = {"claims": written.claims, "evidence": evidence, "dropped": written.dropped}
        described = self._describe(study, reading) | {"notes": notes}
        return Explanation(**described, **said, reason=reason)

    def _withhold(
        self, study: Study, reading: Reading, reason: str, *, dropped: tuple[Dropped, ...] = ()
    ) -> Explanation:
        return Explanation(**self._describe(study, reading), dropped=dropped, abstained=True, reason=reason)

    def _describe(self, study: Study, reading: Reading) -> dict[str, Any]:
        """Return what every explanation says of its image, its generator and its graph."""
        read = {name: getattr(reading, name) for name in ("view", "view_probability", "notes", "findings")}
        return {"image": study.image, **read, "generator": self.generator.name, "graph": self.digest}


def _name(image: ImageInput) -> str:
    from thoracite.vision.image import name_image

    return name_image(image)


__all__ = ["NO_GRAPH", "Explainer", "ImageError", "find_doubt"]
