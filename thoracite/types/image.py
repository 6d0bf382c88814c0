"""Nouns of the image: the study, its signs, and the image model's findings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from thoracite.types.graph import Certainty, Entity
from thoracite.types.noun import Curie, Noun, Probability, Side

SignKind = Literal["measured", "learned", "phantom-only"]
"""Ways to read a sign: by geometry, by a classifier, or by a classifier tested only on synthetic images."""

Answer = Literal["yes", "no"]
"""Answers to a sign's question."""

View = Literal["PA", "AP", "lateral", "unknown"]
"""Projections of a radiograph."""

Verdict = Literal["likely", "suspected", "possible", "undecided", "unlikely"]
"""Words for a finding, from probability and likelihood ratio together."""

LIKELY = 0.5
"""Least probability of a finding called likely."""

SUSPECTED, POSSIBLE, UNLIKELY = 10.0, 2.0, 0.5
"""Likelihood ratios: suspected and possible from, unlikely up to."""

_VERDICTS: dict[Certainty, Verdict] = {
    Certainty.PRESENT: "likely",
    Certainty.UNCERTAIN: "possible",
    Certainty.ABSENT: "unlikely",
}
_FARTHEST = 60.0
"""Log-odds beyond which a probability is 0 or 1 in double precision."""


class Study(Noun):
    """A request: one image and the known facts about it.

    Parameters
    ----------
    image : str
        Path of a PNG, JPEG or DICOM file.
    view : str
        ``PA``, ``AP``, ``lateral`` or ``unknown``.
    indication : str or None
        Free text of the request; never stored.
    prior : str or None
        Path of an earlier image of the patient, with which this one is compared; or free text of the earlier report.
        Never stored.
    signs : mapping of str to float, str or None
        Signs that are set instead of read, by CURIE and side: a value, ``yes``, ``no``, or None to take one away.
    patient : str or None
        The patient, whose images do not count among similar ones; never stored.
    similar : bool
        False leaves similar images out where the settings name an index of them.
    without : tuple of str
        What is left out: a key of the untouched explanation (``E3``), a sign (CURIE, and the side behind a space), a
        triple (three CURIEs), or a place that is hidden (``left lower zone``, or a box ``x0,y0,x1,y1`` in pixels).
    """

    image: str
    view: View = "unknown"
    indication: str | None = None
    prior: str | None = None
    patient: str | None = None
    similar: bool = True
    signs: Mapping[str, float | Answer | None] = Field(default_factory=dict)
    without: tuple[str, ...] = ()


class Region(Noun):
    """A place in the image.

    Parameters
    ----------
    box : tuple of float
        x0, y0, x1, y1 in pixels of the image as given, from its top left corner.
    anatomy : str
        Place in words, sides are the patient's: ``left lower zone``; empty where the model states none.
    side : str or None
        ``left``, ``right``, ``bilateral``; None where the model states none.
    """

    box: tuple[float, float, float, float]
    anatomy: str
    side: Side | None = None


class Drawing(Noun):
    """A drawing on the image that shows how a sign was measured.

    Parameters
    ----------
    kind : str
        ``line`` (open), ``outline`` (closed), ``box`` (two corners) or ``point``.
    points : tuple of (float, float)
        x and y in pixels of the image as given, from its top left corner.
    """

    kind: Literal["line", "outline", "box", "point"]
    points: tuple[tuple[float, float], ...] = Field(min_length=1)


class Sign(Noun):
    """A sign that the model looks for in an image; a concept of the bottleneck.

    Parameters
    ----------
    id : str
        CURIE.
    question : str
        Question with a yes-or-no answer: "Is the left costophrenic angle blunted?".
    entity : Entity
        The sign as a concept of the graph.
    kind : str
        ``measured``, ``learned`` or ``phantom-only``.
    """

    id: Curie
    question: str
    entity: Entity
    kind: SignKind = "learned"


