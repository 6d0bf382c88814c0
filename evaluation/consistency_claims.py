"""Whether the same is *claimed* of a radiograph when its file is exported a little differently: sentences, not numbers.

A released sentence makes one claim for each finding, sign, region and fact that it cites: the kind of sentence, the
finding, the sign or fact, the side, and what is said (the finding's verdict, the sign's answer, the fact's stance). Two
explanations agree by the share of claims, of either, that the other makes too. Claims about the verdict are looked at
twice: by its word, and by whether it asserts, leaves undecided or denies, which is what a reader acts on.

Beside them stand *always normal*, which agrees with itself and claims nothing that was looked for, and *another
patient*: how far explanations of different patients agree, which is what sentences have in common anyway.

Examples
--------
>>> one = frozenset({Point("diagnosis", "thx:edema", "", "", "possible")})
>>> other = frozenset({Point("diagnosis", "thx:edema", "", "", "suspected")})
>>> agree(one, other), agree(reduce_words(one), reduce_words(other))
((0, 2), (2, 2))
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from thoracite.evaluation.patients import Positions, measure_drawn, summarise
from thoracite.evaluation.perturbation import PERTURBATIONS, write_perturbed
from thoracite.evaluation.suite import Row
from thoracite.pipeline import Explainer
from thoracite.types import Evidence, Explanation, Study
from thoracite.types.verdict import ASSERTED
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.entities import find_entities
from thoracite.vision.training.cases import Case
from thoracite.vision.training.frames import map_cores

KINDS = ("diagnosis", "observation", "reason", "expected", "summary", "background")
"""Kinds of sentences."""

SYSTEM, NORMAL, OTHER = "sentences as released", "always normal", "another patient"

_OPPOSED = {"asserted": "denied", "denied": "asserted", "yes": "no", "no": "yes", "for": "against", "against": "for"}
_SIDES = {"left": "right", "right": "left"}


class Point(NamedTuple):
    """One thing that a sentence claims.

    Parameters
    ----------
    kind : str
        Kind of the sentence.
    finding, sign : str
        CURIE of the finding; of the sign, or the fact in three CURIEs; empty where the verdict itself is claimed.
    side : str
        ``left``, ``right`` …; empty where none is said.
    said : str
        Verdict, answer or stance.
    """

    kind: str
    finding: str
    sign: str
    side: str
    said: str


Points = frozenset[Point]


class Series(NamedTuple):
    """What is claimed of one image, then of each changed copy; None where the copy is withheld."""

    group: str
    first: Points
    copies: tuple[Points | None, ...]


def find_points(explanation: Explanation) -> Points:
    """Return what the released sentences claim."""
    pieces = {piece.key: piece for piece in explanation.evidence}
    return frozenset(
        _point(claim.kind, pieces[key]) for claim in explanation.claims for key in claim.citations if key in pieces
    )


def _point(kind: str, piece: Evidence) -> Point:
    about = piece.about.id
    if piece.triple is not None:
        fact = " ".join((piece.triple.subject.id, piece.triple.relation.id, piece.triple.object.id))
        return Point(kind, about, fact, "", piece.stance)
    if piece.sign is not None:
        answer = (piece.sign.answer or "") if piece.sign.valid else "not measured"
        return Point(kind, about, piece.sign.sign.entity.id, str(piece.sign.side or ""), answer)
    if piece.kind == "region" and piece.finding is not None and piece.finding.region is not None:
        return Point(kind, about, "region", str(piece.finding.region.side or ""), "seen")
    return Point(kind, about, "", "", piece.finding.verdict if piece.finding is not None else piece.stance)


def reduce_words(points: Points) -> Points:
    """Replace the verdict's word by what it does: assert, leave undecided, deny."""
    names: dict[str, str] = {**dict.fromkeys(ASSERTED, "asserted"), "unlikely": "denied"}
    return frozenset(point._replace(said=names.get(point.said, point.said)) for point in points)


def agree(one: Points, other: Points) -> tuple[int, int]:
    """Return how many claims, of both sides, the other makes too, and how many both make."""
    return 2 * len(one & other), len(one) + len(other)


def count_turned(one: Points, other: Points) -> int:
    """Count the claims whose opposite the other makes: asserted and denied, answered yes and no, left and right.

    Examples
    --------
    >>> left = frozenset({Point("reason", "thx:edema", "thx:x", "left", "yes")})
    >>> right = frozenset({Point("expected", "thx:edema", "thx:x", "right", "yes")})
    >>> count_turned(left, right), count_turned(left, left), count_turned(left, left | right)
    (1, 0, 0)
    """
    here, there = ({point[1:] for point in reduce_words(points)} for points in (one, other))
    new = there - here
    return sum(
        (finding, sign, side, _OPPOSED.get(said, "")) in new
        or (finding, sign, _SIDES.get(side, "no side"), said) in new
        for finding, sign, side, said in here - there
    )


