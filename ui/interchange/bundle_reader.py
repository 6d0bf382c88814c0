"""FHIR bundles read back: what :func:`~thoracite.ui.interchange.bundle.make_bundle` wrote, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fhir.resources.R4B.bundle import Bundle

from thoracite.errors import InputError
from thoracite.types import Drawing
from thoracite.ui.interchange.bundle import ANSWERS, CERTAINTIES, EXTENSIONS, NUMBERS, Json
from thoracite.ui.interchange.record import Cited, Exchange, Fact, Origin, Part, Place, Read, Result, Sentence
from thoracite.ui.interchange.units import find_unit

_PREFIXES = {"http://www.radlex.org": "RadLex:", "http://human-phenotype-ontology.org": ""}


def read_fhir(path: Path) -> Exchange:
    """Read a bundle of ours.

    Parameters
    ----------
    path : Path
        A file that ``thoracite explain --fhir`` wrote.

    Returns
    -------
    Exchange
        Equal to what it was written from.

    Raises
    ------
    InputError
        If the file is no FHIR bundle, or another program's.
    """
    try:
        return parse_bundle(Bundle.model_validate_json(path.read_bytes()))
    except OSError as error:
        raise InputError(f"{path} cannot be opened: {error.strerror}; expected a FHIR bundle in JSON") from error
    except (ValueError, KeyError, TypeError, IndexError, StopIteration, AttributeError) as error:
        raise InputError(
            f"{path} is no FHIR bundle of Thoracite ({' '.join(str(error).split())[:160]}); "
            "expected one that `thoracite explain --fhir` wrote"
        ) from error


def parse_bundle(bundle: Bundle) -> Exchange:
    """Take an exchange from a validated bundle."""
    entries: dict[str, Json] = {
        str(entry.fullUrl): entry.resource.model_dump(mode="python", by_alias=True)
        for entry in bundle.entry or ()
        if entry.resource is not None
    }
    report = next(one for one in entries.values() if one["resourceType"] == "DiagnosticReport")
    results = [entries[one["reference"]] for one in report.get("result") or ()]
    of_findings = {id(one) for one in results}
    signs = {
        name: _read_sign(one)
        for name, one in entries.items()
        if one["resourceType"] == "Observation" and id(one) not in of_findings
    }
    parts = _find_parts(report)
    return Exchange.model_validate(
        {
            **{name: value for name, value in _values(parts).items() if name in Exchange.model_fields},
            "notes": tuple(part["valueString"] for part in parts if _find_name(part) == "note"),
            "signs": tuple(signs.values()),
            "results": tuple(_read_result(one, signs) for one in results),
            "sentences": tuple(_read_sentence(part) for part in parts if _find_name(part) == "sentence"),
            "evidence": tuple(_read_cited(part) for part in parts if _find_name(part) == "evidence"),
        }
    )


def _find_parts(holder: Json) -> list[Json]:
    return holder.get("extension") or []


def _find_name(part: Json) -> str | None:
    url = str(part["url"])
    return url.removeprefix(EXTENSIONS) if url.startswith(EXTENSIONS) else None


def _values(parts: Iterable[Json]) -> Json:
    """Every extension that has a value, by its name."""
    return {
        name: _value(part)
        for part in parts
        if (name := _find_name(part)) is not None and any(key.startswith("value") for key in part)
    }


def _value(part: Json) -> Any:
    value = next(value for key, value in part.items() if key.startswith("value"))
    return value if isinstance(value, bool) else str(value)


def _read_sign(one: Json) -> Read:
    values = _values(_find_parts(one))
    quantity, absent = one.get("valueQuantity"), one.get("dataAbsentReason") or {}
    reason = absent.get("text") or values.get("invalid_because")
    ranges = one.get("referenceRange") or [{}]
    return Read.model_validate(
        {
            "id": _read_id(one),
            "label": one["code"]["text"],
            "question": one["note"][0]["text"],
            "kind": values["kind"],
            "side": values.get("side"),
            "value": float(quantity["value"]) if quantity else None,
            "unit": find_unit(quantity["code"]) if quantity else values.get("unit", ""),
            "reference": ranges[0].get("text", ""),
            "valid": reason is None,
            "invalid_because": reason,
            "answer": _read_code(one, ANSWERS),
            "drawing": tuple(_read_drawings(one)),
            **_read_components(one),
        }
    )


def _read_id(one: Json) -> str:
    code = str(one["code"]["coding"][0]["code"])
    return code if ":" in code else f"thx:{code}"


def _read_code(one: Json, table: dict[Any, str]) -> Any:
    coded = one.get("interpretation")
    code = coded[0]["coding"][0]["code"] if coded else None
    return next((key for key, value in table.items() if value == code), None)


def _read_components(one: Json) -> dict[str, float]:
    found = {
        part["code"]["coding"][0]["code"]: float(part["valueQuantity"]["value"]) for part in one.get("component") or ()
    }
    return {name: value for name, value in found.items() if name in NUMBERS}


def _read_drawings(one: Json) -> Iterable[Drawing]:
    for part in _find_parts(one):
        if _find_name(part) == "drawing":
            values = _values(_find_parts(part))
            points = tuple(tuple(map(float, pair.split(","))) for pair in values["points"].split())
            yield Drawing.model_validate({"kind": values["kind"], "points": points})


def _read_result(one: Json, signs: dict[str, Read]) -> Result:
    values = _values(_find_parts(one))
    boxes = list(_read_drawings(one))
    return Result.model_validate(
        {
            "id": _read_id(one),
            "label": one["code"]["text"],
            "codes": tuple(_join(code) for code in one["code"]["coding"][1:]),
            "verdict": one["valueCodeableConcept"]["coding"][0]["code"],
            "certainty": _read_code(one, CERTAINTIES),
            "calibrated": values["calibrated"],
            "place": _read_place(boxes[0], values) if boxes else None,
            "parts": tuple(_read_part(part, signs) for part in one.get("derivedFrom") or ()),
            **_read_components(one),
        }
    )


def _join(code: Json) -> str:
    """Join vocabulary and number again: ``RadLex:RID34539``."""
    system = str(code["system"])
    return _PREFIXES.get(system, f"{system.removeprefix(EXTENSIONS)}:") + str(code["code"])


def _read_place(box: Drawing, values: Json) -> Place:
    (x0, y0), (x1, y1) = box.points
    return Place.model_validate(
        {"box": (x0, y0, x1, y1), "anatomy": values.get("anatomy", ""), "side": values.get("side")}
    )


def _read_part(part: Json, signs: dict[str, Read]) -> Part:
    sign = signs[part["reference"]]
    return Part(sign=sign.id, side=sign.side, log_odds=float(_values(part["extension"])["log_odds"]))


def _read_sentence(part: Json) -> Sentence:
    parts = _find_parts(part)
    values = _values(parts)
    keys = tuple(_value(one) for one in parts if _find_name(one) == "citation")
    return Sentence.model_validate({"text": values["text"], "kind": values["kind"], "citations": keys})


def _read_cited(part: Json) -> Cited:
    parts = _find_parts(part)
    facts = [_read_fact(one) for one in parts if _find_name(one) == "triple"]
    return Cited.model_validate({**_values(parts), "fact": facts[0] if facts else None})


def _read_fact(part: Json) -> Fact:
    parts = _find_parts(part)
    origins = [_values(_find_parts(one)) for one in parts if _find_name(one) == "origin"]
    return Fact.model_validate({**_values(parts), "origins": tuple(map(Origin.model_validate, origins))})


__all__ = ["parse_bundle", "read_fhir"]
