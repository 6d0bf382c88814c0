"""What else an image could show: diagnoses ranked by its signs."""

from __future__ import annotations

from collections.abc import Iterable

from thoracite.kg.ties import find_family
from thoracite.retrieval.diagnosis.differential import MOST, Differential, rank_diagnoses
from thoracite.retrieval.diagnosis.likelihood import SignTable
from thoracite.types import Evidence, Explanation
from thoracite.types.verdict import ASSERTED, OUTSTANDING

_LEAST, _RANKED = 0.1, 60
"""Least log-odds of a sign that is taken, and how many diagnoses are ranked before those that are said are left out."""


def list_strong(explanation: Explanation) -> list[Evidence]:
    """List the signs of an image that say much about one of its findings."""
    signs = (one for one in explanation.evidence if one.sign is not None)
    return [one for one in signs if one.sign is not None and one.sign.valid and abs(one.sign.log_odds) >= _LEAST]


def rank_others(table: SignTable, explanation: Explanation, *, beyond: bool = True) -> Differential:
    """Rank diagnoses by the strong signs of an image and the findings that stand out in it.

    Parameters
    ----------
    table : SignTable
        Of the graph.
    explanation : Explanation
        Of the image.
    beyond : bool
        Whether diagnoses that the explanation already says, or kinds of them, are left out.
    """
    known = {**table.signs, **table.diagnoses}
    answers = _read_answers(list_strong(explanation))
    present, absent = (
        [known[one] for one, said in answers.items() if said == word and one in known] for word in ("yes", "no")
    )
    present += [one.entity for one in explanation.findings if one.verdict in OUTSTANDING and one.entity.id in known]
    found = rank_diagnoses(
        table, dict.fromkeys(present), dict.fromkeys(absent), view=explanation.view, k=_RANKED if beyond else MOST
    )
    if not beyond:
        return found
    said = {kin for one in explanation.findings if one.verdict in ASSERTED for kin in find_family(one.entity.id)}
    left = tuple(one for one in found.diagnoses if one.entity.id not in said)[:MOST]
    separating = found.separating
    if separating is not None and {separating.favours.id, separating.over.id} != {one.entity.id for one in left[:2]}:
        separating = None  # it tells two apart that are said already
    return found.model_copy(update={"diagnoses": left, "separating": separating})


def _read_answers(signs: Iterable[Evidence]) -> dict[str, str]:
    """Return the answer by concept; what is there on one side is there."""
    answers: dict[str, str] = {}
    for one in signs:
        if one.sign is not None and one.sign.answer and answers.get(one.sign.sign.entity.id) != "yes":
            answers[one.sign.sign.entity.id] = one.sign.answer
    return answers


__all__ = ["list_strong", "rank_others"]
