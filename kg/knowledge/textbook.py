"""Textbooks: OpenStax's CNXML, plain text, Markdown and PDF.

References
----------
CNXML 0.7 and 0.8, the markup of OpenStax's books.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from thoracite.errors import InputError
from thoracite.kg.facts import Source
from thoracite.kg.knowledge.passage import Section
from thoracite.kg.knowledge.xml_file import gather_text, local_name, read_elements
from thoracite.kg.vocabulary import mint

MAX_TEXT = 64_000_000
"""Largest size of a plain text in bytes; a thick textbook has some four million."""

_CNXML = "a CNXML module (OpenStax)"
_SKIPPED = frozenset({"link", "footnote", "note", "exercise", "metadata", "media", "math", "title", "table", "figure"})
_HEADING = re.compile(r"^(?:#{1,6}\s+(?P<marked>.+?)\s*#*|(?P<upper>[A-Z][A-Z0-9 ,:'/()-]{3,80}))$")
_HYPHENATED = re.compile(r"(?<=[a-z])-\n(?=[a-z])")


def read_cnxml(path: Path) -> Iterator[Section]:
    """Read paragraphs, list items and captions of a module, under their headings.

    Parameters
    ----------
    path : Path
        One module.

    Raises
    ------
    InputError
        If the file cannot be read or is not XML.
    """
    for document in read_elements(path, {"document"}, expected=_CNXML):
        for element in document.iter():
            element.tag = local_name(element)
        licence = document.find(".//license")
        title = " ".join((document.findtext("./title") or path.stem).split())
        number = " ".join((document.findtext("./metadata/content-id") or path.stem).split())
        source = Source(
            id=mint(f"cnxml {number}").replace("thx:", "thxs:", 1),
            title=title,
            reference=f"OpenStax module {number}",
            licence=(licence.get("url") or gather_text(licence)) if licence is not None else "not stated in the file",
        )
        for content in document.findall("./content"):
            yield from _walk(content, source, title)


def _walk(element: Element, source: Source, name: str) -> Iterator[Section]:
    if element.tag == "section" and (heading := element.find("title")) is not None:
        name = gather_text(heading) or name
    for child in element:
        if child.tag in {"para", "item", "meaning", "caption"}:
            yield Section(source, f"{name}, caption" if child.tag == "caption" else name, _paragraph(child))
            for inner in child.iter():
                if inner is not child and inner.tag in {"item", "caption"}:
                    yield Section(source, name, _paragraph(inner))
        elif child.tag in {"section", "list", "figure", "note"}:
            yield from _walk(child, source, name)


def _paragraph(element: Element) -> str:
    return gather_text(element, skip=_SKIPPED | {"list"})


def read_text(path: Path) -> Iterator[Section]:
    """Read the paragraphs of a plain text or Markdown, under headings marked with ``#`` or in capitals.

    Parameters
    ----------
    path : Path
        UTF-8.

    Raises
    ------
    InputError
        If the file cannot be read, is not UTF-8, or is longer than :data:`MAX_TEXT`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "notes.md")
    ...     _ = path.write_text("# Signs\\n\\nA meniscus is\\nseen.\\n")
    ...     [(section.source.id, section.name, section.text) for section in read_text(path)]
    [('thxs:book_notes', 'Signs', 'A meniscus is seen.')]
    """
    try:
        if path.stat().st_size > MAX_TEXT:
            raise InputError(f"{path} has more than {MAX_TEXT:,} bytes; split the text into files of a chapter each")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; expected a text in UTF-8") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8") from error
    source, name = _describe_book(path, path.stem), "text"
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        lines = block.strip().splitlines()
        if lines and (heading := _HEADING.match(lines[0].strip())):
            name, lines = heading["marked"] or heading["upper"], lines[1:]
        if lines:
            yield Section(source, name, _join(lines))


def _join(lines: list[str]) -> str:
    """Join the lines of a paragraph; a bullet keeps its line."""
    joined = _HYPHENATED.sub("", "\n".join(line.strip() for line in lines))
    return re.sub(r"\n(?![-•*]\s)", " ", joined)


def read_pdf(path: Path) -> Iterator[Section]:
    """Read the text of a PDF, page by page.

    Parameters
    ----------
    path : Path
        A PDF with text; pages that were only scanned hold none.

    Raises
    ------
    InputError
        If it is not a PDF, is encrypted, or has no text.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # its remarks on odd fonts do not help users
    found = False
    try:
        pdf = PdfReader(path)
        if pdf.is_encrypted:
            raise InputError(f"{path} is encrypted; save it without a password first")
        source = _describe_book(path, str((pdf.metadata and pdf.metadata.title) or path.stem))
        for number, page in enumerate(pdf.pages, 1):
            text = page.extract_text().strip()
            if text:
                found = True
                for block in re.split(r"\n\s*\n", text):
                    yield Section(source, f"page {number}", _join(block.splitlines()))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}; expected a PDF") from error
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{path} is not a sound PDF ({error}); expected one that a viewer opens") from error
    if not found:
        raise InputError(f"{path} has no text, as scans have none; run OCR on it first")


def _describe_book(path: Path, title: str) -> Source:
    return Source(
        id=mint(f"book {path.stem}").replace("thx:", "thxs:", 1),
        title=title,
        reference=path.name,
        licence="not stated in the file",
    )


__all__ = ["MAX_TEXT", "read_cnxml", "read_pdf", "read_text"]
