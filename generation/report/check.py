"""A report held against its image, the graph and itself.

What the report states of a finding is compared with what the image model reads, with what the graph says, and with
the rest of the report (:mod:`thoracite.generation.report.conflicts`). Only what both sides are sure of is called an
error: to state what the image model reads as unlikely, or to deny what it reads as likely or suspected. An uncertain
statement, a possible finding and one that the image does not decide on contradict nothing. Sides, sentences for a
class of findings ("the lungs are clear") and what is left out are held against likely findings alone; a finding is left
out only where the report names neither it, nor a narrower or wider concept, nor a sign or a diagnosis that the graph
ties to it.

Examples
--------
>>> decide([], reading=Reading(statements=0, characters=11)).verdict
'nothing was read'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from thoracite.generation.phrases import state_numbers, verb
from thoracite.generation.report.conflicts import find_conflicts
from thoracite.generation.report.statements import (
    CLASSES,
    ReadReport,
    Reasoned,
    Said,
    SaidOfClass,
    find_labelled,
    read_report,
)
from thoracite.kg.concepts import read_concepts
from thoracite.kg.extract.reading import Reading
from thoracite.kg.queries.render import render_cypher, render_sparql
from thoracite.kg.stores.store import GraphStore
from thoracite.kg.vocabulary import ARGUES_AGAINST, HAS_SIGN, SUGGESTS
from thoracite.types import Certainty, Entity, Evidence, Finding, Noun, Triple
from thoracite.types.verdict import OUTSTANDING

_SURE = (Certainty.PRESENT, Certainty.ABSENT)
_ONE_SIDE = frozenset({"left", "right"})
_SURELY_ABSENT = 0.25
"""From this probability on no image denies a finding, wherever an encoder's operating point lies."""


class ReportError(Noun):
    """Something in a report that its image, the graph or the report itself speaks against.

    Parameters
    ----------
    kind : str
        ``contradicted`` (the image says otherwise), ``side`` (the image, or another section, puts it on the other
        side), ``omitted`` (the image shows it, the report does not name it), ``reason`` (the graph says that the one
        argues against the other), ``inconsistent`` (the report states and denies it), ``severity`` (two degrees of
        one finding) or ``unit`` (a length that cannot be).
    sentence : str
        The report's; empty for what is left out.
    expected : str
        What was expected instead, as a clause.
    evidence : tuple of Evidence
        What speaks against it; empty where the report alone does.
    """

    kind: Literal["contradicted", "side", "omitted", "reason", "inconsistent", "severity", "unit"]
    sentence: str
    expected: str
    evidence: tuple[Evidence, ...] = ()


Verdict = Literal["no error found", "errors found", "nothing was read", "withheld"]


class ReportCheck(Noun):
    """The answer about one report.

    Parameters
    ----------
    errors : tuple of ReportError
        In reading order, what is left out last.
    verdict : str
        ``no error found``, ``errors found``, ``nothing was read`` where the text holds no statement that can be read,
        or ``withheld`` where the image was not read and the text shows none.
    reading : Reading
        How many statements were read, and how much of the text was not.
    reason : str or None
        Why the image was not read.
    """

    errors: tuple[ReportError, ...] = ()
    verdict: Verdict
    reading: Reading
    reason: str | None = None


def decide(errors: Iterable[ReportError], *, reading: Reading, reason: str | None = None) -> ReportCheck:
    """The answer from its parts.

    Parameters
    ----------
    errors : iterable of ReportError
        From :func:`check_report`; where nothing was read there is none, for then no finding was left out either.
    reading : Reading
        Of the report.
    reason : str or None
        Why the image was not read; None where it was, or where there is none.
    """
    found = () if reading.is_empty else tuple(errors)
    verdict: Verdict = "errors found" if found else "withheld" if reason else "no error found"
    if reading.is_empty:
        verdict = "nothing was read"
    return ReportCheck(errors=found, verdict=verdict, reading=reading, reason=reason)


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
    yield from _check_classes(report.classes, pieces)
    yield from _check_consistency(report)
    yield from _check_reasons(report.reasons, store, first_key=len(evidence) + 1)
    denied = {entity.id for one in report.classes for entity in _list_denied(one)}
    yield from _find_omitted(report.statements, {key: pieces[key] for key in pieces if key not in denied}, store)


def _check_statements(said: Sequence[Said], pieces: dict[str, list[Evidence]]) -> Iterator[ReportError]:
    for one in said:
        finding = _finding(pieces.get(one.entity.id, []))
        read = None if finding is None else _find_read(finding)
        if finding is None or one.certainty not in _SURE or read is None:
            continue
        side = finding.region.side if finding.region is not None else None
        shown = tuple(pieces[one.entity.id])
        if one.certainty is not read and (one.certainty is Certainty.PRESENT or not one.sides - {side}):
            yield ReportError(kind="contradicted", sentence=one.sentence, expected=_describe(finding), evidence=shown)
        elif one.certainty is read and finding.verdict == "likely" and _is_other_side(one, side, said):
            expected = f"{one.entity.label} is seen on the {side}"
            yield ReportError(kind="side", sentence=one.sentence, expected=expected, evidence=shown)


def _check_classes(said: Sequence[SaidOfClass], pieces: dict[str, list[Evidence]]) -> Iterator[ReportError]:
    """Clear lungs, a normal heart, where the image shows what that denies."""
    for one in said:
        for entity in _list_denied(one):
            finding = _finding(pieces.get(entity.id, []))
            if finding is not None and finding.verdict == "likely":
                yield ReportError(
                    kind="contradicted",
                    sentence=one.sentence,
                    expected=_describe(finding),
                    evidence=tuple(pieces[entity.id]),
                )


def _list_denied(said: SaidOfClass) -> Iterator[Entity]:
    labelled = find_labelled()
    return (labelled[label] for label in CLASSES[said.name] if said.holds and label in labelled)


def _find_read(finding: Finding) -> Certainty | None:
    """What an image model is sure of: that a finding is there, or that it is not; None where it is not sure."""
    if finding.verdict in OUTSTANDING:
        return Certainty.PRESENT
    surely = finding.verdict == "unlikely" and finding.probability < _SURELY_ABSENT
    return Certainty.ABSENT if surely else None


def _describe(finding: Finding) -> str:
    return f"{finding.entity.label} {verb(finding.entity)} {finding.verdict} ({state_numbers(finding)})"


def _finding(pieces: Sequence[Evidence]) -> Finding | None:
    return pieces[0].finding if pieces else None


def _is_other_side(one: Said, side: str | None, said: Iterable[Said]) -> bool:
    """Whether the report puts a finding on one side and nowhere where the image shows it."""
    if side not in _ONE_SIDE or len(one.sides) != 1 or not one.sides < _ONE_SIDE:
        return False
    stated = [other.sides for other in said if other.entity == one.entity and other.certainty is not Certainty.ABSENT]
    return not any(not sides or side in sides or "bilateral" in sides for sides in stated)


def _check_consistency(report: ReadReport) -> Iterator[ReportError]:
    """What the report alone shows to be wrong."""
    for one in find_conflicts(report):
        expected = f"one of the two, since the report also says: {one.other} ({one.why})" if one.other else one.why
        yield ReportError(kind=one.kind, sentence=one.sentence, expected=expected)


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
        if finding is None or finding.verdict != "likely" or named & _find_kin(identifier):
            continue
        if not affirmed & _find_tied(identifier, store):
            yield ReportError(kind="omitted", sentence="", expected=_describe(finding), evidence=tuple(shown))


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


__all__ = ["ReadReport", "ReportCheck", "ReportError", "Verdict", "check_report", "decide", "read_report"]
