"""Questions and answers in MedQuAD's XML.

References
----------
Ben Abacha A, Demner-Fushman D. A question-entailment approach to question answering. BMC Bioinformatics 2019;20:511.
doi:10.1186/s12859-019-3119-4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from thoracite.errors import InputError
from thoracite.kg.facts import Source
from thoracite.kg.knowledge.passage import Section, opens_list
from thoracite.kg.knowledge.xml_file import read_elements
from thoracite.kg.vocabulary import mint

_EXPECTED = "MedQuAD XML: a Document with QAPairs"
_HEADING = re.compile(r"[A-Z][\w',/() -]{2,60}")
_GAP = re.compile(r"[ \t]{4,}(?=\S)")


def read_medquad(path: Path) -> Iterator[Section]:
    """Read the answers of a file, each under its question's kind and its headings; pairs without answer are skipped.

    Parameters
    ----------
    path : Path
        One ``Document``, or several under one root.

    Raises
    ------
    InputError
        If the file cannot be read, is not XML, or a document has no id.
    """
    for document in read_elements(path, {"Document"}, expected=_EXPECTED):
        number, collection = document.get("id", ""), document.get("source", "")
        if not number:
            raise InputError(f"{path} has a Document without an id; expected {_EXPECTED}")
        topic = document.findtext("./Focus", "").strip()
        source = Source(
            id=mint(f"medquad {collection} {number}").replace("thx:", "thxs:", 1),
            title=f"{collection}: {topic}".strip(": ") or path.stem,
            reference=document.get("url") or path.name,
            licence="not stated in the file (MedQuAD: CC BY 4.0)",
        )
        for pair in document.iter("QAPair"):
            yield from _read_answer(pair, source, topic)


def _read_answer(pair: Element, source: Source, topic: str) -> Iterator[Section]:
    question = pair.find("Question")
    kind = question.get("qtype", "question") if question is not None else "question"
    answer = pair.findtext("Answer", "")
    name, lines = f"{kind} ({pair.get('pid', '')})", list[str]()
    for block in re.split(r"\n\s*\n", _GAP.sub("\n\n", answer)):
        text = block.strip()
        if _HEADING.fullmatch(text) and not opens_list(text) and (not lines or lines[-1].endswith((".", ")"))):
            if lines:
                yield Section(source, name, "\n\n".join(lines), topic)
            name, lines = f"{kind} ({pair.get('pid', '')}): {text}", []
        elif text:
            lines.append(text)
    if lines:
        yield Section(source, name, "\n\n".join(lines), topic)


__all__ = ["read_medquad"]
