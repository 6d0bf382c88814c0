"""FHIR R4 bundles: a DiagnosticReport, an Observation for each finding and each sign, the device, the image.

What FHIR has no element for (log-odds, drawings, sentences with their citations, triples) stands in extensions below
``https://w3id.org/thoracite/fhir/``; the sources of cited facts are related artifacts too, which other software reads.

References
----------
FHIR R4 (4.0.1): DiagnosticReport, Observation, Media, ImagingStudy, Device; extension workflow-relatedArtifact.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from fhir.resources.R4B.bundle import Bundle

from thoracite.kg.vocabulary import PREFIXES
from thoracite.types import Answer, Certainty
from thoracite.ui.interchange.record import Cited, Exchange, Fact, Key, Read, Result
from thoracite.ui.interchange.source import Source
from thoracite.ui.interchange.units import find_ucum
from thoracite.ui.text import NOTICE

Json = dict[str, Any]
"""A JSON object."""

EXTENSIONS = f"{PREFIXES['thx']}fhir/"
"""Base of the extensions' names."""

RELATED = "http://hl7.org/fhir/StructureDefinition/workflow-relatedArtifact"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
UCUM, SNOMED, LOINC = "http://unitsofmeasure.org", "http://snomed.info/sct", "http://loinc.org"
DICOM_UID = "urn:dicom:uid"

CERTAINTIES: dict[Certainty, str] = {
    Certainty.PRESENT: "POS",
    Certainty.UNCERTAIN: "IND",
    Certainty.ABSENT: "NEG",
}
ANSWERS: dict[Answer, str] = {"yes": "POS", "no": "NEG"}
NUMBERS = ("probability", "prior", "likelihood_ratio", "base_log_odds", "rest_log_odds")
"""Components of a finding's Observation."""

