"""What a sentence says beside the image of today: advice, the past, other people.

None of it is a finding, so its terms are left out before phrases are built.

Examples
--------
>>> from thoracite.kg.extract.lexicon import match_terms
>>> def kept(text):
...     return [term.text for term in drop_asides(match_terms(text.split()))]
>>> kept("nodule seen , ct of the nodule is recommended")
['nodule', 'seen']
>>> kept("history of pneumonia , the heart is large"), kept("mother had tuberculosis")
([',', 'the', 'heart', 'is', 'large'], [])
"""

from __future__ import annotations

from collections.abc import Sequence

from thoracite.kg.extract.lexicon import CONTENT, Term

_BESIDE = frozenset({"past", "past_after", "person"})
_EARLIER = frozenset({"previous", "prior", "past", "earlier", "remote", "treated"})
_NOW = frozenset({"now", "currently", "today", "presents", "presenting"})
_LEADS_ON = frozenset({"ignore", "measure", "mask", "other", "hedge"})
_NUMBERS = frozenset({"two", "three", "four", "several", "few", "couple", "many", "multiple", "single"})
_STARTS = frozenset({"the", "this", "there", "these"})


def drop_asides(terms: list[Term]) -> list[Term]:
    """The terms that speak of the image of today; the others are marked as dropped."""
    return _drop_past(_drop_advice(terms))


def _drop_advice(terms: list[Term]) -> list[Term]:
    """Leave out recommendations: "CT is recommended to exclude a mass" states no mass."""
    shows = any(term.kind == "show" for term in terms)
    for at, term in enumerate(terms):
        if term.kind == "aside" and not (shows and term.text.startswith("follow")):
            return _keep(terms, range(at))
        if term.kind == "advise":
            starts = (i for i in range(at, 0, -1) if terms[i].kind in {"comma", "stop"})
            return _keep(terms, range(next(starts, 0)))
    return terms


def _drop_past(terms: list[Term]) -> list[Term]:
    """Leave out what was, and what others have: "history of …", "pneumonia two years ago", "father had …"."""
    if not any(term.kind in _BESIDE or term.text in _EARLIER for term in terms):
        return terms
    kept: list[int] = []
    within = ""
    for at, term in enumerate(terms):
        if term.kind == "past" and _is_cited(terms, kept):
            term.kind = "hedge"
        if term.kind == "person":
            kept = _drop_clause(terms, kept)
        if term.kind in {"past", "person"} or _is_over(terms, at):
            within = "person" if term.kind == "person" else "past"
        elif within and _resumes(terms, at, within):
            within = ""
        if term.kind == "past_after":
            kept = _drop_noun(terms, kept)
        elif not within:
            kept.append(at)
    return _keep(terms, kept)


def _resumes(terms: Sequence[Term], at: int, within: str) -> bool:
    """Whether the report comes back to the image: at "but", "now", a verb, or a comma before something else."""
    term = terms[at]
    if term.kind == "stop" or term.text in _NOW:
        return True
    following = next((t for t in terms[at + 1 :] if t.kind in CONTENT or t.kind in {"negate", "past"}), None)
    opens = at + 1 < len(terms) and (terms[at + 1].text in _STARTS or terms[at + 1].kind == "negate")
    if within == "person":
        return term.kind == "comma" and opens
    if term.kind in {"negate", "link_verb", "show"} and term.text != ":":
        return True
    if term.kind == "comma":
        return opens or (following is not None and following.kind not in {"disease", "past"})
    return term.kind == "and" and (opens or (following is not None and following.kind == "organ"))


def _is_over(terms: Sequence[Term], at: int) -> bool:
    """Whether the sentence begins "Previous pneumonia" and tells what became of it: "has left no scar"."""
    if terms[at].text not in _EARLIER or at + 1 == len(terms) or terms[at + 1].kind != "disease":
        return False
    rest = terms[at + 2 : at + 4]
    told = len(rest) == 2 and rest[0].text in {"has", "had"} and rest[1].kind not in {"quality", "degree", "not"}
    alone = not rest or rest[0].kind == "comma"
    return not any(term.kind in CONTENT for term in terms[:at]) and (told or alone)


def _is_cited(terms: Sequence[Term], kept: Sequence[int]) -> bool:
    """Whether the past explains what is seen: "scarring consistent with the patient's history of tuberculosis"."""
    before = (terms[place].kind for place in reversed(kept))
    return next((kind for kind in before if kind not in _LEADS_ON), "").startswith("suggest")


def _drop_clause(terms: Sequence[Term], kept: list[int]) -> list[int]:
    """Take out what stands since the last comma or stop: "cancer in the mother"."""
    ends = (place for place in reversed(range(len(kept))) if terms[kept[place]].kind in {"stop", "comma"})
    return kept[: next(ends, -1) + 1]


def _drop_noun(terms: Sequence[Term], kept: list[int]) -> list[int]:
    """Take out the noun that a time of the past stands behind: "pneumonia three years ago"; not "unchanged … ago"."""
    rest = list(kept)
    while rest and (terms[rest[-1]].kind in _LEADS_ON or terms[rest[-1]].text in _NUMBERS):
        rest.pop()
    if not rest or terms[rest[-1]].kind not in {"disease", "finding"}:
        return kept
    while rest and terms[rest[-1]].kind in CONTENT:
        rest.pop()
    return rest


def _keep(terms: Sequence[Term], places: Sequence[int]) -> list[Term]:
    chosen = set(places)
    for at, term in enumerate(terms):
        term.dropped = term.dropped or at not in chosen
    return [terms[at] for at in places]


__all__ = ["drop_asides"]
