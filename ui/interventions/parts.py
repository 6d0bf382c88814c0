"""The parts of the page that an intervention changes; what stands open is drawn, the rest is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from thoracite.interventions import Case, name_score
from thoracite.types import Answer, Evidence, Explanation, Finding
from thoracite.ui.drawing import draw_waterfall
from thoracite.ui.interventions.controls import list_controls
from thoracite.ui.interventions.wording import describe_answer
from thoracite.ui.page import make_context, render_part
from thoracite.ui.text import describe_evidence

OTHERS = "others"
"""Name of the evidence that no sentence cites, among what is shown."""

_ALWAYS = ("changes", "claims", "graph", "evidence", "others", "overlay")


class Asked(NamedTuple):
    """What the page asks for.

    Parameters
    ----------
    signs : mapping of str to float, str or None
        Signs that are set, by key.
    without : sequence of str
        What is left out, as the page named it.
    shown : frozenset of str
        CURIEs of the findings whose signs stand open, and ``others``.
    fresh : frozenset of str
        Those of them whose controls are not there yet, or have to be drawn anew.
    """

    signs: Mapping[str, float | Answer | None]
    without: Sequence[str]
    shown: frozenset[str] = frozenset()
    fresh: frozenset[str] = frozenset()


def render_parts(
    case: Case, explanation: Explanation, asked: Asked, *, ranges: Mapping[str, tuple[float, float]]
) -> dict[str, str]:
    """Render the parts of the page, by the name that the page gave them.

    Parameters
    ----------
    case : Case
        The kept reading.
    explanation : Explanation
        As it is now.
    asked : Asked
        What is set, left out and shown.
    ranges : mapping of str to (float, float)
        Of the sliders, by key of the sign.
    """
    height, width = case.radiograph.pixels.shape
    context = make_context(explanation, (width, height), live=case.untouched.image)
    context |= {"assertions": "/assertion/", "show_others": OTHERS in asked.shown, "asked_signs": asked.signs}
    context |= {"asked_items": list(_list_items(case, asked))}
    parts: dict[str, str] = {name: render_part(f"{name}.html", context) for name in _ALWAYS}
    parts |= {
        f"row-{one.entity.id}": render_part("row.html", context | {"finding": one}) for one in context["findings"]
    }
    read = {finding.entity.id: finding for finding in case.untouched.findings}
    for finding in explanation.findings:
        if finding.entity.id in asked.shown and finding.signs:
            parts |= _render_signs(read[finding.entity.id], finding, asked, ranges, context)
    return {name: str(part) for name, part in parts.items()}


def _render_signs(
    read: Finding,
    now: Finding,
    asked: Asked,
    ranges: Mapping[str, tuple[float, float]],
    context: dict[str, Any],
) -> dict[str, str]:
    """Render waterfall and controls of one finding; controls that are there keep standing, and only say what is new."""
    curie = now.entity.id
    parts = {f"waterfall-{curie}": f'<div data-part="waterfall-{curie}">{draw_waterfall(now)}</div>'}
    first, rest = list_controls(read, now, ranges)
    context = context | {"finding": now}
    if curie in asked.fresh:
        return parts | {f"controls-{curie}": render_part("controls.html", context | {"first": first, "rest": rest})}
    return parts | {
        f"said-{curie}-{one.key}": render_part("said.html", context | {"one": one}) for one in (*first, *rest)
    }


def _list_items(case: Case, asked: Asked) -> Iterator[dict[str, str]]:
    """Yield what was asked in words, with what puts it back."""
    questions = {name_score(score): score.sign.question for one in case.untouched.findings for score in one.signs}
    for key, answer in asked.signs.items():
        yield {"words": f"{questions.get(key, key)} {describe_answer(answer)}", "sign": key, "word": ""}
    known = {piece.key: piece for piece in case.untouched.evidence}
    for word in asked.without:
        yield {"words": f"{_describe(word, known.get(word))} left out", "sign": "", "word": word}


def _describe(word: str, piece: Evidence | None) -> str:
    return word if piece is None else f"{word}: {describe_evidence(piece)}"


__all__ = ["OTHERS", "Asked", "render_parts"]
