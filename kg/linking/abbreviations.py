"""Abbreviations with two meanings in a chest report, told apart by the words beside them.

``abbreviations.csv`` lists the meanings and the words of the sentence that speak for each (``*`` for any ending). The
meaning with most of them is taken; without any, or where they are even, the one that stands first.

Examples
--------
>>> expand_abbreviation("pe", "Saddle PE with right heart strain".lower().split())
'pulmonary embolism'
>>> expand_abbreviation("pe", "Small left PE".lower().split())
'pleural effusion'
>>> expand_abbreviation("ptx", []) is None
True
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).with_name("abbreviations.csv")


@lru_cache(maxsize=1)
def _load_meanings() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    meanings: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            beside = "|".join(re.escape(word).replace(r"\*", r"\S*") for word in row["beside"].split("|"))
            meanings.setdefault(row["abbreviation"], []).append((row["meaning"], re.compile(beside)))
    return meanings


def expand_abbreviation(word: str, sentence: Iterable[str]) -> str | None:
    """What an abbreviation means in a sentence; None where it is none of those with two meanings.

    Parameters
    ----------
    word : str
        In lower case.
    sentence : iterable of str
        The words around it, in lower case; read only where the word is such an abbreviation.
    """
    meanings = _load_meanings().get(word)
    if meanings is None:
        return None
    words = list(sentence)
    return max(meanings, key=lambda meaning: sum(bool(meaning[1].fullmatch(word)) for word in words))[0]


__all__ = ["expand_abbreviation"]
