"""The suite ``labels``: Open-i's reports against NegBio's labels."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

import pytest

from thoracite.errors import InputError, UsageError
from thoracite.evaluation.labels import (
    LABELS,
    Doubt,
    Judgement,
    LabelledReport,
    Manner,
    find_causes,
    judge_reports,
    read_labelled,
    run_labels,
    write_disagreements,
)
from thoracite.kg.extract.extractor import RuleExtractor
from thoracite.kg.reports.archive import parse_openi, read_members
from thoracite.types import Certainty


def judgement(
    *, gold: bool, found: Certainty | None, manner: Manner = "plain", doubt: Doubt | None = None
) -> Judgement:
    return Judgement("r", "Mass", gold, found, keyword=True, manner=manner, doubt=doubt)


@pytest.mark.parametrize(
    ("judged", "cause"),
    [
        (judgement(gold=True, found=Certainty.PRESENT), None),
        (judgement(gold=False, found=None), None),
        (judgement(gold=False, found=Certainty.UNCERTAIN), None),
        (judgement(gold=True, found=Certainty.UNCERTAIN), "reference 1: read as uncertain, by the extractor alone"),
        (
            judgement(gold=True, found=Certainty.UNCERTAIN, manner="hedged", doubt="alternatives"),
            "reference 1: read as uncertain, alternatives",
        ),
        (judgement(gold=True, found=Certainty.ABSENT), "reference 1: read as absent"),
        (judgement(gold=True, found=None), "reference 1: no mention found"),
        (judgement(gold=True, found=None, manner="not mentioned"), "reference 1: the word is not in the text"),
        (judgement(gold=False, found=Certainty.PRESENT), "reference 0: read as present"),
        (
            judgement(gold=False, found=Certainty.PRESENT, manner="hedged"),
            "reference 0: hedged sentence, read as present",
        ),
    ],
)
def test_every_disagreement_has_a_cause(judged: Judgement, cause: str | None) -> None:
    assert judged.cause == cause
    assert sum(find_causes([judged]).values()) == (cause is not None)


@pytest.mark.parametrize(
    ("text", "manner", "doubt"),
    [
        ("There is a mass.", "plain", None),
        ("No mass.", "negated", None),
        ("No mass or nodule.", "negated", None),
        ("No mass. There is a mass.", "plain", None),
        ("Possible mass. No mass.", "hedged", "hedging word"),
        ("Mass versus scar.", "hedged", "alternatives"),
        ("Scar or mass.", "hedged", "alternatives"),
        ("XXXX mass.", "hedged", "removed word"),
        ("Clear.", "not mentioned", None),
    ],
)
def test_plain_negated_and_hedged_mentions_are_apart(text: str, manner: Manner, doubt: Doubt | None) -> None:
    report = LabelledReport("r", text, dict.fromkeys(LABELS, "0"))
    (judged,) = [judged for judged in judge_reports([report]) if judged.label == "Mass"]
    assert (judged.manner, judged.doubt) == (manner, doubt)


def test_disagreements_are_listed(tmp_path: Path) -> None:
    judged = [judgement(gold=True, found=None), judgement(gold=True, found=Certainty.PRESENT)]
    assert write_disagreements(tmp_path / "list.csv", judged) == 1
    assert (tmp_path / "list.csv").read_text().splitlines()[1:] == ["reference 1: no mention found,Mass,r,plain"]
    with pytest.raises(UsageError, match="cannot be written"):
        write_disagreements(tmp_path / "none" / "list.csv", judged)


def test_missing_data_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"openi_gld_std14\.csv cannot be read"):
        read_labelled(tmp_path)


@pytest.mark.shared
def test_the_figures_of_the_issue(shared: Path) -> None:
    suite = run_labels(shared / "data")
    rows = {(row.system, row.metric): row.value for row in suite.rows}
    assert suite.n == 2864
    assert rows["rules", "F1, not hedged"] >= 0.95
    assert rows["rules", "F1, plain"] > rows["keywords with no", "F1, plain"]
    assert rows["rules", "share that agrees, negated"] > rows["keywords with no", "share that agrees, negated"]
    assert rows["rules", "F1, uncertain counted as absent"] >= 0.88
    assert rows["keywords with no", "F1"] < rows["rules", "F1, uncertain counted as absent"] - 0.05
    assert {metric for _, metric in rows} >= {f"F1 {label}" for label in LABELS}


@pytest.mark.shared
def test_the_mesh_codes_are_not_read(shared: Path) -> None:
    extractor = RuleExtractor()
    deleted = 0
    for name, data in islice(read_members(shared / "data" / "openi" / "NLMCXR_reports.tgz"), 100):
        bare = re.sub(rb"<MeSH>.*?</MeSH>", b"", data, flags=re.DOTALL)
        deleted += bare != data
        whole, without = parse_openi(data, name), parse_openi(bare, name)
        assert extractor.extract(whole.text) == extractor.extract(without.text)
    assert deleted == 100
