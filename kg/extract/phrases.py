"""Noun phrases of a sentence: which words belong together, and which of them is the head.

A phrase is an unbroken run of content terms. An unfinished one (``right`` in "right and left lung") joins the next.
Within a phrase, side, level and adjectival anatomy modify the anatomical head, adjectives modify the finding, the
finding is located at the anatomy; without a finding, adjectives are located at the anatomy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from thoracite.kg.extract.lexicon import CONTENT, FINDINGS, Term
from thoracite.types import Certainty

_DETERMINERS = frozenset({"the", "a", "an", "this", "these", "that", "there", "it", "its", "his", "her", "which"})
COMPARATIVES = frozenset({"greater", "larger", "smaller", "worse", "less", "more", "greatest", "better"})
_SITES = frozenset({"organ", "zone", "regional"})
_PLACES = _SITES | {"property"}
_LISTED = frozenset({"and", "or", "comma"})
_DATED = frozenset({"old", "remote", "recent", "new", "comparable", "limited", "early", "late", "single", "two"})
_LEADS = frozenset({"imaging", "skip", "locate", "comma", "stop"})
_OF_FINDINGS = frozenset(
    {
        "healed", "healing", "old", "remote", "acute", "chronic", "displaced", "nondisplaced", "degenerative", "patchy",
        "streaky", "hazy", "focal", "linear", "minimal", "mild", "moderate", "subtle", "multiple", "scattered",
    }
)  # fmt: skip
"""Adjectives that are said of findings, not of organs."""
_EARLIER = frozenset({"prior", "previous"})
_QUIET = frozenset({"ignore", "mask", "measure"})


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
        ``finding``, ``anatomy``, ``adjective``, ``side``, ``comparison`` or ``dummy``.
    heads : list of Term
        What the rest of the sentence relates to.
    places : list of Term
        Anatomy that the phrase itself names.
    sides : list of Term
        Side and level words that stand beside no anatomy.
    certainty : Certainty
        Of its observations.
    """

    terms: list[Term]
    gap: list[Term] = field(default_factory=list)
    joints: set[int] = field(default_factory=set)
    kind: str = ""
    heads: list[Term] = field(default_factory=list)
    places: list[Term] = field(default_factory=list)
    sides: list[Term] = field(default_factory=list)
    certainty: Certainty = Certainty.PRESENT

    @property
    def gap_kinds(self) -> set[str]:
        """Kinds of the terms before it."""
        return {term.kind for term in self.gap}

    @property
    def qualities(self) -> list[Term]:
        """Its adjectives."""
        return [term for term in self.terms if term.kind == "quality" and not term.dropped]

    @property
    def is_property(self) -> bool:
        """Whether it is a property alone: "size"."""
        return bool(self.heads) and all(term.kind == "property" for term in self.heads)

    def doubt(self) -> None:
        """Make it uncertain, with every observation in it."""
        self.certainty = Certainty.UNCERTAIN
        for term in self.terms:
            term.certainty = Certainty.PRESENT if term.anatomy else Certainty.UNCERTAIN

    def has(self, *kinds: str) -> bool:
        """Whether a term is of one of the kinds."""
        return any(term.kind in kinds for term in self.terms)


def build_phrases(terms: list[Term]) -> tuple[list[Phrase], list[Term]]:
    """Phrases in order, resolved within themselves, and the terms after the last one."""
    collected, tail = _collect(terms)
    phrases = _join(collected)
    for ix, phrase in enumerate(phrases):
        _drop_imaging(phrase, phrases[ix - 1] if ix else None, phrases[ix + 1].gap if ix + 1 < len(phrases) else tail)
        _resolve(phrase, phrases[ix + 1].gap if ix + 1 < len(phrases) else tail)
    return phrases, tail


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
            unknown = term.kind == "other" and not gap and term.text.isalpha()
            gap.append(term)
            open_phrase = open_phrase and (unknown or (term.kind in _QUIET and term.text not in _DETERMINERS))
    return phrases, gap


def _splits(phrase: Phrase, gap: list[Term], term: Term) -> bool:
    """Whether a masked word stands between two findings, or "change" or a postponed adjective closed the phrase."""
    last = phrase.terms[-1]
    if last.text == "change":
        return True
    if any(t.kind == "mask" for t in gap) and last.kind in FINDINGS:
        return True
    if gap and gap[0].kind == "other":
        return not (last.kind == "quality" and term.kind in FINDINGS | {"quality"})
    closed = last.kind == "quality" and phrase.has("organ", *FINDINGS)
    return closed and bool(gap) and term.kind in FINDINGS | {"organ"}


def _join(phrases: list[Phrase]) -> list[Phrase]:
    """Let unfinished phrases join the next one, from right to left: "acute, cardiac or pleural disease"."""
    joined: list[Phrase] = []
    for phrase in reversed(phrases):
        if joined and _continues(phrase, joined[-1]):
            following = joined.pop()
            joint = len(phrase.terms)
            phrase.joints = {joint} | {joint + j for j in following.joints}
            phrase.terms += following.terms
        joined.append(phrase)
    return joined[::-1]


