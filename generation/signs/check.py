"""Check what a sentence says of a sign against the sign: answer, side, value, unit, reference, view.

Examples
--------
>>> from thoracite.types import Entity, Sign
>>> angle = Entity(id="thx:blunting_of_costophrenic_angle", label="blunting of costophrenic angle", kind="sign")
>>> score = SignScore(
...     sign=Sign(id=angle.id, question="Is it blunted?", entity=angle, kind="measured"), side="right", value=0.0412,
...     unit="chest widths", answer="yes", reference="> 0.0612 (fitted, PA): nine in ten normal films are above")
>>> [fault.why for fault in check_sign("The right costophrenic angle is lost, at 0.04 chest widths, below 0.06", score)]
[]
>>> [fault.why for fault in check_sign("The right costophrenic angle is sharp", score)]
['the sentence says no to “Is it blunted?”, the image yes']
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from thoracite.generation.faults import Fault, Judgement
from thoracite.generation.signs.answers import apply_answers, mark_answers
from thoracite.generation.signs.comparison import Frame, Numbers, equals, read_numbers
from thoracite.generation.signs.convention import read_convention
from thoracite.generation.signs.joining import cut_lead, join_pieces, keep_named
from thoracite.generation.signs.lexicon import find_lexicon, scan
from thoracite.generation.signs.ordinary import find_strange
from thoracite.generation.signs.polarity import Polarity, read_polarity
from thoracite.generation.signs.settling import Item
from thoracite.generation.signs.supposing import drop_supposed
from thoracite.generation.signs.unread import find_unread
from thoracite.generation.signs.words import Shown, find_words, mirror, show_value
from thoracite.types import SignScore, parse_reference

_PUBLISHED = re.compile(r"\bratio\D+(0\.\d+)")
_POSITION = re.compile(r"\bposition (?:\w+ )?(?:is|of|at|reads?) -?\d")
_VIEWS = {"pa": "PA", "posteroanterior": "PA", "ap": "AP", "anteroposterior": "AP"}


def check_sign(text: str, score: SignScore, *, names: bool = True) -> list[Fault]:
    """Check a text about one sign.

    Parameters
    ----------
    text : str
        Without citations.
    score : SignScore
        The sign that it cites.
    names : bool
        Whether it must name the sign; a text behind one that does need not.

    Returns
    -------
    list of Fault
        What it says wrongly, or says that cannot be checked.
    """
    lexicon = find_lexicon(score)
    text, counted = read_convention(text) if lexicon.positive else (text, None)
    whole = text
    lead, text = cut_lead(mark_answers(text))
    pieces = join_pieces(scan(text, lexicon))
    pieces, answers = apply_answers([*(keep_named(scan(lead, lexicon)) if lead else ()), *pieces])
    read = [read_polarity(piece, lexicon.paired) for piece in pieces]
    read = drop_supposed(pieces, read)
    read += [Polarity(answers, frozenset(), frozenset(), ())] if answers else []
    faults = [*_check_words(whole, pieces, score, names), *_check_polarity(read, score, lexicon.paired)]
    faults += _check_views(pieces, score)
    if lexicon.paired and (own := _find_own(read)) and any(own & part.compared for part in read):
        faults.append(Fault("unsupported", f"the {score.side} side is compared with itself"))
    turned = None if counted is None else counted != lexicon.positive
    numbers = [item.text for piece in pieces for item in piece if item.kind == "number"]
    minus = any(text.startswith("-") for text in numbers) or _tells_measured(numbers, score)
    plain = score.answer == "no" and any(re.search(r"[1-9]", text) for text in numbers)
    frames = [
        one._replace(smaller=lexicon.smaller)
        for one in _list_frames(score, both=minus or plain or bool(_POSITION.search(text)), turned=turned)
    ]
    tried = [_read_all(pieces, read, frame) for frame in frames]
    best = min(tried, key=lambda one: sum(len(part.faults) for part in one), default=[])
    faults += [fault for part in best for fault in part.faults]
    if not any(part.said for part in read) and not any(part.tells for part in best):
        faults.append(Fault("unsupported", f"it does not say what the image answers to “{score.sign.question}”"))
    return faults


def _read_all(pieces: Sequence[Sequence[Item]], read: Sequence[Polarity], frame: Frame) -> list[Numbers]:
    befores = [[], *pieces]
    numbers: list[Numbers] = []
    for piece, part, before in zip(pieces, read, befores, strict=False):
        told = any(one.equal for one in numbers)
        numbers.append(read_numbers(piece, part.turned, frame, before, told=told))
    return numbers


def _list_frames(score: SignScore, *, both: bool, turned: bool | None) -> list[Frame]:
    """List the value as it is told, and, where its number can tell which it is, as it was measured.

    A number tells it where it has a minus, or where no side is claimed: "the right lung is not darker: 0.02".
    Where the sentence says how it counts, only that counts: as measured, or the other way round.
    """
    shown = show_value(score)
    if shown is None or score.value is None:
        return []
    names = (score.sign.entity.label, score.opposite.label if score.opposite is not None else "")
    published = tuple(float(limit) for name in names for limit in _PUBLISHED.findall(name))
    unit = "chest widths" if find_words(score).value == "cardiothoracic ratio" else score.unit
    measured = Shown(score.value, parse_reference(score.reference))
    if turned is not None:
        return [Frame(mirror(measured) if turned else measured, unit, published)]
    return [Frame(one, unit, published) for one in ([shown, measured] if both else [shown])]


def _tells_measured(numbers: Sequence[str], score: SignScore) -> bool:
    """Tell whether a number is the value as it was measured, and not as it is told: that shows how it counts."""
    if score.value is None or not find_words(score).mirrored:
        return False
    return any(equals(text, score.value, score.unit) and not equals(text, -score.value, score.unit) for text in numbers)


def _check_words(text: str, pieces: Sequence[Sequence[Item]], score: SignScore, names: bool) -> Iterator[Fault]:
    items = [item for piece in pieces for item in piece]
    for item in items:
        graded = item.text in {"likely", "probable", "probably", "probability", "unlikely", "p"}
        if graded and score.sign.kind != "learned":
            yield Fault("unsupported", f"no cited evidence says {item.text!r}")
    for word in (*find_strange(pieces), *find_unread(text, pieces)):
        yield Fault("unsupported", f"no cited evidence says {word!r}")
    for piece in pieces:
        yield from (Fault("unsupported", f"no cited evidence says {word!r}") for word in _find_degrees(piece))
    if names and not any(item.kind in {"name", "yes", "no"} for item in items):
        yield Fault("unsupported", f"it does not name what is asked in “{score.sign.question}”")


def _find_degrees(piece: Sequence[Item]) -> list[str]:
    """Find words of degree that are not of a denial: "no significant shift" follows from "no shift", a shift does not."""  # noqa: E501
    found = []
    for at, item in enumerate(piece):
        if item.kind == "degree":
            stated = any(one.kind in {"yes", "up", "down"} for one in piece)
            one_negation = sum(one.kind == "negation" for one in piece[:at]) == 1
            found += [] if stated and one_negation and not any(o.kind == "no" for o in piece) else [item.text]
    return found


def _check_polarity(read: Sequence[Polarity], score: SignScore, paired: bool) -> Iterator[Fault]:
    sided = any(part.sides & {"left", "right"} for part in read)
    for part in read:
        if sided and not part.said and part.sides == {"bilateral"}:
            part = part._replace(sides=frozenset())  # "both zones were looked at; the right is denser"
        for word in part.unread:
            yield Fault("unsupported", f"it is not clear what {word!r} is said of")
        for said in part.said:
            if said != score.answer:
                verdict: Judgement = "unsupported" if score.answer is None else "contradicted"
                image = score.answer or "neither yes nor no"
                yield Fault(verdict, f"the sentence says {said} to “{score.sign.question}”, the image {image}")
        alike = (paired or score.side is None) and part.sides == {"bilateral"} and set(part.said) == {"no"}
        if part.sides and part.sides != {score.side} and not alike:
            opposite = part.sides <= {"left", "right"} and score.side in {"left", "right"}
            yield Fault(
                "contradicted" if opposite else "unsupported",
                f"the sentence says {' and '.join(sorted(part.sides))}, the image evidence {score.side or 'no side'}",
            )


def _find_own(read: Sequence[Polarity]) -> frozenset[str]:
    """Find the one side that a sentence speaks of, where it speaks of one alone."""
    own = frozenset(side for part in read for side in part.sides)
    return own if len(own) == 1 and own <= {"left", "right"} else frozenset()


def _check_views(pieces: Sequence[Sequence[Item]], score: SignScore) -> Iterator[Fault]:
    reference = parse_reference(score.reference)
    words = (item.text for piece in pieces for item in piece if item.kind in {"view", "films"})
    for said in (word for text in words for word in text.split() if word in _VIEWS):
        if reference is None or _VIEWS[said] != reference.view:
            known = reference.view if reference is not None else "no view"
            yield Fault("unsupported", f"the sentence speaks of {_VIEWS[said]} films, the reference of {known}")


__all__ = ["check_sign"]
