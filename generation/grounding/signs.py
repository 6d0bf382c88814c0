"""Citations of sentences that speak of signs: the sentence is cut where each piece agrees with one sign or fact.

The verifier reads a sentence about signs up to each citation, so a citation has to stand where its sign, or what is
drawn from a fact, has been said. Pieces are tried from the left, the shortest first; a piece that agrees with nothing
is joined with the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from thoracite.generation.clauses import Mention
from thoracite.generation.grounding.findings import Cited, move_back
from thoracite.generation.grounding.source import Source
from thoracite.generation.signs.facts import check_drawn
from thoracite.generation.signs.parts import Drawn, read_drawn
from thoracite.generation.signs.silence import take_own_reading
from thoracite.types import Evidence, SignScore

_BORDER = re.compile(r"[,;:]|(?= (?:and|or|but|because|since|given|which|suggest\w*|argu\w+) )", re.IGNORECASE)
_PARENTHESIS = re.compile(r"\([^()]*\)")
_LEAD = re.compile(
    r"^\W*(?:(?:and|but|partly|mainly|mostly|chiefly|carried by|resting on|because of|based on|supported by|owing to|"
    r"despite|although)\b\s*)*",
    re.IGNORECASE,
)
_FOREIGN = frozenset({"finding", "disease", "process"})
_MOST_BORDERS, _MOST_WAYS = 14, 24
"""Most places where a sentence is cut, and most ways to cite it that are tried."""


def cite_signs(sentence: str, source: Source) -> Iterator[Cited]:
    """Yield ways to cite a sentence that speaks of signs.

    Parameters
    ----------
    sentence : str
        Without citations.
    source : Source
        Evidence of the image.
    """
    plain = take_own_reading(sentence).sentence
    for cited in _cite_plain(plain, source):
        yield move_back(cited, sentence, plain)


def _cite_plain(sentence: str, source: Source) -> Iterator[Cited]:
    signs = [piece for piece in source.signs if piece.sign is not None and _is_named(sentence, piece.sign, source)]
    if not signs:
        return
    named = {mention.entity.id for mention in source.find_mentions(sentence)}
    signs.sort(key=lambda piece: piece.about.id not in named)  # a sign of what is named before the same of another
    borders = _find_borders(sentence)
    if len(borders) > _MOST_BORDERS:
        return
    reader = _Reader(sentence, source, signs)
    for number, way in enumerate(reader.cite(0, borders, ())):
        if number == _MOST_WAYS:
            return
        yield {at: keys for at, keys in way if keys}


def find_nearest(sentence: str, source: Source) -> Iterator[Cited]:
    """Yield the sign that a sentence comes nearest to: no citation supports it, and this one says why not."""
    signs = [
        (one, one.sign)
        for one in source.signs
        if one.sign is not None and "name" in source.find_kinds(sentence, one.sign)
    ]
    tried = {one.key: source.count_faults(sentence.rstrip(" ."), score) for one, score in signs}
    if tried:
        yield {len(sentence.rstrip(" .!?")): (min(tried, key=lambda key: tried[key]),)}


def _is_named(sentence: str, score: SignScore, source: Source) -> bool:
    return not source.find_kinds(sentence, score).isdisjoint({"name", "yes", "no"})


def _find_borders(sentence: str) -> list[int]:
    """Find where pieces may end: at marks and joining words outside parentheses, and at the end."""
    inside = [match.span() for match in _PARENTHESIS.finditer(sentence)]
    end = len(sentence.rstrip(" .!?"))
    found = {match.start() for match in _BORDER.finditer(sentence)}
    kept = (at for at in found if 0 < at < end and not any(start <= at < stop for start, stop in inside))
    return [*sorted({len(sentence[:at].rstrip()) for at in kept}), end]


Way = tuple[tuple[int, tuple[str, ...]], ...]
"""Positions in order, each with the keys that stand there."""


class _Reader:
    """Reads pieces of one sentence."""

    def __init__(self, sentence: str, source: Source, signs: Sequence[Evidence]) -> None:
        self._sentence, self._source, self._signs = sentence, source, signs
        self._known = {piece.key: piece for piece in source.evidence}
        self._read: dict[tuple[int, int], list[tuple[str, ...]]] = {}

    def cite(self, begin: int, borders: Sequence[int], before: Way) -> Iterator[Way]:
        """Yield all ways to cite what stands from a place on, given the citations before it."""
        if not borders:
            yield before
            return
        for number, border in enumerate(borders):
            for keys in [*self._cite_drawn(begin, border, before), *self._cite_own(begin, border)]:
                yield from self.cite(border, borders[number + 1 :], (*before, (border, keys)))

    def _cite_own(self, begin: int, end: int) -> list[tuple[str, ...]]:
        """Return what a piece may cite by itself: one sign that it agrees with, or findings."""
        if (begin, end) not in self._read:
            text = self._sentence[begin:end]
            self._read[begin, end] = [*self._agree(text), *self._grade(text)]
        return self._read[begin, end]

    def _agree(self, text: str) -> list[tuple[str, ...]]:
        words = _LEAD.sub("", text)
        signs = [(one.key, one.sign) for one in self._signs if one.sign is not None]
        return [(key,) for key, score in signs if not self._source.count_faults(words, score)]

    def _grade(self, text: str) -> list[tuple[str, ...]]:
        words = _LEAD.sub("", text)
        found = [self._source.find_image(one.entity, place=True) for one in self._source.find_mentions(words)]
        keys = tuple(dict.fromkeys(key for one in found for key in one))
        plain = tuple(key for key in keys if self._known[key].kind == "finding")
        ways = list(dict.fromkeys(filter(None, (plain, keys))))
        return [way for way in ways if self._source.judge(f"{words} {_write(way)}.").verdict == "supported"]

    def _cite_drawn(self, begin: int, end: int, before: Way) -> Iterator[tuple[str, ...]]:
        """Yield what a piece may cite that draws from a fact: the fact, and the sign where the piece names it."""
        text = self._sentence[begin:end]
        texts, drawn = read_drawn(text, self._find_foreign)
        if not drawn:
            return
        last = next((self._known[keys[0]] for _, keys in reversed(before) if self._is_sign(keys)), None)
        if last is not None:
            yield from (facts for facts in self._find_facts(drawn, last))
        words = "; ".join([*texts, *(one.subject for one in drawn if not texts)])
        for (key,) in self._agree(words) if re.search(r"\w", words) else ():
            yield from ((key, *facts) for facts in self._find_facts(drawn, self._known[key]))

    def _find_facts(self, drawn: Sequence[Drawn], sign: Evidence) -> Iterator[tuple[str, ...]]:
        """Yield the facts that say what is drawn of a sign."""
        chosen = []
        for one in drawn:
            fits = (
                piece.key for piece in self._source.triples if not check_drawn(one, [sign], [piece], self._sentence)
            )
            chosen.append(next(fits, None))
        if None not in chosen:
            yield tuple(dict.fromkeys(key for key in chosen if key is not None))

    def _is_sign(self, keys: tuple[str, ...]) -> bool:
        return bool(keys) and self._known[keys[0]].kind == "sign"

    def _find_foreign(self, text: str) -> list[Mention]:
        return [one for one in self._source.find_mentions(text) if one.entity.kind in _FOREIGN]


def _write(keys: Sequence[str]) -> str:
    return "".join(f"[{key}]" for key in keys)


__all__ = ["cite_signs", "find_nearest"]
