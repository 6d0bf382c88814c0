"""A linear-chain conditional random field that tells identifiers by what stands around them.

The rules know the places that their writers thought of. The field has learned from planted reports, with surnames drawn
at random from words, what places of people, towns, numbers and days have in common (``evaluation/privacy_training.py``
trains it). Its weights stand in ``weights.tsv``; it is applied here without a library.

References
----------
Lafferty, McCallum and Pereira (2001), Conditional random fields: probabilistic models for segmenting and labeling
sequence data, ICML.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from thoracite.kg.privacy.features import (
    FAR,
    GAP,
    NEAR,
    Piece,
    describe,
    describe_pairs,
    describe_place,
    describe_style,
    is_plain,
    outline,
    split_pieces,
)
from thoracite.kg.privacy.network import Network, read_network
from thoracite.kg.privacy.overlap import Stretches
from thoracite.kg.privacy.patterns import is_share
from thoracite.kg.privacy.slots import is_nameable

SURE, NETWORK, BIAS = 0.0, 15.0, 20.0
"""The field's margin under which it is sure of no identifier, its own units for one of the network's (log odds), and
what is added for every identifier where the network is asked; chosen by the writers whom neither has met."""

CERTAIN, NONE = 2.0, -5.0
"""Log odds above which the network is sure of an identifier, and under which it is sure of none."""

_PAD = ("^^", "w=^^")
Vector = tuple[float, ...]


class Field:
    """Weights of a conditional random field.

    Parameters
    ----------
    labels : sequence of str
        The first is that of no identifier.
    states : dict of str to tuple of float
        For each attribute, its weight for each label.
    moves : sequence of sequence of float
        Weight of each label behind each label.
    """

    def __init__(self, labels: Sequence[str], states: dict[str, Vector], moves: Sequence[Sequence[float]]) -> None:
        self.labels, self.states = tuple(labels), states
        self.into = [[row[label] for row in moves] for label in range(len(labels))]
        self._alone: dict[tuple[int, str], Vector | None] = {}

    def score(self, pieces: Sequence[Piece], runs: Sequence[range] | None = None) -> dict[int, list[float]]:
        """For each piece of some runs, by default of all, the sum of all weights of what is said of it, by label."""
        texts = [piece.text for piece in pieces]
        described = [_PAD] * 4 + [describe(text) for text in texts] + [_PAD] * 4
        padded = [""] * 4 + texts + [""] * 4
        signs, words = [one[0] for one in described], [one[1] for one in described]
        outlines = ["^^"] * 4 + [outline(text) for text in texts] + ["^^"] * 4
        get, places, styles, scores = self.states.get, describe_place(pieces), describe_style(pieces), {}
        for index in itertools.chain(*(runs if runs is not None else [range(len(pieces))])):
            found = [self._score_alone(offset, padded[index + 4 + offset]) for offset in (*NEAR, *FAR)]
            place = (*places[index], styles[index])
            found += [get(pair) for pair in describe_pairs(words, signs, outlines, index + 4, place)]
            rows = [one for one in found if one]
            scores[index] = [sum(column) for column in zip(*rows, strict=True)] if rows else [0.0] * len(self.labels)
        return scores

    def _score_alone(self, offset: int, text: str) -> Vector | None:
        key = (offset, text)
        try:
            return self._alone[key]
        except KeyError:
            described = describe(text) if text else _PAD
            said = described[1:] if offset in NEAR else (described[1], f"g={described[0]}")
            rows = [row for what in said if (row := self.states.get(f"{offset}{what}"))]
            if len(self._alone) > 200_000:
                self._alone.clear()
            self._alone[key] = tuple(map(sum, zip(*rows, strict=True))) if rows else None
            return self._alone[key]

    def decode(self, scores: Sequence[Sequence[float]], *, inside: bool = False) -> list[int]:
        """The best labels together (Viterbi); ``inside`` where a word that is no identifier stands before the first."""
        best, back = list(scores[0]), []
        if inside:
            best = [score + into[0] for score, into in zip(best, self.into, strict=True)]
        for row in scores[1:]:
            reached, came = [], []
            for into, own in zip(self.into, row, strict=True):
                values = list(map(float.__add__, best, into))
                top = max(values)
                reached.append(top + own)
                came.append(values.index(top))
            best = reached
            back.append(came)
        label = best.index(max(best))
        labels = [label]
        for came in reversed(back):
            label = came[label]
            labels.append(label)
        return labels[::-1]


@lru_cache(maxsize=1)
def read_field() -> Field:
    """The bundled weights."""
    return parse_field(Path(__file__).with_name("weights.tsv").read_text(encoding="utf-8"))


def parse_field(text: str) -> Field:
    """A field from its text: the labels, one row of moves a label, and the attributes with their weights."""
    head, *lines = text.splitlines()
    labels = head.split("\t")
    moves = [[int(weight) / 100 for weight in line.split("\t")] for line in lines[: len(labels)]]
    states: dict[str, Vector] = {}
    for line in lines[len(labels) :]:
        what, *weights = line.split("\t")
        row = [0.0] * len(labels)
        for weight in weights:
            row[int(weight[0])] = int(weight[1:]) / 100
        states[what] = tuple(row)
    return Field(labels, states, moves)


Hint = tuple[int, int, float]
"""Characters in which the rules see a name, and what that weighs."""

_TIME = r"(?!(?:[01]?\d|2[0-3]):?[0-5]\d\Z)"
_FORMS = {
    "PHONE": re.compile(rf"{_TIME}(?:[^\d\w]*(?:[xX]|ext)?[^\d\w]*\d){{3,}}\W*"),
    "ID": re.compile(rf"{_TIME}(?!.*\d\s?(?:[nmk]?g|m[lL]|[mc]m)\b)(?:.*\d){{4}}.*", re.DOTALL),
    "DATE": re.compile(
        r"(?!\d{1,2}:\d\d)(?!.*\sat\s)(?=.*\d)(?:.*(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec).*|(?:.*\d){3}.*\D.*\d.*)",
        re.DOTALL,
    ),
    "AGE": re.compile(r"(?:9\d|1[0-2]\d)(?:['’]?s)?|(?i:ninet|.*hundred).*"),
    "NAME": re.compile(
        r"(?!(?:mL|dL|kVp|mAs|[mu]Gy(?:-?cm2?)?|Gycm2?|mSv|eGFR|pH|HU)\Z)(?=.*[^\W\d_]{2}).*", re.DOTALL
    ),
    "LOCATION": re.compile(r".*[^\W\d_]{2}.*", re.DOTALL),
}
"""What a span must look like for its kind, where the field alone has found it."""
_MEASURED = re.compile(r"\s?(?:ng|cc|mg|mcg|g|kg|m[lL]|mm|cm|%|HU|mGy|kVp|mAs|mmHg|L|units?|beats)\b|[/:.]\d")
_MAY = re.compile(r"\b[Mm]ay\s(?:be|also|represent|reflect|indicate|relate|suggest|have)")
"""No month: "3 May represent a nodule"."""
_AFTER_FIGURE = re.compile(r"\d[/.:]\Z")


_TIMED = re.compile(r"(?<=\w)[, ]+(?:at |@ ?)?\d{1,2}:\d\d(?:\s?[ap]\.?m\.?)?\Z", re.IGNORECASE)
_WORD = re.compile(r"[^\s,]+")
_TITLE = re.compile(r"([A-Z][\w'’]*)\.?[ ](?=[A-Z])")
_CALLED = frozenset(f"k={kind}" for kind in ("form of address", "kind of person", "kin", "role"))
"""Kinds of words that stand before a name and are none of it."""
_BESIDE = frozenset({"k=title", "k=form of address", "k=letters"})
"""Kinds of words that go with a name, before or behind it."""
_LAST, _PLAIN = re.compile(r"[ ]([^\W\d_]{2,})\Z"), frozenset({"k=report", "k=deed", "k=role"})
_SEEN = frozenset({
    "seen", "noted", "placed", "obtained", "performed", "reviewed", "evaluated", "examined", "taken", "done", "given",
    "removed", "confirmed", "reported",
})  # fmt: skip
_TELLING = frozenset({"by", "per", "to", "from", "with", "w"})
"""What is also said of findings, and the words that make it a person's deed."""


