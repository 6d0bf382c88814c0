"""Names of people, told by what stands beside them and by not being ordinary words.

No list of names is used. A capitalised word is part of a name where a title, a signature line or a verb of telling
gives it away, and also without any such cue where it is no ordinary word (:mod:`thoracite.kg.privacy.words`), no eponym
before a medical noun, and no acronym. Neighbours that are capitalised like names go with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from thoracite.kg.privacy.cues import find_cue
from thoracite.kg.privacy.patterns import any_of
from thoracite.kg.privacy.slots import AMBIGUOUS, GROUPS, LISTS, NOUNS, PERSONS, SPOKEN, is_nameable
from thoracite.kg.privacy.terms import is_medical
from thoracite.kg.privacy.tokens import NAMELIKE, NEVER, ReportText, is_eponym, is_known_eponym
from thoracite.kg.privacy.words import FOLDER, read_lists, read_words

_SPACE = re.compile(r"[ \t\xa0]+$|\n$")
TITLES, _SOFTTITLES, _CAPITALTITLES, _PARTICLES = (
    read_lists(FOLDER / "identity.txt")[name] for name in ("title", "soft title", "capital title", "particle")
)
_CREDENTIAL = re.compile(rf",?\s*{any_of('credential')}(?![\w-])")
_QUALIFIED = re.compile(r", (?:M\.?D|D\.?O|R\.?N|N\.?P|FRCR|MBBS|PA-C|Ph\.?D)\b")
_TITLED = re.compile(rf"(?<!\w)(?=[A-Z])(?i:(?:{any_of('title')}\.?[ \t\xa0]+)+)\Z")
_CREDENTIALS = re.compile(rf"(?:[ \t\xa0]+{any_of('credential')}(?![\w-]|\s+(?:and|view|lateral|chest)\b))+")
"""A title before a whole name, and letters after it, go with it: "Mr. Adam Novak DDS"."""
_TOLD = re.compile(
    r"INFORMED|NOTIFIED|TOLD|PAGED|AWARE|AGREES|AGREED|ACKNOWLEDGED|CALLED|CONTACTED|REVIEWED|IMMEDIATELY|PRESENT"
)
_NUMERAL = re.compile(r",?\s+(?:II|III|IV|[JS]r\.?)(?![\w-])")
_DID = re.compile(
    r"\s*,?\s*(?:(?:was|were|is|has been|had been|been|also|then)\s+)*"
    r"(?:(?:verbally|promptly|immediately|directly)\s+)?"
    rf"{any_of('did')}\b"
)
_NOTIFIED = re.compile(r"\s+(?:was|has been)\s+(?:\w+ly\s+)?(?:notified|informed|paged|contacted|alerted|made aware)\b")
"""What only people are: "White was notified"."""
_DONE = re.compile(
    r"\s+(?:(?:was|were|is|has been|been|also|then)\s+)*"
    r"(?:placed|inserted|performed|confirmed|reviewed|requested|ordered)\b"
    r"(?!\s+(?:the|this|a|an|his|her|all|both)\b)"
)
_BEFORE = frozenset(["neither", "either", "both", "by", "per", "from", "to", "with", "dear"])
_CLOSES = re.compile(r"[ \t]*(?:[.,;)\n]|$)")
_LONGEST = 8
"""Words of a name after the first."""


def find_names(text: str) -> Iterator[tuple[int, int]]:
    """Character spans of names.

    Examples
    --------
    >>> text = "Left effusion. Maria Gonzalez was notified by Dr. Hill. Hill-Sachs lesion. May represent scar."
    >>> [text[start:end] for start, end in find_names(text)]
    ['Maria Gonzalez', 'Hill']
    """
    read = ReportText(text, read_words())
    index = 0
    while index < len(read.tokens):
        last = _name_from(read, index)
        if last is None:
            index += 1
            continue
        first = index
        while (
            first < last
            and read.gap(first) in {" ", ". "}
            and read.tokens[first].text.lower() in (TITLES - {"don"}) | read.words.proper["role"]
        ):
            first += 1
        start, end = read.tokens[first].start, read.tokens[last].end
        numeral = _NUMERAL.match(text, end)
        end = numeral.end() if numeral else end
        if last > first:
            titled, letters = _TITLED.search(text, max(0, start - 30), start), _CREDENTIALS.match(text, end)
            start, end = titled.start() if titled else start, letters.end() if letters else end
        yield start, end
        index = last + 1


def _name_from(read: ReportText, index: int) -> int | None:
    """Last token of the name that begins here, if one does."""
    if _after_title(read, index):
        return _extend(read, index, cue=True)
    if read.tokens[index].text in _PARTICLES:
        return _after_particle(read, index)
    per = index > 0 and read.tokens[index - 1].text.lower() == "per"
    if _is_article(read, index) or (per and read.tokens[index].text.lower() in LISTS["per unit"]):
        return None
    if not read.capital(index) or read.eponym(index) or read.label(index) or _is_verb(read, index):
        return None
    cue = _find_cue(read, index)
    sure = cue is not None and cue["sure"] is not None
    eponym = is_eponym(read.tokens[index].text) and not _before_strange(read, index)
    common = sure or read.ordinary(index, report=True)
    if (eponym and not sure) or (not common and (read.thing(index) or read.suspected(index))):
        return None
    last = _extend(read, index, cue=cue is not None)
    if cue and _is_service(read, index, last):
        return None
    if cue and last > index and (read.gap(index) == ", " or not all(map(read.impersonal, range(index, last + 1)))):
        return last
    if cue and sure and is_nameable(read.tokens[index].text) and not _is_heading(read, index, cue):
        return last
    if cue and not read.impersonal(index) and not read.ordinary(index, report=True) and not _is_little(read, index):
        return last
    if _before_first_name(read, index):
        return _extend(read, index, cue=True)
    run = range(index, last + 1)
    if _QUALIFIED.match(read.text, read.tokens[last].end) and all(is_nameable(read.tokens[i].text) for i in run):
        return last
    if read.impersonal(index) and not read.initial(index) and not _is_first_name(read, index):
        return None
    if _CREDENTIAL.match(read.text, read.tokens[last].end) and any(len(read.tokens[i].text) > 2 for i in run):
        return last if not all(read.ordinary(i, report=True) for i in run) or len(run) > 1 else None
    return last if _looks_like_name(read, index, last) else None


def _is_service(read: ReportText, index: int, last: int) -> bool:
    """Whether a department and plain words are told something: "Infection Control", "Labor and Delivery"."""
    word = read.tokens[index].text.lower()
    return (
        word in read.words.proper["department"]
        and word not in AMBIGUOUS
        and len(word) > 4
        and all(read.ordinary(i) or read.impersonal(i) for i in range(index, last + 1))
    )


def _before_strange(read: ReportText, index: int) -> bool:
    """Whether an eponym is the first name of a person: "Glenn Humphries"."""
    after = index + 1
    return (
        read.gap(index) == " "
        and read.capital(after)
        and len(read.tokens[after].text) > 2
        and not (read.ordinary(after) or read.impersonal(after) or is_known_eponym(read.tokens[after].text))
    )


def _is_article(read: ReportText, index: int) -> bool:
    """Whether a little word begins a phrase: "The Swan", "And Hila"."""
    token = read.tokens[index].text
    return token in {"The", "A", "An", "This", "And", "Of", "With", "In", "On", "For", "Or"} and read.gap(index) == " "


def _is_little(read: ReportText, index: int) -> bool:
    return read.tokens[index].text.lower() in NEVER


def _is_verb(read: ReportText, index: int) -> bool:
    """Whether a word before a capitalised one is none of the name: "Neither Hill", "Messaged Hill", "BY HILL"."""
    word = read.tokens[index].text.lower()
    more = read.gap(index) == " " and index + 1 < len(read.tokens) and read.capital(index + 1)
    if read.gap(index) == ", " and word in {"thanks", "regards", "thank", "i"}:
        return True
    if more and word in NEVER and (word in _BEFORE or not read.ordinary(index + 1)):
        return True
    return more and (
        word in SPOKEN
        or word in {"pager", "bleep", "beeper"}
        or (read.tokens[index].first and word.endswith("ed") and read.ordinary(index))
    )


def _find_cue(read: ReportText, index: int) -> re.Match[str] | None:
    """What before a capitalised word says that a person is named next."""
    if not index:
        return None
    start = read.tokens[index].start
    gap = read.gap(index - 1)
    cue = find_cue(read.text[max(0, start - 90) : start], read.tokens[index - 1].text, gap)
    return None if cue and cue["role"] and "\n" in gap else cue


def _after_particle(read: ReportText, index: int) -> int | None:
    """Last token of "van der Berg"; the particles before a name belong to it."""
    first = index
    while first + 1 < len(read.tokens) and read.tokens[first].text in _PARTICLES and read.gap(first) == " ":
        first += 1
    if not read.capital(first) or read.ordinary(first, report=True) or read.impersonal(first):
        return None
    return _name_from(read, first)


def _is_heading(read: ReportText, index: int, cue: re.Match[str]) -> bool:
    """Whether the word may be capitalised because its whole line is: "ATTENDING PRESENT", "Nurse Present"."""
    if not read.ordinary(index, report=True):
        return False
    if read.titled or (read.shouting and not cue["sure"].lower().rstrip().endswith(("by", ":"))):
        return True
    return bool(cue["role"]) and read.tokens[index].text.isupper() and cue["role"].isupper()


def _before_first_name(read: ReportText, index: int) -> bool:
    """Whether a surname stands before a first name: "LONG, ROSALIND.", "Smith, John has", where that is no word."""
    token, after = read.tokens[index], index + 1
    if not (token.first or token.text.isupper()) or not is_nameable(token.text) or read.gap(index) != ", ":
        return False
    other = read.tokens[after]
    named = other.text.isupper() and len(other.text) == 3 and is_nameable(other.text) and not read.ordinary(after)
    if not read.capital(after) or (read.impersonal(after) and not named) or read.eponym(after) or len(other.text) < 2:
        return False
    if not read.ordinary(after) or not (read.titled or read.shouting or read.ordinary(after, report=True)):
        return True
    both = token.text.isupper() and other.text.isupper() and token.first and not read.shouting
    return both and not read.ordinary(after, report=True) and bool(re.match(r"\s*[.,;:\n]|$", read.gap(after)))


def _is_first_name(read: ReportText, index: int) -> bool:
    """Whether "April", "Virginia" or "Chase" stands before a strange word: "April Kowalska"."""
    after = index + 1
    while after + 1 < len(read.tokens) and read.tokens[after].text in _PARTICLES and read.gap(after) == " ":
        after += 1
    token = read.tokens[index].text
    return (
        token.istitle()
        and any(token.lower() in read.words.proper[kind] for kind in NAMELIKE)
        and read.gap(index) == " "
        and read.capital(after)
        and not (read.ordinary(after, report=True) or read.impersonal(after) or read.eponym(after))
    )


_BEFORE_KIN = frozenset({"dr", "drs", "mr", "mrs", "ms", "sister", "nurse", "prof"})


def _after_title(read: ReportText, index: int) -> bool:
    if not index:
        return False
    title, begin = read.tokens[index - 1].text.lower(), read.tokens[index - 1].start
    if read.text[begin - 1 : begin] == "^":  # HL7's title stands behind the name
        return False
    role = read.tokens[index].text.lower() in read.words.proper["role"] and not is_nameable(read.tokens[index].text)
    if role and not (title in _BEFORE_KIN and read.tokens[index].text.title() in PERSONS):
        return False
    if title not in TITLES or not re.fullmatch(r"\.?[ \t\xa0]+|\. ?|\.\n", read.gap(index - 1)):
        return False
    token = read.tokens[index].text
    initial = token in {"A"} and re.match(r"\.? [A-ZÀ-Þ]", read.text[read.tokens[index].end :][:3])
    long = title == "dr" and token.istitle() and len(token) > 3 and _CLOSES.match(read.text, read.tokens[index].end)
    if token.lower() in NEVER and not (initial or long):  # "Dr More, for referring"
        return False
    if read.capital(index):
        if title in _CAPITALTITLES and read.capital(index - 1) and not (read.titled or read.shouting):
            return is_nameable(token)
        if title in _SOFTTITLES or title in _CAPITALTITLES:
            return read.capital(index - 1) and not read.ordinary(index, report=True) and not read.impersonal(index)
        return True
    closed = title == "dr" and read.gap(index - 1) == ". " and _CLOSES.match(read.text, read.tokens[index].end)
    if closed and not (role or token in SPOKEN or token.endswith("ly")):
        return True  # "signed: dr. study, radiology resident"
    strict = title in {"mr", "ms"} and read.ordinary(index, report=True)
    return (
        title in {"dr", "drs", "mr", "mrs", "ms", "prof"}
        and not strict
        and is_nameable(token.title() if title in {"dr", "drs"} and token.lower() in AMBIGUOUS else token)
    )


def _extend(read: ReportText, index: int, *, cue: bool) -> int:
    """Last token that goes with a name's first one."""
    last = index
    while last + 1 < len(read.tokens) and last - index < _LONGEST:
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
        shouted = read.tokens[last].text.isupper() and not read.ordinary(last, report=True)
        comma = gap == ", " and last == index and (cue or shouted or not read.ordinary(last))
        if "\n" in gap and (
            read.ordinary(after) or is_eponym(read.tokens[after].text)
        ):  # a line of its own: "DICTATED BY RICH", below it "Typed by …"
            break
        strange = gap == " " and any(not read.ordinary(i, report=cue) for i in range(index, after))
        if gap in {"/", " / "} and cue and is_nameable(read.tokens[after].text) and read.capital(after):
            last = after
            continue
        if not (_SPACE.fullmatch(gap) or ended or comma) or not _goes_on(
            read, after, cue=cue, comma=comma, strange=strange
        ):
            break
        last = after
    return last


