"""Sentences that explain are found, with the labels of both ends; denials and mere lists are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.generation.nle.derive import derive_explanations
from thoracite.generation.nle.explanations import DIAGNOSES, read_explanations
from thoracite.kg.extract.extractor import open_extractor
from thoracite.kg.reports.report import Report
from thoracite.ui.console.training import build_explanations


def derive(text: str, section: str = "findings") -> list[tuple[str, tuple[str, ...], list[str]]]:
    report = Report(id="CXR1", sections={section: text})
    return [
        (one.nle, one.diagnoses, [name for name, on in zip(DIAGNOSES, one.evidence_label, strict=True) if on])
        for one in derive_explanations([report], open_extractor())
    ]


@pytest.mark.parametrize(
    ("sentence", "diagnoses", "evidence"),
    [
        ("Bibasilar opacities may represent atelectasis.", ("Atelectasis",), ["Lung Opacity"]),
        ("Left base opacity suggesting pneumonia.", ("Pneumonia",), ["Lung Opacity"]),
        ("Right effusion suggestive of edema.", ("Edema",), ["Pleural Effusion"]),
    ],
)
def test_explanations(sentence: str, diagnoses: tuple[str, ...], evidence: list[str]) -> None:
    assert derive(f"The heart is normal. {sentence} No pneumothorax.") == [(sentence, diagnoses, evidence)]


@pytest.mark.parametrize(
    "text",
    ["No opacity to suggest pneumonia.", "Atelectasis and a small effusion.", "Pneumonia.", "", "The lungs are clear."],
)
def test_no_explanations(text: str) -> None:
    assert derive(text) == []


def test_places_lead_back_to_the_sentence_and_labels_to_the_report() -> None:
    text = "No effusion is seen. Opacity in the right base may represent pneumonia. Atelectasis."
    report = Report(id="CXR2", patient="p1", sections={"impression": text})
    (one,) = derive_explanations([report], open_extractor())
    assert text[one.begin : one.end] == one.nle
    assert (one.section, one.patient_ID, one.sentence_ID) == ("impression", "p1", "CXR2#1")
    rows = dict(zip(DIAGNOSES, one.img_labels, strict=True))
    assert rows["Pleural Effusion"] == (1, 0, 0)
    assert rows["Pneumonia"] == (0, 1, 0)
    assert rows["Atelectasis"] == (0, 0, 1)
    assert rows["Pneumothorax"] == (0, 0, 0)


def test_the_command_writes_what_is_read_again(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "a.txt").write_text("FINDINGS: Basal opacity may represent atelectasis.", encoding="utf-8")
    said = build_explanations(reports, tmp_path / "nle.jsonl", text=False)
    assert said.startswith("1 explanations from 1 reports")
    assert "Atelectasis 1" in said
    assert read_explanations(tmp_path / "nle.jsonl")[0].nle == ""
