"""What a report states: of which concept, how surely, on which side, to which degree, in which section.

A sentence may also deny a whole class of findings ("the lungs are clear"); :data:`CLASSES` says which. How much of the
report was read is counted, so that a text of which nothing was read is never called free of errors; sentences in
another language are not read.

Examples
--------
>>> from thoracite.kg.extract.extractor import open_extractor
>>> from thoracite.kg.linking.linker import Linker
>>> said = read_report("No pneumothorax. Small left effusion.", extractor=open_extractor(), link=Linker().link)
>>> [(one.entity.label, one.certainty.value, sorted(one.sides), one.sentence) for one in said.statements]
[('pneumothorax', 'definitely absent', [], 'No pneumothorax.'), ('pleural effusion', 'definitely present', ['left'], \
'Small left effusion.')]
>>> said.reading.statements, said.reading.unread_characters
(2, 0)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from thoracite.generation.clauses import find_starts
from thoracite.generation.wording import LEVELS, SIDES
from thoracite.kg.concepts import read_concepts
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.extract.labels import find_mentions
from thoracite.kg.extract.reading import Reading, measure_reading
from thoracite.kg.extract.text import Token, split_sentences, split_tokens
from thoracite.kg.linking.mentions import Link, link_mentions
from thoracite.kg.radgraph import Annotation, Mention
from thoracite.kg.reports.sections import split_report
from thoracite.kg.ties import find_wider
from thoracite.types import Certainty, Entity

DEGREES = {
    "trace": 0, "tiny": 0, "minimal": 0, "minimally": 0, "small": 1, "mild": 1, "mildly": 1, "slight": 1, "slightly": 1,
    "moderate": 2, "moderately": 2, "large": 3, "big": 3, "severe": 3, "severely": 3, "marked": 3, "markedly": 3,
    "massive": 3, "huge": 3, "extensive": 3,
}  # fmt: skip
"""Words of size and severity, in four steps."""

CLASSES: Mapping[str, tuple[str, ...]] = {
    "clear lungs": ("Consolidation", "Pneumonia", "Edema", "Mass"),
    "normal heart": ("Cardiomegaly",),
    "clear pleural spaces": ("Effusion", "Pneumothorax"),
    "normal chest": ("Consolidation", "Pneumonia", "Edema", "Mass", "Cardiomegaly", "Effusion", "Pneumothorax"),
    "no acute abnormality": ("Pneumothorax", "Pneumonia", "Edema"),
}
"""What a sentence about a class of findings denies, by the names of ChestX-ray14.

Atelectasis, scars and granulomas are often named beside clear lungs, an effusion may be old: neither is in it.
"""

_NORMAL = frozenset({"normal", "unremarkable", "within normal limits"})
_CLEAR = _NORMAL | {"clear"}
_SITES = {
    "lungs": "clear lungs", "heart": "normal heart", "cardiac": "normal heart",
    "cardiomediastinal": "normal heart", "pleural": "clear pleural spaces", "chest": "normal chest",
}  # fmt: skip
_CLEAR_SITES = {"lungs": "clear lungs", "chest": "clear lungs", "pleural": "clear pleural spaces"}
_PARTS = frozenset({"left", "right", "wall", "base", "bases", "apex", "apices", "zone", "zones"})
_ACUTE = frozenset({"acute", "active"})
_ABNORMAL = re.compile(r"abnormalit(?:y|ies)|diseases?|process(?:es)?|findings?")
_CHEST = frozenset({
    "cardiopulmonary", "pulmonary", "cardiac", "pleural", "intrathoracic", "thoracic", "chest", "lung", "lungs",
    "heart", "spaces", "cardiothoracic", "thorax",
})  # fmt: skip
_EXCEPT = re.compile(r"\b(?:otherwise|except|apart|aside|remainder|elsewhere)\b", re.IGNORECASE)
_LOBES = {"lingula": "left", "lingular": "left"}
_ENGLISH = frozenset({
    "the", "is", "are", "there", "no", "of", "with", "and", "in", "or", "without", "not", "has", "to", "was",
})  # fmt: skip
_FOREIGN = frozenset({
    "pas", "des", "du", "les", "avec", "sans", "est", "dans", "une", "aux", "au", "kein", "keine", "keinen", "und",
    "nicht", "ohne", "mit", "der", "die", "sin", "del", "los", "las", "el", "hay", "sem", "com", "dos", "della",
    "senza", "geen", "het", "een", "zonder", "en", "le", "la", "de", "ni", "y",
})  # fmt: skip
"""Small words of languages whose names of findings look English: "pas de pneumothorax"."""


class Said(NamedTuple):
    """What a report says of one concept at one place.

    Parameters
    ----------
    entity : Entity
        The concept.
    certainty : Certainty
        How surely it is stated.
    sides : frozenset of str
        ``left``, ``right``, ``bilateral``; none where no side is said.
    sentence : str
        With single spaces.
    section : str
        ``impression``, ``addendum``, or ``findings`` for all else that is read.
    words : frozenset of str
        What qualifies it, in lower case: small, calcified, focal.
    places : frozenset of str
        Levels of the lung: ``upper``, ``lower``.
    degrees : tuple of int
        Steps of :data:`DEGREES`, lowest first.
    """

    entity: Entity
    certainty: Certainty
    sides: frozenset[str]
    sentence: str
    section: str = "findings"
    words: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    degrees: tuple[int, ...] = ()


class SaidOfClass(NamedTuple):
    """What a sentence says of a class of findings: denied (``clear lungs``), or that denial denied.

    Parameters
    ----------
    name : str
        One of :data:`CLASSES`.
    holds : bool
        False for "the lungs are not clear".
    sentence, section : str
        As in :class:`Said`.
    """

    name: str
    holds: bool
    sentence: str
    section: str = "findings"


class Reasoned(NamedTuple):
    """A report's "this suggests that"."""

    sign: Entity
    diagnosis: Entity
    sentence: str


