"""Answers set apart from what they answer, as forms give them: "Opacity, right upper zone: NO", "[ ] yes [x] no".

Examples
--------
>>> mark_answers("Right apical cap: NO (0.04)")
'Right apical cap; verdict-no; (0.04)'
>>> cap, answer = [Item("side", "right"), Item("yes", "cap")], [Item("verdict", "verdict-no")]
>>> [[item.text for item in piece] for piece in apply_answers([cap, answer]).pieces]
[['not', 'right', 'cap']]
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from thoracite.generation.signs.settling import POLAR, Item
from thoracite.generation.signs.shared import EXISTENCE
from thoracite.types import Answer

_NO = r"(?:no|n|nope|nil|negative|neg|false|untrue|not (?:so|true|the case|met|fulfilled)|excluded|ruled out)"
_NONE = r"(?:none|absent|not any)"
_YES = r"(?:yes|y|positive|pos|true|affirmative|confirmed|met|fulfilled|the case)"
_SEEN = (
    r"(?:seen|present|detected|found|shown|visible|identified|demonstrated|observed|noted|reported|recorded|evident|"
    r"apparent|established|demonstrable|detectable|recogni[sz]able|discernible)"
)
_TITLE = (
    r"(?:(?:the )?(?:(?:overall|final|model|network|reader's?|my|our|short|automatic) )?(?:result|answer|verdict|"
    r"status|conclusion|assessment|response|outcome|reply|decision|call|flag|box)s?(?: (?:here|given|ticked))?"
    r"(?: ?(?:is|was|=|:|-|–|reads?))+ ?)"
)
_ANSWER = re.compile(
    rf"(?:(?:[:;=?–—]|\.(?!\d)| - |\]) ?|^ ?)(?:{_TITLE})?[\"“'*]*(?:(?P<no>{_NO})|(?P<none>{_NONE})|(?P<yes>{_YES})|"
    rf"(?P<unseen>(?:not|non-?) ?{_SEEN})|(?P<seen>{_SEEN}))"
    r"[\"”'*]*(?= ?(?:$|[;:,.(–—!\[]|- ))",
    re.IGNORECASE,
)
_BOXED = r"(?:yes|no|y|n|present|absent|not present|none|seen|positive|negative|true|false)"
_BOX, _EMPTY, _CROSS = r"[\[(] ?[xX✓✔*]? ?[\])]", r"[\[(] ?[\])]", r"[\[(] ?[xX✓✔*] ?[\])]"
_BOX_FIRST = re.compile(rf"{_BOX} ?{_BOXED}\b", re.IGNORECASE)
_BOX_LAST = re.compile(rf"\b{_BOXED} ?{_BOX}", re.IGNORECASE)
_DOTS = re.compile(r" ?(?:\.{2,}|…|_{2,}) ?")
_BULLET = re.compile(r"^\s*(?:[-–—•*·>]+|\d{1,2}[.)](?!\d)|\(?[a-z]\))\s+")
_ASKING = re.compile(
    r"\b(?:whether|(?:ask|look|search|hunt|check|test|scan)\w* (?:\w+ ){0,4}?(?:if|for)|expects?|would (?:be|mean))\b",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    r"(?:[,;:.–—] ?(?:(?:and|but|yet|then|here|on this (?:film|image)) )*|\b(?:and|but|yet) (?:then )?(?:here )?)"
    r"(?:(?:the answer is|the reply is) no|you (?:will |can |would )?find none|there (?:is|are|was|were) none|"
    r"(?:it|they|this|that|these|those|(?:this|the) (?:heart|film|image|one|lungs?|chest|case|patient)) "
    r"(?:is|are|does|do|did|was|were|has|have|can)(?: not|n't)(?: (?:so|the case|do so|here|(?:have|show) (?:them|it|"
    r"one|any)))*)(?= ?(?:$|[.,;:(]))",
    re.IGNORECASE,
)


_KEPT = frozenset({"seen", "unseen"})
_VERBS = frozenset({
    "is", "are", "was", "were", "has", "have", "had", "can", "could", "shows", "show", "lies", "lie", "looks", "look",
    "appears", "appear", "there", "reaches", "stands", "sits", "seems", "remains", "does", "do",
})  # fmt: skip


class Answered(NamedTuple):
    """Pieces whose headings are answered, and answers that stand for themselves."""

    pieces: list[list[Item]]
    said: tuple[Answer, ...]


def mark_answers(text: str) -> str:
    """Write answers that stand by themselves in one way.

    Parameters
    ----------
    text : str
        Without citations.
    """
    text = _BULLET.sub("", text)
    text = _DOTS.sub(": ", text).strip(": ")
    text = _tick(text)
    if (asked := _ASKING.search(text)) is not None:
        spoken = _SPOKEN.search(text, asked.end())
        if spoken is not None:
            text = f"{text[: spoken.start()]}; verdict-no; {text[spoken.end() :]}"
    return re.sub(r" +", " ", _ANSWER.sub(_write, text)).strip()


def _tick(text: str) -> str:
    """Keep of boxes to tick the answer that is ticked."""
    first, last = _BOX_FIRST.search(text), _BOX_LAST.search(text)
    if first is None and last is None:
        return text
    leads = last is None or (first is not None and first.start() <= last.start())
    order = "{box} ?({said})\\b" if leads else "\\b({said}) ?{box}"
    text = re.sub(order.format(box=_EMPTY, said=_BOXED), " ", text, flags=re.IGNORECASE)
    text = re.sub(order.format(box=_CROSS, said=_BOXED), r": \1 ", text, flags=re.IGNORECASE)
    return re.sub(r" ?:(?: ?:)* ?", ": ", " ".join(text.split()))


def _write(match: re.Match[str]) -> str:
    kind = next(kind for kind, said in match.groupdict().items() if said)
    return f"; verdict-{kind}{f' {match[kind]}' if kind in _KEPT else ''}; "


def apply_answers(pieces: Sequence[Sequence[Item]]) -> Answered:
    """Deny the headings that are answered no; an answer without a heading says it of what is asked.

    Parameters
    ----------
    pieces : sequence of sequence of Item
        In reading order.
    """
    read: list[list[Item]] = []
    said: list[Answer] = []
    for piece in pieces:
        if not piece or piece[0].kind != "verdict":
            read.append(list(piece))
            continue
        word = piece[0].text.removeprefix("verdict-")
        heading = next((at for at in range(len(read) - 1, -1, -1) if _says(read[at], firmly=word in _KEPT)), None)
        if heading is not None:
            read[heading] = [*([] if word in {"yes", "seen"} else [Item("negation", "not")]), *read[heading]]
        elif word in _KEPT:
            read[-1:] = [[*(read[-1] if read else ()), *piece[1:]]]
        elif word == "none":
            read[-1:] = [[*(read[-1] if read else ()), Item("negation", "absent")]]
        else:
            said.append("yes" if word == "yes" else "no")
    return Answered(read, tuple(said))


def _says(piece: Sequence[Item], *, firmly: bool) -> bool:
    """Tell whether a piece can be answered: it states something, and, for "seen", is a heading without a verb."""
    if firmly and any(item.text in _VERBS for item in piece):
        return False
    told = [item for item in piece if item.kind in POLAR | {"up", "down", "exceeded"}]
    return any(not firmly or EXISTENCE.fullmatch(item.text) is None for item in told)


__all__ = ["Answered", "apply_answers", "mark_answers"]
