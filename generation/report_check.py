"""A report held against its image, the graph and itself.

The report is read by the extractor and linked; what it states of a finding is compared with what the image model reads.
Only what both sides are sure of is called an error: an uncertain statement or an uncertain finding contradicts nothing.
A finding is left out only where the report names neither it, nor a narrower or wider concept, nor a sign or a
diagnosis that the graph ties to it.

Examples
--------
>>> from thoracite.kg.extract.extractor import open_extractor
>>> from thoracite.kg.linking.linker import Linker
>>> said = read_report("No pneumothorax. Small left effusion.", extractor=open_extractor(), link=Linker().link)
>>> [(one.entity.label, one.certainty.value, sorted(one.sides), one.sentence) for one in said.statements]
[('pneumothorax', 'definitely absent', [], 'No pneumothorax.'), ('pleural effusion', 'definitely present', ['left'], \
'Small left effusion.')]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from thoracite.generation.clauses import find_starts
from thoracite.generation.wording import SIDES
from thoracite.kg.concepts import read_concepts
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.extract.labels import find_mentions
from thoracite.kg.extract.text import Token, split_sentences, split_tokens
from thoracite.kg.linking.mentions import Link, link_mentions
from thoracite.kg.queries.render import render_cypher, render_sparql
from thoracite.kg.radgraph import Annotation, Mention
from thoracite.kg.stores.store import GraphStore
from thoracite.kg.vocabulary import ARGUES_AGAINST, HAS_SIGN, SUGGESTS
from thoracite.types import Certainty, Entity, Evidence, Finding, Noun, Triple

_SURE = (Certainty.PRESENT, Certainty.ABSENT)
_ONE_SIDE = frozenset({"left", "right"})


class ReportError(Noun):
    """Something in a report that its image, the graph or the report itself speaks against.

    Parameters
    ----------
    kind : str
        ``contradicted`` (the image says otherwise), ``side`` (the image shows it on the other side), ``omitted`` (the
        image shows it, the report does not name it), ``reason`` (the graph says that the one argues against the
        other) or ``inconsistent`` (the report states and denies it).
    sentence : str
        The report's; empty for what is left out.
    expected : str
        What was expected instead, as a clause.
    evidence : tuple of Evidence
        What speaks against it; empty where the report alone does.
    """

    kind: Literal["contradicted", "side", "omitted", "reason", "inconsistent"]
    sentence: str
    expected: str
    evidence: tuple[Evidence, ...] = ()


class ReportCheck(Noun):
    """The answer about one report.

    Parameters
    ----------
    errors : tuple of ReportError
        In reading order, what is left out last.
    verdict : str
        ``no error found``, ``errors found``, or ``withheld`` where the image was not read and the text shows none.
    reason : str or None
        Why the image was not read.
    """

    errors: tuple[ReportError, ...] = ()
    verdict: Literal["no error found", "errors found", "withheld"]
    reason: str | None = None


class Said(NamedTuple):
    """What a report says of one concept at one place."""

    entity: Entity
    certainty: Certainty
    sides: frozenset[str]
    sentence: str


class Reasoned(NamedTuple):
    """A report's "this suggests that"."""

    sign: Entity
    diagnosis: Entity
    sentence: str


class ReadReport(NamedTuple):
    """A report read: what it states of concepts, and what it gives as a sign of what."""

    statements: tuple[Said, ...]
    reasons: tuple[Reasoned, ...]


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
    concepts = {key: entity for key, entity in link_mentions(annotation, link).items() if entity.kind != "mention"}
    where = _Places(text, annotation)
    named: dict[tuple[str, str], Said] = {}
    for mention in annotation.entities:
        entity = concepts.get(mention.id)
        if entity is not None and not mention.is_anatomy and entity.kind not in {"modifier", "attribute", "anatomy"}:
            named[entity.id, mention.id] = _say(entity, mention, mention.certainty, where)
    labelled = _find_labelled()
    for label, mention, certainty in find_mentions(annotation):
        if label in labelled:  # it knows more wordings than the linker, and when a wording is less than sure
            named[labelled[label].id, mention.id] = _say(labelled[label], mention, certainty, where)
    reasons = tuple(
        Reasoned(concepts[source.id], concepts[target.id], where.find_sentence(source))
        for source, relation, target in annotation.relations()
        if relation == "suggestive_of" and source.id in concepts and target.id in concepts
        if Certainty.ABSENT not in (source.certainty, target.certainty)
    )
    return ReadReport(tuple(named.values()), reasons)


