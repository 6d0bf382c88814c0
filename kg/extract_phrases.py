"""Noun phrases of a sentence: which words belong together, and which of them is the head.

A phrase is an unbroken run of content terms. An unfinished one (``right`` in "right and left lung") joins the next.
Within a phrase, side, level and adjectival anatomy modify the anatomical head, adjectives modify the finding, the
finding is located at the anatomy; without a finding, adjectives are located at the anatomy.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from thoracite.kg.extract_lexicon import CONTENT, FINDINGS, Term
from thoracite.types import Certainty

_STARTS_ANEW = frozenset({"the", "a", "an", "this", "these", "that", "there", "it", "its", "his", "her"})
_PLACES = frozenset({"organ", "regional", "property"})
_DUMMIES = frozenset({"finding", "findings"})


@dataclass(slots=True, eq=False)
class Phrase:
    """Content terms that belong together, and the terms between the previous phrase and this one.

    Parameters
    ----------
    terms : list of Term
        In order.
    gap : list of Term
        Cues and function words before it.
    joints : set of int
        Positions in ``terms`` before which a conjunction stood.
    kind : str
        ``finding``, ``anatomy``, ``adjective``, ``side`` or ``dummy``.
    heads : list of Term
        What the rest of the sentence relates to.
    places : list of Term
        Anatomy that the phrase itself names.
    qualities : list of Term
        Its adjectives.
    certainty : Certainty
        Of its observations.
    """

    terms: list[Term]
    gap: list[Term] = field(default_factory=list)
    joints: set[int] = field(default_factory=set)
    kind: str = ""
    heads: list[Term] = field(default_factory=list)
    places: list[Term] = field(default_factory=list)
    qualities: list[Term] = field(default_factory=list)
    certainty: Certainty = Certainty.PRESENT

    def gap_kinds(self) -> set[str]:
        """Kinds of the terms before it."""
        return {term.kind for term in self.gap}

    @property
    def is_bare(self) -> bool:
        """Whether it is a head alone."""
        return len(self.terms) == 1

    def has(self, *kinds: str) -> bool:
        """Whether a term is of one of the kinds."""
        return any(term.kind in kinds for term in self.terms)


def build_phrases(terms: list[Term]) -> tuple[list[Phrase], list[Term]]:
    """Phrases in order, resolved within themselves, and the terms after the last one."""
    phrases = _join(*_collect(terms))
    for phrase in phrases[0]:
        _resolve(phrase)
    return phrases


def _collect(terms: list[Term]) -> tuple[list[Phrase], list[Term]]:
    phrases: list[Phrase] = []
    gap: list[Term] = []
    open_phrase = False
    for term in terms:
        if term.kind in CONTENT:
            if open_phrase and not _splits(phrases[-1], gap, term):
                phrases[-1].terms.append(term)
            else:
                phrases.append(Phrase([term], gap))
            gap, open_phrase = [], True
        else:
            gap.append(term)
            transparent = term.kind == "mask" or (term.kind == "ignore" and term.text not in _STARTS_ANEW)
            open_phrase = open_phrase and transparent
    return phrases, gap


def _splits(phrase: Phrase, gap: list[Term], term: Term) -> bool:
    """Whether a masked word stands between two findings, or an adjective already closed the phrase."""
    last = phrase.terms[-1]
    if any(t.kind == "mask" for t in gap) and last.kind in FINDINGS and term.kind in FINDINGS:
        return True
    closed = last.kind == "quality" and any(t.kind in FINDINGS or t.kind == "organ" for t in phrase.terms)
    return closed and term.kind in FINDINGS | {"organ"} and bool(gap)


def _join(phrases: list[Phrase], tail: list[Term]) -> tuple[list[Phrase], list[Term]]:
    """Let unfinished phrases join the next one."""
    joined: list[Phrase] = []
    for phrase in phrases:
        previous = joined[-1] if joined else None
        if previous is not None and _continues(previous, phrase, after_verb="link_verb" in previous.gap_kinds()):
            joint = len(previous.terms)
            previous.joints |= {joint} | {joint + j for j in phrase.joints}
            previous.terms += phrase.terms
        else:
            joined.append(phrase)
    return joined, tail


def _continues(previous: Phrase, phrase: Phrase, *, after_verb: bool) -> bool:
    kinds = {t.kind for t in phrase.gap if t.kind not in {"ignore", "mask"}}
    to = any(t.text == "to" for t in phrase.gap)
    if not ((kinds and kinds <= {"and", "or", "comma"}) or (to and kinds == {"locate"})):
        return False
    if any(t.text in _STARTS_ANEW for t in phrase.gap) or previous.has("organ", "airspace", *FINDINGS):
        return False
    headed = phrase.has("organ", "airspace", "regional", *FINDINGS)
    first = phrase.terms[0].kind
    if previous.has("regional"):
        return headed and phrase.has("organ", *FINDINGS) and first in {"regional", "side", "level", "organ"}
    if previous.has("quality", "degree"):
        return not after_verb and headed and first in {"quality", "degree"} and phrase.has("organ", *FINDINGS)
    return headed and first in {"side", "level", "organ", "regional", "airspace"}


def _resolve(phrase: Phrase) -> None:
    findings = [t for t in phrase.terms if t.kind in FINDINGS]
    loose = _resolve_places(phrase)
    head = _resolve_findings(findings)
    phrase.qualities = [t for t in phrase.terms if t.kind == "quality"]
    modifiers = phrase.qualities + loose
    if head is not None and head.text in _DUMMIES and not (modifiers or phrase.places):
        head.dropped = True
        phrase.kind, phrase.heads = "dummy", []
        return
    if head is not None:
        device = next((t for t in findings if t.kind == "device"), head)
        for term in modifiers:
            term.relate("modify", device if head.kind == "part" else head)
        owner = device if head.kind == "part" else head
        for place in phrase.places:
            owner.relate("located_at", place)
        phrase.kind, phrase.heads = "finding", [head]
    elif phrase.places:
        _drop(phrase, "interval")
        for term in phrase.qualities:
            term.relate("located_at", phrase.places[0])
        for term in loose:
            term.anatomy = True
            term.relate("modify", phrase.places[-1])
        phrase.kind, phrase.heads = "anatomy", list(phrase.places)
    elif phrase.qualities:
        _drop(phrase, "interval")
        phrase.kind, phrase.heads = "adjective", list(phrase.qualities)
    else:
        phrase.kind = "side"
        phrase.heads = loose or list(phrase.terms)
    _resolve_degrees(phrase, head)


def _drop(phrase: Phrase, word: str) -> None:
    for term in phrase.qualities:
        term.dropped = term.dropped or term.text == word
    phrase.qualities = [t for t in phrase.qualities if not t.dropped]


def _resolve_findings(findings: list[Term]) -> Term | None:
    """The last finding is the head; earlier ones modify it, but a device's part modifies the device."""
    if not findings:
        return None
    head = findings[-1]
    for term in findings[:-1]:
        if head.kind == "part" and term.kind == "device":
            head.relate("modify", term)
        else:
            target = next((t for t in findings[findings.index(term) + 1 :]), head)
            term.relate("modify", target)
    return head


