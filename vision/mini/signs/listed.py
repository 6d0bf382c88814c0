"""The list of signs: which question is asked of an image, on which value it is answered, and which concept it is.

A row of ``signs.csv`` is one question: the concept that a *yes* means (``sign``), the one that a *no* means
(``opposite``), the side and view it is asked of, the value that answers it (``measure``), whether a high or a low value
says yes, the value's unit, the fact that led to the question (``source``), and whether it was borne out on unseen
patients (``verified``; `thoracite evaluate signs` says by what): one that was not is measured, and weighs nothing.

Examples
--------
>>> angle = next(sign for sign in read_signs() if sign.measure == "right costophrenic depth")
>>> angle.question, angle.entity.id, angle.yes
('Is the right costophrenic angle blunted?', 'thx:blunting_of_costophrenic_angle', 'low')
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from thoracite.errors import InputError
from thoracite.files import read_rows
from thoracite.kg.concepts import read_concepts
from thoracite.types import Entity, Noun, Sign, SignKind
from thoracite.types.noun import Side

SIGNS = Path(__file__).parent / "signs.csv"
"""The list that comes with the product."""

Direction = Literal["high", "low"]

Frontal = Literal["PA", "AP"]

VIEWS: tuple[Frontal, ...] = ("PA", "AP")
"""Views with usual values and odds of their own, in the order of the rows."""


class AskedSign(Noun):
    """A question that is asked of every image.

    Parameters
    ----------
    entity : Entity
        Concept that a yes means.
    opposite : Entity or None
        Concept that a no means; None where the graph has none.
    side : str or None
        ``left``, ``right`` or ``bilateral``; None where the sign has no side.
    view : str or None
        ``PA`` or ``AP`` where the question is asked of that view alone.
    kind : str
        ``measured`` or ``learned``.
    measure : str
        Name of the value that answers it; several questions may share one.
    yes : str
        ``high`` where high values say yes, or ``low``.
    unit : str
        Unit of the value.
    question : str
        Question with a yes-or-no answer.
    source : str
        Fact of the graph that led to the question.
    verified : bool
        Whether real images of unseen patients bear the sign out; else it adds nothing to any finding.
    """

    entity: Entity
    opposite: Entity | None
    side: Side | None
    view: Frontal | None
    kind: SignKind
    measure: str
    yes: Direction
    unit: str
    question: str
    source: str
    verified: bool = True

    @property
    def key(self) -> str:
        """Return the concept's CURIE, and the side behind a space where there is one."""
        return f"{self.entity.id} {self.side}" if self.side else self.entity.id

    @property
    def sign(self) -> Sign:
        """Return the noun that a score carries."""
        return Sign(id=self.entity.id, question=self.question, entity=self.entity, kind=self.kind)


@cache
def read_signs(path: Path = SIGNS) -> tuple[AskedSign, ...]:
    """Read a list of signs.

    Parameters
    ----------
    path : Path
        CSV with the columns of :class:`AskedSign`; ``sign`` and ``opposite`` are labels of concepts.

    Raises
    ------
    InputError
        If the file is missing, or a sign is no concept of the graph or stands twice.
    """
    concepts = {concept.entity.label: concept.entity for concept in read_concepts()}
    signs: dict[tuple[str, str | None], AskedSign] = {}
    for row in read_rows(path):
        missing = [label for label in (row["sign"], row["opposite"]) if label and label not in concepts]
        if missing or row["yes"] not in get_args(Direction):
            wrong = f"{missing[0]} is no concept of the graph" if missing else f"yes is {row['yes']}, not high or low"
            raise InputError(f"{path}: {row['question']}: {wrong}; mend the row")
        fields = {name: row[name] or None for name in ("side", "view")}
        fields |= {name: row[name] for name in ("kind", "measure", "yes", "unit", "question", "source")}
        concept = {"entity": concepts[row["sign"]], "opposite": concepts.get(row["opposite"] or "")}
        sign = AskedSign.model_validate(concept | fields | {"verified": row["verified"] == "yes"})
        if (sign.key, sign.view) in signs:
            raise InputError(f"{path}: {sign.key} stands twice; keep one row")
        signs[sign.key, sign.view] = sign
    return tuple(signs.values())


def name_values(signs: Sequence[AskedSign]) -> tuple[str, ...]:
    """Return the names of the values that answer a list of signs, each once.

    Examples
    --------
    >>> signs = read_signs()
    >>> len(name_values(signs)) < len(signs), name_values(signs)[0]
    (True, 'cardiothoracic ratio')
    """
    return tuple(dict.fromkeys(sign.measure for sign in signs))


def list_signs() -> list[str]:
    """Return the product's own signs by key and value, so that weights of another list are told apart."""
    return [f"{sign.key} {sign.measure}" for sign in read_signs()]


def spread_values(
    values: npt.NDArray[np.float64], views: npt.NDArray[np.int64], signs: Sequence[AskedSign]
) -> npt.NDArray[np.float64]:
    """Give each sign its value, shape (images, signs); NaN where it is not asked of the image's view.

    Parameters
    ----------
    values : ndarray, shape (images, values)
        In the order of :func:`name_values`; NaN where nothing was measured.
    views : ndarray, shape (images,)
        Numbers of the views in :data:`VIEWS`.
    signs : sequence of AskedSign
        The list of signs.
    """
    names = name_values(signs)
    spread = values[:, [names.index(sign.measure) for sign in signs]]
    asked = np.array([[sign.view in (None, view) for sign in signs] for view in VIEWS])
    return np.where(asked[views], spread, np.nan)


__all__ = [
    "SIGNS",
    "VIEWS",
    "AskedSign",
    "Direction",
    "Frontal",
    "list_signs",
    "name_values",
    "read_signs",
    "spread_values",
]