def _continues(previous: Phrase, phrase: Phrase) -> bool:
    first = phrase.terms[0].kind
    kinds = {"and" if t.text == "but" else t.kind for t in phrase.gap if t.kind not in {"ignore", "measure"}}
    if len(kinds) > 1 and (first in {"quality", "degree"} or previous.terms[-1].kind in {"quality", "side"}):
        kinds.discard("mask")  # "no acute or XXXX pulmonary disease"
    if [t.text for t in phrase.gap] == ["than"] and previous.terms[-1].text in COMPARATIVES:
        # "left greater than right basal scarring", not "scarring, left greater than right, and edema"
        return first == "side" and 1 not in phrase.joints and phrase.has(*FINDINGS)
    listed = bool(kinds) and (kinds <= _LISTED or (kinds == {"locate"} and phrase.gap[0].text == "to"))
    if not listed or any(t.text in _DETERMINERS for t in phrase.gap):
        return False
    if previous.has("organ", "airspace", *FINDINGS):
        return _shares_finding(previous, phrase)
    if previous.has("property"):
        return all(t.kind == "property" for t in phrase.terms)
    if previous.terms[-1].kind == "degree" and first in {"quality", "degree"}:
        return True
    if previous.terms[-1].kind in {"quality", "degree"}:
        adjectives = first in {"quality", "degree"} and phrase.has("organ", "property", *FINDINGS)
        named = phrase.has(*FINDINGS) and (kinds == {"comma"} or any(t.kind == "mask" for t in phrase.gap))
        return "link_verb" not in previous.gap_kinds and (adjectives or named)
    if previous.has("regional", "zone"):
        return first in {"regional", "zone", "side", "level", "organ"} and phrase.has("organ", *FINDINGS)
    headed = phrase.has("organ", "airspace", "regional", "zone", *FINDINGS)
    return headed and first in {"side", "level", "organ", "regional", "zone", "airspace"}


def _shares_finding(previous: Phrase, phrase: Phrase) -> bool:
    """Whether a listed organ awaits the next one's finding: "healed left clavicle and left rib fractures"."""
    if previous.terms[-1].kind != "organ" or previous.has("airspace", *FINDINGS) or phrase.gap_kinds & {"comma"}:
        return False
    judged = any(t.kind == "quality" and t.text not in _OF_FINDINGS for t in previous.terms)
    alike = phrase.terms[0].kind in {"organ", "side", "level"} and phrase.has("organ") and not phrase.has("quality")
    return not judged and alike and phrase.terms[-1].kind in FINDINGS


def _resolve(phrase: Phrase, after: list[Term]) -> None:
    if _is_comparison(phrase, after):
        phrase.kind, phrase.sides = "comparison", [t for t in phrase.terms if t.kind == "side"]
        phrase.heads = phrase.qualities
        return
    if phrase.kind == "dummy":
        return
    last, of = phrase.terms[-1], bool(after) and after[0].text == "of"
    if last.text in {"area", "areas"} and not of and phrase.has("zone", "regional", "organ"):
        last.kind = "organ"  # "the retrocardiac area", not "an area of scarring"
    phrase.sides = _resolve_places(phrase)
    _drop_interval(phrase)
    head = _resolve_findings(phrase)
    if head is not None:
        phrase.kind, phrase.heads = "finding", [head]
        if head.text in {"finding", "findings"} and not (phrase.qualities or phrase.sides or phrase.places):
            head.dropped = True
            phrase.kind, phrase.heads = "dummy", []
    elif phrase.places:
        _resolve_anatomy(phrase)
    elif phrase.qualities:
        phrase.kind, phrase.heads = "adjective", phrase.qualities
    else:
        phrase.kind, phrase.heads = "side", list(phrase.terms)
    _resolve_degrees(phrase, head)


def _drop_imaging(phrase: Phrase, previous: Phrase | None, after: list[Term]) -> None:
    """Leave out what was imaged, and when: "radiographs of the chest", "old films"; not "normal chest film"."""
    leading = (t.kind for t in reversed(phrase.gap[-3:]) if t.text != "of")
    before = next((kind for kind in leading if kind in _LEADS), "") in {"imaging", "skip"}
    judged = previous is not None and previous.terms[-1].kind == "quality" and phrase.gap[0].kind == "imaging"
    follows = next((t.kind for t in after if t.text not in _EARLIER), "") == "imaging"
    imaged = (before and not judged) or follows
    when = [t.text in _DATED for t in phrase.terms if t.kind not in _SITES]
    dated = follows and bool(when) and all(when)
    if dated or (imaged and not phrase.has("quality", *FINDINGS) and phrase.has("organ", "regional")):
        phrase.kind = "dummy"
        for term in phrase.terms:
            term.dropped = True


