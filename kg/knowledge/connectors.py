"""Words by which a sentence relates two things: "may lead to", "is a sign of", "is located in".

A connector has a relation, a direction, and the kinds of concepts that may stand at its ends.

Examples
--------
>>> [(found.connector.relation, found.hedged) for found in find_connectors("heart failure may lead to an effusion")]
[('thx:caused_by', True)]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from thoracite.kg.privacy.words import read_lists
from thoracite.kg.vocabulary import (
    ARGUES_AGAINST,
    ASSOCIATED,
    CAUSED_BY,
    HAS_ATTRIBUTE,
    HAS_SIGN,
    LOCATED_IN,
    MIMICS,
    PART_OF,
    SUGGESTS,
)

_DISORDER = frozenset({"finding", "disease"})
_SEEN = frozenset({"finding", "sign"})
_SEEN_OR_DISEASE = _DISORDER | {"sign"}
_CAUSE = _DISORDER | {"process", "organism", "device"}
_PLACED = _SEEN_OR_DISEASE | {"device", "anatomy"}
_ANATOMY, _SIGN = frozenset({"anatomy"}), frozenset({"sign"})
_QUALITY = frozenset({"attribute", "modifier"})


class Connector(NamedTuple):
    """A wording of a relation.

    Parameters
    ----------
    relation : str
        CURIE.
    left, right : frozenset of str
        Kinds of concepts that may stand before and after it.
    words : re.Pattern
        Its core, in lower case; auxiliaries and adverbs before it belong to it too.
    swapped : bool
        Whether the right end is the subject.
    copular : bool
        Whether it is a noun in apposition to the left end: "is the most common cause of", ", a sign of".
    before : re.Pattern or None
        Words required before its left end: "causes of" before "X include".
    """

    relation: str
    left: frozenset[str]
    right: frozenset[str]
    words: re.Pattern[str]
    swapped: bool = False
    copular: bool = False
    before: re.Pattern[str] | None = None


class Found(NamedTuple):
    """A connector in a sentence.

    Parameters
    ----------
    connector : Connector
        The connector.
    start, end : int
        Positions of its first character and behind its last.
    hedged : bool
        Whether the sentence hedges it.
    """

    connector: Connector
    start: int
    end: int
    hedged: bool


_LEADING = read_lists(Path(__file__).with_name("prose.txt"))["leading"]
_CLOSED = read_lists(Path(__file__).with_name("prose.txt"))["closed"]
_BE = frozenset({"is", "are", "was", "were", "be", "been", "remains"})
_ARTICLES = frozenset({"a", "an", "the"})
_WITHIN = frozenset({"a", "an", "the", "one", "another", "some", "of", "any", "most", "more", "other"})
_MAX_BACK = 7
_FILM = r"(?:\s+(?:on|by|in)\s+(?:\w+[\s-]+){0,3}?(?:radiographs?|x[\s-]?rays?|films?|radiography))?"
_OF = r"(?:of|in|within|inside|affecting|around|near|surrounding|that\s+affects?|that\s+involves?|involving)"


def _make(
    relation: str,
    left: frozenset[str],
    right: frozenset[str],
    words: str,
    *,
    swapped: bool = False,
    copular: bool = False,
    before: str | None = None,
) -> Connector:
    core = re.compile(rf"\b(?:{words})(?!\w)(?:\s+the\s+(?:development|formation|appearance)\s+of\b)?")
    return Connector(relation, left, right, core, swapped, copular, re.compile(rf"\b{before}\s*$") if before else None)


CONNECTORS = (
    # causes
    _make(
        CAUSED_BY, _CAUSE, _DISORDER,
        r"causes?|caused|leads?\s+to|led\s+to|results?\s+in|gives?\s+rise\s+to|triggers?|produces?|brings?\s+(?:on|about)"
        r"|develops?\s+into|progress(?:es)?\s+to|contributes?\s+to|worsens?|complicated\s+by"
        r"|make\s+it\s+more\s+likely\s+that\s+you\s+will\s+develop",
        swapped=True,
    ),
    _make(CAUSED_BY, _CAUSE, _DISORDER, r"(?:causes?|precursors?|culprits?)\s+(?:of|for)", swapped=True, copular=True),
    _make(
        CAUSED_BY, _DISORDER, _CAUSE,
        r"caused\s+by|due\s+to|secondary\s+to|brought\s+on\s+by|triggered\s+by|attributable\s+to"
        r"|(?:the|a)\s+(?:\w+\s+)?(?:result|consequence)\s+of",
    ),
    _make(
        CAUSED_BY, _DISORDER, _CAUSE,
        r"(?:results?|resulting|arises?|stems?|develops?)\s+(?:directly\s+)?(?:from|as\s+a\s+result\s+of)",
    ),
    _make(CAUSED_BY, _DISORDER, _DISORDER, r"complications?\s+of", copular=True),
    _make(
        CAUSED_BY, _DISORDER, _CAUSE, r"(?:includes?|is|are|be)\s*:?", before=r"causes?\s+(?:of|for)(?:\s+(?:an?|the))?"
    ),
    _make(
        CAUSED_BY, _DISORDER, _DISORDER, r"(?:includes?|is|are|be)\s*:?", swapped=True,
        before=r"complications?\s+of(?:\s+(?:an?|the))?",
    ),
    # found together
    _make(
        ASSOCIATED, _CAUSE | _SIGN, _CAUSE | _SIGN,
        r"(?:associated|linked|related|correlated)\s+(?:with|to)(?:\s+an?\s+(?:increased|higher|greater)\s+risk\s+(?:of"
        r"|for))?",
    ),
    _make(
        ASSOCIATED, _CAUSE, _DISORDER,
        r"(?:increas(?:es?|ing)|raises?)\s+(?:(?:the|your|a\s+person's|one's)\s+)?(?:risk|chances?|likelihood)\s+(?:of|for)"
        r"(?:\s+(?:getting|having|developing))?",
        swapped=True,
    ),
    _make(ASSOCIATED, _CAUSE, _DISORDER, r"risk\s+factors?\s+(?:for|of)", swapped=True, copular=True),
    _make(
        ASSOCIATED, _DISORDER, _CAUSE, r"(?:includes?|is|are|be)\s*:?",
        before=r"risk\s+factors?\s+for(?:\s+(?:an?|the))?",
    ),
    # visible signs
    _make(
        SUGGESTS, _SEEN, _DISORDER,
        r"suggests?|indicates?|signif(?:y|ies)|points?\s+to|raises?\s+(?:the\s+)?(?:suspicion|possibility)\s+of"
        r"|speaks?\s+for|(?:suggestive|indicative|characteristic|diagnostic|pathognomonic|typical)\s+(?:of|for)",
    ),
    _make(
        SUGGESTS, _SEEN, _DISORDER, r"(?:signs?|indicators?|indications?|hallmarks?|clues?)\s+(?:of|to|for)",
        copular=True,
    ),
    _make(
        HAS_SIGN, _DISORDER, _SEEN,
        rf"(?:appears?|seen|visible|recogni[sz]ed|identified|shown|manifests?|shows?\s+up|presents?){_FILM}\s+as",
    ),
    _make(HAS_SIGN, _DISORDER, _SIGN, r"shows?|demonstrates?|displays?|produces?|causes?|characteri[sz]ed\s+by"),
    _make(
        HAS_SIGN, _SEEN, _DISORDER,
        rf"(?:seen|visible|found|observed|present){_FILM}\s+(?:in|with)(?:\s+(?:patients|people)\s+with)?",
        swapped=True,
    ),
    _make(
        HAS_SIGN, _DISORDER, _SEEN, r"(?:includes?|is|are|be)\s*:?",
        before=r"(?:radiographic|radiological|radiologic|x[\s-]?ray|imaging)\s+(?:signs?|findings?|features?)\s+(?:of|in)"
        r"(?:\s+(?:an?|the))?",
    ),
    # mimics and arguments against
    _make(
        MIMICS, _SEEN_OR_DISEASE, _SEEN_OR_DISEASE,
        r"mimics?|simulates?|resembles?|looks?\s+like|mistaken\s+for|confused\s+with|misdiagnosed\s+as|misread\s+as",
    ),
    _make(
        ARGUES_AGAINST, _SEEN, _DISORDER,
        r"(?:argues?|speaks?|weighs?)\s+against|excludes?|rules?\s+out|(?:rare|rarely\s+seen|uncommon|unusual|atypical|not"
        r"\s+typical|not\s+characteristic|not\s+a\s+feature)\s+(?:in|of|with|for)|not\s+(?:seen|present|found)\s+in",
    ),
    # places
    _make(
        LOCATED_IN, _PLACED, _ANATOMY,
        r"(?:located|found|situated|positioned|placed|contained|enclosed|seen|centered|lies?|sits?|rests?|occurs?|resides?)"
        r"\s+(?:in|within|inside|at)",
    ),
    _make(
        LOCATED_IN, _DISORDER, _ANATOMY,
        r"(?:inflammation|swelling|infection|disease|condition|disorder|cancer|tumou?r|build-?up|collection|accumulation"
        r"|widening|scarring|irritation|air|gas|fluid|pus|blood|blockage)\s+(?:of\s+(?:excess\s+|extra\s+)?(?:\w+|air\s+or"
        rf"\s+gas)\s+)?{_OF}",
        copular=True,
    ),
    _make(LOCATED_IN, _DISORDER, _ANATOMY, r"affects?|involves?"),
    # parts
    _make(
        PART_OF, _ANATOMY, _ANATOMY,
        r"(?:parts?|chambers?|branch(?:es)?|sections?|segments?|regions?|portions?|layers?|lobes?|bones?|components?)\s+of",
        copular=True,
    ),
    _make(
        PART_OF, _ANATOMY, _ANATOMY,
        r"consists?\s+of|contains?|comprises?|(?:composed|formed|made\s+up|comprised)\s+(?:of|by)"
        r"|(?:divided|separated)\s+into",
        swapped=True,
    ),
    # qualities
    _make(HAS_ATTRIBUTE, _SEEN_OR_DISEASE, _QUALITY, r"be|is|are|appears?|becomes?"),
)  # fmt: skip
"""Every connector, in the order of trial."""

_LAST_WORD = re.compile(r"\b([\w-]+)\s+$")
_HEDGE = re.compile(r"\b(?:can|may|might|could|would|sometimes|often|occasionally|rarely|probably|usually)\b")


def find_connectors(text: str) -> Iterator[Found]:
    """Find connectors in a sentence, in the table's order.

    Parameters
    ----------
    text : str
        A sentence in lower case.
    """
    for connector in CONNECTORS:
        for match in connector.words.finditer(text):
            start: int | None = match.start()
            if connector.copular:
                start = _find_copula(text, match.start())
            if start is not None:
                start = _extend(text, start)
                yield Found(connector, start, match.end(), _HEDGE.search(text, start, match.end()) is not None)


def _extend(text: str, start: int) -> int:
    """Return the position where the auxiliaries and adverbs before a connector begin."""
    while (word := _read_back(text, start)) and word[1] in _LEADING:
        start = word.start()
    return start


def _find_copula(text: str, start: int) -> int | None:
    """Find "is", or the comma of an apposition, before a noun and its adjectives; None if there is none."""
    for _ in range(_MAX_BACK):
        word = _read_back(text, start)
        if word is None:
            return None
        start = word.start()
        if word[1] in _BE:
            return start
        if word[1] in _ARTICLES and text[:start].rstrip().endswith(","):
            return start
        if word[1] in _CLOSED and word[1] not in _WITHIN:
            return None
    return None


def _read_back(text: str, start: int) -> re.Match[str] | None:
    return _LAST_WORD.search(text, max(0, start - 24), start)


__all__ = ["CONNECTORS", "Connector", "Found", "find_connectors"]
