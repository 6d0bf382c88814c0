"""Names told by what is written beside them: another name in a list, letters after the name, a field of its own.

Where one member of a list is a person, so are the others: "Drs. Long and Short", "cc: Hill, Stone", "Either Brook or
Kowalski". And a run of capitalised words before "MD" or behind a dash at the end of a report is a signature, whatever
words they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from thoracite.kg.privacy.patterns import UPPER
from thoracite.kg.privacy.slots import AMBIGUOUS, LISTS, NOUNS, SPOKEN, is_nameable
from thoracite.kg.privacy.words import is_ordinary, read_words

_CAPITAL = rf"[{UPPER}](?:[\w'’-]*\w)?"
_TITLE = r"(?i:(?:drs?|doctor|prof|professor|mr|mrs|ms|miss|nurse|sister)\b\.?[ ])?"
_ITEM = rf"{_TITLE}(?P<x>(?:(?:{_CAPITAL}|[A-Z]\.)[ ]){{0,2}}{_CAPITAL})"
_JOINED = re.compile(rf"(?:,?[ ](?:and|AND|or|OR|nor|with)[ ]|[ ]?[&/+][ ]?|;[ ]){_ITEM}")
_NEXT = re.compile(rf",[ ]{_ITEM}")
_ENDS = re.compile(
    r"\s*(?:[.,;:)\]\n/&+]|--|$)|\s+(?:[({@\d-]|(?i:at|on|by|from|in|of|via|who|about|regarding|re|during|"
    r"before|after|and|"
    r"or|nor|but|immediately|verbally|personally|directly|today|yesterday|tonight|this|with|using|is|was|were|"
    r"are|has|have|"
    r"had|will|can|could|may|might|to|that|for|agrees?|agreed|informed|notified|aware|present|both|as|when|while)\b)"
)
_LIST = re.compile(
    r"(?i:\b(?:drs|doctors|profs|messrs)\b\.?[ ]|(?:\A|[\n.;]\s*)(?:cc|copy to|copies to|copies|present|"
    r"attendees|team|operators|"
    r"readers|radiologists|in attendance|participants|staff|reporters|to)\s*:)[^.\n:]{0,80}\Z"
)
_LEFT = re.compile(
    rf"(?:(?:(?P<first>\A|[.!?:\n][ ]?|\b(?:N|n)either[ ]|\b(?:E|e)ither[ ]|\b(?:B|b)oth[ ])|(?<=[ ])){_TITLE})"
    rf"(?P<x>(?:(?:{_CAPITAL}|[A-Z]\.)[ ]){{0,2}}{_CAPITAL})(?:,?[ ](?:and|or|nor)[ ]|[ ]?[&/][ ]?){_TITLE}\Z"
)
_PEOPLE = re.compile(
    r"\s+(?:(?:were|are|both|have(?:\sbeen)?|was|is)\s+(?:both\s+)?(?:\w+ly\s+)?(?:informed|notified|told|aware|"
    r"paged|called|contacted|present|at\sthe|"
    r"in\sattendance|made\saware)|(?:will|could|can|to)\s+(?:follow|be\s(?:reached|paged|contacted|called)|"
    r"review|call|see|"
    r"discuss|chase|attend)|agree)\b"
)
_LETTERS = (
    r"(?:M\.?D\.?|D\.O\.|DO(?=\s*(?:[.,;\n)]|$))|R\.?N\.?|N\.P\.|NP|PA-C|FRCR|FACR|FRCPC|FRCP|MRCP|MBBS|"
    r"MBChB|Ph\.?D\.?|DDS|CRNP|APRN|ARNP|LPN|BSN|PharmD)"
)
_SIGNATURE = re.compile(
    rf"(?<![\w.'’-])(?P<x>(?:{_CAPITAL}|[A-Z]\.)(?:[ ](?:{_CAPITAL}|[A-Z]\.?|(?:van|von|de|der|del|la|di)(?=[ ])))"
    rf"{{0,3}})(?:,?[ ](?:Jr|Sr|II|III)\b\.?)?(?:,[ ]?|[ ]){_LETTERS}(?![\w-])"
)
_SIGNED_ROLE = re.compile(
    rf"(?<![\w.'’-])(?P<x>{_CAPITAL}(?:[ ](?:{_CAPITAL}|[A-Z]\.)){{1,2}}),[ ](?:(?:Attending|Consultant|Staff|"
    rf"Resident|Chief|"
    r"Interventional|Diagnostic|Thoracic|Specialist|Senior|Junior)[ ]){0,2}(?:Radiologist|Radiology|Physician|"
    r"Surgeon|Registrar|Resident|"
    r"Fellow|Radiographer|Sonographer)(?=\s*(?:[.;\n)]|$))"
)
_SIGNED_LINE = re.compile(
    rf"(?:^|\n)[ \t]*(?:-{{1,2}}|—|/s/|//|~)[ ]?(?P<x>{_CAPITAL}(?:[ ](?:{_CAPITAL}|[A-Z]\.)){{0,2}})(?=\s*(?:,|"
    rf"//|\n|\Z))"
)
_SLASH_S = re.compile(rf"/s/[ ]?(?P<x>{_CAPITAL}(?:[ ](?:{_CAPITAL}|[A-Z]\.)){{0,2}})")
_FIELD = re.compile(
    r"(?:\A|[\n.;][ \t]*)(?i:attending(?:[ ]physician)?|resident|fellow|registrar|consultant|radiologist|"
    r"technologist|nurse|surgeon|"
    r"physician|reader|author|patient(?:[ ]name)?|name|surname|pcp|gp|(?:dictated|read|signed|typed|reported|"
    r"transcribed|"
    r"interpreted|verified|approved|requested|referred|ordered)[ ]by|cc)[ ]?:[ ]*(?:dr\.?[ ]|mr\.?[ ]|mrs\.?[ ])?"
    r"(?P<x>[a-zß-ÿ][a-zß-ÿ'’-]+(?:[ ][a-zß-ÿ][a-zß-ÿ'’-]+)?)(?=[ \t]*(?:[.;,\n(/]|\Z))"
)
_PAIR = re.compile(
    rf"(?<![\w'’-])(?:(?i:neither|either|both)[ ])?{_TITLE}(?P<x>(?:{_CAPITAL}[ ])?{_CAPITAL})(?:,?[ ](?:and|or|"
    rf"nor)[ ]|[ ]?[&/][ ]?)"
    rf"{_TITLE}(?P<y>(?:{_CAPITAL}[ ])?{_CAPITAL})(?={_PEOPLE.pattern})"
)
_ROLL = re.compile(
    rf"(?:\A|[\n.;]\s*)(?i:present|attendees|team|operators?|readers|radiologists|in attendance|participants|cc|"
    rf"copy to|"
    rf"copies to|copies|consultants|residents|surgeons)[ ]?:[ ]*(?P<x>{_ITEM.replace('(?P<x>', '(?:')}(?:(?:,|;|"
    rf",?[ ]and|[ ]?[&/])[ ]"
    rf"{_ITEM.replace('(?P<x>', '(?:')})*)(?=\s*(?:[.\n]|\Z))"
)
_INVERTED = re.compile(
    rf"\b(?:of|for|(?i:re):?|from|to|by|with|(?i:pt|patient|name)[.:]?)[ ](?P<x>{_CAPITAL},[ ]{_CAPITAL})(?![\w'’-])|"
    rf"(?:\A|[.!?:\n][ ]?)(?P<y>{_CAPITAL},[ ]{_CAPITAL})(?=[ ](?:has|had|is|was|underwent|presented|presents|came)\b)"
)
_PREFIXED = re.compile(
    rf"(?:\A|[\n.:][ \t]*)(?P<x>(?:(?:ST\.?|LE|LA|DE|DI|DEL|DELLA|VAN|DER|VON|AL|"
    rf"EL)[ ]){{1,2}}[{UPPER}]{{2,}})(?=,[ ][{UPPER}])|"
    rf"\b(?i:per|by|with|to|from|told|informed|paged|and|nurse|drs?\.?|mrs?\.?|ms\.?|"
    rf"miss)[ ](?:(?P<y>(?:{_CAPITAL}[ ]){{0,2}}St\.?[ ]{_CAPITAL}))(?![ ](?:[a-z]+[ ])?(?:valve|prosthesis))"
)
_IDENTITY = re.compile(
    rf"(?i:\b(?:name|surname|attending|physician|doctor|surgeon|radiologist|resident|nurse|consultant|registrar|"
    rf"gp|pcp|therapist)"
    rf"[ ](?:is|was)|\b(?:formerly|previously|known[ ]as|called|"
    rf"named))[ ]{_TITLE}(?P<x>(?:{_CAPITAL}[ ])?{_CAPITAL})(?=\s*(?:[.,;)\n]|\Z))"
)
_AGENT = re.compile(
    rf"\b(?P<verb>[A-Za-z-]+)[ ](?P<by>by|per)[ ]{_TITLE}(?P<x>(?:(?:{_CAPITAL}|[A-Z]\.)[ ]){{0,2}}{_CAPITAL})"
)
_TIMED = re.compile(
    rf"\b(?i:at|ext|extension|x|on|number)\.?[ ][\d:.-]+(?:[ ]?(?i:am|pm|a\.m\.|p\.m\.|hrs?|hours))?[ ]by[ ]{_TITLE}"
    rf"(?P<x>(?:(?:{_CAPITAL}|[A-Z]\.)[ ]){{0,2}}{_CAPITAL})"
)
_OF_READING = re.compile(
    rf"\b(?i:read|reads|reading|report|interpretation|opinion|over-?read|impression|dictation|addendum|"
    rf"amendment|correction)[ ]"
    rf"(?:of|by|from|with|per)[ ]{_TITLE}(?P<x>(?:(?:{_CAPITAL}|[A-Z]\.)[ ]){{0,2}}{_CAPITAL})"
)
_HEADED = re.compile(
    rf"(?:\A|\n)[ \t]*(?P<x>[{UPPER}][{UPPER}'’-]+,[ ][{UPPER}]{{2,}})(?=[ ](?:CHEST|PORTABLE|DOB|MRN|XR|CXR|PA|"
    rf"AP|\d+[ ]?(?:Y|M|F))\b)"
)
_SGD = re.compile(rf"\b(?i:sgd|sig)\.?[ ]{_TITLE}(?P<x>(?:(?:{_CAPITAL}|[A-Z]\.)[ ]){{0,2}}{_CAPITAL})")
_CAUSE = LISTS["done by a thing"]
"""After these, "by" names no person but a thing."""
_NOT_FIRST = LISTS["no first name"]


def find_signed(text: str) -> Iterator[tuple[int, int]]:
    """Character spans of names told by letters or a role after them, by a line, or by a field in lower case.

    Examples
    --------
    >>> text = "Clear lungs.\\nattending: long\\nRose M. Field, M.D."
    >>> [text[start:end] for start, end in find_signed(text)]
    ['Rose M. Field', 'long']
    """
    for pattern in (_SIGNATURE, _SIGNED_ROLE, _SIGNED_LINE, _SLASH_S):
        for match in pattern.finditer(text):
            if (start := _name_starts(match["x"], lone=pattern is not _SIGNED_ROLE)) is not None:
                yield match.start("x") + start, match.end("x")
    for match in _PAIR.finditer(text):
        if all(_is_person(match[name]) for name in "xy"):
            yield from (match.span(name) for name in "xy")
    for match in _ROLL.finditer(text):
        items = list(re.finditer(rf"{_ITEM}(?=[,;.\n& /]|\Z)", match["x"]))
        if all(_is_person(item["x"]) for item in items) and any(not _is_report(item["x"]) for item in items):
            yield from ((match.start("x") + item.start("x"), match.start("x") + item.end("x")) for item in items)
    for pattern in (_IDENTITY, _PREFIXED):
        for match in pattern.finditer(text):
            group = "x" if match["x"] else "y"
            if _is_person(match[group]) or pattern is _PREFIXED:
                yield match.span(group)
    for match in _HEADED.finditer(text):
        if not any(is_ordinary(word, read_words(), report=True) for word in match["x"].split(", ")):
            yield match.span("x")
    for match in _INVERTED.finditer(text):
        group = "x" if match["x"] else "y"
        last, first = match[group].split(", ")
        if is_nameable(last) and is_nameable(first) and not is_ordinary(first, read_words()):
            yield match.span(group)
    for pattern in (_AGENT, _TIMED, _OF_READING, _SGD):
        for match in pattern.finditer(text):
            if pattern is _AGENT and match["verb"].lower() in _CAUSE:
                continue
            item = _fit(text, match, listed=True)
            if item:
                yield item
    for match in _FIELD.finditer(text):
        words = match["x"].split(" ")
        if all(word in AMBIGUOUS or (is_nameable(word) and word not in NOUNS) for word in words) and not (
            len(words) > 1 and all(is_ordinary(word, read_words()) for word in words)
        ):
            yield match.span("x")


def find_listed(text: str, names: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Character spans of the names that stand in a list with those already found.

    Parameters
    ----------
    text : str
        The report.
    names : sequence of (start, end)
        Found by other rules.

    Examples
    --------
    >>> text = "Discussed with Drs. Long, Salt and Stone."
    >>> [text[start:end] for start, end in find_listed(text, [(20, 24)])]
    ['Salt', 'Stone']
    """
    for start, end in names:
        listed = _LIST.search(text, max(0, start - 100), start) is not None
        last = end
        while match := _JOINED.match(text, last) or _NEXT.match(text, last):
            item = _fit(text, match, listed=listed)
            if item is None:
                break
            yield item
            last = item[1]
        while match := _LEFT.search(text, max(0, start - 60), start):
            words = match["x"].split(" ")
            known = match["first"] is not None or not is_ordinary(words[-1], read_words(), report=True)
            if not (known and _PEOPLE.match(text, last)) or not is_nameable(words[-1]):
                break
            begin = _name_starts(match["x"], lone=True)
            if begin is None:
                break
            start = match.start("x") + begin
            yield start, match.end("x")


