"""How much of a report was read: statements found, and what went unread, by reason and in characters.

Examples
--------
>>> from thoracite.kg.extract.extractor import open_extractor
>>> text = "HISTORY: Fever.\\nFINDINGS: No effusion. Hello world."
>>> reading = measure_reading(text, open_extractor().extract(text))
>>> reading.statements, [(part.reason, part.characters) for part in reading.unread]
(1, [('history or indication', 6), ('nothing recognised', 12)])
>>> reading.unread_characters
18
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from thoracite.kg.extract.text import Token, lay_out
from thoracite.kg.radgraph import Annotation, Mention
from thoracite.kg.reports.sections import Unread, measure_sections, sum_unread
from thoracite.types import Noun

UNRECOGNISED = "nothing recognised"


class Reading(Noun):
    """What was read of a report.

    Parameters
    ----------
    statements : int
        Observations found, those that only modify another left out; at least 0.
    characters : int
        Length of the text, white space at its ends left out.
    unread : tuple of Unread
        What was not read: sections that are passed over, and sentences of which no word was recognised.
    """

    statements: int
    characters: int
    unread: tuple[Unread, ...] = ()

    @property
    def unread_characters(self) -> int:
        """Characters that went unread."""
        return sum(part.characters for part in self.unread)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read at all."""
        return not self.statements


def measure_reading(text: str, annotation: Annotation, *, passed: Iterable[Unread] = ()) -> Reading:
    """How much of a text an extractor read.

    Parameters
    ----------
    text : str
        As it was given to the extractor.
    annotation : Annotation
        What the extractor found in it.
    passed : iterable of Unread
        Sections that were cut off before; those of the text itself are found here.
    """
    tokens, sections, sentences = lay_out(text)
    missed = [*passed, *measure_sections(text, sections), *_find_unrecognised(tokens, sentences, annotation)]
    length = len(text.strip()) + sum(part.characters for part in passed)
    statements = sum(not mention.is_anatomy and not _modifies(mention) for mention in annotation.entities)
    return Reading(statements=statements, characters=length, unread=sum_unread(missed))


def _modifies(mention: Mention) -> bool:
    return any(name == "modify" for name, _ in mention.relations)


def _find_unrecognised(
    tokens: list[Token], sentences: Iterable[tuple[int, int]], annotation: Annotation
) -> Iterator[Unread]:
    """Sentences without an entity; a number or a mark alone is none."""
    found = {mention.start_ix for mention in annotation.entities}
    for first, last in sentences:
        if found.isdisjoint(range(first, last)) and any(token.text[0].isalpha() for token in tokens[first:last]):
            stop = last < len(tokens) and tokens[last].text in {".", "!", "?"}
            end = tokens[last if stop else last - 1].end
            yield Unread(reason=UNRECOGNISED, sections=1, characters=end - tokens[first].start)


class ReadingSum(Noun):
    """What was read of many reports.

    Parameters
    ----------
    reports : int
        How many there were.
    empty : int
        Of them, those of which nothing was read.
    characters : int
        Their length.
    unread : tuple of Unread
        What was not read, by reason.
    """

    reports: int = 0
    empty: int = 0
    characters: int = 0
    unread: tuple[Unread, ...] = ()

    def add(self, reading: Reading) -> ReadingSum:
        """The sum with one more report."""
        return ReadingSum(
            reports=self.reports + 1,
            empty=self.empty + reading.is_empty,
            characters=self.characters + reading.characters,
            unread=sum_unread([*self.unread, *reading.unread]),
        )

    @property
    def sentence(self) -> str:
        """For the user: how much went unread, and why.

        Examples
        --------
        >>> part = Unread(reason="history or indication", sections=2, characters=40)
        >>> ReadingSum(reports=3, empty=1, characters=400, unread=(part,)).sentence
        'unread: 1 of 3 reports, and 40 of 400 characters: history or indication (2 places, 40 characters)'
        """
        why = ", ".join(
            f"{p.reason} ({p.sections:,} place{'s' * (p.sections != 1)}, {p.characters:,} characters)"
            for p in self.unread
        )
        unread = sum(part.characters for part in self.unread)
        counted = (
            f"unread: {self.empty:,} of {self.reports:,} reports, and {unread:,} of {self.characters:,} characters"
        )
        return f"{counted}: {why}" if why else counted


__all__ = ["UNRECOGNISED", "Reading", "ReadingSum", "measure_reading"]
