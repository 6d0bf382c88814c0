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

from thoracite.kg.extract.clauses import in_differential, is_fused, opens_clause
from thoracite.kg.extract.lexicon import Term
from thoracite.kg.extract.phrases import Phrase
from thoracite.types import Certainty

PRESENT, UNCERTAIN, ABSENT = Certainty.PRESENT, Certainty.UNCERTAIN, Certainty.ABSENT

_BOUNDARIES = frozenset({"stop", "with", "suggest", "suggest_hedged", "show", "link_verb", "negate"})
_SUGGESTS = frozenset({"suggest", "suggest_hedged"})
_BREAKS_LIST = frozenset({"suggest", "suggest_hedged", "hedge", "with", "stop", "show"})
_ENDS_HEDGE = frozenset({"comma", "and", "stop", "locate", "with"})
_BE = frozenset({"is", "are", "was", "were"})
_TAKES_OUT = frozenset({"resection", "excision", "extraction", "embolectomy"})
_GROWTH = frozenset({"enlargement", "extension", "expansion"})
_PRONOUNS = frozenset({"it", "they", "which", "this", "these"})
_DASHES = frozenset({"(", "-", "–", "—"})
_CHANGED = frozenset({"changed", "different", "altered"})
_SEEMING = ("appear", "seem")


def assign_certainty(phrases: list[Phrase], tail: list[Term]) -> None:
    """Set the certainty of every phrase and of its terms."""
    _read_forward(phrases, tail)
    _mark_alternatives(phrases)
    for ix in range(1, len(phrases) + 1):
        _reach_back(phrases[:ix], phrases[ix].gap if ix < len(phrases) else tail, ends=ix == len(phrases))
    for phrase in phrases:
        for term in phrase.terms:
            term.certainty = PRESENT if term.anatomy else phrase.certainty


def _read_forward(phrases: list[Phrase], tail: list[Term]) -> None:
    state = PRESENT
    for ix, phrase in enumerate(phrases):
        denied = False
        if ix and phrases[ix - 1].terms[-1].text == "change" and not phrase.gap:
            state = PRESENT
        for at, term in enumerate(phrase.gap):
            if term.kind == "not":
                denied = True
            else:
                state = _step(state, phrases, ix, at, tail)
        if state is ABSENT and (is_fused(phrases, ix) or _is_new_clause(phrases, ix)):
            state = PRESENT
        phrase.certainty = ABSENT if denied and not _is_unchanged(phrase) else state


def _step(state: Certainty, phrases: list[Phrase], ix: int, at: int, tail: list[Term]) -> Certainty:
    """The scope's state after one more cue."""
    gap = phrases[ix].gap
    kind = gap[at].kind
    if kind == "negate" or (kind == "negate_after" and not ix):
        return ABSENT
    if kind in {"stop", "with", "pseudo"} or (gap[at].text == ":" and ix):
        return PRESENT
    if kind in {"differential", "suggest_hedged", "includes"}:
        awaited = kind == "differential" and any("includes" in later.gap_kinds for later in phrases[ix + 1 :])
        hedges = not awaited and (kind != "includes" or in_differential(phrases, ix))
        return UNCERTAIN if hedges and state is not ABSENT else state
    if kind in {"hedge", "hedge_after"}:
        if phrases[ix].kind == "adjective" and gap[at].text.startswith(_SEEMING):
            return state
        applies = not ix or not closes_clause(gap, at, ends=False)
        forward = kind == "hedge" or any(t.kind in _SUGGESTS for t in gap[at:])
        return UNCERTAIN if applies and forward and state is not ABSENT else state
    if kind == "suggest" and state is UNCERTAIN and not any(t.kind.startswith("hedge") for t in gap[:at]):
        return PRESENT
    if kind == "locate" and gap[at].text == "of" and ix and phrases[ix - 1].terms[-1].text in _TAKES_OUT:
        return ABSENT
    if kind == "locate" and state is ABSENT and _changes(phrases[ix - 1], phrases[ix]):
        return PRESENT
    joins = kind in {"comma", "and"} or gap[at].text in _DASHES
    if joins and state is not PRESENT and opens_clause(phrases, ix, at, tail, denied=state is ABSENT):
        return PRESENT
    return state


def closes_clause(gap: list[Term], at: int, *, ends: bool) -> bool:
    """Whether the hedge at this place speaks of what came before it: "an effusion is possible, …".

    Parameters
    ----------
    gap : list of Term
        Terms between two phrases, or after the last.
    at : int
        Place of the hedge in it.
    ends : bool
        Whether nothing follows the gap.
    """
    for term in gap[at + 1 :]:
        if term.kind in _ENDS_HEDGE:
            return True
        if term.kind not in {"ignore", "mask", "measure", "other"}:
            return False
    return ends


