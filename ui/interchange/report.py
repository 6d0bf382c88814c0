"""DICOM structured reports: TID 1500, with findings, signs and their drawings, sentences, and what these cite.

Each sign is a measurement group whose value is inferred from the coordinates of its drawing; each finding is a group
that holds its probability, inferred from the box that the model looked at, and what each sign adds to its log-odds.
Sentences stand under *Conclusions*, what they cite under *evidence*, by the keys of the sentences.

References
----------
DICOM PS3.16 TID 1500 (Measurement Report), TID 1501 (Measurement and Qualitative Evaluation Group), TID 300
(Measurement). DICOM PS3.3 A.35.3 (Comprehensive SR IOD).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from highdicom.sr import (
    AlgorithmIdentification,
    CodeContentItem,
    CodedConcept,
    ComprehensiveSR,
    ContainerContentItem,
    ContentItem,
    ContentSequence,
    CoordinatesForMeasurement,
    DeviceObserverIdentifyingAttributes,
    FindingSite,
    Measurement,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    QualitativeEvaluation,
    SourceImageForMeasurementGroup,
    SourceImageForRegion,
    TextContentItem,
    TrackingIdentifier,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from thoracite.types import Drawing
from thoracite.types.noun import Side
from thoracite.ui.interchange.codes import (
    ANSWERS,
    CERTAINTIES,
    LONGEST,
    SIDES,
    describe_schemes,
    make_code,
    make_concept,
)
from thoracite.ui.interchange.record import Cited, Exchange, Fact, Key, Origin, Read, Result, Sentence
from thoracite.ui.interchange.source import make_uid
from thoracite.ui.interchange.units import find_ucum
from thoracite.ui.text import NOTICE

DEVICE = make_uid("device")
"""Identifies the program as the observer."""

_CHEST_RADIOGRAPHY = Code("399208008", "SCT", "Plain chest X-ray")
_ONE = Code("1", "UCUM", "no units")


def make_report(exchange: Exchange, reference: Dataset) -> ComprehensiveSR:
    """Make the structured report of an explanation.

    Parameters
    ----------
    exchange : Exchange
        What it says.
    reference : pydicom.Dataset
        The image: ``Source.reference``.

    Returns
    -------
    highdicom.sr.ComprehensiveSR
        Unverified and preliminary; ``save_as`` writes it.
    """
    content = MeasurementReport(
        observation_context=_observe(exchange),
        procedure_reported=_CHEST_RADIOGRAPHY,
        imaging_measurements=list(_group(exchange, reference)),
        title=codes.DCM.ImagingMeasurementReport,
    )
    root = content[0].ContentSequence
    root.append(_container(make_code("reading"), _describe(exchange)))
    root.append(_container(codes.DCM.Conclusions, map(_conclude, exchange.sentences)))
    root.append(_container(make_code("evidence"), map(_cite, exchange.evidence)))
    report = ComprehensiveSR(
        evidence=[reference],
        content=content,
        series_instance_uid=make_uid(),
        series_number=9001,
        sop_instance_uid=make_uid(),
        instance_number=1,
        manufacturer="Thoracite",
        is_complete=True,
        series_description=f"Thoracite: {NOTICE}"[:64],
    )
    report.CodingSchemeIdentificationSequence = describe_schemes()
    report.ManufacturerModelName, report.SoftwareVersions = "Thoracite", exchange.version
    return report


def _observe(exchange: Exchange) -> ObservationContext:
    device = DeviceObserverIdentifyingAttributes(
        uid=DEVICE, name="Thoracite", manufacturer_name="Thoracite", model_name=exchange.version
    )
    return ObservationContext(observer_device_context=ObserverContext(codes.DCM.Device, device))


def _group(exchange: Exchange, reference: Dataset) -> Iterable[MeasurementsAndQualitativeEvaluations]:
    """Group what was measured: by sign, then by finding; a withheld image has a group that says so."""
    if exchange.withheld is not None:
        yield _open_group("withheld", make_code("withheld_explanation"), reference, version=exchange.version)
        return
    names = {read.key: make_concept(read.id, read.label) for read in exchange.signs}
    for read in exchange.signs:
        yield _group_sign(read, reference)
    for result in exchange.results:
        yield _group_finding(result, reference, names, exchange.version)


def _open_group(
    name: str,
    finding: CodedConcept,
    reference: Dataset,
    *,
    side: Side | None = None,
    measurements: Iterable[Measurement] = (),
    evaluations: Iterable[QualitativeEvaluation] = (),
    version: str | None = None,
) -> MeasurementsAndQualitativeEvaluations:
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(uid=make_uid(), identifier=name),
        finding_type=finding,
        finding_sites=[FindingSite(codes.SCT.ThoracicStructure, laterality=SIDES[side])] if side else None,
        measurements=list(measurements) or None,
        qualitative_evaluations=list(evaluations) or None,
        algorithm_id=AlgorithmIdentification("Thoracite", version) if version else None,
        source_images=[SourceImageForMeasurementGroup(reference.SOPClassUID, reference.SOPInstanceUID)]
        if version
        else None,  # signs name the image by their drawings
    )


def _group_sign(read: Read, reference: Dataset) -> MeasurementsAndQualitativeEvaluations:
    concept = make_concept(read.id, read.label)
    measured = []
    if read.value is not None:
        drawn = [_draw(drawing, reference) for drawing in read.drawing]
        code = CodedConcept(find_ucum(read.unit), "UCUM", read.unit or "no units")
        measured.append(Measurement(concept, read.value, code, referenced_coordinates=drawn or None))
    if read.probability is not None:
        measured.append(Measurement(codes.DCM.CertaintyOfFeature, read.probability, _ONE))
    evaluated = [QualitativeEvaluation(make_code("kind"), make_code(read.kind))]
    if read.answer is not None:
        evaluated.append(QualitativeEvaluation(make_code("answer"), ANSWERS[read.answer]))
    group = _open_group(
        _name(read.key), concept, reference, side=read.side, measurements=measured, evaluations=evaluated
    )
    unit = read.unit if read.value is None else None  # otherwise the number has it
    texts = {"question": read.question, "reference": read.reference, "invalid_because": read.invalid_because}
    group[0].ContentSequence.extend(_write(texts | {"label": _spell(read.label), "unit": unit}))
    if read.value is None:  # a drawing that shows why nothing was measured has no value to hang on
        group[0].ContentSequence.extend(_draw(drawing, reference, contained=True) for drawing in read.drawing)
    return group


def _group_finding(
    result: Result, reference: Dataset, names: dict[Key, CodedConcept], version: str
) -> MeasurementsAndQualitativeEvaluations:
    boxes = []
    if result.place is not None:
        x0, y0, x1, y1 = result.place.box
        boxes.append(_draw(Drawing(kind="box", points=((x0, y0), (x1, y1))), reference))
    numbers = {name: getattr(result, name) for name in ("prior", "likelihood_ratio", "base_log_odds", "rest_log_odds")}
    measured = [
        Measurement(codes.DCM.CertaintyOfFinding, result.probability, _ONE, referenced_coordinates=boxes or None),
        *(Measurement(make_code(name), value, _ONE) for name, value in numbers.items() if value is not None),
        *(
            Measurement(
                names[part.sign, part.side],
                part.log_odds,
                CodedConcept("{log_odds}", "UCUM", "log odds"),
                finding_sites=[FindingSite(codes.SCT.ThoracicStructure, laterality=SIDES[part.side])]
                if part.side
                else None,
            )
            for part in result.parts
        ),
    ]
    evaluated = [
        QualitativeEvaluation(make_code("verdict"), make_code(result.verdict)),
        QualitativeEvaluation(make_code("certainty"), CERTAINTIES[result.certainty]),
        QualitativeEvaluation(make_code("calibrated"), ANSWERS["yes" if result.calibrated else "no"]),
    ]
    group = _open_group(
        result.id,
        make_concept(result.id, result.label, result.codes),
        reference,
        side=result.place.side if result.place else None,
        measurements=measured,
        evaluations=evaluated,
        version=version,
    )
    texts = {"label": _spell(result.label), "anatomy": result.place.anatomy if result.place else None}
    content = group[0].ContentSequence
    content.extend(_write(texts))
    content.extend(_text("code", code) for code in result.codes)
    return group


def _spell(label: str) -> str | None:
    """A label that its code's meaning cannot hold."""
    return label if len(label) > LONGEST else None


