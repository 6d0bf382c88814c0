"""MIMIC-NLE's files are read in every form they come in, and what is wrong with one is said in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.generation.nle.explanations import DIAGNOSES, Explanation, mark, read_explanations, write_explanations

RECORD = {
    "sentence_ID": "s50414267#3",
    "nle": "Opacity at the left base may reflect atelectasis.",
    "patient_ID": "p10000032",
    "report_ID": "s50414267",
    "diagnosis_label": [1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    "evidence_label": [0, 0, 0, 0, 0, 1, 0, 0, 0, 0],
    "img_labels": [[0, 1, 0], *[[0, 0, 0]] * 9],
}


@pytest.mark.parametrize("form", ["lines", "list", "object", "one"])
def test_every_form(form: str, tmp_path: Path) -> None:
    other = RECORD | {"sentence_ID": 7, "patient_ID": 10000032}
    texts = {
        "lines": f"{json.dumps(RECORD)}\n\n{json.dumps(other)}\n",
        "list": json.dumps([RECORD, other]),
        "object": json.dumps({"a": RECORD, "b": other}),
        "one": json.dumps(RECORD),
    }
    path = tmp_path / "nle.json"
    path.write_text(texts[form], encoding="utf-8")
    read = read_explanations(path)
    assert len(read) == (1 if form == "one" else 2)
    assert read[0].diagnoses == ("Atelectasis",)
    assert read[0].stated == "uncertain atelectasis"
    assert form == "one" or (read[1].sentence_ID, read[1].patient_ID) == ("7", "10000032")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"diagnosis_label": [1, 0]}, "expected 10 labels"),
        ({"diagnosis_label": [2] * 10}, "expected 10 labels"),
        ({"img_labels": [[0, 1]] * 10}, "expected 10 rows"),
        ({"report_ID": None}, "report_ID"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], said: str, tmp_path: Path) -> None:
    path = tmp_path / "nle.json"
    path.write_text(json.dumps([RECORD, RECORD | change]), encoding="utf-8")
    with pytest.raises(InputError, match=f"record 2 .*{said}"):
        read_explanations(path)


@pytest.mark.parametrize(("text", "said"), [("", "no explanation"), ("[3]", "no JSON object"), ("{\n{", "line 1")])
def test_other_files_are_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "nle.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_explanations(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_explanations(tmp_path / "missing.json")


def test_sentences_can_be_left_out(tmp_path: Path) -> None:
    one = Explanation.model_validate(RECORD)
    assert write_explanations([one], tmp_path / "a.jsonl", text=False) == 1
    assert "nle" not in json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8"))
    read = read_explanations(tmp_path / "a.jsonl")[0]
    assert read == one.model_copy(update={"nle": ""})
    assert sum(mark(*DIAGNOSES)) == 10
