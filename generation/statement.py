"""The content of a sentence: findings with certainty and side; relations with direction; numbers.

Sentences are parsed whoever wrote them. Concepts come from the names in the evidence and from the
linker; negation and hedging from the report extractor; relations from :mod:`thoracite.generation.relations`. Words
that claim something but match no rule are kept as ``unread``, so that the verifier can refuse them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from thoracite.generation.clauses import Clause, Mention, find_mentions, find_starts, split_clauses
from thoracite.generation.odds import Odds, Usual, find_stated, find_stray_odds
from thoracite.generation.relations import Related, find_relations
from thoracite.generation.wording import (
    GENERIC,
    HARMLESS,
    LEVELS,
    MODIFIERS,
    SIDES,
    Grade,
    Number,
    blank_parentheses,
    find_grade,
    find_graded,
    find_numbers,
    find_open_grade,
    find_parentheses,
    find_turned_grade,
    is_modal,
)
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.extract.text import split_tokens
from thoracite.kg.linking.mentions import Link
from thoracite.types import CITATION, Entity

_FILLER = (
    r"(?:also|here|itself|only|most|now|in|this|image|radiograph|on|as|be|is|are|well|not|never|longer|no|definitely|"
    r"certainly|clearly|very|quite|less)\b ?"
)
_NOUN = r"(?:causes?|signs?|features?|results?|consequences?|complications?|manifestations?|mimics?)"
_CORE = (
    rf"(?:(?:likely|unlikely|probable|possible|suspected|uncertain|confirmed|absent)(?! {_NOUN})|"
    r"(?:present|seen|detected|visible|found|read)(?! (?:in|at|within|by|as|with|of|for)\b(?! this)))\b ?"
)
_INSERTED = re.compile(
    rf"<(?P<ends>[\d,]+)> ,? ?(?:(?:which|that) )?(?P<said>(?:is|are|may be|might be) (?:{_FILLER})*{_CORE}"
    rf"(?:{_FILLER}|{_CORE})*),? ?(?:and |which |so )?"
)
"""A presence stated in passing: "consolidation, which is also likely, suggests …"."""
_POINTED = re.compile(
    r"\b(?:there (?:is|are)|this|these|(?:image|radiograph|film|patient|it) (?:shows|has|demonstrates))"
    r"(?P<said>(?: [\w-]+){0,4}?) <(?P<ends>[\d,]+)>"
)
_RELATIVE = re.compile(r"> , (?:(?:which|thus|thereby|so) )?(?=[a-z])")
_HERE = re.compile(r"\b(?:this|these|here|patient|patient's)\b")
_NOTHING = re.compile(r"nothing stands out(?: clearly)?", re.IGNORECASE)
"""The form in which a sentence may say that nothing stands out: a clause of its own."""

_UNNAMED = re.compile(
    r"\bst(?:and|ands|anding|ood) out\b|\b(?:nothing|none|everything|otherwise|else)\b|(?<!is )(?<!are )\bonly\b|"
    r"\b(?:strongly|highly|very|extremely)(?= (?:likely|suspected|possible|probable|unlikely)\b)"
)
"""Words that speak of what is not named, or of a degree that no verdict has."""

_BETWEEN = re.compile(r"[,;]|\b(?:and|or|but|with)\b")


class Presence(NamedTuple):
    """A statement that something is there, or not.

    Parameters
    ----------
    entity : Entity
        The concept.
    grade : str
        Degree: certain, present, likely, suspected, possible, undecided, absent or unclear.
    sides : frozenset of str
        ``left``, ``right``, ``bilateral``; empty where the sentence names none.
    places : frozenset of str
        ``upper``, ``lower``, ``lobe`` …, or other anatomy in words; empty where the sentence names none.
    """

    entity: Entity
    grade: Grade
    sides: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()


class Stated(NamedTuple):
    """A relation between concepts.

    Parameters
    ----------
    relation : Related
        The stated relation, with its ends as numbers.
    subjects, objects : tuple of Entity
        Concepts at both ends.
    patient : bool
        Whether it is stated of this image, not in general.
    """

    relation: Related
    subjects: tuple[Entity, ...]
    objects: tuple[Entity, ...]
    patient: bool


class Quoted(NamedTuple):
    """A number in a sentence.

    Parameters
    ----------
    number : Number
        The number.
    entity : Entity or None
        The finding named last before it.
    group : tuple of Entity
        The findings named before it, from the number or clause before on: those that a bound holds for.
    """

    number: Number
    entity: Entity | None
    group: tuple[Entity, ...] = ()


class QuotedOdds(NamedTuple):
    """A likelihood ratio or a prior in a sentence.

    Parameters
    ----------
    odds : Odds or Usual
        The ratio, or the range or bound of several; or the prior.
    group : tuple of Entity
        The findings that it is said of.
    """

    odds: Odds | Usual
    group: tuple[Entity, ...]


class Statement(NamedTuple):
    """The content of one sentence.

    Parameters
    ----------
    presences, relations, numbers, odds
        Its claims.
    nothing : bool
        Whether it says that nothing stands out.
    because : tuple of (tuple of Entity, tuple of Entity)
        Reasons and what they explain, where no relation is named.
    modifiers : tuple of str
        Severity, change and kind in words.
    unread : tuple of str
        Words that claim something but match no rule.
    named : tuple of (str, int)
        Every concept's identifier, and the end of its name.
    cited : tuple of (str, int)
        Every citation, and its position.
    """

    presences: tuple[Presence, ...]
    relations: tuple[Stated, ...]
    numbers: tuple[Quoted, ...]
    odds: tuple[QuotedOdds, ...]
    nothing: bool
    because: tuple[tuple[tuple[Entity, ...], tuple[Entity, ...]], ...]
    modifiers: tuple[str, ...]
    unread: tuple[str, ...]
    named: tuple[tuple[str, int], ...]
    cited: tuple[tuple[str, int], ...]


def parse_statement(sentence: str, *, link: Link, names: Mapping[str, Entity], extractor: Extractor) -> Statement:
    """Parse one sentence.

    Parameters
    ----------
    sentence : str
        A sentence with its citations.
    link : callable
        Phrase → concept.
    names : mapping of str to Entity
        Names of concepts in the evidence, by :func:`thoracite.generation.wording.normalise`.
    extractor : Extractor
        Finds negation and hedging.
    """
    written, cited = _take_citations(sentence)
    text = blank_parentheses(written)
    mentions = find_mentions(text, link=link, names=names, annotation=extractor.extract(text))
    clauses = split_clauses(text, mentions)
    read = [_read_clause(clause, mentions, extractor) for clause in clauses]
    return Statement(
        presences=tuple(presence for part in read for presence in part.presences),
        relations=tuple(stated for part in read for stated in part.relations),
        numbers=tuple(_read_numbers(written, mentions, clauses)),
        odds=tuple(
            QuotedOdds(odds, tuple(_find_group(odds.start, written, mentions, clauses)))
            for odds in find_stated(written)
        ),
        nothing=any(_NOTHING.fullmatch(clause.text.strip(" .")) for clause in clauses),
        because=tuple(_read_because(clauses, read)),
        modifiers=tuple(word for part in read for word in part.modifiers),
        unread=(*(word for part in read for word in part.unread), *find_stray_odds(written)),
        named=tuple((mention.entity.id, mention.end) for mention in mentions),
        cited=cited,
    )


def _take_citations(sentence: str) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Return the sentence without citations, and their positions in it."""
    kept, cited, at = "", [], 0
    for match in CITATION.finditer(sentence):
        kept += sentence[at : match.start()].rstrip() if sentence[at : match.start()].strip() else ""
        cited.append((match[1], len(kept)))
        at = match.end()
    return kept + sentence[at:], tuple(cited)


