"""From the sentences of books and articles to triples, by the words that relate two concepts in them.

A sentence states a triple where a connector (:mod:`thoracite.kg.knowledge.connectors`) joins two phrases whose heads
are concepts (:mod:`thoracite.kg.knowledge.arguments`). Denied, asked or unknown statements give no triple;
hedged ones give less confidence. Precision comes first: unclear statements are left out.

Examples
--------
>>> from thoracite.kg.facts import Source
>>> book = Source(id="thxs:book_notes", title="Notes", reference="notes.md", licence="CC BY 4.0")
>>> passage = Passage(book, "Causes", 3, "Heart failure and pneumonia can cause a pleural effusion.")
>>> for triple in KnowledgeExtractor().extract(passage):
...     print(triple.key, triple.provenance[0].confidence, triple.provenance[0].locator)
('thx:pleural_effusion', 'thx:caused_by', 'thx:congestive_heart_failure') medium Causes, sentence 3
('thx:pleural_effusion', 'thx:caused_by', 'thx:pneumonia') medium Causes, sentence 3
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from thoracite.kg.concepts import read_concepts
from thoracite.kg.extract.extractor import extract_sentence
from thoracite.kg.extract.text import split_tokens
from thoracite.kg.knowledge.arguments import Mention, drop_brackets, find_ends, find_heads
from thoracite.kg.knowledge.connectors import Found, find_connectors
from thoracite.kg.knowledge.definitions import complete_definition
from thoracite.kg.knowledge.passage import Passage
from thoracite.kg.linking.linker import Linker
from thoracite.kg.vocabulary import HAS_ATTRIBUTE, RELATIONS
from thoracite.types import Certainty, Confidence, Provenance, Triple

NAME, VERSION = "thoracite-prose-rules", "1"
"""Extractor and version in the provenance."""

_UNKNOWN = re.compile(
    r"\b(?:unknown|unclear|not (?:known|clear|certain|understood)|isn'?t (?:known|clear)|whether|no evidence"
    r"|controversial|no one is sure|hypothes[ie]s|doubtful|myth|unlikely that|did not|failed to|ruled? out"
    r"|mistaken belief)\b"
)
_DOUBT = re.compile(
    r"\b(?:might|possibl[ey]|perhaps|believed?|thought|suspect\w*|suggest(?:s|ed)? that"
    r"|some (?:studies|research|researchers|experts)|theor(?:y|ies|ized)|appears? to|seems? to|likely|probably"
    r"|in theory)\b"
)
_TOPIC = re.compile(r"^(?:the|this)\s+(?:condition|disease|disorder|illness)\b(?=\s)", re.IGNORECASE)


class KnowledgeExtractor:
    """Extractor of triples from sentences.

    Parameters
    ----------
    linker : Linker or None
        Linker to the concepts; the project's own unless given, without attributes, which are phrases of many words.
    """

    def __init__(self, linker: Linker | None = None) -> None:
        self._linker = linker or Linker(node for node in read_concepts() if node.entity.kind != "attribute")

    def extract_all(self, passages: Iterable[Passage]) -> Iterator[Triple]:
        """Extract the triples of many sentences, as a stream."""
        for passage in passages:
            yield from self.extract(passage)

    def extract(self, passage: Passage) -> list[Triple]:
        """Extract the triples of one sentence, each once.

        Parameters
        ----------
        passage : Passage
            From :func:`thoracite.kg.knowledge.documents.read_passages`.
        """
        stated: dict[tuple[str, str, str], Triple] = {}
        for text in self._complete(passage):
            for one in self._read(text, passage):
                stated.setdefault(one.key, one)
        return list(stated.values())

    def _complete(self, passage: Passage) -> list[str]:
        """Split the sentence into clauses and add missing words: the topic, or the opening words of its list."""
        topic = passage.topic if passage.topic and self._linker.link(passage.topic) else ""
        if passage.defines:
            return complete_definition(topic, drop_brackets(passage.text)) if topic else []
        text = _TOPIC.sub(topic, passage.text) if topic else passage.text
        return [drop_brackets(f"{passage.stem} {text}".strip())]

    def _read(self, text: str, passage: Passage) -> Iterator[Triple]:
        lowered = text.lower()
        if text.endswith("?") or _UNKNOWN.search(lowered):
            return
        connectors = list(find_connectors(lowered))
        mentions = find_heads(text, self._linker) if connectors else []
        if len(mentions) < 2:
            return
        denied = set[int]() if passage.defines else _find_denied(text)  # "absent" is part of many signs' names
        doubted = _DOUBT.search(lowered) is not None
        supposed = re.search(r"\b(?:if|when|whether)\b", lowered) is not None
        for found in connectors:
            if supposed and found.connector.relation == HAS_ATTRIBUTE:
                continue  # "if the disease is severe" does not state that it is severe
            for left, right in _pair(text, found, mentions, denied):
                subject, object_ = (right, left) if found.connector.swapped else (left, right)
                yield _state(passage, found, subject, object_, doubted=doubted)


def _pair(text: str, found: Found, mentions: list[Mention], denied: set[int]) -> Iterator[tuple[Mention, Mention]]:
    left, right = find_ends(text, found, mentions)
    for one in left:
        for other in right:
            apart = one.entity.id != other.entity.id
            if apart and not any(place in denied for end in (one, other) for place in range(end.start, end.end)):
                yield one, other


def _state(passage: Passage, found: Found, subject: Mention, object_: Mention, *, doubted: bool) -> Triple:
    confidence: Confidence = "low" if doubted else "medium" if found.hedged else "high"
    origin = Provenance(
        source=passage.source.id,
        locator=passage.locator,
        extractor=NAME,
        version=VERSION,
        licence=passage.source.licence,
        confidence=confidence,
    )
    return Triple(
        subject=subject.entity,
        relation=RELATIONS[found.connector.relation],
        object=object_.entity,
        object_certainty=Certainty.UNCERTAIN if doubted else Certainty.PRESENT,
        provenance=(origin,),
    )


def _find_denied(text: str) -> set[int]:
    """Return the characters of denied parts of the sentence, by the rules for reports."""
    tokens = split_tokens(text)
    return {
        place
        for term in extract_sentence([token.text.lower() for token in tokens])
        if not term.anatomy and term.certainty is Certainty.ABSENT
        for place in range(tokens[term.start].start, tokens[term.end].end)
    }


__all__ = ["NAME", "VERSION", "KnowledgeExtractor"]
