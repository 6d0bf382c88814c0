"""Generated annotations in RadGraph's schema and numbers, by seed: for measuring size, not for learning anything.

They contain no sentence of a report: words of the project's own lexicon are put into five patterns. Frequencies of
words and phrases follow Zipf's law, so that counting them finds the support that real reports give.
A report has about 27 mentions and 18 relations, as the 220,763 reports of RadGraph have (6 M and 4 M).

Examples
--------
>>> report_id, report = next(generate_reports(1, seed=3))
>>> report_id, len(report["entities"]) > 5
('generated-0', True)
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from thoracite.files import replace_file
from thoracite.kg.extract.lexicon import FOLDER, parse_lexicon

RADGRAPH_REPORTS = 220_763
"""Reports of RadGraph's inference set (Jain et al. 2021, table 1: MIMIC-CXR)."""

_PHRASES, _PER_REPORT = 20_000, (6, 12)
_FILLERS = ("is", "are", "there", "in", "the", "seen", ".")


class _Slot(NamedTuple):
    """A mention of a pattern: the lexicon's kind of its word, its type, and its relations."""

    kind: str
    anatomy: bool
    relations: tuple[tuple[str, int], ...] = ()


_PATTERNS = (
    (  # mild left basilar atelectasis
        _Slot("degree", False, (("modify", 3),)),
        _Slot("side", True, (("modify", 2),)),
        _Slot("zone", True),
        _Slot("finding", False, (("located_at", 2),)),
    ),
    (_Slot("regional", True), _Slot("finding", False, (("located_at", 0),))),  # pleural effusion
    (_Slot("organ", True), _Slot("quality", False, (("located_at", 0),))),  # heart normal
    (  # linear opacity … lobe … atelectasis
        _Slot("quality", False, (("modify", 1),)),
        _Slot("finding", False, (("located_at", 2), ("suggestive_of", 3))),
        _Slot("organ", True),
        _Slot("disease", False),
    ),
    (  # left … tube … trachea
        _Slot("quality", False, (("modify", 1),)),
        _Slot("device", False, (("located_at", 2),)),
        _Slot("organ", True),
    ),
)
_TURN = (0, 1, 3, 2, 0, 4, 1, 3, 2, 0)
"""Patterns of the phrases, in turn, from the most frequent phrase on: each has the same share under every seed."""

_CERTAINTIES = {"DP": 73, "DA": 21, "U": 6}

Phrase = tuple[tuple[str, ...], tuple[tuple[str, str, int, int, tuple[tuple[str, int], ...]], ...]]
"""Tokens; and per mention its tokens, label, first and last token, and relations to mentions by position."""


def generate_reports(number: int, *, seed: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """Generate report ids and annotations in the form of RadGraph's JSON.

    Parameters
    ----------
    number : int
        Number of reports.
    seed : int
        The same seed gives the same reports; the first of more reports are those of fewer.
    """
    phrases = _make_phrases(seed)
    weights = _zipf(len(phrases))
    chance = random.Random(seed)  # noqa: S311 - no secret
    for position in range(number):
        chosen = chance.choices(phrases, cum_weights=weights, k=chance.randint(*_PER_REPORT))
        yield f"generated-{position}", _render_report(chosen)


def write_reports(path: Path, number: int, *, seed: int = 0) -> int:
    """Write generated annotations as one RadGraph JSON file; return the number of their mentions."""
    mentions = 0
    with replace_file(path) as file:
        for position, (report_id, report) in enumerate(generate_reports(number, seed=seed)):
            mentions += len(report["entities"])
            file.write(f'{"," if position else "{"}\n"{report_id}": {json.dumps(report)}')
        file.write("\n}\n")
    return mentions


def _render_report(phrases: list[Phrase]) -> dict[str, Any]:
    tokens: list[str] = []
    entities: dict[str, Any] = {}
    for words, mentions in phrases:
        start, first = len(tokens), len(entities) + 1
        for text, label, begin, end, relations in mentions:
            entities[str(len(entities) + 1)] = {
                "tokens": text,
                "label": label,
                "start_ix": start + begin,
                "end_ix": start + end,
                "relations": [[name, str(first + target)] for name, target in relations],
            }
        tokens += words
    return {"text": " ".join(tokens), "entities": entities}


def _make_phrases(seed: int) -> list[Phrase]:
    chance = random.Random(f"phrases {seed}")  # noqa: S311 - no secret
    return [_make_phrase(chance, _PATTERNS[_TURN[position % len(_TURN)]]) for position in range(_PHRASES)]


def _make_phrase(chance: random.Random, slots: tuple[_Slot, ...]) -> Phrase:
    certainty = chance.choices(list(_CERTAINTIES), list(_CERTAINTIES.values()))[0]
    tokens: list[str] = ["no"] if certainty == "DA" else []
    mentions = []
    for slot in slots:
        words, weights = _read_words(slot.kind)
        text = chance.choices(words, cum_weights=weights)[0]
        label = "ANAT-DP" if slot.anatomy else f"OBS-{certainty}"
        begin = len(tokens)
        tokens += text.split()
        mentions.append((text, label, begin, len(tokens) - 1, slot.relations))
        if chance.random() < 0.3:
            tokens.append(chance.choice(_FILLERS))
    return (*tokens, "."), tuple(mentions)


@lru_cache
def _read_words(kind: str) -> tuple[list[str], list[float]]:
    """Return the lexicon's words of a kind, and their cumulative weights in the lexicon's order."""
    files = ("anatomy", "observations", "cues")
    found = [
        phrase
        for name in files
        for phrase, kinds in parse_lexicon((FOLDER / f"{name}.txt").read_text(encoding="utf-8")).items()
        if kinds == (kind,)
    ]
    words = list(dict.fromkeys(found))
    return words, _zipf(len(words))


def _zipf(number: int) -> list[float]:
    return list(accumulate(1 / rank for rank in range(1, number + 1)))


__all__ = ["RADGRAPH_REPORTS", "generate_reports", "write_reports"]
