"""Relations between the phrases of a sentence: modify, located_at, suggestive_of.

The phrases are read from left to right. What stands between two of them (a preposition, a verb, "with", a comma)
says how the second relates to the subjects before it: one method of :class:`_Reader` for each way.
"""

from __future__ import annotations

from collections.abc import Sequence

from thoracite.kg.extract_lexicon import Term
from thoracite.kg.extract_phrases import Phrase
from thoracite.kg.extract_scope import closes_clause
from thoracite.types import Certainty

_LUNGS = frozenset({"lung", "lungs", "lobe", "lobes", "base", "bases", "apex", "apices"})
_NOT_IN_LUNG = frozenset(
    {
        "effusion", "effusions", "pneumothorax", "pneumothoraces", "fluid", "hydropneumothorax", "hemothorax", "fracture",
        "fractures", "adenopathy", "lymphadenopathy", "cardiomegaly", "pneumoperitoneum", "pneumomediastinum", "failure",
        "hernia", "thickening",
    }
)  # fmt: skip
_WHOLE = frozenset({"chest", "thorax"})
_PROPERTIES = frozenset({"contour", "contours", "configuration", "caliber", "appearance", "position"})


def link_phrases(phrases: list[Phrase], tail: list[Term]) -> None:
    """Add the relations between phrases, given the terms after the last one; certainty is known by then."""
    reader = _Reader(phrases, tail)
    for ix in range(len(phrases)):
        reader.read(ix)


def classify_gap(previous: Phrase | None, phrase: Phrase) -> str:
    """How a phrase follows the one before it: the name of a reading rule.

    One of start, stop, compare, suggest, show, locate, without, with, predicate, coordinate, masked, beside.
    """
    kinds = _kinds_after_mask(phrase.gap)
    if previous is None:
        return "start"
    if phrase.kind == "comparison" or any(t.text == "than" for t in phrase.gap):
        return "compare"
    if "stop" in kinds or (phrase.kind != "adjective" and any(t.text == ":" for t in phrase.gap)):
        return "stop"
    if kinds & {"suggest", "suggest_hedged"} or ("includes" in kinds and phrase.certainty is Certainty.UNCERTAIN):
        return "suggest"
    if _is_hedged_apposition(previous, phrase):
        return "suggest"
    if phrase.kind == "adjective" and "link_verb" in kinds:
        return "predicate"
    for link in ("show", "locate"):
        if link in kinds:
            return link
    if any(t.kind == "negate" and t.text.startswith(("without", "free", "negative", "devoid", "of", "from")) for t in phrase.gap):
        return "without"
    if "with" in kinds or "includes" in kinds:
        return "with"
    if kinds & {"link_verb", "not"} or (phrase.kind == "adjective" and "hedge" in kinds):
        return "predicate"
    if kinds & {"and", "or", "comma"}:
        return "coordinate"
    return "masked" if "mask" in kinds and phrase.has("disease") and previous.kind == "finding" else "beside"


def _kinds_after_mask(gap: list[Term]) -> set[str]:
    """Kinds of a gap; where a noun was removed ("of the XXXX, similar"), of what follows it, if that says anything."""
    last = max((at for at, term in enumerate(gap) if term.kind == "mask"), default=-1)
    rest = {term.kind for term in gap[last + 1 :]}
    return rest if last >= 0 and rest - {"ignore", "other"} else {term.kind for term in gap}


def _is_hedged_apposition(previous: Phrase, phrase: Phrase) -> bool:
    """"opacity, likely atelectasis"; not "opacity and possible effusion", nor "opacity is possible, effusion …"."""
    if phrase.kind != "finding" or previous.kind == "side" or phrase.gap_kinds & {"and", "or"}:
        return False
    return any(t.kind == "hedge" and not closes_clause(phrase.gap, at, ends=False) for at, t in enumerate(phrase.gap))


