"""Sentences about the differences of two films: what each showed, and the word that this may be called.

Examples
--------
>>> from thoracite.types import Entity
>>> wide = Entity(id="thx:q", label="cardiothoracic ratio > 0.5 on PA view", kind="sign")
>>> ratio = Difference(name="cardiothoracic ratio", change="larger", before=0.48, now=0.561, limit=0.05, view="PA")
>>> piece = Evidence(key="E9", kind="difference", score=1.6, about=wide, label=ratio.name, difference=ratio)
>>> list(tell_differences([piece]))
['the cardiothoracic ratio is 0.56, and was 0.48 on the earlier film: larger [E9].']
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from thoracite.generation.changes.compare import write_digits
from thoracite.generation.phrases import name_indefinite, verb
from thoracite.generation.signs.words import UNITS, write_number
from thoracite.types import Difference, Evidence
from thoracite.types.verdict import ORDER, OUTSTANDING

THEN = "on the earlier film"
"""What the earlier value or verdict is said of."""

_CHANGED, _UNCHANGED = 4, 2
"""Most sentences about what changed, and about what did not."""

_FIRST = "cardiothoracic ratio"
"""The value that is always told where it was measured twice."""

_FAR = 1.3
"""Least share of its limit by which any other value must have changed to be told unasked: of a dozen values one is
often beyond its limit by chance, and for a normal spread this is what 99 in 100 pairs stay below."""


def tell_differences(evidence: Sequence[Evidence]) -> Iterator[str]:
    """Write what changed, findings first and the largest difference first, then what stayed as it was.

    Of what stayed only findings that stand out are told, and the cardiothoracic ratio.

    Parameters
    ----------
    evidence : sequence of Evidence
        Any; its differences are told.
    """
    pairs = [(piece, piece.difference) for piece in evidence if piece.difference is not None]
    moved = sorted((pair for pair in pairs if pair[1].change != "unchanged" and _is_far(*pair)), key=_rank)
    stayed = [pair for pair in pairs if pair[1].change == "unchanged" and _matters(pair[1])]
    for piece, difference in [*moved[:_CHANGED], *stayed[:_UNCHANGED]]:
        yield tell_difference(piece, difference)


def tell_difference(piece: Evidence, difference: Difference) -> str:
    """Write one difference, with its citation."""
    return f"{_state(piece, difference)} [{piece.key}]."


def _rank(pair: tuple[Evidence, Difference]) -> tuple[bool, int, float]:
    piece, difference = pair
    verdicts = [one for one in (difference.verdict_before, difference.verdict_now) if one is not None]
    surest = min((ORDER.index(verdict) for verdict in verdicts), default=0)
    return difference.of_value, surest, -piece.score


def _matters(difference: Difference) -> bool:
    return difference.verdict_now in OUTSTANDING or difference.name == _FIRST


def _is_far(piece: Evidence, difference: Difference) -> bool:
    return not difference.of_value or difference.name == _FIRST or piece.score >= _FAR


def _state(piece: Evidence, difference: Difference) -> str:
    if not difference.of_value:
        named = name_indefinite(piece.about)
        now, was = verb(piece.about), verb(piece.about, "was", "were")
        return (
            f"{named} {now} {difference.verdict_now}, and {was} {difference.verdict_before} {THEN}: {difference.change}"
        )
    now, before = show_both(difference)
    within = f" within {write_digits(difference.limit or 0.0)}" if difference.change == "unchanged" else ""
    return f"the {difference.name} is {now}, and was {before} {THEN}: {difference.change}{within}"


def describe_difference(difference: Difference) -> str:
    """Describe a difference in one line, without a verb.

    Examples
    --------
    >>> describe_difference(
    ...     Difference(name="cardiothoracic ratio", change="unchanged", before=0.48, now=0.5, limit=0.076, view="PA")
    ... )
    'cardiothoracic ratio: 0.50, 0.48 on the earlier film: unchanged within 0.076'
    """
    now, before = show_both(difference)
    within = f" within {write_digits(difference.limit or 0.0)}" if difference.change == "unchanged" else ""
    return f"{difference.name}: {now}, {before} {THEN}: {difference.change}{within if difference.of_value else ''}"


def show_both(difference: Difference) -> tuple[str, str]:
    """Return what this film shows and what the earlier one did: values with their unit, or verdicts."""
    if not difference.of_value:
        return difference.verdict_now or "", difference.verdict_before or ""
    before, now = state_values(difference)
    unit = f" {UNITS[difference.unit]}" if difference.unit in UNITS else ""
    return f"{now}{unit}", f"{before}{unit}"


def state_values(difference: Difference) -> tuple[str, str]:
    """Write both values of a difference with as many decimals as tell them apart where they differ.

    Examples
    --------
    >>> state_values(Difference(name="height", change="larger", before=0.0312, now=0.0338, limit=0.001, view="PA"))
    ('0.031', '0.034')
    """
    decimals = 2 if max(abs(difference.before), abs(difference.now)) < 10 else 0
    written = _write(difference, decimals)
    while difference.change != "unchanged" and written[0] == written[1] and decimals < 6:
        decimals += 1
        written = _write(difference, decimals)
    return written


def _write(difference: Difference, decimals: int) -> tuple[str, str]:
    return write_number(difference.before, decimals), write_number(difference.now, decimals)


__all__ = ["THEN", "describe_difference", "show_both", "state_values", "tell_difference", "tell_differences"]