class ReadReport(NamedTuple):
    """A report read: what it states of concepts and of classes, what it gives as a sign of what, and how much of it.

    ``sentences`` are those of findings and impression, in order.
    """

    statements: tuple[Said, ...]
    classes: tuple[SaidOfClass, ...]
    reasons: tuple[Reasoned, ...]
    sentences: tuple[str, ...]
    reading: Reading


def read_report(text: str, *, extractor: Extractor, link: Link) -> ReadReport:
    """What a report states.

    Parameters
    ----------
    text : str
        With or without headings; under headings findings and impression are read.
    extractor : Extractor
        Finds mentions, certainty and relations.
    link : callable
        Phrase → concept or None.
    """
    annotation = extractor.extract(text)
    where = _Places(text, annotation)
    annotation = annotation.model_copy(update={"entities": tuple(filter(where.is_english, annotation.entities))})
    concepts = {key: entity for key, entity in link_mentions(annotation, link).items() if entity.kind != "mention"}
    named: dict[tuple[str, str], Said] = {}
    for mention in annotation.entities:
        entity = concepts.get(mention.id)
        if entity is not None and not mention.is_anatomy and entity.kind not in {"modifier", "attribute", "anatomy"}:
            named[entity.id, mention.id] = where.say(entity, mention, mention.certainty)
    labelled = find_labelled()
    found = [one for one in find_mentions(annotation) if one.label in labelled]
    # to deny what is narrower (a large effusion, a hydropneumothorax) is not to deny the finding
    narrower = {one.mention.id for one in found if _is_narrower(concepts.get(one.mention.id), labelled[one.label])}
    for label, mention, certainty in found:
        if certainty is not Certainty.ABSENT or mention.id not in narrower:
            # labels know more wordings than the linker, and when a wording is less than sure
            named[labelled[label].id, mention.id] = where.say(labelled[label], mention, certainty)
    reasons = tuple(
        Reasoned(concepts[source.id], concepts[target.id], where.find_sentence(source))
        for source, relation, target in annotation.relations()
        if relation == "suggestive_of" and source.id in concepts and target.id in concepts
        if Certainty.ABSENT not in (source.certainty, target.certainty)
    )
    classes = tuple(where.find_classes(annotation))
    return ReadReport(tuple(named.values()), classes, reasons, where.sentences, measure_reading(text, annotation))


def _is_narrower(entity: Entity | None, than: Entity) -> bool:
    return entity is not None and entity.id != than.id and than.id in find_wider(entity.id)


@lru_cache(maxsize=1)
def find_labelled() -> Mapping[str, Entity]:
    """Concepts by their name in ChestX-ray14."""
    return {
        code.removeprefix("NIH14:"): node.entity
        for node in read_concepts()
        for code in node.entity.codes
        if code.startswith("NIH14:")
    }


