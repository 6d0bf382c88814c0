"""The differences of two films of one patient as evidence, and what is not compared, with the reason.

A value is compared where it was measured on both films in the same view: a heart is larger on an AP film, whoever it
belongs to. It is larger or smaller if the difference is beyond what films of one patient without a finding differ by
(``limits.csv``, fitted by :mod:`thoracite.vision.training.signs.fit_repeats`), else unchanged. A finding has changed if
its verdicts are more than one step apart; one step is what a second film of the same day may bring.

Examples
--------
>>> from thoracite.types import Certainty, Entity
>>> mass = Entity(id="thx:lung_mass", label="lung mass", kind="finding")
>>> then = Finding(entity=mass, probability=0.01, prior=0.05, certainty=Certainty.ABSENT)
>>> now = Finding(entity=mass, probability=0.6, prior=0.05, certainty=Certainty.PRESENT)
>>> films = [Film((finding,), "PA", sure=True) for finding in (then, now)]
>>> piece = collect_differences(*films, before=[])[0]
>>> piece.key, piece.kind, piece.difference.change
('E1', 'difference', 'new')
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from thoracite.files import read_rows
from thoracite.types import Change, Difference, Evidence, Finding, SignScore, View
from thoracite.types.image import POSSIBLE, UNLIKELY
from thoracite.types.verdict import ASSERTED, ORDER

if TYPE_CHECKING:
    from thoracite.vision.encoder import Reading

VALUES, LIMITS = (Path(__file__).with_name(name) for name in ("values.csv", "limits.csv"))

SURE = 0.9
"""Least probability of a view that was told from the image, from which on sizes are compared."""

_SIZES = frozenset({"thx:cardiomegaly"})
"""Findings that are a size: AP films enlarge."""


class Film(NamedTuple):
    """What was read in one film.

    Parameters
    ----------
    findings : tuple of Finding
        All of them.
    view : str
        ``PA``, ``AP``, ``lateral`` or ``unknown``.
    sure : bool
        Whether the view was stated, or told with a probability of at least :data:`SURE`.
    """

    findings: tuple[Finding, ...]
    view: View
    sure: bool


class Compared(NamedTuple):
    """Differences as evidence, and sentences on what was not compared."""

    evidence: tuple[Evidence, ...]
    notes: tuple[str, ...]


class Value(NamedTuple):
    """A measured value that is compared: the sign that holds it, its name, more words for it, what has that size."""

    value: str
    sign: str
    side: str | None
    name: str
    words: tuple[str, ...]
    things: tuple[str, ...]


@cache
def read_values() -> tuple[Value, ...]:
    """Read which values are compared; learned signs are not, for their value is a probability."""
    return tuple(
        Value(row["value"], row["sign"], row["side"] or None, row["name"], _split(row["words"]), _split(row["things"]))
        for row in read_rows(VALUES)
    )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, cell.lower().split(";")))


@cache
def read_limits() -> dict[tuple[str, str], float]:
    """Read by how much each value differs between films of one patient, by value and view."""
    return {(row["value"], row["view"]): float(row["limit"]) for row in read_rows(LIMITS)}


def collect_differences(earlier: Film, now: Film, before: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the differences as evidence, numbered behind what is there; what cannot be said is left out.

    Parameters
    ----------
    earlier, now : Film
        Two films of one patient.
    before : sequence of Evidence
        ``E1``, ``E2`` …
    """
    drafts = [*_compare_findings(earlier, now), *_compare_values(earlier, now)]
    return tuple(Evidence(key=f"E{len(before) + number}", **draft) for number, draft in enumerate(drafts, 1))


def compare_readings(earlier: Reading, now: Reading, before: Sequence[Evidence]) -> Compared:
    """Compare what was read in an earlier film and in this one.

    Parameters
    ----------
    earlier, now : Reading
        By the same encoder; an earlier film that it refused is not compared.
    before : sequence of Evidence
        ``E1``, ``E2`` …
    """
    if not earlier.accepted:
        return Compared((), (f"The earlier film was not read, so nothing is compared: {earlier.reason}.",))
    films = _make_film(earlier), _make_film(now)
    notes = (*describe_gap(*films), *(f"Earlier film: {note[:1].lower()}{note[1:]}" for note in earlier.notes))
    return Compared(collect_differences(*films, before=before), notes)


def _make_film(reading: Reading) -> Film:
    sure = reading.view_probability is None or reading.view_probability >= SURE
    return Film(reading.findings, reading.view, sure)


def is_comparable(earlier: Film, now: Film) -> bool:
    """Tell whether sizes may be compared: both films in the same view, and both views sure."""
    return earlier.sure and now.sure and earlier.view == now.view and now.view in {"PA", "AP"}