class _Reader:
    """Reads one sentence.

    Parameters
    ----------
    phrases : list of Phrase
        The sentence's.
    tail : list of Term
        What follows the last one.

    Attributes
    ----------
    subjects : list of Phrase
        Coordinated findings, or coordinated anatomy, that a predicate would apply to.
    finding : Phrase or None
        The last finding, to which a following site belongs.
    sources : list of Term
        What a following "suggests" would start from.
    suggesting : list of Term
        The sources whose list of targets is still open.
    shared : list of Term
        Anatomy at which every finding of the current list is located.
    in_lungs_only : bool
        Whether only findings of the lung share it.
    described : list of Phrase
        Subjects that already have a predicate.
    """

    def __init__(self, phrases: list[Phrase], tail: list[Term]) -> None:
        self.phrases = phrases
        self.gaps = [phrase.gap for phrase in phrases] + [tail]
        self._forget()

    def _forget(self) -> None:
        self.subjects: list[Phrase] = []
        self.finding: Phrase | None = None
        self.sources: list[Term] = []
        self.suggesting: list[Term] = []
        self.shared: list[Term] = []
        self.in_lungs_only = False
        self.described: list[Phrase] = []

    def read(self, ix: int) -> None:
        """Relate one phrase to what came before, and remember it."""
        phrase = self.phrases[ix]
        previous = self.phrases[ix - 1] if ix else None
        following = self.phrases[ix + 1] if ix + 1 < len(self.phrases) else None
        link = classify_gap(previous, phrase)
        if previous is None or link in {"start", "stop"}:
            self._forget()
            self._remember(phrase, "start")
            if phrase.kind == "side":
                self._leave_side(phrase)
            return
        rule = getattr(self, f"_{link}", None)
        if link == "coordinate":
            self._coordinate(previous, phrase, following)
        elif rule is not None:
            rule(previous, phrase)
        if phrase.kind not in {"comparison", "side", "dummy"}:
            self._remember(phrase, link)
        elif phrase.kind == "side" and link not in {"locate", "compare"}:
            self._leave_side(phrase)

    # How a phrase follows another

    def _suggest(self, previous: Phrase, phrase: Phrase) -> None:
        if self.finding is None and not self.sources and phrase.kind == "finding":
            self._share(self._anatomy(), phrase)
        self.suggesting = list(self.sources)
        if phrase.kind == "finding" and phrase.terms[-1].kind != "amount":
            _relate(self.suggesting, "suggestive_of", phrase.heads)
        elif phrase.kind == "anatomy":
            _relate(self.suggesting, "suggestive_of", phrase.qualities[-1:])

    def _masked(self, previous: Phrase, phrase: Phrase) -> None:
        """A verb was removed between finding and diagnosis."""
        if Certainty.ABSENT not in {previous.certainty, phrase.certainty}:
            for term in phrase.terms:
                term.certainty = Certainty.PRESENT if term.anatomy else Certainty.UNCERTAIN
            self._suggest(previous, phrase)

    def _show(self, previous: Phrase, phrase: Phrase) -> None:
        self._share(self._anatomy(), phrase)

    def _without(self, previous: Phrase, phrase: Phrase) -> None:
        anatomy = self._anatomy()
        lungs = [term for term in anatomy if term.text in _LUNGS]
        named = anatomy[-1:] == previous.heads[-1:] and (not previous.qualities or anatomy[-1].text in _WHOLE)
        bare = named or any(t.text.startswith(("free", "of", "from")) for t in phrase.gap)
        if lungs:
            self._share(lungs, phrase, in_lungs_only=True)
        elif bare:
            self._share(anatomy, phrase)

    def _with(self, previous: Phrase, phrase: Phrase) -> None:
        if phrase.kind != "finding":
            return
        device = next((p for p in reversed(self.subjects) if p.has("device")), None)
        if phrase.has("part") and device is not None:
            phrase.heads[0].relate("modify", device.heads[0])
        elif previous.kind == "anatomy" and previous in self.subjects and not previous.qualities:
            self._share(previous.heads, phrase)

    def _predicate(self, previous: Phrase, phrase: Phrase) -> None:
        """A predicate applies to every subject."""
        if phrase.kind == "finding":
            self._share(self._anatomy(), phrase)
        elif phrase.kind == "adjective":
            self.described += self.subjects
            for subject in self.subjects:
                name, heads = ("located_at", subject.heads) if subject.kind == "anatomy" else ("modify", subject.heads[:1])
                _relate(phrase.heads, name, heads)
                for side in phrase.sides:
                    side.anatomy = side.anatomy or subject.kind == "anatomy"
                    side.relate("modify", heads[-1])

    def _compare(self, previous: Phrase, phrase: Phrase) -> None:
        """"right greater than left": the sides modify the finding's anatomy, the comparative the finding."""
        if self.finding is None:
            return
        head = self.finding.heads[0]
        places = (t for p in reversed(self.subjects) for n, t in p.heads[0].relations if n == "located_at")
        place = next((term for term in places if term.kind != "airspace"), None)
        sides = phrase.sides if phrase.kind == "comparison" else [t for t in phrase.terms if t.kind == "side"]
        for side in sides:
            side.anatomy = place is not None
            side.certainty = Certainty.PRESENT if side.anatomy else self.finding.certainty
            side.relate("modify", head if place is None else place)
        if phrase.kind == "comparison":
            _relate(phrase.heads, "modify", [head])
            for term in phrase.heads:
                term.certainty = self.finding.certainty

    def _beside(self, previous: Phrase, phrase: Phrase) -> None:
        if phrase.kind == "adjective":
            self._predicate(previous, phrase)
        elif phrase.kind == "anatomy" and previous.kind == "finding" and not phrase.qualities:
            _relate(previous.heads, "located_at", phrase.heads)

    def _coordinate(self, previous: Phrase, phrase: Phrase, following: Phrase | None) -> None:
        if phrase.kind == "finding":
            if phrase.certainty is Certainty.PRESENT:
                self.suggesting = []
            if phrase.terms[-1].kind != "amount":
                _relate(self.suggesting, "suggestive_of", phrase.heads)
            if self.shared:
                self._share(self.shared, phrase, in_lungs_only=self.in_lungs_only)
            if "or" in phrase.gap_kinds and phrase.certainty is not Certainty.ABSENT:
                _share_modifiers(previous, phrase)
            if phrase.terms[-1].kind == "quality":
                for subject in self.subjects:
                    _relate(phrase.terms[-1:], "modify", subject.heads if subject.kind == "finding" else [])
        elif phrase.kind == "adjective":
            self._predicate(previous, phrase)
        elif phrase.kind == "anatomy" and "locate" in previous.gap_kinds:
            if previous.kind == "anatomy" and previous.is_property:
                self._add_property(phrase)
            elif not _starts_clause(phrase, following):
                _relate(self._owners(previous), "located_at", phrase.heads)

    def _locate(self, previous: Phrase, phrase: Phrase) -> None:
        if any(t.kind == "with" for t in phrase.gap) and any(t.kind == "mask" for t in phrase.gap):
            return  # "with a XXXX in the ventricle": what is located there was removed
        if phrase.kind == "anatomy":
            self._locate_at(previous, phrase)
        elif phrase.kind == "finding" and previous.kind == "finding":
            self._locate_finding(previous, phrase)
        elif phrase.kind == "finding" and previous.kind == "anatomy" and previous.is_property:
            for term in previous.terms:
                term.dropped = True
            if self.finding is not None:
                self._locate_finding(self.finding, phrase)
        elif phrase.kind == "side":
            self._locate_side(phrase)

    def _locate_finding(self, previous: Phrase, phrase: Phrase) -> None:
        """"areas of haze", "change in effusion", "catheter in good position"."""
        last = previous.terms[-1]
        if last.kind == "amount":
            for term in [t for t in previous.terms if not t.anatomy and not t.dropped]:
                term.relations = [r for r in term.relations if r[1] is not last]
                term.relate("modify", phrase.heads[0])
            _relate(self.suggesting, "suggestive_of", phrase.heads)
        elif last.kind == "change" or last.text == "position":
            _relate(previous.heads, "modify", phrase.heads)
        elif phrase.heads[0].text == "position":
            _relate(phrase.heads, "modify", previous.heads)
        elif previous.has("part") and phrase.has("device"):
            _relate(previous.heads, "modify", phrase.heads)
        elif phrase.has("device"):
            _relate(previous.heads, "located_at", phrase.places)

    def _locate_side(self, phrase: Phrase) -> None:
        """"an effusion on the left"; before a removed word the side is of masked anatomy."""
        if self.finding is None or self._is_masked(phrase) or any(t.kind == "negate_after" for t in phrase.gap):
            self._leave_side(phrase)
            return
        for term in phrase.terms:
            term.relate("modify", self.finding.heads[0])
            term.certainty = self.finding.certainty

    def _is_masked(self, phrase: Phrase) -> bool:
        after = self.gaps[self.phrases.index(phrase) + 1]
        return bool(after) and after[0].kind == "mask"

    def _leave_side(self, phrase: Phrase) -> None:
        """A side of nothing named: anatomy where the noun was removed, otherwise no entity."""
        masked = self._is_masked(phrase)
        for term in phrase.terms:
            term.anatomy, term.certainty, term.dropped = masked, Certainty.PRESENT, not masked

    def _locate_at(self, previous: Phrase, phrase: Phrase) -> None:
        heads = phrase.heads
        in_property = phrase.is_property or (previous.kind == "adjective" and heads[-1].text in _PROPERTIES)
        if in_property and self._anatomy():
            self._add_property(phrase)
        elif phrase.is_property:
            for term in phrase.terms:
                term.dropped = True
        elif previous.kind == "anatomy" and previous.is_property:
            _relate(previous.heads, "modify", heads[-1:])
            for quality in previous.qualities:
                quality.relations = [("located_at", heads[-1])]
            self.subjects, self.finding = [phrase], None
        elif self.finding is not None:
            owners = self._owners(previous)
            _relate(owners, "located_at", heads)
            if phrase.terms[-1].kind == "quality":
                phrase.terms[-1].relations = [("modify", owner) for owner in owners]
        elif previous.kind == "adjective":
            _relate(previous.heads, "located_at", heads)
        elif previous.kind == "anatomy":
            _relate(previous.qualities, "located_at", heads[-1:])
            heads[-1].relate("modify", previous.heads[-1])

    # What was named so far

    def _anatomy(self) -> list[Term]:
        """Heads of the anatomical subjects."""
        return [head for phrase in self.subjects if phrase.kind == "anatomy" for head in phrase.heads]

    def _add_property(self, phrase: Phrase) -> None:
        """"normal in size and contour": the property modifies the subject."""
        for subject in self.subjects:
            if subject.kind == "anatomy":
                for term in phrase.heads:
                    term.relate("modify", subject.heads[0])

    def _share(self, anatomy: Sequence[Term], phrase: Phrase, *, in_lungs_only: bool = False) -> None:
        """Locate a finding at anatomy named before, and so the rest of its list."""
        self.shared, self.in_lungs_only = list(anatomy), in_lungs_only
        if phrase.kind != "finding" or (in_lungs_only and (phrase.heads[0].text in _NOT_IN_LUNG or phrase.has("device"))):
            return
        _relate(phrase.heads, "located_at", self.shared)

    def _owners(self, previous: Phrase) -> list[Term]:
        """Findings that a following site belongs to: the last one, and its partners joined by "or" and "and"."""
        findings = [p for p in self.subjects if p.kind == "finding"] or ([self.finding] if self.finding else [])
        if previous.kind != "finding":
            return [head for p in findings[-1:] for head in p.heads]
        owners: list[Term] = []
        for phrase in reversed(findings):
            if not owners or not any(name == "located_at" for name, _ in phrase.heads[0].relations):
                owners += phrase.heads
            kinds = phrase.gap_kinds
            if not kinds & {"or", "and"} or ("comma" in kinds and phrase.certainty is Certainty.ABSENT):
                break
        return owners

    def _remember(self, phrase: Phrase, link: str) -> None:
        """Which phrases later ones will refer to."""
        listed = link == "coordinate"
        if phrase.kind == "finding":
            kept = [p for p in self.subjects if p.kind == "finding"] if listed else []
            self.subjects = [*kept, phrase]
            self.finding = phrase
            self.sources = [head for p in self.subjects for head in p.heads]
            if link not in {"coordinate", "suggest", "masked", "locate"}:
                self.suggesting = []
            if link not in {"coordinate", "suggest", "show", "without", "with", "predicate"}:
                self.shared = []
        elif phrase.kind == "anatomy":
            self._remember_anatomy(phrase, link)
        elif phrase.kind == "adjective" and self._anatomy():
            self.sources = list(phrase.heads[-1:])

    def _remember_anatomy(self, phrase: Phrase, link: str) -> None:
        listed = link == "coordinate"
        if link not in {"start", "coordinate", "beside"} or (listed and self.finding is not None and not phrase.qualities):
            if listed and self.finding is not None:
                self._maybe_new_subject(phrase)
            return
        postponed = bool(phrase.qualities) and phrase.terms[-1].kind == "quality"
        kept = [p for p in self.subjects if p.kind == "anatomy" and p not in self.described] if listed else []
        if postponed:
            for subject in kept:
                if not subject.qualities:
                    _relate(phrase.qualities, "located_at", subject.heads[:1])
        self.subjects, self.finding = [*kept, phrase], None
        self.sources = phrase.qualities[-1:]

    def _maybe_new_subject(self, phrase: Phrase) -> None:
        ix = self.phrases.index(phrase)
        following = self.phrases[ix + 1] if ix + 1 < len(self.phrases) else None
        if _starts_clause(phrase, following):
            self.subjects, self.finding, self.sources = [phrase], None, phrase.qualities[-1:]


def _starts_clause(phrase: Phrase, following: Phrase | None) -> bool:
    if phrase.qualities:
        return True
    return following is not None and following.kind == "adjective" and "link_verb" in following.gap_kinds


def _share_modifiers(previous: Phrase, phrase: Phrase) -> None:
    """Bare alternatives of one finding share its modifiers and its place."""
    if len(phrase.terms) > 1 or previous.kind != "finding" or phrase.has("amount"):
        return
    for term in previous.terms:
        if ("modify", previous.heads[0]) in term.relations and not term.anatomy:
            _relate([term], "modify", phrase.heads)
    _relate(phrase.heads, "located_at", previous.places)


def _relate(sources: Sequence[Term], name: str, targets: Sequence[Term]) -> None:
    for source in sources:
        for target in targets:
            source.relate(name, target)


__all__ = ["classify_gap", "link_phrases"]