def _read_numbers(text: str, mentions: Sequence[Mention], clauses: Sequence[Clause]) -> Iterator[Quoted]:
    for number in find_numbers(text):
        if any(mention.start <= number.start < mention.end for mention in mentions):
            continue
        before = [m.entity for m in mentions if m.end <= number.start and m.entity.kind != "anatomy"]
        group = _find_group(number.start, text, mentions, clauses)
        yield Quoted(number, before[-1] if before else None, tuple(group))


def _find_group(at: int, text: str, mentions: Sequence[Mention], clauses: Sequence[Clause]) -> list[Entity]:
    """Find the findings of the same clause that are named before a number, after the parenthesis before it."""
    starts = (clause.start for clause in clauses if clause.start <= at)
    begin = max([*starts, *(end for _, end in find_parentheses(text) if end <= at)], default=0)
    return [m.entity for m in mentions if begin <= m.start and m.end <= at and m.entity.kind != "anatomy"]


class _Part(NamedTuple):
    """The content of one clause; ``own`` are its concepts."""

    presences: tuple[Presence, ...]
    relations: tuple[Stated, ...]
    modifiers: tuple[str, ...]
    unread: tuple[str, ...]


class _Word(NamedTuple):
    """A word outside the names of findings, with the extractor's label and its position in the sentence."""

    text: str
    start: int
    label: str | None

    @property
    def places(self) -> bool:
        return self.text in SIDES or self.text in LEVELS or (self.label == "ANAT" and self.text not in GENERIC)


