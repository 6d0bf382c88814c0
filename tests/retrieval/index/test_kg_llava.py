"""The field's baseline: 15 fetched, the own entry dropped, 7 kept, from suggestive_of or from all relations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.encoders import write_classifier, write_pairs
from thoracite.errors import ModelError, UsageError
from thoracite.kg.vocabulary import SUGGESTS
from thoracite.phantom import Abnormality, Kind, draw_phantom
from thoracite.retrieval.index.kg_llava import FETCHED, KEPT, Entry, KgLlava
from thoracite.retrieval.index.projection import FOLDER, ImageVectors, Projection, open_image_vectors
from thoracite.retrieval.index.text_encoder import load_text_encoder
from thoracite.retrieval.index.triple_index import open_index


def make_entries(number: int, *, owners: int) -> list[Entry]:
    return [
        Entry(f"shadow {n} suggestive of pneumonia", ((f"thx:s{n}", SUGGESTS, "thx:p"),), owner=f"patient {n % owners}")
        for n in range(number)
    ]


def test_fifteen_are_fetched_and_seven_kept() -> None:
    encoder = load_text_encoder()
    baseline = KgLlava.of_entries(make_entries(40, owners=40), encoder)
    [vector] = encoder.encode(["shadow suggestive of pneumonia"])
    fetched = baseline.index.find(vector[None], FETCHED)[0]
    assert baseline.retrieve(vector) == fetched[:KEPT]
    assert len(baseline.retrieve(vector)) == 7


def test_the_owners_entries_are_dropped_and_the_next_move_up() -> None:
    encoder = load_text_encoder()
    entries = make_entries(40, owners=2)
    baseline = KgLlava.of_entries(entries, encoder)
    [vector] = encoder.encode(["shadow suggestive of pneumonia"])
    kept = baseline.retrieve(vector, owner="patient 1")
    others = [hit for hit in baseline.index.find(vector[None], FETCHED)[0] if int(hit.keys[0][0][5:]) % 2 == 0]
    assert kept == others[:KEPT]
    assert 0 < len(kept) <= 7


def test_owners_follow_the_kept_relations() -> None:
    encoder = load_text_encoder()
    entries = [
        Entry("lung part of chest", (("thx:lung", "thx:part_of", "thx:chest"),), owner="a"),
        Entry("shadow suggestive of pneumonia", (("thx:shadow", SUGGESTS, "thx:pneumonia"),), owner="b"),
    ]
    [vector] = encoder.encode(["shadow"])
    assert KgLlava.of_entries(entries, encoder).retrieve(vector, owner="b") == []
    assert len(KgLlava.of_entries(entries, encoder).retrieve(vector, owner="a")) == 1
    assert len(KgLlava.of_entries(entries, encoder, relations=None).retrieve(vector, owner="b")) == 1


def test_the_graph_gives_seven_triples_of_the_relation_or_of_all(graph_folder: Path) -> None:
    encoder = load_text_encoder()
    [vector] = encoder.encode(["blunting of costophrenic angle; pleural effusion"])
    with open_index(graph_folder, encoder, build=True) as index:
        only, every = KgLlava(index).retrieve(vector), KgLlava(index, relations=None).retrieve(vector, owner="anyone")
    assert {key[1] for one in only for key in one.keys} == {SUGGESTS}
    assert len(only) == len(every) == KEPT
    assert every[0].score >= only[0].score


def test_an_image_is_near_what_is_drawn_in_it() -> None:
    texts, images = open_image_vectors()
    assert isinstance(images, ImageVectors)
    drawn = [
        draw_phantom(seed, abnormalities=[Abnormality(kind=kind, side="left", severity="severe")], size=256).image
        for seed in range(3)
        for kind in (Kind.EFFUSION, Kind.PNEUMOTHORAX)
    ]
    vectors = np.stack([images.encode_image(pixels) for pixels in drawn])
    scores = vectors @ texts.encode(["pleural effusion", "pneumothorax"]).T
    assert ((scores[0::2, 0] - scores[0::2, 1]).mean() - (scores[1::2, 0] - scores[1::2, 1]).mean()) > 0


def test_the_projection_is_small_and_refuses_other_text_vectors(tmp_path: Path) -> None:
    assert (FOLDER / "weights.safetensors").stat().st_size <= 2_000_000
    for name in ("weights.safetensors", "model.json"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    path = tmp_path / "model.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"probe": "', '"probe": "no '), encoding="utf-8")
    with pytest.raises(ModelError, match=r"trained for other text vectors.*`thoracite train projection`"):
        Projection.load(tmp_path)


def test_a_model_of_images_and_texts_needs_no_projection(tmp_path: Path) -> None:
    texts, images = open_image_vectors(f"hf:{write_pairs(tmp_path / 'clip')}", device="cpu")
    vector = images.encode_image(draw_phantom(1, size=96).image)
    assert vector.shape == (texts.dimension,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    baseline = KgLlava.of_entries(make_entries(20, owners=20), texts)
    assert len(baseline.retrieve(vector)) == KEPT


def test_a_model_without_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="reads images alone"):
        open_image_vectors(f"hf:{write_classifier(tmp_path / 'vit', 'Effusion', 'Hernia')}", device="cpu")
