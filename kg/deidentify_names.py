"""Names of people, told by what stands beside them and by not being ordinary words.

No list of names is used. A capitalised word is part of a name where a title, a signature line or a verb of telling
gives it away, and also without any such cue where it is no ordinary word (:mod:`thoracite.kg.words`), no eponym before
a medical noun, and no acronym. Neighbours that are capitalised like names go with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from thoracite.kg.words import Words, is_ordinary, read_words

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’`-](?=[^\W\d_]))*")
_START = re.compile(r"[.!?:;]\s*$|\n\s*$|\d[.)]\s*$|^\W*$|[\]}>•*]\s*$|--?\s*$")
_SPACE = re.compile(r"[ \t\xa0]+$|\n$")
_TITLES = {
    "dr", "doctor", "doctors", "drs", "mr", "mrs", "ms", "miss", "mx", "prof", "professor", "sir", "madam", "nurse",
    "sister", "rev", "reverend", "father", "capt", "sgt", "lt", "col", "maj", "herr", "frau", "señor", "señora", "don",
    "doña", "monsieur", "madame", "mme", "dott", "dra", "sra", "srta", "hon", "judge", "officer", "hr", "fr",
}  # fmt: skip
_SOFT_TITLES = {
    "father",
    "sister",
    "don",
    "col",
    "fr",
    "hr",
    "lt",
    "judge",
    "officer",
    "nurse",
    "capt",
    "maj",
    "doctor",
    "miss",
}
_PARTICLES = {"van", "von", "der", "den", "de", "la", "del", "della", "di", "da", "dos", "das", "do", "du", "le", "al", "el", "bin", "ibn", "ben", "ter", "ten", "zu", "zur", "y", "e", "st", "af", "av"}  # fmt: skip
_SUFFIX = re.compile(
    r",?\s*(?:M\.?D\.?|D\.?O\.?|R\.?N\.?|Ph\.?D\.?|N\.?P\.?|P\.?A\.?(?:-?C)?|FRCR|FACR|FRCPC|MBBS|MB|DDS|DVM|DPM|PharmD|LPN|MSN|APRN|"
    r"ARNP|CRNP|CNP|CRNA|R\.?T\.?(?:\(R\))?|RRT|Esq|MPH|BSN|OD|II|III|IV|[JS]r\.?)(?![\w-])"
)
_LABEL = re.compile(
    r"(?i:\b(?:patient(?:['’]s)?(?: name)?|pt(?: name)?|name(?: of patient)?|full name|first name|last name|surname|given name|physician|"
    r"radiologist|attending|referring(?: \w+)?|ordering(?: \w+)?|requesting(?: \w+)?|primary care(?: \w+)?|pcp|provider|resident|fellow|"
    r"technologist|technician|tech|transcriptionist|author|reader|dictating(?: \w+)?|signed|cc|attn|attention|next of kin|guardian|spouse|"
    r"emergency contact|contact|consultant|surgeon|re|regarding|mother|father|wife|husband|son|daughter|brother|sister|interpreted|"
    r"dictated|verified|reported|signer|witness|reviewer|reviewed|approved|initials)\s*[:=]\s*)$"
)
_BY = re.compile(
    r"(?i:\b(?:signed|dictated|interpreted|read|reviewed|transcribed|reported|verified|approved|authenticated|finali[sz]ed|attested|"
    r"performed|requested|ordered|referred|seen|examined|entered|edited|prepared|electronically signed|confirmed|called in|placed|"
    r"inserted|documented|dictation|supervised|acknowledged|evaluated|taken|typed|staffed|accompanied)\s+(?:\w+\s+){0,2}?by\s*:?\s*)$"
)
_TOLD = re.compile(
    r"(?i:\b(?:discuss(?:ed|ion)|spoke|spoken|speaking|communicat(?:ed|ion)|conveyed|relayed|report(?:ed)?|called|phoned|telephoned|faxed|"
    r"given|sent|conferred|convers(?:ed|ation)|consult(?:ed|ation)|telephone call|call|notification|paged|contacted|notified|informed|"
    r"alerted|emailed|texted|reached|thank(?:s| you)?|results?|findings?|reviewed|verbally|person|phone|d/w|forwarded|copy|copies)"
    r"(?:\s+\w+){0,4}?\s+(?:with|to|by|from|for)\s+)$|"
    r"(?i:\b(?:notified|informed|paged|contacted|called|telephoned|alerted|texted|per|via|attn|c/o|d/w|dear|nee|née|alias|aka|a\.k\.a\.)\s+)$"
)
_DID = re.compile(
    r"\s*,?\s*(?:(?:was|were|is|has been|had been|been|also|then)\s+)*(?:verbally\s+|promptly\s+|immediately\s+|directly\s+)?"
    r"(?:notified|informed|contacted|paged|called|telephoned|alerted|advised|made aware|aware|told|acknowledged|verbali[sz]ed|agreed|"
    r"agrees|requested|dictated|interpreted this|reviewed|signed|read back|confirmed|phoned|concurs|concurred|reports|reported|states|"
    r"stated|complains|presents|presented|underwent|fell|returned|says|said|attended|lives|resides|denies|denied|ordered|asked|called back)\b"
)


class _Token(NamedTuple):
    text: str
    start: int
    end: int
    first: bool
    """Whether it begins a sentence, a line or a labelled field."""


class _Text:
    """A report's words and what kind each is."""

    def __init__(self, text: str, words: Words) -> None:
        self.text, self.words = text, words
        self.tokens: list[_Token] = []
        end = 0
        for match in _WORD.finditer(text):
            if "XXX" in match.group():  # a word that was removed already
                continue
            gap = text[end : match.start()]
            initial = bool(self.tokens) and len(self.tokens[-1].text) == 1 and gap == ". "
            first = not self.tokens or (not initial and bool(_START.search(gap)))
            self.tokens.append(_Token(match.group(), match.start(), match.end(), first))
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
        return self.tokens[index].text[0].isupper()

    def initial(self, index: int) -> bool:
        return len(self.tokens[index].text) == 1 and self.capital(index) and self.tokens[index].text not in "XT"

    def impersonal(self, index: int) -> bool:
        """Whether it is a capitalised word of another kind: acronym, month, country, role, department."""
        return _impersonal(self.tokens[index].text)

    def ordinary(self, index: int, *, report: bool = False) -> bool:
        return _ordinary(self.tokens[index].text, report)

    def eponym(self, index: int) -> bool:
        """Whether a medical noun follows, as in "Hill-Sachs lesion", "Kerley B lines", "Paget's disease"."""
        proper = self.words.proper
        if re.sub(r"['’]s?$", "", self.tokens[index].text.lower()) in proper["eponym"]:
            return True
        for step in (1, 2, 3):
            after = index + step
            if after >= len(self.tokens) or not re.fullmatch(r"['’]?s? |-| ?/ ?| and ", self.gap(after - 1)):
                return False
            if self.tokens[after].text.lower() in proper["head"]:
                return True
            if step == 1 and not (self.capital(after) or self.tokens[after].text.islower()):
                return False
        return False


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
    if token.isupper() and len(token) > 1 and (token in words.acronyms or len(token) < 4):
        return True
    bare = re.sub(r"['’]s?$", "", token.lower())
    kinds = ("calendar", "place", "state", "role", "department", "brand", "genus", "acronym")
    return any(bare in words.proper.get(kind, ()) or token.lower() in words.proper.get(kind, ()) for kind in kinds)


