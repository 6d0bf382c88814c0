"""Ordinary words, so that a name can be told by not being one.

The list holds no name: only words that open texts write in lower case. A word's tier says where it was seen:
``report`` words are common in radiology reports, and may be capitalised in the middle of a sentence ("Right upper
lobe"); ``other`` words come from vocabularies and textbooks.

Examples
--------
>>> words = read_words()
>>> is_ordinary("Consolidations", words), is_ordinary("Zbigniew", words)
(True, False)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from thoracite.files import write_text
from thoracite.kg.reports.report import Report
from thoracite.types import Noun

FOLDER = Path(__file__).resolve().parent

_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_MARKUP, _ADDRESS = re.compile(r"<[^>]*>"), re.compile(r"\S*[@/\\]\S*")
_FREQUENT = 20  # times in texts, from which on a word counts as common in reports too
_ENDINGS = (
    ("ies", "y"), ("es", ""), ("es", "e"), ("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ly", ""),
    ("ness", ""), ("ically", "ic"), ("ically", "ical"),
)  # fmt: skip
_PREFIX = re.compile(
    r"non|over|para|peri|hyper|hypo|sub|supra|infra|retro|micro|macro|multi|un|pre|post|inter|intra|porta"
)


_AMERICAN = {
    "isation": "ization", "ise": "ize", "ising": "izing", "yse": "yze", "ysing": "yzing", "our": "or", "ae": "e",
    "oe": "e", "lled": "led", "lling": "ling", "tre": "ter", "ogue": "og", "ence": "ense",
}  # fmt: skip
_BRITISH = re.compile(
    r"isation|is(?:e(?=[sdr]?$)|ing)|ys(?:e(?=[sdr]?$)|ing)|our|[ao]e|ll(?:ed|ing)$|tre(?=s?$)|ogue(?=s?$)|ence(?=s?$)"
)


class Words(Noun):
    """The word lists.

    Parameters
    ----------
    report, other : frozenset of str
        Ordinary words, in lower case.
    proper : dict of str to frozenset of str
        Capitalised words that name no patient, in lower case, by kind: eponym, place, role, department, acronym …
    """

    report: frozenset[str]
    other: frozenset[str]
    proper: dict[str, frozenset[str]]


@lru_cache(maxsize=1)
def read_words() -> Words:
    """The bundled lists: ``words.txt`` and ``terms.txt`` (collected), and ``proper.txt`` (written)."""
    lists, terms, written = (read_lists(FOLDER / f"{name}.txt") for name in ("words", "terms", "proper"))
    proper = {kind: terms.get(kind, frozenset()) | written.get(kind, frozenset()) for kind in {*terms, *written}}
    return Words(
        report=lists["report"], other=lists["other"] | written["word"] | terms["noun of a term"], proper=proper
    )


def read_lists(path: Path) -> dict[str, frozenset[str]]:
    """Word lists of a file: ``# name`` heads a list, ``;`` separates, ``%`` begins a remark."""
    lists: dict[str, set[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            current = lists.setdefault(line[2:].strip(), set())
        elif line and not line.startswith("%"):
            current.update(word.strip() for word in line.split(";"))
    return {name: frozenset(words) for name, words in lists.items()}


def is_ordinary(word: str, words: Words, *, report: bool = False) -> bool:
    """Whether a word, or what it is inflected from, is ordinary.

    Parameters
    ----------
    word : str
        In any case, without hyphens.
    words : Words
        From :func:`read_words`.
    report : bool
        Whether only the words that are common in reports count.
    """
    return any(form in words.report or (not report and form in words.other) for form in _forms(word.lower()))


def _forms(word: str) -> list[str]:
    word = re.sub(r"['’]s?$", "", word)
    roots = [word, *_americanise(word)]
    if (prefix := _PREFIX.match(word)) and len(word) - prefix.end() > 4:
        roots.append(word[prefix.end() :])
    return roots + [
        root.removesuffix(end) + put for root in roots for end, put in _ENDINGS if root.endswith(end) and len(root) > 5
    ]


def _americanise(word: str) -> list[str]:
    """The spelling of the list, which is American, of a British word: "authorised", "colour", "oedema", "labelled"."""
    spelt = _BRITISH.sub(lambda match: _AMERICAN[match.group()], word)
    return [] if spelt == word or len(word) < 6 else [spelt]


def collect_words(
    reports: Iterable[Report], texts: Iterable[str], vocabularies: Iterable[str], dictionary: Iterable[str]
) -> dict[str, frozenset[str]]:
    """Words that are written in lower case, by tier.

    Parameters
    ----------
    reports : iterable of Report
        Keep the reports on which precision is measured out of it.
    texts, vocabularies, dictionary : iterable of str
        Running text, markup allowed; terms and definitions; a spelling dictionary's words, names in capitals.

    Returns
    -------
    dict of str to frozenset of str
        ``report`` and ``other``.
    """
    read, general, terms = (
        _count(source) for source in ((" ".join(report.sections.values()) for report in reports), texts, vocabularies)
    )
    report = set(read) | {word for word, count in general.items() if count >= _FREQUENT}
    other = (set(general) | set(terms) | {word for word in dictionary if word.islower()}) - report
    return {
        "report": frozenset(report),
        "other": frozenset(word for word in other if len(word) > 2),
    }


def _count(texts: Iterable[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(word for word in _WORD.findall(_ADDRESS.sub(" ", _MARKUP.sub(" ", text))) if word.islower())
    return counts


def write_words(
    path: Path, lists: dict[str, frozenset[str]], *, sources: str, collector: str = "words.collect_words"
) -> None:
    """Write collected lists with a header that says where they come from, and by what they were collected."""
    lines = [f"% {line}" for line in ["Lower-case words (facts, no text) of:", *sources.splitlines()]]
    lines += [f"% Collected by thoracite.kg.privacy.{collector}."]
    for name, words in lists.items():
        lines += [f"# {name}"]
        ordered = sorted(words - {"xxxx"})
        lines += ["; ".join(ordered[start : start + 16]) for start in range(0, len(ordered), 16)]
    write_text(path, "\n".join(lines) + "\n")


__all__ = ["Words", "collect_words", "is_ordinary", "read_lists", "read_words", "write_words"]