def _has_form(text: str, span: tuple[str, int, int]) -> bool:
    """Whether a span looks like its kind, and is no part of a measurement."""
    kind, start, end = span
    if not _FORMS[kind].fullmatch(text[start:end]) or (kind == "DATE" and _MAY.search(text[start : end + 12])):
        return False
    if kind == "DATE" and is_share(text, start, end):
        return False
    return kind not in {"PHONE", "ID", "AGE"} or not (
        _MEASURED.match(text, end) or _AFTER_FIGURE.search(text, max(0, start - 2), start)
    )


def find_runs(pieces: Sequence[Piece], hints: Iterable[Hint] = ()) -> list[range]:
    """The sentences and lines that can hold an identifier: with more than the plain words of reports.

    A name in lower case stands beside a verb of telling, a role or a number; any other begins with a capital that is
    not the sentence's.
    """
    runs: list[range] = []
    hinted, first = sorted(start for start, _, _ in hints), 0
    for index, piece in enumerate(pieces):
        if index + 1 < len(pieces) and not (piece.text == "¶" or (piece.text == "." and index - first > 2)):
            continue
        inside = pieces[first : index + 1]
        begin, end = inside[0].start, inside[-1].end
        if bisect_left(hinted, begin) < bisect_left(hinted, end) or not _is_plain_sentence(inside):
            joined = bool(runs) and runs[-1].stop == first
            runs[-1:] = [range(runs[-1].start, index + 1)] if joined else [*runs[-1:], range(first, index + 1)]
        first = index + 1
    return runs