def _name(key: Key) -> str:
    return " ".join(filter(None, key))


def _draw(drawing: Drawing, reference: Dataset, *, contained: bool = False) -> CoordinatesForMeasurement:
    """Draw in the pixels of the image; the purpose of the coordinates keeps what kind of drawing it is."""
    item = CoordinatesForMeasurement(
        graphic_type="POINT" if drawing.kind == "point" else "POLYLINE",
        graphic_data=find_outline(drawing),
        source_image=SourceImageForRegion(reference.SOPClassUID, reference.SOPInstanceUID),
        purpose=make_code(drawing.kind),
    )
    if contained:
        item.RelationshipType = "CONTAINS"
    return item


def find_outline(drawing: Drawing) -> np.ndarray:
    """Find the points of a drawing as DICOM has them: a closed one ends where it began.

    Returns
    -------
    ndarray, shape (points, 2), float
        Column and row, in pixels from the top left corner.

    Examples
    --------
    >>> find_outline(Drawing(kind="box", points=((1, 2), (3, 4)))).tolist()
    [[1.0, 2.0], [3.0, 2.0], [3.0, 4.0], [1.0, 4.0], [1.0, 2.0]]
    """
    points = [*drawing.points]
    if drawing.kind == "box":
        (x0, y0), (x1, y1) = points
        points = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
    elif drawing.kind == "outline":
        points.append(points[0])
    elif drawing.kind == "point":
        points = points[:1]
    return np.array(points, dtype=float)


