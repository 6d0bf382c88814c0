"""Relations between the phrases of a sentence: modify, located_at, suggestive_of.

The phrases are read from left to right; :mod:`thoracite.kg.extract.links` says how each follows what came before,
and :class:`_Reader` has one rule for each way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from thoracite.kg.extract.lexicon import Term
from thoracite.kg.extract.links import Link, classify_link, share_modifiers, starts_clause
from thoracite.kg.extract.phrases import COMPARATIVES, Phrase
from thoracite.types import Certainty

_LUNGS = frozenset({"lung", "lungs", "lobe", "lobes", "base", "bases", "apex", "apices"})
_NOT_IN_LUNG = frozenset(
    {
        "effusion", "effusions", "pneumothorax", "pneumothoraces", "fluid", "hydropneumothorax", "hemothorax",
        "fracture", "fractures", "adenopathy", "lymphadenopathy", "cardiomegaly", "pneumoperitoneum",
        "pneumomediastinum", "failure", "hernia", "thickening",
    }
)  # fmt: skip
_OF_FINDINGS = frozenset({"position", "enlargement"})
_WHOLE = frozenset({"chest", "thorax"})
_PROPERTIES = frozenset({"contour", "contours", "caliber", "appearance", "position"})


def link_phrases(phrases: list[Phrase], tail: list[Term]) -> None:
    """Add the relations between phrases, given the terms after the last one; certainty is known by then."""
    reader = _Reader(phrases, tail)
    for ix in range(len(phrases)):
        reader.read(ix)


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
    previous, following : Phrase, Phrase or None
        Around the phrase being read.
    subjects : list of Phrase
        Coordinated findings, or coordinated anatomy, that a predicate would apply to.
    described : list of Phrase
        Subjects that already have a predicate.
    finding : Phrase or None
        The last finding, to which a following site belongs.
    sources : list of Term
        What a following "suggests" would start from.
    suggesting : list of Term
        The sources whose list of targets is still open.
    fronted : list of Term
        The site with which the sentence began: "in the left base, there is …".
    masked : bool
        Whether the current list of findings reads a sign after a removed verb.
    shared, in_lungs_only : list of Term, bool
        Anatomy at which every finding of the current list is located, or only those of the lung.
    """

    def __init__(self, phrases: list[Phrase], tail: list[Term]) -> None:
        self.phrases = phrases
        self.gaps = [*(phrase.gap for phrase in phrases[1:]), tail]
        self.previous = phrases[0] if phrases else Phrase([])
        self.following: Phrase | None = None
        self.after: list[Term] = []
        self.rules: dict[Link, Callable[[Phrase], None]] = {
            "compare": self._compare,
            "suggest": self._suggest,
            "show": lambda phrase: self._share(self._anatomy(), phrase),
            "locate": self._locate,
            "without": self._without,
            "with": self._with,
            "predicate": self._predicate,
            "coordinate": self._coordinate,
            "masked": self._masked,
            "beside": self._beside,
        }
        self._forget()

    def _forget(self) -> None:
        self.subjects: list[Phrase] = []
        self.described: list[Phrase] = []
        self.finding: Phrase | None = None
        self.sources: list[Term] = []
        self.suggesting: list[Term] = []
        self.shared: list[Term] = []
        self.in_lungs_only = False
        self.fronted: list[Term] = []
        self.masked = False

    def read(self, ix: int) -> None:
        """Relate one phrase to what came before, and remember it."""
        phrase, link = self.phrases[ix], classify_link(self.phrases, ix)
        self.following = self.phrases[ix + 1] if ix + 1 < len(self.phrases) else None
        self.after = self.gaps[ix]
        fronted = self.fronted
        if link in {"start", "stop"}:
            self._forget()
        else:
            self.rules[link](phrase)
        if fronted and phrase.kind == "finding":
            _relate(phrase.heads, "located_at", fronted)
        starts_with_site = link == "start" and phrase.kind == "anatomy" and "locate" in phrase.gap_kinds
        self.fronted = phrase.heads if starts_with_site else []
        if phrase.kind == "side" and link not in {"locate", "compare"}:
            self._leave_side(phrase)
        elif phrase.kind == "finding":
            self._remember_finding(phrase, link)
        elif phrase.kind == "anatomy":
            self._remember_anatomy(phrase, link)
        elif phrase.kind == "adjective" and self._anatomy():
            self.sources = phrase.heads[-1:]
        self.previous = phrase

    # One rule for each way in which a phrase follows another

    def _suggest(self, phrase: Phrase) -> None:
        if self.finding is None and not self.sources:
            self._share(self._anatomy(), phrase)
        absent = phrase.certainty is Certainty.ABSENT
        sources = self.suggesting if self.suggesting and "differential" in phrase.gap_kinds else self.sources
        self.suggesting = [term for term in sources if absent or term.certainty is not Certainty.ABSENT]
        if phrase.kind == "anatomy":
            _relate(self.suggesting, "suggestive_of", phrase.qualities[-1:])
        elif phrase.kind == "finding" and phrase.terms[-1].kind != "amount":
            _relate(self.suggesting, "suggestive_of", phrase.heads)

    def _masked(self, phrase: Phrase) -> None:
        """A verb was removed between finding and diagnosis."""
        if Certainty.ABSENT not in {self.previous.certainty, phrase.certainty}:
            phrase.doubt()
            self._suggest(phrase)
            self.masked = True

    def _without(self, phrase: Phrase) -> None:
        anatomy = self._anatomy()
        whole = [head for p in self.subjects if p.kind == "anatomy" and not p.has("property") for head in p.heads]
        lungs = [term for term in whole if term.text in _LUNGS]
        named = bool(anatomy) and anatomy[-1:] == self.previous.heads[-1:]
        bare = named and (not self.previous.qualities or anatomy[-1].text in _WHOLE)
        if lungs:
            self._share(lungs, phrase, in_lungs_only=True)
        elif bare or self._is_stated_of(phrase):
            self._share(anatomy, phrase)

    @staticmethod
    def _is_stated_of(phrase: Phrase) -> bool:
        """Whether it reads "… are without", "… free of", not just "…, without"."""
        return any(t.kind == "link_verb" or t.text.startswith(("free", "of", "from")) for t in phrase.gap)

    def _with(self, phrase: Phrase) -> None:
        if phrase.kind != "finding":
            return
        device = next((p for p in reversed(self.subjects) if p.has("device")), None)
        if phrase.has("part") and device is not None:
            phrase.heads[0].relate("modify", device.heads[0])
        elif phrase.has("part") or phrase.gap[0].kind == "mask":
            return  # "a chest XXXX with its tip in …": what has the part was removed
        elif self.previous.kind == "anatomy" and self.previous in self.subjects and not self.previous.qualities:
            self._share(self.previous.heads, phrase)

    def _predicate(self, phrase: Phrase) -> None:
        """A predicate applies to every subject."""
        if phrase.kind == "finding":
            self._share(self._anatomy(), phrase)
        elif phrase.is_property and self._anatomy():
            self._add_property(phrase)
        elif phrase.kind == "adjective":
            self.described += self.subjects
            for subject in self.subjects:
                is_anatomy = subject.kind == "anatomy"
                heads = subject.heads if is_anatomy else subject.heads[:1]
                _relate(phrase.heads, "located_at" if is_anatomy else "modify", heads)
                for side in phrase.sides:
                    side.anatomy = side.anatomy or is_anatomy
                    side.relate("modify", heads[-1])

    def _compare(self, phrase: Phrase) -> None:
        """In "right greater than left", the sides modify the finding's anatomy, the comparative the finding."""
        if self.finding is None:
            for side in (term for term in phrase.terms if term.kind == "side"):
                side.anatomy, side.dropped = True, not self._anatomy()
                _relate([side], "modify", self._anatomy()[:1])
            return
        head = self.finding.heads[0]
        places = (t for p in reversed(self.subjects) for n, t in p.heads[0].relations if n == "located_at")
        place = next((term for term in places if term.kind != "airspace"), None)
        for side in (term for term in phrase.terms if term.kind == "side"):
            side.anatomy = place is not None
            side.certainty = Certainty.PRESENT if side.anatomy else self.finding.certainty
            side.relate("modify", head if place is None else place)
        if phrase.kind == "comparison":
            _relate(phrase.heads, "modify", [head])
            for term in phrase.heads:
                term.certainty = self.finding.certainty

    def _beside(self, phrase: Phrase) -> None:
        if phrase.kind == "adjective":
            self._predicate(phrase)
        elif phrase.kind == "anatomy" and self.previous.kind == "finding" and not starts_clause(phrase, self.following):
            _relate(self.previous.heads, "located_at", phrase.heads)

    def _coordinate(self, phrase: Phrase) -> None:
        if phrase.kind == "adjective":
            self._predicate(phrase)
        elif phrase.kind == "finding":
            self._coordinate_finding(phrase)
        elif phrase.kind == "anatomy" and {"locate", "property"} & {*self.previous.gap_kinds, self.previous.kind}:
            if self.previous.kind == "property":
                self._add_property(phrase)
            elif not starts_clause(phrase, self.following):
                _relate(self._owners(), "located_at", phrase.heads)

    def _coordinate_finding(self, phrase: Phrase) -> None:
        if self.suggesting and self.following is not None and self.following.gap_kinds & {"suggest", "suggest_hedged"}:
            self.suggesting, self.subjects = [], []  # "… to suggest pneumothorax or blunting to suggest effusion"
        if self.masked and "and" in phrase.gap_kinds:  # "opacity XXXX atelectasis and scarring"
            phrase.doubt()
        if phrase.certainty is Certainty.PRESENT:
            self.suggesting = []
        if phrase.terms[-1].kind != "amount":
            _relate(self.suggesting, "suggestive_of", phrase.heads)
        if self.shared:
            self._share(self.shared, phrase, in_lungs_only=self.in_lungs_only)
        if "or" in phrase.gap_kinds and phrase.certainty is not Certainty.ABSENT:
            share_modifiers(self.previous, phrase)
        if phrase.terms[-1].kind == "quality" and phrase.terms[-1].text not in COMPARATIVES:
            for subject in self.subjects:
                _relate(phrase.terms[-1:], "modify", subject.heads if subject.kind == "finding" else [])

    def _locate(self, phrase: Phrase) -> None:
        if {"with", "mask"} <= phrase.gap_kinds:
            return  # "with a XXXX in the ventricle": what is located there was removed
        if phrase.kind == "anatomy":
            self._locate_at(phrase)
        elif phrase.kind == "finding" and self.previous.kind == "finding":
            self._locate_finding(self.previous, phrase)
        elif phrase.terms[-1].text == "position" and self.previous.kind == "adjective":  # "unchanged in position"
            _relate(phrase.heads, "modify", [p.heads[0] for p in self.subjects if p.kind == "finding"])
        elif phrase.kind == "finding" and self.previous.kind == "anatomy" and self.previous.is_property:
            for term in self.previous.terms:
                term.dropped = True
            if self.finding is not None:
                self._locate_finding(self.finding, phrase)
        elif phrase.kind == "side":
            self._locate_side(phrase)
        elif phrase.kind == "adjective" and self._anatomy():
            self._predicate(phrase)

    def _locate_finding(self, owner: Phrase, phrase: Phrase) -> None:
        """Read "areas of haze", "change in effusion", "catheter in good position"."""
        last = owner.terms[-1]
        if last.kind == "amount":
            _relate(phrase.heads, "located_at", [target for name, target in last.relations if name == "located_at"])
            last.relations = []
            for term in [t for t in owner.terms if not t.anatomy and not t.dropped]:
                term.relations = [relation for relation in term.relations if relation[1] is not last]
                term.relate("modify", phrase.heads[0])
            _relate(self.suggesting, "suggestive_of", phrase.heads)
        elif last.kind == "change" or last.text in _OF_FINDINGS or (owner.has("part") and phrase.has("device")):
            _relate(owner.heads, "modify", phrase.heads)
        elif phrase.heads[0].text == "position":
            _relate(phrase.heads, "modify", owner.heads)
        elif phrase.has("device"):
            _relate(owner.heads, "located_at", phrase.places)

    def _locate_side(self, phrase: Phrase) -> None:
        """Read "an effusion on the left"."""
        masked = bool(self.after) and self.after[0].kind == "mask"
        if self.finding is None or masked or "negate_after" in phrase.gap_kinds:
            self._leave_side(phrase)
            return
        for term in phrase.terms:
            term.relate("modify", self.finding.heads[0])
            term.certainty = self.finding.certainty

    def _leave_side(self, phrase: Phrase) -> None:
        """A side of nothing named is anatomy where the noun was removed ("the left XXXX"), otherwise no entity."""
        masked = bool(self.after) and self.after[0].kind == "mask"
        for term in phrase.terms:
            term.anatomy, term.certainty = True, Certainty.PRESENT
            term.dropped = not masked or term.kind != "side"

    def _locate_at(self, phrase: Phrase) -> None:
        heads, previous = phrase.heads, self.previous
        if phrase.qualities and phrase.gap[-1].text == "for":
            return  # "within normal limits for low lung volumes"
        in_property = phrase.is_property or (previous.kind == "adjective" and heads[-1].text in _PROPERTIES)
        if in_property and self._anatomy():
            self._add_property(phrase)
        elif phrase.is_property:
            awaited = self.following is not None and any(t.text == "of" for t in self.following.gap)
            for term in phrase.terms:
                term.dropped = not awaited
        elif previous.kind == "anatomy" and previous.is_property:
            _relate(previous.heads, "modify", heads[-1:])
            for quality in previous.qualities:
                quality.relations = [("located_at", heads[-1])]
            if self.finding is None:
                self.subjects = [phrase]
            elif "locate" in previous.gap_kinds:  # "increase in size of the heart"
                _relate(self.finding.heads, "located_at", heads)
        elif self.finding is not None:
            owners = self._owners()
            _relate(owners, "located_at", heads)
            if phrase.terms[-1].kind == "quality":
                phrase.terms[-1].relations = [("modify", owner) for owner in owners]
        elif previous.kind == "adjective":
            _relate(previous.heads, "located_at", heads)
        elif previous.kind == "anatomy":
            _relate(previous.qualities, "located_at", heads[-1:])
            if any(t.text == "of" for t in phrase.gap):
                heads[-1].relate("modify", previous.heads[-1])

    # What was named so far

    def _anatomy(self) -> list[Term]:
        """Heads of the anatomical subjects."""
        return [head for phrase in self.subjects if phrase.kind == "anatomy" for head in phrase.heads]

    def _add_property(self, phrase: Phrase) -> None:
        """In "normal in size and contour", the properties modify the subject; they are none."""
        phrase.kind = "property"
        heads = [subject.heads[0] for subject in self.subjects if subject.kind == "anatomy"]
        _relate(phrase.heads, "modify", heads)
        for quality in phrase.qualities:  # "is of normal size"
            quality.relations = [("located_at", head) for head in heads]

    def _share(self, anatomy: Sequence[Term], phrase: Phrase, *, in_lungs_only: bool = False) -> None:
        """Locate a finding at anatomy named before, and so the rest of its list."""
        self.shared, self.in_lungs_only = list(anatomy), in_lungs_only
        elsewhere = in_lungs_only and (phrase.has("device") or any(t.text in _NOT_IN_LUNG for t in phrase.heads))
        if phrase.kind == "finding" and not elsewhere:
            _relate(phrase.heads, "located_at", self.shared)

    def _owners(self) -> list[Term]:
        """Findings that a following site belongs to: the last one, and its partners joined by "or" and "and"."""
        findings = [p for p in self.subjects if p.kind == "finding"] or ([self.finding] if self.finding else [])
        if self.previous.kind != "finding":
            return [head for phrase in findings[-1:] for head in phrase.heads]
        owners: list[Term] = []
        for phrase in reversed(findings):
            kinds = phrase.gap_kinds
            placed = (target for name, target in phrase.heads[0].relations if name == "located_at")
            if not owners or all(target.kind == "airspace" for target in placed):
                owners += phrase.heads
            if "and" in kinds and len(phrase.terms) > 1:
                break
            if not kinds & {"or", "and"} or ("comma" in kinds and phrase.certainty is Certainty.ABSENT):
                break
        return owners

    def _remember_finding(self, phrase: Phrase, link: Link) -> None:
        absent = phrase.certainty is Certainty.ABSENT
        alike = [p for p in self.subjects if p.kind == "finding" and (p.certainty is Certainty.ABSENT) is absent]
        alike = [p for p in alike if p not in self.described]
        listed = alike if link == "coordinate" else []
        self.subjects = [*listed, phrase]
        self.finding = phrase
        self.sources = [head for p in self.subjects for head in p.heads]
        self.masked = self.masked and link in {"coordinate", "masked"}
        if link not in {"coordinate", "suggest", "masked", "locate"}:
            self.suggesting = []
        if link not in {"coordinate", "suggest", "show", "without", "with", "predicate"}:
            self.shared = []

    def _remember_anatomy(self, phrase: Phrase, link: Link) -> None:
        """A new subject, or one more of them; where it only locates a finding, nothing changes."""
        if link == "coordinate" and self.finding is not None:
            if starts_clause(phrase, self.following):
                self.subjects, self.finding, self.sources = [phrase], None, phrase.qualities[-1:]
            return
        named = link in {"start", "stop", "coordinate", "beside"} or (link in {"with", "show"} and phrase.qualities)
        if not named:
            return
        listed = link == "coordinate"
        kept = [p for p in self.subjects if p.kind == "anatomy" and p not in self.described] if listed else []
        if phrase.terms[-1].kind == "quality":
            self.described += [*kept, phrase]
            for subject in kept:
                _relate([] if subject.qualities else phrase.qualities, "located_at", subject.heads[:1])
        self.subjects, self.finding = [*kept, phrase], None
        self.sources = phrase.qualities[-1:]


def _relate(sources: Sequence[Term], name: str, targets: Sequence[Term]) -> None:
    for source in sources:
        for target in targets:
            source.relate(name, target)


__all__ = ["link_phrases"]
