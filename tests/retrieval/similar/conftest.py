"""A folder of drawn chests and other files, and a small encoder that reads them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from thoracite.phantom import draw_phantom
from thoracite.retrieval.similar.build import ImageBuild, build_image_index
from thoracite.retrieval.similar.labels import read_labels
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph

TABLE = """image,labels,patient
ann/1.png,Effusion|Cardiomegaly,ann
ann/2.png,CheXpert:Pleural Effusion,ann
ben.png,No Finding,ben
dan.png,A small left effusion was seen by Dr Smith.,dan
elsewhere/../../gone.png,Mass,eve
"""


class CellEncoder:
    """Features are the brightness of 8 × 8 cells beside their mean; an image of one grey is refused."""

    name = "cells"

    def __init__(self, *, mirrored: bool = False) -> None:
        self.mirrored, self.read_images = mirrored, 0

    def read(self, radiograph: Radiograph) -> Reading:
        self.read_images += 1
        cells = np.asarray(Image.fromarray(radiograph.pixels).resize((8, 8), Image.Resampling.BOX))
        if np.ptp(cells) < 0.01:
            return Reading(accepted=False, reason="it is no chest X-ray")
        if self.mirrored:
            cells = cells[:, ::-1]
        return Reading(features=tuple((cells - cells.mean()).ravel().tolist()))


def list_files(folder: Path) -> Sequence[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def save(pixels: np.ndarray, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)).save(path)


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five chests of four people, one grey image, one file that is no image."""
    folder = tmp_path_factory.mktemp("drawn") / "scans"
    for seed, name in enumerate(("ann/1.png", "ann/2.png", "ben.png", "cal.png", "dan.png")):
        save(draw_phantom(seed + 1, size=128).image, folder / name)
    save(np.full((128, 128), 0.5), folder / "grey.png")
    (folder / "broken.png").write_bytes(b"no image")
    return folder


@pytest.fixture
def scans(drawn: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(drawn, tmp_path / "scans"))


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def build(scans: Path, output: Path, encoder: CellEncoder, labels: Path | None = None) -> ImageBuild:
    table = None if labels is None else read_labels(labels)
    return build_image_index(scans, list_files(scans), output, encoder, table=table)
