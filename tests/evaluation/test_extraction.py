"""The suite ``extraction``: its reader, its baseline, its figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.evaluation.extraction import KeywordExtractor, read_annotated, run_extraction, score_extractor
from thoracite.kg.extract.extractor import RuleExtractor

REPORT = {"uid": "r1", "findings": "Small effusion. No effusion.", "impression": "Opacity may represent scar."}
GOLD = {
    "findings": {
        "entities": [
            {"id": "E1", "text": "Small", "occurrence": 0, "label": "OBS-DP"},
            {"id": "E2", "text": "effusion", "occurrence": 0, "label": "OBS-DP"},
            {"id": "E3", "text": "effusion", "occurrence": 1, "label": "OBS-DA"},
        ],
        "relations": [{"type": "modify", "from": "E1", "to": "E2"}],
    },
    "impression": {
        "entities": [
            {"id": "E1", "text": "Opacity", "occurrence": 0, "label": "OBS-DP"},
            {"id": "E2", "text": "scar", "occurrence": 0, "label": "OBS-U"},
        ],
        "relations": [{"type": "suggestive_of", "from": "E1", "to": "E2"}],
    },
}


def write(folder: Path, reports: object, gold: object) -> Path:
    target = folder / "radgraph_dev"
    target.mkdir()
    (target / "reports.json").write_text(json.dumps(reports))
    (target / "gold.json").write_text(json.dumps(gold))
    return folder


def test_a_perfect_reading_scores_one_and_a_keyword_rule_less(tmp_path: Path) -> None:
    suite = run_extraction(write(tmp_path, [REPORT], {"r1": GOLD}))
    rows = {(row.system, row.metric): row for row in suite.rows}
    assert (suite.suite, suite.n) == ("extraction", 1)
    for metric in ("entity F1 (span and label)", "relation F1", "RadGraph F1 complete", "entity F1 OBS-U"):
        assert rows["rules", metric].value == 1
    assert rows["rules", "entity F1 (span and label)"].n == 5
    assert rows["keywords with no", "entity F1 (span)"].value == 1
    assert rows["keywords with no", "entity F1 (span and label)"].value == pytest.approx(0.8)
    assert rows["keywords with no", "entity F1 OBS-U"].value == 0
    assert rows["keywords with no", "relation F1 suggestive_of"].value == 0


def test_the_second_of_two_equal_words_is_found(tmp_path: Path) -> None:
    cases = read_annotated(write(tmp_path, [REPORT], {"r1": GOLD}) / "radgraph_dev")
    assert [(m.start_ix, m.label) for m in cases[0][2].entities] == [(0, "OBS-DP"), (1, "OBS-DP"), (4, "OBS-DA")]


def test_the_baseline_reads_no_until_the_sentence_ends() -> None:
    annotation = KeywordExtractor().extract("No effusion but nodule. Scar in left lung.")
    assert [(m.tokens, m.label) for m in annotation.entities] == [
        ("effusion", "OBS-DA"),
        ("nodule", "OBS-DA"),
        ("Scar", "OBS-DP"),
        ("left", "ANAT-DP"),
        ("lung", "ANAT-DP"),
    ]
    assert [(a.tokens, n, b.tokens) for a, n, b in annotation.relations()] == [("left", "modify", "lung")]


def test_missing_data_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"reports\.json cannot be read"):
        run_extraction(tmp_path)


@pytest.mark.parametrize(
    "gold", [{}, [], {"r1": {"findings": {}}}, {"r1": {"findings": {"entities": [{}], "relations": []}}}]
)
def test_damaged_gold_is_one_sentence(tmp_path: Path, gold: object) -> None:
    with pytest.raises(InputError, match="does not hold annotated reports") as error:
        run_extraction(write(tmp_path, [REPORT], gold))
    assert "\n" not in str(error.value)


def test_an_entity_that_is_not_there_is_refused(tmp_path: Path) -> None:
    lost = {"entities": [{"id": "E1", "text": "fusion", "occurrence": 0, "label": "OBS-DP"}], "relations": []}
    with pytest.raises(InputError, match="'fusion' of r1 is not at a token"):
        run_extraction(write(tmp_path, [REPORT], {"r1": {"findings": lost, "impression": lost}}))


@pytest.mark.shared
def test_the_rules_beat_the_keywords_on_the_development_set(shared: Path) -> None:
    cases = read_annotated(shared / "data" / "radgraph_dev")
    assert len({uid for uid, _, _ in cases}) == 30
    rules, keywords = (
        {row.metric: row.value for row in score_extractor(system, cases)}
        for system in (RuleExtractor(), KeywordExtractor())
    )
    assert rules["entity F1 (span and label)"] > keywords["entity F1 (span and label)"]
    assert rules["relation F1"] > keywords["relation F1"] + 0.3
