"""Abbreviations with two meanings."""

from __future__ import annotations

import pytest

from thoracite.kg.linking.abbreviations import expand_abbreviation


@pytest.mark.parametrize(
    ("sentence", "meaning"),
    [
        ("No PE on CT angiogram .", "pulmonary embolism"),
        ("Massive PE .", "pulmonary embolism"),
        ("PE cannot be excluded .", "pulmonary embolism"),
        ("Bilateral PE , larger on the left .", "pleural effusion"),
        ("No PTX or PE .", "pleural effusion"),
        ("PE drained by thoracentesis .", "pleural effusion"),
    ],
)
def test_pe(sentence: str, meaning: str) -> None:
    assert expand_abbreviation("pe", sentence.lower().split()) == meaning
