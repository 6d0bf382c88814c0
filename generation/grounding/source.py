"""The evidence of one image, by what a sentence may say of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from thoracite.generation.citations import build_claim
from thoracite.generation.clauses import Mention, find_mentions
from thoracite.generation.relations import find_accepted
from thoracite.generation.signs.check import check_sign
from thoracite.generation.signs.lexicon import find_lexicon, scan
from thoracite.generation.verify import verify
from thoracite.generation.wording import blank_parentheses, normalise
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.mentions import Link
from thoracite.types import Claim, Entity, Evidence, SignScore


class Source:
    """All citable evidence of one image, and what sentences are read with.

    Parameters
    ----------
    evidence : sequence of Evidence
        All of it.
    link : callable
        Phrase to concept or None.
    extractor : Extractor
        Finds negation and hedging.
    """

    def __init__(self, evidence: Sequence[Evidence], link: Link, extractor: Extractor) -> None:
        self.evidence, self.link, self.extractor = evidence, link, extractor
        self._judged: dict[str, Claim] = {}
        self._agreed: dict[tuple[object, ...], int] = {}
        self._named: dict[tuple[object, ...], frozenset[str]] = {}

    @cached_property
    def names(self) -> dict[str, Entity]:
        """Names of the concepts in the evidence, normalised."""
        return {normalise(entity.label): entity for piece in self.evidence for entity in _list_entities(piece)}

    @cached_property
    def signs(self) -> list[Evidence]:
        """Answered signs."""
        return [one for one in self.evidence if one.sign is not None and one.sign.answer is not None]

    @cached_property
    def silent(self) -> list[Evidence]:
        """Signs that could not be measured."""
        return [one for one in self.evidence if one.sign is not None and not one.sign.valid]

    @cached_property
    def triples(self) -> list[Evidence]:
        """Facts, the best first."""
        return sorted((one for one in self.evidence if one.triple is not None), key=lambda one: -one.score)

    def find_image(self, entity: Entity, *, place: bool = False) -> tuple[str, ...]:
        """Return the keys of what the image says of a finding, its place too where it is said; empty without any."""
        own = [one for one in self.evidence if one.finding is not None and one.finding.entity.id == entity.id]
        found = [one.key for one in own if one.kind == "finding"][:1]
        return (*found, *(one.key for one in own if place and one.kind == "region")) if found else ()

    def find_triple(self, relation: str, subject: Entity, object_: Entity) -> str | None:
        """Return the key of the best fact that states a relation between two concepts; None where there is none."""
        for piece in self.triples:
            if piece.triple is None:
                continue
            ends = (piece.triple.subject.id, piece.triple.object.id)
            for accepted, turned in find_accepted(relation):
                wanted = (object_.id, subject.id) if turned else (subject.id, object_.id)
                if piece.triple.relation.id == accepted and ends == wanted:
                    return piece.key
        return None

    def find_joining(self, entities: Iterable[Entity]) -> Iterator[str]:
        """Yield the keys of the facts both of whose ends are among some concepts, the best first."""
        named = {entity.id for entity in entities}
        for piece in self.triples:
            if piece.triple is not None and {piece.triple.subject.id, piece.triple.object.id} <= named:
                yield piece.key

    def count_faults(self, text: str, score: SignScore) -> int:
        """Count what a text says wrongly of a sign; evidence about several findings shares a sign, read once."""
        key = (text, *_identify(score))
        if key not in self._agreed:
            self._agreed[key] = len(check_sign(text, score))
        return self._agreed[key]

    def find_kinds(self, text: str, score: SignScore) -> frozenset[str]:
        """Return the kinds of words by which a text speaks of a sign: its name, its answers, places."""
        key = (text, *_identify(score))
        if key not in self._named:
            pieces = scan(text, find_lexicon(score))
            self._named[key] = frozenset(item.kind for piece in pieces for item in piece)
        return self._named[key]

    def find_mentions(self, text: str) -> list[Mention]:
        """Find the concepts that a text without citations names."""
        plain = blank_parentheses(text)
        return find_mentions(plain, link=self.link, names=self.names, annotation=self.extractor.extract(plain))

    def judge(self, sentence: str) -> Claim:
        """Build the claim of a sentence with citations, and judge it."""
        if sentence not in self._judged:
            claim = build_claim(sentence, self.evidence)
            self._judged[sentence] = verify([claim], self.evidence, linker=self.link, extractor=self.extractor)[0]
        return self._judged[sentence]


def _identify(score: SignScore) -> tuple[object, ...]:
    """Return what a text can say of a sign: all but what it adds to the finding that cites it."""
    asked, opposite = score.sign, score.opposite.label if score.opposite is not None else None
    shown = (score.side, score.value, score.unit, score.reference, score.probability, score.answer)
    return (asked.id, asked.question, asked.entity.label, opposite, *shown)


def _list_entities(piece: Evidence) -> Iterator[Entity]:
    yield piece.about
    if piece.sign is not None:
        yield from filter(None, (piece.sign.sign.entity, piece.sign.opposite))
    if piece.triple is not None:
        yield from (piece.triple.subject, piece.triple.object)


__all__ = ["Source"]
