"""Sentences that name several findings of one verdict together.

Examples
--------
>>> from thoracite.types import Entity, Evidence
>>> read = [("emphysema", 0.01, "definitely absent"), ("pneumonia", 0.03, "uncertain")]
>>> findings = [
...     Finding(entity=Entity(id=f"thx:{name}", label=name), probability=p, prior=0.03, certainty=certainty)
...     for name, p, certainty in read
... ]
>>> evidence = [
...     Evidence(key=f"E{n}", kind="finding", score=one.probability, about=one.entity, finding=one)
...     for n, one in enumerate(findings, 1)
... ]
>>> for part in next(write_quietly(CitedFindings(findings, evidence))).split("; "):
...     print(part)
nothing stands out
there is no sign of emphysema (0.33 times its usual odds) [E1]
this image does not decide on pneumonia (1 times its usual odds) [E2].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from thoracite.generation.cited_findings import CitedFindings
from thoracite.generation.others import count_others
from thoracite.generation.phrases import (
    join_words,
    name_indefinite,
    state_most,
    state_numbers,
    state_place,
    state_range,
    verb,
)
from thoracite.generation.signs.sentences import is_mostly_unmeasured, state_own_reading
from thoracite.types import Finding

_QUIET, _UNCLEAR = "nothing stands out; ", "nothing stands out clearly; "
"""Opens an explanation of an image in which nothing is likely or suspected: of this reading, not of the patient.
Where something is possible, it is said not to be clear."""

_MOST = 3
"""Most sentences where nothing stands out."""

_NAMED = 4
"""Most undecided findings that are named where there are more of them; the others are counted."""

_IN_FULL = 3
"""Most findings named with numbers of their own in one sentence; where two or more are left, they share a range."""

_SURE = 0.9
"""From this calibrated probability on a finding whose prior is not known is called present."""


def observe(cited: CitedFindings, finding: Finding) -> str:
    """Write the verdict on one finding, with its side and place where the image evidence has them."""
    side, place = state_place(finding)
    subject = name_indefinite(finding.entity, side)
    surely = finding.verdict == "likely" and finding.prior is None and finding.calibrated
    word = "present" if surely and finding.probability >= _SURE else finding.verdict
    keys = cited.cite([finding], "finding", "region") if side or place else cited.cite([finding])
    where = f" {place}" if place else ""
    return f"{subject} {verb(finding.entity)} {word}{where} ({state_numbers(finding)}) {keys}."


def name_others(cited: CitedFindings, findings: Sequence[Finding]) -> Iterator[str]:
    """Write one sentence for each verdict on findings that are only named, the surest first."""
    for verdict in dict.fromkeys(finding.verdict for finding in findings):
        same = [finding for finding in findings if finding.verdict == verdict]
        full, brief = _split(same)
        are = "are" if len(full) > 1 else verb(full[0].entity)
        also = [f"also {verdict} {are} {join_words([_name(cited, finding) for finding in full])}."]
        yield from join_clauses([*also, *_name_together(cited, brief)])


def _split(findings: Sequence[Finding]) -> tuple[Sequence[Finding], Sequence[Finding]]:
    """Split findings of one verdict into those with numbers of their own and those that share a range."""
    many = len(findings) > _IN_FULL + 1 and all(finding.prior is not None for finding in findings)
    at = _IN_FULL if many else len(findings)
    return findings[:at], findings[at:]


def _name_together(cited: CitedFindings, findings: Sequence[Finding]) -> Iterator[str]:
    """Write a clause that names several findings of one verdict and the range of their odds; none of none."""
    if findings:
        named = join_words([name_indefinite(finding.entity) for finding in findings])
        yield f"also {findings[0].verdict} are {named} ({state_range(findings)}) {cited.cite(findings)}."


def write_quietly(cited: CitedFindings, told: Iterable[str] = ()) -> Iterator[str]:
    """Write at most three sentences of an image in which nothing stands out, and say so first.

    The first names what is possible, the second tells a sign, the third names the other findings. Where nothing is
    possible, the first names all findings, and two signs are told.

    Parameters
    ----------
    cited : CitedFindings
        All findings of the image, with their evidence.
    told : iterable of str
        Sentences about signs, the most telling first.
    """
    first, rest = list(_name_possible(cited)), [*leave_undecided(cited), *deny(cited)]
    if not first:
        first, rest = list(join_clauses([*deny(cited), *leave_undecided(cited)])), []
    last = list(join_clauses(rest))
    for number, sentence in enumerate([*first, *list(told)[: _MOST - len(first) - len(last)], *last]):
        yield sentence if number else f"{_UNCLEAR if cited.asserted else _QUIET}{sentence}"


def close(cited: CitedFindings) -> Iterator[str]:
    """Write one sentence about the findings that the image does not decide on, and those that are unlikely."""
    yield from join_clauses([*leave_undecided(cited), *deny(cited)])


def join_clauses(sentences: Sequence[str]) -> Iterator[str]:
    """Join sentences with semicolons to one; none to none."""
    if sentences:
        yield f"{'; '.join(sentence.removesuffix('.') for sentence in sentences)}."


def _name_possible(cited: CitedFindings) -> Iterator[str]:
    if len(cited.asserted) == 1:
        alone = state_own_reading(cited.asserted[0])
        yield f"{observe(cited, cited.asserted[0]).removesuffix('.')}{alone}."
    elif cited.asserted:
        full, brief = _split(cited.asserted)
        named = [f"{join_words([_name(cited, finding) for finding in full])} are possible."]
        yield from join_clauses([*named, *_name_together(cited, brief)])


def _name(cited: CitedFindings, finding: Finding) -> str:
    return f"{name_indefinite(finding.entity)} ({state_numbers(finding)}) {cited.cite([finding])}"


def leave_undecided(cited: CitedFindings) -> Iterator[str]:
    """Write which findings the image does not decide on; they are neither asserted nor denied.

    Of more than four the four with the highest likelihood ratio are named, and the others counted; all are cited.
    """
    if left := cited.undecided:
        labels = [finding.entity.label for finding in left]
        named = join_words(labels, "or") if len(left) <= _NAMED else count_others(labels[:_NAMED], len(left) - _NAMED)
        yield f"this image does not decide on {named} ({state_range(left)}) {cited.cite(left)}."


def deny(cited: CitedFindings) -> Iterator[str]:
    """Write the unlikely findings in one sentence; those whose prior is not known by their highest probability.

    Where most signs could not be measured, they are called unlikely: that no sign of them was seen would say too much.
    """
    known = [finding for finding in cited.denied if finding.prior is not None]
    parts = []
    if known:
        labels = [finding.entity.label for finding in known]
        are = "are" if len(known) > 1 else verb(known[0].entity)
        blind = is_mostly_unmeasured(cited.unmeasured)
        said = f"{join_words(labels)} {are} unlikely" if blind else f"there is no sign of {join_words(labels, 'or')}"
        parts.append(f"{said} ({state_most(known)}) {cited.cite(known)}")
    if unknown := [finding for finding in cited.denied if finding.prior is None]:
        parts.append(_deny_by_probability(cited, unknown))
    if parts:
        yield f"{'; '.join(parts)}."


def deny_without_prior(cited: CitedFindings) -> Iterator[str]:
    """Write the absent findings where no prior is known; where all are absent, the nearest one by itself first."""
    nearest, others = cited.denied[:1], cited.denied[1:]
    if cited.asserted or not others:
        nearest, others = [], cited.denied
    for finding in nearest:
        yield f"{finding.entity.label} {verb(finding.entity)} unlikely ({finding.number}) {cited.cite([finding])}."
    if others:
        yield f"{_deny_by_probability(cited, others)}."


def _deny_by_probability(cited: CitedFindings, findings: Sequence[Finding]) -> str:
    labels = join_words([finding.entity.label for finding in findings], "or")
    highest = "highest " if len(findings) > 1 else ""
    return f"no {labels} is detected ({highest}{findings[0].number}) {cited.cite(findings)}"


__all__ = ["close", "deny", "deny_without_prior", "leave_undecided", "name_others", "observe", "write_quietly"]
