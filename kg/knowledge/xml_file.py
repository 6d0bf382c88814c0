"""Untrusted XML: read as a stream, packed or not, with nothing fetched and nothing expanded.

References
----------
defusedxml: XML bomb protection for Python. PyPI, version 0.7.1.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from thoracite.errors import InputError

MAX_BYTES = 4_000_000_000
"""Largest unpacked document in bytes; a file of PubMed's baseline has some 200 million."""
MAX_RATIO = 200
"""Largest ratio of unpacked to packed bytes; PubMed's baseline has about 12. Checked in files beyond 16 MB."""
_RATIO_FROM = 16_000_000


class _Unpacked(io.RawIOBase):
    """The bytes of a file, unpacked if it is gzip, and counted while they are read."""

    def __init__(self, path: Path, packed: io.BufferedReader) -> None:
        self.path, self.packed, self.total = path, packed, 0
        self.zipped = packed.peek(2)[:2] == b"\x1f\x8b"
        self.unpacked: io.BufferedIOBase = gzip.GzipFile(fileobj=packed) if self.zipped else packed

    def read(self, size: int = -1) -> bytes:
        data = self.unpacked.read(size if 0 <= size <= 65_536 else 65_536)
        self.total += len(data)
        too_dense = self.zipped and self.total > _RATIO_FROM and self.total > MAX_RATIO * max(self.packed.tell(), 1)
        if self.total > MAX_BYTES or too_dense:
            raise InputError(f"{self.path} unpacks to {self.total:,} bytes, as no article does; it is refused")
        return data


@contextmanager
def _open(path: Path, expected: str) -> Iterator[io.RawIOBase]:
    try:
        with path.open("rb") as packed:
            yield _Unpacked(path, packed)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{path} cannot be read: {reason}; expected {expected}") from error
    except (EOFError, zlib.error) as error:
        raise InputError(f"{path} breaks off or is damaged ({error}); download it again") from error
    except DefusedXmlException as error:
        kind = type(error).__name__.removesuffix("Forbidden")
        raise InputError(f"{path} declares an entity ({kind}), which is refused; remove it") from error
    except (ParseError, ValueError, LookupError) as error:
        raise InputError(f"{path} is not XML ({error}); expected {expected}") from error


def read_elements(path: Path, tags: Container[str], *, expected: str) -> Iterator[Element]:
    """Yield elements of some names, one at a time, without their namespace; memory is freed as they are read.

    Parameters
    ----------
    path : Path
        XML, or XML packed with gzip.
    tags : container of str
        Local names; an element inside another of them is not yielded again.
    expected : str
        Expected kind of file, for error messages.

    Raises
    ------
    InputError
        If the file cannot be read, is not XML, declares entities, or unpacks to too much.
    """
    with _open(path, expected) as file:
        above: list[Element] = []
        inside = 0
        for event, element in iterparse(file, events=("start", "end"), forbid_entities=True, forbid_external=True):
            element.tag = local_name(element)
            wanted = element.tag in tags
            if event == "start":
                above.append(element)
                inside += wanted
                continue
            above.pop()
            inside -= wanted
            if wanted and not inside:
                yield element
            if not inside and above:
                above[-1].remove(element)


def read_root(path: Path, *, expected: str) -> str:
    """Return the local name of a document's first element."""
    with _open(path, expected) as file:
        for _, element in iterparse(file, events=("start",), forbid_entities=True, forbid_external=True):
            return local_name(element)
    raise InputError(f"{path} is empty; expected {expected}")


def local_name(element: Element) -> str:
    """Return an element's name without its namespace; empty for comments and instructions."""
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def gather_text(element: Element, *, skip: Container[str] = ()) -> str:
    """Gather the text inside an element, without that of elements to skip; white space becomes one blank.

    Examples
    --------
    >>> from xml.etree.ElementTree import fromstring
    >>> gather_text(fromstring("<p>Air <b>is</b> seen<xref>1</xref>.</p>"), skip={"xref"})
    'Air is seen.'
    """
    return " ".join("".join(_parts(element, skip)).split())


def _parts(element: Element, skip: Container[str]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if local_name(child) not in skip:
            yield from _parts(child, skip)
        yield child.tail or ""


__all__ = ["MAX_BYTES", "MAX_RATIO", "gather_text", "local_name", "read_elements", "read_root"]
