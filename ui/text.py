"""Explanations and answers for the terminal: sentences first, then the numbered evidence they cite."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from thoracite.generation.changes.sentences import describe_difference
from thoracite.kg.stores.store import QueryResult
from thoracite.kg.vocabulary import expand
from thoracite.types import (
    Certainty,
    Changes,
    Evidence,
    Explanation,
    Finding,
    Provenance,
    SignScore,
    Verdict,
)
from thoracite.types.verdict import ASSERTED, find_rank, state_ratio
from thoracite.ui.interventions.wording import describe_asked, list_lines, list_rows

if TYPE_CHECKING:
    from thoracite.evaluation.suite import Suite
    from thoracite.generation.report.check import ReportCheck
    from thoracite.kg.extract.reading import Reading
    from thoracite.retrieval.retriever import Retrieval

NOTICE = "Research use only, not a medical device."
"""Stands under every explanation, on every page."""

SIMILAR = "Similar images of your index; labels by their source, no part of the decision"
"""Heading of similar images."""

MARK: dict[Verdict, str] = {"likely": "+", "suspected": "?", "possible": "?", "undecided": "·", "unlikely": "-"}
"""Verdicts in one character."""


def render_text(explanation: Explanation, *, width: int = 100, full: bool = False) -> str:
    """An explanation for the terminal, short enough for a screen unless all of it is asked for.

    Parameters
    ----------
    explanation : Explanation
        Released or withheld.
    width : int
        Characters a line; queries keep their own lines, so that they can be copied.
    full : bool
        Whether to print each triple's sources with their places and licences, and its SPARQL and Cypher.

    Returns
    -------
    str
        Sentences, what an intervention changed, findings that are not unlikely, the cited evidence, similar images, the
        notice. In the short form undecided findings are left to their sentence, each triple has one line with its first
        source, and image evidence against findings stands together.

    Examples
    --------
    >>> print(render_text(Explanation(
    ...     image="cat.png", generator="template", graph="none", abstained=True, reason="not a chest X-ray"
    ... )))
    cat.png
    <BLANKLINE>
      Withheld: not a chest X-ray
    <BLANKLINE>
    Research use only, not a medical device.
    """
    parts = [explanation.image, _wrap([*_sentences(explanation), *explanation.notes], width, indent="  ")]
    if explanation.changes is not None:
        parts.append(render_changes(explanation.changes, width=width))
    if explanation.view_probability is not None:
        parts.append(f"View: {explanation.view}, told from the image (probability {explanation.view_probability:.2f})")
    kept = ASSERTED | {"undecided"} if full else ASSERTED
    if shown := sorted((finding for finding in explanation.findings if finding.verdict in kept), key=find_rank):
        parts.append(_findings(shown, width, full=full))
    if cited := find_cited(explanation):
        blocks = [_evidence_block(one, width, queries=True) for one in cited] if full else _evidence_lines(cited, width)
        parts.append("\n".join(["Evidence", *blocks, *_left_out(explanation, len(cited), full=full)]))
    if explanation.similar:
        parts.append("\n".join([SIMILAR, *(f"  [{one.key}] {describe_evidence(one)}" for one in explanation.similar)]))
    parts.append(NOTICE)
    return "\n\n".join(parts)


def render_changes(changes: Changes, *, width: int = 100) -> str:
    """What an intervention changed: findings before and after, sentences that went and came, notes.

    Examples
    --------
    >>> print(render_changes(Changes(signs={"thx:perihilar_haze bilateral": None}, removed=("It is hazy [E1].",))))
    Changed by thx:perihilar_haze bilateral taken away
      gone: It is hazy [E1].
    """
    rows = [["", *row] for row in list_rows(changes)]
    table = align_columns(rows) if rows else ""
    lines = _wrap(list_lines(changes), width, indent="  ")
    return "\n".join(filter(None, [f"Changed by {describe_asked(changes)}", table, lines]))


def render_retrieval_text(found: Retrieval, *, width: int = 100) -> str:
    """What was retrieved, for the terminal: seeds, then the evidence with sources and queries."""
    if found.reason:
        return f"Withheld: {found.reason}"
    seeds = ", ".join(seed.label for seed in found.seeds) or "nothing"
    blocks = [_evidence_block(evidence, width, queries=True) for evidence in found.evidence]
    return "\n".join([f"Seeds: {seeds}", f"Triples: {len(found.triples)}", *blocks])


def render_check_text(checked: ReportCheck, *, width: int = 100) -> str:
    """What is wrong with a report, for the terminal: each sentence, what was expected, the evidence, what was read."""
    parts = []
    for error in checked.errors:
        said = f"{error.kind}: {error.sentence}".rstrip(": ")
        blocks = [_evidence_block(evidence, width, queries=True) for evidence in error.evidence]
        parts.append("\n".join([said, _wrap([f"expected: {error.expected}"], width, indent="  "), *blocks]))
    verdict = f"{checked.verdict}; the image was not read: {checked.reason}" if checked.reason else checked.verdict
    read = _wrap([_describe_reading(checked.reading)], width, indent="")
    return "\n\n".join([*parts, f"Verdict: {verdict}\n{read}", NOTICE])


def _describe_reading(reading: Reading) -> str:
    read = (
        f"Read: {reading.statements} statements; unread: {reading.unread_characters} of {reading.characters} characters"
    )
    why = ", ".join(f"{part.reason} {part.characters}" for part in reading.unread)
    return f"{read} ({why})" if why else read


def render_table(result: QueryResult) -> str:
    """Rows of a query as aligned columns, or ``true`` / ``false`` for an ASK.

    Examples
    --------
    >>> print(render_table(QueryResult(columns=("label", "n"), rows=(("effusion", 12), ("mass", None)))))
    label     n
    --------  --
    effusion  12
    mass
    (2 rows)
    """
    if result.boolean is not None:
        return str(result.boolean).lower()
    rows = [[_cell(value) for value in row] for row in result.rows]
    table = align_columns(rows, head=result.columns)
    return f"{table}\n({len(rows)} {'row' if len(rows) == 1 else 'rows'})"


def render_suite_text(suite: Suite) -> str:
    """The figures of a measurement as a table, with the cases each rests on and its 95 % interval."""
    rows = [
        [row.system, row.metric, _number(row.value), _interval(row.low, row.high), "" if row.n is None else str(row.n)]
        for row in suite.rows
    ]
    table = align_columns(rows, head=("system", "metric", "value", "95 % interval", "n"))
    return f"{suite.suite}: {suite.data} (n = {suite.n})\n\n{table}"


def align_columns(rows: Iterable[Sequence[str]], *, head: Sequence[str] = ()) -> str:
    """Cells as columns of one width, under a head where there is one.

    Examples
    --------
    >>> print(align_columns([["mass", "3"], ["effusion", "12"]]))
    mass      3
    effusion  12
    """
    cells = [*([head] if head else []), *rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    if head:
        cells.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )


def find_cited(explanation: Explanation) -> list[Evidence]:
    """The evidence that sentences cite, in its own order."""
    keys = {key for claim in explanation.claims for key in claim.citations}
    return [evidence for evidence in explanation.evidence if evidence.key in keys]


def describe_evidence(evidence: Evidence) -> str:
    """What one piece of evidence says, in one line: a triple as it reads, image evidence with its numbers and place."""
    if evidence.triple is not None:
        triple = evidence.triple
        line = f"{triple.subject.label} — {triple.relation.label} → {triple.object.label}"
        return line if triple.certainty is Certainty.PRESENT else f"{line} ({triple.certainty.value})"
    if evidence.sign is not None:
        return describe_sign(evidence.sign)
    if evidence.difference is not None:
        return describe_difference(evidence.difference)
    if evidence.kind == "image":
        return f"{evidence.image}: {evidence.label} (distance {evidence.distance:.3f})"
    label, finding = evidence.about.label, evidence.finding
    if finding is None:
        return label
    place = finding.region.anatomy if finding.region else ""
    if evidence.kind == "region":
        return f"{label} in the image: {place or 'where the model looked'}"
    odds = describe_odds(finding)
    said = (finding.number, finding.usual, finding.verdict, odds and f"{odds} the usual odds")
    described = f"{label}: {', '.join(filter(None, said))}"
    return f"{described}, {place}" if place else described


def describe_odds(finding: Finding) -> str:
    """How many times its usual odds a finding has, in short; empty where no prior is known.

    Examples
    --------
    >>> from thoracite.types import Entity
    >>> mass = Entity(id="thx:lung_mass", label="lung mass")
    >>> describe_odds(Finding(entity=mass, probability=0.38, prior=0.045, certainty="uncertain"))
    '13×'
    """
    return "" if finding.likelihood_ratio is None else f"{state_ratio(finding.likelihood_ratio)}×"


def describe_source(provenance: Provenance) -> str:
    """A source in one line: identifier, place, licence, and what read it.

    Examples
    --------
    >>> describe_source(Provenance(source="thxs:openi", locator="41 reports", licence="CC BY-NC-ND 4.0"))
    'thxs:openi, 41 reports; licence CC BY-NC-ND 4.0; extracted by: curated, version 1'
    """
    return (
        f"{provenance.source}, {provenance.locator}; licence {provenance.licence}; "
        f"extracted by: {provenance.extractor}, version {provenance.version}"
    )


def describe_sign(score: SignScore) -> str:
    """A sign's question and this image's answer, with value, unit and reference where it was measured.

    Examples
    --------
    >>> from thoracite.types import Entity, Sign
    >>> asked = Sign(id="thx:q", question="Is the angle blunted?", entity=Entity(id="thx:q", label="blunted angle"))
    >>> describe_sign(SignScore(sign=asked, value=71.0, unit="degree", reference="< 60", answer="yes"))
    'Is the angle blunted? yes (71 degree; reference < 60)'
    >>> describe_sign(SignScore(sign=asked, value=0.9, probability=0.9))
    'Is the angle blunted? not decided (probability 0.90)'
    >>> describe_sign(SignScore(sign=asked, valid=False, invalid_because="the base is cut off"))
    'Is the angle blunted? not measured: the base is cut off'
    """
    if not score.valid:
        return f"{score.sign.question} not measured: {score.invalid_because}"
    probability = "" if score.probability is None else f"probability {score.probability:.2f}"
    measured = f"{score.value:.3g} {score.unit}".strip() if score.value is not None and not probability else ""
    held = "; ".join(filter(None, [measured or probability, score.reference and f"reference {score.reference}"]))
    return f"{score.sign.question} {score.answer or 'not decided'}" + (f" ({held})" if held else "")


def list_parts(finding: Finding) -> list[tuple[str, float]]:
    """What a finding's log-odds add up from: base, signs that add something, the rest; nothing without signs.

    Examples
    --------
    >>> from thoracite.types import Entity
    >>> mass = Entity(id="thx:lung_mass", label="lung mass")
    >>> list_parts(Finding(entity=mass, probability=0.5, certainty="uncertain"))
    []
    """
    if not finding.signs:
        return []
    signs = [(score.sign.question, score.log_odds) for score in finding.signs if score.log_odds]
    return [("average image", finding.base_log_odds), *signs, ("the network beyond named signs", finding.rest_log_odds)]


def _sentences(explanation: Explanation) -> list[str]:
    if explanation.abstained:
        return [f"Withheld: {explanation.reason}"]
    return [claim.sentence for claim in explanation.claims] or ["There is nothing to say."]


def _findings(findings: Sequence[Finding], width: int, *, full: bool) -> str:
    """One line a finding, or all in one paragraph."""
    if full:
        heads = ((f, f"  {MARK[f.verdict]} {_name_finding(f, f.verdict, f.usual)}") for f in findings)
        return "\n".join(["Findings", *(line for f, head in heads for line in (head, *_add_up(f)))])
    named = ", ".join(f"{MARK[f.verdict]} {_name_finding(f, f.usual)}" for f in findings)
    return _wrap([f"Findings: {named}"], width, indent="  ").removeprefix("  ")


def _add_up(finding: Finding) -> Iterator[str]:
    """Lines that add up to a finding's log-odds, and the signs that could not be measured."""
    parts = list_parts(finding)
    for name, added in [*parts, ("log-odds", finding.log_odds)] if parts else []:
        yield f"      {added:+6.2f}  {name}"
    for score in finding.signs:
        if not score.valid:
            yield f"              {describe_sign(score)}"


