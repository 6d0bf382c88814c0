"""RadGraph F1 and agreement by place."""

from __future__ import annotations

import pytest

from thoracite.evaluation.radgraph_f1 import (
    Agreement,
    Level,
    count_agreement,
    find_entities,
    find_relations,
    radgraph_f1,
    score_f1,
)
from thoracite.kg.extract.extractor import RuleExtractor
from thoracite.kg.radgraph import Annotation


def read(text: str) -> Annotation:
    return RuleExtractor().extract(text)


LEVELS: list[Level] = ["simple", "partial", "complete"]


@pytest.mark.parametrize("level", LEVELS)
def test_the_same_report_scores_one_and_an_empty_one_zero(level: Level) -> None:
    report = read("Small left effusion. Opacity may represent pneumonia. Heart size is normal.")
    assert radgraph_f1(report, report, level=level) == 1
    assert radgraph_f1(report, read(""), level=level) == 0
    assert radgraph_f1(read(""), read(""), level=level) == 0


def test_levels_by_hand() -> None:
    first, second = read("Small effusion in the left base."), read("Small mass. Effusion in the left base.")
    # first:  small>effusion effusion@base left>base; second: small>mass effusion@base left>base, one entity more
    assert radgraph_f1(first, second, level="simple") == pytest.approx(2 * 4 / (4 + 5))
    assert radgraph_f1(first, second, level="partial") == pytest.approx(2 * 4 / (4 + 5))
    assert radgraph_f1(first, second, level="complete") == pytest.approx(2 * 3 / (4 + 5))


def test_words_count_and_places_and_capitals_do_not() -> None:
    assert radgraph_f1(read("Heart normal. Effusion."), read("EFFUSION. The heart is NORMAL."), level="complete") == 1


@pytest.mark.parametrize("level", LEVELS)
def test_dropping_no_is_seen(level: Level) -> None:
    assert radgraph_f1(read("Pleural effusion."), read("No pleural effusion."), level=level) <= 0.5


def test_items_by_place() -> None:
    annotation = read("No effusion. Left effusion.")
    assert find_entities(annotation) == {(1, 1, "OBS-DA"), (3, 3, "OBS-DP"), (4, 4, "OBS-DP")}
    assert find_entities(annotation, label="OBS-DA") == {(1, 1, "OBS-DA")}
    assert find_entities(annotation, labelled=False) == {(1, 1, ""), (3, 3, ""), (4, 4, "")}
    assert find_relations(annotation) == {(3, 3, "modify", 4, 4)}
    assert find_relations(annotation, name="located_at") == set()


def test_f1_is_over_all_reports_and_its_interval_holds_it() -> None:
    agreements = [count_agreement({1, 2}, {2, 3}), Agreement(4, 4, 4), Agreement(0, 3, 1), Agreement(0, 0, 0)]
    value, low, high = score_f1(agreements)
    assert value == pytest.approx(2 * 5 / (9 + 7))
    assert low < value < high


def test_nothing_to_find_is_zero() -> None:
    assert score_f1([Agreement(0, 0, 0)]) == (0, 0, 0)
