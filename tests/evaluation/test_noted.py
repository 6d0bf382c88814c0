"""Of a note is left what it says of the radiograph, without the diagnosis; what is said is masked alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.evaluation.explained import Said
from thoracite.evaluation.explanations import Arm, measure_noted
from thoracite.evaluation.noted import Noted, find_truth, mask_note, mask_said, mask_words, read_noted
from thoracite.evaluation.told import read_told
from thoracite.vision.training.cases import read_manifests


@pytest.mark.parametrize(
    ("note", "left"),
    [
        ("Fever and cough. Chest X-ray: bilateral opacities.", "Chest X-ray: bilateral opacities."),
        ("CT shows consolidation. History of heart failure.", ""),
        ("Right lower lobe consolidation in keeping with pneumonia", "Right lower lobe consolidation in keeping with "
         "disease."),
        ("Imaging Notes: No pleural effusion. Discussion: PCR positive COVID-19.", "No pleural effusion."),
    ],
)  # fmt: skip
def test_what_a_note_says_of_the_image_is_left(note: str, left: str) -> None:
    assert mask_note(note) == left


def test_the_diagnosis_is_masked_on_both_sides() -> None:
    said = mask_said(Said(True, "Pneumonia is possible.", read_told("Pneumonia and consolidation are possible.")))
    assert said.text == "disease is possible."
    assert said.told.asserted == {"Consolidation"}
    assert mask_words("SARS-CoV-2 pneumonia") == "disease"
    truth = find_truth(Noted(Path("a.png"), "a", "PA", "Consolidation and possible pneumonia; no effusion."))
    assert truth.labels == {"Consolidation"}
    assert truth.opacity
    assert not truth.normal
    assert find_truth(Noted(Path("b.png"), "b", "PA", "Clear lungs. No effusion.")).normal


def test_claims_are_held_against_what_notes_state() -> None:
    noted = [
        Noted(Path(name), name, "PA", text) for name, text in (("a", "Left consolidation."), ("b", "Clear lungs."))
    ]
    text = "Consolidation is possible."
    said = [mask_said(Said(True, text, read_told(text))) for _ in noted]
    rows = {
        (row.system, row.metric): row.value
        for row in measure_noted(Arm("notes", [find_truth(one) for one in noted], {"one": said}))
    }
    assert rows["one", "share of opacities that notes state, in released claims"] == 1
    assert rows["one", "share of released opacity claims that notes bear out"] == 0.5
    assert rows["one", "share of films that notes call normal with an opacity claim"] == 1
    assert rows["always normal", "share of opacities that notes state, whose explanation denies both"] == 1
    assert rows["one", "F1 against the notes' findings, notes"] == pytest.approx(2 / 3)


def test_real_notes_are_of_adults_and_of_one_image(shared: Path) -> None:
    noted = read_noted(shared / "data" / "cxr")
    assert len(noted) > 150
    assert not any("COVID" in one.text or "neumonia" in one.text for one in noted)
    rows = {Path(row["file"]).name: row for row in read_manifests(shared / "data" / "cxr")}
    assert all(rows[one.path.name]["view"] in {"PA", "AP", "AP Supine", "AP erect"} for one in noted)
    assert len({rows[one.path.name]["report_text"] for one in noted}) == len(noted)
