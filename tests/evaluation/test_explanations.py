"""What is released is read by itself, counted against truth, and written as a benchmark's result."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from thoracite.errors import InputError
from thoracite.evaluation.benchmark import write_result
from thoracite.evaluation.explained import Said, Truth, write_baseline
from thoracite.evaluation.explanations import Arm, measure_real
from thoracite.evaluation.nih import read_nih
from thoracite.evaluation.suite import Row, Suite
from thoracite.evaluation.told import read_told
from thoracite.settings import Settings
from thoracite.vision.training.cases import is_locked


@pytest.mark.parametrize(
    ("text", "asserted", "denied"),
    [
        ("A pneumothorax is possible (probability 0.14) [E1].", {"Pneumothorax"}, set()),
        ("There is no sign of edema or cardiomegaly.", set(), {"Edema", "Cardiomegaly"}),
        ("This image does not decide on pneumonia.", set(), set()),
        ("A blunt angle would be a sign of pleural effusion.", set(), set()),
        ("Nothing stands out clearly; consolidation and a lung mass are possible.", {"Consolidation", "Mass"}, set()),
        ("Atelectasis is suspected, carried by signs of emphysema.", {"Atelectasis"}, set()),
    ],
)
def test_sentences_are_read_without_the_verifier(text: str, asserted: set[str], denied: set[str]) -> None:
    told = read_told(text)
    assert (told.asserted, told.denied) == (asserted, denied)


def test_released_claims_are_held_against_both_truths() -> None:
    truth = [Truth("a", frozenset({"Pneumonia"}), opacity=True), Truth("b", frozenset(), normal=True)]
    claim = read_told("Pneumonia is possible.")
    said = {"right": [Said(True, "", claim), Said(False, "", read_told(""))], "wrong": [Said(True, "", read_told("")),
            Said(True, "", claim)]}  # fmt: skip
    found = {(row.system, row.metric): row.value for row in measure_real(Arm("real", truth, said))}
    drawn, borne = (
        "share of opacities that RSNA drew, in released claims",
        "share of released opacity claims that RSNA bears out",
    )
    assert (found["right", drawn], found["right", borne], found["right", "images released"]) == (1, 1, 0.5)
    assert (found["wrong", drawn], found["wrong", borne]) == (0, 0)
    assert found["wrong", "share of Normal films with an opacity claim"] == 1
    assert found["always normal", "share of opacities that RSNA drew, whose explanation denies all three"] == 1
    assert write_baseline("majority").told.asserted >= {"Infiltration", "Effusion"}


def test_chestxray14_is_read_as_nih_gives_it_and_only_locked_adults(tmp_path: Path) -> None:
    locked = next(number for number in range(1000) if is_locked(f"nih:{number}"))
    free = next(number for number in range(1000) if not is_locked(f"nih:{number}"))
    rows = [(locked, "058Y"), (locked, "007Y"), (free, "058Y")]
    lines = ["Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position"]
    for number, (patient, age) in enumerate(rows):
        name = f"{patient:08d}_{number:03d}.png"
        (tmp_path / "images_001").mkdir(exist_ok=True)
        Image.fromarray(np.zeros((8, 8), dtype=np.uint8)).save(tmp_path / "images_001" / name)
        lines.append(f"{name},Effusion|Mass,0,{patient},{age},F,PA")
    with pytest.raises(InputError, match=r"holds no Data_Entry_2017\.csv"):
        read_nih(tmp_path)
    (tmp_path / "Data_Entry_2017.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (case,) = read_nih(tmp_path)
    assert (case.group, case.age, case.sex, case.labels) == (f"nih:{locked}", 58, "F", {"Effusion", "Mass"})


def test_a_result_has_its_card(tmp_path: Path) -> None:
    row = Row(system="template", metric="released, phantom", value=0.5, low=0.4, high=0.6, n=10)
    suite = Suite(suite="benchmark", data="10 phantoms", n=10, rows=(row,))
    write_result(suite, tmp_path / "result", Settings(), ["template"])
    facts = json.loads((tmp_path / "result" / "results.json").read_text())
    assert (facts["protocol"], facts["generators"], facts["rows"][0]["value"]) == (1, ["template"], 0.5)
    card = (tmp_path / "result" / "README.md").read_text()
    assert "| template | released, phantom | 0.500 | 0.400 to 0.600 | 10 |" in card
    assert "Research use only" in card