def _read_clause(clause: Clause, mentions: Sequence[Mention], extractor: Extractor) -> _Part:
    labels = _find_labels(clause, extractor)
    own = {number: mentions[number] for number in clause.numbers}
    skeleton, passing = _take_passing(clause.skeleton)
    related = find_relations(skeleton)
    ends = {number for one in related for number in (*one.subjects, *one.objects)}
    words = list(_outside(clause, [m for n, m in own.items() if n in ends or m.entity.kind != "anatomy"], labels))
    findings = {
        number: mention for number, mention in own.items() if number in ends or mention.entity.kind != "anatomy"
    }
    claimed = [number for number in findings if number not in ends or number in passing]
    placed = _attach(words, findings, clause)
    presences = tuple(
        Presence(
            findings[number].entity,
            _grade(findings[number], words, labels, clause, passing.get(number) if number in ends else None),
            frozenset(SIDES[word] for word in placed[number] if word in SIDES),
            frozenset(LEVELS.get(word, word) for word in placed[number] if word in LEVELS or word not in SIDES),
        )
        for number in claimed
    )
    patient = any(number in passing for number in ends) or bool(_HERE.search(clause.skeleton))
    relations = tuple(
        Stated(one, tuple(own[n].entity for n in one.subjects), tuple(own[n].entity for n in one.objects), patient)
        for one in related
    )
    generic = [word for number in findings if number not in claimed for word in placed[number]]
    modifiers = (*(word.text for word in words if word.text in MODIFIERS), *generic, *placed[-1])
    unread = [word.text for word in words if _is_claim(word)]
    return _Part(presences, relations, modifiers, (*unread, *_find_unheld(clause)))


def _find_unheld(clause: Clause) -> Iterator[str]:
    """Find words that grade what is not named, "nothing else is likely", but for the one form that can be checked."""
    text = clause.text.lower()
    if _NOTHING.fullmatch(text.strip(" .")):
        return
    yield from (match.group() for match in _UNNAMED.finditer(text))
    if not clause.numbers and (graded := find_graded(text)):
        yield graded


def _find_labels(clause: Clause, extractor: Extractor) -> dict[int, str]:
    """Return the extractor's labels of a clause's words, by position in the sentence: ANAT, DP, U or DA."""
    annotation = extractor.extract(clause.text)
    starts = find_starts(clause.text, annotation)
    return {
        clause.start + start: "ANAT" if mention.is_anatomy else mention.certainty.radgraph
        for mention in annotation.entities
        for start in starts[mention.start_ix : mention.end_ix + 1]
    }


