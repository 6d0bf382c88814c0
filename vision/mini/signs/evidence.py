"""From the values of signs to scores: what each adds to each finding, and whether it answers yes or no."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from thoracite.types import Answer, Drawing, Reference, SignScore
from thoracite.vision.mini.signs.listed import VIEWS, Frontal, name_values, read_signs, spread_values
from thoracite.vision.mini.signs.measured import Measured
from thoracite.vision.mini.signs.weights import Floats, SignWeights

USUAL = 0.9
"""Share of images without any finding that lies on the usual side of a reference."""

WITHIN, BEYOND = 0.5, 0.25
"""A measured sign answers no up to the first deviation, in spreads, towards a yes, and yes from the second beyond the
reference: nearer to it a copy of the image can turn the answer, and a reader sees nothing."""

LIKELY, UNLIKELY = 0.5, 0.1
"""A learned sign answers yes from the first probability on, and no up to the second."""


class Weighed(NamedTuple):
    """The log-odds of an image's findings, in parts that add up.

    Parameters
    ----------
    base : list of float
        Of the average image of the view, one for each finding.
    parts : ndarray, shape (findings, signs)
        What each sign adds.
    rest : list of float
        What the network adds beyond them; it holds what the limits take away.
    """

    base: list[float]
    parts: Floats
    rest: list[float]

    @property
    def whole(self) -> list[float]:
        """Return the log-odds of each finding."""
        sums = self.parts.sum(axis=1).tolist()
        return [base + signs + rest for base, signs, rest in zip(self.base, sums, self.rest, strict=True)]


class SignReader:
    """Reader of the product's own signs.

    Parameters
    ----------
    weights : SignWeights
        Of the signs in :func:`thoracite.vision.mini.signs.listed.read_signs`, in their order.
    """

    def __init__(self, weights: SignWeights) -> None:
        self.weights = weights
        self.signs = read_signs()
        self.names = name_values(self.signs)

    def weigh(self, logits: Floats, measured: Mapping[str, Measured], view: Frontal) -> Weighed:
        """Return the log-odds of the findings in parts.

        Parameters
        ----------
        logits : ndarray, shape (findings,)
            The network's.
        measured : mapping of str to Measured
            Every value that the list names.
        view : str
            ``PA`` or ``AP``.
        """
        views = np.array([VIEWS.index(view)])
        values = spread_values(np.array([[measured[name].value for name in self.names]]), views, self.signs)
        parts = self.weights.find_parts(values, views)[0]
        whole = self.weights.read_all(logits[None], values, views)[0]
        base = self.weights.base[views[0]]
        return Weighed(base.tolist(), parts, (whole - base - parts.sum(axis=1)).tolist())

    def score_all(self, measured: Mapping[str, Measured], parts: Floats, view: Frontal) -> list[tuple[SignScore, ...]]:
        """Return the scores of each finding, the strongest first, invalid ones last.

        Parameters
        ----------
        measured : mapping of str to Measured
            Every value that the list names.
        parts : ndarray, shape (findings, signs)
            What each sign adds.
        view : str
            ``PA`` or ``AP``.
        """
        asked = [number for number, sign in enumerate(self.signs) if sign.view in (None, view)]
        seen = [self._score_one(number, measured[self.signs[number].measure], 0.0, view) for number in asked]
        # values, words and lines of a sign are the same for every finding, and most signs add nothing to most findings
        return [
            tuple(sorted(map(_rate, seen, row[asked].tolist()), key=lambda score: -abs(score.log_odds)))
            for row in parts
        ]

    def _score_one(self, number: int, measured: Measured, part: float, view: Frontal) -> SignScore:
        if math.isnan(measured.value):
            sign = self.signs[number]
            return SignScore(
                sign=sign.sign,
                side=sign.side,
                unit=sign.unit,
                opposite=sign.opposite,
                valid=False,
                invalid_because=measured.fault or "it could not be measured",
            )
        score = self.score_value(number, measured.value, part, view, drawing=measured.drawing)
        return score if self.signs[number].verified else score.model_copy(update={"answer": None})

    def score_value(
        self, number: int, value: float, part: float, view: Frontal, *, drawing: tuple[Drawing, ...] = ()
    ) -> SignScore:
        """Return the score of a valid sign.

        Parameters
        ----------
        number : int
            Of the sign, in the list.
        value : float
            In its unit.
        part : float
            What it adds to the finding.
        view : str
            ``PA`` or ``AP``.
        drawing : tuple of Drawing
            Lines that show it.
        """
        sign, reference = self.signs[number], self._find_reference(number, view)
        return SignScore(
            sign=sign.sign,
            side=sign.side,
            value=value,
            unit=sign.unit,
            reference=reference.text if reference else "",
            probability=value if sign.kind == "learned" else None,
            log_odds=part,
            drawing=drawing,
            answer=self._answer(number, value, view, reference),
            opposite=sign.opposite,
        )

    def _find_reference(self, number: int, view: Frontal) -> Reference | None:
        sign, limit = self.signs[number], self.weights.scale.limit[VIEWS.index(view), number]
        if sign.kind == "learned":
            return None
        return Reference(limit=float(limit), usual="below" if sign.yes == "high" else "above", view=view, share=USUAL)

    def _answer(self, number: int, value: float, view: Frontal, reference: Reference | None) -> Answer | None:
        if reference is None:
            return "yes" if value >= LIKELY else "no" if value <= UNLIKELY else None
        scale, row = self.weights.scale, VIEWS.index(view)
        middle, spread = scale.middle[row, number], scale.spread[row, number]
        if (value - reference.limit) / spread > BEYOND:
            return "yes"
        return "no" if (value - middle) / spread <= WITHIN else None


def _rate(score: SignScore, part: float) -> SignScore:
    """Return a sign's score with what it adds to one finding; an invalid one adds nothing."""
    return score if part == score.log_odds or not score.valid else score.model_copy(update={"log_odds": part})


def list_values(measured: Mapping[str, Measured]) -> Floats:
    """Return the values of one image, shape (values,), in the order of the product's own list."""
    return np.array([measured[name].value for name in name_values(read_signs())])


__all__ = ["BEYOND", "LIKELY", "UNLIKELY", "USUAL", "WITHIN", "SignReader", "Weighed", "list_values"]