def _describe(exchange: Exchange) -> Iterable[ContentItem]:
    yield _text("notice", NOTICE)
    texts = {name: getattr(exchange, name) for name in ("view", "generator", "graph", "version", "withheld")}
    yield from _write(texts)
    yield from (_text("note", note) for note in exchange.notes)


def _conclude(sentence: Sentence) -> ContentItem:
    item = TextContentItem(codes.DCM.Conclusion, sentence.text, "CONTAINS")
    cited = (_text("citation", key, "HAS PROPERTIES") for key in sentence.citations)
    item.ContentSequence = ContentSequence(
        [CodeContentItem(make_code("kind"), make_code(sentence.kind), "HAS CONCEPT MOD"), *cited]
    )
    return item


def _cite(cited: Cited) -> ContentItem:
    parts = list(_write({name: getattr(cited, name) for name in Cited.model_fields if name != "fact"}))
    if cited.fact is not None:
        parts.append(_container(make_code("triple"), _state(cited.fact)))
    return _container(make_code("cited"), parts)


def _state(fact: Fact) -> Iterable[ContentItem]:
    words = {name: getattr(fact, name) for name in ("subject", "relation", "object", "words")}
    yield from _write(words | {"certainty": fact.certainty.value})
    for origin in fact.origins:
        yield _container(make_code("origin"), _write({name: getattr(origin, name) for name in Origin.model_fields}))


def _write(texts: dict[str, str | None]) -> Iterable[ContentItem]:
    return [_text(name, text) for name, text in texts.items() if text]


def _text(name: str, text: str, relation: str = "CONTAINS") -> ContentItem:
    return TextContentItem(make_code(name), text, relation)


def _container(name: CodedConcept | Code, items: Iterable[ContentItem]) -> ContainerContentItem:
    container = ContainerContentItem(name, relationship_type="CONTAINS")
    container.ContentSequence = ContentSequence(list(items))
    return container


__all__ = ["DEVICE", "find_outline", "make_report"]