class SignScore(Noun):
    """Answer of one image to a sign, and the part that it adds to a finding's log-odds.

    Parameters
    ----------
    sign : Sign
        The sign.
    side : str or None
        ``left``, ``right`` or ``bilateral``; None where the sign has no side.
    value : float or None
        The measured value, not rounded; a learned sign's probability; None if nothing could be measured.
    unit : str
        Unit of the value: ``degree``, ``chest widths`` …; empty for a learned sign.
    reference : str
        Usual values and their view, as :class:`~thoracite.types.reference.Reference` writes them:
        ``< 60 (fitted, PA): nine in ten normal films are below``; empty where there are none.
    valid : bool
        Whether the value may be used.
    invalid_because : str or None
        Reason why not, as a clause for the user.
    probability : float or None
        Probability that the answer is yes, in [0, 1]; None where the sign is not valid.
    log_odds : float
        Part that the sign adds to the finding's log-odds; 0 where the sign is not valid.
    drawing : tuple of Drawing
        Lines and outlines that show the measurement.
    answer : str or None
        ``yes`` where the value lies beyond the reference, ``no`` where it lies well within the usual range; None
        between the two, and where the sign is not valid.
    opposite : Entity or None
        Concept that a no means, such as a sharp costophrenic angle; None where the graph has none.

    Raises
    ------
    pydantic.ValidationError
        If an invalid score adds something or lacks its reason, or a valid one has a reason or no value.

    Examples
    --------
    >>> angle = Sign(id="thx:blunted_angle", question="Is the costophrenic angle blunted?", kind="measured",
    ...              entity=Entity(id="thx:blunted_angle", label="blunted costophrenic angle"))
    >>> SignScore(sign=angle, side="left", value=71.0, unit="degree", probability=0.9, log_odds=2.7).log_odds
    2.7
    """

    sign: Sign
    side: Side | None = None
    value: float | None = None
    unit: str = ""
    reference: str = ""
    valid: bool = True
    invalid_because: str | None = None
    probability: Probability | None = None
    log_odds: float = 0.0
    drawing: tuple[Drawing, ...] = ()
    answer: Answer | None = None
    opposite: Entity | None = None

    @model_validator(mode="after")
    def _valid_or_not(self) -> Self:
        if not self.valid and (self.log_odds != 0 or not self.invalid_because or self.answer):
            raise ValueError(f"{self.sign.id} is not valid, so it says why, answers nothing and adds 0 to the log-odds")
        if self.valid and (self.invalid_because is not None or self.value is None):
            raise ValueError(f"{self.sign.id} is valid, so it has a value and no reason against it")
        return self


