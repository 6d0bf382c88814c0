"""The build: whole or not at all, resumed where it was stopped, and nothing of a patient but a keyed hash."""

from __future__ import annotations

import os
import stat
import time
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.retrieval.similar.conftest import CellEncoder, build, list_files
from thoracite.errors import InputError, UsageError
from thoracite.retrieval.similar.build import READINGS, build_image_index
from thoracite.retrieval.similar.image_index import ImageIndex
from thoracite.retrieval.similar.labels import LabelTable
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph


class SlowEncoder(CellEncoder):
    """Takes its time over each image."""

    def read(self, radiograph: Radiograph) -> Reading:
        time.sleep(0.3)
        return super().read(radiograph)


def test_what_is_no_chest_is_left_out_and_counted(scans: Path, labels: Path, tmp_path: Path) -> None:
    built = build(scans, tmp_path / "index", CellEncoder(), labels)
    assert (built.images, built.refused, built.unread, built.labelled, built.unknown) == (5, 1, 1, 3, 1)
    with ImageIndex.open(tmp_path / "index", CellEncoder()) as index:
        assert [one.image for one in index.images] == ["ann/1.png", "ann/2.png", "ben.png", "cal.png", "dan.png"]


def test_an_index_holds_no_patient_no_words_and_no_path(scans: Path, labels: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build(scans, folder, CellEncoder(), labels)
    content = b"".join(path.read_bytes() for path in list_files(folder))
    for words in (b"Smith", b'"ann"', b"gone.png", str(tmp_path).encode()):
        assert words not in content
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    one, other, ben = (image.patient for image in ImageIndex.open(folder, CellEncoder()).images[:3])
    assert one == other != ben
    build(scans, folder, CellEncoder(), labels)
    assert ImageIndex.open(folder, CellEncoder()).images[0].patient != one  # another key each time


def test_a_later_build_reads_only_what_is_new(scans: Path, tmp_path: Path) -> None:
    build(scans, tmp_path / "index", CellEncoder())
    (scans / "new.png").write_bytes((scans / "ben.png").read_bytes() + b"\0")
    encoder = CellEncoder()
    assert build(scans, tmp_path / "index", encoder).images == 6
    assert encoder.read_images == 2  # the drawn chest by which an encoder is known, and the new image
    mirrored = CellEncoder(mirrored=True)
    build(scans, tmp_path / "index", mirrored)
    assert mirrored.read_images == 8
    assert len([path for path in (tmp_path / "index").iterdir() if path.is_dir()]) == 1


def test_a_build_that_is_killed_goes_on_where_it_was(scans: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build(scans, folder, CellEncoder())
    before = (folder / "manifest.json").read_bytes()
    (folder / READINGS).unlink()
    process = get_context("fork").Process(target=build, args=(scans, folder, SlowEncoder()))
    process.start()
    while not (folder / READINGS).exists() or (folder / READINGS).read_bytes().count(b"\n") < 4:
        time.sleep(0.05)
    process.kill()
    process.join()
    assert (folder / "manifest.json").read_bytes() == before
    assert len(ImageIndex.open(folder, CellEncoder())) == 5
    kept = (folder / READINGS).read_bytes()
    (folder / READINGS).write_bytes(kept + b'["half a li')
    encoder = CellEncoder()
    assert build(scans, folder, encoder).images == 5
    assert encoder.read_images < 6
    assert b"half a li" not in (folder / READINGS).read_bytes()


def test_a_folder_with_other_files_is_not_touched(scans: Path, tmp_path: Path) -> None:
    before = list_files(scans)
    with pytest.raises(UsageError, match="holds other files than an index"):
        build(scans, scans, CellEncoder())
    assert list_files(scans) == before
    with pytest.raises(UsageError, match="cannot be written to"):
        build(scans, scans / "ben.png", CellEncoder())


def test_a_table_of_another_folder_and_a_folder_without_chests_are_refused(scans: Path, tmp_path: Path) -> None:
    table = LabelTable({}, 0)
    with pytest.raises(InputError, match="names no image of"):
        build_image_index(scans, list_files(scans), tmp_path / "index", CellEncoder(), table=table)
    grey = [scans / "grey.png", scans / "broken.png"]
    with pytest.raises(InputError, match="none of 2 files is a frontal chest X-ray"):
        build_image_index(scans, grey, tmp_path / "index", CellEncoder())
    assert not (tmp_path / "index" / "manifest.json").exists()
    assert os.access(tmp_path / "index" / READINGS, os.R_OK)
