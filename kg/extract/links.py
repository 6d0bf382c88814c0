"""How a phrase follows the one before it: after a preposition, a verb, "with", a comma, a word that suggests.

Examples
--------
>>> from thoracite.kg.extract.lexicon import match_terms
>>> from thoracite.kg.extract.phrases import build_phrases
>>> phrases, _ = build_phrases(match_terms("opacity in the left base is unchanged".split()))
>>> [classify_link(phrases, ix) for ix in range(3)]
['start', 'locate', 'predicate']
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Literal

from thoracite.kg.extract.clauses import in_differential
from thoracite.kg.extract.lexicon import Term
from thoracite.kg.extract.phrases import Phrase
from thoracite.kg.extract.scope import closes_clause
from thoracite.types import Certainty

Link = Literal[
    "start", "stop", "compare", "suggest", "show", "locate", "without", "with", "predicate", "coordinate", "masked",
    "beside",
]  # fmt: skip

_READINGS = frozenset(
    {"scar", "scarring", "granuloma", "granulomas", "artifact", "infiltrate", "infiltrates", "shadows", "crowding"}
)
_SIGNS = frozenset(
    {
        "opacity", "opacities", "opacification", "density", "densities", "haze", "haziness", "disease", "lucency",
        "nodule", "nodules", "blunting", "prominence", "lesion", "process", "streaks", "shadow",
    }
)  # fmt: skip
_CONTRASTS = frozenset({"but", "yet", "although", "though"})
_EXCLUDING = ("without", "free", "negative", "devoid", "of", "from")


def classify_link(phrases: Sequence[Phrase], ix: int) -> Link:
    """How the phrase at a position follows the one before it; certainty is known by then."""
    if not ix:
        return "start"
    previous, phrase = phrases[ix - 1], phrases[ix]
    kinds = _kinds_that_link(phrase.gap)
    if kinds <= {"and", "or"} and _shares_site(phrases, ix):
        return "locate"
    compared = any(t.text == "than" for t in phrase.gap)
    if phrase.kind == "comparison" or (compared and phrase.kind == "side"):
        return "compare"
    if compared and previous.kind == "comparison" and phrase.kind == "anatomy":
        return "locate"
    if "stop" in kinds and phrase.kind == "adjective" and any(t.text in _CONTRASTS for t in phrase.gap):
        return "predicate"
    if "stop" in kinds or (phrase.kind != "adjective" and any(t.text == ":" for t in phrase.gap)):
        return "stop"
    if _is_masked_reading(phrases, ix):
        return "masked"
    if kinds & {"suggest", "suggest_hedged"} or ("includes" in kinds and in_differential(phrases, ix)):
        return "suggest"
    if _is_hedged_apposition(previous, phrase) or _is_listed_reading(phrases, ix):
        return "suggest"
    if phrase.kind == "adjective" and "link_verb" in kinds:
        return "predicate"
    if phrase.kind == "adjective" and kinds & {"and", "comma"}:
        return "coordinate"
    if "show" in kinds:
        return "show"
    if "locate" in kinds:
        return "locate"
    if any(t.kind == "negate" and t.text.startswith(_EXCLUDING) for t in phrase.gap):
        return "without"
    if kinds & {"with", "includes"}:
        return "with"
    if kinds & {"link_verb", "not"} or (phrase.kind == "adjective" and "hedge" in kinds):
        return "predicate"
    if kinds & {"and", "or", "comma"}:
        return "coordinate"
    return "beside"


def _kinds_that_link(gap: list[Term]) -> set[str]:
    """Kinds of a gap, without what leads to a noun that is no entity: "in the XXXX, …", "for technique, …"."""
    start = 0
    for at, term in enumerate(gap):
        lost = term.kind == "mask" or (term.kind in {"comma", "and"} and any(t.kind == "locate" for t in gap[start:at]))
        rest = {t.kind for t in gap[at + (term.kind == "mask") :]}
        if lost and rest - {"ignore", "other", "measure", "mask"}:
            start = at + (term.kind == "mask")
    return {term.kind for term in gap[start:]}


def _shares_site(phrases: Sequence[Phrase], ix: int) -> bool:
    """Whether the first of two sites was removed: "changes of the XXXX and spine"."""
    phrase = phrases[ix]
    following = phrases[ix + 1] if ix + 1 < len(phrases) else None
    removed = {"locate", "mask"} <= phrase.gap_kinds and not phrase.gap_kinds & {"comma", "stop"}
    return removed and phrase.kind == "anatomy" and not starts_clause(phrase, following)


def _is_hedged_apposition(previous: Phrase, phrase: Phrase) -> bool:
    """Whether it reads "opacity, likely atelectasis"; not "opacity and possible effusion"."""
    if phrase.kind != "finding" or previous.kind == "side" or phrase.gap_kinds & {"and", "or", "with"}:
        return False
    return any(t.kind == "hedge" and not closes_clause(phrase.gap, at, ends=False) for at, t in enumerate(phrase.gap))


def _is_masked_reading(phrases: Sequence[Phrase], ix: int) -> bool:
    """Whether a verb or a hedge was removed between a sign and its reading: "opacity in the base, XXXX atelectasis"."""
    phrase = phrases[ix]
    kinds = phrase.gap_kinds - {"ignore", "other", "measure"}
    interprets = phrase.has("disease") or (phrase.kind == "finding" and phrase.heads[0].text in _READINGS)
    if "mask" not in kinds or kinds - {"mask", "comma"} or not interprets:
        return False
    for earlier in reversed(phrases[:ix]):
        if earlier.kind == "finding":
            is_sign = not {t.text for t in earlier.heads}.isdisjoint(_SIGNS)
            return is_sign or (kinds == {"mask"} and earlier is phrases[ix - 1])
        if earlier.gap_kinds & {"stop", "with"}:
            return False
    return False


def _is_listed_reading(phrases: Sequence[Phrase], ix: int) -> bool:
    """Whether it reads "opacity, scar versus atelectasis": a sign, then uncertain alternatives that read it."""
    previous, phrase = phrases[ix - 1], phrases[ix]
    readings = phrase.certainty is Certainty.UNCERTAIN and previous.certainty is Certainty.PRESENT
    if not readings or phrase.kind != "finding" or phrase.gap_kinds - {"ignore", "mask"} != {"comma"}:
        return False
    listed = takewhile(lambda later: later.gap_kinds & {"comma", "or"}, phrases[ix + 1 :])
    return any("or" in later.gap_kinds for later in listed)


def starts_clause(phrase: Phrase, following: Phrase | None) -> bool:
    """Whether a listed anatomical phrase is a new subject: "…, and the heart is large"."""
    if phrase.qualities:
        return True
    return following is not None and following.kind == "adjective" and "link_verb" in following.gap_kinds


def share_modifiers(previous: Phrase, phrase: Phrase) -> None:
    """Let bare alternatives of one finding share its modifiers and its place: "faint fibrosis or collapse"."""
    if len(phrase.terms) > 1 or previous.kind != "finding" or phrase.has("amount"):
        return
    modifiers = [t for t in previous.terms if not t.anatomy and ("modify", previous.heads[0]) in t.relations]
    places = [place for place in previous.places if place.kind != "airspace"]
    for head in phrase.heads:
        for term in modifiers:
            term.relate("modify", head)
        for place in places:
            head.relate("located_at", place)


__all__ = ["Link", "classify_link", "share_modifiers", "starts_clause"]