def _is_plain_sentence(pieces: Sequence[Piece]) -> bool:
    opens, told = True, any(piece.text.lower() in _TELLING for piece in pieces)
    for piece in pieces:
        if piece.text == GAP or (opens and len(piece.text) == 1 and piece.text.isdecimal()):  # of a list
            continue
        if not is_plain(piece.text, opens=opens) and (told or piece.text not in _SEEN):
            return False
        opens = piece.text == ":" or (opens and piece.text == ".")
    return True


def _ask_network(
    network: Network | None, pieces: Sequence[Piece], scores: dict[int, list[float]], asked: Iterable[int]
) -> dict[int, list[float]]:
    """What the network says of the windows that it is asked for, or in which the field is not sure of a piece."""
    if network is None:
        return {}
    unsure = {index for index, row in scores.items() if max(row[1:]) - row[0] > SURE}
    return network.weigh(pieces, unsure.union(asked))


def _is_lone(labels: Sequence[int], index: int) -> bool:
    """Whether a label is neither that of the piece before nor that of the next."""
    return labels[index] not in (*labels[max(0, index - 1) : index], *labels[index + 1 : index + 2])


def _trim(text: str, start: int, end: int, named: Stretches) -> tuple[int, int]:
    """A name of the rules without what its bearer is or does, where the field agrees: "Coach Bolt", "HILL ARRIVED"."""
    while (title := _TITLE.match(text, start)) and not named.meet(start, title.end(1)):
        kinds = {*describe(title[1])}
        if (
            (len(title[1]) > 1 and title[1].isupper())
            or "k=title" in kinds
            or (is_nameable(title[1]) and not _CALLED & kinds)
        ):
            break
        start = title.end()
    while (word := _LAST.search(text, start, end)) and not named.meet(word.start(1), end):
        if not _PLAIN & {*describe(word[1])}:
            break
        end = word.start()
    return start, end


def _without_time(text: str, span: tuple[str, int, int]) -> tuple[str, int, int]:
    """A day without the time behind it: "3/12 at 14:30"."""
    kind, start, end = span
    timed = _TIMED.search(text, start, end) if kind == "DATE" else None
    return (kind, start, timed.start()) if timed else span


def _narrow(text: str, start: int, end: int, denied: Stretches, affirmed: Stretches) -> tuple[int, int]:
    """A name of the rules without the words at its ends that the network denies, beside one that it affirms."""
    if not affirmed.meet(start, end):
        return start, end
    kept = [
        word.span() for word in _WORD.finditer(text, start, end) if _goes_with(word[0]) or not denied.meet(*word.span())
    ]
    return (kept[0][0], kept[-1][1]) if kept else (start, end)


def _goes_with(word: str) -> bool:
    """Whether a word goes with a name whatever the network says of it: a title, letters, an initial, a mark."""
    bare = word.strip(".")
    return len(bare) < 2 or not _BESIDE.isdisjoint(describe(bare))


