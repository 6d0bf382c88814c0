"""Explanations as a table: one row an image, one column a finding; what ``thoracite explain --csv`` prints.

References
----------
Common Format and MIME Type for Comma-Separated Values (CSV) Files. RFC 4180. Lines end with a line feed alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from thoracite.errors import ModelError
from thoracite.types import Explanation, Finding
from thoracite.vision.labels import FINDINGS

if TYPE_CHECKING:
    from thoracite.pipeline import ImageError

HEAD = ("image", "withheld", "view")
"""The columns before the findings."""

_NIH = "NIH14:"


class ProbabilityTable:
    """Turns answers into lines of CSV, in the order given.

    The header names the fourteen labels of ChestX-ray14, then the encoder's other findings by their label. Rows wait
    until the first image was read, for only then are those known.

    Examples
    --------
    >>> withheld = Explanation(image="cat.png", generator="template", graph="none", abstained=True, reason="no chest")
    >>> table = ProbabilityTable()
    >>> list(table.add(withheld))
    []
    >>> header, row = table.finish()
    >>> header[:44], row
    ('image,withheld,view,Atelectasis,Cardiomegaly', 'cat.png,true,unknown,,,,,,,,,,,,,,')
    """

    def __init__(self) -> None:
        self._columns: tuple[str, ...] | None = None
        self._waiting: list[tuple[tuple[str, str, str], Mapping[str, str]]] = []

    def add(self, answer: Explanation | ImageError) -> Iterator[str]:
        """Give the lines that can be printed now: none, one row, or the header and the rows that waited for it.

        Parameters
        ----------
        answer : Explanation or ImageError
            An image that could not be read gets a row that is empty but for its name.

        Raises
        ------
        ModelError
            If the encoder names a finding that it did not name for the images before.
        """
        head: tuple[str, str, str] = (answer.image, "", "")
        findings: dict[str, str] = {}
        if isinstance(answer, Explanation):
            head = (answer.image, str(answer.abstained).lower(), answer.view)
            findings = {name_column(finding): f"{finding.probability:.6g}" for finding in answer.findings}
        if self._columns is None:
            self._waiting.append((head, findings))
            if findings:
                yield from self._begin(findings)
        else:
            yield self._render(head, findings, self._columns)

    def finish(self) -> Iterator[str]:
        """Give the lines that still wait because no image was read, the header first."""
        if self._columns is None:
            yield from self._begin(())

    def _begin(self, named: Iterable[str]) -> Iterator[str]:
        self._columns = (*FINDINGS, *(name for name in named if name not in FINDINGS))
        yield _render_line((*HEAD, *self._columns))
        for head, findings in self._waiting:
            yield self._render(head, findings, self._columns)
        self._waiting.clear()

    def _render(self, head: tuple[str, str, str], findings: Mapping[str, str], columns: tuple[str, ...]) -> str:
        if unknown := [name for name in findings if name not in columns]:
            raise ModelError(
                f"the encoder names {unknown[0]} for {head[0]} and not for the images before it; "
                "expected the same findings for every image"
            )
        return _render_line((*head, *(findings.get(column, "") for column in columns)))


def name_column(finding: Finding) -> str:
    """Name a finding as ChestX-ray14 does, or by its label where it has no name there.

    Examples
    --------
    >>> from thoracite.types import Certainty, Entity
    >>> effusion = Entity(id="thx:pleural_effusion", label="pleural effusion", codes=("NIH14:Effusion",))
    >>> name_column(Finding(entity=effusion, probability=0.8, certainty=Certainty.PRESENT))
    'Effusion'
    """
    codes = (code.removeprefix(_NIH) for code in finding.entity.codes if code.startswith(_NIH))
    return next((code for code in codes if code in FINDINGS), finding.entity.label)


def _render_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


__all__ = ["HEAD", "ProbabilityTable", "name_column"]