def _take_passing(skeleton: str) -> tuple[str, dict[int, str]]:
    """Return the skeleton without presences stated in passing, and their words by mention."""
    passing = {int(n): match["said"] for match in _POINTED.finditer(skeleton) for n in match["ends"].split(",")}
    for match in _INSERTED.finditer(skeleton):
        passing |= {int(n): match["said"] for n in match["ends"].split(",")}
    plain = _INSERTED.sub(r"<\g<ends>> ", skeleton).strip()
    return _RELATIVE.sub("> ", plain), passing


def _outside(clause: Clause, names: Sequence[Mention], labels: Mapping[int, str]) -> Iterator[_Word]:
    for token in split_tokens(clause.text):
        start = clause.start + token.start
        if not any(mention.start <= start < mention.end for mention in names):
            yield _Word(token.text.lower(), start, labels.get(start))


def _attach(words: Sequence[_Word], findings: Mapping[int, Mention], clause: Clause) -> dict[int, list[str]]:
    """Attach words of place to findings: the next one in the same phrase, else the one before.

    Words without a finding stand under -1.
    """
    attached: dict[int, list[str]] = {number: [] for number in (*findings, -1)}
    for word in words:
        if not word.places:
            continue
        after = [n for n, mention in findings.items() if mention.start > word.start]
        before = [n for n, mention in findings.items() if mention.start < word.start]
        near = after and not _BETWEEN.search(
            clause.text, word.start - clause.start + len(word.text), findings[after[0]].start - clause.start
        )
        owner = after[0] if near else before[-1] if before else after[0] if after else -1
        attached[owner].append(word.text)
    return attached


def _grade(
    mention: Mention, words: Sequence[_Word], labels: Mapping[int, str], clause: Clause, passing: str | None
) -> Grade:
    """Find the degree of a finding: stated in passing, or by the extractor and the nearest modal word."""
    own = [labels[start] for start in range(mention.start, mention.end) if labels.get(start, "ANAT") != "ANAT"]
    label = own[-1] if own else None
    if passing is not None:
        return find_grade(passing, "DA" if label == "DA" else None)
    if left_open := find_open_grade(clause.text.lower()):
        return left_open
    modal = [word for word in words if is_modal(word.text)]
    if len(clause.numbers) == 1 and len({find_grade(word.text, "DP") for word in modal}) > 1:
        return "unclear"
    nearest = min(modal, key=lambda word: _distance(word, mention), default=None)
    before = clause.text if nearest is None else clause.text[: nearest.start + len(nearest.text) - clause.start]
    if turned := find_turned_grade(before.lower()):
        return turned
    said = nearest.text if nearest else ""
    return find_grade(said if label else f"{said} {clause.text.lower()}", label)


def _distance(word: _Word, mention: Mention) -> int:
    return mention.start - word.start - len(word.text) if word.start < mention.start else word.start - mention.end


def _is_claim(word: _Word) -> bool:
    known = word.text in HARMLESS or word.text in GENERIC or word.text in MODIFIERS or word.places
    return word.label in {"DP", "U", "DA"} and not known and not is_modal(word.text)


def _read_because(
    clauses: Sequence[Clause], read: Sequence[_Part]
) -> Iterator[tuple[tuple[Entity, ...], tuple[Entity, ...]]]:
    """Find pairs of clauses joined by "because" whose reason names no relation itself."""
    for clause, before, part in zip(clauses[1:], read, read[1:], strict=False):
        if clause.reason and not part.relations and part.presences and before.presences:
            yield tuple(p.entity for p in part.presences), tuple(p.entity for p in before.presences)


__all__ = ["Presence", "Quoted", "QuotedOdds", "Stated", "Statement", "parse_statement"]
