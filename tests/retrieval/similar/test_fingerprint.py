"""Hashes tell the same image again, and other people's images apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.readings import FINDINGS
from thoracite.phantom import draw_phantom
from thoracite.retrieval.similar.fingerprint import Fingerprint, count_bits, digest_file, hash_pixels
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph


def test_contrast_and_size_leave_the_hash_nearly_as_it_is() -> None:
    pixels = draw_phantom(1, size=256).image.astype(np.float32)
    paler = np.clip((pixels - pixels.mean()) * 0.85 + pixels.mean(), 0, 1).astype(np.float32)
    assert count_bits(hash_pixels(pixels), hash_pixels(paler)[None])[0] <= 8
    assert count_bits(hash_pixels(pixels), hash_pixels(pixels[::2, ::2].copy())[None])[0] <= 16


def test_other_people_differ_in_many_bits() -> None:
    hashes = np.stack([hash_pixels(draw_phantom(seed, size=128).image.astype(np.float32)) for seed in range(1, 5)])
    others = [bits for n, one in enumerate(hashes) for bits in np.delete(count_bits(one, hashes), n).tolist()]
    assert min(others) > 16


def test_a_fingerprint_has_features_of_unit_length_and_the_files_digest(tmp_path: Path) -> None:
    radiograph = Radiograph(np.random.default_rng(0).random((64, 64), dtype=np.float32))
    path = tmp_path / "a.png"
    path.write_bytes(b"file")
    taken = Fingerprint.take(radiograph, Reading(findings=FINDINGS, features=(3.0, 4.0)), path)
    assert taken is not None
    assert taken.features.tolist() == [np.float32(0.6), np.float32(0.8)]
    assert taken.sha256 == digest_file(path)
    assert Fingerprint.take(radiograph, Reading(findings=FINDINGS), path) is None
