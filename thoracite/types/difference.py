"""What an earlier film of the patient shows beside this one, of one measured value or one finding."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from thoracite.types.image import Verdict, View
from thoracite.types.noun import Noun

Change = Literal["larger", "smaller", "unchanged", "new", "gone", "surer", "less sure"]
"""Words of change: of a value the first three, of a finding the last five."""


class Difference(Noun):
    """One value or one finding on two films of a patient, and what its difference may be called.

    Parameters
    ----------
    name : str
        What is compared, in words: ``cardiothoracic ratio``, or the finding's label.
    change : str
        Of a value ``larger``, ``smaller`` or ``unchanged``; of a finding ``new`` (unlikely then), ``gone`` (unlikely
        now), ``surer``, ``less sure`` or ``unchanged`` (the same verdict).
    before, now : float
        The value on the earlier film and on this one, not rounded; of a finding its probability.
    unit : str
        Unit of the value; empty for a finding.
    limit : float or None
        Of a value: 19 in 20 pairs of films of one patient without a finding differ by less; None for a finding.
    view : str
        View of both films; of a finding that of this one.
    verdict_before, verdict_now : str or None
        Of a finding: its verdicts.

    Raises
    ------
    pydantic.ValidationError
        If a finding lacks a verdict, or a value its limit.

    Examples
    --------
    >>> ratio = Difference(name="cardiothoracic ratio", change="larger", before=0.48, now=0.56, limit=0.05, view="PA")
    >>> ratio.of_value
    True
    """

    name: str = Field(min_length=1)
    change: Change
    before: float
    now: float
    unit: str = ""
    limit: float | None = Field(default=None, gt=0)
    view: View = "unknown"
    verdict_before: Verdict | None = None
    verdict_now: Verdict | None = None

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        verdicts = [one for one in (self.verdict_before, self.verdict_now) if one is not None]
        if len(verdicts) != (0 if self.of_value else 2):
            raise ValueError(f"the difference of {self.name} is that of a value with a limit, or of two verdicts")
        if (self.change in {"larger", "smaller"}) is not (self.of_value and self.change != "unchanged"):
            raise ValueError(f"{self.name} cannot be {self.change}")
        return self

    @property
    def of_value(self) -> bool:
        """Tell whether it is that of a measured value."""
        return self.limit is not None


__all__ = ["Change", "Difference"]