_SYSTEMS = {"RadLex": "http://www.radlex.org", "HP": "http://human-phenotype-ontology.org"}
_SECURITY = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HRESCH"}
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def make_bundle(exchange: Exchange, source: Source) -> Bundle:
    """Make the FHIR bundle of an explanation.

    Parameters
    ----------
    exchange : Exchange
        What it says.
    source : Source
        The image, by its DICOM identifiers or as a file of this size and digest; the patient only where it was kept.

    Returns
    -------
    fhir.resources.R4B.bundle.Bundle
        Of type ``collection``, validated; ``model_dump_json`` writes it.
    """
    device, image = _make_device(exchange), _make_image(source)
    subject = _make_subject(source)
    signs = {read.key: _make_sign(read) for read in exchange.signs}
    results = [_make_result(result, signs) for result in exchange.results]
    report = _make_report(exchange, results, image, subject)
    shared: Json = {"device": _refer(device)} | ({"subject": subject} if subject else {})
    for observation in (*signs.values(), *results):
        observation["resource"] |= shared
    if image["resource"]["resourceType"] == "ImagingStudy":
        image["resource"]["subject"] = subject or {"display": "not stated"}
    entries = [report, *results, *signs.values(), device, image]
    return Bundle.model_validate(
        {
            "resourceType": "Bundle",
            "meta": {"security": [_SECURITY]},
            "type": "collection",
            "timestamp": _now(),
            "entry": entries,
        }
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _enter(kind: str, resource: Json) -> Json:
    """An entry of the bundle under a name of its own."""
    return {"fullUrl": f"urn:uuid:{uuid.uuid4()}", "resource": {"resourceType": kind, **resource}}


def _refer(entry: Json) -> Json:
    return {"reference": entry["fullUrl"]}


def extend(name: str, value: str | float | list[Json], kind: str = "String") -> Json:
    """Write one of our extensions: of a value, or of further extensions.

    Examples
    --------
    >>> extend("side", "left", "Code")
    {'url': 'https://w3id.org/thoracite/fhir/side', 'valueCode': 'left'}
    """
    return {"url": EXTENSIONS + name} | ({"extension": value} if isinstance(value, list) else {f"value{kind}": value})


def _extend(fields: dict[str, str | None], kind: str = "String") -> list[Json]:
    return [extend(name, value, kind) for name, value in fields.items() if value]


def _make_device(exchange: Exchange) -> Json:
    name = {"name": "Thoracite", "type": "model-name"}
    return _enter(
        "Device", {"deviceName": [name], "version": [{"value": exchange.version}], "note": [{"text": NOTICE}]}
    )


def _make_image(source: Source) -> Json:
    reference = source.reference
    if source.wrapper is None:
        return _enter(
            "ImagingStudy",
            {
                "identifier": [{"system": DICOM_UID, "value": f"urn:oid:{reference.StudyInstanceUID}"}],
                "status": "available",
                "series": [
                    {
                        "uid": reference.SeriesInstanceUID,
                        "modality": {
                            "system": "http://dicom.nema.org/resources/ontology/DCM",
                            "code": reference.get("Modality") or "OT",
                        },
                        "instance": [
                            {
                                "uid": reference.SOPInstanceUID,
                                "sopClass": {"system": "urn:ietf:rfc:3986", "code": f"urn:oid:{reference.SOPClassUID}"},
                            }
                        ],
                    }
                ],
            },
        )
    content = {"contentType": source.media_type, "size": source.size, "hash": _encode(source.digest)}
    return _enter(
        "Media",
        {
            "identifier": [{"system": DICOM_UID, "value": f"urn:oid:{reference.SOPInstanceUID}"}],
            "status": "completed",
            "height": reference.Rows,
            "width": reference.Columns,
            "content": content,
            "note": [{"text": "An image file; its DICOM original, patient and date are not known"}],
        },
    )


def _encode(digest: str) -> str:
    from base64 import b64encode

    return b64encode(bytes.fromhex(digest)).decode()


def _make_subject(source: Source) -> Json | None:
    number, name = (str(source.reference.get(field) or "") for field in ("PatientID", "PatientName"))
    subject: Json = {"identifier": {"value": number}} if number else {}
    return subject | ({"display": name} if name else {}) or None


def _make_sign(read: Read) -> Json:
    observation: Json = _observe(_code(read.id, read.label))
    observation["extension"] = [
        *_extend({"side": read.side, "kind": read.kind}, "Code"),
        *(_draw(drawing.kind, drawing.points) for drawing in read.drawing),
    ]
    observation["note"] = [{"text": read.question}]
    if read.side:
        observation["bodySite"] = {"coding": [_THORAX], "text": f"{read.side} thorax"}
    if read.reference:
        observation["referenceRange"] = [{"text": read.reference}]
    if read.answer:
        observation["interpretation"] = [{"coding": [{"system": INTERPRETATION, "code": ANSWERS[read.answer]}]}]
    if read.value is None:
        observation["dataAbsentReason"] = _absent(read.invalid_because)
        observation["extension"] += _extend({"unit": read.unit})
    else:
        observation["valueQuantity"] = _quantify(read.value, read.unit)
        observation["extension"] += _extend({"invalid_because": read.invalid_because})
    if read.probability is not None:
        observation["component"] = [_count("probability", read.probability)]
    return _enter("Observation", observation)


_THORAX = {"system": SNOMED, "code": "51185008", "display": "Thoracic structure"}


def _absent(reason: str | None) -> Json:
    system = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
    return {"coding": [{"system": system, "code": "unknown"}]} | ({"text": reason} if reason else {})


def _make_result(result: Result, signs: dict[Key, Json]) -> Json:
    observation = _observe(_code(result.id, result.label, result.codes))
    verdict = {"system": f"{PREFIXES['thx']}fhir/verdict", "code": result.verdict}
    observation["valueCodeableConcept"] = {"coding": [verdict], "text": result.verdict}
    observation["interpretation"] = [{"coding": [{"system": INTERPRETATION, "code": CERTAINTIES[result.certainty]}]}]
    numbers = {name: getattr(result, name) for name in NUMBERS}
    observation["component"] = [_count(name, value) for name, value in numbers.items() if value is not None]
    observation["extension"] = [extend("calibrated", result.calibrated, "Boolean")]
    if result.place is not None:
        x0, y0, x1, y1 = result.place.box
        words = " ".join(filter(None, [result.place.anatomy or result.place.side])) or "thorax"
        observation["bodySite"] = {"coding": [_THORAX], "text": words}
        observation["extension"] += [
            _draw("box", [(x0, y0), (x1, y1)]),
            *_extend({"anatomy": result.place.anatomy}),
            *_extend({"side": result.place.side}, "Code"),
        ]
    derived = [
        {**_refer(signs[part.sign, part.side]), "extension": [extend("log_odds", part.log_odds, "Decimal")]}
        for part in result.parts
    ]
    return _enter("Observation", observation | ({"derivedFrom": derived} if derived else {}))


def _observe(code: Json) -> Json:
    return {
        "meta": {"security": [_SECURITY]},
        "status": "preliminary",
        "category": [{"coding": [{"system": _CATEGORY, "code": "imaging"}]}],
        "code": code,
    }


def _code(curie: str, label: str, others: Iterable[str] = ()) -> Json:
    codes = [{"system": PREFIXES["thx"], "code": curie.removeprefix("thx:"), "display": label}]
    for other in others:
        prefix, _, number = other.partition(":")
        codes.append({"system": _SYSTEMS.get(prefix, EXTENSIONS + prefix), "code": _number(prefix, number)})
    return {"coding": codes, "text": label}


def _number(prefix: str, number: str) -> str:
    """HPO writes its prefix into the code."""
    return f"HP:{number}" if prefix == "HP" else number


def _quantify(value: float, unit: str = "") -> Json:
    return {"value": value, "system": UCUM, "code": find_ucum(unit)} | ({"unit": unit} if unit else {})


def _count(name: str, value: float) -> Json:
    code = {"system": f"{PREFIXES['thx']}fhir/component", "code": name}
    return {"code": {"coding": [code], "text": name.replace("_", " ")}, "valueQuantity": _quantify(value)}


def _draw(kind: str, points: Iterable[tuple[float, float]]) -> Json:
    """Write a drawing as SVG has it: pairs of column and row in pixels, divided by blanks."""
    words = " ".join(f"{x:g},{y:g}" if x == int(x) and y == int(y) else f"{x},{y}" for x, y in points)
    return extend("drawing", [extend("kind", kind, "Code"), extend("points", words)])


def _make_report(exchange: Exchange, results: list[Json], image: Json, subject: Json | None) -> Json:
    said = " ".join(sentence.text for sentence in exchange.sentences) or f"Withheld: {exchange.withheld}"
    seen: Json = (
        {"imagingStudy": [_refer(image)]}
        if image["resource"]["resourceType"] == "ImagingStudy"
        else {"media": [{"link": _refer(image)}]}
    )
    return _enter(
        "DiagnosticReport",
        {
            "meta": {"security": [_SECURITY]},
            "extension": [
                *_extend({name: getattr(exchange, name) for name in ("generator", "graph", "version", "withheld")}),
                extend("view", exchange.view, "Code"),
                *(extend("note", note) for note in exchange.notes),
                *(_say(one.text, one.kind, one.citations) for one in exchange.sentences),
                *(part for cited in exchange.evidence for part in _cite(cited)),
            ],
            "status": "preliminary",
            "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "RAD"}]}],
            "code": {"coding": [{"system": LOINC, "code": "30745-4"}], "text": "Chest X-ray"},
            "issued": _now(),
            "conclusion": f"{said} {NOTICE}",
            **({"result": [_refer(result) for result in results]} if results else {}),
            **seen,
            **({"subject": subject} if subject else {}),
        },
    )


def _say(text: str, kind: str, citations: Iterable[str]) -> Json:
    keys = [extend("citation", key, "Code") for key in citations]
    return extend("sentence", [extend("text", text), extend("kind", kind, "Code"), *keys])


def _cite(cited: Cited) -> Iterable[Json]:
    """Write a piece of evidence, then the sources of its fact as other software knows them."""
    words = {name: getattr(cited, name) for name in ("key", "kind", "stance", "side")}
    names = {"about": cited.about, "sign": cited.sign}
    parts = [*_extend(words, "Code"), *_extend(names)]
    if cited.fact is not None:
        parts.append(extend("triple", _state(cited.fact)))
    yield extend("evidence", parts)
    for origin in cited.fact.origins if cited.fact else ():
        artifact = {
            **({"url": origin.assertion} if origin.assertion else {}),
            "type": "citation",
            "label": cited.key,
            "display": cited.fact.words if cited.fact else "",
            "citation": f"{origin.source}, {origin.locator} ({origin.licence})",
        }
        yield {
            "url": RELATED,
            "valueRelatedArtifact": artifact | ({"url": origin.assertion} if origin.assertion else {}),
        }


def _state(fact: Fact) -> list[Json]:
    return [
        *_extend({"subject": fact.subject, "relation": fact.relation, "object": fact.object}, "Uri"),
        *_extend({"words": fact.words, "certainty": fact.certainty.value}),
        *(
            extend(
                "origin",
                [
                    *_extend({"source": origin.source, "assertion": origin.assertion}, "Uri"),
                    *_extend({"locator": origin.locator, "licence": origin.licence}),
                ],
            )
            for origin in fact.origins
        ),
    ]


__all__ = ["ANSWERS", "CERTAINTIES", "EXTENSIONS", "INTERPRETATION", "NUMBERS", "extend", "make_bundle"]
