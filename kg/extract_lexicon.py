"""The extractor's vocabulary, and the longest match of its phrases.

Word lists stand in ``kg/lexicon/*.txt``. A compound that is in no list (``reticular-nodular``,
``ectasia/tortuosity``) takes the kind of its last part where all its parts are known; an unknown word with a
medical ending (``-ectomy``, ``-itis``) counts as a finding.

Examples
--------
>>> [(t.text, t.kind) for t in match_terms("no left pleural effusion".split())]
[('no', 'negate'), ('left', 'side'), ('pleural', 'regional'), ('effusion', 'finding')]
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from thoracite.types import Certainty

FOLDER = Path(__file__).with_name("lexicon")

ANATOMY = frozenset({"organ", "regional", "airspace", "property", "level"})
FINDINGS = frozenset({"finding", "disease", "amount", "device", "part"})
ADJECTIVES = frozenset({"quality", "degree"})
CONTENT = ANATOMY | FINDINGS | ADJECTIVES | {"side"}

_PLURALS = {"organ", "property", "finding", "disease", "device", "amount", "regional"}
_ENDINGS = re.compile(
    r"(?:ectomy|otomy|ostomy|plasty|pexy|desis|graphy|itis|oses|osis|oma|omas|emia|iasis|megaly|cele|rrhage)$"
)
_NOT_FINDINGS = re.compile(r"(?:radiography|tomography|angiography|mammography|echocardiography|ultrasonography)$")


@dataclass(slots=True, eq=False)
class Term:
    """A matched phrase of a sentence.

    Parameters
    ----------
    start, end : int
        First and last token in the sentence, both included.
    text : str
        In lower case.
    kind : str
        A list of the lexicon, ``mask`` for a removed word, ``other`` for an unknown one.
    certainty : Certainty
        Set by :mod:`thoracite.kg.extract_scope`.
    anatomy : bool
        Whether it is labelled as anatomy.
    relations : list
        Of (relation name, target term).
    dropped : bool
        Whether it is no entity after all.
    """

    start: int
    end: int
    text: str
    kind: str
    certainty: Certainty = Certainty.PRESENT
    anatomy: bool = False
    relations: list[tuple[str, Term]] = field(default_factory=list)
    dropped: bool = False

    def relate(self, name: str, target: Term) -> None:
        """Add a relation once."""
        if target is not self and (name, target) not in self.relations:
            self.relations.append((name, target))


def _plural(phrase: str) -> str:
    if phrase.endswith(("s", "x", "sh", "ch")):
        return phrase + "es"
    if phrase.endswith("y") and phrase[-2] not in "aeiou":
        return phrase[:-1] + "ies"
    return phrase + "s"


def parse_lexicon(text: str) -> dict[str, str]:
    """Phrase → kind of a lexicon file's text.

    Examples
    --------
    >>> parse_lexicon("# organ\\nlung; left atrium")["left atria"]
    Traceback (most recent call last):
    KeyError: 'left atria'
    >>> parse_lexicon("# organ\\nlung; left atrium")["lungs"]
    'organ'
    """
    phrases: dict[str, str] = {}
    kind = ""
    for line in text.splitlines():
        if line.startswith("# "):
            kind = line[2:].strip()
        elif not line.startswith("%"):
            for phrase in filter(None, (part.strip() for part in line.split(";"))):
                phrases.setdefault(phrase, kind)
                if kind in _PLURALS:
                    phrases.setdefault(_plural(phrase), kind)
    return phrases


@lru_cache(maxsize=1)
def load_lexicon() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """First word → phrases that begin with it, longest first, with their kinds; later files do not override."""
    phrases: dict[str, str] = {}
    for name in ("cues", "anatomy", "observations"):
        for phrase, kind in parse_lexicon((FOLDER / f"{name}.txt").read_text(encoding="utf-8")).items():
            phrases.setdefault(phrase, kind)
    index: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for phrase, kind in phrases.items():
        words = tuple(re.findall(r"\d+\.\d+|[a-z0-9]+(?:[-'/][a-z0-9]+)*|\S", phrase))
        index.setdefault(words[0], []).append((words, kind))
    for entries in index.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return index


@lru_cache(maxsize=20_000)
def guess_kind(word: str) -> str:
    """Kind of a word that is in no list, from its parts or its ending; ``other`` where nothing speaks for one.

    Examples
    --------
    >>> guess_kind("reticulo-nodular"), guess_kind("appendectomy"), guess_kind("tuesday")
    ('other', 'finding', 'other')
    >>> guess_kind("atelectasis/scarring"), guess_kind("XXXX".lower())
    ('finding', 'mask')
    """
    if "xxxx" in word:
        return "mask"
    index = load_lexicon()
    parts = re.split(r"[-/]", word)
    if len(parts) > 1:
        kinds = [_single(index, part) for part in parts]
        if all(kind in CONTENT for kind in kinds):
            return kinds[-1]
        if kinds[-1] in {"quality", "finding"} and "/" not in word:
            return "quality" if kinds[-1] == "quality" else "finding"
        return "other"
    if len(word) > 5 and _ENDINGS.search(word) and not _NOT_FINDINGS.search(word):
        return "finding"
    return "other"


def _single(index: dict[str, list[tuple[tuple[str, ...], str]]], word: str) -> str:
    for words, kind in index.get(word, ()):
        if len(words) == 1:
            return kind
    return "other"


def match_terms(words: list[str]) -> list[Term]:
    """Longest matches from left to right over lower-case words; every word is in exactly one term."""
    index = load_lexicon()
    terms: list[Term] = []
    at, count = 0, len(words)
    while at < count:
        word = words[at]
        for phrase, kind in index.get(word, ()):
            size = len(phrase)
            if size == 1 or tuple(words[at : at + size]) == phrase:
                terms.append(Term(at, at + size - 1, " ".join(phrase), kind))
                at += size
                break
        else:
            terms.append(Term(at, at, word, guess_kind(word)))
            at += 1
    return terms


__all__ = [
    "ADJECTIVES",
    "ANATOMY",
    "CONTENT",
    "FINDINGS",
    "Term",
    "guess_kind",
    "load_lexicon",
    "match_terms",
    "parse_lexicon",
]
