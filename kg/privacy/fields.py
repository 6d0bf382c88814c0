"""Names told by a field of the report or by a fixed phrase: "Consulting: Hay, Oncology", "I, Rose Field, have".

The label says that a person follows, so that any words may be the name that are no role, department or acronym.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from thoracite.kg.privacy.patterns import UPPER, any_of
from thoracite.kg.privacy.slots import AMBIGUOUS, LISTS, NOUNS, PERSONS, is_nameable
from thoracite.kg.privacy.words import is_ordinary, read_words

_CAPITAL = rf"[{UPPER}](?:[\w'’-]*\w)?"
_TITLE = r"(?:(?i:drs?|mr|mrs|ms|prof)\b\.?[ ])?"
_RUN = rf"(?:(?:{_CAPITAL}|[A-Z]\.)[ ]){{0,3}}{_CAPITAL}"
_WHO = (
    r"(?:requested|requesting|ordered|ordering|referred|referring|consulted|consulting|attending|admitting|performing|"
    r"performed|assisting|supervising|interpreting|dictating|reading|signing|treating|responsible|primary|dictated|read|"
    r"signed|typed|transcribed|interpreted|verified|approved|authori[sz]ed|reviewed|reported)"
)
_LABEL = (
    rf"(?:{_WHO}(?:[ ](?:by|physician|provider|clinician|doctor|surgeon|service|radiologist|resident|fellow|md|team|"
    r"consultant|care[ ](?:physician|provider)))?|consultant|consult|sonographer|radiographer|technologist|technician|"
    r"transcriptionist|guarantor|next[ ]of[ ]kin|emergency[ ]contact|contact|carer|guardian|proxy)"
)
_FIELD = re.compile(
    rf"(?:\A|[\n.;])[ \t]*(?i:{_LABEL})[ ]?:[ ]*(?:[A-Za-z]+[ ][a-z]+,[ ])?"
    rf"(?P<items>{_TITLE}{_RUN}(?:(?:,[ ]|[ ]?[/&][ ]?|[ ]and[ ]){_TITLE}{_RUN})*)(?=\s*(?:[.;,(\n]|\Z))"
)
_ITEM = re.compile(rf"{_TITLE}(?P<x>{_RUN})(?=\s*(?:[,/&]|and[ ]|\Z))")
_FIRST_PERSON = re.compile(
    rf"\bI,[ ]{_TITLE}(?P<x>{_RUN}),[ ](?:M\.?D\.?|D\.?O\.?|Ph\.?D\.?|the|am|have|was|attest|certify|confirm|"
    r"personally|hereby|agree|reviewed|supervised|performed)\b"
)
_LABELLED = re.compile(rf"[:=][ ]*{_TITLE}(?P<x>{_RUN})(?=\W|\Z)")
_PERSON = re.compile(any_of("field of a person"), re.IGNORECASE)
_BREAK = re.compile(r"[\n.;,)\]\[(]")
_UNKNOWN = re.compile(
    rf"(?:\A|[\n.;][ \t]*)(?P<label>[A-Z][\w/'’-]*(?:[ ][\w/'’-]+){{0,2}})[ ]?:[ ]*{_TITLE}"
    rf"(?P<x>(?:{_CAPITAL}[ ]){{0,2}}{_CAPITAL})"
    r"(?=[ \t]*(?:[.;\n]|\Z))"
)
"""A label that says nothing known, and words that no report has."""
_NEXT_LABEL = re.compile(r"(?:/\w+)?[ ]?:")
_FIELD_ENDS = re.compile(
    r"\s*(?:[.;,(\n/\[]|\Z)|[ ]+(?:[xX#]?\d|(?:[\w/]+[ ]){1,2}?:|[\w/]+[ ]?:|(?:at|on|by|read|ext|pager|bleep)\b)", re.I
)
_LOWER = re.compile(r":[ ]*(?:dr\.?[ ])?(?P<x>[a-zß-ÿ][a-zß-ÿ'’-]+)(?=[ \t]*(?:[.;,\n(/]|\Z))")
_BRACKETED = re.compile(
    rf"\b(?i:aware|addendum|amendment|outcome|informed|notified|told|discussed|reviewed|agreed|opinion|comment)[ ]\("
    rf"{_TITLE}(?P<x>{_CAPITAL})\)"
)
_DASHED = re.compile(rf"(?:(?<=[.!?])[ ]|\n)(?:-{{1,2}}|—)[ ]?(?P<x>{_CAPITAL})(?=[ \t]*(?:\n|\Z))")
_SHOUTED = re.compile(
    r"(?<![\w'’-])(?P<cue>(?i:[bgsd]/?o|medical for|name|(?:baby|infant|twin|wife|son|daughter) of)[ :]+)?"
    rf"(?P<x>[{UPPER}][{UPPER}'’-]{{2,}}(?:[ ](?:[{UPPER}]\.?[ ])?[{UPPER}][{UPPER}'’-]+){{1,2}})"
    r"(?=[ ]?(?:[,:;.(\n]|\Z)|[ ][a-z])"
)
"""A name in capitals within a sentence that is not: "medical for STÉPHANE PLANT: no"."""
_NUMBERED = re.compile(
    rf"\b(?i:reference|ref|re|patient|pt|name|label(?:led)?|specimen|film)[ ]?:[ ]*(?P<x>{_RUN})"
    r"(?=,?[ ](?:(?i:MRN|DOB|ID|no\.?)[ :#]*|\#)?\(?\d{5,})"
)
_CARET = re.compile(
    rf"(?<![\w^])[{UPPER}](?:[^\W\d]|['’ -]){{0,60}}\^[{UPPER}](?:[^\W\d]|['’-])*(?!\w)(?:\^[{UPPER}][\w'’.-]*)*"
)
"""DICOM's and HL7's form of a name: ``LAST^FIRST^MIDDLE``."""

_LETTERED = re.compile(
    r"\b(?i:by|to|with|per|from|told|paged|called)[ ](?P<x>[a-zß-ÿ][a-zß-ÿ'’-]+(?:[ ][a-zß-ÿ][a-zß-ÿ'’-]+)?),?[ ]"
    r"(?:md|m\.d\.|rn|do|np|pa-c|frcr|crna)(?![\w-])"
)
_NO_SURNAME = frozenset({"to", "was", "is", "for", "and", "the", "at", "on", "in", "from", "or", "by", "with", "of"})

_TOLD_DOCTOR = re.compile(
    r"(?i:\b(?:d/?w|s/?w|with|to|by|per|paged|called|told|informed|notified|phoned|texted|contacted|spoke)[ ]dr\.?[ ])"
    r"(?P<x>[a-zß-ÿ][a-zß-ÿ'’-]+)(?=\s*(?:[.,;:)\n]|\Z|\d|(?i:at|on|by|in|of|about|regarding|re|and|who|@|via)\b))"
)


def find_fielded(text: str) -> Iterator[tuple[int, int]]:
    """Character spans of names told by a field or a fixed phrase.

    Examples
    --------
    >>> text = "Requested by: Bell (Pulmonology).\\nConsulting: Hay, Infectious Disease\\nI, Rose Field, agree."
    >>> [text[start:end] for start, end in sorted(set(find_fielded(text)))]
    ['Bell', 'Hay', 'Rose Field']
    """
    for match in _FIELD.finditer(text):
        for item in _ITEM.finditer(match["items"]):
            if _is_name(item["x"]):
                yield match.start("items") + item.start("x"), match.start("items") + item.end("x")
    for match in _FIRST_PERSON.finditer(text):
        if _is_name(match["x"]) or " " in match["x"]:
            yield match.span("x")
    for match in _TOLD_DOCTOR.finditer(text):
        if match["x"] not in _NO_SURNAME:
            yield match.span("x")
    for match in _LETTERED.finditer(text):
        words = match["x"].split(" ")
        if len(words) == 1 or not all(is_ordinary(word, read_words(), report=True) for word in words):
            yield match.span("x")
    yield from _find_labelled(text)
    for match in _NUMBERED.finditer(text):
        if _is_name(match["x"]) and not any(word.isupper() and len(word) < 5 for word in match["x"].split(" ")):
            yield match.span("x")
    for match in _CARET.finditer(text):
        if not any(part.lower() in LISTS["clinical field"] for part in match.group().split("^")):
            yield match.span()


def _find_labelled(text: str) -> Iterator[tuple[int, int]]:
    """Names behind a label that says that a person follows, up to the next label, and behind what people do."""
    for match in _LABELLED.finditer(text):
        if not _is_person_label(_label_before(text, match.start())):
            continue
        words, end = match["x"].split(" "), match.end("x")
        follows = _NEXT_LABEL.match(text, end) is not None
        while words and (follows or not _may_be(words[-1])):
            end -= len(words.pop()) + 1
            follows = False
        end = match.start("x") + len(" ".join(words))
        lone = len(words) == 1 and words[0].lower() in NOUNS - AMBIGUOUS
        if words and not lone and all(map(_may_be, words)) and _FIELD_ENDS.match(text, end):
            yield match.start("x"), end
    for pattern in (_LOWER, _BRACKETED, _DASHED):
        for match in pattern.finditer(text):
            if pattern is _LOWER and not _is_person_label(_label_before(text, match.start())):
                continue
            if is_nameable(match["x"].title()) and match["x"].lower() not in NOUNS - AMBIGUOUS:
                yield match.span("x")
    for match in _UNKNOWN.finditer(text):
        if not _is_clinical(match["label"]) and all(_is_strange(word) for word in match["x"].split(" ")):
            yield match.span("x")
    yield from _find_shouted(text)


def _find_shouted(text: str) -> Iterator[tuple[int, int]]:
    """Names in capitals within sentences that are not."""
    shouted = sum(word.isupper() and len(word) > 3 for word in text.split()) * 2 > len(text.split())
    for match in _SHOUTED.finditer(text):
        words = match["x"].split(" ")
        if not match["x"].isupper() or (shouted and not match["cue"]):
            continue
        proper = read_words().proper
        kinds = proper["head"] | proper["capital head"] | proper["noun of a term"] | proper["acronym"]
        term = any(word.lower() in kinds or len(word) < 3 for word in words[1:])
        first = words[0]
        strange = is_nameable(first) and not is_ordinary(first, read_words()) and first.lower() not in proper["acronym"]
        strange = strange and first.lower() not in proper["brand"] | proper["genus"] | proper["drug"] and not term
        if (strange or match["cue"]) and all(_may_be(word) for word in words):
            yield match.span("x")


def _is_clinical(label: str) -> bool:
    """Whether a label heads what is found or asked, and no person."""
    words = label.lower().split(" ")
    proper = read_words().proper
    kinds = (
        LISTS["clinical field"] | proper["head"] | proper["noun of a term"] | proper["acronym"] | proper["department"]
    )
    return any(word in kinds or word.removesuffix("s") in kinds for word in words)


def _is_strange(word: str) -> bool:
    """Whether a word could be a surname, and neither reports nor vocabularies have it."""
    proper, bare = read_words().proper, word.lower()
    known = (
        proper["head"]
        | proper["noun of a term"]
        | proper["brand"]
        | proper["place"]
        | proper["state"]
        | proper["calendar"]
    )
    return is_nameable(word) and not is_ordinary(word, read_words(), report=True) and bare not in known | NOUNS


def _label_before(text: str, colon: int) -> str:
    """The words of a line or sentence before a colon, four at most."""
    before = _BREAK.split(text[max(0, colon - 48) : colon])[-1]
    return " ".join(before.split()[-4:])


@lru_cache(maxsize=20_000)
def _is_person_label(label: str) -> bool:
    """Whether the end of a label names a person or what one did: "Contact person", "Second read"."""
    words = re.sub(r"['’]s\b", "", label).split(" ")
    return any(_PERSON.fullmatch(" ".join(words[first:])) for first in range(len(words)))


def _may_be(word: str) -> bool:
    """Whether a word behind a label is part of a name; a lone letter may be."""
    return len(word.rstrip(".")) == 1 or is_nameable(word) or word.title() in PERSONS


def _is_name(run: str) -> bool:
    """Whether a capitalised run is a name: no service ("Infectious Disease"), role or acronym."""
    words = [word for word in run.split(" ") if len(word.rstrip(".")) > 1]
    if not words or not all(is_nameable(word) for word in words):
        return False
    return len(words) == 1 or not all(is_ordinary(word, read_words(), report=True) for word in words)


__all__ = ["find_fielded"]