def find_names(text: str) -> Iterator[tuple[int, int]]:
    """Character spans of names.

    Examples
    --------
    >>> text = "Left effusion. Maria Gonzalez was notified by Dr. Hill. Hill-Sachs lesion. May represent scar."
    >>> [text[start:end] for start, end in find_names(text)]
    ['Maria Gonzalez', 'Hill']
    """
    read = _Text(text, read_words())
    index = 0
    while index < len(read.tokens):
        last = _name_from(read, index)
        if last is None:
            index += 1
            continue
        yield read.tokens[index].start, read.tokens[last].end
        index = last + 1


def _name_from(read: _Text, index: int) -> int | None:
    """Last token of the name that begins here, if one does."""
    before = read.text[max(0, read.tokens[index].start - 90) : read.tokens[index].start]
    if _after_title(read, index):
        return _extend(read, index, cue=True)
    if not read.capital(index) or read.eponym(index):
        return None
    cued = bool(_LABEL.search(before) or _BY.search(before) or _TOLD.search(before))
    last = _extend(read, index, cue=cued)
    if cued and not read.impersonal(index) and not (read.ordinary(index, report=True) and last == index):
        return last
    if read.impersonal(index) and not read.initial(index):
        return None
    run = range(index, last + 1)
    if _SUFFIX.match(read.text, read.tokens[last].end) and any(len(read.tokens[i].text) > 2 for i in run):
        return last if not all(read.ordinary(i, report=True) for i in run) or len(run) > 1 else None
    return last if _looks_like_name(read, index, last) else None


