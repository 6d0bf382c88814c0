"""Suite ``sentences``: what explanations of unseen patients say, counted by kind.

Images of locked patients are explained, one a patient as far as there are enough. Counted are sentences for each
image, the share of observations, reasons and expected absences that cite a sign, background for each finding,
sentences that name a cause or a diagnosis which the graph knows and the image does not show, and whether images with
the same foremost finding are told apart: two images differ if their sentences about signs do, numbers left aside.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.suite import Row, Suite
from thoracite.generation.citations import strip_citations
from thoracite.kg.ties import find_family
from thoracite.kg.vocabulary import ARGUES_AGAINST, HAS_SIGN, SUGGESTS
from thoracite.pipeline import Explainer
from thoracite.types import Claim, Explanation
from thoracite.types.verdict import ASSERTED, OUTSTANDING, find_rank
from thoracite.vision.training.cases import read_labelled

IMAGES = 200
"""Images that are explained."""

TOLD = frozenset({"observation", "reason", "expected"})
"""Kinds of sentences that speak of a sign."""

_SYSTEM = "thoracite"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def run_sentences(data: Path, *, images: int = IMAGES, seed: int = 5, explainer: Explainer | None = None) -> Suite:
    """Count the sentences of explanations.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr``.
    images : int
        Number of images.
    seed : int
        Seed of the choice.
    explainer : Explainer or None
        One from the settings unless given.

    Raises
    ------
    InputError
        If the data are not there.
    """
    cases = draw_cases([case for case in read_labelled(data / "cxr") if case.locked], images, seed=seed)
    explainer = explainer or Explainer()
    explained = list(explainer.explain_many([case.path for case in cases]))
    told = [one for one in explained if isinstance(one, Explanation) and not one.abstained]
    patients = len({case.group for case in cases})
    return Suite(
        suite="sentences",
        data=f"{len(cases)} images of {patients} locked patients; {len(cases) - len(told)} withheld",
        n=len(told),
        rows=tuple(count_sentences(told)),
    )


class Grouped(Protocol):
    """Anything of a patient."""

    @property
    def group(self) -> str:
        """The patient."""


_One = TypeVar("_One", bound=Grouped)


def draw_cases(cases: Sequence[_One], number: int, *, seed: int) -> list[_One]:
    """Draw cases, each patient once before any patient twice."""
    drawn = list(cases)
    random.Random(seed).shuffle(drawn)  # noqa: S311 - a sample, not a secret
    seen: Counter[str] = Counter()
    turns = []
    for case in drawn:
        turns.append(seen[case.group])
        seen[case.group] += 1
    order = sorted(range(len(drawn)), key=lambda place: turns[place])
    return [drawn[place] for place in order[:number]]


def count_sentences(told: Sequence[Explanation]) -> list[Row]:
    """Count what explanations say.

    Parameters
    ----------
    told : sequence of Explanation
        None of them withheld.
    """
    quiet = [one for one in told if not any(finding.verdict in OUTSTANDING for finding in one.findings)]
    signs = [cites_sign(claim, one) for one in told for claim in one.claims if claim.kind in TOLD]
    background = [number > 1 for one in told for number in _count_background(one)]
    rows = [
        _median("sentences an image", told),
        _median("sentences where nothing stands out", quiet),
        _mean("sentences about signs that cite a sign of the image", signs),
        _mean("images with a sentence about a sign", [any(claim.kind in TOLD for claim in one.claims) for one in told]),
        _mean("findings with more than one sentence of background", background),
        _mean(
            "sentences that name what only the graph knows", [names_unseen(c, one) for one in told for c in one.claims]
        ),
        _mean("pairs with the same foremost finding that differ", list(compare_pairs(told))),
    ]
    kinds = Counter(claim.kind for one in told for claim in one.claims)
    return rows + [
        Row(system=_SYSTEM, metric=f"sentences of kind {kind}", value=number, n=len(told))
        for kind, number in sorted(kinds.items())
    ]


def cites_sign(claim: Claim, explanation: Explanation) -> bool:
    """Tell whether a claim cites a sign of its image."""
    signs = {piece.key for piece in explanation.evidence if piece.kind == "sign"}
    return not signs.isdisjoint(claim.citations)


def names_unseen(claim: Claim, explanation: Explanation) -> bool:
    """Tell whether a claim names a cause or a diagnosis, from a triple, that its image does not show.

    What a sign speaks for or against is the finding that the claim is about, or a kind of it, or what it is a kind of.
    """
    shown = {finding.entity.id for finding in explanation.findings if finding.verdict in ASSERTED}
    for piece in explanation.evidence:
        if piece.key in claim.citations and piece.triple is not None:
            subject, object_ = piece.triple.subject.id, piece.triple.object.id
            spoken = {HAS_SIGN: {subject}, SUGGESTS: {object_}, ARGUES_AGAINST: {object_}}
            ends = spoken.get(piece.triple.relation.id, {subject, object_})
            if ends - shown - find_family(piece.about.id):
                return True
    return False


def compare_pairs(told: Iterable[Explanation]) -> Iterable[bool]:
    """Compare images with the same foremost finding: whether their sentences about signs differ."""
    alike: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for one in told:
        asserted = sorted((f for f in one.findings if f.verdict in ASSERTED), key=find_rank)
        if asserted:
            words = tuple(_NUMBER.sub("#", strip_citations(c.sentence)) for c in one.claims if c.kind in TOLD)
            alike[asserted[0].entity.id].append(words)
    for same in alike.values():
        for place, words in enumerate(same):
            yield from (words != other for other in same[:place])


def _count_background(one: Explanation) -> Iterable[int]:
    about = {piece.key: piece.about.id for piece in one.evidence}
    return Counter(about[c.citations[0]] for c in one.claims if c.kind == "background").values()


def _mean(metric: str, held: Sequence[bool]) -> Row:
    return _row(metric, held, lambda values: float(np.mean(values)))


def _median(metric: str, told: Sequence[Explanation]) -> Row:
    return _row(metric, [len(one.claims) for one in told], lambda values: float(np.median(values)))


def _row(metric: str, values: Sequence[float], find: Callable[[np.ndarray], float]) -> Row:
    drawn = np.array(values, dtype=np.float64)
    if not drawn.size:
        return Row(system=_SYSTEM, metric=metric, value=float("nan"), n=0)
    low, high = bootstrap_interval(lambda rows: find(drawn[rows]), len(drawn))
    return Row(system=_SYSTEM, metric=metric, value=find(drawn), low=low, high=high, n=len(drawn))


__all__ = [
    "IMAGES",
    "TOLD",
    "Grouped",
    "cites_sign",
    "compare_pairs",
    "count_sentences",
    "draw_cases",
    "names_unseen",
    "run_sentences",
]
