"""The stated mix: labelled images count so much that findings stand in its shares."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.signs.listed import VIEWS
from thoracite.vision.prevalence import read_prevalence
from thoracite.vision.training.cases import Case
from thoracite.vision.training.mix import find_prior_odds, number_views, weigh_cases

EFFUSION = FINDINGS.index("Effusion")


def make_cases(number: int) -> list[Case]:
    """Cases of both views; half have an effusion, some nothing, some a mass."""
    labels = ("Effusion", "No Finding", "Effusion", "Mass")
    return [
        Case(Path(f"{n}.png"), "nih", "a", f"p{n}", VIEWS[n // 4 % 2], frozenset({labels[n % 4]}), "", ())
        for n in range(number)
    ]


def test_weights_restore_the_shares_of_the_mix() -> None:
    prevalence, cases = read_prevalence(), make_cases(900)
    weights, views = weigh_cases(cases, EFFUSION, prevalence), number_views(cases)
    for number, view in enumerate(VIEWS):
        for label in ("Effusion", "No Finding"):
            inside = views == number
            which = inside & np.array([label in case.labels for case in cases])
            share = weights[which].sum() / weights[inside].sum()
            assert share == pytest.approx(prevalence.find_share(label, view), abs=1e-6)
    assert weights.mean() == pytest.approx(1)


def test_other_views_have_no_number() -> None:
    cases = [make_cases(1)[0]._replace(view=view) for view in ("PA", "AP", "lateral", "")]
    assert number_views(cases).tolist() == [0, 1, -1, -1]


def test_prior_odds_are_those_of_the_view() -> None:
    prevalence = read_prevalence()
    odds = find_prior_odds(EFFUSION, prevalence)
    assert (1 / (1 + np.exp(-odds))).tolist() == pytest.approx(
        [prevalence.find_share("Effusion", view) for view in VIEWS]
    )
