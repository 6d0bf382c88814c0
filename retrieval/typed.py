"""Typed text into concepts: those that it names and does not deny, in reading order, each with its place.

Two readers are joined. The extractor reads what reports say, also where the words of a name stand apart ("the heart is
enlarged"); the linker finds every name of the graph, also those that no report uses, and one's own. Whether a name is
denied is asked of the extractor, with a plain word in its place.

Examples
--------
>>> from thoracite.kg.linking.linker import Linker
>>> read = read_typed("no pneumothorax, small left effusion w/o a thorn sign", Linker())
>>> [entity.id for entity in read.named], sorted(read.denied)
(['thx:pleural_effusion'], ['thx:pneumothorax', 'thx:thorn_sign'])
>>> read.places["thx:pleural_effusion"].side
'left'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from thoracite.kg.extract.extractor import open_extractor
from thoracite.kg.extract.text import split_tokens
from thoracite.kg.linking.mentions import link_mentions
from thoracite.kg.linking.suggestion import correct
from thoracite.kg.vocabulary import CHEST_RADIOGRAPH
from thoracite.retrieval.scene import Seen
from thoracite.types import Certainty, Entity, Region, Side

if TYPE_CHECKING:
    from thoracite.kg.linking.linker import Linker
    from thoracite.kg.radgraph import Annotation, Mention

_SHORT = {
    r"w/o\b": "without",
    r"\b(?:denies|denied)(?= \w)": "no",
    r"\bneg(?:ative)?\.? for\b": "negative for",
    r"[(]-[)]|\B-ve for\b": "no",
    r"\bbig\b": "large",
    **{
        rf"\b{side[0]}{level[0]}l\b": f"{side} {level} lobe"
        for side in ("right", "left")
        for level in ("upper", "middle", "lower")
    },
}
"""What is typed and stands in no report: pattern → the report's word."""

_LEVELS = frozenset({
    "upper", "middle", "mid", "lower", "basal", "basilar", "bibasilar", "apical", "biapical", "lingular",
})  # fmt: skip
_OF_LUNG = _LEVELS | {"left", "right", "bilateral", "unilateral", "lobe", "zone", "lung"}
"""Words that say where in the lungs a finding lies, and nothing else of it."""

_PARTS = frozenset({"modifier", "mention", "attribute", "anatomy"})
"""Kinds of concepts that say where or how, and are asked about on their own alone."""

_PLAIN = "opacity"
"""Stands in place of a name whose certainty is asked."""


class Typed(NamedTuple):
    """What a text names.

    Parameters
    ----------
    named : tuple of Entity
        Concepts that it does not deny, in reading order.
    denied : frozenset of str
        CURIEs that it denies.
    places : mapping of str to Region
        Where it puts a concept, by CURIE.
    """

    named: tuple[Entity, ...] = ()
    denied: frozenset[str] = frozenset()
    places: Mapping[str, Region] = {}

    @property
    def seen(self) -> Seen:
        """Return the same for ranking."""
        return Seen(frozenset(entity.id for entity in self.named), self.denied, self.places)


class _Span(NamedTuple):
    """A concept named from one character to another."""

    start: int
    end: int
    entity: Entity
    absent: bool
    region: Region | None = None


def read_typed(text: str, linker: Linker) -> Typed:
    """Read a text as it is typed.

    Parameters
    ----------
    text : str
        Words, a question, a sentence of a report.
    linker : Linker
        From phrases to the graph's concepts.
    """
    text = _write_out(text)
    typed = _read(text, linker)
    corrected = correct(text, linker.words, cutoff=_CERTAIN)
    if typed.named and corrected != text:  # a misspelt name beside one that was found; one alone is only suggested
        read = _read(corrected, linker)
        return read if set(typed.named) < set(read.named) else typed
    return typed


_CERTAIN = 0.88
"""Likeness from which a word is taken to be misspelt beside others that are not."""


def _read(text: str, linker: Linker) -> Typed:
    joined = _join(list(_read_as_report(text, linker)), list(_find_names(text, linker)))
    spans = sorted(joined, key=lambda span: (span.start, span.end))
    whole = linker.link(text.strip())
    named = [entity for span in spans if not span.absent for entity in (*_find_plain(span.entity, linker), span.entity)]
    if whole is not None and whole.kind != "mention":
        named.insert(0, whole)
    if not named and correct(text, linker.words) == text:  # then a place is what is asked about
        named = [entity for _, _, entity in linker.find_mentions(text) if entity.kind == "anatomy"]
    kept = {entity.id: entity for entity in named}
    return Typed(
        tuple(kept.values()),
        frozenset(span.entity.id for span in spans if span.absent) - set(kept),
        {
            entity.id: span.region
            for span in reversed(spans)
            if span.region is not None and not span.absent
            for entity in (*_find_plain(span.entity, linker), span.entity)
        },
    )


def _write_out(text: str) -> str:
    """Write short forms out, and end what is denied where it ends; "why is there no …" asks for it all the same."""
    for pattern, word in _SHORT.items():
        text = re.sub(pattern, word, text, flags=re.IGNORECASE)
    if re.match(r"\s*why\b", text, re.IGNORECASE):
        return re.sub(r"\b(?:no|not|without)\b", "", text, flags=re.IGNORECASE)
    return "".join(map(_end_denials, re.split(r"([.;:?!\n])", text)))