class _Places:
    """Where mentions stand in a text: their sentences, and the words they are related to."""

    def __init__(self, text: str, annotation: Annotation) -> None:
        tokens = split_tokens(text)
        self._text, self._starts = text, find_starts(text, annotation)
        spans = split_sentences(text, tokens)
        self._sentences = [(tokens[first].start, _find_end(tokens, last)) for first, last in spans]
        self._beside: dict[str, list[Mention]] = {}
        for source, _, target in annotation.relations():
            self._beside.setdefault(source.id, []).append(target)
            self._beside.setdefault(target.id, []).append(source)

    def find_sentence(self, mention: Mention) -> str:
        at = self._starts[mention.start_ix]
        found = next(((start, end) for start, end in self._sentences if start <= at < end), (0, len(self._text)))
        return " ".join(self._text[found[0] : found[1]].split())

    def find_sides(self, mention: Mention) -> frozenset[str]:
        """Sides of the mention itself and of what it is related to, over anatomy and one step further."""
        near = self._beside.get(mention.id, [])
        far = [other for one in near if one.is_anatomy for other in self._beside.get(one.id, [])]
        words = {word for one in (mention, *near, *far) for word in one.tokens.lower().split()}
        return frozenset(SIDES[word] for word in words if word in SIDES)


def _find_end(tokens: Sequence[Token], last: int) -> int:
    """Where a sentence ends in the text, its full stop included."""
    stop = last < len(tokens) and tokens[last].text in {".", "!", "?"}
    return tokens[last if stop else last - 1].end


def _say(entity: Entity, mention: Mention, certainty: Certainty, where: _Places) -> Said:
    return Said(entity, certainty, where.find_sides(mention), where.find_sentence(mention))


def _find_labelled() -> dict[str, Entity]:
    """Concepts by their name in ChestX-ray14."""
    return {
        code.removeprefix("NIH14:"): node.entity
        for node in read_concepts()
        for code in node.entity.codes
        if code.startswith("NIH14:")
    }


def check_report(report: ReadReport, evidence: Sequence[Evidence], store: GraphStore) -> Iterator[ReportError]:
    """What is wrong with a report.

    Parameters
    ----------
    report : ReadReport
        From :func:`read_report`.
    evidence : sequence of Evidence
        Image evidence; none where the text is checked alone.
    store : GraphStore
        An open graph.

    Yields
    ------
    ReportError
        What is stated first, what is left out last.
    """
    pieces: dict[str, list[Evidence]] = {}
    for piece in evidence:
        if piece.kind in {"finding", "region"} and piece.finding is not None:
            pieces.setdefault(piece.finding.entity.id, []).append(piece)
    yield from _check_statements(report.statements, pieces)
    yield from _check_consistency(report.statements)
    yield from _check_reasons(report.reasons, store, first_key=len(evidence) + 1)
    yield from _find_omitted(report.statements, pieces, store)


def _check_statements(said: Sequence[Said], pieces: dict[str, list[Evidence]]) -> Iterator[ReportError]:
    for one in said:
        finding = _finding(pieces.get(one.entity.id, []))
        if finding is None or one.certainty not in _SURE or finding.certainty not in _SURE:
            continue
        side = finding.region.side if finding.region is not None else None
        shown = tuple(pieces[one.entity.id])
        if one.certainty is not finding.certainty and (one.certainty is Certainty.PRESENT or not one.sides - {side}):
            expected = f"{one.entity.label} is {finding.certainty.value} ({finding.number})"
            yield ReportError(kind="contradicted", sentence=one.sentence, expected=expected, evidence=shown)
        elif one.certainty is finding.certainty is Certainty.PRESENT and _is_other_side(one, side, said):
            expected = f"{one.entity.label} is seen on the {side}"
            yield ReportError(kind="side", sentence=one.sentence, expected=expected, evidence=shown)


