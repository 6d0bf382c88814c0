"""The extractor as others use it: sections, positions, masks, the real package by name, processes."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thoracite.errors import ModelError, UsageError
from thoracite.evaluation.extraction import read_annotated, score_extractor
from thoracite.kg.extract.extractor import Extractor, RuleExtractor, open_extractor
from thoracite.kg.radgraph import Annotation

REPORT = (
    "INDICATION: Rule out pneumonia.\nCOMPARISON: Chest radiograph with left effusion.\n"
    "FINDINGS: The heart is enlarged. No pleural effusion, pneumothorax or focal consolidation.\n"
    "IMPRESSION: 1. Cardiomegaly. 2. Retrocardiac opacity may represent atelectasis."
)


def said(text: str) -> list[tuple[str, str]]:
    return [(m.tokens, m.label) for m in RuleExtractor().extract(text).entities if not m.is_anatomy]


def test_only_findings_and_impression_are_read() -> None:
    assert said(REPORT) == [
        ("enlarged", "OBS-DP"),
        ("effusion", "OBS-DA"),
        ("pneumothorax", "OBS-DA"),
        ("focal", "OBS-DA"),
        ("consolidation", "OBS-DA"),
        ("Cardiomegaly", "OBS-DP"),
        ("opacity", "OBS-DP"),
        ("atelectasis", "OBS-U"),
    ]


def test_positions_are_those_of_the_split_text() -> None:
    annotation = RuleExtractor().extract(REPORT, report_id="r")
    words = annotation.text.split()
    assert annotation.report_id == "r"
    assert "".join(words) == "".join(REPORT.split())
    assert annotation.entities
    for mention in annotation.entities:
        assert " ".join(words[mention.start_ix : mention.end_ix + 1]) == mention.tokens
    assert Annotation.model_validate(annotation.model_dump()) == annotation


@pytest.mark.parametrize("word", ["XXXX", "___", "[NAME]", "[DATE]"])
def test_a_removed_word_is_never_an_entity(word: str) -> None:
    annotation = RuleExtractor().extract(f"{word} {word} opacity in the {word} lung. No {word}. {word} is normal.")
    assert [m.tokens for m in annotation.entities] == ["opacity", "lung", "normal"]


@pytest.mark.parametrize("text", ["", " ", "XXXX", "...", "\x00\ufffd", "INDICATION: Pneumonia.", "Ärger überall 肺炎"])
def test_nothing_to_say_is_no_error(text: str) -> None:
    assert RuleExtractor().extract(text).entities == ()


WORDS = (
    "no without may represent is are the left right of in lung effusion heart clear small , . ; : and or versus than "
    "greater size change XXXX likely cannot be excluded recommended with tip catheter areas not includes both"
)


@given(st.lists(st.sampled_from(WORDS.split(" ")), max_size=40).map(" ".join))
def test_any_order_of_words_gives_a_valid_annotation(text: str) -> None:
    annotation = RuleExtractor().extract(text)
    Annotation.model_validate(annotation.model_dump())
    for mention, name, target in annotation.relations():
        if name == "modify":
            assert mention.is_anatomy == target.is_anatomy, text
        else:
            assert not mention.is_anatomy, text
            assert target.is_anatomy == (name == "located_at"), text


def test_the_certainty_of_a_finding_does_not_leak_into_the_next_sentence() -> None:
    assert said("No effusion. Nodule. Possible mass. Scar.") == [
        ("effusion", "OBS-DA"),
        ("Nodule", "OBS-DP"),
        ("mass", "OBS-U"),
        ("Scar", "OBS-DP"),
    ]


def test_dropping_no_turns_absence_into_presence() -> None:
    assert said("No pleural effusion.") != said("Pleural effusion.")


@pytest.mark.usefixtures("own_time")
def test_a_line_of_ten_megabytes_takes_no_longer_than_its_length() -> None:
    part = "small nodule and large mass, "
    start = time.process_time()
    RuleExtractor().extract(part * 2_000)
    short = time.process_time() - start
    start = time.process_time()
    RuleExtractor().extract(part * 20_000)
    assert time.process_time() - start < 25 * short + 1


def test_both_extractors_keep_the_contract() -> None:
    extractor: Extractor = open_extractor("rules")
    assert isinstance(extractor, Extractor)
    assert (extractor.name, extractor.version) == ("rules", RuleExtractor.version)


def test_the_real_package_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "radgraph", None)
    with pytest.raises(ModelError, match="pip install radgraph"):
        open_extractor("radgraph")


def test_the_real_package_is_given_findings_and_impression(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []

    class RadGraph:
        """Answers as the package does (its weights cannot be had without a network)."""

        def __init__(self, *, model_type: str) -> None:
            assert model_type == "radgraph-xl"

        def __call__(self, reports: list[str]) -> dict[str, object]:
            given.extend(reports)
            words = reports[0].split()
            entity = {
                "tokens": words[0],
                "label": "Observation::uncertain",
                "start_ix": 0,
                "end_ix": 0,
                "relations": [],
            }
            return {"0": {"text": " ".join(words), "entities": {"1": entity}, "data_source": None}}

    monkeypatch.setitem(sys.modules, "radgraph", SimpleNamespace(RadGraph=RadGraph))
    extractor = open_extractor("radgraph")
    annotation = extractor.extract("INDICATION: Pneumonia. FINDINGS: Nodule. IMPRESSION: Scar.", report_id="a")
    assert given == ["Nodule. Scar."]
    assert (annotation.report_id, annotation.entities[0].label, extractor.version) == ("a", "OBS-U", "radgraph-xl")
    assert extractor.extract("INDICATION: Pneumonia.").entities == ()


def test_an_unknown_extractor_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no extractor 'bert'"):
        open_extractor("bert")


@pytest.mark.usefixtures("own_time")
def test_three_hundred_reports_a_second_on_one_core() -> None:
    extractor = RuleExtractor()
    extractor.extract(REPORT)
    start = time.process_time()
    for number in range(300):  # every sentence is a new one
        extractor.extract(REPORT.replace(".", f" in rib {number}."))
    assert time.process_time() - start < 1


@pytest.mark.shared
def test_the_development_set(shared: Path) -> None:
    rows = {r.metric: r for r in score_extractor(RuleExtractor(), read_annotated(shared / "data" / "radgraph_dev"))}
    assert rows["entity F1 (span and label)"].value >= 0.90
    assert rows["relation F1"].value >= 0.82
    for label in ("ANAT-DP", "OBS-DP", "OBS-U", "OBS-DA"):
        assert rows[f"entity F1 {label}"].value >= 0.80