def _end_denials(sentence: str) -> str:
    """Put a semicolon for each comma after which a denial does not go on.

    In a report "no effusion, edema" is a list that was cut short; typed, it is a denial and a finding. A list goes on
    to its "or", and over three bare names.

    Examples
    --------
    >>> _end_denials("no effusion, cardiomegaly"), _end_denials("no effusion, mass or edema, cardiomegaly")
    ('no effusion; cardiomegaly', 'no effusion, mass or edema; cardiomegaly')
    """
    parts = sentence.split(",")
    ended, denies, listed = parts[0], bool(_DENIAL.search(parts[0])), False
    for at, part in enumerate(parts[1:], 1):
        if not denies:
            goes_on = True
        elif any(_OR.search(later) for later in parts[at:]):
            goes_on = not _OR.search(parts[at - 1]) or bool(_OR.match(part.lstrip()))
        else:
            bare = not any(_NEW.match(later) for later in parts[at:])
            goes_on = listed = bare and (listed or len(parts) - at > 1 or " and " in part)
        ended += ("," if goes_on else ";") + part
        denies = (denies and goes_on) or bool(_DENIAL.search(part))
    return ended


_DENIAL = re.compile(r"\b(?:no|not|without|negative for|absence of)\b", re.IGNORECASE)
_OR = re.compile(r"\b(?:or|nor)\b", re.IGNORECASE)
_NEW = re.compile(
    r"\s*(?:\+|(?:left|right|bilateral|unilateral|small|large|mild|moderate|severe|minimal|tiny|massive|multiple|several"
    r"|single|solitary|a|an|some|has|with|but|new|old|acute|chronic|enlarged|widened|elevated|upper|middle|lower|apical"
    r"|basal|there)\b)",
    re.IGNORECASE,
)
"""How a part begins that is no member of a list before it."""


def _read_as_report(text: str, linker: Linker) -> Iterator[_Span]:
    """Observations as the extractor reads them, with their places; "left" alone says where, and is no concept here."""
    annotation = open_extractor().extract(text)
    concepts, tokens = link_mentions(annotation, linker.link), split_tokens(text)
    for mention in annotation.entities:
        entity = concepts.get(mention.id)
        if entity is None or mention.is_anatomy or entity.kind in ("modifier", "mention") or entity == CHEST_RADIOGRAPH:
            continue
        yield _Span(
            tokens[mention.start_ix].start,
            tokens[mention.end_ix].end,
            entity,
            mention.certainty is Certainty.ABSENT,
            _find_region(mention, annotation),
        )


def _find_names(text: str, linker: Linker) -> Iterator[_Span]:
    """Names of the graph's concepts, the longest first, each denied or not."""
    found = [one for one in linker.find_mentions(text) if one[2].kind not in _PARTS and one[2] != CHEST_RADIOGRAPH]
    asked, starts, at = "", [], 0
    for start, end, _ in found:
        asked += text[at:start]
        starts.append(len(asked))
        asked, at = asked + _PLAIN, end
    asked += text[at:]
    tokens = split_tokens(asked)
    said = open_extractor().extract(asked).entities if found else ()
    absent = {tokens[one.start_ix].start for one in said if one.certainty is Certainty.ABSENT and not one.is_anatomy}
    for (start, end, entity), place in zip(found, starts, strict=True):
        yield _Span(start, end, entity, place in absent)


def _join(read: list[_Span], names: list[_Span]) -> Iterator[_Span]:
    """Take a name in place of the shorter concepts read inside it, and beside what the extractor does not know."""
    left = list(read)
    for name in names:
        inside = [one for one in read if one.start < name.end and name.start < one.end]
        if any(_count_words(one.entity) >= _count_words(name.entity) for one in inside):
            continue
        left = [one for one in left if one not in inside]
        region = next((one.region for one in inside if one.region is not None), None)
        yield name._replace(absent=any(one.absent for one in inside) if inside else name.absent, region=region)
    yield from left


def _count_words(entity: Entity) -> int:
    return len(entity.label.split())


def _find_plain(entity: Entity, linker: Linker) -> Iterator[Entity]:
    """The concept without its place in the lungs, first: "lower lobe consolidation" is a consolidation."""
    words = entity.label.split()
    for at in range(1, len(words)):
        before = {word.lower() for word in words[:at]}
        if (
            before <= _OF_LUNG
            and before & _LEVELS
            and (plain := linker.link(" ".join(words[at:]))) is not None
            and plain.id != entity.id
        ):
            if plain.kind in ("finding", "disease", "sign"):
                yield plain
            return


def _find_region(mention: Mention, annotation: Annotation) -> Region | None:
    """The place of an observation in words: of what it is located at, and what modifies either."""
    at = {to for name, to in mention.relations if name == "located_at"}
    around = (
        one
        for one in annotation.entities
        if one.id in at or any(name == "modify" and to in {mention.id, *at} for name, to in one.relations)
    )
    words = [one.tokens.lower() for one in around]
    sides: set[Side] = {side for side in ("left", "right", "bilateral") if any(side in part.split() for part in words)}
    if not words:
        return None
    return Region(box=(0.0, 0.0, 0.0, 0.0), anatomy=" ".join(words), side=sides.pop() if len(sides) == 1 else None)


__all__ = ["Typed", "read_typed"]