def read_series(cases: Sequence[Case]) -> list[Series]:
    """Explain each image and its changed copies, on all cores; images withheld as they are, are left out."""
    found = map_cores(_read_copies, cases, told="radiographs explained with their copies")
    return [series for series in found if series is not None]


def _read_copies(case: Case) -> Series | None:
    explainer = _load_explainer()
    first = _read(explainer, case.path, case)
    if first is None:
        return None
    with tempfile.TemporaryDirectory() as place:
        paths = (write_perturbed(case.path, change, Path(place)) for change in PERTURBATIONS)
        return Series(case.group, first, tuple(_read(explainer, path, case) for path in paths))


@cache
def _load_explainer() -> Explainer:
    return Explainer()


def _read(explainer: Explainer, path: Path, case: Case) -> Points | None:
    explanation = explainer.explain(Study(image=str(path), view="AP" if case.view == "AP" else "PA"))
    return None if explanation.abstained else find_points(explanation)


def write_normal() -> Points:
    """Return what *always normal* claims of every image: no finding is there."""
    return frozenset(Point("summary", entity.id, "", "", "unlikely") for entity in find_entities(FINDINGS))


def measure_claims(series: Sequence[Series]) -> Iterator[Row]:
    """Measure how far the same is claimed; silence and other patients beside it.

    Parameters
    ----------
    series : sequence of Series
        At least one, each with a copy for each of :data:`PERTURBATIONS`.
    """
    normal = write_normal()
    silent = [Series(one.group, normal, (normal,) * len(one.copies)) for one in series]
    others = [
        Series(one.group, one.first, (series[(place + 1) % len(series)].first,)) for place, one in enumerate(series)
    ]
    yield from _measure_system(SYSTEM, series, dict(enumerate(PERTURBATIONS)))
    yield from _measure_system(NORMAL, silent, {})
    if len(series) > 1:
        yield from _measure_system(OTHER, others, {})


def _measure_system(system: str, series: Sequence[Series], changes: dict[int, str]) -> Iterator[Row]:
    groups = [one.group for one in series]

    def share(metric: str, count: Callable[[Points, Points], tuple[int, int]], places: Sequence[int] | None) -> Row:
        parts = np.array([_add(one, count, places) for one in series], dtype=np.float64)

        def find(drawn: Positions) -> float:
            whole = parts[drawn, 1].sum()
            return float(parts[drawn, 0].sum() / whole) if whole else float("nan")

        return measure_drawn(system, metric, find, groups, n=int((parts[:, 1] > 0).sum()))

    for place, change in changes.items():
        yield share(f"same claims in sentences, {change}", agree, [place])
    yield share("same claims in sentences, mean of the changes", agree, None)
    for kind in KINDS:
        row = share(f"same claims in sentences of kind {kind}, mean of the changes", _of_kind(kind), None)
        if row.n:
            yield row
    yield share(
        "same claims in sentences, whatever the word for an assertion",
        lambda one, other: agree(reduce_words(one), reduce_words(other)),
        None,
    )
    yield share("claims that the changed copy turns into their opposite", _count_turned, None)
    withheld = [float(np.mean([copy is None for copy in one.copies])) for one in series]
    yield summarise(system, "copies withheld", withheld, groups)
    told = [float(sum(point.said in ASSERTED or point.said == "yes" for point in one.first)) for one in series]
    yield summarise(system, "claims that something is there, an image", told, groups)


def _of_kind(kind: str) -> Callable[[Points, Points], tuple[int, int]]:
    def count(one: Points, other: Points) -> tuple[int, int]:
        return agree(*(frozenset(point for point in points if point.kind == kind) for points in (one, other)))

    return count


def _count_turned(one: Points, other: Points) -> tuple[int, int]:
    return count_turned(one, other), len({point[1:] for point in one})


def _add(
    one: Series, count: Callable[[Points, Points], tuple[int, int]], places: Sequence[int] | None
) -> tuple[int, int]:
    """Add up counts over copies; a withheld copy claims nothing."""
    copies = one.copies if places is None else [one.copies[place] for place in places]
    counts = [count(one.first, copy if copy is not None else frozenset()) for copy in copies]
    return sum(part for part, _ in counts), sum(whole for _, whole in counts)


__all__ = [
    "KINDS",
    "Point",
    "Points",
    "Series",
    "agree",
    "count_turned",
    "find_points",
    "measure_claims",
    "read_series",
    "reduce_words",
    "write_normal",
]
