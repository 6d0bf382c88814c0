"""The index of a folder's images: opened for the encoder that built it, and asked for the images most like another.

``INDEX/manifest.json`` names the folder of the current version, which holds ``images.faiss`` and ``images.jsonl``. The
index knows an image by its name within the indexed folder; of patients it has keyed hashes, of reports nothing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from thoracite.errors import StoreError, UsageError
from thoracite.kg.privacy.ledger import Ledger, hash_patient
from thoracite.phantom import draw_phantom
from thoracite.retrieval.index.faiss_index import FaissIndex
from thoracite.retrieval.index.text_encoder import Vectors
from thoracite.retrieval.index.vector_index import VectorIndex
from thoracite.retrieval.similar.evidence import SimilarImage
from thoracite.retrieval.similar.fingerprint import Fingerprint, Hash, count_bits, scale_features
from thoracite.vision.image import Radiograph

if TYPE_CHECKING:
    from thoracite.vision.encoder import ImageEncoder

FORMAT = 1
"""Format of an index folder; raised when older releases cannot read it."""

MANIFEST, VECTORS, IMAGES = "manifest.json", "images.faiss", "images.jsonl"

SHOWN = 3
"""Most similar images that are shown."""

SAME_BITS, SAME_COSINE = 20, 0.95
"""An image is a near-duplicate of another up to this many differing bits of the hash, or from this cosine of the
features. Chosen on re-exports of trainable images, measured on locked ones by ``thoracite evaluate similar``."""

ALIKE_BITS, ALIKE_COSINE = 40, 0.8
"""It is one, too, where both bits and cosine are within these: a crop moves the hash, compression the features."""

_UNCHANGED = 0.999
"""Least cosine of the drawn chest's features then and now: other weights give less, another processor does not."""

_FETCHED = 64
"""Images that are fetched first; four times as many as often as too few of them may be shown."""


class IndexedImage(NamedTuple):
    """An image of an index.

    Parameters
    ----------
    image : str
        Name relative to the indexed folder.
    sha256 : str
        Digest of the file in hexadecimal.
    hash : str
        Perceptual hash in hexadecimal.
    patient : int or None
        Keyed hash of the patient; None where none is known.
    labels : tuple of str
        CURIEs; empty where none is known.
    counted : tuple of int
        Hashes of the patient under the key of the ledger of the graph's reports; empty where none was named.
    """

    image: str
    sha256: str
    hash: str
    patient: int | None = None
    labels: tuple[str, ...] = ()
    counted: tuple[int, ...] = ()