def _after_title(read: _Text, index: int) -> bool:
    if not index or read.text[read.tokens[index].start : read.tokens[index].end].lower() in read.words.proper["role"]:
        return False
    title = read.tokens[index - 1].text.lower()
    if title not in _TITLES or not re.fullmatch(r"\.?[ \t\xa0]+|\. ?|\.\n", read.gap(index - 1)):
        return False
    token = read.tokens[index].text
    if read.capital(index):
        if title in _SOFT_TITLES:
            return read.capital(index - 1) and not read.ordinary(index, report=True) and not read.impersonal(index)
        return True
    return title in {"dr", "mr", "mrs", "ms"} and not read.ordinary(index, report=True) and len(token) > 2


def _extend(read: _Text, index: int, *, cue: bool) -> int:
    """Last token that goes with a name's first one."""
    last = index
    while last + 1 < len(read.tokens):
        after, gap = last + 1, read.gap(last)
        ended = read.initial(last) and re.fullmatch(r"\.[ \t]*", gap)
        particle = read.tokens[after].text.lower() in _PARTICLES
        if particle and _SPACE.fullmatch(gap) and after + 1 < len(read.tokens):
            reach = after
            while reach + 1 < len(read.tokens) and read.tokens[reach].text in _PARTICLES and read.gap(reach) == " ":
                reach += 1
            if read.capital(reach) and read.tokens[reach].text not in _PARTICLES and not read.impersonal(reach):
                last = reach
                continue
        comma = gap == ", " and cue is False and not read.ordinary(last)
        if not (_SPACE.fullmatch(gap) or ended or comma) or not _goes_on(read, after, comma=comma):
            break
        last = after
    return last


def _goes_on(read: _Text, after: int, *, comma: bool) -> bool:
    if not read.capital(after):
        return False
    if read.initial(after):
        return not comma
    if read.impersonal(after) or (read.tokens[after].text.isupper() and len(read.tokens[after].text) < 4):
        return False
    return not read.ordinary(after, report=not comma)


def _looks_like_name(read: _Text, index: int, last: int) -> bool:
    """Whether a capitalised run is a name without any cue before it."""
    run = [i for i in range(index, last + 1) if read.tokens[i].text not in _PARTICLES]
    strange = [i for i in run if not read.ordinary(i) and not read.impersonal(i) and len(read.tokens[i].text) > 1]
    if read.shouting and all(read.tokens[i].text.isupper() for i in run):
        return len(strange) > 1 or bool(strange and _DID.match(read.text.lower(), read.tokens[last].end))
    strange = [
        i for i in strange if not read.tokens[i].text.isupper() or len(read.tokens[i].text) > 4 or len(strange) > 1
    ]
    if strange:
        return True
    rare = [i for i in run if not read.ordinary(i, report=True) and len(read.tokens[i].text) > 1]
    if not rare or read.titled:
        return False
    if _DID.match(read.text, read.tokens[last].end):
        return True
    return not read.tokens[index].first or len(rare) > 1


__all__ = ["find_names"]