def _resolve_degrees(phrase: Phrase, head: Term | None) -> None:
    for ix, term in enumerate(phrase.terms):
        if term.kind != "degree":
            continue
        after = [t for t in phrase.terms[ix + 1 :] if t.kind == "quality" and not t.dropped]
        before = [t for t in phrase.terms[:ix] if t.kind == "quality" and not t.dropped]
        target = after[0] if after else head if head is not None else before[-1] if before else None
        if target is None:
            term.dropped = phrase.kind != "side"
        else:
            term.relate("modify", target)


def _resolve_places(phrase: Phrase) -> list[Term]:
    """Find the anatomy heads, let their companions modify them; returns side and level words without anatomy."""
    loose: list[Term] = []
    run: list[tuple[Term, bool]] = []
    for ix, term in enumerate(phrase.terms):
        if term.kind in _PLACES or term.kind in {"side", "level"}:
            run.append((term, ix in phrase.joints))
            continue
        if term.kind == "airspace":
            if not any(t.kind in _PLACES for t, _ in run):
                for companion, _ in run:
                    companion.anatomy = True
                    companion.relate("modify", term)
                run = []
        loose += _close(phrase, run)
        run = []
        if term.kind == "airspace":
            term.anatomy = True
            phrase.places.append(term)
    return loose + _close(phrase, run)


def _close(phrase: Phrase, run: list[tuple[Term, bool]]) -> list[Term]:
    """End a run of anatomy; returns its terms where no anatomy is among them."""
    if not any(term.kind in _PLACES for term, _ in run):
        return [term for term, _ in run]
    segments: list[list[Term]] = []
    for term, joint in run:
        if joint or not segments:
            segments.append([])
        segments[-1].append(term)
    last = _head(segments[-1])
    shared = last is not None and last.kind == "organ"
    pending: list[Term] = []
    for segment in segments:
        head = last if shared else _head(segment)
        for term in segment:
            term.anatomy = True
        if head is None:
            pending += segment
            continue
        for term in [*pending, *segment]:
            term.relate("modify", head)
        pending = []
        if head not in phrase.places:
            phrase.places.append(head)
    return []


def _head(segment: list[Term]) -> Term | None:
    heads = [t for t in segment if t.kind in {"organ", "regional"}] or [t for t in segment if t.kind == "property"]
    return heads[-1] if heads else None


__all__ = ["Phrase", "build_phrases"]
