"""The tagger: its decoding, and how its word and that of the rules are weighed."""

from __future__ import annotations

import itertools
import random

import pytest

from thoracite.kg.privacy.deidentify import deidentify
from thoracite.kg.privacy.features import split_pieces
from thoracite.kg.privacy.tagger import Field, find_runs, find_tagged, parse_field, read_field

LABELS = ("O", "NAME", "PHONE")


def test_decoding_finds_the_best_of_all_sequences() -> None:
    choice = random.Random(4)
    moves = [[choice.uniform(-2, 2) for _ in LABELS] for _ in LABELS]
    scores = [[choice.uniform(-2, 2) for _ in LABELS] for _ in range(6)]

    def total(labels: tuple[int, ...]) -> float:
        own = sum(row[label] for row, label in zip(scores, labels, strict=True))
        return own + sum(moves[left][right] for left, right in itertools.pairwise(labels))

    best = max(itertools.product(range(len(LABELS)), repeat=len(scores)), key=total)
    assert Field(LABELS, {}, moves).decode(scores) == list(best)


def test_weights_are_read_as_hundredths() -> None:
    field = parse_field("O\tNAME\n100\t-50\n0\t25\n0w=hill\t0-120\t1+300\n")
    assert field.into == [[1.0, 0.0], [-0.5, 0.25]]
    assert field.score(split_pieces("hill")) == {0: [-1.2, 3.0]}


def test_only_what_can_hold_an_identifier_is_looked_at() -> None:
    text = "The lungs are clear. Paged him at noon. No effusion.\nRose Hill rang. The heart is normal."
    pieces = split_pieces(text)
    said = [" ".join(pieces[index].text for index in run) for run in find_runs(pieces)]
    assert said == ["Paged him at noon .", "Rose Hill rang ."]
    assert [run.start for run in find_runs(pieces, [(4, 9, 1.0)])] == [0, 14]


def test_a_hint_is_taken_whole_where_the_field_agrees_with_a_part_and_not_where_it_does_not() -> None:
    field = Field(LABELS, {"0w=hill": (0.0, 5.0, 0.0), "0s=Xx": (3.0, 0.0, 0.0)}, [[0.0] * 3] * 3)
    assert find_tagged("Rose Hill", [], field).spans == [("NAME", 5, 9)]
    assert ("NAME", 0, 9) in find_tagged("Rose Hill", [(0, 9, 1.0)], field).spans
    assert find_tagged("Rose Wood", [(0, 9, 1.0)], field).spans == []
    assert find_tagged("Rose Wood", [(0, 9, 4.0)], field).spans == [("NAME", 0, 9), ("NAME", 0, 9)]
    assert find_tagged("", [], field).spans == []


@pytest.mark.parametrize("text", ["at 14:35", "HR 1250 mL", "180/95"])
def test_a_number_of_another_form_is_no_telephone(text: str) -> None:
    field = Field(LABELS, {f"0w=#{kind}": (0.0, 0.0, 9.0) for kind in ("d", "n", "4", "3", "90s")}, [[0.0] * 3] * 3)
    assert find_tagged(text, [], field).spans == []
    assert find_tagged("bleep 4432", [], field).spans == [("PHONE", 6, 10)]


def test_the_bundled_weights_are_small_and_say_nothing_of_most_words() -> None:
    field = read_field()
    assert field.labels[0] == "O"
    assert {"NAME", "LOCATION", "PHONE", "ID", "DATE", "AGE"} == set(field.labels[1:])
    assert 10_000 < len(field.states) < 120_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Team B, Ray/Nguyen: daily film, no change.", "Team B, [NAME]/[NAME]: daily film, no change."),
        ("spoke with low in the icu at 5 pm re: line", "spoke with [NAME] in the icu at 5 pm re: line"),
        ("Uptake in Brown fat at the neck.", "Uptake in Brown fat at the neck."),
        ("Status post Whipple for pancreatic cancer.", "Status post Whipple for pancreatic cancer."),
        ("Right lung base: Riedel lobe.", "Right lung base: Riedel lobe."),
        ("Coach Bolt brought the patient in.", "Coach [NAME] brought the patient in."),
        ("Sqn Ldr Dyer - aircrew medical - no bullae.", "Sqn Ldr [NAME] - aircrew medical - no bullae."),
        ("Screening round 2. Reader A Walla, reader B Banks.", "Screening round 2. Reader A [NAME], reader B [NAME]."),
        ("Seen by RMO porter, no change.", "Seen by RMO [NAME], no change."),
        ("B/O DEAN. AP supine.", "B/O [NAME]. AP supine."),
        ("Mrs. Small's pacemaker is in place.", "Mrs. [NAME]'s pacemaker is in place."),
        ("STERN, STEPHEN 98Y F portable chest", "[NAME] [AGE]Y F portable chest"),
    ],
)
def test_what_the_rules_alone_had_wrong(text: str, expected: str) -> None:
    assert deidentify(text) == expected
