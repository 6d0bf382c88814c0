"""PubMed's articles: title and abstract of every record, from ``efetch`` and from the baseline's ``.xml.gz``.

References
----------
NLM. PubMed DTD and XML element descriptions, 2019 and later.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from thoracite.errors import InputError
from thoracite.kg.facts import Source
from thoracite.kg.knowledge.passage import Section
from thoracite.kg.knowledge.xml_file import gather_text, read_elements

_EXPECTED = "PubMed XML (efetch's or the baseline's) with PubmedArticle elements"


def read_pubmed(path: Path) -> Iterator[Section]:
    """Read titles and abstracts, one record in memory at a time.

    Parameters
    ----------
    path : Path
        ``.xml`` or ``.xml.gz``.

    Raises
    ------
    InputError
        If the file cannot be read, is not XML, or an article has no PMID.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "one.xml")
    ...     _ = path.write_text(
    ...         "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>7</PMID><Article><ArticleTitle>Air."
    ...         "</ArticleTitle><Abstract><AbstractText Label='RESULTS'>Seen.</AbstractText></Abstract></Article>"
    ...         "</MedlineCitation></PubmedArticle></PubmedArticleSet>"
    ...     )
    ...     [(section.source.id, section.name, section.text) for section in read_pubmed(path)]
    [('thxs:pmid_7', 'title', 'Air.'), ('thxs:pmid_7', 'abstract, results', 'Seen.')]
    """
    for article in read_elements(path, {"PubmedArticle"}, expected=_EXPECTED):
        number = article.findtext("./MedlineCitation/PMID", "").strip()
        if not number.isdigit():
            raise InputError(f"{path} has an article without a PMID; expected {_EXPECTED}")
        body = article.find("./MedlineCitation/Article")
        if body is not None:
            yield from _read_article(body, number)


def _read_article(body: Element, number: str) -> Iterator[Section]:
    heading = body.find("ArticleTitle")
    title = gather_text(heading) if heading is not None else ""
    rights = body.findtext("./Abstract/CopyrightInformation", "").strip()
    source = Source(
        id=f"thxs:pmid_{number}",
        title=title or f"PubMed record {number}",
        reference=f"https://pubmed.ncbi.nlm.nih.gov/{number}/",
        licence=rights or "not stated in PubMed (facts only)",
    )
    if title:
        yield Section(source, "title", title)
    for text in body.findall("./Abstract/AbstractText"):
        label = (text.get("Label") or "").strip().lower()
        yield Section(source, f"abstract, {label}" if label else "abstract", gather_text(text))


__all__ = ["read_pubmed"]