def _fit(text: str, match: re.Match[str], *, listed: bool) -> tuple[int, int] | None:
    """The part of a further item of a list that is a name."""
    words = match["x"].split(" ")
    comma = match.re is _NEXT
    for size in range(len(words), 0, -1):
        kept = words[:size]
        end = match.start("x") + len(" ".join(kept))
        if not all(len(word.rstrip(".")) == 1 or is_nameable(word) for word in kept) or len(kept[-1].rstrip(".")) == 1:
            continue
        if not _ENDS.match(text, end):
            continue
        strange = any(not is_ordinary(word, read_words(), report=True) for word in kept)
        titled = _has_title(match)
        joined = _JOINED.match(text, end) if comma else None
        if comma and not (listed or titled or (joined and (strange or _is_person(joined["x"])))):
            return None
        return match.start("x"), end
    return None


def _is_person(run: str) -> bool:
    """Whether every word of a capitalised run could be a name."""
    words = [word for word in run.split(" ") if len(word.rstrip(".")) > 1]
    return bool(words) and all(map(is_nameable, words)) and not any(word.lower() in NOUNS - AMBIGUOUS for word in words)


def _is_report(run: str) -> bool:
    return all(is_ordinary(word, read_words(), report=True) for word in run.split(" "))


def _has_title(match: re.Match[str]) -> bool:
    before = match.group()[: match.start("x") - match.start()].strip(" ,;&/+")
    return before.rpartition(" ")[2].rstrip(".").lower() in {
        "dr", "drs", "doctor", "prof", "professor", "mr", "mrs", "ms", "miss", "nurse", "sister",
    }  # fmt: skip


def _name_starts(run: str, *, lone: bool) -> int | None:
    """Where a name begins in a run of capitalised words; None where there is none."""
    words = run.split(" ")
    first = 0
    while first < len(words) and (words[first].lower() in _NOT_FIRST or words[first].lower() in SPOKEN):
        first += 1
    kept = words[first:]
    full = [word for word in kept if len(word.rstrip(".")) > 1 and word[0].isupper()]
    nameable = [is_nameable(word.title()) for word in full]
    given = (
        len(full) > 1 and nameable[0] and not is_ordinary(full[0], read_words(), report=True)
    )  # "Joshua R. Person, MD"
    if not full or not (all(nameable) or given) or (not lone and len(full) < 2):
        return None
    return len(" ".join(words[:first])) + (first > 0)


__all__ = ["find_listed", "find_signed"]
