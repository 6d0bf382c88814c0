"""What is found: other people's images, the most similar first; never the image itself, nor its patient's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.readings import FINDINGS, FixedEncoder
from tests.retrieval.similar.conftest import CellEncoder, build, save
from thoracite.errors import StoreError, UsageError
from thoracite.retrieval.index.faiss_index import FaissIndex
from thoracite.retrieval.similar.fingerprint import Fingerprint, hash_pixels
from thoracite.retrieval.similar.image_index import SAME_BITS, ImageIndex, IndexedImage
from thoracite.settings import Settings
from thoracite.vision.encoder import Reading
from thoracite.vision.image import read_radiograph


def take(path: Path) -> Fingerprint:
    radiograph = read_radiograph(path, settings=Settings())
    taken = Fingerprint.take(radiograph, CellEncoder().read(radiograph), path)
    assert taken is not None
    return taken


@pytest.fixture
def index(scans: Path, labels: Path, tmp_path: Path) -> ImageIndex:
    build(scans, tmp_path / "index", CellEncoder(), labels)
    return ImageIndex.open(tmp_path / "index", CellEncoder())


def find(index: ImageIndex, path: Path, *patients: str) -> list[str]:
    return [found.image for found in index.find(take(path), k=10, patients=patients)]


def test_the_image_and_its_patients_others_are_left_out_without_being_named(index: ImageIndex, scans: Path) -> None:
    assert set(find(index, scans / "cal.png")) <= {"ann/1.png", "ann/2.png", "ben.png", "dan.png"}
    assert set(find(index, scans / "ann/1.png")) <= {"ben.png", "cal.png", "dan.png"}  # it is ann's, as the table says


def test_a_named_patient_is_left_out(index: ImageIndex, scans: Path) -> None:
    assert "ben.png" in find(index, scans / "cal.png")
    assert "ben.png" not in find(index, scans / "cal.png", "ben")


def test_an_image_exported_again_is_a_near_duplicate(index: ImageIndex, scans: Path, tmp_path: Path) -> None:
    pixels = read_radiograph(scans / "ann/1.png", settings=Settings()).pixels
    save(0.85 * pixels + 0.1, tmp_path / "paler.png")
    assert set(find(index, tmp_path / "paler.png")) <= {"ben.png", "cal.png", "dan.png"}


def test_found_images_have_labels_and_rise_in_distance(index: ImageIndex, scans: Path) -> None:
    found = index.find(take(scans / "cal.png"), k=3)
    assert [one.distance for one in found] == sorted(one.distance for one in found)
    assert {one.image: one.labels for one in index.find(take(scans / "cal.png"), k=9)}["ben.png"] == ("thx:no_finding",)


def test_many_images_of_the_patient_do_not_hide_the_others() -> None:
    random = np.random.default_rng(0)
    rows = random.random((500, 16), dtype=np.float32)
    rows[:400] = np.eye(16, dtype=np.float32)[0] + 0.3 * rows[:400]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    hashes = random.integers(0, 256, (500, 32), dtype=np.uint8)
    images = [IndexedImage(f"{n}.png", "", hashes[n].tobytes().hex(), None) for n in range(500)]
    key = b"key"
    from thoracite.kg.privacy.ledger import hash_patient

    images[:400] = [one._replace(patient=hash_patient("ann", key)) for one in images[:400]]
    index = ImageIndex(FaissIndex.build(rows), images, key=key)
    asked = Fingerprint(np.eye(16, dtype=np.float32)[0], np.zeros(32, dtype=np.uint8))
    found = index.find(asked, patients=["ann"])
    assert len(found) == 3
    assert all(int(one.image.removesuffix(".png")) >= 400 for one in found)
    assert all(int(one.image.removesuffix(".png")) < 400 for one in index.find(asked))


def test_hashes_within_the_bound_are_the_same_image() -> None:
    rows = np.eye(3, dtype=np.float32)
    near = np.zeros(256, dtype=np.uint8)
    near[:SAME_BITS] = 1
    far = np.zeros(256, dtype=np.uint8)
    far[: SAME_BITS + 1] = 1
    hashes = [np.packbits(bits).tobytes().hex() for bits in (near, far)]
    images = [IndexedImage(name, "", one) for name, one in zip(("near.png", "far.png"), hashes, strict=True)]
    index = ImageIndex(FaissIndex.build(rows[:2]), images, key=b"key")
    found = index.find(Fingerprint(rows[2], np.zeros(32, dtype=np.uint8)))
    assert [one.image for one in found] == ["far.png"]
    assert hash_pixels(np.zeros((64, 64), dtype=np.float32)).shape == (32,)


def test_a_missing_damaged_or_stale_index_names_the_command(index: ImageIndex, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    with pytest.raises(StoreError, match=r"none is missing; build it with `thoracite index images FOLDER --output "):
        ImageIndex.open(tmp_path / "none", CellEncoder())
    with pytest.raises(StoreError, match=r"other weights of the encoder; build it with `thoracite index images"):
        ImageIndex.open(folder, CellEncoder(mirrored=True))
    facts = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps(facts | {"format": 0}), encoding="utf-8")
    with pytest.raises(StoreError, match="written by another release"):
        ImageIndex.open(folder, CellEncoder())
    (folder / "manifest.json").write_text(json.dumps(facts), encoding="utf-8")
    (folder / facts["version"] / "images.faiss").write_bytes(b"x")
    with pytest.raises(StoreError, match="is damaged; build it with"):
        ImageIndex.open(folder, CellEncoder())


def test_an_encoder_without_features_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the encoder fixed gives no features"):
        ImageIndex.open(tmp_path, FixedEncoder(Reading(findings=FINDINGS)))
