"""Training of the privacy gate's tagger on planted reports: ``python -m thoracite.evaluation.privacy_training``.

Every carrier and every text to keep is planted: the sets that may be read, the texts for tuning and for training, texts
in the voices and styles of many writers, some sixty hands from all over the world, and headers made by program.
Surnames are drawn at random from words and from vocabularies, so that the tagger learns from what stands around a name
and not from the name. The background is the half of Open-i from which the gate's word list was collected, as it is, in
capitals and in lower case; no sentence of it is kept, only weights. Weights come from python-crfsuite's averaged
perceptron, which is needed to train only.

Some writers (``UNMET``) are left out always, more with ``--without WRITER …``, and the gate with those weights is
measured on them: the honest estimate of how it does on a writer whom it has not met, as far as its rules were not tuned
with that writer.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from thoracite.errors import UsageError
from thoracite.evaluation.privacy import is_held_out, measure_gate, measure_kept
from thoracite.evaluation.privacy_headers import make_header
from thoracite.evaluation.privacy_plants import (
    Piece,
    PlantedReport,
    join_pieces,
    make_fakers,
    plant_sentence,
    split_sentences,
)
from thoracite.evaluation.privacy_slots import fill_training, read_slot_lists
from thoracite.evaluation.privacy_tuning import Texts, expand, list_hands, read_hand, read_tuning
from thoracite.evaluation.privacy_words import Half, WordSet, plant_words, read_half, read_kept
from thoracite.files import write_text
from thoracite.kg.privacy import deidentify, tagger
from thoracite.kg.privacy.features import Piece as Word
from thoracite.kg.privacy.features import describe_text, split_pieces
from thoracite.kg.privacy.network import Network
from thoracite.kg.reports.read import read_reports

LABELS = ("O", "NAME", "LOCATION", "PHONE", "ID", "DATE", "AGE")
"""What the tagger tells; e-mail and network addresses have a form of their own."""

WRITERS: dict[str, tuple[WordSet, tuple[Half, ...]]] = {
    "fifth": ("fifth", ("seen", "locked")),
    "sixth": ("sixth", ("locked",)),
    "seventh": ("seventh", ("locked",)),
    "eighth": ("eighth", ("seen", "locked")),
    "ninth": ("ninth", ("seen", "locked")),
    "tenth": ("tenth", ("seen",)),
    "eleventh": ("eleventh", ("locked",)),
    "twelfth": ("twelfth", ("seen",)),
    "thirteenth": ("thirteenth", ("seen",)),
    "fourteenth": ("fourteenth", ("seen",)),
    "sixteenth": ("sixteenth", ("locked",)),
}
"""The sets that may be read, each by another writer; with the texts below and headers they are what is planted."""

TEXTS: tuple[Texts, ...] = ("tuning", "training", "voices", "styles")
"""Carriers and texts to keep with choices, written for tuning and training."""

HANDS = list_hands()
"""Writers imagined for the training, each with a place, a system and habits of their own."""

UNMET = ("sixteenth", "q1", "v1")
"""Writers whom neither field nor network meets: by them the gate's constants are chosen and training is judged."""

HEADERS, EACH, SENTENCES, RECASED = 1500, 3, 600, 250
"""Headers, carriers a report, reports whose sentences stand between carriers, reports in capitals and lower case."""


class Fills(NamedTuple):
    """How often lines are filled.

    Parameters
    ----------
    carriers, kept : int
        Times a carrier and a text to keep are filled.
    most : int
        Most times as many for a text to keep with choices.
    mixed : bool
        Whether carriers and texts to keep stand alone as often as together, so that how long a text is says little.
    """

    carriers: int = 3
    kept: int = 2
    most: int = 16
    mixed: bool = False


ROUNDS, LEAST, SEED = 8, 3, 3
"""Rounds of training, occurrences of an attribute, seed."""

_SLOT = re.compile(r"\{(\w+)\}")
_DRAWN = ("typo", "epo", "drug", "brand")  # slots that are filled from long lists, as those of the styles are
_PRUNED = 120  # hundredths, under which a weight is left out
_TIMES = Fills()
_MIXED = ((1, 0, 0), (1, 0, 0), (1, 0, 1), (1, 0, 3), (1, 1, 0), (2, 0, 0), (2, 1, 1), (3, 2, 1), (3, 0, 2), (4, 1, 3))
"""Carriers, texts to keep and sentences of a mixed text."""
_KEPT = ((1, 0), (1, 0), (1, 2), (2, 0), (3, 0), (4, 1), (6, 2))
"""Texts to keep and sentences of a mixed text without carriers."""
_CASES = (0.05, 0.08)  # shares of texts in capitals, and from there in lower case


