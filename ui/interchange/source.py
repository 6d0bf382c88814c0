"""The image that a document refers to: a DICOM instance as it is, or an honest wrapper around a PNG or JPEG.

Names, numbers and dates of the patient stay behind unless they are asked for: identifiers of study, series and
instance alone tie a document to its image.
"""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from thoracite import __version__
from thoracite.settings import Settings
from thoracite.vision.dicom import is_dicom, read_dicom
from thoracite.vision.image import read_radiograph

_NAMES = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
_PIXELS = (
    "Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation", "Modality", "PatientOrientation", "ImagerPixelSpacing", "PixelSpacing", "RescaleSlope",
    "RescaleIntercept", "RescaleType", "WindowCenter", "WindowWidth", "VOILUTFunction", "ViewPosition",
)  # fmt: skip
_PATIENT = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate",
    "StudyTime", "ReferringPhysicianName",
)  # fmt: skip
"""Attributes that every document has, if only empty (PS3.3 C.7.1.1, C.7.2.1)."""

_SPACE = uuid.UUID("6f6d5f0e-8f0a-5a6e-9f0c-3b1f3a6f7d11")
"""Namespace of the identifiers that are made from a file's bytes."""


class Source(NamedTuple):
    """The image of a document.

    Parameters
    ----------
    reference : pydicom.Dataset
        Identifiers and geometry; of the patient only what was asked for.
    wrapper : pydicom.Dataset or None
        The Secondary Capture image to store beside the document, where the file was no DICOM instance.
    digest : str
        SHA-1 of the file, in hexadecimal digits, as FHIR attachments have it.
    media_type : str
        ``image/png``, ``image/jpeg`` or ``application/dicom``.
    size : int
        Of the file, in bytes.
    """

    reference: Dataset
    wrapper: Dataset | None
    digest: str
    media_type: str
    size: int


def read_source(path: Path, settings: Settings, *, keep_patient: bool = False) -> Source:
    """Read what documents need of an image file.

    Parameters
    ----------
    path : Path
        A PNG, JPEG or DICOM file that was explained.
    settings : Settings
        Limits on what is read.
    keep_patient : bool
        Whether name, number, birth date, sex and the study's dates and numbers of a DICOM file are taken over.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    radiograph = read_radiograph(path, settings=settings)  # checks size and kind before anything else is read
    data = path.read_bytes()
    stored = read_dicom(path) if is_dicom(data[:132]) else Dataset()
    wrapper = None
    if not all(stored.get(name) for name in _NAMES):
        wrapper = _wrap(radiograph.pixels, hashlib.sha256(data).hexdigest(), stored, keep_patient=keep_patient)
    kind = "application/dicom" if stored else "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    return Source(
        reference=_refer(stored if wrapper is None else wrapper, keep_patient=keep_patient),
        wrapper=wrapper,
        digest=hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        media_type=kind,
        size=len(data),
    )


def _refer(stored: Dataset, *, keep_patient: bool) -> Dataset:
    """Take identifiers and geometry of an instance, with its patient or with empty fields."""
    reference = Dataset()
    for name in (*_NAMES, *_PIXELS):
        if name in stored and stored.get(name) not in (None, ""):
            setattr(reference, name, stored.get(name))
    _add_patient(reference, stored, keep_patient=keep_patient)
    return reference


def _add_patient(to: Dataset, stored: Dataset, *, keep_patient: bool) -> None:
    for name in _PATIENT:
        setattr(to, name, stored.get(name, "") if keep_patient else "")
    if keep_patient and stored.get("SpecificCharacterSet"):
        to.SpecificCharacterSet = stored.SpecificCharacterSet
    else:
        to.SpecificCharacterSet = "ISO_IR 192"


def _wrap(pixels: Any, digest: str, stored: Dataset, *, keep_patient: bool) -> Dataset:
    """Make a Secondary Capture image of the pixels; the same file gives the same identifiers."""
    wrapper = Dataset()
    _add_patient(wrapper, stored, keep_patient=keep_patient)
    wrapper.SOPClassUID = SecondaryCaptureImageStorage
    for name, part in (("StudyInstanceUID", "study"), ("SeriesInstanceUID", "series"), ("SOPInstanceUID", "image")):
        setattr(wrapper, name, make_uid(f"{digest} {part}"))
    wrapper.Modality, wrapper.ConversionType = "OT", "WSD"
    wrapper.SeriesNumber, wrapper.InstanceNumber = 1, 1
    wrapper.Manufacturer = wrapper.SecondaryCaptureDeviceManufacturer = "Thoracite"
    wrapper.SecondaryCaptureDeviceManufacturerModelName = "Thoracite"
    wrapper.SecondaryCaptureDeviceSoftwareVersions = __version__
    wrapper.SeriesDescription = "Image file without DICOM original"
    wrapper.ImageType = ["DERIVED", "SECONDARY"]
    wrapper.DerivationDescription = "Grey values of an image file; its DICOM original, patient and date are not known"
    wrapper.PatientOrientation = wrapper.Laterality = ""  # not known
    wrapper.SamplesPerPixel, wrapper.PhotometricInterpretation = 1, "MONOCHROME2"
    wrapper.Rows, wrapper.Columns = pixels.shape
    wrapper.BitsAllocated, wrapper.BitsStored, wrapper.HighBit, wrapper.PixelRepresentation = 8, 8, 7, 0
    grey = np.rint(pixels * 255).astype(np.uint8).tobytes()
    wrapper.PixelData = grey + b"\0" * (len(grey) % 2)
    wrapper["PixelData"].VR = "OB"
    wrapper.file_meta = FileMetaDataset()
    wrapper.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    wrapper.file_meta.MediaStorageSOPClassUID = wrapper.SOPClassUID
    wrapper.file_meta.MediaStorageSOPInstanceUID = wrapper.SOPInstanceUID
    return wrapper


def make_uid(name: str | None = None) -> UID:
    """Make a UID below 2.25, of a UUID: of a name the same each time, otherwise a new one.

    References
    ----------
    DICOM PS3.5 B.2 (UUID Derived UID).

    Examples
    --------
    >>> make_uid("a") == make_uid("a"), make_uid() == make_uid(), make_uid().is_valid
    (True, False, True)
    """
    return UID(f"2.25.{(uuid.uuid4() if name is None else uuid.uuid5(_SPACE, name)).int}")


__all__ = ["Source", "make_uid", "read_source"]