def _goes_on(read: ReportText, after: int, *, cue: bool, comma: bool, strange: bool) -> bool:
    """Whether a capitalised word continues the name before it; ``strange`` where that is no ordinary word."""
    token = read.tokens[after].text
    if not read.capital(after) or read.eponym(after) or (token.isupper() and _TOLD.fullmatch(token)):
        return False
    if (token.isupper() and token.lower() in read.words.proper["acronym"]) or (
        comma and token.istitle() and GROUPS.fullmatch(token.lower())
    ):
        return False
    if read.field(after) or (read.label(after) and not (strange and not read.titled)):
        return False
    if cue and not comma and read.initial(after - 1) and is_nameable(token):
        return True
    if is_eponym(read.tokens[after].text) and not (cue or strange):
        return False
    if read.initial(after):
        return not comma
    if comma:
        shouted = read.tokens[after].text.isupper() and read.tokens[after - 1].text.isupper()
        return not read.ordinary(after, report=shouted or cue)
    if (
        cue
        and strange
        and not comma
        and token.istitle()
        and is_nameable(token)
        and _CLOSES.match(read.text, read.tokens[after].end)
    ):
        return True  # "Dr. Zdenka November", below it "Consultant Radiologist"
    plain = cue and not (comma or read.titled or read.shouting) and token.istitle() and is_nameable(token)
    if plain and _CLOSES.match(read.text, read.tokens[after].end):
        return True  # "cc Maria Sharp, pulmonary clinic"
    short = token.isupper() and len(token) < 4 and not (cue and is_nameable(token))
    told = not read.ordinary(after - 1, report=True) and _DID.match(read.text, read.tokens[after].end) is not None
    if (strange or told) and not short and not read.titled:
        return True
    return not (short or read.impersonal(after)) and not read.ordinary(after, report=True)


