"""A report's words, and what kind each is: ordinary, capitalised, an acronym or a role, an eponym before its noun."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from thoracite.kg.privacy.patterns import any_of
from thoracite.kg.privacy.slots import GROUPS, LISTS, PLURAL, SPOKEN
from thoracite.kg.privacy.terms import is_medical
from thoracite.kg.privacy.things import does_like_device, is_called_by_eponym, lies_in_body, names_disease, names_trade
from thoracite.kg.privacy.words import Words, is_ordinary, read_words

NEVER = LISTS["never"]
_WORD = re.compile(r"(?<!\w)[^\W\d_](?:[^\W\d_]|['’`-](?=[^\W\d_]))*")
_START = re.compile(r"[.!?:;]\s*$|\n\s*$|\d[.)]\s*$|[\]}>•*]\s*$|--?\s*$")
_ABBREVIATED = re.compile(r"\b(?:R\.?T|M\.?D|D\.?O|R\.?N|Ph\.?D|N\.?P|P\.?A|U\.?S|[AaPp]\.?[Mm])\.\s*\Z")
_ABBREVIATION = re.compile(r"(?:M\.?D|D\.?O|R\.?N|Ph\.?D|N\.?P|P\.?A|U\.?S)\.")
_UNIT = re.compile(r"\d\s?\w\Z")
"""A letter that ends no name: "on 2 L. Double read"."""
_ARTICLES = frozenset({"the", "this", "his", "her", "their", "its"})
_CHAINED = re.compile(r"[A-Z]{2,5}|de|der|den|van|von|la")
"""What stands between an eponym and its noun: "Simon Nitinol IVC filter", "Cornelia de Lange syndrome"."""
_TRADE = re.compile(
    r"(?!(?:Mc|Mac|De|Di|Da|Du|La|Le|Van|Von|Fitz|St|Al|El|Ben|Abu|Ab|Ó|"
    r"Ni)[A-Z])[A-Z][a-z]+[A-Z]+[a-z]*(?:[A-Z][a-z]*)*"
)
"""A capital in the middle: "MitraClip", "PleurX", "HeartMate"."""
_LABEL = re.compile(rf"{any_of('label')}|{any_of('other label')}", re.IGNORECASE)
_ROMAN = re.compile(r"(?:I{1,3}|IV|VI{0,3}|IX|X)[a-cA-C]?")
NAMELIKE = ("calendar", "place", "state", "department", "brand")
"""Kinds of capitalised words that may also be a first name: April, Virginia, Chase."""


class Token(NamedTuple):
    """A word of a report, and where it stands."""

    text: str
    start: int
    end: int
    first: bool
    """Whether it begins a sentence, a line or a labelled field."""


class ReportText:
    """A report's words and what kind each is."""

    def __init__(self, text: str, words: Words) -> None:
        self.text, self.words = text, words
        self.tokens: list[Token] = []
        end = 0
        for match in _WORD.finditer(text):
            if "XXX" in match.group():  # a word that was removed already
                continue
            gap = text[end : match.start()]
            initial = bool(self.tokens) and len(self.tokens[-1].text) == 1 and gap == ". "
            initial = initial and not _UNIT.search(text, max(0, end - 4), end)
            initial = initial and not _ABBREVIATED.search(text, max(0, end - 5), match.start())
            first = not self.tokens or (gap != " " and not initial and bool(_START.search(gap)))
            self.tokens.append(Token(match.group(), match.start(), match.end(), first))
            end = match.end()
        capital = sum(token.text[0].isupper() and len(token.text) > 1 for token in self.tokens)
        shouted = sum(token.text.isupper() and len(token.text) > 3 for token in self.tokens)
        long = sum(len(token.text) > 3 for token in self.tokens) or 1
        self.titled = capital > 6 and capital / max(1, len(self.tokens)) > 0.6
        self.shouting = shouted > 4 and shouted / long > 0.6

    def gap(self, index: int) -> str:
        """What stands between a token and the next."""
        if index + 1 >= len(self.tokens):
            return "\n\n"
        return self.text[self.tokens[index].end : self.tokens[index + 1].start]

    def capital(self, index: int) -> bool:
        """Whether it begins with a capital."""
        return self.tokens[index].text[0].isupper()

    def initial(self, index: int) -> bool:
        """Whether it is a single letter of a name."""
        token = self.tokens[index]
        after = self.text[token.start : token.start + 5]
        return (
            len(token.text) == 1
            and token.text.isupper()
            and token.text not in "XT"
            and not _ABBREVIATION.match(after)
            and not _UNIT.search(self.text, max(0, token.start - 2), token.end)
        )

    def label(self, index: int) -> bool:
        """Whether an ordinary word heads a field: "Name:"."""
        return self.gap(index).lstrip(" #\t\n").startswith(":") and (
            self.ordinary(index, report=True)
            or self.impersonal(index)
            or _LABEL.fullmatch(self.tokens[index].text) is not None
        )

    def field(self, index: int) -> bool:
        """Whether a word that is known as a label heads a field: "Referring:"."""
        return self.gap(index).lstrip(" /").startswith(":") and _LABEL.fullmatch(self.tokens[index].text) is not None

    def impersonal(self, index: int) -> bool:
        """Whether it is a capitalised word of another kind: acronym, month, country, role, department."""
        return _impersonal(self.tokens[index].text)

    def ordinary(self, index: int, *, report: bool = False) -> bool:
        """Whether it is an ordinary word; with ``report``, one that is common in reports."""
        return _ordinary(self.tokens[index].text, report)

    def eponym(self, index: int) -> bool:
        """Whether a medical noun follows, as in "Hill-Sachs lesion", "Kerley B lines", "Salem sump tube"."""
        proper = self.words.proper
        if self._before_head(index):
            return True
        if index > 1 and self.tokens[index - 1].text == "of" and self.tokens[index - 2].text.lower() in proper["part"]:
            return True
        after = index + 1
        while after < len(self.tokens) and re.fullmatch(r"['’]?s? |['’]|-| ?/ ?", self.gap(after - 1)):
            word = self.tokens[after].text
            if self._is_head(index, word) or (
                after == index + 1
                and "/" not in self.gap(index)
                and word.lower() in proper["department"]
                and self.ordinary(index)
            ):
                return True
            if not (
                len(word) == 1 or self._chained(word) or is_known_eponym(word) or self._joins(after)
            ):  # "Kowalski requested a line" is none
                return False
            after += 1
        return False

    def _is_head(self, index: int, word: str) -> bool:
        """Whether a word is a noun that eponyms stand before; capitalised ("Paget Disease"), where one does."""
        proper = self.words.proper
        if word in proper["head"] or word in proper["noun of a term"]:
            return True
        named = word.lower() in proper["capital head"] or (word.lower() in proper["brand"] and word not in NEVER)
        return named and is_known_eponym(self.tokens[index].text)

    def _chained(self, word: str) -> bool:
        """Whether a word may stand between an eponym and its noun: "Simon Nitinol filter", "Astler-Coller B cancer"."""
        proper = self.words.proper
        kinds = ("eponym", "brand", "state", "place")
        return word.lower() not in proper["role"] and (
            _CHAINED.fullmatch(word) is not None or any(word.lower() in proper[kind] for kind in kinds)
        )

    def _joins(self, index: int) -> bool:
        """Whether "and" stands between two eponyms: "Greulich and Pyle bone age"."""
        around = (index - 1, index + 1)
        return (
            self.tokens[index].text == "and"
            and index + 1 < len(self.tokens)
            and all(is_known_eponym(self.tokens[i].text) for i in around)
        )

    def thing(self, index: int) -> bool:
        """Whether what stands beside a word is said of a device, a scale or a trade: "the Swan has been removed"."""
        token, last = self.tokens[index], index
        while self.gap(last) in {" ", "-"} and is_known_eponym(self.tokens[last + 1].text):
            last += 1
        end = self.tokens[last].end
        before, after = self.text[max(0, token.start - 16) : token.start], self.text[end : end + 60]
        if lies_in_body(after) or (is_known_eponym(token.text) and is_called_by_eponym(after)):
            return True
        if self.ordinary(index) and names_trade(before):
            return True
        if not index or self.gap(index - 1) != " " or self._before_capital(index):
            return False
        before_it = self.tokens[index - 1]
        if before_it.text == "A" and not before_it.first:  # "Reader A Walla"
            return False
        article = before_it.text.lower()
        return article in {"a", "an"} or (article in _ARTICLES and does_like_device(after))

    def suspected(self, index: int) -> bool:
        """Whether an eponym stands where a disease does: "history of Addison", "Wegener versus Castleman"."""
        token = self.tokens[index]
        lone = is_known_eponym(token.text) and not self._before_capital(index)
        return lone and names_disease(self.text[max(0, token.start - 40) : token.start])

    def _before_capital(self, index: int) -> bool:
        return self.gap(index) == " " and self.capital(index + 1)

    def _before_head(self, index: int) -> bool:
        """Whether one or two plain words and a medical noun follow: "Shiley tracheostomy tube", "Bard power port"."""
        for after in range(index + 1, min(index + 4, len(self.tokens))):
            word = self.tokens[after].text
            if self.gap(after - 1) != " " or not word.islower() or word in NEVER or word in SPOKEN:
                return False
            if word in self.words.proper["head"]:
                return True
            if word.endswith(("ed", "s")) or not self.ordinary(after):  # perhaps a verb
                return False
        return False


