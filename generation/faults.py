"""Faults of a sentence, with the verdict that each leads to."""

from __future__ import annotations

from typing import Literal, NamedTuple

Judgement = Literal["contradicted", "unsupported"]


class Fault(NamedTuple):
    """A fault of a sentence, with the verdict it leads to.

    Parameters
    ----------
    verdict : str
        ``contradicted`` or ``unsupported``.
    why : str
        The reason, as a clause.
    """

    verdict: Judgement
    why: str


__all__ = ["Fault", "Judgement"]