def describe_gap(earlier: Film, now: Film) -> Iterator[str]:
    """Yield a sentence on what is not compared, where the views differ."""
    if is_comparable(earlier, now):
        return
    told = [film.view if film.sure else f"not surely {film.view}" for film in (earlier, now)]
    yield f"The earlier film is {told[0]} and this one {told[1]}, so no sizes are compared."


def _compare_findings(earlier: Film, now: Film) -> Iterator[dict[str, Any]]:
    then = {finding.entity.id: finding for finding in earlier.findings}
    for finding in now.findings:
        old = then.get(finding.entity.id)
        if old is None or (finding.entity.id in _SIZES and not is_comparable(earlier, now)):
            continue
        change = find_change(old, finding)
        if change is not None:
            yield {
                "kind": "difference",
                "score": finding.probability,
                "why": f"the image model read it as {old.verdict} on the earlier film and reads it as "
                f"{finding.verdict} on this one",
                "about": finding.entity,
                "label": finding.entity.label,
                "difference": Difference(
                    name=finding.entity.label,
                    change=change,
                    before=old.probability,
                    now=finding.probability,
                    view=now.view,
                    verdict_before=old.verdict,
                    verdict_now=finding.verdict,
                ),
            }


def find_change(old: Finding, now: Finding) -> Change | None:
    """Find what may be said of a finding on two films; None where its verdicts are one step apart, or without a prior.

    Examples
    --------
    >>> from thoracite.types import CERTAINTIES, Entity, find_verdict
    >>> entity = Entity(id="thx:lung_mass", label="lung mass", kind="finding")
    >>> def rate(ratio):
    ...     probability = ratio * 0.05 / (ratio * 0.05 + 0.95)
    ...     certainty = CERTAINTIES[find_verdict(probability, ratio)]
    ...     return Finding(entity=entity, probability=probability, prior=0.05, certainty=certainty)
    >>> [find_change(rate(old), rate(now)) for old, now in ((0.3, 4), (4, 0.3), (0.3, 1.1), (4, 5), (1.2, 15))]
    ['new', 'gone', None, 'unchanged', 'surer']
    """
    ratios = old.likelihood_ratio, now.likelihood_ratio
    if ratios[0] is None or ratios[1] is None:
        return None
    steps = ORDER.index(old.verdict) - ORDER.index(now.verdict)
    crossed = (ratios[0] <= UNLIKELY and ratios[1] >= POSSIBLE) or (ratios[0] >= POSSIBLE and ratios[1] <= UNLIKELY)
    if steps == 0:
        return "unchanged" if now.verdict in ASSERTED else None
    if abs(steps) == 1 and not crossed:
        return None
    if old.verdict == "unlikely" and now.verdict in ASSERTED:
        return "new"
    if now.verdict == "unlikely" and old.verdict in ASSERTED:
        return "gone"
    return "surer" if steps > 0 else "less sure"


def _compare_values(earlier: Film, now: Film) -> Iterator[dict[str, Any]]:
    if not is_comparable(earlier, now):
        return
    old, new = _list_scores(earlier), _list_scores(now)
    for value in read_values():
        then, score = old.get((value.sign, value.side)), new.get((value.sign, value.side))
        limit = read_limits().get((value.value, now.view))
        if then is None or score is None or limit is None or then.value is None or score.value is None:
            continue
        moved = score.value - then.value
        change: Change = "unchanged" if abs(moved) <= limit else "larger" if moved > 0 else "smaller"
        yield {
            "kind": "difference",
            "score": abs(moved) / limit,
            "why": f"19 in 20 pairs of {now.view} films of one patient without a finding differ by less than "
            f"{write_digits(limit)}",
            "about": score.sign.entity,
            "label": value.name,
            "difference": Difference(
                name=value.name,
                change=change,
                before=then.value,
                now=score.value,
                unit=score.unit,
                limit=limit,
                view=now.view,
            ),
        }


def write_digits(number: float) -> str:
    """Write a number with two digits that count, at least two decimals.

    Examples
    --------
    >>> [write_digits(number) for number in (0.0612, 0.00431, 1.5)]
    ['0.061', '0.0043', '1.50']
    """
    decimals = max(2, 1 - math.floor(math.log10(abs(number)))) if number else 2
    return f"{number:.{decimals}f}"


def _list_scores(film: Film) -> dict[tuple[str, str | None], SignScore]:
    """List the signs of a film that could be measured, each once: their values are the same for every finding."""
    scores = (score for finding in film.findings[:1] for score in finding.signs)
    return {(score.sign.id, score.side): score for score in scores if score.valid and score.sign.kind == "measured"}


__all__ = [
    "SURE",
    "Compared",
    "Film",
    "Value",
    "collect_differences",
    "compare_readings",
    "describe_gap",
    "find_change",
    "is_comparable",
    "read_limits",
    "read_values",
    "write_digits",
]