def _is_comparison(phrase: Phrase, after: list[Term]) -> bool:
    """ "right greater than left", "… greater on the left": sides and a comparative, nothing else."""
    if not all(t.kind == "side" or t.text in COMPARATIVES for t in phrase.terms):
        return False
    compared = any(t.text == "than" for t in [*phrase.gap, *after[:1]])
    return compared and phrase.has("side")


def _drop_interval(phrase: Phrase) -> None:
    """ "interval" counts only before a change: "interval increase", not "interval placement"."""
    for term, after in zip(phrase.terms, [*phrase.terms[1:], None], strict=True):
        if term.text == "interval" and (after is None or after.kind not in {"change", "finding", "quality"}):
            term.dropped = True


def _resolve_findings(phrase: Phrase) -> Term | None:
    """The last finding is the head; earlier ones and adjectives modify it, it is located at the phrase's anatomy.

    A device's part modifies the device, and is itself what a following site belongs to.
    """
    findings = [t for t in phrase.terms if t.kind in FINDINGS]
    if not findings:
        return None
    head = findings[-1]
    owner = head
    for term, after in pairwise(findings):
        if after is head and head.kind == "part" and term.kind == "device":
            owner = term
            head.relate("modify", owner)
        else:
            term.relate("modify", after)
    for term in [*phrase.qualities, *phrase.sides]:
        term.relate("modify", owner)
    for place in phrase.places:
        owner.relate("located_at", place)
    return head


def _resolve_anatomy(phrase: Phrase) -> None:
    for quality in phrase.qualities:
        place = next((p for p in phrase.places if p.kind != "property"), phrase.places[0])
        quality.relate("located_at", place)
    for term in phrase.sides:
        term.anatomy = True
        term.relate("modify", phrase.places[-1])
    phrase.kind, phrase.heads = "anatomy", list(phrase.places)


def _resolve_degrees(phrase: Phrase, head: Term | None) -> None:
    for ix, term in enumerate(phrase.terms):
        if term.kind != "degree":
            continue
        after = [t for t in phrase.terms[ix + 1 :] if t.kind == "quality" and not t.dropped]
        before = [t for t in phrase.terms[:ix] if t.kind == "quality" and not t.dropped]
        target = after[0] if after else head or (before[-1] if before else None)
        if target is None:
            term.dropped = True
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
        if _awaits_organ(phrase, run, ix) or (run and term.text in COMPARATIVES):
            continue
        if term.kind == "airspace" and not any(t.kind in _PLACES for t, _ in run):
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


def _awaits_organ(phrase: Phrase, run: list[tuple[Term, bool]], ix: int) -> bool:
    """Whether an adjective stands between anatomy and its head: "left hilar calcified lymph node"."""
    if phrase.has("airspace", *FINDINGS) or any(t.kind == "organ" for t, _ in run):
        return False
    rest = phrase.terms[ix + 1 :]
    return any(t.kind == "organ" for t in rest) and not any(ix + j in phrase.joints for j in range(len(rest) + 1))


def _close(phrase: Phrase, run: list[tuple[Term, bool]]) -> list[Term]:
    """End a run of anatomy; returns its terms where no anatomy is among them."""
    # "bony or soft tissue abnormality" is at both; "hilar and mediastinal nodes" is one
    separate = phrase.has(*FINDINGS)
    if separate:  # "a 7 mm diameter nodule", "a moderate sized hiatal hernia"
        for term, _ in takewhile(lambda item: item[0].kind not in _SITES, run):
            term.dropped = term.kind == "property"
        run = [item for item in run if not item[0].dropped]
    if not any(term.kind in _PLACES for term, _ in run):
        return [term for term, _ in run]
    segments = _segments(run)
    last = _head(segments[-1])
    shared = last is not None and last.kind == "organ"
    pending: list[Term] = []
    for segment in segments:
        own = _head(segment)
        head = last if shared and not separate and segment[-1].kind != "property" else own
        head = head or (last if separate else None)
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
    for term in pending:
        term.relate("modify", phrase.places[-1])
    return []


def _segments(run: list[tuple[Term, bool]]) -> list[list[Term]]:
    """Parts of a run with a head each: at conjunctions, between organ or zone and tissue ("biapical | pleural")."""
    segments: list[list[Term]] = []
    for term, joint in run:
        last = segments[-1][-1].kind if segments else ""
        tissue = term.kind == "regional" and last in {"organ", "zone"}
        zone = term.kind == "zone" and last in {"organ", "regional"}
        side = term.kind == "side" and last in _PLACES and term.text != "bilaterally"
        after_size = last == "property" and term.kind in _SITES  # "heart size mediastinal contour"
        measured = after_size and any(t.kind in _SITES for t in segments[-1])
        if joint or not segments or tissue or zone or side or measured:
            segments.append([])
        segments[-1].append(term)
    return segments


def _head(segment: list[Term]) -> Term | None:
    heads = [t for t in segment if t.kind in _SITES]
    heads = heads or [t for t in segment if t.kind == "property"]
    return heads[-1] if heads else None


__all__ = ["COMPARATIVES", "Phrase", "build_phrases"]
