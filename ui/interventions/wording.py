"""What an intervention changed, in words; terminal and page share them."""

from __future__ import annotations

from collections.abc import Sequence

from thoracite.types import Answer, Changes, FindingChange

TOLD = 0.05
"""Least change of log-odds that has a line; smaller ones are counted."""


def describe_asked(changes: Changes) -> str:
    """Name what was set and what was left out.

    Examples
    --------
    >>> describe_asked(Changes(signs={"thx:perihilar_haze bilateral": None, "thx:apical_cap left": "yes"}))
    'thx:perihilar_haze bilateral taken away; thx:apical_cap left set to yes'
    """
    signs = [f"{key} {describe_answer(answer)}" for key, answer in changes.signs.items()]
    return "; ".join(signs + [f"{word} left out" for word in changes.without])


def describe_answer(answer: float | Answer | None) -> str:
    """Say what a sign was set to.

    Examples
    --------
    >>> [describe_answer(answer) for answer in ("yes", 0.158911796, None)]
    ['set to yes', 'set to 0.159', 'taken away']
    """
    if answer is None:
        return "taken away"
    return f"set to {answer}" if isinstance(answer, str) else f"set to {answer:.3g}"


def list_asked(changes: Changes) -> list[dict[str, str]]:
    """List what was set and left out, one by one: in ``words``, with the ``sign`` or the ``word`` that asked for it."""
    signs = [
        {"words": describe_asked(Changes(signs={key: answer})), "sign": key, "word": ""}
        for key, answer in changes.signs.items()
    ]
    return signs + [{"words": f"{word} left out", "sign": "", "word": word} for word in changes.without]


def list_hidden(changes: Changes) -> list[tuple[float, ...]]:
    """List the boxes that were hidden: x0, y0, x1, y1 in pixels.

    Examples
    --------
    >>> list_hidden(Changes(without=("1,2,3,4", "thx:a thx:b thx:c")))
    [(1.0, 2.0, 3.0, 4.0)]
    """
    return [tuple(map(float, word.split(","))) for word in changes.without if ":" not in word]


def describe_verdicts(change: FindingChange) -> str:
    """Return the verdict before and after, or the one that stays."""
    if change.verdict_before == change.verdict_after:
        return change.verdict_after
    return f"{change.verdict_before} → {change.verdict_after}"


def select_moved(changes: Changes) -> tuple[Sequence[FindingChange], str]:
    """Return the findings that are told, and a clause that counts the others; empty where there are none.

    A finding is told that moved by :data:`TOLD`, or whose verdict changed.
    """
    told = [one for one in changes.findings if abs(one.log_odds) >= TOLD or one.verdict_before != one.verdict_after]
    left = len(changes.findings) - len(told)
    others = "1 other finding moves" if left == 1 else f"{left} other findings move"
    return told, f"{others} by less than {TOLD} in log-odds" if left else ""


def list_rows(changes: Changes) -> list[list[str]]:
    """List the findings that are told: label, probability before and after, difference, verdict."""
    return [
        [
            one.finding.label,
            f"{one.before:.3f} → {one.after:.3f}",
            f"log-odds {one.log_odds:+.2f}",
            describe_verdicts(one),
        ]
        for one in select_moved(changes)[0]
    ]


def summarize(changes: Changes) -> str:
    """Summarize the changes in a sentence that can be read aloud: the first findings, and how many sentences.

    Examples
    --------
    >>> summarize(Changes(removed=("It is hazy [E1].",)))
    'No probability changes. 1 gone and 0 new of the sentences.'
    """
    rows = [f"{row[0]} {row[1].replace('→', 'to')}" for row in list_rows(changes)[:3]]
    moved = ", ".join(rows) or "No probability changes"
    return f"{moved}. {len(changes.removed)} gone and {len(changes.added)} new of the sentences."


def list_lines(changes: Changes) -> list[str]:
    """List sentences that went and came, and the notes; one line where nothing changed."""
    lines = [f"gone: {sentence}" for sentence in changes.removed]
    lines += [f"new: {sentence}" for sentence in changes.added]
    others = select_moved(changes)[1]
    lines += [f"{others}."] if others else []
    lines += changes.notes
    return lines if lines or changes.findings else ["Nothing changes."]


__all__ = [
    "TOLD",
    "describe_answer",
    "describe_asked",
    "describe_verdicts",
    "list_asked",
    "list_hidden",
    "list_lines",
    "list_rows",
    "select_moved",
    "summarize",
]