def _name_finding(finding: Finding, *said: str) -> str:
    """A finding with its probability; more words and its ratio in brackets."""
    inside = ", ".join(filter(None, (*said, describe_odds(finding))))
    return f"{finding.entity.label} {finding.probability:.2f}" + (f" ({inside})" if inside else "")


def _evidence_lines(cited: Sequence[Evidence], width: int) -> Iterator[str]:
    """One line a piece of evidence; undecided findings, and what the image has against others, stand at the end."""
    read = [one for one in cited if one.kind == "finding" and one.finding is not None]
    undecided = [one for one in read if one.finding and one.finding.verdict == "undecided"]
    against = [one for one in read if one.stance == "against" and one not in undecided]
    for evidence in cited:
        if evidence not in undecided and evidence not in against:
            source = _name_sources(evidence)
            yield f"  {textwrap.shorten(_evidence_head(evidence), width - 2 - len(source), placeholder=' …')}{source}"
    for stance, together in (("undecided", undecided), ("against", against)):
        if together:
            named = ", ".join(f"[{one.key}] {_name_finding(one.finding)}" for one in together if one.finding)
            yield _wrap([f"image, {stance}: {named}"], width, indent="  ")


def _name_sources(evidence: Evidence) -> str:
    """The first source in brackets, and how many more there are; nothing for image evidence."""
    if evidence.triple is None:
        return ""
    first, *others = (source.source for source in evidence.triple.provenance)
    return f" ({first} and {len(others)} more)" if others else f" ({first})"


