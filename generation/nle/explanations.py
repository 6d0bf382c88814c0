"""Explanations in the form of MIMIC-NLE: a sentence, the diagnoses that it explains, and the evidence that it names.

Files of the real set are read as their holders have them: JSON lines, a JSON list, or a JSON object, with the fields
``sentence_ID, nle, patient_ID, report_ID, diagnosis_label, evidence_label, img_labels``. A file that this project
writes may leave the sentences out, and holds their places in the reports instead.

References
----------
Kayser M et al. Explaining chest X-ray pathologies in natural language. MICCAI 2022. arXiv:2207.04343.

Examples
--------
>>> import tempfile
>>> one = Explanation(
...     sentence_ID="CXR1#0", nle="Opacity may be pneumonia.", patient_ID="CXR1", report_ID="CXR1",
...     diagnosis_label=mark("Pneumonia"), evidence_label=mark("Lung Opacity"), img_labels=((0, 0, 0),) * 10,
... )
>>> path = Path(tempfile.mkdtemp()) / "nle.jsonl"
>>> write_explanations([one], path), read_explanations(path)[0].diagnoses
(1, ('Pneumonia',))
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError, field_validator

from thoracite.errors import InputError
from thoracite.files import replace_file
from thoracite.types import Noun

DIAGNOSES = (
    "Atelectasis", "Consolidation", "Edema", "Enlarged Cardiomediastinum", "Lung Lesion", "Lung Opacity",
    "Pleural Effusion", "Pleural Other", "Pneumonia", "Pneumothorax",
)  # fmt: skip
"""The ten labels of MIMIC-NLE, in its order."""

Marks = tuple[int, ...]


class Explanation(Noun):
    """One sentence that explains diagnoses.

    Parameters
    ----------
    sentence_ID, patient_ID, report_ID : str
        As the set names them.
    nle : str
        The sentence; empty in a file that leaves sentences out.
    diagnosis_label, evidence_label : tuple of int
        0 or 1 for each of :data:`DIAGNOSES`.
    img_labels : tuple of tuple of int
        For each of them whether the image is negative, uncertain, positive; all 0 where the report does not say.
    section : str
        Section of the report; empty in the real set.
    begin, end : int
        Place of the sentence in that section, in characters; -1 in the real set.
    """

    sentence_ID: str  # noqa: N815 - the set's own name
    nle: str = ""
    patient_ID: str  # noqa: N815 - the set's own name
    report_ID: str  # noqa: N815 - the set's own name
    diagnosis_label: Marks
    evidence_label: Marks
    img_labels: tuple[Marks, ...]
    section: str = ""
    begin: int = -1
    end: int = -1

    @field_validator("sentence_ID", "patient_ID", "report_ID", mode="before")
    @classmethod
    def _make_text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) else value

    @field_validator("diagnosis_label", "evidence_label")
    @classmethod
    def _ten(cls, marks: Marks) -> Marks:
        if len(marks) != len(DIAGNOSES) or not set(marks) <= {0, 1}:
            raise ValueError(f"expected {len(DIAGNOSES)} labels of 0 or 1")
        return marks

    @field_validator("img_labels")
    @classmethod
    def _ten_rows(cls, rows: tuple[Marks, ...]) -> tuple[Marks, ...]:
        if len(rows) != len(DIAGNOSES) or any(len(row) != 3 or not set(row) <= {0, 1} for row in rows):
            raise ValueError(f"expected {len(DIAGNOSES)} rows of negative, uncertain, positive, each 0 or 1")
        return rows

    @property
    def diagnoses(self) -> tuple[str, ...]:
        """Return the names of the diagnoses that are explained."""
        return tuple(name for name, mark in zip(DIAGNOSES, self.diagnosis_label, strict=True) if mark)

    @property
    def stated(self) -> str:
        """Return the diagnoses with their degree in the image, as the paper's prompt names them."""
        named = []
        for name, mark, row in zip(DIAGNOSES, self.diagnosis_label, self.img_labels, strict=True):
            if mark:
                named.append(f"{'positive' if row[2] else 'uncertain'} {name.lower()}")
        return ", ".join(named)


def mark(*names: str) -> Marks:
    """Return marks for the diagnoses of these names.

    Examples
    --------
    >>> mark("Atelectasis", "Pneumothorax")
    (1, 0, 0, 0, 0, 0, 0, 0, 0, 1)
    """
    return tuple(int(name in names) for name in DIAGNOSES)


def read_explanations(path: Path) -> list[Explanation]:
    """Read a file of explanations.

    Parameters
    ----------
    path : Path
        JSON lines, a JSON list, or a JSON object whose values are the records.

    Raises
    ------
    InputError
        If it cannot be read, or a record is not in the form; the sentence says which.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}); expected JSON of MIMIC-NLE in UTF-8") from error
    explanations = []
    for number, record in enumerate(_list_records(text, path), 1):
        try:
            explanations.append(Explanation.model_validate({name: record[name] for name in _FIELDS if name in record}))
        except (ValidationError, TypeError) as error:
            raise InputError(f"record {number} of {path} is not in MIMIC-NLE's form: {_shorten(error)}") from error
    if not explanations:
        raise InputError(f"{path} holds no explanation; expected at least one")
    return explanations


_FIELDS = tuple(Explanation.model_fields)


def _shorten(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return "it is no JSON object"


def _list_records(text: str, path: Path) -> Iterator[Any]:
    if not text.strip():
        return
    try:
        whole = json.loads(text)
    except json.JSONDecodeError:
        yield from _list_lines(text, path)
        return
    if isinstance(whole, dict) and "sentence_ID" not in whole:
        whole = list(whole.values())
    yield from whole if isinstance(whole, list) else [whole]


def _list_lines(text: str, path: Path) -> Iterator[Any]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise InputError(f"line {number} of {path} is no JSON ({error.msg}); expected one record") from error


def write_explanations(explanations: Iterable[Explanation], path: Path, *, text: bool = True) -> int:
    """Write explanations as JSON lines, and return how many; the file is renamed into place when complete.

    Parameters
    ----------
    explanations : iterable of Explanation
        Any.
    path : Path
        File to write.
    text : bool
        False leaves the sentences out: identifiers, places and labels alone may be handed on.
    """
    number = 0
    with replace_file(path) as file:
        for one in explanations:
            record = one.model_dump(mode="json", exclude=None if text else {"nle"})
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            number += 1
    return number


__all__ = ["DIAGNOSES", "Explanation", "mark", "read_explanations", "write_explanations"]
