"""What a question about an explanation asks: its intent by cue words, its concept by linking.

There is no language model here: what the cue words do not tell is not understood, and the answer says so.

Examples
--------
>>> from thoracite.kg.linking.linker import Linker
>>> link = Linker().link
>>> [read_question(text, link=link).intent for text in ("Why not pneumonia?", "What else is there?", "How old is he?")]
['why not', 'else', 'unknown']
>>> [entity.label for entity in read_question("why is there no pneumothorax?", link=link).about]
['pneumothorax']
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from thoracite.kg.linking.mentions import Link
from thoracite.types import Entity, Explanation
from thoracite.types.verdict import ASSERTED, find_rank

Intent = Literal["why", "why not", "change", "sources", "else", "state", "unknown"]
"""What is asked for: reasons for or against a finding, what would change it, sources, other diagnoses, a verdict."""

LONGEST = 300
"""Longest question, in characters."""

_CUES: tuple[tuple[Intent, tuple[str, ...]], ...] = (
    ("else", (
        r"\b(?:what|anything|something) else\b", r"\bdifferential\b", r"\balternativ\w+\b",
        r"\bother (?:diagnos\w+|causes?|possibilit\w+)\b",
    )),
    ("change", (
        r"\b(?:chang\w+|overturn\w*|revers\w+|settle\w*|tip\w*|convinc\w+)\b", r"\bwhat (?:would|could|if)\b",
        r"\bhow (?:sure|robust|stable)\b",
    )),
    ("sources", (
        r"\b(?:sources?|references?|citations?|literature|textbooks?|papers?|licen[cs]es?)\b", r"\bwho says\b",
        r"\bsays who\b", r"\bwhere (?:does|do|is|are) .{0,40}\bfrom\b",
    )),
    ("why not", (
        r"\bwhy (?:not|no|isn'?t|is(?: it| this| there)? (?:not|no))\b", r"\bagainst\b", r"\brul\w+ out\b",
        r"\bwhy .{0,60}\b(?:not|no|unlikely|absent|denied|undecided)\b", r"\bexclud\w+\b",
    )),
    ("why", (
        r"\bwhy\b", r"\bhow come\b", r"\bwhat (?:speaks?|argues?|is) for\b", r"\bhow do you know\b",
        r"\b(?:reason|evidence|explain|grounds)\w*\b",
    )),
    ("state", (
        r"^\W*(?:is|are|does|do|could|can|has|have|was)\b", r"\bhow (?:likely|probable|certain)\b",
        r"\bprobabilit\w+\b", r"\bany\b", r"\bwhat (?:about|is shown|does it show)\b",
    )),
)  # fmt: skip
"""Cue words of each intent, in the order in which they are looked for: "what else speaks against it" asks for more."""

_PATTERNS = tuple((intent, re.compile("|".join(cues), re.IGNORECASE)) for intent, cues in _CUES)

_PHRASE = 6
"""Most words of a concept's name in a question."""


class Question(NamedTuple):
    """A question as it was understood.

    Parameters
    ----------
    intent : str
        What is asked; ``unknown`` where no cue word tells it.
    about : tuple of Entity
        Concepts that it names, in their order.
    """

    intent: Intent
    about: tuple[Entity, ...] = ()


def read_question(text: str, *, link: Link) -> Question:
    """Read a question.

    Parameters
    ----------
    text : str
        In plain English.
    link : callable
        Phrase → concept or None, such as ``Linker.link``.
    """
    about = tuple(dict.fromkeys(_find_concepts(text, link)))
    intent = next((intent for intent, cue in _PATTERNS if cue.search(text)), None)
    if intent is None:
        intent = "state" if about else "unknown"
    return Question(intent, about)


def _find_concepts(text: str, link: Link) -> list[Entity]:
    """Find the longest phrases that name findings, signs or diseases."""
    words = re.findall(r"[A-Za-z][\w'-]*", text)
    found, start = [], 0
    while start < len(words):
        for end in range(min(len(words), start + _PHRASE), start, -1):
            entity = link(" ".join(words[start:end]))
            if entity is not None and entity.kind in {"finding", "sign", "disease"}:
                found.append(entity)
                start = end
                break
        else:
            start += 1
    return found


def suggest_questions(explanation: Explanation) -> list[str]:
    """Suggest questions that the evidence of an explanation can answer.

    Parameters
    ----------
    explanation : Explanation
        Released or withheld.
    """
    ranked = sorted(explanation.findings, key=find_rank)
    shown = [finding.entity.label for finding in ranked if finding.verdict in ASSERTED]
    left = [finding.entity for finding in ranked if finding.verdict not in ASSERTED]
    first = next((one.label for one in left if one.id in {"thx:pneumonia", "thx:pneumothorax"}), None)
    denied = first or next((one.label for one in left), None)
    asked = [f"Why {shown[0]}?"] if shown else []
    asked += [f"Why not {denied}?"] if denied else []
    return [*asked, "What would change this?", "What else could it be?", "Show me the sources"]


__all__ = ["LONGEST", "Intent", "Question", "read_question", "suggest_questions"]
