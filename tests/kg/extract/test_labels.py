"""Image-level labels from text."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from thoracite.kg.extract import labels as module
from thoracite.kg.extract.extractor import RuleExtractor
from thoracite.kg.extract.labels import find_labels, find_mentions, load_rules
from thoracite.kg.vocabulary import NIH14
from thoracite.types import Certainty


def labels(text: str) -> dict[str, str]:
    found = find_labels(RuleExtractor().extract(text))
    return {label: certainty.radgraph for label, certainty in found.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "No effusion, pneumothorax or consolidation.",
            {"Effusion": "DA", "Pneumothorax": "DA", "Consolidation": "DA"},
        ),
        ("Small effusion. No effusion on the right.", {"Effusion": "DP"}),
        ("Possible effusion. No large effusion.", {"Effusion": "U"}),
        ("Pericardial effusion.", {}),
        ("The heart is enlarged.", {"Cardiomegaly": "DP"}),
        ("Enlarged cardiac silhouette.", {"Cardiomegaly": "U"}),
        ("The cardiac silhouette is not enlarged.", {"Cardiomegaly": "DA"}),
        ("The heart is not enlarged.", {"Cardiomegaly": "DA"}),
        ("Enlarged lymph nodes.", {}),
        ("Vertebral collapse.", {}),
        ("Collapse of the left lower lobe.", {"Atelectasis": "DP"}),
        ("Subcutaneous emphysema.", {}),
        ("Emphysematous changes.", {"Emphysema": "DP"}),
        ("Apical pleural thickening.", {"Pleural_Thickening": "DP"}),
        ("Bronchial wall thickening.", {}),
        ("Hiatal hernia.", {"Hernia": "DP"}),
        ("Opacity may represent infiltrate or mass.", {"Infiltration": "U", "Mass": "U"}),
        ("Scarring/atelectasis at the bases.", {"Atelectasis": "DP"}),
        ("Clear lungs.", {}),
    ],
)
def test_labels(text: str, expected: dict[str, str]) -> None:
    assert labels(text) == expected


def test_every_label_has_a_rule_and_every_rule_a_label() -> None:
    assert {rule.label for rule in load_rules()} == set(NIH14)
    path = Path(module.__file__).with_name("labels.csv")
    with path.open(encoding="utf-8", newline="") as file:
        assert all(None not in row and None not in row.values() for row in csv.DictReader(file))


def test_labels_come_in_their_published_order() -> None:
    found = labels("Hernia. Nodule. Effusion. Atelectasis.")
    assert list(found) == [label for label in NIH14 if label in found]


def test_every_mention_can_be_listed() -> None:
    annotation = RuleExtractor().extract("Left effusion. No right effusion.")
    assert [(found.label, found.certainty) for found in find_mentions(annotation)] == [
        ("Effusion", Certainty.PRESENT),
        ("Effusion", Certainty.ABSENT),
    ]