def _is_unchanged(phrase: Phrase) -> bool:
    """Whether "not" denies only the change of a finding: "not significantly changed effusion"."""
    return phrase.kind == "finding" and any(term.text in _CHANGED for term in phrase.terms[:2])


def _changes(change: Phrase, phrase: Phrase) -> bool:
    """Whether only a change is denied: "no increase in effusion", "no enlargement of the nodule"."""
    last = change.terms[-1]
    return last.kind == "change" or (last.text in _GROWTH and phrase.kind == "finding")


def _is_new_clause(phrases: list[Phrase], ix: int) -> bool:
    """Whether a negated list ended because this phrase is said of a new subject: "no effusion, heart is large"."""
    phrase = phrases[ix]
    if phrase.kind != "adjective" or "link_verb" not in phrase.gap_kinds or phrase.gap_kinds & {"negate", "not"}:
        return False
    for earlier in reversed(phrases[:ix]):
        if "negate" in earlier.gap_kinds:
            return False
        fused = earlier.kind == "anatomy" and earlier.gap_kinds == {"ignore"}  # "no effusion the heart is large"
        if fused or earlier.gap_kinds & {"comma", "and"}:
            return earlier.kind == "anatomy"
    return False


def _mark_alternatives(phrases: list[Phrase]) -> None:
    """Affirmed findings joined by "or" are uncertain, the whole list of them; not in "no change in scar or mass"."""
    for ix, phrase in enumerate(phrases):
        if "or" not in phrase.gap_kinds or phrase.kind != "finding" or phrase.certainty is ABSENT:
            continue
        listed = [phrase]
        for earlier in reversed(phrases[:ix]):
            if earlier.kind == "finding":
                if "or" not in listed[-1].gap_kinds and _interprets(listed, earlier):
                    break
                listed.append(earlier)
                if not earlier.gap_kinds & {"comma", "or"} or earlier.gap_kinds & _BREAKS_LIST:
                    break
            elif "locate" not in earlier.gap_kinds:
                break
        before = phrases.index(listed[-1]) - 1
        if before >= 0 and phrases[before].certainty is ABSENT and _changes(phrases[before], phrase):
            continue
        for finding in listed:
            finding.certainty = ABSENT if finding.certainty is ABSENT else UNCERTAIN


def _interprets(alternatives: list[Phrase], sign: Phrase) -> bool:
    """Whether the alternatives after a comma are readings of a sign: "opacity, scar versus atelectasis"."""
    return not sign.has("disease") and any(phrase.has("disease") for phrase in alternatives)


def _reach_back(before: list[Phrase], gap: list[Term], *, ends: bool) -> None:
    """Apply a cue that follows its phrase: "… is not seen", "… cannot be excluded", "… is possible"."""
    taken_up = False
    for at, term in enumerate(gap):
        if term.kind in {"stop", "comma"}:
            if not _is_taken_up(gap, at):
                return
            taken_up = True
        elif term.kind == "negate_after" or _is_bare_denial(gap, at, ends=ends):
            _mark_back(before, ABSENT)
        elif not taken_up and (
            (term.kind == "hedge_after" and not any(t.kind in _SUGGESTS for t in gap[at:]))
            or (term.kind == "hedge" and closes_clause(gap, at, ends=ends) and not term.text.startswith(_SEEMING))
        ):
            _mark_back(before, UNCERTAIN)


def _is_taken_up(gap: list[Term], at: int) -> bool:
    """Whether a pronoun speaks of what came before: "…, which has resolved", "…; it has resolved"."""
    return at + 1 < len(gap) and gap[at + 1].text in _PRONOUNS


def _is_bare_denial(gap: list[Term], at: int, *, ends: bool) -> bool:
    """Whether it reads "…, edema is not.": what is denied is the subject."""
    if gap[at].kind != "not" or not at or gap[at - 1].text not in _BE:
        return False
    after = gap[at + 1 :]
    return after[0].kind in {"comma", "stop"} if after else ends


def _mark_back(before: list[Phrase], certainty: Certainty) -> None:
    listed = False
    for phrase in reversed(before):
        if phrase.certainty is PRESENT and phrase.kind != "anatomy":
            phrase.certainty = certainty
        kinds = phrase.gap_kinds
        listed = listed or bool(kinds & {"or", "and"})
        if kinds & _BOUNDARIES or ("comma" in kinds and not listed) or not kinds & {"and", "or", "comma", "locate"}:
            return


__all__ = ["assign_certainty", "closes_clause"]
