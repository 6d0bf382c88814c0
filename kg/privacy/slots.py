"""Places in a sentence where only a person's name stands, whatever word it is and in whatever case.

English says "discussed with *the* surgeon", "called to *the* ward". A bare word after such a verb, followed by the end
of its phrase, is therefore a name, unless it is one of the few kinds that take no article: a department, a role, an
adverb. And only people are told, paged or aware of something, so that what stands before these verbs is a name, a role
or a department as well. Both hold for surnames that are words: "discussed with long at 5 pm", "Still was told".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from thoracite.kg.privacy.patterns import UPPER, any_of
from thoracite.kg.privacy.terms import is_medical
from thoracite.kg.privacy.words import FOLDER, is_ordinary, read_lists, read_words

LISTS = read_lists(FOLDER / "identity.txt")
_NEVER, NOUNS, _PER = LISTS["never"], LISTS["bare noun"], LISTS["per unit"]
AMBIGUOUS = LISTS["surname too"]
PERSONS = frozenset(
    {
        "Parent",
        "Person",
        "Child",
        "Friend",
        "Brother",
        "Son",
        "Guardian",
        "Husband",
        "Wife",
        "Doctor",
        "Partner",
        "Nurse",
    }
)
"""Words for people that are surnames as well, and few titles stand before: "Dr. Parent", but not "Dr. Radiologist"."""
_NOT_BARE = NOUNS | LISTS["infinitive"]
SPOKEN = frozenset().union(*(LISTS[name] for name in ("by", "told", "told directly", "did")))
GROUPS = re.compile(r"(?!.*q[uv]+ist$).{3,}(?:ology|ologist|iatry|iatric|iatrics|surgery|ist|ician|grapher)")
PLURAL = re.compile(r"[A-Z]{2,5}s")
"""Several of what an acronym names: "LFTs"."""
_ABSTRACT = re.compile(r".{5,}age|.{4,}ly|.{3,}(?:tion|ness|ity|ment|ance|ence|ism|ship)")
_AUX = r"(?:was|were|is|are|has|have|had|been|being|also|then|now|fully|both|\w{4,}ly)"

_NAME = r"[^\W\d_][\w'’-]*[^\W\d_]"
_PERSON = rf"(?:(?:the|our|my)\s+)?(?:(?:[a-z]+\s+)?{any_of('person')}\s+)?"
_ENDS = (  # of the phrase in which the name stands
    r"(?=\s*(?:[.,;:)\]\n/]|--|$)|\s+(?:at|on|by|from|in|of|via|over|who|whom|about|regarding|re|during|before|after|"
    r"around|as|for|and|but|immediately|promptly|verbally|personally|directly|today|tomorrow|yesterday|tonight|"
    r"overnight|this|"
    r"prior|with|using|is|was|has|had|will|to|that|again|earlier|later|when|while|because|since|concerning)\b"
    r"|\s+[@(\d-])"
)
_BARE = re.compile(
    rf"(?i:\b(?:with|w/|to|by|for|from|per|under|of|[ds]/?w|{any_of('told first')})\s*:?\s+{_PERSON})"
    rf"(?!(?i:to|with|by|the|a|an|at|on|of|and|from|for|in)\b)(?P<x>{_NAME}{_ENDS}|{_NAME}[ ]{_NAME}{_ENDS})"
)
_TALK = re.compile(
    rf"(?i:\b(?:{any_of('talk with')}(?:\s+[A-Za-z'-]+){{0,4}}?\s+(?:with|w/)|"
    rf"{any_of('talk to')}(?:\s+[A-Za-z'-]+){{0,4}}?\s+to|"
    rf"{any_of('author')}(?:\s+\w+ly)?\s+by|{any_of('from')}\s+from|(?:messages?|voicemail|word)(?:\s+(?:was|"
    rf"were))?(?:\s+left)?\s+for|"
    rf"(?:care|behalf|request|advice|suggestion|instruction|direction|supervision|opinion)\s+of|(?:admitted|"
    rf"booked|listed)\s+under|as\s+(?:per|\w+ed\s+by))|(?:^|[.!?\n]\s*)per|\b[ds]/w|"
    rf"(?:^|[.!?:;,\n(-]|\b(?:I|we|have|has|then|and|also))\s*{any_of('told first')})\s*:?\s+{_PERSON}$"
)
_SPOKE = re.compile(
    r"(?i:(?:\b(?:discuss(?:ed|ion)|spoke|spoken|speaking|talked|talking|conferred|liaised|debriefed|"
    r"agreed)\s+(?:with|w/|to)|\bd/?w)\s+)\Z"
)
_GROUPS = LISTS["told as a group"]
_ORDERED = re.compile(r"(?:^|[.!?:;\n]\s*)(?i:ring|page|call|text|copy|bleep)\s+\Z")
_OPENS = re.compile(r"(?:\A|[.!?:;\n])\s*\Z")
_TITLED = re.compile(r"\b(?:Drs?|Mrs?|Ms|Prof)\.\s+[\w'’-]+\s+\Z")
_SIGNED_BY = re.compile(
    r"(?i:\b(?:dictated|signed|typed|transcribed|read|reported|interpreted|verified|approved|authenticated|"
    r"reviewed)\s+by\s+)\Z"
)
_WITH_ROLE = re.compile(rf"(?i:\b(?:with|to|by)\s+(?:(?:the|our|my)\s+)?(?:[a-z]+\s+)?{any_of('person')}\s+)$")
_WITH_ROLE_BEFORE = re.compile(rf"\b(?i:{any_of('person')})[ ]\Z")
_DEEDS = (
    "(?:reviewed|reviews|saw|examined|interpreted|dictated|accepted|performed|ordered|discussed|phoned|telephoned|paged|"
    "attended|signed|declined|refused|took|answered|repeated|checked|inserted|placed|removed|supervised|assisted|"
    "witnessed|typed|approved|consented|wants|thinks|feels|believes|contacted|informed|notified|asked|told)"
)
_VERB = re.compile(
    r"\b(?i:(?:notified|informed|told|paged|bleeped|contacted|texted|alerted|made\s+aware|aware)\b(?!\s+to\b)"
    r"|acknowledge[sd]\s+(?:the|this|these|that|our|my|it|all|receipt|by|at|immediately)\b"
    r"|(?:agree[sd]?|concur(?:s|red)?|disagree[sd]?)(?:\s+(?:with|that|to)\b|(?=\s*[.;,\n]))|verbali[sz]e[sd]\b"
    r"|(?:confirms|confirmed|expressed|voiced)\s+(?:receipt|understanding|agreement|that)\b"
    rf"|{_DEEDS}\s+(?:the|this|these|that|all|his|her|my|our|us|both)\b"
    rf"|is\s+an?\s+\d+(?:[- ]?(?:year|yr)|\s?y)|(?:is|was)\s+(?:the|our|my)\s+{any_of('person')}\b|(?:came\s+to|"
    rf"says|said|accepts|accepted(?!\s+by\b)|will\s+review)\b"
    r"|(?:rang|phoned|called\s+back|texted)(?:\s+(?:back|us|me|to|at|in|the)\b|(?=[.,;]))"
    r"|(?:to\s+(?:review|see|attend)|attended)(?=\s*[.;,\n])|(?:wants|thinks|feels|believes)\s+(?:a|an|no|it|he|"
    r"she|CT|MRI)\b"
    r"|(?P<may>(?:recommend|suggest|advise)(?:s|e?d)\s+(?:a|an|CT|MRI|repeat|that|lateral|further|follow)\b)"
    r"|(?:has|had|has\s+had|developed)\s+(?:an?\s+)?(?:\w+\s+)?(?:cough|fever|cold|rash|headaches?|chills|toothache)\b"
    r"|is\s+an?\s+(?:\w+[\s-]){0,2}smoker\b|noted\s+(?:the|that|patient|pt|a)\b"
    r"|(?:was|were)\s+(?:faxed|emailed|sent|given|handed|shown)\s+(?:the|this|a|our)\b"
    r"|at\s+(?:the\s+)?bedside\b|in\s+attendance\b|on\s+(?:call|duty)\b|could\s+not\s+be\s+(?:reached|contacted)\b"
    r"|request(?:s|ed)\s+(?:a|an|that|another|repeat)\b|ask(?:s|ed)\s+(?:for|to|that|us|whether|if)\b"
    r"|(?:to|will)\s+(?:arrange|organi[sz]e|liaise|chase|follow\s*-?up|call\s+back|contact|attend|discuss|decide|"
    r"review\s+the|see\s+the|inform|speak|ring|phone)\b"
    r"|(?:could\s+not|couldn['’]t|unable\s+to)\s+(?:stand|lie|sit|hold|raise|co-?operate|tolerate|keep)\b)"
)
_CAPITAL = rf"[{UPPER}](?:[\w'’-]*\w)?"
_SUBJECT = re.compile(
    rf"(?<![\w'’-])(?P<x>(?:(?:{_CAPITAL}|[A-Z]\.)[ ]){{0,2}}(?!(?i:{_AUX})[ ]){_CAPITAL}|"
    r"(?:(?<=[.!?:;\n]\s)|(?<=\n)|\A)[a-zß-ÿ][\w'’-]+\w)"
    rf"[ ]?(?:,(?:[ ][a-z][\w -]{{2,40}},)?|\([^)]{{1,20}}\)|[ ](?:from|of)[ ][\w ]{{2,25}})?[ ](?i:{_AUX}[ ]){{0,3}}\Z"
)
_PATIENT = re.compile(
    rf"\b(?:[Pp]atient|[Pp]t\.?|[Ii]nfant|[Bb]aby|[Nn]eonate|[Nn]ewborn|[Pp]risoner|[Ii]nmate)[ ]"
    rf"(?P<x>{_CAPITAL})(?=[ ](?:was|is|has|had|did|could|cannot|fell|needs|refused|"
    r"tolerated|arrived|presented|underwent)\b)"
)
_ROLE = re.compile(
    rf"\b(?i:{any_of('person')}|drs?\.?|mrs?\.?|ms\.?|prof\.?)[ ](?P<x>[a-zß-ÿ][\w'’-]+\w)(?=[ ](?:(?:was|is|"
    rf"has been)[ ])?"
    r"(?:aware|informed|notified|told|paged|bleeped|alerted|agrees|agreed|will|at[ ](?:the[ ])?bedside|called|"
    r"requested|asked|reviewed|saw|took|says)\b)"
)
_SAID = re.compile(
    r"[ ](?i:aware|informed|notified|told|paged|bleeped|alerted|agrees|agreed|will|at (?:the )?bedside|called|"
    r"requested|asked|reviewed|saw|took|"
    r"says)\b"
)
_OWNED = re.compile(
    rf"(?<![\w'’-])(?P<x>{_CAPITAL})['’]s[ ](?:[a-z]+[ ])?(?:patient|list|clinic|team|firm|service|office|"
    r"request|rounds?|reading|opinion|interpretation)\b"
)
_REACHED = re.compile(
    rf"(?<![\w'’-])(?P<x>{_CAPITAL})(?=,?[ ]\(?(?i:bleep|pager|beeper|ext|extension|tel|telephone|phone|mobile|cell)\b"
    r"\.?:?[ ]?[#x]?\d)"
)
_APPOSED = re.compile(
    rf"(?<![\w'’-])(?P<x>{_CAPITAL})(?=,[ ](?:the[ ])?(?:[a-z]+[ ]){{0,2}}(?i:{any_of('person')})\s*(?:[.,;:)\n]|$))"
)
_BABY = re.compile(rf"\b[BbDd]/[Oo]\.?:?[ ](?P<x>{_CAPITAL})(?![\w^])")
_OTHER = re.compile(rf"(?:[ ](?:and|or)[ ]|[ ]?[/&][ ]?)(?P<x>{_NAME}){_ENDS}")
_BESIDE = re.compile(rf"(?<![\w'’-])(?P<x>(?:{_CAPITAL}[ ])?{_CAPITAL})(?:\s?[/&]\s?|[ ]and[ ])\Z")


_COMMON = AMBIGUOUS & (read_words().proper["role"] | read_words().proper["department"] | _NEVER)
"""Surnames that may also be a role or a department, which are told things as well: "Ward informed"."""


@lru_cache(maxsize=50_000)
def is_nameable(word: str) -> bool:
    """Whether a word could be a surname where a name is expected: no role, department, pronoun, adverb, acronym.

    Examples
    --------
    >>> [is_nameable(word) for word in ("Long", "may", "Surgery", "registrars", "LI", "the")]
    [True, True, False, False, False, False]
    """
    bare = re.sub(r"['’]s?$", "", word.lower())
    forms = {bare, bare.removesuffix("s")}
    kinds = read_words().proper
    if bare in AMBIGUOUS and not word.islower():
        return True
    return not (
        (len(bare) < 3 and not _is_short_name(word))
        or (word.isupper() and _is_acronym(bare))
        or bare in SPOKEN
        or bare in _NEVER
        or (not word.istitle() and bare in _NOT_BARE)
        or any(forms & kinds[kind] for kind in ("role", "department", "genus"))
        or any(map(GROUPS.fullmatch, forms))
        or any(map(is_medical, forms))
        or PLURAL.fullmatch(word) is not None
        or any(map(str.isdigit, word))
        or "xxx" in bare
        or (_ABSTRACT.fullmatch(bare) and bare in read_words().report | read_words().other)
    )


def _is_short_name(word: str) -> bool:
    """Whether two letters are a name: "Wu", "Ng", "Fo"."""
    bare = word.lower()
    kinds = read_words().proper
    return (
        len(word) == 2
        and word.istitle()
        and (bare == "ng" or not bare.isascii() or re.search("[aeiouy]", bare) is not None)
        and not _is_plain(bare)
        and not any(bare in kinds[kind] for kind in ("short", "acronym", "state", "calendar"))
    )


def _is_acronym(bare: str) -> bool:
    kinds = read_words().proper
    listed = bare in kinds["short"] or (bare in kinds["acronym"] and not _is_plain(bare))
    return listed or re.fullmatch("[b-df-hj-np-tv-xz]{3}", bare) is not None


def find_slotted(text: str) -> Iterator[tuple[int, int]]:
    """Character spans of names told by their place in the sentence.

    Examples
    --------
    >>> text = "Discussed with long at 5 pm. Still was told. Discussed with surgery at noon."
    >>> [text[start:end] for start, end in find_slotted(text)]
    ['long', 'Still']
    """
    for match in _BARE.finditer(text):
        words = match["x"].split(" ")
        before = text[max(0, match.start() - 70) : match.start("x")]
        bare = words[0] in AMBIGUOUS and len(words) == 1
        if bare and (_SIGNED_BY.search(before) or (words[0] not in _GROUPS and _SPOKE.search(before))):
            yield match.span("x")
        elif all(map(is_nameable, words)) and (
            len(words) == 1 or not all(map(_is_plain, words)) or match["x"].istitle()
        ):
            per = before.rstrip().endswith("er")
            told = _TALK.search(before) or (
                (per or _WITH_ROLE.search(before)) and not is_ordinary(words[0], read_words(), report=True)
            )
            if (
                told
                and not (per and words[0].lower() in _PER)
                and not (_ORDERED.search(before) and _is_several(words))
                and not (words[0].islower() and _TITLED.search(before))
            ):
                yield match.span("x")
                if other := _OTHER.match(text, match.end("x")):
                    yield from [other.span("x")] if is_nameable(other["x"]) else []
    for pattern in (_PATIENT, _BABY, _OWNED, _REACHED, *([_ROLE] if _SAID.search(text) else []), _APPOSED):
        for match in pattern.finditer(text):
            word = match["x"].lower()
            sure = pattern in (_OWNED, _PATIENT, _BABY, _APPOSED) and word in AMBIGUOUS
            if is_nameable(match["x"]) and (sure or word not in NOUNS | _COMMON):
                yield match.span("x")
    for match in _VERB.finditer(text):
        begin = max(0, match.start() - 70)
        subject = _SUBJECT.search(text[begin : match.start()])
        if subject and match["may"] and is_ordinary(subject["x"].rpartition(" ")[2], read_words(), report=True):
            continue
        opening = subject is not None and _OPENS.search(
            text, max(0, begin + subject.start("x") - 4), begin + subject.start("x")
        )
        if subject and _WITH_ROLE_BEFORE.search(text, begin, begin + subject.start("x")) and is_nameable(subject["x"]):
            yield begin + subject.start("x"), begin + subject.end("x")
        elif subject and (start := _name_starts(subject["x"], opening=bool(opening))) is not None:
            yield begin + subject.start("x") + start, begin + subject.end("x")
            beside = _BESIDE.search(text, begin, begin + subject.start("x") + start)
            if beside and (start := _name_starts(beside["x"])) is not None:
                yield beside.start("x") + start, beside.end("x")


def _is_several(words: list[str]) -> bool:
    """Whether a noun of medicine in the plural stands in lower case: "Ring shadows"."""
    kinds = read_words().proper
    return words[-1].islower() and words[-1].endswith("s") and words[-1] in kinds["head"] | kinds["noun of a term"]


def _is_plain(word: str) -> bool:
    return is_ordinary(word, read_words())


def _name_starts(run: str, *, opening: bool = False) -> int | None:
    """Where the name begins in the capitalised words before a verb of people; None where the last is none."""
    words = run.split(" ")
    if opening and len(words) > 1 and all(is_nameable(word.title()) for word in words if len(word.rstrip(".")) > 1):
        return 0  # "ROSE SNOW WAS INFORMED"
    if not is_nameable(words[-1]) or (len(words) == 1 and words[-1].lower() in NOUNS | _COMMON):
        return None
    first = len(words) - 1
    while first and (len(words[first - 1].rstrip(".")) == 1 or _may_precede(words[first - 1])):
        first -= 1
    return len(" ".join(words[:first])) + (first > 0)


def _may_precede(word: str) -> bool:
    return (
        is_nameable(word)
        and word.lower() not in _COMMON
        and not word.endswith(".")
        and not is_ordinary(word, read_words(), report=True)
    )


__all__ = ["AMBIGUOUS", "GROUPS", "LISTS", "NOUNS", "PERSONS", "PLURAL", "SPOKEN", "find_slotted", "is_nameable"]
