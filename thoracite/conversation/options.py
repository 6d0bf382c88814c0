"""What would change a finding: each sign of it set to either end of what it can add."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from thoracite.conversation.reply import Option
from thoracite.interventions import Case, name_score
from thoracite.pipeline import Explainer
from thoracite.types import Explanation, Finding, SignScore

MOST = 3
"""Most signs that are told."""

_LEAST = 0.02
"""Least change of log-odds that is told."""


def find_options(
    explainer: Explainer, case: Case, explanation: Explanation, finding: Finding, say: Callable[[Explanation], str]
) -> list[Option]:
    """Find the signs that would move a finding most; those that would change its verdict first.

    Parameters
    ----------
    explainer : Explainer
        That read the case.
    case : Case
        Its reading is not changed.
    explanation : Explanation
        As it stands now; signs that are set in it stay set.
    finding : Finding
        One of its findings.
    say : callable
        Explanation → verified sentence about the finding, empty where there is none.

    Returns
    -------
    list of Option
        None for an encoder that reads no signs.
    """
    best: dict[str, Option] = {}
    for option in _try_all(explainer, case, explanation, finding):
        if option.sign not in best or _rate(option) > _rate(best[option.sign]):
            best[option.sign] = option
    first = sorted(best.values(), key=_rate, reverse=True)[:MOST]
    return [_complete(explainer, case, explanation, option, say) for option in first]


def _rate(option: Option) -> tuple[bool, float]:
    return option.verdict_before != option.verdict_after, abs(option.after - option.before)


def _try_all(explainer: Explainer, case: Case, explanation: Explanation, finding: Finding) -> Iterator[Option]:
    from thoracite.vision.encoder import SignEncoder

    encoder = explainer.retriever.encoder
    if not isinstance(encoder, SignEncoder):
        return
    ranges = encoder.find_ranges(case.reading)
    now = {} if explanation.changes is None else dict(explanation.changes.signs)
    for score in finding.signs:
        key = name_score(score)
        if not score.valid or key not in ranges:
            continue
        for value in ranges[key]:
            moved = encoder.set_signs(case.reading, now | {key: value}).findings
            after = next(one for one in moved if one.entity.id == finding.entity.id)
            if abs(after.log_odds - finding.log_odds) >= _LEAST:
                yield _describe(score, value, finding, after)


def _describe(score: SignScore, value: float, before: Finding, after: Finding) -> Option:
    key = name_score(score)
    moved = next(one for one in after.signs if name_score(one) == key)
    return Option(
        sign=key,
        question=score.sign.question,
        value=value,
        unit="probability" if score.sign.kind == "learned" else score.unit,
        answer=moved.answer or "",
        finding=before.entity,
        before=before.probability,
        after=after.probability,
        verdict_before=before.verdict,
        verdict_after=after.verdict,
    )


def _complete(
    explainer: Explainer, case: Case, explanation: Explanation, option: Option, say: Callable[[Explanation], str]
) -> Option:
    """Add the sentence that would be said then."""
    asked = explanation.changes
    signs = {} if asked is None else dict(asked.signs)
    changed = explainer.intervene(
        case, signs=signs | {option.sign: option.value}, without=() if asked is None else asked.without
    )
    return option.model_copy(update={"sentence": say(changed)})


__all__ = ["MOST", "find_options"]
