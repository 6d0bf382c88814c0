"""Identifiers that have a form of their own: dates, ages, numbers, addresses on the net and in the street.

Each kind is a list of patterns; where a pattern has a group ``x``, that group alone is the identifier and the rest is
the cue that gives it away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from thoracite.kg.privacy.words import FOLDER, read_lists

Span = tuple[str, int, int]
"""Kind, start and end in characters."""

UPPER = "A-Z" + "".join(chr(code) for code in range(0xC0, 0x250) if chr(code).isupper())
"""Capital letters of Latin scripts, for a class of characters."""

_LISTS = read_lists(FOLDER / "identity.txt")


def any_of(name: str) -> str:
    """A pattern for any phrase of a list of ``identity.txt``, the longest first."""
    phrases = sorted(_LISTS[name], key=lambda phrase: (-len(phrase), phrase))
    patterns = (re.sub(r"(?<!\\)\((?!\?)", "(?:", p).replace(" ?", r"\s*").replace(" ", r"\s+") for p in phrases)
    return f"(?:{'|'.join(patterns)})"


_MONTH = (
    r"(?i:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)(?![^\W\d_])"
)
_ROMAN = r"(?:I{1,3}|IV|VI{0,3}|IX|XI{0,2})"
_WEEKDAY = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,?\s+)?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:\s?(?:st|nd|rd|th))?"
_DD = r"(?:0[1-9]|[12]\d|3[01])"
_YEAR = r"(?:19|20)\d\d"
_SHORT = rf"(?:{_YEAR}|['’]?\d\d)(?!\d|:\d)"
_MODAL = (  # "3 May represent" is no date
    r"(?!(?<=[Mm][Aa][Yy])\s+(?:represent|be|reflect|relate|have|indicate|suggest|need|help|also|not|still|"
    r"follow|require|consider|correlate|"
    r"contribute|account|simply|well|just|obscure|mimic|cause|benefit)\b)"
)
_TIME = r"(?:[T ][0-2]?\d:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:\s?[AaPp]\.?[Mm]\b\.?|Z|[+-]\d\d:?\d\d)?)?"
"""A time of day right behind a date goes with it; one after "at" is none of it, and stays."""
_UNIT = r"(?!\s*(?:mm|cm|mL|ml|cc|kg|mg|x\s*\d|%|French|Fr\b|ribs?\b|views?\b|-?\s?(?:mm|cm)\b))"
_D = r"(?:0?[1-9]|[12]\d|3[01])"
_DM = r"(?:0?[1-9]|[12]\d|3[01])\s?/\s?(?:0?[1-9]|1[0-2])"
_JOINT = r"(?:[ ]?[-/\\._'’,|:;·–—‑]{1,2}[ ]?|[ ])"
"""What stands between the numbers of a date, where its year says that it is one."""
_MD = r"(?:0?[1-9]|1[0-2])\s?/\s?(?:0?[1-9]|[12]\d|3[01])"

DATES = [
    r"(?<![\w./-])(?:0[1-9]|1[0-2])/(?:0[1-9]|[12]\d|3[01])(?<=0\d/\d\d)(?=\s?[.,;:)]|\s?$|,|\n)(?!\.\d)",
    rf"(?i:\b(?:completed|sited|finished|commenced|started|stopped|ended|began|excised|resected|biopsied|discharged|"
    rf"admitted|transferred|fell|delivered|s/p(?:\s\w+)?|post|at least|CABG|AVR|surgery|lobectomy|"
    rf"chemo(?:therapy)?|RT))\s(?:on\s)?(?P<x>{_MD}|{_DM})(?![\d/-]|\.\d|\s?(?:days?|weeks?|months?|years?|hours?|cycles?|of)\b){_UNIT}",
    rf"(?<![\w.,/-]){_D}{_JOINT}{_D}{_JOINT}{_YEAR}(?![\d]|[/-]\d){_UNIT}{_TIME}",
    rf"(?<![\d.]){_D}([_–—‑·;]){_D}\1\d\d(?!\d){_UNIT}",
    r"(?<![\d/.])(?:0?[1-9]|1[0-2])/['’]\d\d(?!\d)",
    rf"(?<!\d){_YEAR},?\s{_DAY}\s{_MONTH}(?!\s{_YEAR})",
    rf"(?<![\d.]){_YEAR}([-/. ]){_D}\1{_D}(?![\d/-]|\.\d){_UNIT}",
    rf"(?<![\d.,]){_DD}\.(?:0[1-9]|1[0-2])\.(?=\s?[-:),;]|\s[a-z])(?!\s(?:mm|cm)\b)",
    rf"(?<=[(\[])(?=[^)\]]{{0,4}}0)(?:{_DD}/(?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])/{_DD})(?=[)\]])",
    rf"(?<![^\W\d_])(?=[A-Z]){_MONTH}\s(?:3[2-9]|[4-9]\d)(?!\d|[.:]\d|\s?%|\s?degrees?\b){_UNIT}",
    r"(?<![^\W\d_])(?i:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?i:day)?\.?,?\s\d{1,2}(?:st|nd|rd|th)\b",
    rf"\b{_YEAR}\s?([-/._,|:'’;·–—‑\\])\s?(?:0?[1-9]|1[0-2])\s?\1\s?(?:0?[1-9]|[12]\d|3[01])(?!\d){_TIME}",
    rf"(?<![\d.]){_DAY}\s?([-/\\._'’,|:])\s?(?:0?[1-9]|[12]\d|3[01])\s?\1\s?{_YEAR}(?!\d){_TIME}",
    rf"(?<![\d.,/-])(?:{_YEAR} (?:0[1-9]|1[0-2]) {_DD}|{_DD} {_DD} {_YEAR})(?![\d/]|[.,-]\d){_TIME}",
    r"(?<!\d)(?<!\d[./-])(?:0?[1-9]|[12]\d|3[01])([-/.'’])(?:0?[1-9]|[12]\d|3[01])(?:(?<=\d)[-/.])?['’]\d\d(?![\d/])",
    rf"(?<![\d.]){_DAY}\s?([-/. ])\s?{_ROMAN}\s?\1\s?(?:{_YEAR}|['’]?\d\d)(?!\d)",
    rf"\b{_YEAR}[/-](?:0[1-9]|1[0-2])(?![\d/-]|\.\d)",
    rf"(?<![\w/.-])(?<!ribs )(?<!rib ){_D}([-.]|\s\.\s|\.\s){_D}\1\d\d(?![\d-]|\.\d){_UNIT}",
    rf"(?<![\d.])(?:0[1-9]|1[0-2])\.{_YEAR}(?![\d-]|\.\d){_UNIT}",
    rf"(?:\A|\n|[.!?]\s)(?P<x>{_MD}|{_DM})(?=\s?:\s|\s(?i:chest(?!\spain)|film|cxr|ct|x-ray|radiograph)\b)",
    rf"(?<!\d)(?<!\d[./\\-])(?:0?[1-9]|[12]\d|3[01])\s?([/\\])\s?(?:0?[1-9]|[12]\d|"
    rf"3[01])\s?\1\s?\d\d(?![\d/\\]){_TIME}",
    rf"(?<!\d)(?<!\d[./-])\d\d/(?:0[1-9]|1[0-2])/{_DD}(?![\d/]){_TIME}",
    rf"(?<![\d.,/-])(?<!\d\s){_DD} {_DD} \d\d(?!\s?\d|[/-]|[.:]\d){_UNIT}",
    rf"(?<![\d.,/-])(?<!\d\s){_D} {_D} {_YEAR}(?![\d/]|[.,-]\d){_UNIT}{_TIME}",
    rf"(?<![\d.-])(?:0[1-9]|[12]\d|3[01])([-.])(?:0[1-9]|[12]\d|3[01])\1\d\d(?![\d.-]){_UNIT}",
    rf"(?<![\d/.-])[1-9]-(?:[1-9]|[12]\d|3[01])-\d\d(?![\d-]){_UNIT}",
    rf"(?<![\d.]){_WEEKDAY}{_DAY}(?:\s+(?:day\s+)?of)?(?:\s+|\s?[/._,'’–—‑-]\s?)?{_MONTH}{_MODAL}\.?"
    rf"(?:[,.\s/_–—‑-]*{_SHORT})?{_UNIT}{_TIME}",
    rf"(?<![^\W\d_]){_WEEKDAY}{_MONTH}[.,]?(?:\s+the)?[\s/._'’-]*{_DAY}(?!\d|\.\d(?!\d{{3}}\b)|\s*/\s*\d\d?\s*/|"
    rf":\d){_UNIT}"
    rf"(?:(?:,\s*|\s+(?:of\s+)?|[-/._'’]){_YEAR}\b|[,/-]?\s?['’`]\d\d)?{_TIME}",
    rf"(?<![^\W\d_]){_MONTH}\.?[\s/-]?{_DAY}(?:[/.-]|,?\s['’]?)\d\d(?![\d/-]|[.:]\d){_UNIT}",
    rf"(?<![^\W\d_]){_MONTH}\.?\s{_DAY}\s?(?:-|–|to|and|&|or|through)\s?{_DAY}(?!\d|"
    rf"\.\d){_UNIT}(?:,?\s{_YEAR}\b|,?\s['’]\d\d)?",
    rf"(?<![^\W\d_])(?i:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?i:day)?\.?,?\s+\(?(?:{_MD}|"
    rf"{_DM})(?![\d/-]|\.\d)",
    rf"(?i:\b(?:date|day)(?:\s(?:of|for)(?:\s[a-z]+){{1,3}}|\s[a-z]+)?)\s?[:=]\s?(?P<x>{_MD}|{_DM})(?![\d/-]|\.\d)",
    rf"(?<![^\W\d_]){_MONTH}(?:0[1-9]|[12]\d|3[01]){_YEAR}(?!\d)",
    rf"(?<![^\W\d_]){_MONTH}\.?(?:\s+of|,)?[\s/._-]*['’]?{_YEAR}(?!\d)",
    rf"(?<![^\W\d_]){_MONTH}\.?[\s/-]?['’]\d\d(?!\d)",
    rf"(?<![^\W\d_]){_MONTH}[-/]\d\d\b",
    rf"(?<!\d){_YEAR}[\s/._,-]*{_MONTH}\.?(?:[\s/._-]*{_DAY}(?!\d))?",
    r"\b(?:[Oo]n|[Ss]ince|[Ff]rom|[Uu]ntil|[Dd]ated|[Oo]f) the (?P<x>\d{1,2}(?:st|nd|rd|th))"
    r"(?=\s*(?:[.,;:)]|$|at\b|and\b|was\b|for\b))",
    rf"(?<![\d/])(?:0?[1-9]|1[0-2])\s?[/-]\s?{_YEAR}\b",
    r"(?<![\d.-])(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:19|20)\d\d(?![\d-])",
    r"\b(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[0-2]\d[0-5]\d(?:[0-5]\d)?)?\b",
    rf"(?i:\b{any_of('dated')})\b[\s:,(]*(?:(?i:exam|study|from|for|of|dated|on|the|film|chest|in|is|was|"
    rf"electronically)\s+)"
    rf"{{0,3}}(?P<x>{_MD}|{_DM}|{_DD}\.(?:0[1-9]|1[0-2])\.?|{_DD}-(?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])-{_DD}|"
    rf"{_D} {_D} \d\d(?:\d\d)?)(?![\d/-]|\.\d){_UNIT}(?!\s*(?:days?|weeks?|months?|years?|hours?|of)\b)",
    rf"(?<![\d/])(?P<x>{_MD})(?=,?\s+(?:at\s+)?[0-2]?\d:[0-5]\d)",
    rf"(?i:\b(?:T|D|R|DD|DT|TD|TT|DOS|DOE|Dict|Trans|{any_of('dated field')}))\s?:\s?(?P<x>{_MD}|{_DM})(?![\d/-]|\.\d)"
    rf"{_UNIT}",
    rf"(?<!\d)(?<!\d[./-])(?:{_MD}|{_DM})\s?[-–]\s?(?:{_D}|{_MD}|{_DM})\s?/\s?(?:{_YEAR}|\d\d)(?![\d/]){_UNIT}",
]
_WHOLE = (
    r"(?P<x>January|February|April|June|July|August|September|October|November|December|JANUARY|FEBRUARY|SEPTEMBER|"
    r"OCTOBER|NOVEMBER|DECEMBER)"
)
"""Months that are no other word, or a name."""
MONTHS = [  # without a number
    rf"(?<=[a-z,/&(-] ){_WHOLE}(?![\w'’-])",
    rf"(?<![\w'’-]){_WHOLE}(?=\s?[.,;:)/\n&-]|\Z|\s(?:and|to|through|until|was|is|has|showed|film|CT|scan)\b)",
    r"\b(?i:in|since|last|until|till|from|during|early|late|mid|next|before|after|around|by|every|of|this|through|and|to)[\s-]"
    r"(?P<x>March|MARCH)\b(?!\s(?:fracture|ha?emoglobinuria|stress|foot|[A-Z]))",
    rf"\b(?:[Tt]he|[Ss]ince|[Oo]n|[Ww]ith|[Tt]o|[Hh]is|[Hh]er)\s(?:(?:the|last|recent|prior|previous)\s)?(?P<x>(?=[A-Z]){_MONTH})"
    r"(?=\s(?:\w+\s)?(?:study|CT|film|films|radiographs?|X-?ray|x-?ray|CXR|MRI|PET|scan|exam|examination|images?|imaging|"
    r"admission|visit|clinic|appointment|surgery|operation|biopsy|ultrasound|bronchoscopy|study's)\b)",
    rf"\b(?:[Ii]n|[Ss]ince|[Ll]ast|[Uu]ntil|[Ff]rom|[Dd]uring|[Ee]arly|[Ll]ate|[Mm]id|[Tt]his past)[\s-]"
    rf"(?P<x>{_MONTH}){_MODAL}",
]

_NINETY = r"(?:9\d|1[0-2]\d)"
_BEFORE_DATE = re.compile(
    r"(?:(?<!\w)(?:the\s+)?(?:(?<![\w./'’-])\d{1,2}(?:st|nd|rd|"
    r"th)?(?:\s?[/.]\s?\d{1,2}(?:\s?[/.]\s?\d{2,4})?)?\s?(?:-|–|to|and|&|or|through|until)\s?)"
    r"(?:the\s+)?|(?<!\w)the\s+)?\Z"
)
_WEEKDAY_BEFORE = re.compile(
    r"(?<!\w)(?i:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?)\.?,?\s+(?:(?:the|on)\s+)?\Z"
)
"""What goes with a date beside it: the first day of a range, a weekday, "the"."""


_AFTER_DATE = re.compile(
    rf"\s?(?:-|–|,|&|,?\s(?:to|and|or|through|until|versus|vs\.?))\s?(?P<x>{_MD}|{_DM})(?![\d/-]|\.\d){_UNIT}"
)
"""A second date without a year: "03 JUL 2004 to 7/17"."""


def _widen_date(text: str, start: int, end: int) -> tuple[int, int]:
    """A date with the weekday, or the other day of a range or of a list that stands beside it."""
    if second := _AFTER_DATE.match(text, end):
        end = second.end()
    if text[start].isdigit() and (range_ := _BEFORE_DATE.search(text, max(0, start - 24), start)):
        start = range_.start()
    if weekday := _WEEKDAY_BEFORE.search(text, max(0, start - 16), start):
        start = weekday.start()
    return start, end


_AFTER_AGE = r"(?!\s?(?:ago|prior|earlier|back|previously|of\s(?:smoking|asbestos|follow)|history|smok|pack))"
_NUMERAL = r"(?:one|two|three|four|five|six|seven|eight|nine)"
AGES = [  # the number alone: "[AGE]-year-old" still reads
    rf"(?<![\d.-])(?P<x>{_NINETY})[\s-]*(?i:years?|yrs?|y[./]?\s?o|y)(?![^\W\d_])\.?{_AFTER_AGE}",
    rf"(?<![\d.-])(?<!(?i:temp) )(?<!(?i:temp) of )(?P<x>{_NINETY})\s?[/-]?\s?"
    r"(?:[MF]|(?i:fe)?(?i:male)|(?i:man|woman|gentleman|lady|patient))\b(?!\s?[\d-])",
    rf"(?<![\w/])[MFmf]\s?/\s?(?P<x>{_NINETY})(?!\d|\.\d|\s?(?:mm|cm|%|/))",
    rf"(?i:\b(?:age[ds]?(?:\s?/\s?(?:sex|gender))?(?:\s(?:at|on)\s\w+)?|aet(?:at)?|turn(?:s|ed|ing)?|age is|"
    rf"(?:gentleman|lady|man|woman|patient|male|female) of|at the age of)\b\.?)[\s:=(]*(?P<x>{_NINETY})"
    r"(?!\d|\.\d|\s?%)",
    rf"(?i:\b(?:\w*man|lady|male|female|mother|father|patient|pt|resident|who is|he is|she is|patient is|he's|she's|"
    rf"(?:is|will be|now) now|pt is|m|f),?\s)(?P<x>{_NINETY})"
    r"(?=[,.;)](?:\s|$)|\s?(?:and|with)\b|$)",
    rf"(?i:\b(?:mrs?|ms|miss)\.?\s[\w'’-]+(?:\s[\w'’-]+)?,\s)(?P<x>{_NINETY})(?=[,.;)](?:\s|$))",
    rf"\((?P<x>{_NINETY})\s?(?i:y(?:rs?|ears?)?(?:\.?\s?o(?:ld)?\.?)?)?\s?[,/]?\s?(?:[MF]|(?i:fe)?(?i:male))\)",
    r"(?i:\b(?:in|into|early|mid|late)[\s-](?:(?:his|her|their|the|its)\s)?(?:(?:early|mid|late)[\s-])?"
    r"(?P<x>(?:9|10)0['’]?s)\b)",
    rf"(?i:\b(?P<x>ninet(?:y(?:[\s-]{_NUMERAL})?|ies))\b)(?!\s(?:percent|degrees|per))",
    rf"(?i:\b(?P<x>(?:(?:one|a)[\s-])?hundred(?:[\s-](?:and[\s-])?{_NUMERAL})?)[\s-]years?[\s-](?:old|of age))",
]

_EXTENSION = r"(?:\s*(?:x|ext\.?|extension|#)\s*\d{1,6})?"
PHONES = [
    rf"(?<![\w+])\+\d{{1,3}}[\s.-]?(?:\(0?\d{{0,5}}\)[\s.-]?)?\d[\d\s().-]{{4,16}}\d(?!\d){_EXTENSION}",
    rf"(?<![\w.-])(?:(?:001|1)[-. ]?)?(?:\(\d{{3}}\)\s?|\d{{3}}[-. ]?)\d{{3}}[-. ]\d{{4}}(?!\d){_EXTENSION}",
    rf"(?<![\w.])\(\d{{2,5}}\)\s?\d[\d\s-]{{4,11}}\d(?!\d){_EXTENSION}",
    rf"(?<![\w.-])\d{{3}}[-. ]\d{{4}}(?!\d){_EXTENSION}(?![\d-]|\.\d){_UNIT}",
    r"(?<![\w.-])0\d{1,4}[\s/-]\d{2,4}(?:[\s-]?\d{2,4}){1,3}\b",
    rf"(?<![\w.-])\d{{10}}{_EXTENSION}(?![\w-])",
    rf"(?i:(?<!\bon[ -](?=call))\b{any_of('telephone')}\b)(?:\s*(?i:number|no\.?|is|at|\#))*[\s.:#-]*"
    rf"(?!(?<=(?i:called) |..(?i:back) |....(?i:at) )(?:[01]?\d|2[0-3])[0-5]\d(?!\d|[ -]\d))"
    rf"(?P<x>(?:x|\+)?\(?\d[\d\s().x-]{{2,18}}\d(?!\d){_EXTENSION})(?!:)",
]

_DIALLED = (
    "tel(?:ephone)?|phone|fax|mob(?:ile)?|cell(?:phone)?|whatsapp|sms|switchboard|helpline|helpdesk|hotline|landline|"
    "direct line|secretary|sec|answerphone|voicemail|call-?back|dial|dect|extn?|extension|bleep(?:ed)?|pgr|pager|beeper"
)
PHONES += [  # of a ward, and of a bleep
    rf"(?i:\b(?:{_DIALLED})\b\.?)(?:\s?(?i:number|no\.?|holder|is|on|given|ext\.?))*[\s.:#(/-]*(?P<x>\+?\d[\d-]{{2,7}})"
    r"(?![\w%]|[.:/,]\d|\s?(?:h|hrs|hours|am|pm|a\.m|p\.m)\b)",
    rf"(?i:\b(?:{_DIALLED}|office|reception|desk|room|contact|ring|reach(?:ed|able)?|text|line|call|number|clinic|ward|surgery)\b\.?)"
    rf"(?:\s?(?i:number|no\.?|is|on|at|given|me|us|back|via|line))*[\s.:#(-]*(?P<x>[+(]*\d[\d\s().-]{{6,18}}\d){_UNIT}",
    r"(?<![\w.-])\d{5}[ -]\d{5}(?![\w-])",
    r"(?<![\w.-])1[38]00[ -]\d{3}[ -]\d{3}(?!\d)",
    r"(?<![\w.])[xX]\s?(?P<x>\d{1,2}-\d{4}|\d{4,6})(?![\w-]|\.\d)",
    r"(?i:\b(?:bleep|page|phone|telephone|call|ring|rang|text|contact|dial)(?:ed|ped|d)?)\s(?:[\w.'’-]+\s){1,4}on\s"
    r"(?P<x>\d{1,2}-\d{4}|\d{4,6})(?![\w-]|\.\d|:\d)",
]

EMAILS = [r"(?<![\w.+'-])[\w.+'-]+@[\w-]+(?:\.[\w-]+)+"]
URLS = [
    r"(?i:\b(?:https?|ftp)://[^\s<>\"\])]+[^\s<>\"\]).,;:!?]/?)",
    r"(?i:\bwww\.[\w-]+(?:\.[\w-]+)+(?:/[^\s<>\"\])]*[\w/])?)",
    r"(?i:(?<!\w)(?<!\w-)(?:[a-z0-9-]{2,}\.)+(?:com|org|net|edu|gov|mil|info|biz|io|health|co\.uk|ac\.uk|nhs\.uk|uk|de|fr|es|"
    r"it|nl|ca|au|eu|ch|at|us)\b"
    r"(?:/[^\s<>\"\])]*[\w/])?)",
]
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
IPS = [
    rf"(?<![\d.])(?:{_OCTET}\.){{3}}{_OCTET}(?:/\d\d?)?(?:\:\d{{2,5}})?(?![\d.]*\d)",
    r"(?i:(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\b|(?<![\w:])(?:[0-9a-f]{1,4}:){2,6}(?::[0-9a-f]{1,4}){1,5}\b)",
]

_VALUE = r"[A-Z0-9][A-Za-z0-9]*(?:[-./_:•·](?![a-z]{3})[A-Za-z0-9]+)*"
IDS = [
    rf"(?i:\b{any_of('number')})(?:\s*(?i:numbers?|num|nos?\.|\#|id|is|was|of record|code))*"
    rf"(?:\s+(?:of|for)(?:\s+[a-z]+){{1,3}}(?=\s*:))?\s*[:#=]?\s*(?P<x>"
    rf"(?=[A-Z0-9./_:•·-]*\d){_VALUE}(?:[ ](?:(?=[A-Z0-9]*\d)[A-Z0-9-]{{2,}}|\d|[A-Z]{{1,3}}\b(?!\s[a-z])))*|"
    rf"[A-Z]{{1,3}}[\s-](?=[A-Z0-9./-]*\d)[A-Z0-9./-]*[A-Z0-9](?:[ ][A-Z0-9]{{1,4}}\b)*)",
    r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])",
    r"\b\d+(?:\.\d+){6,}\b",  # a DICOM UID
    r"(?<![\w.,/-])#?\d{6,}(?![\w.]*\d)(?!\s*(?:mL|ml|mm))\b",
    r"(?<![\w.-])\d{2,6}(?:-\d{2,6}){2,}\b",
    r"(?i:\b[a-z]{2,}[.,]?\s+(?:no|nos|number|"
    r"num)\b\.?)\s*:?\s*(?P<x>(?=(?:[A-Z/-]*\d){4})[A-Z0-9]+(?:[/-][A-Z0-9]+)*)\b",
    r"(?<!\w)(?<!\w-)(?![CTLS]\d\d?-[CTLS]?\d\d?\b)(?=[A-Z0-9-]*[A-Z])(?=(?:[A-Z-]*\d){4})[A-Z0-9]{2,}(?:-[A-Z0-9]+)*\b",
    r"\b[A-Z]-?\d{6,}\b",
    r"\b[A-Z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b",
]

IDS_OF_LETTERS = [  # they may hold no number
    r"(?i:\bplates?|\bregistration|\breg\.?(?=\s+(?:no|number)))(?:\s+(?:of|"
    r"for)(?:\s+[a-z]+){1,3})?[\s:#]*(?:(?i:number|no\.?)\s*)?(?P<x>(?!(?:ON|IN|OF|AT|AND|THE|IS|FOR|TO|BY|"
    r"NOT)\b)[A-Z0-9]{1,4}[\s•·-][A-Z0-9]{1,4}(?:[\s-][A-Z0-9]{1,4})?)\b",
    r"(?i:\b(?:user ?name|user|login)(?:\s*[:=]\s*|\s+id\s+))(?P<x>[\w.-]*\w)",
    r"(?i:\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)",
    r"(?i:\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b)",
]

_CAP = rf"(?<!\w)(?:St\.|[{UPPER}](?:[\w'’-]|\.(?=\w))*)"
_UNITS = rf"(?:,?\s+{any_of('unit')}\s*\#?\w+)?"
_STATE = (  # without MD, OR and PA, which mean other things in a report
    "(?:A[KLRSZ]|C[AOT]|D[CE]|F[LM]|G[AU]|HI|I[ADLN]|K[SY]|LA|M[AEHINOPST]|N[CDEHJMVY]|O[HK]|P[RW]|RI|S[CD]|T[NX]|UT|"
    "V[AIT]|W[AIVY])"
)
_ZIP = r"\d{5}(?:-\d{4})?"
_POSTCODE = r"(?:[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}|(?!T[0-4]N\d?M?\d)[A-Z]\d[A-Z]\s?\d[A-Z]\d)"
_HOSPITAL = rf"(?:(?:{any_of('hospital kind')}\s+)*{any_of('hospital')})"
ADDRESSES = [  # all with a number
    rf"\b\d{{1,6}}[A-Z]?(?:[ \t]+(?:N|S|E|W|NE|NW|SE|SW|North|South|East|"
    rf"West)\.?)?(?:[ \t]+{_CAP}){{1,4}}?[ \t]+{any_of('street')}s?\b\.?{_UNITS}"
    rf"(?=\W|$)(?![\s-]+(?:views?|catheter|lobe|lung)\b)",
    rf"(?:{_CAP}\s+){{0,3}}{_CAP},\s*[A-Z]{{2}}\.?,?\s+{_ZIP}\b",
    rf"\b[A-Z]{{2}},?\s+{_ZIP}\b",
    rf"(?:,|\b(?i:in|at|from|of|near|to))\s(?P<x>(?:(?!(?:CPT|HCPCS|ICD|Code|CODE|Order|Case|ZIP|Zip)\s){_CAP}\s){{1,3}}{_ZIP})\b",
    rf"(?i:\b(?:zip|postal|post)\s?-?(?:code)?)[\s:]*(?P<x>{_ZIP}|{_POSTCODE})\b",
    rf"\b{_POSTCODE}\b",
    r"\bP\.?\s?O\.?\s?Box\s+\d+",
    r"\b(?:PSC|Unit)\s+\d+,?\s+Box\s+\d+\b",
    rf"\b\d{{1,6}}[A-Z]?(?:\s+{_CAP}){{1,4}},?\s+{any_of('unit')}\s*\#?\w+",
]
HOSPITALS = [
    rf"(?:(?!(?i:{any_of('not hospital')})\b){_CAP}\s+|of\s+|and\s+|the\s+){{1,4}}{_HOSPITAL}\b"
    rf"(?:\s+of\s+(?:the\s+)?{_CAP}(?:\s+{_CAP})?)?(?!\s+(?:model|risk|scores?|criteria|classification|stag(?:e|ing)|"
    rf"nomogram|calculator|guidelines?|protocol|grad(?:e|ing)|index|rules?|algorithm)\b)",
    rf"\b(?:University|Hospital|Clinic|Infirmary)\s+of\s+(?:the\s+)?(?!(?:Drs?|Prof|Mrs?|"
    rf"Ms)\b){_CAP}(?:\s+{_CAP}){{0,2}}",
]
_HOSPITAL_STEMS = (
    "ospital", "nfirmary", "linic", "edical", "ealth", "ospice", "anatorium", "ursing", "ancer", "eart I", "adiology A",
    "maging C", "urgery C", "emorial", "niversity", "ssociates", "artners", "hysicians", "pecialists", "roup",
    "ractice",
)  # fmt: skip
LOCATIONS = [
    rf"\b(?:near|in|from|to|of|at|around|Center|Hospital|Clinic|\d),?[ ](?P<x>(?:North|South|East|West|New|Port|"
    rf"Lake|Mount|Fort)[ ]{_CAP})"
    r"(?!\s+(?:Wing|Ward|Unit|Tower|Building))(?=\s*(?:[.,;)\n]|$)|\s(?:with|since|on|for|last|yesterday|and|at|"
    r"in|this|before|after|[A-Z]{2}\b))",
    rf"(?:{_CAP}\s+){{0,3}}[{UPPER}][a-zß-ÿ][\w'’-]*,\s{_STATE}\b(?!\s(?:and|view|lat))",
    r"\b(?:PSC|CMR|Unit|USNS|USS|USCGC|USNV)\s+[\w-]+,?\s+(?:Box\s+\d+\s*,?\s*)?(?:[AFD]PO\s+A[AEP](?:\s+\d{5})?)",
    rf"(?i:\b(?:employed by|employer:?|works (?:at|for)))\s+(?P<x>{_CAP}(?:(?:,|,? and| &)?\s+{_CAP}){{0,4}})",
    rf"(?i:\b(?:(?:resides|lives|living|residing|address|home|hometown|native|city)\s*(?:is|in|at|of|:)+|"
    rf"resident\s+(?:in|at|of))\s*)"
    rf"(?P<x>(?:\d+[ ]+)?{_CAP}(?:[ ]+{_CAP}){{0,3}})",
]

_DIGITS = tuple("0123456789")
_NINETIES = ("9", "10", "11", "12", "inet", "INET", "undred", "UNDRED")
_DATED = (
    re.compile(
        rf"\d[^\n]{{0,3}}\d|\d\s?(?:st|nd|rd|th)\b|(?<![^\W\d_]){_MONTH}[\s\S]{{0,12}}?\d|"
        rf"\d[\s\S]{{0,12}}?(?<![^\W\d_]){_MONTH}"
    ),
)
_BY_KIND: tuple[tuple[str, list[str], tuple[str | re.Pattern[str], ...]], ...] = (
    ("EMAIL", EMAILS, ("@",)), ("URL", URLS, ()), ("IP", IPS, _DIGITS), ("DATE", DATES, _DATED),
    ("DATE", MONTHS, ()), ("PHONE", PHONES, _DIGITS), ("ID", IDS, _DIGITS), ("ID", IDS_OF_LETTERS, ()),
    ("AGE", AGES, _NINETIES), ("LOCATION", ADDRESSES, _DIGITS), ("LOCATION", HOSPITALS, _HOSPITAL_STEMS),
    ("LOCATION", LOCATIONS, ()),
)  # fmt: skip
"""Kind, patterns, and strings or forms without one of which none of them can match."""
_COMPILED = [(kind, [re.compile(pattern) for pattern in patterns], needed) for kind, patterns, needed in _BY_KIND]


_SHARE = re.compile(r"\d\s?/\s?\d")
_DAYS, _BEFORE_DAYS = re.compile(r"\d{1,2}/(?:7|12|52)"), re.compile(r"(?i:\b(?:in|for|over|every|past)\s)\Z")
_BEFORE_SHARE = re.compile(r"(?i:\b(?:image|view|film|page|part|slide|grade|profusion|murmur|series|copy|case)\s)\Z")
_AFTER_SHARE = re.compile(r"\s(?:heart|murmur|systolic|diastolic|ejection|views?|images?|films?)\b")


def is_share(text: str, start: int, end: int) -> bool:
    """Whether it is a part of a whole, a grade or a time, and no date: "image 2/2", "3/6 murmur", "film in 3/12"."""
    if _DAYS.fullmatch(text, start, end) and _BEFORE_DAYS.search(text, max(0, start - 8), start):
        return True
    if not _SHARE.fullmatch(text, start, end):
        return False
    before = _BEFORE_SHARE.search(text, max(0, start - 12), start)
    return before is not None or _AFTER_SHARE.match(text, end) is not None


def find_patterned(text: str) -> Iterator[Span]:
    """Identifiers by form; spans may overlap.

    Examples
    --------
    >>> set(find_patterned("Seen 3/4/2019, nodule of 1.2 x 3 cm at T12"))
    {('DATE', 5, 13)}
    """
    for kind, patterns, needed in _COMPILED:
        if needed and not any(one in text if isinstance(one, str) else one.search(text) for one in needed):
            continue
        for pattern in patterns:
            group = "x" if "x" in pattern.groupindex else 0
            for match in pattern.finditer(text):
                start, end = match.span(group)
                if end - start > (2 if kind == "ID" else 0):  # "case 7" is no identifier
                    if kind == "DATE" and is_share(text, start, end):
                        continue
                    yield (kind, *_widen_date(text, start, end)) if kind == "DATE" else (kind, start, end)


__all__ = ["UPPER", "Span", "any_of", "find_patterned", "is_share"]
