"""Training of the privacy gate's network: what it is shown, that it learns, and that a stopped run goes on."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch

from thoracite.evaluation import privacy_network
from thoracite.evaluation.privacy_network import (
    Reader,
    collate,
    make_batches,
    make_examples,
    make_reports,
    mask,
    start_reader,
    train_reader,
    write_reader,
)
from thoracite.evaluation.privacy_training import HANDS, LABELS, plant_writer
from thoracite.kg.privacy.features import split_pieces
from thoracite.kg.privacy.network import Network, Vocabulary, read_network

BACKGROUND = ["The lungs are clear. No effusion is seen. The heart is normal in size."] * 3


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_network().vocabulary


def test_examples_have_a_label_for_each_piece(vocabulary: Vocabulary) -> None:
    reports = list(plant_writer(HANDS[0], BACKGROUND))[:30]
    examples = list(make_examples(reports, vocabulary, random.Random(1)))
    assert sum(len(one.labels) for one in examples) == sum(len(split_pieces(report.text)) for report in reports)
    assert {LABELS[label] for one in examples for label in one.labels} >= {"O", "NAME", "DATE"}
    batches = make_batches(examples, random.Random(1))
    assert sorted(len(one.labels) for batch in batches for one in batch) == sorted(len(one.labels) for one in examples)


def test_a_batch_is_padded_and_only_first_parts_have_a_target(vocabulary: Vocabulary) -> None:
    examples = list(make_examples(list(plant_writer(HANDS[0], BACKGROUND))[:4], vocabulary, random.Random(1)))
    batch = collate(examples)
    for row, example in enumerate(examples):
        assert (batch["target"][row] != -100).sum() == len(example.labels)
        assert (~batch["padding"][row]).sum() == len(example.parts.words)
        assert batch["kinds"][row].sum() == sum(len(set(kinds)) for kinds in example.parts.kinds)


def test_masking_leaves_the_example_itself_as_it_is(vocabulary: Vocabulary) -> None:
    example = next(make_examples(list(plant_writer(HANDS[0], BACKGROUND))[:1], vocabulary, random.Random(1)))
    before = [*example.parts.words]
    masked = [mask(example, vocabulary.numbers["[MASK]"], random.Random(seed)) for seed in range(40)]
    assert example.parts.words == before
    shares = [np.mean(np.array(one.parts.words) != before) for one in masked]
    assert 0.005 < np.mean(shares) < 0.2


def test_each_round_fills_the_carriers_anew() -> None:
    first, second = (make_reports(BACKGROUND, number, HANDS[1:]) for number in (0, 1))
    assert len(first) > 1000
    assert {report.text for report in first} != {report.text for report in second}


def test_numpy_applies_what_torch_has_trained(tmp_path: Path, vocabulary: Vocabulary) -> None:
    words = list(vocabulary.numbers)
    torch.manual_seed(2)
    reader = Reader(len(words), size=24).eval()
    write_reader(tmp_path, reader, words)
    pieces = split_pieces("Findings discussed with Dr. Quux-Hill at 14:35.\nMRN 0045566, x5024")
    (window,) = Vocabulary(words).find_windows(pieces)
    example = next(make_examples(list(plant_writer(HANDS[0], BACKGROUND))[:1], vocabulary, random.Random(1)))
    parts = vocabulary.encode(pieces, window)
    batch = collate([example._replace(parts=parts, labels=[0] * len(pieces))])
    with torch.no_grad():
        expected = reader(batch)[0, parts.first].numpy()
    assert np.allclose(Network.load(tmp_path).read(parts), expected, atol=0.02)


def test_a_run_that_was_stopped_goes_on_and_the_network_learns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vocabulary: Vocabulary
) -> None:
    reports = list(plant_writer(HANDS[0], BACKGROUND))[:60]
    monkeypatch.setattr(privacy_network, "make_reports", lambda _background, _number, _without: reports)
    monkeypatch.setattr(privacy_network, "WARM", 2)
    train_reader(BACKGROUND, rounds=1, kept=tmp_path / "kept")
    began = torch.load(tmp_path / "kept")
    reader, words = train_reader(BACKGROUND, rounds=4, kept=tmp_path / "kept")
    ended = torch.load(tmp_path / "kept")
    assert (began["done"], ended["done"]) == (1, 4)
    assert ended["step"] >= began["step"] + 3 * 3
    write_reader(tmp_path / "out", reader, words)
    network = Network.load(tmp_path / "out")
    right = [
        network.read(example.parts).argmax(1) == np.array(example.labels)
        for example in make_examples(reports, vocabulary, random.Random(1))
    ]
    untrained, _ = start_reader()
    assert np.mean(np.concatenate(right)) > 0.8
    assert not np.allclose(reader.layers[0].linear1.weight.detach(), untrained.layers[0].linear1.weight.detach())  # type: ignore[union-attr]
