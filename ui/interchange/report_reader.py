"""Structured reports read back: what :func:`~thoracite.ui.interchange.report.make_report` wrote, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from thoracite.errors import InputError
from thoracite.types import Drawing
from thoracite.ui.interchange.codes import ANSWERS, CERTAINTIES, SCHEME, SIDES, find_curie, find_key, find_value
from thoracite.ui.interchange.record import Cited, Exchange, Fact, Origin, Part, Place, Read, Result, Sentence
from thoracite.ui.interchange.units import find_unit


def read_sr(path: Path) -> Exchange:
    """Read a structured report of ours.

    Parameters
    ----------
    path : Path
        A file that ``thoracite explain --dicom-sr`` wrote.

    Returns
    -------
    Exchange
        Equal to what it was written from.

    Raises
    ------
    InputError
        If the file is no structured report, or another program's.
    """
    try:
        return parse_report(dcmread(path))  # highdicom's own reader takes ten times as long
    except OSError as error:
        raise InputError(f"{path} cannot be opened: {error.strerror}; expected a DICOM structured report") from error
    except Exception as error:  # pydicom raises errors of many kinds on files that are no report
        raise InputError(
            f"{path} is no structured report of Thoracite ({' '.join(str(error).split())[:160]}); "
            "expected one that `thoracite explain --dicom-sr` wrote"
        ) from error


def parse_report(report: Dataset) -> Exchange:
    """Take an exchange from the dataset of a report.

    Raises
    ------
    ValueError, AttributeError, KeyError
        If it is no measurement report (TID 1500), or another program's.
    """
    if report.ContentTemplateSequence[0].TemplateIdentifier != "1500":
        raise ValueError("it is no measurement report")
    parts = {_find_name(item): item for item in report.ContentSequence}
    reading = list(parts["reading"].ContentSequence)
    head = {name: text for name, text in _texts(reading).items() if name in Exchange.model_fields}
    groups = [] if "withheld" in head else _find(parts[codes.DCM.ImagingMeasurements.value], "125007")
    signs = tuple(_read_sign(group) for group in groups if _is_sign(group))
    return Exchange.model_validate(
        {
            **head,
            "notes": tuple(item.TextValue for item in _find(parts["reading"], "note")),
            "signs": signs,
            "results": tuple(_read_result(group) for group in groups if not _is_sign(group)),
            "sentences": tuple(_read_sentence(item) for item in _items(parts[codes.DCM.Conclusions.value])),
            "evidence": tuple(_read_cited(item) for item in _items(parts["evidence"])),
        }
    )


def _items(item: Dataset) -> Iterable[Dataset]:
    found: Iterable[Dataset] = item.get("ContentSequence", ())
    return found


def _find_name(item: Dataset) -> str:
    return find_value(item.ConceptNameCodeSequence[0])


def _find(item: Dataset, name: str) -> list[Dataset]:
    return [one for one in _items(item) if _find_name(one) == name]


def _texts(items: Iterable[Dataset]) -> dict[str, str]:
    return {_find_name(item): str(item.TextValue) for item in items if item.ValueType == "TEXT"}


def _find_code(item: Dataset, name: str) -> Dataset | None:
    return next((one.ConceptCodeSequence[0] for one in _find(item, name)), None)


def _is_sign(group: Dataset) -> bool:
    return not _find(group, "verdict")


def _find_side(item: Dataset) -> str | None:
    for site in _find(item, codes.SCT.FindingSite.value):
        for laterality in _items(site):
            return str(find_key(SIDES, laterality.ConceptCodeSequence[0]))
    return None


def _numbers(group: Dataset) -> Iterator[tuple[Dataset, Dataset, float]]:
    """Every number of a group: its item, its name, its value."""
    for item in _items(group):
        if item.ValueType == "NUM":
            measured = item.MeasuredValueSequence[0]
            value = float(measured.get("FloatingPointValue", measured.NumericValue))
            yield item, item.ConceptNameCodeSequence[0], value


def _read_sign(group: Dataset) -> Read:
    finding = _find_code(group, codes.DCM.Finding.value)
    assert finding is not None  # noqa: S101 - every group has one
    texts, answer = _texts(_items(group)), _find_code(group, "answer")
    kind = _find_code(group, "kind")
    read: dict[str, Any] = {"drawing": tuple(_read_drawings(group))}
    for item, name, value in _numbers(group):
        if find_value(name) == codes.DCM.CertaintyOfFeature.value:
            read["probability"] = value
        else:
            unit = item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0]
            read |= {"value": value, "unit": find_unit(find_value(unit)), "drawing": tuple(_read_drawings(item))}
    return Read.model_validate(
        {
            "id": find_curie(finding),
            "label": texts.get("label", finding.CodeMeaning),
            "question": texts["question"],
            "reference": texts.get("reference", ""),
            "kind": kind and find_value(kind),
            "side": _find_side(group),
            "valid": "invalid_because" not in texts,
            "invalid_because": texts.get("invalid_because"),
            "answer": None if answer is None else find_key(ANSWERS, answer),
            "unit": texts.get("unit", ""),
            **read,
        }
    )


def _read_drawings(item: Dataset) -> Iterator[Drawing]:
    for one in _items(item):
        if one.ValueType != "SCOORD":
            continue
        kind = _find_name(one)
        data = [round(float(number), 2) for number in one.GraphicData]
        points = list(zip(data[::2], data[1::2], strict=True))
        kept = {"box": [points[0], points[2]], "outline": points[:-1]} if len(points) > 2 else {}
        yield Drawing.model_validate({"kind": kind, "points": tuple(kept.get(kind, points))})


def _read_result(group: Dataset) -> Result:
    finding, verdict, certainty, calibrated = (
        _find_code(group, name) for name in (codes.DCM.Finding.value, "verdict", "certainty", "calibrated")
    )
    assert finding is not None  # noqa: S101 - every group has one
    texts = _texts(_items(group))
    numbers: dict[str, Any] = {}
    parts, boxes = [], []
    for item, name, value in _numbers(group):
        place = find_value(name)
        if place == codes.DCM.CertaintyOfFinding.value:
            numbers["probability"], boxes = value, list(_read_drawings(item))
        elif place in Result.model_fields and name.CodingSchemeDesignator == SCHEME:
            numbers[place] = value
        else:
            parts.append(Part(sign=find_curie(name), side=_find_side(item), log_odds=value))  # type: ignore[arg-type]
    return Result.model_validate(
        {
            "id": find_curie(finding),
            "label": texts.get("label", finding.CodeMeaning),
            "codes": tuple(item.TextValue for item in _find(group, "code")),
            "verdict": verdict and find_value(verdict),
            "certainty": certainty and find_key(CERTAINTIES, certainty),
            "calibrated": calibrated is not None and find_key(ANSWERS, calibrated) == "yes",
            "place": _read_place(boxes, texts.get("anatomy", ""), _find_side(group)),
            "parts": tuple(parts),
            **numbers,
        }
    )


def _read_place(boxes: list[Drawing], anatomy: str, side: str | None) -> Place | None:
    if not boxes:
        return None
    (x0, y0), (x1, y1) = boxes[0].points
    return Place(box=(x0, y0, x1, y1), anatomy=anatomy, side=side)  # type: ignore[arg-type]


def _read_sentence(item: Dataset) -> Sentence:
    kind = _find_code(item, "kind")
    return Sentence.model_validate(
        {
            "text": item.TextValue,
            "kind": kind and find_value(kind),
            "citations": tuple(one.TextValue for one in _find(item, "citation")),
        }
    )


def _read_cited(item: Dataset) -> Cited:
    facts = [_read_fact(one) for one in _find(item, "triple")]
    return Cited.model_validate({**_texts(_items(item)), "fact": facts[0] if facts else None})


def _read_fact(item: Dataset) -> Fact:
    origins = tuple(Origin.model_validate(_texts(_items(one))) for one in _find(item, "origin"))
    return Fact.model_validate({**_texts(_items(item)), "origins": origins})


__all__ = ["parse_report", "read_sr"]
