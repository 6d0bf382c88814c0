"""DICOM files of phantoms, with a patient of our own making."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

from thoracite.phantom import write_phantoms
from thoracite.pipeline import Explainer
from thoracite.settings import Settings
from thoracite.types import Explanation

PATIENT = {"PatientName": "Doe^Jane", "PatientID": "MRN-4711", "PatientBirthDate": "19500102", "AccessionNumber": "A77"}

WriteDicom = Callable[..., Path]


@pytest.fixture
def write_dicom(tmp_path: Path) -> WriteDicom:
    """A function that writes the grey values of an image as a digital radiograph of that patient."""

    def write(image: Path, **tags: Any) -> Path:
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
        meta.MediaStorageSOPInstanceUID = generate_uid()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
        grey = np.asarray(Image.open(image).convert("L"))
        data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
        data.StudyInstanceUID, data.SeriesInstanceUID = generate_uid(), generate_uid()
        data.Modality, data.ViewPosition, data.PatientOrientation = "DX", "PA", ["L", "F"]
        data.Rows, data.Columns = grey.shape
        data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 8, 8, 7, 0
        data.StudyDate, data.InstitutionName = "20200101", "General Hospital"
        for name, value in {**PATIENT, **tags}.items():
            setattr(data, name, value)
        data.PixelData = grey.tobytes()
        data["PixelData"].VR = "OB"
        path = tmp_path / "chest.dcm"
        data.save_as(path, enforce_file_format=True)
        return path

    return write


@pytest.fixture(scope="session")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A phantom with an effusion on the right."""
    folder = tmp_path_factory.mktemp("phantom")
    write_phantoms(folder, number=1, seed=214)
    return folder / "phantom_00214.png"


@pytest.fixture(scope="session")
def explained(phantom: Path, explainer: Explainer) -> Explanation:
    """What is said of the phantom."""
    return explainer.explain(phantom)


@pytest.fixture(scope="session")
def explainer(graph_settings: Settings) -> Iterator[Explainer]:
    """With the graph that the tests of this room share."""
    with Explainer(graph_settings) as explainer:
        yield explainer


__all__ = ["PATIENT", "WriteDicom"]