@lru_cache(maxsize=50_000)
def is_eponym(token: str) -> bool:
    """Whether a word names a disease, sign or device after a person.

    Examples
    --------
    >>> is_eponym("Kerley"), is_eponym("Kowalska")
    (True, False)
    """
    eponyms = read_words().proper["eponym"]
    bare = re.sub(r"['’]s?$", "", token.lower())
    joined = read_words().proper["joined eponym"]
    return (
        bare in eponyms
        or bare in joined
        or token.lower() in eponyms
        or any(part in eponyms for part in bare.split("-")[1:])
    )


@lru_cache(maxsize=50_000)
def is_known_eponym(token: str) -> bool:
    """Whether a word is an eponym of these lists or of a vocabulary's terms, as "Addison" is and many surnames are."""
    terms = read_words().proper["eponym of a term"]
    bare = re.sub(r"['’]s?$", "", token.lower())
    return is_eponym(token) or (bool(bare) and all(part in terms for part in bare.split("-")))


@lru_cache(maxsize=50_000)
def _ordinary(token: str, report: bool) -> bool:
    words = read_words()
    parts = re.split(r"[-’'`]", token)
    if len(parts) > 1 and not any(part[:1].isupper() for part in parts[1:]) and is_ordinary(parts[0], words):
        return True  # "Reticulo-nodular", "Don't", "Patient's"
    return all(len(part) < 2 or is_ordinary(part, words, report=report) for part in parts)


@lru_cache(maxsize=50_000)
def _impersonal(token: str) -> bool:
    words = read_words()
    if (
        (token.isupper() and 1 < len(token) < 4)
        or _TRADE.fullmatch(token)
        or PLURAL.fullmatch(token)
        or _ROMAN.fullmatch(token)
    ):
        return True
    bare = re.sub(r"['’]s?$", "", token.lower())
    kinds = (*NAMELIKE, "role", "genus", "acronym")
    return (
        bare in SPOKEN
        or is_medical(bare)
        or GROUPS.fullmatch(bare) is not None
        or any(bare in words.proper[kind] for kind in kinds)
    )


__all__ = ["NAMELIKE", "NEVER", "ReportText", "Token", "is_eponym", "is_known_eponym"]
