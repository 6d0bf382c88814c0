"""Interventions: what is set or left out of an explanation, and what that changes.

A sign that is set adds what its new value adds; one that is left out adds 0. A triple that is left out supports no
sentence, while the weights that were fitted with it stay. A place is hidden in the pixels before the image is read.
:class:`thoracite.pipeline.Explainer` does all three; here is what it asks for and how both explanations compare.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from thoracite.errors import UsageError
from thoracite.kg.vocabulary import PREFIXES
from thoracite.types import Answer, Changes, Evidence, Explanation, Finding, FindingChange, SignScore, Study
from thoracite.vision.occlusion import Box, hide_box, state_box

if TYPE_CHECKING:
    from thoracite.kg.stores.store import GraphStore
    from thoracite.vision.encoder import ImageEncoder, Prior, Reading
    from thoracite.vision.image import Radiograph

T = TypeVar("T")

Key = tuple[str, str, str]
"""CURIEs of a triple's subject, relation and object."""

LEAST = 5e-4
"""Least change of a finding's log-odds that is told."""

EXPECTED = (
    "expected E3 (a key of the untouched explanation), a sign ('CURIE SIDE'), a triple (three CURIEs), "
    "a place ('left lower zone') or a box 'x0,y0,x1,y1' in pixels"
)
"""What may be left out, in words."""

_CURIE = rf"(?:{'|'.join(PREFIXES)}):\S+"
_SIGN = re.compile(rf"({_CURIE})(?: (left|right|bilateral))?")
_TRIPLE = re.compile(rf"({_CURIE}) ({_CURIE}) ({_CURIE})")
_NUMBER = r"-?\d+(?:\.\d+)?"
_BOX = re.compile(rf"({_NUMBER}), ?({_NUMBER}), ?({_NUMBER}), ?({_NUMBER})")
_PLACE = re.compile(r"[a-z]+(?: [a-z]+)+")
_KEY = re.compile(r"E[1-9]\d*")


class Case(NamedTuple):
    """An image that was read, so that interventions need not read it again.

    Parameters
    ----------
    study : Study
        What was asked of it.
    radiograph : Radiograph
        Its pixels.
    reading : Reading
        What the encoder read.
    untouched : Explanation
        Its explanation, with nothing set or left out.
    earlier : Reading or None
        What the encoder read in an earlier film of the patient; None where none was given.
    """

    study: Study
    radiograph: Radiograph
    reading: Reading
    untouched: Explanation
    earlier: Reading | None = None


class LeftOut(NamedTuple):
    """What is left out.

    Parameters
    ----------
    signs : tuple of str
        CURIE, and the side behind a space where there is one.
    triples : tuple of (str, str, str)
        CURIEs of subject, relation and object.
    boxes : tuple of (float, float, float, float)
        In pixels of the image as given.
    places : tuple of str
        Names of places, such as ``left lower zone``.
    """

    signs: tuple[str, ...] = ()
    triples: tuple[Key, ...] = ()
    boxes: tuple[Box, ...] = ()
    places: tuple[str, ...] = ()


def parse_change(text: str) -> float | Answer | None:
    """Parse what a sign is set to: ``yes``, ``no``, ``off``, or a number.

    Raises
    ------
    UsageError
        If it is none of them.

    Examples
    --------
    >>> parse_change("0.62"), parse_change("yes"), parse_change("off")
    (0.62, 'yes', None)
    """
    from thoracite.vision.mini.signs.intervention import parse_change as parse

    return parse(text)


def parse_signs(words: Iterable[str]) -> dict[str, float | Answer | None]:
    """Parse ``CURIE SIDE=ANSWER``: yes, no, off or a number.

    Raises
    ------
    UsageError
        If a word has no answer.

    Examples
    --------
    >>> parse_signs(["thx:blunting_of_costophrenic_angle left=no", "thx:perihilar_haze bilateral=off"])
    {'thx:blunting_of_costophrenic_angle left': 'no', 'thx:perihilar_haze bilateral': None}
    """
    changes: dict[str, float | Answer | None] = {}
    for word in words:
        key, found, answer = word.rpartition("=")
        if not found or not key.strip():
            raise UsageError(f"the sign {word!r} sets nothing; expected 'CURIE SIDE=yes', or =no, =off, =NUMBER")
        changes[" ".join(key.split())] = parse_change(answer.strip())
    return changes


