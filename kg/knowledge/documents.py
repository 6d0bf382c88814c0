"""Documents about the chest, read sentence by sentence in any format.

Examples
--------
>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder:
...     _ = Path(folder, "notes.md").write_text("# Signs\\n\\nA meniscus is seen. It is smooth.\\n")
...     [(passage.locator, passage.text) for passage in read_passages([Path(folder)])]
[('Signs, sentence 1', 'A meniscus is seen.'), ('Signs, sentence 2', 'It is smooth.')]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from thoracite.errors import InputError
from thoracite.kg.knowledge.glossary import is_glossary, read_obo_definitions, read_table
from thoracite.kg.knowledge.jats import read_jats
from thoracite.kg.knowledge.medquad import read_medquad
from thoracite.kg.knowledge.passage import Passage, Section, split_passages
from thoracite.kg.knowledge.pubmed import read_pubmed
from thoracite.kg.knowledge.textbook import read_cnxml, read_pdf, read_text
from thoracite.kg.knowledge.xml_file import read_root

Reader = Callable[[Path], Iterator[Section]]

ENDINGS = (".xml", ".xml.gz", ".nxml", ".cnxml", ".pdf", ".txt", ".md", ".obo")
"""File name endings of documents; the first element of an ``.xml`` decides its format."""

_EXPECTED = "PubMed XML, JATS, CNXML, MedQuAD XML, PDF, .txt, .md, .obo or a table of definitions"
_READERS: dict[str, Reader] = {
    ".pdf": read_pdf,
    ".txt": read_text,
    ".md": read_text,
    ".obo": read_obo_definitions,
    ".tsv": read_table,
    ".csv": read_table,
}
_ROOTS: dict[str, Reader] = {
    "PubmedArticleSet": read_pubmed,
    "article": read_jats,
    "pmc-articleset": read_jats,
    "document": read_cnxml,
    "Document": read_medquad,
    "Documents": read_medquad,
}
_TABLES = frozenset({".tsv", ".csv"})
_NOT_READ = re.compile(r"(?i)(?:licen[cs]e|notice|readme|copying|changelog)\b")


def read_passages(paths: Iterable[Path], *, licence: str | None = None) -> Iterator[Passage]:
    """Read the sentences of files and folders, in order, as a stream.

    Parameters
    ----------
    paths : iterable of Path
        Files with one of :data:`ENDINGS`, or folders, whose other files are ignored.
    licence : str or None
        The licence of all of them, where the files do not state it.

    Raises
    ------
    InputError
        If a path does not exist, a file cannot be read, or there is nothing to read.
    """
    for path in find_documents(paths):
        for passage in split_passages(find_reader(path)(path)):
            if licence and passage.source.licence.startswith("not stated"):
                passage = passage._replace(source=passage.source.model_copy(update={"licence": licence}))
            yield passage


def find_documents(paths: Iterable[Path]) -> list[Path]:
    """Find files to read, folders expanded and sorted.

    Raises
    ------
    InputError
        If a path does not exist, or a folder holds nothing to read.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if is_document(one) and not _NOT_READ.match(one.name))
            if not inside:
                raise InputError(f"folder {path} holds nothing to read; expected {_EXPECTED}")
            found += inside
        elif path.exists():
            found.append(path)
        else:
            raise InputError(f"{path} does not exist; expected {_EXPECTED}, or a folder of them")
    return found


def is_document(path: Path) -> bool:
    """Tell whether a file is a document: by its name, or a table by its columns."""
    named = path.name.lower().endswith(ENDINGS)
    return path.is_file() and (named or (path.suffix.lower() in _TABLES and is_glossary(path)))


def find_reader(path: Path) -> Reader:
    """Return the reader that fits a file.

    Raises
    ------
    InputError
        If there is none.
    """
    if reader := _READERS.get(path.suffix.lower()):
        return reader
    if not path.name.lower().endswith((".xml", ".xml.gz", ".nxml", ".cnxml")):
        raise InputError(f"{path} is of an unknown kind; expected {_EXPECTED}")
    root = read_root(path, expected=_EXPECTED)
    if reader := _ROOTS.get(root):
        return reader
    raise InputError(f"{path} begins with <{root}>, which is not known; expected {_EXPECTED}")


__all__ = ["ENDINGS", "find_documents", "find_reader", "is_document", "read_passages"]
