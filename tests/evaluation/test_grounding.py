"""The suite counts what it says it counts, and its verifier beats the baseline."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.readings import FINDINGS, FixedEncoder, write_grey
from thoracite import Explainer
from thoracite.errors import InputError
from thoracite.evaluation.grounding import choose_images, measure_refusals, run_grounding
from thoracite.settings import Settings
from thoracite.vision.encoder import Reading


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder of two sources, three images and one, that are no one's chest."""
    folder = tmp_path / "cxr"
    (folder / "images").mkdir(parents=True)
    rows = [("one", "images/a.png"), ("one", "images/b.png"), ("one", "images/c.png"), ("two", "images/d.png")]
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("source", "file"), *rows])
    for _, name in rows:
        write_grey(folder / name)
    return tmp_path


def test_images_are_drawn_from_all_sources_in_turn(data: Path) -> None:
    drawn = choose_images(data / "cxr", 3, seed=1)
    assert drawn == choose_images(data / "cxr", 3, seed=1)
    assert len(set(drawn)) == 3
    assert drawn[1].name == "d.png"
    assert len(choose_images(data / "cxr", 99, seed=0)) == 4
    with pytest.raises(InputError, match="--data expects"):
        choose_images(data, 3, seed=0)


def test_the_whole_suite(data: Path, graph_folder: Path) -> None:
    encoder = FixedEncoder(Reading(findings=FINDINGS))
    with Explainer(Settings(graph=graph_folder), encoder=encoder) as explainer:
        suite = run_grounding(data, explainer=explainer)
    assert (suite.suite, suite.n) == ("grounding", 4)
    figures = {(row.system, row.metric): row for row in suite.rows}
    for metric in (
        "images released",
        "sentences whose citations resolve",
        "triple citations found by their query",
        "positive explanations with a reason",
        "sentences kept",
    ):
        row = figures["thoracite", metric]
        assert (row.value, row.low, row.high) == (1.0, 1.0, 1.0), metric
        assert row.n
    refused = "spoilt sentences refused"
    assert figures["thoracite", refused].value > figures["citations resolve", refused].value
    assert figures["thoracite", refused].n == figures["citations resolve", refused].n
    spoilt = [row for (system, metric), row in figures.items() if system == "thoracite" and f"{refused}: " in metric]
    assert len(spoilt) == 9
    assert sum(row.n or 0 for row in spoilt) == figures["thoracite", refused].n


def test_refusals_follow_the_judge(data: Path, graph_folder: Path) -> None:
    encoder = FixedEncoder(Reading(findings=FINDINGS))
    with Explainer(Settings(graph=graph_folder), encoder=encoder) as explainer:
        released = [explainer.explain(data / "cxr" / "images" / "a.png")]
    kept, *spoilt = measure_refusals(released, lambda claim, evidence: True, "credulous")
    assert (kept.value, {row.value for row in spoilt if row.n}) == (1.0, {0.0})
    kept, *spoilt = measure_refusals(released, lambda claim, evidence: False, "mistrustful")
    assert (kept.value, {row.value for row in spoilt if row.n}) == (0.0, {1.0})