class ImageIndex:
    """Images found by their features.

    Parameters
    ----------
    vectors : VectorIndex
        Features of unit length.
    images : sequence of IndexedImage
        In the order of the vectors.
    key : bytes
        Key of the patients' hashes.
    ledger : str
        Digest of the key of the ledger whose patients are told, too; empty without one.

    Examples
    --------
    >>> rows = np.eye(4, dtype=np.float32)
    >>> hashes = [bytes(32), bytes([255]) * 32, bytes([15]) * 32, bytes([240]) * 32]
    >>> images = [IndexedImage(f"{n}.png", str(n), one.hex()) for n, one in enumerate(hashes)]
    >>> index = ImageIndex(FaissIndex.build(rows), images, key=b"key")
    >>> asked = Fingerprint(np.array([0.8, 0.6, 0, 0], dtype=np.float32), np.full(32, 85, dtype=np.uint8))
    >>> [(found.image, round(found.distance, 2)) for found in index.find(asked, k=2)]
    [('0.png', 0.2), ('1.png', 0.4)]
    """

    def __init__(self, vectors: VectorIndex, images: Sequence[IndexedImage], *, key: bytes, ledger: str = "") -> None:
        self.vectors, self.images, self.ledger, self._key = vectors, images, ledger, key

    @classmethod
    def open(cls, folder: Path, encoder: ImageEncoder) -> Self:
        """Open the index in a folder.

        Parameters
        ----------
        folder : Path
            That `thoracite index images` wrote.
        encoder : ImageEncoder
            The encoder whose readings will be compared.

        Raises
        ------
        StoreError
            If there is no index, or it is damaged, or of other weights; the sentence names the command that builds it.
        UsageError
            If the encoder gives no features.
        """
        fault, probe = find_fault(folder), take_probe(encoder)
        if fault is None and not is_unchanged(str(_read_manifest(folder)["probe"]), probe):
            fault = "was built with other weights of the encoder"
        if fault is None:
            return cls._open(folder)
        raise StoreError(
            f"the index of images in {folder} {fault}; build it with `thoracite index images FOLDER --output {folder}`"
        )

    @classmethod
    def _open(cls, folder: Path) -> Self:
        facts = _read_manifest(folder)
        version = folder / str(facts["version"])
        images = list(_read_images(version / IMAGES))
        key, ledger = bytes.fromhex(str(facts["key"])), str(facts.get("ledger", ""))
        return cls(FaissIndex.open(version / VECTORS), images, key=key, ledger=ledger)

    def __len__(self) -> int:
        return len(self.images)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def find(self, query: Fingerprint, *, k: int = SHOWN, patients: Iterable[str] = ()) -> list[SimilarImage]:
        """Find the images most like another, the most similar first.

        Left out are the image itself, its near-duplicates, all images of the patients that are named or that a
        near-duplicate belongs to, and of images that are near-duplicates of each other all but the first.

        Parameters
        ----------
        query : Fingerprint
            Of the other image.
        k : int
            Most images.
        patients : iterable of str
            As the table of labels named them.
        """
        if not self.images:
            return []
        size, found = _FETCHED, list[int]()
        while True:
            near = self._find_near(query, size)
            same = self._find_same(query, near)
            own = {hash_patient(patient, self._key) for patient in patients} | self._list_patients(same)
            found = self._choose((n for n in near if n not in same and self.images[n].patient not in own), k)
            if len(found) == k or size >= len(self.images):
                break
            size *= 4
        return [SimilarImage(self.images[n].image, self.images[n].labels, max(0.0, 1 - near[n])) for n in found]

    def list_counted(self, query: Fingerprint) -> frozenset[int]:
        """Return the ledger's hashes of the patients that near-duplicates of an image belong to.

        Parameters
        ----------
        query : Fingerprint
            Of the image.
        """
        if not self.ledger:
            return frozenset()
        same = self._find_same(query, self._find_near(query, _FETCHED))
        return frozenset(one for n in same for one in self.images[n].counted)

    def check_ledger(self, ledger: Ledger) -> None:
        """Check that the index was built with a ledger.

        Raises
        ------
        StoreError
            If it was built with another one.
        """
        if ledger.fingerprint != self.ledger:
            raise StoreError(
                "the index of images was built with another ledger than the graph's; build it again with "
                "`thoracite index images FOLDER --ledger LEDGER`"
            )

    def _find_near(self, query: Fingerprint, size: int) -> dict[int, float]:
        """Return the cosines of the nearest images by their numbers, nearest first."""
        hits = self.vectors.search(query.features[None], min(size, len(self.images)))
        return {int(n): float(score) for score, n in zip(hits.scores[0], hits.ids[0], strict=True) if n >= 0}

    def _find_same(self, query: Fingerprint, near: Mapping[int, float]) -> set[int]:
        """Return the image itself and its near-duplicates; by the hash, however far their features are."""
        bits = count_bits(query.hash, self._hashes)
        files = [bool(query.sha256) and one.sha256 == query.sha256 for one in self.images]
        same = {n for n, cosine in near.items() if find_same(bits[n], cosine)}
        return same.union(np.flatnonzero(np.array(files) | (bits <= SAME_BITS)).tolist())

    def _list_patients(self, numbers: Iterable[int]) -> set[int]:
        return {patient for n in numbers if (patient := self.images[n].patient) is not None}

    def _choose(self, numbers: Iterable[int], k: int) -> list[int]:
        """Choose the first of images, none of them a near-duplicate of another."""
        chosen: list[int] = []
        for n in numbers:
            if len(chosen) == k:
                break
            cosines = self.vectors.fetch(chosen) @ self.vectors.fetch([n])[0]
            if not chosen or not find_same(count_bits(self._hashes[n], self._hashes[chosen]), cosines).any():
                chosen.append(n)
        return chosen

    @cached_property
    def _hashes(self) -> Hash:
        joined = bytes.fromhex("".join(one.hash for one in self.images))
        return np.frombuffer(joined, dtype=np.uint8).reshape(len(self.images), -1)

    def close(self) -> None:
        """Let go of the file."""
        self.vectors.close()


