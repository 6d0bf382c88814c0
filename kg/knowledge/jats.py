"""Journal articles in JATS, as in PubMed Central.

References
----------
ANSI/NISO Z39.96, JATS: Journal Article Tag Suite.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from thoracite.errors import InputError
from thoracite.kg.facts import Source
from thoracite.kg.knowledge.passage import Section
from thoracite.kg.knowledge.xml_file import gather_text, local_name, read_elements
from thoracite.kg.vocabulary import mint

_EXPECTED = "an article in JATS (.nxml, .xml)"
_INLINE_SKIPPED = frozenset({
    "xref", "table-wrap", "fig", "disp-formula", "inline-formula", "fn", "supplementary-material", "ext-link", "label",
})  # fmt: skip
_PARAGRAPHS = frozenset({"p", "caption"})
_PASSED = frozenset({"table", "ref-list", "disp-formula", "fn-group", "ack", "app-group"})
_IDS = ("doi", "pmc", "pmid", "publisher-id")


def read_jats(path: Path) -> Iterator[Section]:
    """Read title, abstract, body and captions of every article of a file.

    Parameters
    ----------
    path : Path
        One ``article``, or a set of them.

    Raises
    ------
    InputError
        If the file cannot be read, is not XML, or an article has no identifier.
    """
    for article in read_elements(path, {"article"}, expected=_EXPECTED):
        for element in article.iter():
            element.tag = local_name(element)
        source = _read_source(article, path)
        yield Section(source, "title", source.title)
        for name in ("./front/article-meta/abstract", "./body"):
            for part in article.findall(name):
                yield from _walk(part, source, "abstract" if "abstract" in name else "body")


def _read_source(article: Element, path: Path) -> Source:
    ids = {one.get("pub-id-type"): gather_text(one) for one in article.findall("./front/article-meta/article-id")}
    kind = next((name for name in _IDS if ids.get(name)), None)
    if kind is None:
        raise InputError(f"{path} has an article without an article-id; expected {_EXPECTED}")
    title = article.find("./front/article-meta/title-group/article-title")
    return Source(
        id=mint(f"{kind} {ids[kind]}").replace("thx:", "thxs:", 1),
        title=gather_text(title) if title is not None else ids[kind],
        reference=f"https://doi.org/{ids[kind]}" if kind == "doi" else f"{kind} {ids[kind]}",
        licence=_read_licence(article) or "not stated in the article (facts only)",
    )


def _read_licence(article: Element) -> str:
    for tag in ("license", "copyright-statement"):
        for element in article.findall(f"./front/article-meta/permissions/{tag}"):
            link = next((value for name, value in element.items() if name.endswith("href")), "")
            if stated := link or gather_text(element)[:200]:
                return stated
    return ""


def _walk(element: Element, source: Source, name: str) -> Iterator[Section]:
    """Yield the paragraphs below an element, under the nearest headings."""
    title = element.find("title")
    if element.tag == "sec" and title is not None and (heading := gather_text(title, skip=_INLINE_SKIPPED)):
        name = heading if name in {"body", "abstract"} else f"{name} / {heading}"
    for child in element:
        if child.tag in _PARAGRAPHS:
            yield Section(source, f"{name}, caption" if child.tag == "caption" else name, _paragraph(child))
            for inner in child.iter("fig"):
                yield from _walk(inner, source, name)
        elif child.tag not in _PASSED:
            yield from _walk(child, source, name)


def _paragraph(element: Element) -> str:
    return gather_text(element, skip=_INLINE_SKIPPED)


__all__ = ["read_jats"]
