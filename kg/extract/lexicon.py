"""The extractor's vocabulary, and the longest match of its phrases.

Word lists stand in ``kg/extract/*.txt``. A compound that is in no list (``nodulo-linear``,
``scarring/atelectasis``) takes the kind of its last finding, else of its last part, where all its parts are known;
an unknown word with a medical ending (``-ectomy``, ``-itis``) counts as a finding, one made of an anatomical adjective
and a prefix (``peritracheal``) as that.

Examples
--------
>>> [(t.text, t.kind) for t in match_terms("no left pleural effusion".split())]
[('no', 'negate'), ('left', 'side'), ('pleural', 'regional'), ('effusion', 'finding')]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from pathlib import Path

from thoracite.kg.linking.number import make_plural
from thoracite.kg.linking.spelling import americanize
from thoracite.types import Certainty

FOLDER = Path(__file__).resolve().parent

ANATOMY = frozenset({"organ", "zone", "regional", "airspace", "property", "level"})
FINDINGS = frozenset({"finding", "disease", "change", "amount", "device", "part"})
CONTENT = ANATOMY | FINDINGS | {"quality", "degree", "side"}

_WORD = re.compile(r"\d+\.\d+|[a-z0-9]+(?:[-'/][a-z0-9]+)*|\S")
_INFLECTED = frozenset({"organ", "property", "finding", "disease", "device", "change", "amount", "part"})
_MEASURE = re.compile(r"\d+(?:\.\d+)?(?:mm|cm)?|mm|cm|x")
_ENDING = re.compile(
    r"\w{3}(?:ectomy|otomy|ostomy|plasty|pexy|desis|itis|osis|oma|omas|emia|iasis|megaly|cele|rrhage|ectasis|opathy)$"
)

_PREFIX = re.compile(r"(?:peri|para|retro|sub|supra|infra|pre|inter|intra|trans|juxta|extra|mid)(\w{5,})")
_FORMS = frozenset({"shaped", "like", "appearing", "sized", "based", "filled", "walled"})

Entry = tuple[tuple[str, ...], tuple[str, ...]]
"""A phrase's words, and their kinds: one for the whole phrase, or one for each word."""


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
        A list of the lexicon, ``mask`` for a removed word, ``measure`` for a number or its unit, ``other`` for an
        unknown word.
    certainty : Certainty
        Set by :mod:`thoracite.kg.extract.scope`.
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


def expand_entry(entry: str) -> Iterator[str]:
    """Every phrase that an entry with ``{a|b|}`` alternatives stands for.

    Examples
    --------
    >>> list(expand_entry("{may|might} {also |}be due to"))
    ['may also be due to', 'may be due to', 'might also be due to', 'might be due to']
    """
    parts = re.split(r"\{([^}]*)\}", entry)
    choices = [part.split("|") if odd % 2 else [part] for odd, part in enumerate(parts)]
    for chosen in product(*choices):
        if phrase := " ".join("".join(chosen).split()):
            yield phrase


def parse_lexicon(text: str) -> dict[str, tuple[str, ...]]:
    """Phrase → kinds of a lexicon file's text.

    Examples
    --------
    >>> parse_lexicon("# organ\\nlung\\n# compound\\nclear/quality of/negate")
    {'lung': ('organ',), 'lungs': ('organ',), 'clear of': ('quality', 'negate')}
    """
    phrases: dict[str, tuple[str, ...]] = {}
    kind = ""
    for line in text.splitlines():
        if line.startswith("# "):
            kind = line[2:].strip()
        elif not line.startswith("%"):
            for phrase in (p for entry in line.split(";") for p in expand_entry(entry)):
                if kind == "compound":
                    pairs = [word.rsplit("/", 1) for word in phrase.split()]
                    phrases.setdefault(" ".join(word for word, _ in pairs), tuple(k for _, k in pairs))
                    continue
                phrases.setdefault(phrase, (kind,))
                if kind in _INFLECTED:
                    phrases.setdefault(make_plural(phrase), (kind,))
    return phrases


@lru_cache(maxsize=1)
def load_lexicon() -> dict[tuple[str, str], list[Entry]]:
    """First and second word (empty where there is none) → entries that begin with them, longest first.

    What an earlier file says stands.
    """
    phrases: dict[str, tuple[str, ...]] = {";": ("stop",)}
    for name in ("cues", "anatomy", "observations"):
        for phrase, kinds in parse_lexicon((FOLDER / f"{name}.txt").read_text(encoding="utf-8")).items():
            phrases.setdefault(phrase, kinds)
    index: dict[tuple[str, str], list[Entry]] = {}
    for phrase, kinds in phrases.items():
        words = tuple(_WORD.findall(phrase))
        index.setdefault((words[0], words[1] if len(words) > 1 else ""), []).append((words, kinds))
    for entries in index.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return index


@lru_cache(maxsize=20_000)
def guess_kind(word: str) -> str:
    """Kind of a word that is in no list, from its parts or its ending; ``other`` where nothing speaks for one.

    Examples
    --------
    >>> guess_kind("nodulo-linear"), guess_kind("appendectomy"), guess_kind("tuesday")
    ('quality', 'finding', 'other')
    >>> guess_kind("scarring/atelectasis"), guess_kind("xxxx")
    ('disease', 'mask')
    """
    if "xxxx" in word:
        return "mask"
    if _MEASURE.fullmatch(word):
        return "measure"
    parts = re.split(r"[-/]", word)
    if len(parts) > 1:
        kinds = [_kind_of_word(part) for part in parts]
        if all(kind in CONTENT for kind in kinds) or ("/" not in word and kinds[-1] == "quality"):
            return next((kind for kind in reversed(kinds) if kind in FINDINGS), kinds[-1])
        return "quality" if parts[-1] in _FORMS else "other"
    if (prefixed := _PREFIX.fullmatch(word)) and (kind := _kind_of_word(prefixed[1])) in {"regional", "zone"}:
        return kind
    return "finding" if _ENDING.search(word) else "other"


def _kind_of_word(word: str) -> str:
    entries = load_lexicon().get((word, ""))
    return entries[0][1][0] if entries else "other"


def match_terms(words: list[str]) -> list[Term]:
    """Longest matches from left to right over lower-case words, British ones too; every word is in exactly one term."""
    index = load_lexicon()
    words = [americanize(word) for word in words]
    terms: list[Term] = []
    at, count = 0, len(words)
    while at < count:
        word, following = words[at], words[at + 1] if at + 1 < count else ""
        for phrase, kinds in (*index.get((word, following), ()), *index.get((word, ""), ())):
            size = len(phrase)
            if size <= 2 or tuple(words[at : at + size]) == phrase:
                if len(kinds) == 1:
                    terms.append(Term(at, at + size - 1, " ".join(phrase), kinds[0]))
                else:
                    terms += [Term(at + i, at + i, phrase[i], kind) for i, kind in enumerate(kinds)]
                at += size
                break
        else:
            terms.append(Term(at, at, word, guess_kind(word)))
            at += 1
    return terms


__all__ = [
    "ANATOMY",
    "CONTENT",
    "FINDINGS",
    "Term",
    "expand_entry",
    "guess_kind",
    "load_lexicon",
    "match_terms",
    "parse_lexicon",
]
