"""Background: a sign that textbooks name for a finding of this image, and that this image does not answer.

It stands beside the finding, cites it and the fact, and says why there is no answer: the sign could not be measured,
or nothing looks for it. A sign with a value is background to nothing, also where the value decides nothing.

Examples
--------
>>> from thoracite.types import Entity
>>> air = Entity(id="thx:pneumothorax", label="pneumothorax", kind="finding")
>>> finding = Finding(entity=air, probability=0.2, prior=0.05, certainty="uncertain")
>>> line = Entity(id="thx:visceral_pleural_line", label="visceral pleural line", kind="sign")
>>> tell_background(finding, "[E1]", line, "E2")
'a textbook sign of the possible pneumothorax [E1], a visceral pleural line [E2], was not looked for.'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from thoracite.generation.faults import Fault
from thoracite.generation.phrases import name_generic
from thoracite.generation.wording import normalise
from thoracite.kg.ties import find_wider
from thoracite.kg.vocabulary import HAS_SIGN, SUGGESTS
from thoracite.types import Certainty, Entity, Evidence, Finding, Triple

UNMEASURED, UNASKED = "could not be measured here", "was not looked for"
"""Why an image does not answer a sign."""

_KEY = r"\[(?P<{name}>E[1-9]\d*)\]"
_FORM = re.compile(
    rf"A textbook sign of the (?P<verdict>\w+) (?P<finding>[^\[\];:,.]+) {_KEY.format(name='seen')}, "
    rf"(?P<sign>[^\[\];]+) {_KEY.format(name='fact')}, (?P<why>{UNMEASURED}|{UNASKED})\.",
    re.IGNORECASE,
)
"""The one form that can be checked."""


def tell_background(finding: Finding, keys: str, sign: Entity, fact: str) -> str:
    """Write which sign textbooks name for a finding, and why this image has no answer; empty where it has a value.

    Parameters
    ----------
    finding : Finding
        That is likely, suspected or possible, with its signs, or without any.
    keys : str
        Its citation.
    sign : Entity
        What a textbook names.
    fact : str
        The key of the fact that says so.
    """
    why = find_silence(finding, sign)
    of = f"a textbook sign of the {finding.verdict} {finding.entity.label} {keys}"
    return f"{of}, {name_generic(sign)} [{fact}], {why}." if why else ""


def find_silence(finding: Finding, sign: Entity) -> str:
    """Find why an image does not answer a sign: it could not be measured, or was not asked; empty where it could.

    Parameters
    ----------
    finding : Finding
        With all signs that were looked for.
    sign : Entity
        A sign as a concept of the graph.
    """
    asked = [
        score
        for score in finding.signs
        for end in (score.sign.entity, score.opposite)
        if end is not None and sign.id in find_wider(end.id)
    ]
    return UNASKED if not asked else "" if any(score.valid for score in asked) else UNMEASURED


def find_named(triple: Triple) -> tuple[Entity, Entity] | None:
    """Return the finding and its sign where a fact joins the two; None for any other.

    Parameters
    ----------
    triple : Triple
        Any fact.
    """
    if triple.relation.id not in {HAS_SIGN, SUGGESTS}:
        return None
    if Certainty.ABSENT in (triple.subject_certainty, triple.object_certainty):
        return None
    turned = triple.relation.id == SUGGESTS
    return (triple.object, triple.subject) if turned else (triple.subject, triple.object)


def check_background(sentence: str, known: Mapping[str, Evidence]) -> Iterator[Fault]:
    """Check finding, verdict, sign, fact and reason of a background sentence.

    Parameters
    ----------
    sentence : str
        With its citations.
    known : mapping of str to Evidence
        All evidence, by key.
    """
    said = _FORM.fullmatch(sentence.strip())
    seen = None if said is None else known.get(said["seen"])
    fact = None if said is None else known.get(said["fact"])
    if said is None or seen is None or seen.kind != "finding" or seen.finding is None:
        yield Fault("unsupported", "it is not clear of which finding of this image textbooks name a sign")
        return
    named = None if fact is None or fact.triple is None else find_named(fact.triple)
    if named is None:
        yield Fault("unsupported", f"{said['fact']} is no fact that names a sign of a finding")
        return
    (of, sign), finding = named, seen.finding
    if normalise(said["finding"]) != normalise(finding.entity.label):
        yield Fault("unsupported", f"{said['seen']} is about something that the sentence does not say")
    if said["verdict"].lower() != finding.verdict:
        said_of = f"{finding.entity.label}: the sentence says {said['verdict']}, the image evidence {finding.verdict}"
        yield Fault("contradicted", said_of)
    if of.id != finding.entity.id or normalise(said["sign"]) != normalise(sign.label):
        yield Fault("unsupported", f"{said['fact']} does not name {said['sign']} for {said['finding']}")
    elif said["why"].lower() != (why := find_silence(finding, sign)):
        yield Fault("contradicted", f"{sign.label} {why or 'is answered or has a value in this image'}")


__all__ = ["UNASKED", "UNMEASURED", "check_background", "find_named", "find_silence", "tell_background"]