class Finding(Noun):
    """The image model's result for one finding.

    Parameters
    ----------
    entity : Entity
        The finding.
    probability : float
        In [0, 1]; a score where ``calibrated`` is false.
    certainty : Certainty
        Degree by the finding's operating points; where a prior is known, by its verdict.
    region : Region or None
        Place that the model looked at; None where the finding is absent or has no place.
    signs : tuple of SignScore
        The signs of the finding, the strongest first, invalid ones too.
    calibrated : bool
        Whether the probability was calibrated on cases with known answers; sentences call it a score otherwise.
    prior : float or None
        The finding's share in the stated mix of images, in (0, 1); None where it is not known.
    base_log_odds : float
        Log-odds of the average image of that view.
    rest_log_odds : float
        The network's part beyond the named signs; by default the difference to the probability's log-odds.
    margin : float
        How far beyond a verdict's limit the likelihood ratio has to lie, natural logarithm, at least 0; what lies
        nearer is undecided. Set by certified release.

    Raises
    ------
    pydantic.ValidationError
        If base, signs and rest do not add up to the probability, or certainty and verdict disagree.

    Examples
    --------
    >>> effusion = Entity(id="thx:pleural_effusion", label="pleural effusion")
    >>> finding = Finding(entity=effusion, probability=0.38, prior=0.045, certainty=Certainty.UNCERTAIN)
    >>> round(finding.likelihood_ratio, 1), finding.verdict, round(finding.log_odds, 3)
    (13.0, 'suspected', -0.49)
    """

    entity: Entity
    probability: Probability
    certainty: Certainty
    region: Region | None = None
    signs: tuple[SignScore, ...] = ()
    calibrated: bool = True
    prior: float | None = Field(default=None, gt=0, lt=1)
    base_log_odds: float = 0.0
    rest_log_odds: float = 0.0
    margin: float = Field(default=0.0, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _fill_rest(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "rest_log_odds" in data or "probability" not in data:
            return data
        signs = [score if isinstance(score, SignScore) else SignScore(**score) for score in data.get("signs", ())]
        known = data.get("base_log_odds", 0.0) + sum(score.log_odds for score in signs)
        return data | {"rest_log_odds": find_log_odds(data["probability"]) - known}

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if abs(find_log_odds(self.probability) - self.log_odds) > 1e-3:
            total = f"{self.log_odds:.4g}"
            raise ValueError(f"base, signs and rest of {self.entity.id} add up to {total}, not to its log-odds")
        if self.prior is not None and CERTAINTIES[self.verdict] is not self.certainty:
            raise ValueError(f"{self.entity.id} is {self.verdict}, which is not {self.certainty.value}")
        return self

    @property
    def log_odds(self) -> float:
        """Return base, signs and rest together, not rounded."""
        return self.base_log_odds + sum(score.log_odds for score in self.signs) + self.rest_log_odds

    @property
    def likelihood_ratio(self) -> float | None:
        """Return how many times this image raised the finding's odds; None where no prior is known."""
        if self.prior is None:
            return None
        return math.exp(find_log_odds(self.probability) - find_log_odds(self.prior))

    @property
    def verdict(self) -> Verdict:
        """Return the verdict, by probability and likelihood ratio where a prior is known, else by operating points."""
        if self.likelihood_ratio is None:
            return _VERDICTS[self.certainty]
        return find_verdict(self.probability, self.likelihood_ratio, margin=self.margin)

    @property
    def number(self) -> str:
        """Return the number in words: ``probability 0.83``, or ``score 0.83`` where it is not calibrated.

        Below 0.01 it has a third digit, so that what is possible never stands beside 0.00.
        """
        return f"{'probability' if self.calibrated else 'score'} {_write_share(self.probability)}"

    @property
    def usual(self) -> str:
        """Return the prior in words, ``usually 0.004``, as the number is written; empty where none is known."""
        return "" if self.prior is None else f"usually {_write_share(self.prior)}"


def _write_share(share: float) -> str:
    return f"{share:.{2 if share >= 0.01 else 3 if share >= 0.001 or share == 0 else -math.floor(math.log10(share))}f}"


CERTAINTIES: dict[Verdict, Certainty] = {
    "likely": Certainty.PRESENT,
    "suspected": Certainty.UNCERTAIN,
    "possible": Certainty.UNCERTAIN,
    "undecided": Certainty.UNCERTAIN,
    "unlikely": Certainty.ABSENT,
}
"""RadGraph's degree of each verdict."""


def find_verdict(probability: float, likelihood_ratio: float, *, margin: float = 0.0) -> Verdict:
    """Return the verdict on a finding; the probability decides before the likelihood ratio.

    Parameters
    ----------
    probability : float
        Calibrated, in [0, 1].
    likelihood_ratio : float
        How many times the image raised the finding's odds, above 0.
    margin : float
        How far beyond the limits of possible and unlikely the ratio has to lie, natural logarithm, at least 0.

    Examples
    --------
    >>> [find_verdict(p, ratio) for p, ratio in ((0.6, 5), (0.38, 13), (0.08, 3), (0.6, 1.5), (0.02, 0.4))]
    ['likely', 'suspected', 'possible', 'undecided', 'unlikely']
    >>> find_verdict(0.08, 3, margin=0.7)
    'undecided'
    """
    if margin and UNLIKELY / math.exp(margin) < likelihood_ratio < POSSIBLE * math.exp(margin):
        return "undecided"
    if probability >= LIKELY and likelihood_ratio >= POSSIBLE:
        return "likely"
    if likelihood_ratio >= SUSPECTED:
        return "suspected"
    if likelihood_ratio >= POSSIBLE:
        return "possible"
    return "undecided" if likelihood_ratio > UNLIKELY else "unlikely"


def find_log_odds(probability: float) -> float:
    """Return the log-odds of a probability, at most 60 either way.

    Examples
    --------
    >>> find_log_odds(0.5), find_log_odds(0.0), round(find_log_odds(0.83), 3)
    (0.0, -60.0, 1.586)
    """
    if not 0 < probability < 1:
        return math.copysign(_FARTHEST, probability - 0.5)
    return max(-_FARTHEST, min(_FARTHEST, math.log(probability) - math.log1p(-probability)))


__all__ = [
    "CERTAINTIES",
    "Answer",
    "Drawing",
    "Finding",
    "Region",
    "Sign",
    "SignKind",
    "SignScore",
    "Study",
    "Verdict",
    "View",
    "find_log_odds",
    "find_verdict",
]
