"""Reports inside an archive as it is downloaded: Open-i's ``.tgz``, MIMIC-CXR's ``mimic-cxr-reports.zip``.

Nothing is unpacked to disk. What an archive may hold is limited, in one member, in all and against its own size, so
that a small file cannot fill the memory.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from thoracite.errors import InputError
from thoracite.kg.reports.report import MAX_CHARACTERS, Report
from thoracite.kg.reports.sections import Unread, measure_unread, sum_unread

MAX_MEMBER = 4_000_000
"""Bytes of one member; Open-i's largest has 8,967."""
MAX_TOTAL = 4_000_000_000
"""Bytes of all members; MIMIC-CXR's 227,835 reports have about 170 million."""
MAX_RATIO = 200
"""Bytes out for a byte in; text packs about 20 to 1. Asked of archives that yield more than 16 MB."""
_RATIO_FROM = 16_000_000


def read_members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every ``.xml`` and ``.txt`` member, in the archive's order.

    Parameters
    ----------
    path : Path
        ``.tgz``, ``.tar.gz``, ``.tar`` or ``.zip``.

    Raises
    ------
    InputError
        If it is no archive, breaks off, is encrypted, or exceeds a limit.
    """
    found = False
    try:
        for name, data in _read_zip(path) if path.suffix == ".zip" else _read_tar(path):
            found = True
            yield name, data
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}; expected a whole .tgz or .zip") from error
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, RuntimeError, NotImplementedError) as error:
        raise InputError(f"{path} is damaged, encrypted or no archive ({error}); download it again") from error
    if not found:
        raise InputError(f"{path} holds no .xml or .txt report; expected Open-i's or MIMIC-CXR's archive")


def _wanted(name: str) -> bool:
    return name.endswith((".xml", ".txt")) and not name.startswith("__MACOSX")


def _check(path: Path, name: str, size: int, total: int) -> None:
    if size > MAX_MEMBER:
        raise InputError(f"{name} in {path} has {size:,} bytes; expected at most {MAX_MEMBER:,} for one report")
    if total > MAX_TOTAL:
        raise InputError(f"{path} unpacks to more than {MAX_TOTAL:,} bytes; expected an archive of reports")


def _check_ratio(path: Path, unpacked: int, packed: int) -> None:
    if unpacked > _RATIO_FROM and unpacked > MAX_RATIO * max(packed, 1):
        raise InputError(
            f"{path} unpacks to more than {MAX_RATIO} times its size, as no archive of reports does; it is refused"
        )


class _Guarded(io.RawIOBase):
    """The unpacked bytes of a tar file, counted while they flow.

    The tar reader may ask for a whole header that claims to be huge, so the flow is limited between two members,
    whatever their declared sizes are.
    """

    def __init__(self, path: Path, packed: io.BufferedReader) -> None:
        self.path, self.packed, self.total, self.since_member = path, packed, 0, 0
        start = packed.peek(2)[:2]
        self.unpacked: io.BufferedIOBase = gzip.GzipFile(fileobj=packed) if start == b"\x1f\x8b" else packed

    def read(self, size: int = -1) -> bytes:
        data = self.unpacked.read(min(size, MAX_MEMBER) if size >= 0 else MAX_MEMBER)
        self.total += len(data)
        self.since_member += len(data)
        _check_ratio(self.path, self.total, self.packed.tell())
        _check(self.path, "a member", max(0, self.since_member - 65_536), self.total)
        return data


def _read_tar(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as packed:
        guarded = _Guarded(path, packed)
        with tarfile.open(fileobj=guarded, mode="r|") as archive:
            for member in archive:
                archive.members = []  # type: ignore[attr-defined]  # else it keeps every header
                guarded.since_member = 0
                _check(path, member.name, member.size, guarded.total)
                if member.isfile() and _wanted(member.name) and (file := archive.extractfile(member)):
                    yield member.name, file.read()


def _read_zip(path: Path) -> Iterator[tuple[str, bytes]]:
    packed, total = path.stat().st_size, 0
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.is_dir() or not _wanted(member.filename):
                continue
            with archive.open(member) as file:
                data = file.read(MAX_MEMBER + 1)  # the declared size may lie
            total += len(data)
            _check(path, member.filename, max(len(data), member.file_size), total)
            _check_ratio(path, total, packed)
            yield member.filename, data


def parse_openi(data: bytes, name: str) -> Report:
    """Findings and impression of one Open-i report; its MeSH codes are not looked at.

    Parameters
    ----------
    data : bytes
        The XML document.
    name : str
        What to call it in an error, and its identifier where it states none.

    Raises
    ------
    InputError
        If it is not XML, declares a document type or an entity, has no abstract, or is too long.

    References
    ----------
    Demner-Fushman D et al. Preparing a collection of radiology examinations. JAMIA 2016;23:304.

    Examples
    --------
    >>> xml = b'''<eCitation><uId id="CXR9"/><MedlineCitation><Article><Abstract><AbstractText Label="FINDINGS">
    ...           Clear.</AbstractText></Abstract></Article></MedlineCitation></eCitation>'''
    >>> parse_openi(xml, "9.xml").sections
    {'findings': 'Clear.'}
    """
    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        kind = type(error).__name__.removesuffix("Forbidden")
        raise InputError(f"{name} declares a document type or entity ({kind}), which is refused; remove it") from error
    except (ParseError, ValueError, LookupError) as error:
        raise InputError(f"{name} is not XML ({error}); expected an Open-i report") from error
    texts = root.findall("./MedlineCitation/Article/Abstract/AbstractText")
    if not texts:
        raise InputError(f"{name} has no MedlineCitation/Article/Abstract/AbstractText; expected an Open-i report")
    sections: dict[str, str] = {}
    unread: list[Unread] = []
    for text in texts:
        label = text.get("Label", "").lower()
        body = " ".join("".join(text.itertext()).split())
        if label in {"findings", "impression"} and body:
            sections[label] = f"{sections[label]} {body}" if label in sections else body
        elif body:
            unread += measure_unread(f"{label.upper()}: {body}")
    if sum(map(len, sections.values())) > MAX_CHARACTERS:
        raise InputError(f"{name} is longer than {MAX_CHARACTERS:,} characters; expected one report")
    identifier = root.find("./uId")
    stated = identifier.get("id", "") if identifier is not None else ""
    return Report(id=stated or Path(name).stem, sections=sections, unread=sum_unread(unread), source="thxs:openi")


__all__ = ["MAX_MEMBER", "MAX_RATIO", "MAX_TOTAL", "parse_openi", "read_members"]