def _finding(pieces: Sequence[Evidence]) -> Finding | None:
    return pieces[0].finding if pieces else None


def _is_other_side(one: Said, side: str | None, said: Iterable[Said]) -> bool:
    """Whether the report puts a finding on one side and nowhere where the image shows it."""
    if side not in _ONE_SIDE or len(one.sides) != 1 or not one.sides < _ONE_SIDE:
        return False
    stated = [other.sides for other in said if other.entity == one.entity and other.certainty is not Certainty.ABSENT]
    return not any(not sides or side in sides or "bilateral" in sides for sides in stated)


def _check_consistency(said: Sequence[Said]) -> Iterator[ReportError]:
    """Findings that the report states and denies, where no side tells the two apart."""
    stated = {one.entity.id: one for one in said if one.certainty is Certainty.PRESENT and not one.sides}
    for one in said:
        other = stated.get(one.entity.id)
        if other is not None and one.certainty is Certainty.ABSENT and not one.sides:
            expected = f"one of the two, since the report also says: {other.sentence}"
            yield ReportError(kind="inconsistent", sentence=one.sentence, expected=expected)


def _check_reasons(reasons: Iterable[Reasoned], store: GraphStore, *, first_key: int) -> Iterator[ReportError]:
    key = first_key
    for one in dict.fromkeys(reasons):
        against = store.find_triples(subject=one.sign.id, relation=ARGUES_AGAINST, object=one.diagnosis.id)
        if against and one.diagnosis.id not in _find_tied(one.sign.id, store):
            yield ReportError(
                kind="reason",
                sentence=one.sentence,
                expected=f"{one.sign.label} argues against {one.diagnosis.label}",
                evidence=(_cite(against[0], key),),
            )
            key += 1


def _cite(triple: Triple, key: int) -> Evidence:
    return Evidence(
        key=f"E{key}",
        kind="triple",
        stance="against",
        score=float(triple.support),
        why="the graph says the opposite",
        about=triple.object,
        triple=triple,
        sparql=render_sparql(triple),
        cypher=render_cypher(triple),
    )


def _find_omitted(said: Iterable[Said], pieces: dict[str, list[Evidence]], store: GraphStore) -> Iterator[ReportError]:
    named = {one.entity.id for one in said}
    affirmed = {one.entity.id for one in said if one.certainty is not Certainty.ABSENT}
    for identifier, shown in pieces.items():
        finding = _finding(shown)
        if finding is None or finding.certainty is not Certainty.PRESENT or named & _find_kin(identifier):
            continue
        if not affirmed & _find_tied(identifier, store):
            expected = f"{finding.entity.label} is {finding.certainty.value} ({finding.number})"
            yield ReportError(kind="omitted", sentence="", expected=expected, evidence=tuple(shown))


def _find_kin(identifier: str) -> set[str]:
    """A concept, those directly below it and those directly above."""
    nodes = read_concepts()
    below = {node.entity.id for node in nodes if identifier in node.broader}
    above = {wider for node in nodes if node.entity.id == identifier for wider in node.broader}
    return {identifier} | below | above


def _find_tied(identifier: str, store: GraphStore) -> set[str]:
    """Signs and diagnoses of a concept."""
    triples = [
        triple
        for relation in (SUGGESTS, HAS_SIGN)
        for found in (
            store.find_triples(subject=identifier, relation=relation),
            store.find_triples(relation=relation, object=identifier),
        )
        for triple in found
    ]
    return {end.id for triple in triples for end in (triple.subject, triple.object)} - {identifier}


__all__ = ["ReadReport", "Reasoned", "ReportCheck", "ReportError", "Said", "check_report", "read_report"]
