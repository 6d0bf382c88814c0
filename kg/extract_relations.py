"""Relations between the phrases of a sentence: modify, located_at, suggestive_of.

The phrases are read from left to right. What stands between two of them (a preposition, a verb, "with", a comma)
says how the second relates to the group of subjects before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from thoracite.kg.extract_lexicon import Term
from thoracite.kg.extract_phrases import Phrase
from thoracite.types import Certainty

_LUNGS = frozenset({"lung", "lungs", "lobe", "lobes", "bases", "base", "apices", "airspaces"})
_PLEURAL = frozenset(
    ["effusion", "effusions", "pneumothorax", "pneumothoraces", "fluid", "hydropneumothorax", "hemothorax", "fracture", "fractures", "adenopathy", "lymphadenopathy", "cardiomegaly", "pneumoperitoneum", "failure", "hernia", "tube", "catheter"]
)
_AMOUNTS_WITHOUT_OF = frozenset({"changes"})


@dataclass(slots=True)
class _State:
    """What the sentence has named so far."""

    group: list[Phrase] = field(default_factory=list)
    subjects: list[Phrase] = field(default_factory=list)
    sources: list[Term] = field(default_factory=list)
    target_of: list[Term] = field(default_factory=list)
    shared_places: list[Term] = field(default_factory=list)
    lungs_only: bool = False
    finding: Phrase | None = None


def link_phrases(phrases: list[Phrase]) -> None:
    """Add the relations between phrases; certainty is known by then."""
    state = _State()
    for ix, phrase in enumerate(phrases):
        previous = phrases[ix - 1] if ix else None
        following = phrases[ix + 1] if ix + 1 < len(phrases) else None
        link = classify_gap(previous, phrase)
        if link in {"start", "stop"}:
            state = _State()
        _LINKS[link](state, previous, phrase, following)
        _remember(state, phrase, link)


def classify_gap(previous: Phrase | None, phrase: Phrase) -> str:
    """How a phrase follows the one before it, as a key of the linking rules."""
    kinds = phrase.gap_kinds()
    if previous is None:
        return "start"
    if "stop" in kinds:
        return "stop"
    if kinds & {"suggest", "suggest_hedged"}:
        return "suggest"
    if "hedge" in kinds and not kinds & {"and", "or"} and phrase.kind == "finding" and previous.kind != "side":
        return "suggest"
    if "show" in kinds:
        return "show"
    if "locate" in kinds:
        return "locate"
    if "negate" in kinds and any(t.kind == "negate" and _excludes(t.text) for t in phrase.gap):
        return "without"
    if "with" in kinds:
        return "with"
    if kinds & {"link_verb", "not"} or ("hedge" in kinds and phrase.kind == "adjective"):
        return "verb"
    if kinds & {"and", "or", "comma"}:
        return "coordinate"
    if "mask" in kinds and phrase.has("disease") and previous.kind == "finding":
        return "masked"
    return "beside"


def _excludes(cue: str) -> bool:
    return cue.startswith(("without", "free", "negative", "clear of", "devoid"))


def _begin(state: _State, previous: Phrase | None, phrase: Phrase, following: Phrase | None) -> None:
    """Nothing before it to relate to."""


def _suggest(state: _State, previous: Phrase | None, phrase: Phrase, following: Phrase | None) -> None:
    if phrase.kind != "finding":
        if phrase.qualities and phrase.kind == "anatomy":
            state.target_of = list(state.sources)
            _relate_all(state.sources, "suggestive_of", phrase.qualities[-1:])
        return
    state.target_of = list(state.sources)
    _relate_all(state.sources, "suggestive_of", phrase.heads)


def _show(state: _State, previous: Phrase | None, phrase: Phrase, following: Phrase | None) -> None:
    state.shared_places = [head for p in state.subjects if p.kind == "anatomy" for head in p.heads]
    state.lungs_only = False
    _share_places(state, phrase)


def _locate(state: _State, previous: Phrase | None, phrase: Phrase, following: Phrase | None) -> None:
    if previous is None:
        return
    if phrase.kind == "anatomy":
        _locate_at(state, previous, phrase)
    elif phrase.kind == "finding" and previous.kind == "finding":
        if previous.terms[-1].kind == "amount":
            for term in [*previous.heads, *_modifiers_of(previous)]:
                term.relate("modify", phrase.heads[0])
            state.group = [p for p in state.group if p is not previous]
        elif phrase.has("device"):
            previous.heads[0].relate("modify" if previous.has("part", "quality") else "located_at", phrase.heads[0])
    elif phrase.kind == "side" and state.finding is not None:
        for term in phrase.terms:
            term.relate("modify", state.finding.heads[0])
            term.certainty = state.finding.certainty


def _modifiers_of(phrase: Phrase) -> list[Term]:
    """ "focal areas of": the adjectives of an amount modify what it is an amount of."""
    return (
        []
        if phrase.terms[-1].text.startswith(("change", "increase", "decrease", "improve"))
        else [t for t in phrase.qualities if ("modify", phrase.heads[0]) in t.relations and t.relations.clear() is None]
    )


def _locate_at(state: _State, previous: Phrase, phrase: Phrase) -> None:
    heads = phrase.heads
    if all(t.kind == "property" for t in heads):
        _attach_property(state, phrase)
    elif previous.kind == "anatomy" and previous.heads[-1].kind == "property":
        for term in previous.heads:
            term.relate("modify", heads[-1])
        for quality in previous.qualities:
            quality.relations = [("located_at", heads[-1])]
        state.subjects = [phrase]
    elif previous.kind == "adjective":
        _locate_adjective(state, previous, heads)
    elif previous.kind == "finding" or state.finding is not None:
        for owner in _owners(state, previous):
            for head in heads:
                owner.relate("located_at", head)
    elif previous.kind == "anatomy":
        for quality in previous.qualities:
            quality.relate("located_at", heads[-1])
        heads[-1].relate("modify", previous.heads[-1])


def _attach_property(state: _State, phrase: Phrase) -> None:
    """ "normal in size": the property modifies the subject."""
    subjects = [p for p in state.subjects if p.kind == "anatomy"]
    for subject in subjects:
        for term in phrase.heads:
            term.relate("modify", subject.heads[0])
    if not subjects and state.finding is not None:
        for term in phrase.heads:
            term.dropped = True


def _locate_adjective(state: _State, adjective: Phrase, heads: list[Term]) -> None:
    owner = state.finding.heads if state.finding is not None else adjective.heads
    _relate_all(owner, "located_at", heads)


def _owners(state: _State, previous: Phrase) -> list[Term]:
    """Findings that a following site belongs to: the last one, and its bare partners joined by "or" and "and"."""
    owners: list[Term] = []
    chain = [p for p in state.group if p.kind == "finding"] or ([state.finding] if state.finding else [])
    for phrase in reversed(chain):
        owners += phrase.heads[:1]
        if (
            not phrase.gap_kinds() & {"or", "and"}
            or (phrase.certainty is Certainty.ABSENT
            and "comma" in phrase.gap_kinds())
        ):
            break
    return owners if previous.kind == "finding" else owners[:1]


def _without(state: _State, previous: Phrase | None, phrase: Phrase, following: Phrase | None) -> None:
    subjects = [p for p in state.subjects if p.kind == "anatomy"]
    bare = previous is not None and previous.kind == "anatomy" and not previous.qualities
    lungs = [h for p in subjects for h in p.heads if h.text in _LUNGS]
    direct = any(t.text.startswith(("free", "clear", "negative")) for t in phrase.gap) or (bare and not lungs)
    if direct and not lungs:
        state.shared_places, state.lungs_only = [h for p in subjects for h in p.heads], False
    else:
        state.shared_places, state.lungs_only = lungs, True
    _share_places(state, phrase)


def _with(state: _State, previous: Phrase | None, phrase: Phrase, following: Phrase | None) -> None:
    if previous is None:
        return
    if phrase.kind == "finding" and phrase.heads[0].kind == "part":
        device = next((p for p in reversed(state.group) if p.has("device")), None)
        if device is not None:
            phrase.heads[0].relate("modify", device.heads[0])
    elif previous.kind == "anatomy" and not previous.qualities and previous in state.subjects:
        state.shared_places, state.lungs_only = list(previous.heads), False
        _share_places(state, phrase)


def _verb(state: _State, previous: Phrase | None, phrase: Phrase, following: Phrase | None) -> None:
    if phrase.kind == "adjective":
        _predicate(state, phrase)
    elif phrase.kind == "anatomy" and phrase.qualities and all(t.kind == "property" for t in phrase.heads):
        _attach_property(state, phrase)
    elif phrase.kind == "finding" and state.subjects and all(p.kind == "anatomy" for p in state.subjects):
        state.shared_places, state.lungs_only = [h for p in state.subjects for h in p.heads], False
        _share_places(state, phrase)


def _predicate(state: _State, phrase: Phrase) -> None:
    """A predicate applies to every subject."""
    for subject in state.subjects:
        if subject.kind == "anatomy":
            _relate_all(phrase.heads, "located_at", subject.heads[:1] if subject.has("property") else subject.heads)
        elif subject.kind == "finding":
            _relate_all(phrase.heads, "modify", subject.heads[:1])


def _coordinate(state: _State, previous: Phrase | None, phrase: Phrase, following: Phrase | None) -> None:
    if previous is None:
        return
    if phrase.kind == "finding":
        if state.target_of and "stop" not in phrase.gap_kinds():
            continues = phrase.certainty is Certainty.UNCERTAIN or phrase.certainty is Certainty.ABSENT
            if continues:
                _relate_all(state.target_of, "suggestive_of", phrase.heads)
            else:
                state.target_of = []
        _share_places(state, phrase)
        if "or" in phrase.gap_kinds() and phrase.certainty is not Certainty.ABSENT:
            _share_modifiers(previous, phrase)
    elif phrase.kind == "adjective":
        _predicate(state, phrase)
    elif phrase.kind == "anatomy" and state.finding is not None and "locate" in previous.gap_kinds():
        if not _starts_clause(phrase, following):
            for owner in _owners(state, previous):
                _relate_all([owner], "located_at", phrase.heads)


def _starts_clause(phrase: Phrase, following: Phrase | None) -> bool:
    if phrase.qualities:
        return True
    return following is not None and following.kind == "adjective" and "link_verb" in following.gap_kinds()


def _share_modifiers(previous: Phrase, phrase: Phrase) -> None:
    """Bare alternatives of one finding share its modifiers and its place."""
    if not phrase.is_bare or previous.kind != "finding":
        return
    head, other = previous.heads[0], phrase.heads[0]
    for term in previous.terms:
        if ("modify", head) in term.relations and not term.anatomy:
            term.relate("modify", other)
    _relate_all([other], "located_at", previous.places)


def _share_places(state: _State, phrase: Phrase) -> None:
    if phrase.kind != "finding":
        return
    if state.lungs_only and (phrase.heads[0].text in _PLEURAL or phrase.has("device")):
        return
    _relate_all(phrase.heads, "located_at", state.shared_places)


def _masked(state: _State, previous: Phrase | None, phrase: Phrase, following: Phrase | None) -> None:
    """A verb was removed between finding and diagnosis."""
    if previous is not None and Certainty.ABSENT not in {previous.certainty, phrase.certainty}:
        for term in phrase.terms:
            if not term.anatomy:
                term.certainty = Certainty.UNCERTAIN
        _suggest(state, previous, phrase, following)


def _beside(state: _State, previous: Phrase | None, phrase: Phrase, following: Phrase | None) -> None:
    if previous is None:
        return
    if phrase.kind == "adjective":
        _predicate(state, phrase)
    elif (
        phrase.kind == "anatomy"
        and previous.kind == "finding"
        and not phrase.qualities
        and not _starts_clause(phrase, following)
    ):
        _relate_all(previous.heads[:1], "located_at", phrase.heads)


def _relate_all(sources: list[Term], name: str, targets: list[Term]) -> None:
    for source in sources:
        for target in targets:
            source.relate(name, target)


def _remember(state: _State, phrase: Phrase, link: str) -> None:
    """Which phrases later ones will refer to."""
    joins = link == "coordinate"
    if phrase.kind == "finding":
        kept = state.group if joins or link in {"without"} else []
        state.group = [*[p for p in kept if p.kind == "finding"], phrase]
        state.subjects = list(state.group)
        state.finding = phrase
        state.sources = [head for p in state.group for head in p.heads]
        if link not in {"coordinate", "suggest", "masked"}:
            state.target_of = []
    elif phrase.kind == "anatomy" and link in {"start", "stop", "coordinate", "beside"}:
        located = link == "coordinate" and state.finding is not None and not phrase.qualities
        if not located or not state.subjects:
            kept = [p for p in state.subjects if p.kind == "anatomy"] if joins else []
            state.subjects = [*kept, phrase]
            state.finding = None
            state.group = []
        else:
            state.subjects = [*state.subjects, phrase] if state.subjects[-1].kind == "anatomy" else state.subjects
        if phrase.qualities:
            state.sources = list(phrase.qualities[-1:])
            if joins and len(state.subjects) > 1 and phrase.terms[-1].kind == "quality":
                for subject in state.subjects[:-1]:
                    if not subject.qualities:
                        _relate_all(phrase.qualities, "located_at", subject.heads[:1])
    elif phrase.kind == "adjective":
        subject_is_anatomy = any(p.kind == "anatomy" for p in state.subjects)
        if subject_is_anatomy:
            state.sources = list(phrase.heads[-1:])


_LINKS = {
    "start": _begin,
    "stop": _begin,
    "suggest": _suggest,
    "show": _show,
    "locate": _locate,
    "without": _without,
    "with": _with,
    "verb": _verb,
    "coordinate": _coordinate,
    "masked": _masked,
    "beside": _beside,
}

__all__ = ["classify_gap", "link_phrases"]