def parse_left_out(words: Iterable[str], evidence: Sequence[Evidence] = ()) -> LeftOut:
    """Parse what is left out.

    Parameters
    ----------
    words : iterable of str
        Each a key such as ``E3``, a sign, a triple, the name of a place, or a box.
    evidence : sequence of Evidence
        Of the untouched explanation, which keys refer to.

    Raises
    ------
    UsageError
        If a word is none of them, or there is no such evidence.

    Examples
    --------
    >>> parse_left_out(["thx:perihilar_haze bilateral", "left lower zone"])
    LeftOut(signs=('thx:perihilar_haze bilateral',), triples=(), boxes=(), places=('left lower zone',))
    >>> parse_left_out(["thx:meniscus_sign thx:suggestive_of thx:pleural_effusion"]).triples
    (('thx:meniscus_sign', 'thx:suggestive_of', 'thx:pleural_effusion'),)
    >>> parse_left_out(["300,380,470,490"]).boxes
    ((300.0, 380.0, 470.0, 490.0),)
    """
    parts = [_parse_one(" ".join(word.split()), evidence) for word in words]
    return LeftOut(
        signs=_join(part.signs for part in parts),
        triples=_join(part.triples for part in parts),
        boxes=_join(part.boxes for part in parts),
        places=_join(part.places for part in parts),
    )


def _join(parts: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(one for part in parts for one in part))


def _parse_one(word: str, evidence: Sequence[Evidence]) -> LeftOut:
    if _KEY.fullmatch(word):
        return _find_evidence(word, evidence)
    if found := _TRIPLE.fullmatch(word):
        return LeftOut(triples=((found[1], found[2], found[3]),))
    if _SIGN.fullmatch(word):
        return LeftOut(signs=(word,))
    if found := _BOX.fullmatch(word):
        x0, y0, x1, y1 = (float(number) for number in found.groups())
        return LeftOut(boxes=((x0, y0, x1, y1),))
    if _PLACE.fullmatch(word):
        return LeftOut(places=(word,))
    raise UsageError(f"nothing is left out by {word[:80]!r}; {EXPECTED}")


def _find_evidence(key: str, evidence: Sequence[Evidence]) -> LeftOut:
    """Return what a key of the untouched explanation stands for."""
    piece = next((one for one in evidence if one.key == key), None)
    if piece is None:
        raise UsageError(f"the untouched explanation has no evidence {key}; {EXPECTED}")
    if piece.triple is not None:
        return LeftOut(triples=(piece.triple.key,))
    if piece.sign is not None:
        return LeftOut(signs=(name_score(piece.sign),))
    if piece.kind == "region" and piece.finding is not None and piece.finding.region is not None:
        return LeftOut(boxes=(piece.finding.region.box,))
    raise UsageError(f"{key} is no triple, sign or place but the reading of {piece.about.label}; {EXPECTED}")


def name_score(score: SignScore) -> str:
    """Return the key of a sign: its CURIE, and the side behind a space where there is one."""
    return f"{score.sign.id} {score.side}" if score.side else score.sign.id


def find_places(left_out: LeftOut, radiograph: Radiograph, encoder: ImageEncoder) -> LeftOut:
    """Find the boxes of named places in an image.

    Raises
    ------
    InputError
        If a place is not found in it.
    UsageError
        If a place has another name, or the encoder finds none.
    """
    from thoracite.vision.encoder import PlaceEncoder

    if not left_out.places:
        return left_out
    if not isinstance(encoder, PlaceEncoder):
        raise UsageError(f"the encoder {encoder.name} finds no places by name; give a box 'x0,y0,x1,y1' in pixels")
    found = tuple(encoder.find_place(radiograph, place) for place in left_out.places)
    return left_out._replace(boxes=left_out.boxes + found, places=())


def check_triples(triples: Iterable[Key], store: GraphStore | None) -> None:
    """Check that the graph has the triples that are left out.

    Raises
    ------
    UsageError
        If it lacks one, or there is no graph.
    """
    for subject, relation, object_ in triples:
        if store is None or not store.find_triples(subject=subject, relation=relation, object=object_, limit=1):
            raise UsageError(f"the graph has no fact {subject} {relation} {object_}, so it cannot be left out")


def hide_boxes(case: Case, boxes: Iterable[Box]) -> Radiograph:
    """Hide boxes in an image, which keeps the view that it was read with.

    Raises
    ------
    InputError
        If a box does not meet the image, or covers all of it.
    """
    pixels, view = case.radiograph.pixels, case.radiograph.view
    for box in boxes:
        pixels = hide_box(pixels, box)
    return case.radiograph._replace(pixels=pixels, view=view if case.reading.view == "unknown" else case.reading.view)


