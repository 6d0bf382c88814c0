"""A sentence about signs cut into what it says of the image and what it draws from the graph.

Examples
--------
>>> for part in cut_parts("The right angle is blunt [E1], a sign of effusion [E2]."):
...     print(part)
Part(text='The right angle is blunt', keys=('E1',))
Part(text=', a sign of effusion', keys=('E2',))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from thoracite.generation.clauses import Mention
from thoracite.types import CITATION, Entity

_GROUP = re.compile(rf"(?:\s*{CITATION.pattern})+")
_FOR = (
    r"(?:signs?|features?|hallmarks?|markers?|indicators?|findings?|clues?|evidence|pointers?|"
    r"manifestations?) (?:of|for)|"
    r"suggest(?:s|ing|ive of)?|speak(?:s|ing)? for|point(?:s|ing)? (?:to|towards?)|supports?|supporting|supportive of|"
    r"in support of|favou?r(?:s|ing)?|in favou?r of|consistent with|compatible with|in keeping with|fits?(?: with)?|"
    r"fitting|indicat(?:es?|ing|ive of)|typical (?:of|for)|characteristic (?:of|for)|seen (?:in|with)|found in|"
    r"expected (?:in|of|with|from)|rais(?:es?|ing) (?:the )?(?:suspicion|likelihood|probability|odds|chance|"
    r"possibility) of|"
    r"count(?:s|ing)? (?:for|towards?)|argu(?:es?|ing) for|in line with|goes with|raises?"
)
_AGAINST = (
    r"(?:(?:argu(?:es?|ing)|speak(?:s|ing)?|count(?:s|ing)?|weigh(?:s|ing)?|evidence|points?|signs?|stands?|"
    r"tells?) )?against|"
    r"lower(?:s|ing)? (?:the )?(?:suspicion|likelihood|probability|odds|chance|possibility) of"
)
_LEAD = (
    r"(?:(?:(?:do|does|did|is|are|was|were|can|would|may|might|could|should|will|has|have|had)(?: not|n't)?|cannot|not|"
    r"never|no|hardly|neither|nor|an?|the|one|another|its|radiographic|radiological|classic(?:al)?|typical|common|"
    r"known|"
    r"important|useful|direct|indirect|also|thus|therefore|hence|be|been|as|good|usual|supporting|itself|clearly|so|"
    r"recogni[sz]ed|to|in|well|rather|which|that|this|these|and|it|they|expected|scarcely|rarely)\s)*"
)
_STANCE = re.compile(rf"(?<![\w-])(?P<lead>{_LEAD})(?:(?P<against>{_AGAINST})|(?P<for>{_FOR}))(?![\w-])", re.IGNORECASE)
_MAKES = re.compile(r"(?<![\w-])(?P<lead>" + _LEAD + r")mak(?:es?|ing) (?:an? |the )?$", re.IGNORECASE)
_GRADED = re.compile(
    r"(?: (?:on|in) (?:an? )?[\w-]+ (?:films?|radiographs?|images?|patients?|position))?"
    r"\s*(?:(?:is|are|becomes?|seems?|looks?) )?(?:therefore |thus |hence |then |made )?"
    r"(?:(?P<against>less likely(?: by)?|unlikely|improbable|less probable|(?:opposed|contradicted|argued against|"
    r"made less likely) by)"
    r"|(?P<for>more likely(?: by)?|more probable|likelier|likely|(?:supported|favou?red|suggested|indicated|"
    r"made (?:more )?likely)"
    r"(?: by)?))\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\s*(?:(?:an?|the|any|some|such|possible|underlying|left|right|bilateral|left-sided|right-sided|presence of|"
    r"kind of|form "
    r"of)\s)*",
    re.IGNORECASE,
)
_KIND = re.compile(r",? (?:which is |itself )?(?:an?|one) (?:kind|form|type|sort) of (?:an? |the )?$", re.IGNORECASE)
_KIND_BEHIND = re.compile(r",? of which (?:an? |the )?$", re.IGNORECASE)
_IS_KIND = re.compile(r" (?:is|are) (?:an?|one) (?:kind|form|type|sort)\b", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:not|no|never|cannot|hardly|neither|nor|scarcely|rarely|\w+n't)\b", re.IGNORECASE)
_END = re.compile(
    r"[;:.]|,(?! (?:which is|itself|a (?:kind|form|type|sort)|of which))|\b(?:but|while|whereas|"
    r"because|since|given)\b|$"
)
_START = re.compile(r"[;:,()–—]|\b(?:and|but|while|whereas|because|since|so)\b", re.IGNORECASE)


class Part(NamedTuple):
    """Text up to a group of citations, and the keys that close it."""

    text: str
    keys: tuple[str, ...]


class Drawn(NamedTuple):
    """What a sentence draws from a fact.

    Parameters
    ----------
    subject : str
        Words before it in the same clause: the sign, or nothing.
    stance : str
        ``for`` or ``against``.
    negated, strong : bool
        Whether it is denied, or put as "would".
    finding : Entity
        The finding that it speaks for or against.
    wider : Entity or None
        What the finding is called a kind of, or what is called a kind of it.
    rest : str
        Words behind it: the terms.
    would : bool
        Whether it says what the sign would be, or is in general.
    """

    subject: str
    stance: Literal["for", "against"]
    negated: bool
    finding: Entity
    wider: Entity | None
    rest: str
    would: bool


def cut_parts(sentence: str) -> list[Part]:
    """Cut a sentence behind each group of citations; words behind the last belong to the last."""
    parts, at = [], 0
    for match in _GROUP.finditer(sentence):
        parts.append(Part(sentence[at : match.start()], tuple(CITATION.findall(match.group()))))
        at = match.end()
    rest = sentence[at:]
    if parts and re.search(r"\w", rest):
        parts[-1] = parts[-1]._replace(text=parts[-1].text + rest)
    return parts


def read_drawn(text: str, find: Callable[[str], Sequence[Mention]]) -> tuple[list[str], list[Drawn]]:
    """Read what a text draws from facts, and return what is left of it.

    Parameters
    ----------
    text : str
        The text of one part.
    find : callable
        Finds the findings that a text names, signs left out.

    Returns
    -------
    list of str
        What it says besides.
    list of Drawn
        In reading order.
    """
    mentions = list(find(text))
    drawn, left, at = [], [], 0
    for span, one in _find_drawn(text, mentions):
        if span[0] < at:
            continue
        left.append(text[at : span[0]])
        drawn.append(one)
        at = span[1]
    left.append(text[at:])
    return [words for words in left if re.search(r"\w", words)], drawn


def _find_drawn(text: str, mentions: Sequence[Mention]) -> Iterator[tuple[tuple[int, int], Drawn]]:
    """Find each finding that a phrase of stance leads to, with the place of all that belongs to it."""
    skipped = -1
    for number, mention in enumerate(mentions):
        if mention.start < skipped:
            continue
        found = _find_stance(text, mention)
        if found is None:
            continue
        begin, end, stance, lead = found
        end = max(end, mention.end)
        wider, end = _find_wider(text, end, mentions[number + 1 :])
        stop = _END.search(text, end)
        close = end if text[:end].endswith(" by") else len(text) if stop is None else stop.start()
        start = max((match.end() for match in _START.finditer(text, 0, begin)), default=0)
        subject = text[start:begin]
        would = bool(re.search(r"\b(?:would|expected)\b", lead)) or stance[1] != "claims"
        yield (
            (start, close),
            Drawn(subject, stance[0], bool(_NEGATION.search(lead)), mention.entity, wider, text[end:close], would),
        )
        skipped = close


def _find_stance(text: str, mention: Mention) -> tuple[int, int, tuple[Literal["for", "against"], str], str] | None:
    """Find the phrase that leads to a finding, or grades it: where it begins and ends, what it says, and its lead."""
    for match in _STANCE.finditer(text, 0, mention.start):
        if match.end() <= mention.start and _BETWEEN.fullmatch(text, match.end(), mention.start):
            stance: Literal["for", "against"] = "against" if match["against"] else "for"
            general = re.search(r"\b(?:of|in|with|expected)\b", match["for"] or "")
            return match.start(), mention.start, (stance, "general" if general else "claims"), match["lead"]
    graded = _GRADED.match(text, mention.end)
    if graded is None:
        return None
    begin = re.search(r"(?:\b(?:an?|the|so|thus|therefore|hence)\s)*$", text[: mention.start])
    made = _MAKES.search(text[: mention.start])
    start = made.start() if made else begin.start() if begin else mention.start
    lead = made["lead"] if made else ""
    return start, graded.end(), ("against" if graded["against"] else "for", "claims"), lead


def _find_wider(text: str, end: int, mentions: Sequence[Mention]) -> tuple[Entity | None, int]:
    """Find what a finding is called a kind of behind it, or what is called a kind of it."""
    for mention in mentions[:1]:
        if _KIND.fullmatch(text[end : mention.start]):
            return mention.entity, mention.end
        behind = _IS_KIND.match(text, mention.end)
        if behind is not None and _KIND_BEHIND.fullmatch(text[end : mention.start]):
            return mention.entity, behind.end()
    return None, end


__all__ = ["Drawn", "Part", "cut_parts", "read_drawn"]
