"""The network of the privacy gate: how pieces are divided, windows, and that it is read as it was written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.errors import ModelError
from thoracite.kg.privacy.features import split_pieces
from thoracite.kg.privacy.network import (
    FOLDER,
    LONGEST,
    Network,
    Vocabulary,
    read_network,
    read_tensors,
    split_sentences,
    write_tensors,
)

PARTS = ["[CLS]", "[SEP]", "[UNK]", "[unused1]", "[unused2]", "0", "hill", "##side", "sea", "-", "##s", "12", "."]


@pytest.fixture
def vocabulary() -> Vocabulary:
    return Vocabulary(PARTS)


@pytest.mark.parametrize(
    ("piece", "parts"),
    [
        ("Hillside", ["hill", "##side"]),
        ("Séa-Hill", ["sea", "-", "hill"]),
        ("Hillsides", ["hill", "##side", "##s"]),
        ("Kowalska", ["[UNK]"]),
        ("12", ["12"]),
        ("5550123", ["0"]),
        ("¶", ["[unused1]"]),
        ("¦", ["[unused2]"]),
    ],
)
def test_a_piece_is_divided_into_the_longest_parts(vocabulary: Vocabulary, piece: str, parts: list[str]) -> None:
    assert [PARTS[number] for number in vocabulary.describe(piece)[0]] == parts


def test_words_are_divided_as_the_library_divides_them() -> None:
    tokenizers = pytest.importorskip("tokenizers")
    bundled = read_network().vocabulary
    library = tokenizers.Tokenizer(tokenizers.models.WordPiece(bundled.numbers, unk_token="[UNK]"))
    library.normalizer = tokenizers.normalizers.BertNormalizer()
    library.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    for word in ("pneumothorax", "O'Brien", "Dvořák's", "it’s", "naïve", "x-ray", "Łukasz", "Åse", "30", "?", "½"):
        assert list(bundled.describe(word)[0]) == library.encode(word).ids[:4]


def test_windows_are_whole_lines_and_a_long_line_is_cut(vocabulary: Vocabulary) -> None:
    pieces = split_pieces("hill. " * 50 + "\n" + "sea " * 400)
    windows = list(vocabulary.find_windows(pieces))
    assert [index for window in windows for index in window] == list(range(len(pieces)))
    assert max(len(vocabulary.encode(pieces, window).words) for window in windows) <= LONGEST + 2
    assert pieces[windows[0].stop - 1].text == "¶"
    assert list(vocabulary.find_windows([])) == []


def test_what_the_network_is_told(vocabulary: Vocabulary) -> None:
    pieces = split_pieces("Hillside-12.")
    parts = vocabulary.encode(pieces, range(len(pieces)))
    assert [PARTS[number] for number in parts.words] == ["[CLS]", "hill", "##side", "-", "12", ".", "[SEP]"]
    assert parts.first == [1, 3, 4, 5]
    assert parts.glued == [0, 0, 2, 1, 1, 1, 0]
    assert len(parts.shapes) == len(parts.kinds) == len(parts.words)


def test_weights_come_back_within_half_a_step(tmp_path: Path) -> None:
    values = np.random.default_rng(1).normal(size=(200, 300)).astype(np.float32)
    write_tensors(tmp_path / "w", {"table": values, "bias": values[0]}, ["O", "NAME"])
    found, labels = read_tensors(tmp_path / "w")
    assert labels == ["O", "NAME"]
    assert np.array_equal(found["bias"], values[0])
    step = np.abs(values).max(1, keepdims=True) / 127
    assert np.all(np.abs(found["table"] - values) <= 0.51 * step)


@pytest.mark.parametrize("damage", ["missing", "weights", "vocabulary"])
def test_what_cannot_be_loaded_is_one_sentence(tmp_path: Path, damage: str) -> None:
    if damage != "missing":
        (tmp_path / "weights.safetensors").write_bytes((FOLDER / "weights.safetensors").read_bytes())
        (tmp_path / "vocabulary.txt").write_text("[CLS]\n[SEP]", encoding="utf-8")
    if damage == "weights":
        (tmp_path / "weights.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelError, match=r"privacy gate's network in .* cannot be loaded"):
        Network.load(tmp_path)


def test_the_network_reads_the_sentences_that_it_is_asked_for_and_no_other() -> None:
    network = read_network()
    line = "The lungs are clear and the heart is normal in size.\n"
    pieces = split_pieces(line * 30 + "Findings were discussed with Dr. Quux by telephone.")
    place = next(index for index, piece in enumerate(pieces) if piece.text == "Quux")
    odds = network.weigh(pieces, {place})
    (sentence,) = (sentence for sentence in split_sentences(pieces) if place in sentence)
    assert sorted(odds) == list(sentence)
    assert network.labels[int(np.argmax(odds[place]))] == "NAME"
    assert odds[place][0] == 0
    assert network.weigh(pieces, set()) == {}


def test_a_sentence_that_was_read_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network.load()
    pieces = split_pieces("Seen by Quux.")
    first = network.weigh(pieces, {2})
    monkeypatch.setattr(Network, "read", lambda _network, _parts: pytest.fail("read again"))
    assert network.weigh(pieces, {2}) == first


def test_a_title_does_not_end_a_sentence() -> None:
    pieces = split_pieces("Seen by Dr. Quux.\nNo effusion. Clear.")
    assert [" ".join(pieces[i].text for i in run) for run in split_sentences(pieces)] == [
        "Seen by Dr . Quux . ¶",
        "No effusion .",
        "Clear .",
    ]


def test_the_bundled_network_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 25e6
    assert read_network().labels == ("O", "NAME", "LOCATION", "PHONE", "ID", "DATE", "AGE")
