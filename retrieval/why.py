"""Why a triple ranks where it does, in one sentence.

Examples
--------
>>> from thoracite.kg.facts import read_facts
>>> fact = next(one for one in read_facts() if one.object.id == "thx:meniscus_sign")
>>> scored = ScoredTriple(triple=fact, score=3.1, parts={"relation": 2.0, "shown": 1.5, "diversity": -0.4},
...                       about="thx:pleural_effusion", role="sign")
>>> print(tell_why(scored, rank=1, of=12))
It ranks first of 12 with 3.10 points: a sign of pleural effusion (2.00); meniscus sign is seen (1.50); 0.40 less, since others of its kind stand before it.
"""  # noqa: E501

from __future__ import annotations

from thoracite.types import ScoredTriple

_MOST = 4
"""Most parts that the sentence names."""

_ORDINALS = ("first", "second", "third")

_ROLES = {
    "sign": "a sign of {about}",
    "diagnosis": "what {about} may point to",
    "cause": "what may cause {about}",
    "against": "it argues against {about}",
    "absent": "a sign of {about} that was looked for and is absent",
    "mimic": "what may be taken for {about}, or {about} for it",
    "co-occurrence": "seen together with {about}",
    "place": "where {about} lies",
    "consequence": "what {about} may cause",
    "attribute": "how {about} is described",
}
_WORDS = {
    "textbook": "a textbook lists it among the first",
    "seed": "{about} is what was asked about",
    "walk": "both ends lie near what was asked about",
    "text": "its words are like the question's",
    "shown": "{other} is seen",
    "place": "the place agrees",
    "view": "it holds for this view",
    "commonness": "it is common",
    "certainty": "it is plainly said",
    "support": "{support} reports or sources state it",
    "lift": "reports name both together more than by chance",
    "specificity": "few other concepts have it",
}
_FULL = {"shown": 1.5}
"""Weight from which the image shows the other end; less only says that it was not denied."""


def tell_why(scored: ScoredTriple, *, rank: int, of: int) -> str:
    """Say in one sentence why a triple ranks where it does.

    Parameters
    ----------
    scored : ScoredTriple
        A triple with its parts.
    rank : int
        Its place, from 1.
    of : int
        How many triples there are.
    """
    place = _ORDINALS[rank - 1] if rank <= len(_ORDINALS) else f"{rank}th"
    if scored.role == "connection":
        return f"It ranks {place} of {of}: it joins parts of what was asked about, and is no reason by itself."
    if not scored.parts:
        return f"It ranks {place} of {of} with {scored.score:.2f} points."
    ends = (scored.triple.subject, scored.triple.object)
    own = next((end for end in ends if end.id == scored.about), ends[1])
    other = ends[own is ends[0]]
    words = {"about": own.label, "other": other.label, "support": scored.triple.support}
    strongest = sorted(
        ((value, part) for part, value in scored.parts.items() if value > 0 and _is_told(part, scored)),
        key=lambda one: (-one[0], one[1]),
    )[:_MOST]
    told = [f"{_find_words(part, scored).format(**words)} ({value:.2f})" for value, part in strongest]
    if lost := -scored.parts.get("diversity", 0.0):
        told.append(f"{lost:.2f} less, since others of its kind stand before it")
    return f"It ranks {place} of {of} with {scored.score:.2f} points: {'; '.join(told)}."


def _is_told(part: str, scored: ScoredTriple) -> bool:
    """Tell whether a part may be named: only what is wholly so is said of the image."""
    return part != "shown" or scored.parts[part] >= _FULL[part]


def _find_words(part: str, scored: ScoredTriple) -> str:
    if part == "relation":
        return _ROLES.get(scored.role, "a reason for {about}")
    return _WORDS.get(part, part)


__all__ = ["tell_why"]