def _ends_term(read: ReportText, index: int) -> bool:
    """Whether a medical noun ends a capitalised term: "Left Subclavian Port", "Power Port", "Hampton Hump"."""
    if not index or read.gap(index - 1) != " " or not read.capital(index - 1):
        return False
    if _names_thing(read, index) and (read.ordinary(index - 1) or is_known_eponym(read.tokens[index - 1].text)):
        return True
    proper, before = read.words.proper, read.tokens[index - 1].text.lower()
    plain = read.ordinary(index - 1, report=True) or before in proper["brand"]
    return read.tokens[index].text.lower() in proper["head"] and plain


def _is_done(read: ReportText, index: int) -> bool:
    """Whether something is done to a device: "Port placed yesterday", but not "Stone placed the port"."""
    token = read.tokens[index]
    return (
        token.text.lower() in read.words.proper["head"] and _DONE.match(read.text, token.end) is not None
    ) or read.tokens[index].text.lower() in NOUNS


def _names_thing(read: ReportText, index: int) -> bool:
    """Whether a long noun of medicine ends a run of plain words: "Support Apparatus", "Rotator Cuff Arthropathy"."""
    word = read.tokens[index].text.lower()
    proper = read.words.proper
    noun = word in proper["head"] or word in proper["noun of a term"] or is_medical(word)
    return word not in AMBIGUOUS and (word in proper["capital head"] or (len(word) > 6 and noun))


