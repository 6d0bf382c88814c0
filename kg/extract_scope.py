"""How surely each phrase is stated: negation, hedging, and what only looks like them.

A cue before a phrase opens a scope that runs over lists and ends at "but", "with", a semicolon or a new clause; a cue
after it reaches back over its list. "No change in" negates the change alone; "cannot be excluded" is a hedge;
affirmed alternatives ("scar or atelectasis") are uncertain.

References
----------
Chapman WW et al. A simple algorithm for identifying negated findings. J Biomed Inform 2001.
Peng Y et al. NegBio. AMIA Jt Summits Transl Sci Proc 2018. arXiv:1712.05898.
"""

from __future__ import annotations

from thoracite.kg.extract_lexicon import Term
from thoracite.kg.extract_phrases import Phrase
from thoracite.types import Certainty

_CHANGES = frozenset(
    ["change", "changes", "increase", "decrease", "improvement", "worsening", "progression", "regression", "difference", "stability"]
)
_AFFIRMATIVE = frozenset(
    ["stable", "unchanged", "mild", "moderate", "minimal", "degenerative", "old", "chronic", "calcified", "low", "scattered", "persistent", "tortuous", "elevated", "normal", "mildly", "moderately", "healed", "prominent", "hyperinflated", "hyperexpanded", "atherosclerotic", "clear", "intact"]
)
_CLAUSE = frozenset({"stop", "with", "suggest", "suggest_hedged", "show"})


def assign_certainty(phrases: list[Phrase], tail: list[Term]) -> None:
    """Set the certainty of every phrase and of its terms."""
    _before(phrases)
    _alternatives(phrases)
    for ix, phrase in enumerate(phrases):
        _after(phrases, ix, phrase.gap)
    _after(phrases, len(phrases), tail)
    for phrase in phrases:
        for term in phrase.terms:
            term.certainty = Certainty.PRESENT if term.anatomy else phrase.certainty


def _before(phrases: list[Phrase]) -> None:
    state = Certainty.PRESENT
    for ix, phrase in enumerate(phrases):
        negated_here = False
        for term in phrase.gap:
            if term.kind == "not":
                negated_here = True
            else:
                state = _step(state, term, phrases, ix)
        if state is Certainty.ABSENT and _new_clause(phrases, ix):
            state = Certainty.PRESENT
        phrase.certainty = state
        if negated_here and state is Certainty.PRESENT and phrase.kind in {"adjective", "finding"}:
            phrase.certainty = Certainty.ABSENT


def _step(state: Certainty, term: Term, phrases: list[Phrase], ix: int) -> Certainty:
    kind = term.kind
    if kind == "negate":
        return Certainty.ABSENT
    if kind in {"stop", "with", "pseudo"}:
        return Certainty.PRESENT
    if kind in {"hedge", "suggest_hedged"}:
        return state if state is Certainty.ABSENT else Certainty.UNCERTAIN
    if kind == "suggest" and state is Certainty.UNCERTAIN and not _hedged_cue(phrases[ix], term):
        return Certainty.PRESENT
    if kind == "locate" and state is Certainty.ABSENT and ix and phrases[ix - 1].terms[-1].text in _CHANGES:
        return Certainty.PRESENT
    if kind in {"comma", "and"} and state is not Certainty.PRESENT:
        return state if _list_goes_on(phrases, ix, state, comma=kind == "comma") else Certainty.PRESENT
    return state


def _hedged_cue(phrase: Phrase, cue: Term) -> bool:
    """Whether a hedge stands in the same gap before a plain cue: "possibly … consistent with"."""
    return any(t.kind in {"hedge", "suggest_hedged"} for t in phrase.gap if t.start < cue.start)


def _list_goes_on(phrases: list[Phrase], ix: int, state: Certainty, *, comma: bool) -> bool:
    """Whether the phrase after a comma or "and" still belongs to the list under the cue."""
    for later in phrases[ix:]:
        kinds = later.gap_kinds()
        if later is not phrases[ix] and kinds & (_CLAUSE | {"link_verb", "negate"}):
            break
        if "or" in kinds:
            return True
    starts_affirmed = phrases[ix].terms[0].text in _AFFIRMATIVE
    if state is Certainty.UNCERTAIN and comma:
        return False
    return not starts_affirmed


def _new_clause(phrases: list[Phrase], ix: int) -> bool:
    """Whether a negated list ended because this phrase is said of a new subject: "no effusion, heart is large"."""
    phrase = phrases[ix]
    if phrase.kind != "adjective" or not ix or "link_verb" not in phrase.gap_kinds():
        return False
    for back in range(ix - 1, -1, -1):
        kinds = phrases[back].gap_kinds()
        if "negate" in kinds:
            return False
        if kinds & {"comma", "and"}:
            return phrases[back].kind == "anatomy"
    return False


def _alternatives(phrases: list[Phrase]) -> None:
    """Affirmed findings joined by "or" are uncertain, the whole list of them."""
    for ix, phrase in enumerate(phrases):
        if "or" not in phrase.gap_kinds() or phrase.kind != "finding":
            continue
        if phrase.certainty is Certainty.ABSENT:
            continue
        phrase.certainty = Certainty.UNCERTAIN
        for back in range(ix - 1, -1, -1):
            earlier = phrases[back]
            if earlier.kind == "finding":
                if earlier.certainty is Certainty.PRESENT:
                    earlier.certainty = Certainty.UNCERTAIN
                if not earlier.gap_kinds() & {"comma", "or"}:
                    break
            elif "locate" not in earlier.gap_kinds():
                break


def _after(phrases: list[Phrase], ix: int, gap: list[Term]) -> None:
    """Apply a cue that follows its phrase: "… is not seen", "… cannot be excluded"."""
    for term in gap:
        if term.kind not in {"negate_after", "hedge_after"}:
            continue
        if any(t.kind in {"stop", "comma"} for t in gap if t.start < term.start):
            continue
        certainty = Certainty.ABSENT if term.kind == "negate_after" else Certainty.UNCERTAIN
        listed = False
        for back in range(ix - 1, -1, -1):
            phrase = phrases[back]
            if phrase.certainty is Certainty.PRESENT and phrase.kind != "anatomy":
                phrase.certainty = certainty
            kinds = phrase.gap_kinds()
            listed = listed or bool(kinds & {"or", "and"})
            if kinds & (_CLAUSE | {"link_verb"}) or ("comma" in kinds and not listed):
                break
            if not kinds & {"and", "or", "comma", "locate"}:
                break


__all__ = ["assign_certainty"]
