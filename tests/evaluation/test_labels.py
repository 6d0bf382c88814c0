"""The suite ``labels``: Open-i's reports against NegBio's labels."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.evaluation.labels import LABELS, Judgement, find_causes, read_labelled, run_labels
from thoracite.kg.extract import RuleExtractor
from thoracite.kg.reports_archive import parse_openi, read_members
from thoracite.types import Certainty


def judgement(*, gold: bool, found: Certainty | None, mentioned: bool = True, hedged: bool = False) -> Judgement:
    return Judgement("r", "Mass", gold, found, keyword=True, mentioned=mentioned, hedged=hedged)


@pytest.mark.parametrize(
    ("judged", "cause"),
    [
        (judgement(gold=True, found=Certainty.PRESENT), None),
        (judgement(gold=False, found=None), None),
        (judgement(gold=False, found=Certainty.UNCERTAIN), None),
        (judgement(gold=True, found=Certainty.UNCERTAIN), "reference 1: read as uncertain"),
        (judgement(gold=True, found=Certainty.ABSENT), "reference 1: read as absent"),
        (judgement(gold=True, found=None), "reference 1: no mention found"),
        (judgement(gold=True, found=None, mentioned=False), "reference 1: the word is not in the text"),
        (judgement(gold=False, found=Certainty.PRESENT), "reference 0: read as present"),
        (judgement(gold=False, found=Certainty.PRESENT, hedged=True), "reference 0: hedged sentence, read as present"),
    ],
)
def test_every_disagreement_has_a_cause(judged: Judgement, cause: str | None) -> None:
    assert judged.cause == cause
    assert sum(find_causes([judged]).values()) == (cause is not None)


def test_missing_data_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"openi_gld_std14\.csv cannot be read"):
        read_labelled(tmp_path)


@pytest.mark.shared
def test_the_figures_of_the_issue(shared: Path) -> None:
    suite = run_labels(shared / "data")
    rows = {(row.system, row.metric): row.value for row in suite.rows}
    assert suite.n == 2864
    assert rows["rules", "reports a second, one core"] >= 300
    assert rows["rules", "F1, not hedged"] >= 0.95
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
