"""Where a clause ends: a comma or "and" goes on with a list, or begins something new.

A new clause is known by its grammar: the one before it has had its verb ("no fracture is seen, …"), it opens with an
article ("…, the effusion …"), it has a verb and a predicate of its own ("…, scarring at the apex is old"), or it
begins with a word that affirms ("…, stable nodule", "…, small effusion"). An "or" further on holds a list together.

Examples
--------
>>> from thoracite.kg.extract.lexicon import match_terms
>>> from thoracite.kg.extract.phrases import build_phrases
>>> def opens(text):
...     phrases, tail = build_phrases(match_terms(text.split()))
...     return opens_clause(phrases, 1, 0, tail)
>>> opens("no pneumothorax , the effusion is worse"), opens("no pneumothorax , effusion or mass is seen")
(True, False)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile

from thoracite.kg.extract.lexicon import CONTENT, FINDINGS, Term
from thoracite.kg.extract.phrases import Phrase

_AFFIRMATIVE = frozenset(
    {
        "stable", "unchanged", "mild", "mildly", "moderate", "moderately", "minimal", "degenerative", "old", "chronic",
        "calcified", "low", "scattered", "persistent", "tortuous", "elevated", "normal", "healed", "prominent", "clear",
        "hyperinflated", "hyperexpanded", "atherosclerotic", "intact", "status", "increased", "unremarkable", "small",
        "tiny", "trace", "slight", "minor", "new", "improving", "improved", "worsening", "worsened", "increasing",
        "decreasing", "decreased", "residual", "resolving", "persisting", "developing", "progressive", "evolving",
    }
)  # fmt: skip
"""Words that begin an affirmed phrase even after "no …,"."""

_ARTICLES = frozenset({"the", "a", "an", "this", "these", "there", "its"})
_RELATIVE = frozenset({"that", "which", "who"})
_LASTING = frozenset(
    {
        "persists", "persist", "persisted", "remains", "remain", "continues", "continue", "recurs", "recurred",
        "returned", "appeared", "progressed", "enlarged", "developed", "occurred", "increased", "worsened", "improved",
        "decreased", "in place", "in situ",
    }
)  # fmt: skip
"""Verbs that affirm their subject, and need nothing after them."""

_BOUNDARIES = frozenset({"stop", "with", "suggest", "suggest_hedged", "show", "link_verb", "negate"})
_ENDS_SUBJECT = _BOUNDARIES - {"link_verb"} | {"comma", "and", "or"}
_SUGGESTS = frozenset({"suggest", "suggest_hedged"})
_FINITE = frozenset(
    {
        "suggest", "suggests", "represent", "represents", "reflect", "reflects", "indicate", "indicates", "raise",
        "raises", "favors", "may", "might", "could", "can", "would", "appear", "appears", "likely", "probably",
    }
)  # fmt: skip
_STATES = frozenset(
    {
        "unchanged", "stable", "improved", "worse", "larger", "smaller", "increased", "decreased", "similar",
        "resolving", "persistent", "worsened", "better",
    }
)  # fmt: skip
"""Adjectives that, behind their noun, are its predicate: "effusion unchanged"."""
_COLONS = frozenset({":", "-", "–", "—", "=", "(", "?"})
_NO = frozenset({"no", "none", "nil", "negative", "neg", "n", "absent", "not"})
_YES = frozenset({"yes", "positive", "pos", "y", "present"})


def mark_answers(terms: Sequence[Term]) -> None:
    """In a list of labels, an answer speaks of its label, and ends there: "Pneumothorax: No, Effusion: Yes."."""
    for at, term in enumerate(terms[:-1]):
        if term.text not in _COLONS:
            continue
        answer = terms[at + 1]
        rest = list(takewhile(lambda t: t.kind not in {"comma", "stop"} and t.text != ")", terms[at + 2 :]))
        fillers = {"ignore", "quality"} if answer.text == "no" else {"ignore"}  # "Fracture: no acute."
        if answer.text not in _NO | _YES or any(t.kind not in fillers for t in rest):
            continue
        term.kind, answer.kind = "link_verb", "negate_after" if answer.text in _NO else "ignore"
        for later in terms[at + 2 + len(rest) : at + 4 + len(rest)]:
            later.kind = "stop" if later.kind == "comma" else later.kind


def opens_clause(phrases: Sequence[Phrase], ix: int, at: int, tail: Sequence[Term], *, denied: bool = True) -> bool:
    """Whether the comma or "and" at a place of the gap before a phrase ends the list before it.

    Parameters
    ----------
    phrases : sequence of Phrase
        The sentence's.
    ix : int
        Which phrase stands behind the gap.
    at : int
        Place of the comma or "and" in the gap.
    tail : sequence of Term
        What follows the last phrase.
    denied : bool
        Whether the list before is denied; otherwise it is uncertain.
    """
    gap = phrases[ix].gap
    complete = any(term.kind == "link_verb" for term in gap[:at])
    if complete or any(term.kind in {"stop", "link_verb"} for term in gap[at:]):
        return True
    if _has_or(phrases, ix):
        return False
    if opens_with_article(gap[at + 1 :]) or has_predicate(phrases, ix, tail):
        return True
    if denied and _is_subject_of_suggestion(phrases, ix):
        return True
    if not denied and gap[at].kind == "comma":
        return "or" not in phrases[ix - 1].gap_kinds and not in_differential(phrases, ix)
    return phrases[ix].terms[0].text in _AFFIRMATIVE


def in_differential(phrases: Sequence[Phrase], ix: int) -> bool:
    """Whether a differential diagnosis was announced before a phrase, or just before it."""
    return any("differential" in phrase.gap_kinds for phrase in phrases[: ix + 1])


def opens_with_article(gap: Iterable[Term]) -> bool:
    """Whether a phrase after this gap begins with an article."""
    return next((term.text in _ARTICLES for term in gap if term.kind not in {"comma", "and"}), False)


def has_predicate(phrases: Sequence[Phrase], ix: int, tail: Sequence[Term]) -> bool:
    """Whether a phrase, with what locates it, has a verb of its own that affirms it: "… at the apex is old"."""
    if _states(phrases[ix]):
        return True
    for later in phrases[ix + 1 :]:
        for term in later.gap:
            if term.kind in _ENDS_SUBJECT or term.text in _RELATIVE:
                return False
            if term.text in _LASTING:
                return True
            if term.kind == "link_verb":
                return not later.gap_kinds & {"negate", "not"}
        if _states(later):
            return True
    alone = "comma" in phrases[ix].gap_kinds and not phrases[ix - 1].gap_kinds & {"comma", "or", "and"}
    return any(t.text in _LASTING or (alone and t.kind == "link_verb") for t in _first_clause(tail))


def _states(phrase: Phrase) -> bool:
    last = phrase.terms[-1]
    if phrase.kind == "anatomy":
        return last.kind == "quality"
    return last.text in _STATES and (not phrase.gap or phrase.has(*FINDINGS))


def _first_clause(tail: Sequence[Term]) -> Iterable[Term]:
    for term in tail:
        if term.kind in _ENDS_SUBJECT or term.kind in {"not", "negate_after"}:
            return
        yield term


def is_fused(phrases: Sequence[Phrase], ix: int) -> bool:
    """Whether a phrase begins a sentence that a lost full stop has joined: "no effusion the heart is large"."""
    gap = phrases[ix].gap
    return ix > 0 and len(gap) == 1 and gap[0].text in _ARTICLES and phrases[ix - 1].terms[-1].kind in CONTENT


def _has_or(phrases: Sequence[Phrase], ix: int) -> bool:
    """Whether the list that a phrase belongs to has an "or" to come."""
    for later in phrases[ix:]:
        kinds = later.gap_kinds
        if later is not phrases[ix] and kinds & _BOUNDARIES:
            return False
        if "or" in kinds:
            return True
    return False


def _is_subject_of_suggestion(phrases: Sequence[Phrase], ix: int) -> bool:
    """Whether a listed phrase begins a clause of its own: "no effusion, hilar calcifications suggest …"."""
    for later in phrases[ix + 1 :]:
        for term in later.gap:
            if term.kind in _SUGGESTS:
                return term.text.split()[0] in _FINITE
            if term.kind in {"stop", "with", "negate"}:
                return False
    return False


__all__ = ["has_predicate", "in_differential", "is_fused", "mark_answers", "opens_clause", "opens_with_article"]