class Tagged(NamedTuple):
    """What the field and the network see in a text.

    Parameters
    ----------
    spans : list of tuple
        Kind, first character and end.
    sure : list of tuple of int
        The spans of which the network is sure, whatever the rules know of their words.
    """

    spans: list[tuple[str, int, int]]
    sure: list[tuple[int, int]]


def find_tagged(
    text: str, hints: Iterable[Hint] = (), field: Field | None = None, network: Network | None = None
) -> Tagged:
    """Identifiers that the field and the network see, given where the rules see names.

    A hint adds its weight to each of its words. Where a part of a hint is called a name, all of it is one; where none
    of it is called so, the rules are overruled.

    Parameters
    ----------
    text : str
        A report, or a part of one.
    hints : iterable of tuple
        First character, end and weight.
    field : Field, optional
        By default the bundled one.
    network : Network, optional
        By default the bundled one beside the bundled field, and none beside another; it is asked where the field is not
        sure, and in hints.
    """
    network = network or (read_network() if field is None else None)
    pieces, field, hints = split_pieces(text), field or read_field(), list(hints)
    runs = find_runs(pieces, hints)
    own, name = field.score(pieces, runs), field.labels.index("NAME")
    starts = [piece.start for piece in pieces]
    within = [(start, end, range(bisect_left(starts, start), bisect_left(starts, end))) for start, end, _ in hints]
    odds = _ask_network(network, pieces, own, (index for *_, inside in within for index in inside))
    scores = {index: _add(row, odds.get(index)) for index, row in own.items()}
    for (*_, weight), (*_, inside) in zip(hints, within, strict=True):
        for index in inside:
            if index in scores:
                scores[index][name] += weight
    spans = [_without_time(text, span) for span in _decode(text, pieces, runs, field, scores)]
    named = Stretches((start, end) for kind, start, end in spans if kind == "NAME")
    denied = Stretches((pieces[i].start, pieces[i].end) for i, said in odds.items() if said[name] < NONE)
    affirmed = Stretches((pieces[i].start, pieces[i].end) for i, said in odds.items() if said[name] > CERTAIN)
    agreed = [
        ("NAME", *_trim(text, *_narrow(text, start, end, denied, affirmed), named))
        for start, end, _ in hints
        if named.meet(start, end)
    ]
    sure = {span for span in spans if _is_sure(span, pieces, starts, odds, field.labels)}
    formed = [span for span in spans if span in sure or _has_form(text, span)]
    return Tagged(formed + agreed, sorted(span[1:] for span in sure))


def _add(own: Sequence[float], odds: Sequence[float] | None) -> list[float]:
    if odds is None:
        return list(own)
    return [
        score + NETWORK * said + (BIAS if label else 0)
        for label, (score, said) in enumerate(zip(own, odds, strict=True))
    ]


def _decode(
    text: str, pieces: Sequence[Piece], runs: Sequence[range], field: Field, scores: dict[int, list[float]]
) -> list[tuple[str, int, int]]:
    """The best labels of each run, as spans."""
    spans: list[tuple[str, int, int]] = []
    name = field.labels.index("NAME")
    for run in runs:
        labels = field.decode([scores[index] for index in run], inside=run.start > 0)
        for index, label in zip(run, labels, strict=True):
            piece, kind = pieces[index], field.labels[label]
            if (
                kind == "DATE"
                and piece.text.isalpha()
                and scores[index][name] > scores[index][0]
                and _is_lone(labels, index - run.start)
            ):
                kind = "NAME"  # "S/B March"
            if label and spans and spans[-1][0] == kind and not text[spans[-1][2] : piece.start].strip(" "):
                spans[-1] = (kind, spans[-1][1], piece.end)
            elif label:
                spans.append((kind, piece.start, piece.end))
    return spans


def _is_sure(
    span: tuple[str, int, int],
    pieces: Sequence[Piece],
    starts: Sequence[int],
    odds: dict[int, list[float]],
    labels: Sequence[str],
) -> bool:
    """Whether the network is sure of every word and number of a span."""
    kind, start, end = span
    inside = range(bisect_left(starts, start), bisect_left(starts, end))
    label = labels.index(kind)
    said = [odds[i][label] for i in inside if i in odds and pieces[i].text[0].isalnum()]
    return bool(said) and min(said) > CERTAIN


__all__ = ["Field", "Hint", "Tagged", "find_tagged", "parse_field", "read_field"]