class _Places:
    """Where mentions stand in a text: their sentences and sections, and the words they are related to."""

    def __init__(self, text: str, annotation: Annotation) -> None:
        tokens = split_tokens(text)
        self._text, self._starts = text, find_starts(text, annotation)
        self._spans = [(tokens[first].start, _find_end(tokens, last)) for first, last in split_sentences(text, tokens)]
        self._sections = [part for part in split_report(text) if not part.unread]
        self._beside: dict[str, list[Mention]] = {}
        self._modifiers: dict[str, list[Mention]] = {}
        for source, name, target in annotation.relations():
            self._beside.setdefault(source.id, []).append(target)
            self._beside.setdefault(target.id, []).append(source)
            if name == "modify":
                self._modifiers.setdefault(target.id, []).append(source)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Sentences of findings and impression, in order."""
        return tuple(map(self._cut, self._spans))

    def find_sentence(self, mention: Mention) -> str:
        return self._cut(self._find_span(mention))

    def is_english(self, mention: Mention) -> bool:
        """Whether a mention's sentence has no more small words of other languages than English ones."""
        words = re.findall(r"\w+", self.find_sentence(mention).lower())
        return sum(word in _FOREIGN for word in words) <= sum(word in _ENGLISH for word in words)

    def say(self, entity: Entity, mention: Mention, certainty: Certainty) -> Said:
        """What the report says of a concept at a mention."""
        words, around = self._find_words(mention), self._find_around(mention)
        sides = {SIDES.get(word) or _LOBES.get(word) for word in around} - {None}
        return Said(
            entity=entity,
            certainty=certainty,
            sides=frozenset(side for side in sides if side),
            sentence=self.find_sentence(mention),
            section=self._find_section(mention),
            words=words,
            places=frozenset(LEVELS[word] for word in around if word in LEVELS) - {"lobe"},
            degrees=tuple(sorted({DEGREES[word] for word in words if word in DEGREES})),
        )

    def find_classes(self, annotation: Annotation) -> Iterator[SaidOfClass]:
        """Sentences that deny a class of findings."""
        for mention in annotation.entities:
            sentence, section, word = self.find_sentence(mention), self._find_section(mention), mention.tokens.lower()
            if mention.is_anatomy or mention.certainty is Certainty.UNCERTAIN or _EXCEPT.search(sentence):
                continue
            if word in _CLEAR and not self._find_words(mention):
                for name in self._find_sites(mention, word):
                    yield SaidOfClass(name, mention.certainty is Certainty.PRESENT, sentence, section)
            elif _ABNORMAL.fullmatch(word) and self._find_words(mention) & _ACUTE:
                sites = {word for one in self._find_anatomy(mention) for word in one.tokens.lower().split()}
                if sites <= _CHEST:
                    holds = mention.certainty is Certainty.ABSENT
                    yield SaidOfClass("no acute abnormality", holds, sentence, section)

    def _cut(self, span: tuple[int, int]) -> str:
        return " ".join(self._text[span[0] : span[1]].split())

    def _find_span(self, mention: Mention) -> tuple[int, int]:
        at = self._starts[mention.start_ix]
        return next((span for span in self._spans if span[0] <= at < span[1]), (0, len(self._text)))

    def _find_section(self, mention: Mention) -> str:
        at = self._starts[mention.start_ix]
        kind = next((part.kind for part in self._sections if part.start <= at < part.end), "text")
        return kind if kind in {"impression", "addendum"} else "findings"

    def _find_anatomy(self, mention: Mention) -> list[Mention]:
        """The anatomy a mention is related to, and what modifies that."""
        near = [one for one in self._beside.get(mention.id, []) if one.is_anatomy]
        return [*near, *(part for one in near for part in self._modifiers.get(one.id, []))]

    def _find_around(self, mention: Mention) -> set[str]:
        """Words of the mention itself and of what it is related to, over anatomy and one step further."""
        near = self._beside.get(mention.id, [])
        far = [other for one in near if one.is_anatomy for other in self._beside.get(one.id, [])]
        return {word for one in (mention, *near, *far) for word in one.tokens.lower().split()}

    def _find_words(self, mention: Mention) -> frozenset[str]:
        modifiers = [one for one in self._modifiers.get(mention.id, []) if not one.is_anatomy]
        words = (word for one in (mention, *modifiers) for word in one.tokens.lower().split() if one is not mention)
        return frozenset(word.removesuffix("-sized") for word in words if word not in SIDES)

    def _find_sites(self, mention: Mention, word: str) -> set[str]:
        """Classes whose site a word is said of, whole: not "the left lung is clear"."""
        words = {part for one in self._find_anatomy(mention) for part in one.tokens.lower().split()}
        if words & _PARTS:
            return set()
        sites = _CLEAR_SITES if word == "clear" else _SITES
        return {name for site, name in sites.items() if site in words}


def _find_end(tokens: list[Token], last: int) -> int:
    """Where a sentence ends in the text, its full stop included."""
    stop = last < len(tokens) and tokens[last].text in {".", "!", "?"}
    return tokens[last if stop else last - 1].end


__all__ = [
    "CLASSES",
    "DEGREES",
    "ReadReport",
    "Reasoned",
    "Said",
    "SaidOfClass",
    "find_labelled",
    "read_report",
]
