"""Names told by a field of the report or by a fixed phrase: "Consulting: Hay, Oncology", "I, Rose Field, have".

The label says that a person follows, so that any words may be the name that are no role, department or acronym.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from thoracite.kg.privacy.patterns import UPPER
from thoracite.kg.privacy.slots import is_nameable
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
_NUMBERED = re.compile(
    rf"\b(?i:reference|ref|re|patient|pt|name|label(?:led)?|specimen|film)[ ]?:[ ]*(?P<x>{_RUN})"
    r"(?=,?[ ](?:(?i:MRN|DOB|ID|no\.?)[ :#]*|\#)?\(?\d{5,})"
)
_CARET = re.compile(rf"(?<![\w^])[{UPPER}][\w'’ -]*\^[{UPPER}][\w'’-]*(?:\^[{UPPER}][\w'’.-]*)*")
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
    >>> [text[start:end] for start, end in find_fielded(text)]
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
    for match in _NUMBERED.finditer(text):
        if _is_name(match["x"]) and not any(word.isupper() and len(word) < 5 for word in match["x"].split(" ")):
            yield match.span("x")
    yield from (match.span() for match in _CARET.finditer(text))


def _is_name(run: str) -> bool:
    """Whether a capitalised run is a name: no service ("Infectious Disease"), role or acronym."""
    words = [word for word in run.split(" ") if len(word.rstrip(".")) > 1]
    if not words or not all(is_nameable(word) for word in words):
        return False
    return len(words) == 1 or not all(is_ordinary(word, read_words(), report=True) for word in words)


__all__ = ["find_fielded"]
