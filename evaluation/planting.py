"""Errors planted into reports, one a report, as decision 9 defines them.

The site is drawn at random among all statements that can carry the error. Whether the text shows the error is settled
by the same word lists (:mod:`thoracite.evaluation.report_words`); where they cannot tell, the error is *undecided*.

Examples
--------
>>> from random import Random
>>> report = "FINDINGS: Right effusion. No edema.\\nIMPRESSION: Right pleural effusion."
>>> planted = plant("side", report, Random(1))
>>> planted.changed, planted.shown_by
('Left effusion.', 'text')
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from random import Random
from typing import Literal, NamedTuple

from thoracite.evaluation.report_words import FINDINGS, MORE, STEPS, ReadWords, Statement, read_statements

ShownBy = Literal["text", "image", "undecided"]
"""Who can show an error: the text alone, only the image, or the word lists cannot tell."""

Edit = tuple[int, int, str]
"""Characters of the report, from and to, and what stands there instead."""

_SIZES = ("trace", "small", "moderate", "large")
_SEVERITIES = ("minimal", "mild", "moderate", "severe")
_SIZED = frozenset({"trace", "tiny", "small", "large", "massive"})
_IMPOSSIBLE = re.compile(r"\b(?:left middle lobe|right lingula\w*)\b", re.IGNORECASE)
_SIDED = re.compile(r"\b(?:left|right|bilateral|lingula\w*)\b")
_DEGREE = re.compile(rf"\b(?:{'|'.join(STEPS)})\b")
_LENGTH = re.compile(r"\b(\d+(?:\.\d+)?)(?: ?(?:x|by|-|to) ?(\d+(?:\.\d+)?))?( ?-? ?)(cm|mm)\b")
_ALIKE = re.compile(r"nodul|granulom")
_BEFORE = re.compile(
    rf"(?:\b(?:an?|the|this|these|{'|'.join(STEPS)}|left|right|bilateral|sided|pleural|pulmonary|basilar|basal|apical"
    r"|upper|middle|lower|lobe|zone|lung|focal|patchy|subsegmental|bibasilar|linear|discoid|interstitial|streaky|dense"
    r"|diffuse|loculated|multiple|several|scattered|adjacent|associated)\b[ -]?)*$"
)
_DROPPED = re.compile(rf"\b(?:an?|multiple|several|scattered|{'|'.join(STEPS)})(?:[- ]sized)? ?")
_FULL_NAMES = {"effusion": "pleural effusion", "edema": "pulmonary edema", "hernia": "hiatal hernia"}
_INVENTED = {
    "pneumothorax": ("There is a left apical pneumothorax.", "Small right pneumothorax.", "A pneumothorax is seen."),
    "effusion": ("Small left pleural effusion.", "There is a right effusion.", "A pleural effusion is present."),
    "consolidation": ("There is consolidation in the right lower lobe.", "Left upper lobe consolidation."),
    "pneumonia": ("There is a right upper lobe pneumonia.", "Left lower lobe pneumonia."),
    "edema": ("There is pulmonary edema.", "Mild interstitial edema."),
    "atelectasis": ("There is atelectasis at the left base.", "Right basilar atelectasis."),
    "cardiomegaly": ("There is cardiomegaly.", "The heart is enlarged.", "Moderate cardiomegaly."),
    "nodule": ("There is a nodule in the left upper lobe.", "Right middle lobe nodule."),
    "mass": ("There is a mass in the right upper lobe.", "Left lower lobe mass."),
    "hernia": ("There is a hiatal hernia.", "A large hiatal hernia is seen."),
    "fracture": ("There is a fracture of the left fifth rib.", "Right clavicle fracture."),
}


class Planted(NamedTuple):
    """A report with one error in it.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`.
    text : str
        The spoilt report.
    changed : str
        The sentence that is wrong now.
    shown_by : str
        Who can show the error.
    """

    kind: str
    text: str
    changed: str
    shown_by: ShownBy


class _Change(NamedTuple):
    """What to do at one site, and who can show it."""

    edits: tuple[Edit, ...]
    sentence: int
    shown_by: ShownBy


def plant(kind: str, text: str, draw: Random) -> Planted | None:
    """Plant one error at a site drawn at random; None where no statement can carry it.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`.
    text : str
        Findings and impression under their headings.
    draw : random.Random
        Draws the site, and what stands there instead.
    """
    read = read_statements(text)
    changes = list(_SITES[kind](read, draw))
    return _apply(kind, read, draw.choice(changes)) if changes else None


def _apply(kind: str, read: ReadWords, change: _Change) -> Planted:
    sentence = read.sentences[change.sentence]
    spoilt, changed = read.text, read.text[sentence.start : sentence.end]
    for start, end, new in sorted(change.edits, reverse=True):
        spoilt = spoilt[:start] + new + spoilt[end:]
        changed = changed[: start - sentence.start] + new + changed[end - sentence.start :]
    if kind == "invented finding":
        return Planted(kind, spoilt, change.edits[0][2].strip(), change.shown_by)
    capital = changed[:1].upper() + changed[1:]
    spoilt = spoilt[: sentence.start] + capital + spoilt[sentence.start + len(changed) :]
    return Planted(kind, spoilt, capital.strip(), change.shown_by)


def _negate(read: ReadWords, draw: Random) -> Iterator[_Change]:  # noqa: ARG001
    for one in read.statements:
        if one.finding in MORE:
            continue
        if one.manner == "denied" and one.cue is None:
            yield _Change(_affirm_class(read, one), one.sentence, _judge_class(read, one))
        elif one.manner == "denied":
            listed = [other for other in read.statements if other.cue == one.cue]
            shown = (_judge_stated(read, each.finding, each, listed) for each in listed)
            yield _Change(tuple(_affirm(read.text, listed)), one.sentence, _join(shown))
        elif one.manner == "stated" and (edit := _deny(read.text, one)):
            yield _Change((edit,), one.sentence, _judge_denied(read, one))


def _affirm(text: str, listed: list[Statement]) -> Iterator[Edit]:
    """A denial stated: its cue goes, and what it joins by "or" is joined by "and"."""
    start, end = listed[0].cue or (0, 0)
    cue, last = text[start:end].lower(), max(one.end for one in listed)
    verb = re.search(r"\b(?:is|are|appears?|remains?) (?:[\w-]+ and )?$", text[:start])
    if cue.startswith(("free", "clear")):
        yield (verb.start() if verb else start, end, "show" if verb else "with")
    elif cue.startswith(("without", "negative", "absence")):
        word = {"wi": "with", "ne": "positive for", "ab": "presence of"}[cue[:2]]
        yield (start, end, word)
    else:
        yield (start, end + (text[end : end + 1] == " "), "")
    yield from ((at.start(), at.end(), "and") for at in re.compile(r"\bn?or\b").finditer(text, end, last))


def _affirm_class(read: ReadWords, one: Statement) -> tuple[Edit, ...]:
    words = read.text[one.start : one.end]
    if one.finding == "acute":
        changed = re.sub(r"^no(?: evidence of)? |^without |^negative for ", "", words, flags=re.IGNORECASE)
    elif one.finding == "chest":
        changed = "abnormal chest"
    elif one.finding == "heart":
        normal = r"not enlarged|normal|within normal limits|unremarkable"
        changed = re.sub(rf"(?:{normal})(?!.*(?:{normal}))", "enlarged", words, flags=re.IGNORECASE)
    elif words.lower() == "clear lungs":
        changed = "lungs are not clear"
    else:
        changed = re.sub(r"(clear|normal|unremarkable)\b(?! and)", r"not \1", words, flags=re.IGNORECASE)
    return ((one.start, one.end, changed),)


def _deny(text: str, one: Statement) -> Edit | None:
    """A statement denied; None where it cannot be said in one phrase."""
    phrase, begin = text[one.start : one.end], one.clause[0]
    if "enlarged" in phrase.lower():
        first = phrase.lower().startswith("enlarged")
        return (one.start, one.end, "normal heart" if first else re.sub("(?i)enlarged", "not enlarged", phrase))
    before = _BEFORE.search(text[begin : one.start].lower())
    words = before.group() if before else ""
    if one.timed or re.search(r"\bth\w+\b", words) or re.match(r" (?:has|have|which|measur)", text[one.end :]):
        return None
    return (one.start - len(words), one.end, f"no {_DROPPED.sub('', words)}{phrase.lower()}")


def _swap_side(read: ReadWords, draw: Random) -> Iterator[_Change]:  # noqa: ARG001
    for one in read.statements:
        if one.side is not None and one.manner == "stated":
            new = {"left": "right", "right": "left"}[one.side.name]
            edit = (one.side.start, one.side.end, new)
            clause = read.text[one.clause[0] : edit[0]] + new + read.text[edit[1] : one.clause[1]]
            shown = "text" if _IMPOSSIBLE.search(clause) else _judge_side(read, one, new)
            yield _Change((edit,), one.sentence, shown)


def _judge_side(read: ReadWords, one: Statement, new: str) -> ShownBy:
    others = _find_others(read, one.finding, [one])
    sure = [other for other in others if other.manner == "stated" and other.side is not None]
    told = {other.side.name for other in sure if other.side is not None}
    if one.side is not None and told == {one.side.name} and not any(other.both or other.loose for other in others):
        # in one section the two may be two findings, and two places are two findings in any
        elsewhere = [other for other in sure if other.section != one.section and _same_place(one, other)]
        return "text" if elsewhere else "undecided"
    if new in told or any(other.both or other.loose or other.side for other in others):
        return "undecided"
    return "undecided" if read.may_speak_of(one.finding, beside=one.sentence, words=_SIDED) else "image"


def _grade(read: ReadWords, draw: Random) -> Iterator[_Change]:
    for one in read.statements:
        if one.degree is not None and one.manner == "stated":
            word = read.text[one.degree.start : one.degree.end].lower()
            steps = [step for step in range(4) if abs(step - one.degree.step) >= 2]
            scale = _SIZES if word in _SIZED or (word == "moderate" and one.finding == "effusion") else _SEVERITIES
            step = draw.choice(steps)
            new = scale[step] + ("ly" if word.endswith("ly") else "")
            yield _Change(((one.degree.start, one.degree.end, new),), one.sentence, _judge_degree(read, one, step))


def _judge_degree(read: ReadWords, one: Statement, new: int) -> ShownBy:
    shown: list[ShownBy] = []
    for other in _find_others(read, one.finding, [one]):
        if other.manner == "denied" or other.degree is None or one.degree is None:
            continue
        near, far = abs(other.degree.step - one.degree.step) <= 1, abs(other.degree.step - new) >= 2
        same = _same_side(one, other) and _same_place(one, other) and other.manner == "stated"
        if far:
            shown.append("text" if same and near else "undecided")
    speaks = read.may_speak_of(one.finding, beside=one.sentence, words=_DEGREE)
    return _join([*shown, "undecided" if speaks else "image"])


def _swap_finding(read: ReadWords, draw: Random) -> Iterator[_Change]:
    for one in read.statements:
        named = "enlarged" not in read.text[one.start : one.end].lower() and one.finding in FINDINGS
        if one.manner == "stated" and named:
            beside = {other.finding for other in read.statements if other.sentence == one.sentence}
            new = draw.choice([finding for finding in FINDINGS if finding not in beside])
            words = _FULL_NAMES.get(new, new)
            shown = _judge_stated(read, new, one._replace(narrowed=frozenset()), [one])
            yield _Change(((one.start, one.end, words),), one.sentence, shown)


def _invent(read: ReadWords, draw: Random) -> Iterator[_Change]:
    spoken = {finding for one in read.statements if one.manner != "denied" for finding in one.covers}
    free = [finding for finding in FINDINGS if finding not in spoken]
    findings = [number for number, one in enumerate(read.sentences) if one.section == "findings"]
    for number in findings[:-1] if free else []:
        new, end = draw.choice(free), read.sentences[number].end
        shown = _judge_stated(read, new, None, [])
        yield _Change(((end, end, f" {draw.choice(_INVENTED[new])}"),), number, shown)


def _change_unit(read: ReadWords, draw: Random) -> Iterator[_Change]:  # noqa: ARG001
    lengths = list(_LENGTH.finditer(read.text))
    for one in lengths:
        number = next(n for n, sentence in enumerate(read.sentences) if one.start() < sentence.end)
        new = {"cm": "mm", "mm": "cm"}[one[4]]
        largest = max(float(value) for value in one.group(1, 2) if value) * (10 if new == "cm" else 1)
        sentence = read.text[read.sentences[number].start : read.sentences[number].end].lower()
        again = any(other.group(1, 2, 4) == one.group(1, 2, 4) for other in lengths if other is not one)
        shown: ShownBy = "image"
        if again or not 1 <= largest <= 300 or (largest > 30 and re.search(r"\bnodules?\b", sentence)):
            shown = "text"
        elif largest > 30 and _ALIKE.search(sentence):
            shown = "undecided"
        yield _Change(((one.start(4), one.end(4), new),), number, shown)


def _judge_stated(read: ReadWords, finding: str, one: Statement | None, beside: list[Statement]) -> ShownBy:
    """Whether the report denies a finding that is stated now."""
    shown: list[ShownBy] = []
    others = _find_others(read, finding, beside)
    for other in others:
        if other.manner == "denied":
            told = one.narrowed if one else frozenset()
            narrower = bool(other.narrowed - told - ({"focal"} if finding == "consolidation" and not one else set()))
            aside = other.side is not None and (one is None or one.side is None or one.side.name != other.side.name)
            shown.append("undecided" if narrower or aside or (one is not None and one.timed) else "text")
        elif other.manner == "unclear":
            shown.append("undecided")
    return _join([*shown, _judge_unread(read, finding, others, one)])


def _judge_denied(read: ReadWords, one: Statement) -> ShownBy:
    """Whether the report states a finding that is denied now."""
    shown: list[ShownBy] = []
    others = _find_others(read, one.finding, [one])
    for other in others:
        if other.manner == "stated":
            whole = one.side is None and not one.both and not one.loose
            sure = not other.timed and (whole or _same_side(one, other))
            shown.append("text" if sure else "undecided")
        elif other.manner == "unclear":
            shown.append("undecided")
    return _join([*shown, _judge_unread(read, one.finding, others, one)])


def _judge_unread(read: ReadWords, finding: str, others: list[Statement], one: Statement | None) -> ShownBy:
    sure = {other.sentence for other in others if other.manner != "unclear"}
    speaks = read.may_speak_of(finding, beside=-1 if one is None else one.sentence, but=sure)
    return "undecided" if speaks else "image"


def _judge_class(read: ReadWords, one: Statement) -> ShownBy:
    """Whether the report says again what a sentence about a class of findings denied before."""
    if one.finding == "heart":
        return _judge_stated(read, "cardiomegaly", one, [one])
    names = {one.finding} | ({"chest"} if one.finding in {"lungs", "pleura"} else set())
    manners = {other.manner for other in read.statements if other is not one and other.finding in names}
    return "text" if "denied" in manners else "undecided" if manners else "image"


def _find_others(read: ReadWords, finding: str, beside: Iterable[Statement]) -> list[Statement]:
    return [other for other in read.statements if finding in other.covers and other not in list(beside)]


def _same_side(one: Statement, other: Statement) -> bool:
    names = (one.side and one.side.name, other.side and other.side.name)
    return names[0] == names[1] and one.both == other.both and not one.loose and not other.loose


def _same_place(one: Statement, other: Statement) -> bool:
    return not one.places or not other.places or bool(one.places & other.places)


def _join(shown: Iterable[ShownBy]) -> ShownBy:
    found = set(shown)
    return "text" if "text" in found else "undecided" if "undecided" in found else "image"


_SITES: Mapping[str, Callable[[ReadWords, Random], Iterator[_Change]]] = {
    "negation": _negate,
    "side": _swap_side,
    "severity": _grade,
    "swapped finding": _swap_finding,
    "invented finding": _invent,
    "unit": _change_unit,
}
KINDS = tuple(_SITES)
"""The kinds of errors that are planted."""

__all__ = ["KINDS", "Planted", "ShownBy", "plant"]
