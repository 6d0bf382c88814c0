"""Building the index of a folder's images: each is read once, and a build that is stopped goes on where it was.

What was read is appended to ``INDEX/readings.jsonl``, by the digest of the file. So a later build of the same folder
reads only what is new, and labels can be changed without reading anything again.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from thoracite.errors import InputError, UsageError
from thoracite.files import write_text
from thoracite.kg.privacy.ledger import KEY_FILE, digest_key, hash_names, hash_patient, read_key
from thoracite.kg.stores.lock import lock_folder
from thoracite.progress import Progress, tell_nobody
from thoracite.retrieval.index.faiss_index import FaissIndex
from thoracite.retrieval.index.text_encoder import Vectors
from thoracite.retrieval.similar.fingerprint import Fingerprint, digest_file
from thoracite.retrieval.similar.image_index import (
    FORMAT,
    IMAGES,
    MANIFEST,
    VECTORS,
    IndexedImage,
    is_unchanged,
    read_vector,
    take_probe,
    write_vector,
)
from thoracite.retrieval.similar.labels import LabelTable
from thoracite.settings import Settings
from thoracite.types import Noun
from thoracite.vision.encoder import ImageEncoder
from thoracite.vision.image import read_radiograph

READINGS = "readings.jsonl"
"""File of what was read."""

_VERSION = re.compile(r"version-[0-9a-f]{16}")


class ImageBuild(Noun):
    """The result of a build of an index of images.

    Parameters
    ----------
    folder : str
        Folder of the index.
    images : int
        Number of images in it.
    refused : int
        Images that the gate refused: no frontal chest X-rays.
    unread : int
        Files that could not be read as images.
    labelled : int
        Images with a label that is known.
    unknown : int
        Labels of the table that are no concept and were left out.
    """

    folder: str
    images: int
    refused: int
    unread: int
    labelled: int
    unknown: int


class _Kept(NamedTuple):
    """What was read of one file: vector and hash, or the reason why there are none."""

    vector: str = ""
    hash: str = ""
    reason: str = ""


def build_image_index(
    folder: Path,
    images: Sequence[Path],
    output: Path,
    encoder: ImageEncoder,
    *,
    table: LabelTable | None = None,
    ledger: Path | None = None,
    settings: Settings | None = None,
    progress: Progress = tell_nobody,
) -> ImageBuild:
    """Build the index of a folder's images; one that is there already is replaced when the new one is complete.

    Parameters
    ----------
    folder : Path
        The folder of images; they are named relative to it.
    images : sequence of Path
        Files of the folder.
    output : Path
        Folder of the index, for its owner alone.
    encoder : ImageEncoder
        Reads the images, and refuses those that are no frontal chest X-ray.
    table : LabelTable or None
        Labels and patients.
    ledger : Path or None
        Folder of the ledger of the graph's reports: the table's patients are hashed with its key, too, so that what
        was counted for the patient of a near-duplicate can be left out.
    settings : Settings or None
        Limits on images; read from environment and file unless given.
    progress : Progress
        Called with each image.

    Raises
    ------
    InputError
        If no image could be read, or the table names none of them.
    UsageError
        If the index cannot be written, or the encoder gives no features.
    StoreError
        If another build is at work there.
    PrivacyError
        If there is no ledger in its folder.
    """
    secret = read_key(ledger / KEY_FILE) if ledger is not None else b""
    names = {path.relative_to(folder).as_posix(): path for path in images}
    if table is not None and names and not names.keys() & table.rows.keys():
        raise InputError(f"the table of labels names no image of {folder}; expected names relative to that folder")
    probe = take_probe(encoder)
    try:
        _prepare_folder(output)
        write_text(output / ".gitignore", "*\n")
        with lock_folder(output, "build of an index"), _Readings(output / READINGS, probe) as readings:
            kept = readings.read(names, encoder, settings or Settings.read(), progress)
            return _write(output, kept, table or LabelTable({}, 0), probe, progress, secret=secret)
    except OSError as error:
        raise UsageError(
            f"the index cannot be written to {output}: {error.strerror or error}; name another folder with --output"
        ) from error


def _prepare_folder(output: Path) -> None:
    """Make the folder of the index, for its owner alone; one that holds anything else is refused."""
    output.mkdir(parents=True, exist_ok=True)
    if any(output.iterdir()) and not ((output / READINGS).exists() or (output / MANIFEST).exists()):
        raise UsageError(f"{output} holds other files than an index; name a new or empty folder with --output")
    output.chmod(0o700)


class _Readings:
    """File of what was read, appended to line by line; a line that a killed build left unfinished is cut off."""

    def __init__(self, path: Path, probe: Vectors) -> None:
        self.kept: dict[str, _Kept] = {}
        head, whole = json.dumps([FORMAT, write_vector(probe)]).encode() + b"\n", 0
        if path.exists():
            whole = self._load(path, probe)
        self._file = path.open("r+b" if whole else "w+b")
        os.chmod(path, 0o600)
        self._file.truncate(whole)
        self._file.seek(whole)
        if not whole:
            self._file.write(head)

    def __enter__(self) -> _Readings:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _load(self, path: Path, probe: Vectors) -> int:
        """Load what was read by the same encoder, and return the length of the whole lines."""
        lines = path.read_bytes().splitlines(keepends=True)
        try:
            form, then = json.loads(lines[0])
            if form != FORMAT or not is_unchanged(then, probe):
                return 0
        except (IndexError, ValueError):
            return 0
        whole = len(lines[0])
        for line in lines[1:]:
            try:
                digest, *parts = json.loads(line)
                self.kept[digest] = _Kept(*parts)
            except (ValueError, TypeError):
                break
            if not line.endswith(b"\n"):
                break
            whole += len(line)
        return whole

    def read(
        self, names: Mapping[str, Path], encoder: ImageEncoder, settings: Settings, progress: Progress
    ) -> list[tuple[str, str, _Kept]]:
        """Return name, digest and what was read of each file; what is not kept is read."""
        found = []
        for done, (name, path) in enumerate(names.items(), 1):
            digest = digest_file(path)
            if digest not in self.kept:
                self.kept[digest] = kept = _read_one(path, encoder, settings)
                self._file.write(json.dumps([digest, *kept]).encode() + b"\n")
                self._file.flush()
            found.append((name, digest, self.kept[digest]))
            progress("images read", done, len(names))
        return found


def _read_one(path: Path, encoder: ImageEncoder, settings: Settings) -> _Kept:
    try:
        radiograph = read_radiograph(path, settings=settings)
    except InputError:
        return _Kept(reason="unread")
    taken = Fingerprint.take(radiograph, encoder.read(radiograph))
    return _Kept(reason="refused") if taken is None else _Kept(write_vector(taken.features), taken.hash.tobytes().hex())


def _write(
    output: Path,
    kept: Iterable[tuple[str, str, _Kept]],
    table: LabelTable,
    probe: Vectors,
    progress: Progress,
    *,
    secret: bytes,
) -> ImageBuild:
    """Write a version of the index, and make it the current one."""
    kept = list(kept)
    read, left = [one for one in kept if not one[2].reason], Counter(one[2].reason for one in kept)
    if not read:
        raise InputError(f"none of {len(kept)} files is a frontal chest X-ray that can be read, so nothing is indexed")
    progress("writing the index", 0, None)
    key = secrets.token_bytes(32)
    rows = [_lay_row(name, digest, one, table, (key, secret)) for name, digest, one in read]
    version = f"version-{secrets.token_hex(8)}"
    part = output / version
    part.mkdir(mode=0o700)
    try:
        FaissIndex.build(np.stack([read_vector(one.vector) for _, _, one in read])).write(part / VECTORS)
        write_text(part / IMAGES, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        facts: dict[str, Any] = {"format": FORMAT, "version": version, "images": len(rows), "key": key.hex()}
        facts["ledger"] = digest_key(secret) if secret else ""
        write_text(output / MANIFEST, json.dumps(facts | {"probe": write_vector(probe)}, indent=1) + "\n")
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    for other in output.iterdir():
        if _VERSION.fullmatch(other.name) and other.name != version:
            shutil.rmtree(other, ignore_errors=True)
    labelled = sum(bool(row.labels) for row in rows)
    return ImageBuild(
        folder=str(output),
        images=len(rows),
        refused=left["refused"],
        unread=left["unread"],
        labelled=labelled,
        unknown=table.unknown,
    )


def _lay_row(name: str, digest: str, kept: _Kept, table: LabelTable, keys: tuple[bytes, bytes]) -> IndexedImage:
    """Lay the row of an image; its patient is hashed with each key that there is."""
    row, (key, secret) = table.rows.get(name), keys
    if row is None or not row.patient:
        return IndexedImage(name, digest, kept.hash, None, row.labels if row else ())
    counted = hash_names(row.patient, secret) if secret else ()
    return IndexedImage(name, digest, kept.hash, hash_patient(row.patient, key), row.labels, counted)


__all__ = ["READINGS", "ImageBuild", "build_image_index"]
