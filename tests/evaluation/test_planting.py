"""Errors are planted as decision 9 says, and it is settled who can show them."""

from __future__ import annotations

from random import Random

import pytest

from thoracite.evaluation.planting import KINDS, Planted, plant


def plant_one(kind: str, findings: str, impression: str = "") -> Planted:
    planted = plant(kind, f"FINDINGS: {findings}\nIMPRESSION: {impression}", Random(3))
    assert planted is not None
    return planted


@pytest.mark.parametrize(
    ("kind", "findings", "impression", "changed", "shown_by"),
    [
        ("negation", "No effusion.", "No pleural effusion.", None, "text"),
        ("negation", "There is no effusion or pneumothorax.", "", "There is effusion and pneumothorax.", "image"),
        ("negation", "No pneumothorax.", "", "Pneumothorax.", "image"),
        ("negation", "Pleural effusion is not seen.", "", "Pleural effusion is seen.", "image"),
        ("negation", "The lungs are free of consolidation.", "", "The lungs show consolidation.", "image"),
        ("negation", "Lungs clear without edema.", "", None, "image"),
        ("negation", "Small left effusion.", "", "No left effusion.", "image"),
        ("negation", "The heart is enlarged.", "", "The heart is not enlarged.", "image"),
        ("negation", "Heart size is normal.", "", "Heart size is enlarged.", "image"),
        ("negation", "No acute disease.", "", "Acute disease.", "image"),
        ("negation", "Normal chest.", "", "Abnormal chest.", "image"),
        ("negation", "No edema.", "Possible edema.", None, "undecided"),
        ("side", "Left effusion.", "", "Right effusion.", "image"),
        ("side", "Left effusion.", "Left effusion.", "Right effusion.", "text"),
        ("side", "Left effusion. Left pleural effusion.", "", None, "undecided"),  # may be two, in one section
        ("side", "Left effusion.", "Left and right effusion.", None, "undecided"),
        ("side", "Right middle lobe atelectasis.", "", "Left middle lobe atelectasis.", "text"),
        ("severity", "Mild cardiomegaly.", "", "Severe cardiomegaly.", "image"),
        ("severity", "Mild cardiomegaly.", "Mild cardiomegaly.", "Severe cardiomegaly.", "text"),
        ("severity", "Heart is mildly enlarged.", "", "Heart is severely enlarged.", "image"),
        ("severity", "Small left effusion.", "Small right effusion.", None, "undecided"),
        ("unit", "Nodule of 7 mm.", "", "Nodule of 7 cm.", "text"),
        ("unit", "Mass of 2 cm.", "", "Mass of 2 mm.", "image"),
        ("unit", "Mass of 0.8 cm.", "", "Mass of 0.8 mm.", "text"),
        ("unit", "Mass of 2.2 cm.", "Mass measuring 2.2 cm.", None, "text"),
        ("unit", "Nodular opacity of 7 mm.", "", "Nodular opacity of 7 cm.", "undecided"),
    ],
)
def test_change_and_who_shows_it(kind: str, findings: str, impression: str, changed: str | None, shown_by: str) -> None:
    planted = plant_one(kind, findings, impression)
    assert planted.shown_by == shown_by
    assert changed in {None, planted.changed}
    assert planted.changed in planted.text


@pytest.mark.parametrize("kind", ["swapped finding", "invented finding"])
def test_a_new_finding_is_shown_where_it_is_denied(kind: str) -> None:
    denied = "No pneumothorax, effusion, consolidation, pneumonia, edema, nodules, masses, hernia or fracture."
    for text, shown_by in (
        (f"FINDINGS: Clear. Right atelectasis. Heart size is normal. {denied}", "text"),
        ("FINDINGS: Mild cardiomegaly. The aorta is tortuous.", "image"),
    ):
        planted = [plant(kind, text, Random(seed)) for seed in range(20)]
        assert {one.shown_by for one in planted if one} == {shown_by}


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_that_cannot_carry_it_is_left_alone(kind: str) -> None:
    assert plant(kind, "IMPRESSION: The trachea is midline.", Random(0)) is None


@pytest.mark.parametrize("kind", KINDS)
def test_one_place_is_changed_and_the_seed_decides(kind: str) -> None:
    text = "FINDINGS: Small left effusion. Nodule of 7 mm in the right lung. No edema.\nIMPRESSION: No pneumothorax."
    first, again = plant(kind, text, Random(5)), plant(kind, text, Random(5))
    assert first is not None
    assert first == again
    assert first.text != text
    kept = [sentence for sentence in text.split(". ") if sentence in first.text]
    assert len(kept) >= len(text.split(". ")) - 2