def keep_keys(evidence: Iterable[Evidence], before: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Give evidence the keys that it had before; new evidence gets the next ones.

    Parameters
    ----------
    evidence : iterable of Evidence
        With keys of its own.
    before : sequence of Evidence
        Of the untouched explanation.
    """
    old = {_identify(piece): piece.key for piece in before}
    last = max((int(piece.key[1:]) for piece in before), default=0)  # what was changed before may have gaps
    kept = []
    for piece in evidence:
        key = old.get(_identify(piece))
        last += key is None
        kept.append(piece.model_copy(update={"key": key or f"E{last}"}))
    return tuple(kept)


def _identify(piece: Evidence) -> tuple[str, str, str]:
    """Return what makes two pieces of evidence the same, whatever they say."""
    if piece.triple is not None:
        return piece.kind, "", " ".join(piece.triple.key)
    return piece.kind, piece.about.id, name_score(piece.sign) if piece.sign else piece.label


def compare(
    before: Explanation,
    after: Explanation,
    left_out: LeftOut,
    *,
    signs: Mapping[str, float | Answer | None] | None = None,
    notes: Iterable[str] = (),
) -> Explanation:
    """Return an explanation with what it changes against the untouched one.

    Parameters
    ----------
    before, after : Explanation
        Of the untouched image, and of the intervention.
    left_out : LeftOut
        What was left out; places as the boxes that they were found at.
    signs : mapping of str to float, str or None
        Signs that were set or left out.
    notes : iterable of str
        Sentences on what stays.
    """
    old, new = ([claim.sentence for claim in one.claims] for one in (before, after))
    words = [" ".join(triple) for triple in left_out.triples] + [state_box(box) for box in left_out.boxes]
    changes = Changes(
        signs=dict(signs or {}),
        without=tuple(words),
        findings=compare_findings(before.findings, after.findings),
        removed=_subtract(old, new),
        added=_subtract(new, old),
        notes=tuple(notes),
    )
    similar = [piece for piece in before.evidence if piece.kind == "image"]  # they stay, whatever is changed
    return after.model_copy(update={"changes": changes, "evidence": (*after.evidence, *similar)})


def compare_findings(before: Iterable[Finding], after: Iterable[Finding]) -> tuple[FindingChange, ...]:
    """Return the findings that moved, the farthest first.

    Parameters
    ----------
    before, after : iterable of Finding
        Of one encoder.
    """
    old = {finding.entity.id: finding for finding in before}
    moved = [
        FindingChange(
            finding=new.entity,
            before=was.probability,
            after=new.probability,
            log_odds=new.log_odds - was.log_odds,
            verdict_before=was.verdict,
            verdict_after=new.verdict,
        )
        for new in after
        if (was := old.get(new.entity.id)) is not None and abs(new.log_odds - was.log_odds) >= LEAST
    ]
    return tuple(sorted(moved, key=lambda change: -abs(change.log_odds)))


def _subtract(sentences: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """Return the sentences that the others lack, in their order."""
    left, kept = Counter(others), []
    for sentence in sentences:
        if left[sentence]:
            left[sentence] -= 1
        else:
            kept.append(sentence)
    return tuple(kept)


def describe_triples(left_out: LeftOut, before: Explanation, encoder: ImageEncoder) -> Iterator[str]:
    """Yield what leaving out triples leaves as it was: weights, and everything where no evidence rests on one.

    Parameters
    ----------
    left_out : LeftOut
        What is left out.
    before : Explanation
        Of the untouched image.
    encoder : ImageEncoder
        What the graph said when its weights were fitted is looked up, where it reads signs.
    """
    from thoracite.vision.encoder import SignEncoder

    priors = encoder.find_priors() if isinstance(encoder, SignEncoder) else {}
    known = {piece.triple.key for piece in before.evidence if piece.triple is not None}
    for key in left_out.triples:
        if key not in known:
            yield f"No evidence of this image rests on {' '.join(key)}, so no sentence goes."
        if alone := list(_find_alone(key, before.findings, priors)):
            yield f"This fact alone gave weights their direction: {'; '.join(alone)}. They stay as they were fitted."
    yield "Leaving out a fact changes what may be said; what was learned with it stays, and so do the probabilities."


def _find_alone(key: Key, findings: Iterable[Finding], priors: Mapping[tuple[str, str], Prior]) -> Iterator[str]:
    """Yield the signs and findings whose prior rests on one triple alone, with what the sign adds in this image."""
    for finding in findings:
        for score in finding.signs:
            prior = priors.get((name_score(score), finding.entity.id))
            if prior is not None and {fact.key for fact in prior.facts} == {key}:
                added = f"adds {score.log_odds:+.2f}" if score.valid else "not measured here"
                yield f"{score.sign.question} → {finding.entity.label} ({added})"


__all__ = [
    "EXPECTED",
    "LEAST",
    "Case",
    "Key",
    "LeftOut",
    "check_triples",
    "compare",
    "compare_findings",
    "describe_triples",
    "find_places",
    "hide_boxes",
    "keep_keys",
    "name_score",
    "parse_change",
    "parse_left_out",
    "parse_signs",
]