def _is_shouted(read: ReportText, index: int) -> bool:
    """Whether a word in capitals is neither an acronym nor one of the words of reports: "BISHOP ROSALIND"."""
    token = read.tokens[index].text
    return token.isupper() and is_nameable(token) and not read.ordinary(index, report=True)


def _looks_like_name(read: ReportText, index: int, last: int) -> bool:
    """Whether a capitalised run is a name without any cue before it."""
    run = [i for i in range(index, last + 1) if read.tokens[i].text not in _PARTICLES]
    strange = [i for i in run if not read.ordinary(i) and not read.impersonal(i) and len(read.tokens[i].text) > 1]
    if read.shouting and all(read.tokens[i].text.isupper() for i in run):
        return len(strange) > 1 or bool(strange and _DID.match(read.text.lower(), read.tokens[last].end))
    token = read.tokens[index]
    if index == last and (not is_nameable(token.text) or token.text.lower() in NOUNS or _ends_term(read, index)):
        return False
    did = _DID.match(read.text, read.tokens[last].end) is not None
    if strange and token.first and len(run) > 1 and all(_is_shouted(read, i) for i in run):
        return True
    if any(did or len(strange) > 1 or not read.tokens[i].text.isupper() for i in strange):
        return True
    if did and not strange and index == last and _is_done(read, index):
        return False
    brand = read.tokens[index].text.lower() in read.words.proper["brand"]
    if brand and last == index + 1 and read.tokens[last].text.lower() in read.words.proper["head"]:
        return False  # "Power Port"
    if not strange and len(run) > 1 and (_names_thing(read, last) or not is_nameable(read.tokens[last].text)):
        return False
    rare = [i for i in run if not read.ordinary(i, report=True) and len(read.tokens[i].text) > 1]
    if len(rare) == 1 < len(run) and read.tokens[rare[0]].text.lower() in read.words.proper["head"]:
        return False  # "Subclavian Port"
    shouted = all(read.tokens[i].text.isupper() for i in rare) and not (did or read.gap(index) == ", ")
    if not rare and last == index and not read.impersonal(index):
        return _NOTIFIED.match(read.text, read.tokens[last].end) is not None
    if not rare or read.titled or shouted:
        return False
    return did or not read.tokens[index].first or len(rare) > 1


__all__ = ["TITLES", "find_names"]
