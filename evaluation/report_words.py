"""What a planter of errors reads in a report: statements, by word lists of its own.

Nothing here is shared with the extractor or the check that is measured: sites found by them would leave out the
sentences that they cannot read. The lists read less than the extractor does, but where they call a statement sure, it
is; what they cannot tell is *unclear*, and keeps an error from being counted among those that the text shows.

Examples
--------
>>> read = read_statements("FINDINGS: Small left pleural effusion. Heart size is normal.\\nIMPRESSION: No edema.")
>>> [(one.finding, one.manner, one.section) for one in read.statements]
[('effusion', 'stated', 'findings'), ('heart', 'denied', 'findings'), ('edema', 'denied', 'impression')]
>>> read.statements[0].degree.step, read.statements[0].side.name
(1, 'left')
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple

FINDINGS = {
    "pneumothorax": r"pneumothora(?:x|ces)",
    "effusion": r"(?<!pericardial )(?<!joint )(?:pleural )?effusions?",
    "consolidation": r"consolidations?",
    "pneumonia": r"pneumonias?",
    "edema": r"(?<!tissue )(?:pulmonary |interstitial |alveolar )?edema",
    "atelectasis": r"atelectas[ie]s",
    "cardiomegaly": r"cardiomegaly|enlarged heart"
    r"|heart(?: size)? (?:is|remains|appears) (?:again )?(?:\w+ly )?enlarged",
    "nodule": r"(?:pulmonary |lung )?nodules?",
    "mass": r"(?:pulmonary |lung )?mass(?:es)?(?! effect)",
    "hernia": r"(?:hiatal |hiatus |diaphragmatic )?hernias?",
    "fracture": r"(?:rib |clavic\w+ )?fractures?",
}
"""The findings that errors are planted of, and the words that name them."""

MORE = {
    "opacity": r"opacit(?:y|ies)",
    "infiltrate": r"infiltrates?",
    "airspace disease": r"air ?space disease",
    "granuloma": r"granulom(?:as?|ata)",
    "scar": r"scars?|scarring",
    "thickening": r"(?:pleural )?thickening",
    "congestion": r"congestion",
    "scoliosis": r"(?:dextro|levo)?scoliosis",
}
"""Other findings, whose side and degree are changed too."""

CLASSES = {
    "lungs": ("consolidation", "pneumonia", "edema", "mass"),
    "heart": ("cardiomegaly",),
    "pleura": ("effusion", "pneumothorax"),
    "chest": ("consolidation", "pneumonia", "edema", "mass", "cardiomegaly", "effusion", "pneumothorax"),
    "acute": ("pneumothorax", "pneumonia", "edema"),
}
"""Sentences about a class of findings, and what they deny."""

_NORMAL = r"(?:normal|within normal limits|unremarkable|not enlarged)"
_VERB = r"(?:is |are |appears? |remains? |were |was )?"
_CLASS_WORDS = {
    "lungs": rf"lungs(?: fields)? {_VERB}(?:well[- ]expanded and |normally inflated and |bilaterally |expanded and )?"
    r"clear\b(?! of| to| from| except)|\bclear lungs|lungs are well[- ]expanded and clear",
    "heart": rf"heart(?: size)?(?:,? (?:and|pulmonary) [\w ,]+?)?,? {_VERB}{_NORMAL}|normal heart(?: size)?",
    "pleura": rf"pleural spaces {_VERB}(?:clear|normal|unremarkable)",
    "chest": r"normal chest(?! wall)",
    "acute": r"(?:no|negative for|without)(?: (?:evidence of|radiographic|visible|visualized))*(?: an?)?"
    r" (?:acute|active)(?: or active| or acute)?(?: \w+){0,2} (?:disease|process\w*|abnormalit\w+|findings?)",
}
_BONES = re.compile(r"bon[ey]|osseous|skelet|rib|fracture|abdom|spin|tissue|mediastin", re.IGNORECASE)
_BROAD = {
    "pneumothorax": "pneumothora|pleural air", "effusion": "effusion|fluid|blunt", "pneumonia": "pneumoni|infect",
    "consolidation": "consolidat|airspace|air space|opaci|infiltrat", "edema": "edema|congesti", "mass": "mass|lesion",
    "atelectasis": "atelecta|collaps", "cardiomegaly": "cardiomeg|enlarge|silhouette|borderline|cardiomediastinal",
    "nodule": "nodul|granulom", "hernia": "hernia", "fracture": "fractur|deformit",
    "opacity": "opaci|airspace|air space|densit|infiltrat|consolidat", "infiltrate": "infiltrat|opaci|airspace",
    "airspace disease": "airspace|air space|opaci|consolidat", "granuloma": "granulom|nodul|calcif",
    "scar": "scar|fibro|thicken", "thickening": "thicken", "congestion": "congest|vascul", "scoliosis": "scolio|curv",
}  # fmt: skip
"""Words that may speak of a finding in a way that the lists do not read."""

STEPS = {
    "trace": 0, "tiny": 0, "minimal": 0, "minimally": 0, "small": 1, "mild": 1, "mildly": 1, "slight": 1, "slightly": 1,
    "moderate": 2, "moderately": 2, "large": 3, "severe": 3, "severely": 3, "marked": 3, "markedly": 3, "massive": 3,
}  # fmt: skip
"""Words of degree and their step."""

_DEGREES = "|".join(sorted(STEPS, key=len, reverse=True))
_DEGREE_BEFORE = re.compile(rf"\b({_DEGREES})(?:[- ]sized)?((?: [\w-]+){{0,4}}) ?$")
_DEGREE_AFTER = re.compile(rf"^ (?:is|are|remains?|appears?) (?:again )?({_DEGREES})\b")
_DEGREE_WITHIN = re.compile(rf"\b({_DEGREES})\b")
_RANGE = re.compile(rf"\b(?:{_DEGREES})(?: ?- ?| to )(?:{_DEGREES})\b")
_SIDE_BEFORE = re.compile(r"\b(left|right)(?:-sided)?((?: [\w-]+){0,5}) ?$")
_SIDE_AFTER = re.compile(
    r"^(?: [\w-]+){0,3}? (?:in|at|on|of|within|over|overlying|involving|near) (?:the )?(?:[\w-]+ ){0,3}?(left|right)\b"
)
_SIDE_FIRST = re.compile(r"^(?:in|at|on|within|over) (?:the )?(?:[\w-]+ ){0,2}?(left|right)\b")
_ANY_SIDE = re.compile(r"\b(?:left|right|lingula\w*)\b")
_BOTH = re.compile(r"\b(?:bilateral\w*|both|bibasilar|bibasal|biapical)\b")
_PLACE = re.compile(r"\b(?:upper|mid|middle|lower|ap[ie]\w+|bas[ei]\w*|lingul\w*|hil\w+|retrocardiac|\d+th)\b")
_CUE = re.compile(
    r"\b(?:no|without|negative for|free (?:of|from)|clear of|absence of)\b"
    r"(?: (?:radiographic |visible |visualized )?(?:evidence|signs?|indication|findings?) (?:of|for))?"
    r"(?: an?\b| any\b)?"
)
_ENDS_SCOPE = re.compile(
    r"\b(?:is|are|was|were|has|have|with|which|that|represent\w*|suggests|suggesting|due|secondary|seen|noted|there"
    r"|change|changes|increase|decrease|and (?:mild|moderate|stable|small|unchanged|minimal|low))\b"
)
_DENIED_AFTER = re.compile(
    r"^(?: (?:or|and) [\w ]+)? (?:is|are|was|were) (not) (?:\w+ )?(?:seen|identified|visualized|present|demonstrated"
    r"|appreciated|evident|noted|observed|detected)\b"
)
_DOUBT = re.compile(
    r"\b(?:may|might|could|possibl\w+|probabl\w+|likely|presum\w+|suspect\w*|suspici\w+|question\w*|concern\w*|suggest\w*"
    r"|differential|exclud\w+|rule[ds]?|consider\w*|favor\w*|perhaps|versus|vs|either|equivocal|consistent|compatible"
    r"|indicat\w+|recommend\w*|correlat\w*|evaluat\w*|cannot|definite\w*|obvious|convincing|typical|gross\w*"
    r"|unlikely|apparent|appear\w* to|potential\w*|essentially|if|history|status|known|represent\w*|borderline|resol\w+"
    r"|worrisome|clearing|(?<!x-)xxxx)\b|\?"
)
_TIMES = re.compile(
    r"\b(?:resol\w+|previous\w*|prior|old|chronic|remote|heal\w+|calcified|residual|stable|unchanged|improv\w+|new"
    r"|decreas\w+|increas\w+|interval|change[ds]?|again|persist\w*|smaller|larger|recurrent|removed|developed|post\w*)\b"
)
_NARROWS = re.compile(
    rf"\b(?:{_DEGREES}|acute|focal|new|significant|suspicious|displaced|discrete|dominant|noncalcified|frank|overt|lobar"
    r"|confluent|tension|loculated|sizable|alveolar|patchy|increasing|dense|diffuse|subpulmonic|apical)\b"
)
_CLAUSE = re.compile(
    r";|\b(?:but|however|although|though|while|whereas|except|otherwise)\b|,\s+(?=(?:and )?(?:there|the heart|lungs)\b)"
)
_SENTENCE = re.compile(r"(?<=[.!?])(?<!\b\d\.)\s+|\n+")
_HEADING = re.compile(r"(FINDINGS|IMPRESSION): ?")
_NOT = re.compile(r"\b(?:not|nor|neither|never|n't)\b")

Manner = Literal["stated", "denied", "unclear"]
"""How the lists read a statement."""


class Degree(NamedTuple):
    """A word of degree: its step from trace (0) to severe (3), and the characters it stands at."""

    step: int
    start: int
    end: int


class Side(NamedTuple):
    """``left`` or ``right``, and the characters it stands at."""

    name: str
    start: int
    end: int


class Sentence(NamedTuple):
    """The characters of a sentence, its heading and number left out, and the section that it stands in."""

    start: int
    end: int
    section: str


class Statement(NamedTuple):
    """What a sentence says of one finding, or of a class of findings.

    Parameters
    ----------
    finding : str
        Of :data:`FINDINGS`, :data:`MORE` or :data:`CLASSES`.
    manner : str
        ``stated``, ``denied``, or ``unclear`` where the lists cannot tell or a hedge stands.
    start, end : int
        Characters of the words that name it.
    clause : tuple of int
        Characters of its clause.
    sentence : int
        Number of its sentence.
    section : str
        ``findings`` or ``impression``.
    cue : tuple of int, or None
        Characters of the words that deny it.
    side : Side or None
        The one side that it is on; None where none is said, or both are.
    both : bool
        Whether its clause speaks of both sides.
    loose : bool
        Whether its clause has a side that the lists cannot tie to it.
    places : frozenset of str
        Words for a part of the lung.
    degree : Degree or None
        How large or severe.
    narrowed : frozenset of str
        Words by which less is said than the bare finding: acute, focal, large.
    timed : bool
        Whether a word tells of another time, a change or an old state.
    """

    finding: str
    manner: Manner
    start: int
    end: int
    clause: tuple[int, int]
    sentence: int
    section: str
    cue: tuple[int, int] | None = None
    side: Side | None = None
    both: bool = False
    loose: bool = False
    places: frozenset[str] = frozenset()
    degree: Degree | None = None
    narrowed: frozenset[str] = frozenset()
    timed: bool = False

    @property
    def covers(self) -> tuple[str, ...]:
        """The findings that it speaks of."""
        return CLASSES.get(self.finding, (self.finding,))


class ReadWords(NamedTuple):
    """A report as the word lists read it."""

    text: str
    sentences: tuple[Sentence, ...]
    statements: tuple[Statement, ...]

    def may_speak_of(
        self, finding: str, *, beside: int, words: re.Pattern[str] | None = None, but: Collection[int] = ()
    ) -> bool:
        """Whether another sentence may speak of a finding, in a way that the lists do not read.

        Parameters
        ----------
        finding : str
            Of :data:`FINDINGS` or :data:`MORE`.
        beside : int
            The number of a sentence that is not asked.
        words : re.Pattern or None
            What the sentence must have as well.
        but : collection of int
            More sentences that are not asked.
        """
        for number, one in enumerate(self.sentences):
            sentence = self.text[one.start : one.end].lower()
            asked = number != beside and number not in but and (words is None or words.search(sentence))
            if asked and re.search(_BROAD[finding], sentence):
                return True
        return False


def read_statements(text: str) -> ReadWords:
    """The statements of a report about the findings of the list.

    Parameters
    ----------
    text : str
        Findings and impression under their headings, as :attr:`thoracite.kg.reports.report.Report.text` gives them.
    """
    sentences = tuple(_split_sentences(text))
    found = [
        statement
        for number, sentence in enumerate(sentences)
        for begin, end in _split_clauses(text, sentence)
        for statement in (*_read_findings(text, begin, end, number), *_read_classes(text, begin, end, number))
    ]
    sectioned = [one._replace(section=sentences[one.sentence].section) for one in found]
    return ReadWords(text, sentences, tuple(sorted(sectioned, key=lambda one: one.start)))


def _split_sentences(text: str) -> Iterator[Sentence]:
    section, at = "findings", 0
    for stop in [*_SENTENCE.finditer(text), None]:
        end = len(text) if stop is None else stop.start()
        if heading := _HEADING.match(text, at):
            section, at = heading[1].lower(), heading.end()
        number = re.compile(r"(?:\d\. ?)?").match(text, at)
        start = at if number is None else number.end()
        if re.search(r"[A-Za-z]", text[start:end]):
            yield Sentence(start, end, section)
        at = end if stop is None else stop.end()


def _split_clauses(text: str, sentence: Sentence) -> Iterator[tuple[int, int]]:
    at = sentence.start
    for cut in _CLAUSE.finditer(text.lower(), sentence.start, sentence.end):
        yield at, cut.start()
        at = cut.end()
    yield at, sentence.end


def _read_findings(text: str, begin: int, end: int, number: int) -> Iterator[Statement]:
    clause = text[begin:end].lower()
    for finding, words in (FINDINGS | MORE).items():
        for match in re.finditer(rf"\b(?:{words})\b", clause):
            cue, manner = _find_manner(clause, match)
            item = re.split(r",|\bor\b|\band\b", clause[cue.end() if cue else 0 : match.start()])[-1]
            side = None if _BOTH.search(clause) else _find_side(clause, match, begin)
            degree = None if manner == "denied" else _find_degree(clause, match, begin)
            yield Statement(
                finding,
                manner,
                begin + match.start(),
                begin + match.end(),
                (begin, end),
                number,
                "",
                cue=None if cue is None or manner != "denied" else (begin + cue.start(), begin + cue.end()),
                side=side,
                both=_BOTH.search(clause) is not None,
                loose=side is None and _ANY_SIDE.search(clause) is not None,
                places=frozenset(_PLACE.findall(clause)),
                degree=degree,
                narrowed=frozenset(_NARROWS.findall(item)) if manner == "denied" else frozenset(),
                timed=_TIMES.search(clause) is not None,
            )


def _find_manner(clause: str, match: re.Match[str]) -> tuple[re.Match[str] | None, Manner]:
    before, after = clause[: match.start()], clause[match.end() :]
    if _DOUBT.search(clause):
        return None, "unclear"
    cues = [cue for cue in _CUE.finditer(before) if not _ENDS_SCOPE.search(before[cue.end() :])]
    if cues:
        return cues[-1], "unclear" if _NOT.search(after) else "denied"
    if _DENIED_AFTER.search(after):
        shifted = re.compile(r"\bnot ").search(clause, match.end())
        return shifted, "denied"
    if _NOT.search(clause) or re.search(r"\bor\b", clause) or _CUE.search(before):
        return None, "unclear"
    return None, "stated"


def _find_side(clause: str, match: re.Match[str], begin: int) -> Side | None:
    before = _SIDE_BEFORE.search(clause[: match.start()])
    if before and not re.search(r"\b(?:with|and|or|of|in)\b|,", before[2]):
        return Side(before[1], begin + before.start(1), begin + before.end(1))
    if after := _SIDE_AFTER.search(clause[match.end() :]):
        return Side(after[1], begin + match.end() + after.start(1), begin + match.end() + after.end(1))
    if first := _SIDE_FIRST.search(clause):
        return Side(first[1], begin + first.start(1), begin + first.end(1))
    return None


def _find_degree(clause: str, match: re.Match[str], begin: int) -> Degree | None:
    if _RANGE.search(clause):
        return None
    within = _DEGREE_WITHIN.search(clause, match.start(), match.end())
    before, after = _DEGREE_BEFORE.search(clause[: match.start()]), _DEGREE_AFTER.search(clause[match.end() :])
    if within:
        return Degree(STEPS[within[1]], begin + within.start(1), begin + within.end(1))
    if before and not re.search(r"\b(?:with|and|or|of|in)\b", before[2]) and not _names_finding(before[2]):
        return Degree(STEPS[before[1]], begin + before.start(1), begin + before.end(1))
    if after:
        return Degree(STEPS[after[1]], begin + match.end() + after.start(1), begin + match.end() + after.end(1))
    return None


def _names_finding(words: str) -> bool:
    return any(re.search(rf"\b(?:{pattern})\b", words) for pattern in (FINDINGS | MORE).values())


def _read_classes(text: str, begin: int, end: int, number: int) -> Iterator[Statement]:
    clause = text[begin:end].lower()
    for name, words in _CLASS_WORDS.items():
        match = re.search(rf"\b(?:{words})", clause)
        if match is None or (name == "acute" and _BONES.search(clause)):
            continue
        sure = not _DOUBT.search(clause) and not (name != "acute" and _CUE.search(clause[: match.start()]))
        yield Statement(
            name,
            "denied" if sure else "unclear",
            begin + match.start(),
            begin + match.end(),
            (begin, end),
            number,
            "",
        )


__all__ = [
    "CLASSES",
    "FINDINGS",
    "MORE",
    "STEPS",
    "Degree",
    "Manner",
    "ReadWords",
    "Sentence",
    "Side",
    "Statement",
    "read_statements",
]
