"""The verifier of claims that cite signs: each part against its signs, each use of a fact against its triple.

A sentence is cut at its citations. What stands before the citation of a sign must agree with that sign; what is drawn
from a fact must be what a cited triple says of it; what stands before the citation of a finding is handed back, to be
verified like any other sentence about findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from thoracite.generation.clauses import Mention, find_mentions
from thoracite.generation.faults import Fault
from thoracite.generation.signs.check import check_sign
from thoracite.generation.signs.facts import check_drawn, find_used
from thoracite.generation.signs.parts import Drawn, Part, cut_parts, read_drawn
from thoracite.generation.signs.sentences import carries
from thoracite.kg.linking.mentions import Link
from thoracite.types import Entity, Evidence

_IMAGE = frozenset({"finding", "region"})
_DENIED_KIND = re.compile(
    r"\b(?:not|no|never|cannot|hardly|neither|nor|\w+n't)(?: \w+){0,3} (?:kind|form|type|sort)\b", re.IGNORECASE
)
_JOINT = re.compile(
    r",? (?=\b(?:partly |mainly |mostly )?(?:carried by|because|based on|supported by|owing to|given|since|despite|"
    r"although)\b)"
    r"|[:;] ",
    re.IGNORECASE,
)
_CARRY = re.compile(r"^\W*(?:(?:and|partly|mainly|mostly|chiefly)\s)*", re.IGNORECASE)
_DESPITE = re.compile(r"\b(?:despite|although|in spite of|even though|notwithstanding|against)\b", re.IGNORECASE)
_CARRIED = re.compile(r"(?<!\bpartly )\bcarried by\b", re.IGNORECASE)
TOO_LITTLE = "the named signs add less than half of what lifts"
"""Begins the fault of a verdict that signs are said to carry, and carry partly at most."""

_PIECES = re.compile(r"[;,]| and ", re.IGNORECASE)
_FOREIGN = frozenset({"finding", "disease"})


class _Read(NamedTuple):
    """One part of a sentence with the evidence that it cites."""

    texts: list[str]
    drawn: list[Drawn]
    signs: list[Evidence]
    triples: list[Evidence]


class Checked(NamedTuple):
    """Faults of a claim, and sentences about findings that are still to be verified."""

    faults: list[Fault]
    sentences: list[str]


def check_sign_claim(sentence: str, known: Mapping[str, Evidence], names: Mapping[str, Entity], link: Link) -> Checked:
    """Check a sentence that cites at least one sign.

    Parameters
    ----------
    sentence : str
        With citations that all exist.
    known : mapping of str to Evidence
        By key.
    names : mapping of str to Entity
        Names of concepts in the evidence, normalised.
    link : callable
        Phrase → concept or None.
    """
    parts = [split for part in cut_parts(sentence) for split in _split_part(part, known)]
    about = [part for part in parts if all(known[key].kind in _IMAGE for key in part.keys)]
    sentences = [_word_finding(part) for part in about]
    read = [_read_part(part, known, names, link) for part in parts if part not in about]
    signs = [piece for part in read for piece in part.signs]
    triples = [piece for part in read for piece in part.triples]
    faults = [
        *_check_texts(read),
        *_check_facts(read, sentence),
        *_check_use(read, signs, triples),
        *_check_stance(parts, about, known),
        *_check_share(sentence, signs, about, known),
        *_check_kinds(sentence),
    ]
    return Checked(faults, sentences)


def _check_kinds(sentence: str) -> Iterator[Fault]:
    """Refuse that one finding is denied to be a kind of another: nothing in the graph says so."""
    if found := _DENIED_KIND.search(sentence):
        yield Fault("unsupported", f"no evidence says {found[0]!r}")


def _split_part(part: Part, known: Mapping[str, Evidence]) -> Iterator[Part]:
    """Split a part whose citations of a finding and of its signs stand together at the end."""
    findings = tuple(key for key in part.keys if known[key].kind in _IMAGE)
    others = tuple(key for key in part.keys if key not in findings)
    joint = _JOINT.search(part.text) if findings and others else None
    if joint is None:
        yield part
        return
    yield Part(part.text[: joint.start()], findings)
    yield Part(part.text[joint.end() :], others)


def _word_finding(part: Part) -> str:
    """Word a part about a finding as a sentence of its own."""
    text = re.sub(r"^\W*(?:(?:so|and|therefore|thus|hence|which makes|making) )*", "", part.text, flags=re.IGNORECASE)
    return f"{text} {''.join(f'[{key}]' for key in part.keys)}."


def _read_part(part: Part, known: Mapping[str, Evidence], names: Mapping[str, Entity], link: Link) -> _Read:
    cited = [known[key] for key in dict.fromkeys(part.keys)]

    def find(text: str) -> list[Mention]:
        return [m for m in find_mentions(text, link=link, names=names) if m.entity.kind in _FOREIGN | {"process"}]

    texts, drawn = read_drawn(_CARRY.sub(" ", part.text), find)
    return _Read(
        texts, drawn, [one for one in cited if one.kind == "sign"], [one for one in cited if one.kind == "triple"]
    )


def _check_texts(read: Sequence[_Read]) -> Iterator[Fault]:
    """Check that every text agrees with a sign that it cites, and that every sign is spoken of."""
    for number, part in enumerate(read):
        near = part.signs or _find_near(read, number)
        texts = part.texts + [
            one.subject for one in part.drawn if re.search(r"\w", one.subject) and not part.texts and part.signs
        ]
        if len(part.signs) == 1 and texts:
            score = part.signs[0].sign
            yield from check_sign("; ".join(_strip(text) for text in texts), score) if score is not None else ()
        elif part.signs:
            yield from _spread(texts, part.signs)
        elif not near or part.texts:
            for text in part.texts:
                yield from _check_free(text, near)


def _strip(text: str) -> str:
    return re.sub(r"\b(?:carried|resting) (?:by|on)\b|\b(?:because of|based on|supported by|owing to)\b", "", text)


def _check_free(text: str, near: Sequence[Evidence]) -> list[Fault]:
    """Check a text that cites only a triple: it may speak of the sign named beside it."""
    tried = [
        [fault for fault in check_sign(text, piece.sign, names=False) if "does not say" not in fault.why]
        for piece in near
        if piece.sign is not None
    ]
    return min(tried, key=len, default=[Fault("unsupported", f"{text.strip()!r} cites no sign")])


def _spread(texts: Sequence[str], signs: Sequence[Evidence]) -> Iterator[Fault]:
    """Check a text that cites several signs together: each piece agrees with one, and each sign has one."""
    left = {piece.key for piece in signs}
    for words in [words for text in texts for words in _PIECES.split(text) if re.search(r"\w", words)]:
        tried = {piece.key: check_sign(_strip(words), piece.sign) for piece in signs if piece.sign is not None}
        best = min(tried, key=lambda key: len(tried[key]))
        yield from tried[best]
        left -= {key for key, faults in tried.items() if not faults}
    for key in sorted(left):
        yield Fault("unsupported", f"{key} is about something that the sentence does not say")


def _find_near(read: Sequence[_Read], number: int) -> list[Evidence]:
    """Find the signs cited last before a part, else those cited next."""
    before = next((part.signs for part in reversed(read[:number]) if part.signs), None)
    return before or next((part.signs for part in read[number:] if part.signs), [])


def _check_facts(read: Sequence[_Read], sentence: str) -> Iterator[Fault]:
    for number, part in enumerate(read):
        for one in part.drawn:
            triples = part.triples or next((later.triples for later in read[number:] if later.triples), [])
            yield from check_drawn(one, part.signs or _find_near(read, number), triples, sentence)


def _check_use(read: Sequence[_Read], signs: Sequence[Evidence], triples: Sequence[Evidence]) -> Iterator[Fault]:
    """Check that every cited triple is drawn from, and every sign is worded."""
    used: set[str] = set()
    for number, part in enumerate(read):
        for one in part.drawn:
            used |= find_used(one, part.signs or _find_near(read, number), triples)
        if part.signs and (part.texts or any(re.search(r"\w", one.subject) for one in part.drawn)):
            used |= {piece.key for piece in part.signs}
    for piece in (*signs, *triples):
        if piece.key not in used:
            yield Fault("unsupported", f"{piece.key} is about something that the sentence does not say")


def _check_stance(parts: Sequence[Part], about: Sequence[Part], known: Mapping[str, Evidence]) -> Iterator[Fault]:
    """Check that a sign beside a verdict is one of that finding, and carries it, or speaks against it where so said."""
    found = {known[key].about.id for part in about for key in part.keys}
    if not found:
        return
    for part in parts:
        for piece in (known[key] for key in part.keys if known[key].kind == "sign"):
            if piece.about.id not in found:
                yield Fault("unsupported", f"{piece.key} is a sign of {piece.about.label}, not of what is named")
            elif (piece.stance == "against") is not bool(_DESPITE.search(part.text)):
                yield Fault("unsupported", f"{piece.key} speaks {piece.stance} {piece.about.label}")


def _check_share(
    sentence: str, signs: Sequence[Evidence], about: Sequence[Part], known: Mapping[str, Evidence]
) -> Iterator[Fault]:
    """Check that signs said to carry a verdict add at least half of what lifts it, unless they carry it partly."""
    if _CARRIED.search(sentence) is None:
        return
    for finding in {known[key].about.id: known[key].finding for part in about for key in part.keys}.values():
        if finding is not None and not carries(finding, signs):
            yield Fault("unsupported", f"{TOO_LITTLE} {finding.entity.label}")


__all__ = ["TOO_LITTLE", "Checked", "check_sign_claim"]
