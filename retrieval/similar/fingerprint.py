"""What is compared of an image: features, which say what it shows, and hashes, which say that it is the same image.

Examples
--------
>>> rows = np.linspace(0, 1, 64, dtype=np.float32)[:, None] * np.linspace(1, 0, 80, dtype=np.float32)
>>> count_bits(hash_pixels(rows), hash_pixels(0.5 * rows)[None]).tolist()
[0]
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

if TYPE_CHECKING:
    from thoracite.retrieval.index.text_encoder import Vectors
    from thoracite.vision.encoder import Reading
    from thoracite.vision.image import Pixels, Radiograph

SIDE = 16
"""Rows, and cells of a row, that the hash compares with the cell beside them."""

Hash = npt.NDArray[np.uint8]


class Fingerprint(NamedTuple):
    """What is compared of an image.

    Parameters
    ----------
    features : ndarray, shape (features,), float32
        Of unit length.
    hash : ndarray, shape (32,), uint8
        Perceptual hash.
    sha256 : str
        Digest of the file in hexadecimal; empty where the image came from no file.
    """

    features: Vectors
    hash: Hash
    sha256: str = ""

    @classmethod
    def take(cls, radiograph: Radiograph, reading: Reading, image: Any = None) -> Fingerprint | None:
        """Return the fingerprint of an image that was read; None where its encoder gave no features.

        Parameters
        ----------
        radiograph : Radiograph
            Its pixels.
        reading : Reading
            What an encoder read.
        image : any
            As it was given; a path is hashed as a file.
        """
        if not reading.features:
            return None
        path = Path(image) if isinstance(image, str | Path) else None
        digest = digest_file(path) if path is not None and path.is_file() else ""
        return cls(scale_features(reading), hash_pixels(radiograph.pixels), digest)


def scale_features(reading: Reading) -> Vectors:
    """Return the features of a reading at unit length, shape (features,), float32."""
    features = np.asarray(reading.features, dtype=np.float32)
    return features / max(float(np.linalg.norm(features)), 1e-12)


def hash_pixels(pixels: Pixels) -> Hash:
    """Return the perceptual hash of an image: in which of its cells the next one to the right is brighter.

    Contrast, compression and size leave it nearly as it is.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
        Air dark, bone bright.

    Returns
    -------
    ndarray, shape (32,), uint8
        256 bits.

    References
    ----------
    Krawetz N. Kind of like that. 2013 (difference hash).
    """
    cells = np.asarray(Image.fromarray(pixels).resize((SIDE + 1, SIDE), Image.Resampling.BOX))
    return np.packbits(np.diff(cells, axis=1) > 0)


def count_bits(one: Hash, others: Hash) -> npt.NDArray[np.int64]:
    """Count the bits in which a hash differs from others.

    Parameters
    ----------
    one : ndarray, shape (bytes,), uint8
        A hash.
    others : ndarray, shape (images, bytes), uint8
        Hashes.

    Returns
    -------
    ndarray, shape (images,), int64
        From 0 to the number of bits.
    """
    return np.asarray(np.unpackbits(one ^ others, axis=-1).sum(axis=-1, dtype=np.int64))


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


__all__ = ["SIDE", "Fingerprint", "Hash", "count_bits", "digest_file", "hash_pixels", "scale_features"]