def read_writer(writer: str) -> tuple[list[str], list[str], list[str]]:
    """Carriers, texts to keep and forms of dates of one writer."""
    if writer in WRITERS:
        word_set, halves = WRITERS[writer]
        carriers, dates = (
            [row for half in halves for row in read_half(name, half, word_set)] for name in ("carriers", "dates")
        )
        kept = [row.text for half in halves for row in read_kept(half, word_set)]
        return [row["text"] for row in carriers], kept, [row["form"] for row in dates]
    if writer in HANDS:
        return read_hand(writer, "carriers"), read_hand(writer, "kept"), read_tuning("dates")
    if writer == "headers":
        choice = random.Random(SEED)  # noqa: S311 - no secret
        return [make_header(choice) for _ in range(HEADERS)], [], read_tuning("dates")
    texts = next(texts for texts in TEXTS if texts == writer)
    return read_tuning("carriers", texts), read_tuning("kept", texts), read_tuning("dates")


def plant_writer(
    writer: str, background: Sequence[str], *, seed: int = SEED, without: Sequence[str] = (), times: Fills = _TIMES
) -> Iterator[PlantedReport]:
    """Reports with one writer's carriers and texts to keep, the more often the more choices a line has.

    Lines that the writers left out have too (short ones come to several minds) are left out as well.
    """
    choice = random.Random(f"{seed}{writer}")  # noqa: S311 - no secret
    unmet = {line for left_out in without for lines in read_writer(left_out)[:2] for line in lines}
    carriers, kept, forms = read_writer(writer)
    carriers, kept = ([line for line in lines if line not in unmet] for lines in (carriers, kept))
    people, english = make_fakers("train", seed)
    fills = 1 if writer == "headers" or writer in HANDS else times.carriers
    rich = 4 if writer in {"training", "voices", "styles"} else 1 if writer in HANDS else 0
    most = 2 if writer in HANDS else times.most
    lines = [line for line in carriers for _ in range(fills * (1 + min(rich, count_choices(line) // 3)))]
    keeps = [line for line in kept for _ in range(times.kept * (1 + min(most, count_choices(line) // 2)))]
    choice.shuffle(lines)
    choice.shuffle(keeps)
    sentences = [piece for text in background for piece in split_sentences(text)]

    def fill(line: str) -> Piece:
        return _recase(plant_sentence(expand(line, choice), fill_training(choice, people, english, forms)), choice)

    rest, first = iter(keeps), 0
    while first < len(lines):
        number, beside, plain = choice.choice(_MIXED) if times.mixed else (EACH, 2, 1)
        pieces = [fill(line) for line in lines[first : first + number]]
        pieces += [(fill(line)[0], ()) for line in itertools.islice(rest, beside)]
        pieces += [choice.choice(sentences) for _ in range(plain)]
        choice.shuffle(pieces)
        yield join_pieces(pieces)
        first += number
    for line in rest:
        together, plain = choice.choice(_KEPT) if times.mixed else (1, 0)
        pieces = [(fill(one)[0], ()) for one in (line, *itertools.islice(rest, together - 1))]
        pieces += [choice.choice(sentences) for _ in range(plain)]
        choice.shuffle(pieces)
        yield join_pieces(pieces)


def count_choices(line: str) -> int:
    """Roughly how many alternatives a line has: a slot that a list fills counts for three.

    Examples
    --------
    >>> count_choices("{Role} {word} <said|wrote|noted> so.")
    5
    """
    drawn = {name.casefold() for name in read_slot_lists()}.union(_DRAWN)
    listed = sum(slot.casefold() in drawn for slot in _SLOT.findall(line))
    return line.count("|") + 3 * listed


def make_sample(background: Sequence[str], without: Sequence[str] = ()) -> list[PlantedReport]:
    """All that a field is trained with: the reports of all writers but those left out, and reports without plants."""
    writers = [writer for writer in (*WRITERS, *TEXTS, *HANDS, "headers") if writer not in without]
    planted = [report for writer in writers for report in plant_writer(writer, background[:SENTENCES], without=without)]
    return [*planted, *make_background(background)]


def make_background(texts: Sequence[str]) -> Iterator[PlantedReport]:
    """Reports without plants: all as they are, some in capitals, some in lower case."""
    yield from (PlantedReport(text, ()) for text in texts)
    yield from (PlantedReport(text.upper(), ()) for text in texts[:RECASED])
    yield from (PlantedReport(text.lower(), ()) for text in texts[-RECASED:])


def _recase(piece: Piece, choice: random.Random) -> Piece:
    """A sentence in capitals or in lower case now and then, where that moves no character."""
    text, drawn = piece[0], choice.random()
    other = text.upper() if drawn < _CASES[0] else text.lower() if drawn < _CASES[1] else text
    return (other if len(other) == len(text) else text), piece[1]


def label_pieces(report: PlantedReport, pieces: Sequence[Word]) -> list[str]:
    """The label of each piece of a planted report."""
    labels = [LABELS[0]] * len(pieces)
    for plant in report.plants:
        for index, piece in enumerate(pieces):
            if plant.kind in LABELS and piece.start < plant.end and plant.start < piece.end:
                labels[index] = plant.kind
    return labels


def train_field(reports: Sequence[PlantedReport]) -> str:
    """Weights as the text that :func:`thoracite.kg.privacy.tagger.parse_field` reads.

    Raises
    ------
    UsageError
        If python-crfsuite is not installed.
    """
    try:
        import pycrfsuite
    except ImportError as error:
        raise UsageError(
            "training the tagger needs python-crfsuite; run pip install 'thoracite[privacy-train]'"
        ) from error
    trainer = pycrfsuite.Trainer(algorithm="ap", verbose=False)
    trainer.set_params({"max_iterations": ROUNDS, "feature.minfreq": LEAST})
    for report in reports:
        if pieces := split_pieces(report.text):
            trainer.append(list(describe_text(pieces)), label_pieces(report, pieces))
    with tempfile.TemporaryDirectory() as folder:
        trainer.train(f"{folder}/field")
        opened = pycrfsuite.Tagger()
        opened.open(f"{folder}/field")
        found = opened.info()
    moves = [[round(100 * found.transitions.get((left, right), 0.0)) for right in LABELS] for left in LABELS]
    rows: dict[str, dict[int, int]] = {}
    for (what, label), weight in found.state_features.items():
        if abs(hundredths := round(100 * weight)) >= _PRUNED:
            rows.setdefault(what, {})[LABELS.index(label)] = hundredths
    lines = ["\t".join(LABELS), *("\t".join(map(str, row)) for row in moves)]
    for what in sorted(rows):
        lines.append("\t".join([what, *(f"{label}{weight:+d}" for label, weight in sorted(rows[what].items()))]))
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, and measure on the writers who were left out; the weights are written if they are ``UNMET`` alone."""
    parser = argparse.ArgumentParser(prog="python -m thoracite.evaluation.privacy_training", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with openi/NLMCXR_reports.tgz")
    parser.add_argument(
        "--without", nargs="+", default=[], choices=[*WRITERS, *HANDS], help="leave these out, too, and write nothing"
    )
    parser.add_argument("--out", type=Path, default=Path(tagger.__file__).with_name("weights.tsv"))
    asked = parser.parse_args(arguments)
    background, held = read_background(asked.data)
    without = (*UNMET, *asked.without)
    field = train_field(make_sample(background, without))
    if not asked.without:
        write_text(asked.out, field)
    for writer in without:
        measure_unmet(writer, held, field=tagger.parse_field(field))


def read_background(data: Path) -> tuple[list[str], list[str]]:
    """The reports from which the gate's word list was collected, in any order, and the others."""
    reports = [report for report in read_reports(data / "openi" / "NLMCXR_reports.tgz") if report.text]
    background = [one.text for one in reports if not is_held_out(one.id)]
    random.Random(SEED).shuffle(background)  # noqa: S311 - no secret
    return background, [one.text for one in reports if is_held_out(one.id)]


def measure_unmet(
    writer: str, texts: Sequence[str], *, field: tagger.Field | None = None, network: Network | None = None
) -> None:
    """Print recall, precision and words kept on a writer whom the field or the network has not met."""

    def gate(text: str) -> list[tuple[int, int]]:
        found = deidentify.find_identifiers(text, field=field, network=network)
        return [(one.start, one.end) for one in found]

    if writer in HANDS:
        planted = list(plant_writer(writer, texts, times=Fills(1, 1, 1)))
        measured = {writer: measure_gate(planted, gate, "gate")}
    else:
        word_set, halves = WRITERS[writer]
        measured = {
            f"{writer}, {half}": [
                *measure_gate(list(plant_words(texts, half, seed=7, word_set=word_set)), gate, "gate"),
                *list(measure_kept({(word_set, half): read_kept(half, word_set)}, gate, "gate"))[:1],
            ]
            for half in halves
        }
    for name, rows in measured.items():
        for row in rows:
            print(f"{name}: {row.metric} {row.value:.3f} [{row.low:.3f}, {row.high:.3f}] n {row.n}")  # noqa: T201


if __name__ == "__main__":
    main()

__all__ = [
    "HANDS",
    "LABELS",
    "TEXTS",
    "UNMET",
    "WRITERS",
    "Fills",
    "label_pieces",
    "main",
    "make_background",
    "make_sample",
    "measure_unmet",
    "plant_writer",
    "read_background",
    "read_writer",
    "train_field",
]