def _left_out(explanation: Explanation, cited: int, *, full: bool) -> Iterator[str]:
    if more := len(explanation.evidence) - cited - len(explanation.similar):
        yield f"  {more} more that no sentence cites: --json lists them"
    if not full:
        yield "  sources with places and licences, SPARQL and Cypher: --full"


def _wrap(paragraphs: list[str], width: int, *, indent: str) -> str:
    return "\n".join(
        textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
        for text in paragraphs
    )


def _evidence_head(evidence: Evidence) -> str:
    place = "graph" if evidence.kind == "triple" else "image"
    return f"[{evidence.key}] {place}, {evidence.stance}: {describe_evidence(evidence)}"


def _evidence_block(evidence: Evidence, width: int, *, queries: bool) -> str:
    lines = [
        textwrap.fill(
            _evidence_head(evidence), width, initial_indent="  ", subsequent_indent="       ", break_on_hyphens=False
        )
    ]
    if evidence.triple is not None:
        lines.append(f"       support {evidence.triple.support}, score {evidence.score:.2f}")
        for place in evidence.triple.provenance:
            lines.append(f"       source  {describe_source(place)}")
            lines += [f"       cited   {expand(place.assertion)}"] if place.assertion else []
        if queries:
            lines += _query_lines("sparql", evidence.sparql)
            lines += _query_lines("cypher", evidence.cypher)
    return "\n".join(lines)


def _query_lines(name: str, query: str | None) -> Iterator[str]:
    for number, line in enumerate((query or "").strip().splitlines()):
        yield f"       {name if number == 0 else '':6}  {line}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or (float(value).is_integer() and abs(value) > 1) else f"{value:.3f}"


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{_number(low)} to {_number(high)}"


def _cell(value: object) -> str:
    if isinstance(value, dict) and "value" in value:  # an RDF term
        return str(value["value"])
    return "" if value is None else str(value)


__all__ = [
    "NOTICE",
    "SIMILAR",
    "align_columns",
    "describe_evidence",
    "describe_odds",
    "describe_sign",
    "describe_source",
    "find_cited",
    "list_parts",
    "render_changes",
    "render_check_text",
    "render_retrieval_text",
    "render_suite_text",
    "render_table",
    "render_text",
]
