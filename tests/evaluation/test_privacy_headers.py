"""Headers made by program, with which the privacy gate's tagger is trained."""

from __future__ import annotations

import random

from thoracite.evaluation.privacy_headers import make_header
from thoracite.evaluation.privacy_plants import make_fakers, plant_sentence
from thoracite.evaluation.privacy_slots import fill_training


def test_headers_differ_and_can_be_filled() -> None:
    choice = random.Random(2)
    people, english = make_fakers("train", 1)
    headers = [make_header(choice) for _ in range(300)]
    assert len(set(headers)) > 290
    planted = [plant_sentence(one, fill_training(choice, people, english, ["{d} {Mon} {yyyy}"])) for one in headers]
    assert not any("{" in text for text, _ in planted)
    assert sum(bool(plants) for _, plants in planted) > 150
    assert sum(not plants for _, plants in planted) > 20


def test_the_same_seed_makes_the_same_headers() -> None:
    assert make_header(random.Random(9)) == make_header(random.Random(9))