def find_same(bits: npt.ArrayLike, cosines: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Tell which images are near-duplicates of another.

    Parameters
    ----------
    bits : array of int
        In how many bits the hashes differ.
    cosines : array of float
        Of the features.

    Examples
    --------
    >>> find_same([20, 21, 21, 40, 41], [0.1, 0.1, 0.95, 0.8, 0.8]).tolist()
    [True, False, True, True, False]
    """
    bits, cosines = np.asarray(bits), np.asarray(cosines)
    alike = (bits <= ALIKE_BITS) & (cosines >= ALIKE_COSINE)
    return np.asarray((bits <= SAME_BITS) | (cosines >= SAME_COSINE) | alike)


def find_fault(folder: Path) -> str | None:
    """Return why there is no whole index in a folder, as the end of a sentence; None where there is one."""
    if not (folder / MANIFEST).exists():
        return "is missing"
    try:
        facts = _read_manifest(folder)
        if facts["format"] != FORMAT:
            return "was written by another release"
        with ImageIndex._open(folder) as index:
            if not len(index.images) == index.vectors.size == facts["images"]:
                return "is damaged"
            _ = index._hashes
    except (OSError, ValueError, KeyError, TypeError, StoreError):
        return "is damaged"
    return None


def take_probe(encoder: ImageEncoder) -> Vectors:
    """Return the features of a drawn chest, of unit length, which tell whether an encoder still reads as it did.

    Raises
    ------
    UsageError
        If the encoder gives no features.
    """
    reading = encoder.read(Radiograph(draw_phantom(0, abnormalities=(), view="PA").image.astype(np.float32)))
    if not reading.features:
        raise UsageError(f"the encoder {encoder.name} gives no features to compare images by; use thoracite-mini")
    return scale_features(reading)


def is_unchanged(then: str, now: Vectors) -> bool:
    """Tell whether the features of the drawn chest are what they were.

    Parameters
    ----------
    then : str
        From :func:`write_vector`.
    now : ndarray, shape (features,), float32
        From :func:`take_probe`.

    Raises
    ------
    ValueError
        If the text holds no vector.
    """
    kept = read_vector(then)
    return kept.shape == now.shape and float(kept @ now) >= _UNCHANGED


def write_vector(vector: npt.NDArray[np.floating]) -> str:
    """Write a vector in half precision as text."""
    return base64.b64encode(vector.astype("<f2").tobytes()).decode("ascii")


def read_vector(text: str) -> Vectors:
    """Read a vector that :func:`write_vector` wrote.

    Raises
    ------
    ValueError
        If the text is none.

    Examples
    --------
    >>> read_vector(write_vector(np.array([0.5, 1.0]))).tolist()
    [0.5, 1.0]
    """
    return np.frombuffer(base64.b64decode(text, validate=True), dtype="<f2").astype(np.float32)


def _read_manifest(folder: Path) -> dict[str, str | int]:
    facts: dict[str, str | int] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return facts


def _read_images(path: Path) -> Iterator[IndexedImage]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            name, sha256, hash_, patient, labels, *rest = json.loads(line)
            yield IndexedImage(name, sha256, hash_, patient, tuple(labels), tuple(rest[0]) if rest else ())


__all__ = [
    "ALIKE_BITS",
    "ALIKE_COSINE",
    "FORMAT",
    "IMAGES",
    "MANIFEST",
    "SAME_BITS",
    "SAME_COSINE",
    "SHOWN",
    "VECTORS",
    "ImageIndex",
    "IndexedImage",
    "find_fault",
    "find_same",
    "is_unchanged",
    "read_vector",
    "take_probe",
    "write_vector",
]
