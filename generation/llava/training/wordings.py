"""Explanations of one image in many wordings, from which a small decoder learns to speak.

Each sentence is written with its citations; the verifier decides which are taught, and they are taught without them.
Reasons come from the facts that the prompt tells, and only from those. Numbers are left out: a small decoder copies
words well and digits badly, and the evidence shows every number beside its sentence.

Examples
--------
>>> from thoracite.types import Entity
>>> heart = Entity(id="thx:cardiomegaly", label="cardiomegaly", kind="finding")
>>> finding = Finding(entity=heart, probability=0.64, prior=0.03, certainty="definitely present")
>>> evidence = [Evidence(key="E1", kind="finding", score=0.64, about=heart, finding=finding)]
>>> told = Wording(random.Random(0)).tell_verdict(CitedFindings([finding], evidence), finding)
>>> told.startswith("Cardiomegaly is likely"), told.endswith("[E1].")
(True, True)
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from thoracite.generation.cited_findings import CitedFindings
from thoracite.generation.others import OTHERS
from thoracite.generation.phrases import begin, join_words, name_indefinite, state_place, verb
from thoracite.generation.reasons import choose_signs
from thoracite.generation.signs.facts import name_term
from thoracite.generation.signs.sentences import find_tying, reads_alone
from thoracite.generation.signs.words import name_sign, state_sign
from thoracite.kg.ties import Tie, find_tie, list_terms
from thoracite.types import Evidence, Finding, SignScore, parse_reference

MAIN = 3
"""Most findings with sentences of their own."""

_NAMED, _UNDECIDED_NAMED = 3, 4
"""Most findings that one sentence on what is possible or unlikely names, and one on what is undecided."""

WEIGHT = (
    "thx:pneumothorax", "thx:pleural_effusion", "thx:consolidation", "thx:pneumonia", "thx:pulmonary_edema",
    "thx:lung_mass", "thx:cardiomegaly", "thx:pulmonary_nodule", "thx:atelectasis", "thx:pulmonary_infiltrates",
    "thx:emphysema", "thx:pulmonary_fibrosis", "thx:pleural_thickening", "thx:hiatal_hernia",
)  # fmt: skip
"""Findings in the order in which what is undecided or unlikely is named: what would matter most first."""

_TOLD = 2
"""Findings whose signs are told where nothing stands out clearly."""

_CARRIES = 0.1
"""Least log-odds of a sign that is said to carry a verdict."""

_VERDICTS = (
    "{a} {is_} {verdict} {keys}.",
    "there {is_} {verdict} {bare} {keys}.",
    "the image shows {verdict} {bare} {keys}.",
    "{bare} {is_} {verdict} on this image {keys}.",
    "{bare} {is_} {verdict} in this patient {keys}.",
    "on this radiograph, {a} {is_} {verdict} {keys}.",
)
_SEEN = (
    "{clause} {key}.",
    "on this image {clause} {key}.",
    "here {clause} {key}.",
    "in this patient {clause} {key}.",
    "on this radiograph, {clause} {key}.",
)
_FOR = (
    "{clause} {key}, which suggests {what} {fact}.",
    "{clause} {key}, a sign of {what} {fact}.",
    "{clause} {key}, which points to {what} {fact}.",
    "{clause} {key}, which speaks for {what} {fact}.",
    "{clause} {key}, which supports {what} {fact}.",
    "{clause} {key}, in keeping with {what} {fact}.",
)
_AGAINST = (
    "{clause} {key}, which argues against {what} {fact}.",
    "{clause} {key}, which speaks against {what} {fact}.",
    "{clause} {key}, which counts against {what} {fact}.",
    "{clause} {key}, which weighs against {what} {fact}.",
    "{clause} {key}, evidence against {what} {fact}.",
)
_MISSED = (
    "{clause} {key}; {noun} would be a sign of {what} {fact}.",
    "{clause} {key}; {noun} would suggest {what} {fact}.",
    "{clause} {key}; {noun} would point to {what} {fact}.",
    "{clause} {key}; {noun} would speak for {what} {fact}.",
    "{clause} {key}; {noun} would be expected in {what} {fact}.",
)
_CARRIED = (
    ", carried by {nouns}",
    ", supported by {nouns}",
    ", based on {nouns}",
    ", given {nouns}",
    ", because of {nouns}",
)
_QUIET, _UNCLEAR = "nothing stands out; ", "nothing stands out clearly; "
"""What opens an explanation in which nothing is likely or suspected; the verifier reads no other form."""

_POSSIBLE = (
    "{names} {are} possible.",
    "on this image {names} {are} possible.",
    "{names} {are} possible on this image.",
    "in this patient {names} {are} possible.",
    "{names} {are} possible in this patient.",
)
_DENIED = (
    "there is no sign of {labels} {keys}.",
    "there is no evidence of {labels} {keys}.",
    "no {labels} is seen {keys}.",
    "no {labels} is detected {keys}.",
    "the image shows no {labels} {keys}.",
)
_UNDECIDED = (
    "this image does not decide on {labels} {keys}.",
    "the image does not decide on {labels} {keys}.",
    "this radiograph does not decide on {labels} {keys}.",
    "this image cannot decide on {labels} {keys}.",
    "this film does not decide on {labels} {keys}.",
)


class Wording:
    """A choice of words for one explanation.

    Parameters
    ----------
    chance : random.Random
        Chooses among the wordings.
    plain : bool
        Take the first wording of each kind, as a decoder does that has learned the commonest.
    """

    def __init__(self, chance: random.Random, *, plain: bool = False) -> None:
        self._chance, self._plain = chance, plain

    def choose(self, wordings: Sequence[str]) -> str:
        """Choose one wording: the first in half of the cases, so that the commonest is learned best."""
        return wordings[0] if self._plain or self._chance.random() < 0.5 else self._chance.choice(wordings[1:])

    def explain(self, cited: CitedFindings, told: Sequence[Evidence]) -> Iterator[str]:
        """Write an explanation: findings with their signs and reasons, what is undecided, what is unlikely.

        Parameters
        ----------
        cited : CitedFindings
            All findings of the image, with their evidence.
        told : sequence of Evidence
            The triples of the prompt.
        """
        yield from map(begin, self._list_parts(cited, told))

    def _list_parts(self, cited: CitedFindings, told: Sequence[Evidence]) -> Iterator[str]:
        ends = [self.deny(cited), self.leave(cited)]
        if cited.stands_out:
            for number, finding in enumerate(cited.asserted[:MAIN]):
                yield self.tell_verdict(cited, finding)
                yield from self.tell_signs(cited, finding, told, leading=number == 0)
            yield from self.name_others(cited)
        elif cited.asserted:
            yield _UNCLEAR + self._name_possible(cited)
            for finding in cited.asserted[:_TOLD]:
                yield from self.tell_signs(cited, finding, told, leading=False)
        else:
            first = next(filter(None, ends), "")
            ends = ["" if one == first else one for one in ends]
            yield f"{_QUIET}{first[:1].lower()}{first[1:]}"
        for findings in (cited.denied, cited.undecided):
            missed = [one for finding in findings for one in self._list_tied(cited, finding, told)]
            if missed:
                yield self.tell_sign(*max(missed, key=lambda one: abs(_score(one[0]).log_odds)))
                break
        yield from filter(None, reversed(ends))

    def _name_possible(self, cited: CitedFindings) -> str:
        named = [f"{name_indefinite(one.entity)} {cited.cite([one])}" for one in cited.asserted[:MAIN]]
        are = "are" if len(named) > 1 else verb(cited.asserted[0].entity)
        return self.choose(_POSSIBLE).format(names=join_words(named), are=are)

    def tell_verdict(self, cited: CitedFindings, finding: Finding) -> str:
        """Write the verdict on one finding, with its place, and the signs that carry it."""
        side, place = state_place(finding)
        keys = cited.cite([finding], "finding", "region") if side or place else cited.cite([finding])
        bare = " ".join(filter(None, (side, finding.entity.label)))
        sentence = self.choose(_VERDICTS).format(
            a=name_indefinite(finding.entity, side),
            bare=bare,
            is_=verb(finding.entity),
            verdict=finding.verdict,
            keys=f"{place} {keys}" if place else keys,
        )
        return begin(f"{sentence.removesuffix('.')}{self._carry(cited, finding)}.")

    def _carry(self, cited: CitedFindings, finding: Finding) -> str:
        pieces = [piece for piece in cited.list_signs(finding) if _carries(piece)][:2]
        if not pieces or reads_alone(finding):
            return ""
        nouns = join_words([f"{name_sign(_score(piece))} [{piece.key}]" for piece in pieces])
        return self.choose(_CARRIED).format(nouns=nouns)

    def tell_signs(
        self, cited: CitedFindings, finding: Finding, told: Sequence[Evidence], *, leading: bool
    ) -> Iterator[str]:
        """Write the strongest signs of a finding, each with the fact of the prompt that ties it."""
        tied = [(piece, find_tying(piece, told)) for piece in cited.list_signs(finding)]
        for piece, fact in choose_signs(tied, leading=leading):
            yield self.tell_sign(piece, fact)

    def _list_tied(
        self, cited: CitedFindings, finding: Finding, told: Sequence[Evidence]
    ) -> Iterator[tuple[Evidence, Evidence]]:
        for piece in cited.list_signs(finding):
            fact = find_tying(piece, told)
            if fact is not None and piece.stance == "against":
                yield piece, fact

    def tell_sign(self, piece: Evidence, fact: Evidence | None) -> str:
        """Write one sign, and what the fact makes of it."""
        score = _score(piece)
        clause, key = state_sign(score), f"[{piece.key}]"
        tie = find_tie(score, piece.about.id, fact.triple) if fact is not None and fact.triple is not None else None
        if fact is None or fact.triple is None or tie is None:
            return begin(self.choose(_SEEN).format(clause=clause, key=key))
        wordings = _MISSED if not tie.shown else _AGAINST if tie.stance == "against" else _FOR
        noun = name_sign(score, sided=False)
        what = f"{tie.finding.label}{_relate(piece, tie)}{_state_terms(score, fact)}"
        return begin(self.choose(wordings).format(clause=clause, key=key, noun=noun, what=what, fact=f"[{fact.key}]"))

    def name_others(self, cited: CitedFindings) -> Iterator[str]:
        """Name the other asserted findings, one sentence for each verdict."""
        others = cited.asserted[MAIN:]
        for verdict in dict.fromkeys(finding.verdict for finding in others):
            same = [finding for finding in others if finding.verdict == verdict][:_NAMED]
            named = join_words([f"{name_indefinite(one.entity)} {cited.cite([one])}" for one in same])
            yield begin(f"also {verdict} {'are' if len(same) > 1 else verb(same[0].entity)} {named}.")

    def leave(self, cited: CitedFindings) -> str:
        """Name up to four findings on which the image does not decide, and others; empty where there are none."""
        ranked = sorted(cited.undecided, key=_weigh)
        few = ranked[:_UNDECIDED_NAMED]
        labels = [finding.entity.label for finding in few]
        named = f"{', '.join(labels)} {OTHERS}" if len(ranked) > len(few) else join_words(labels, "or")
        return begin(self.choose(_UNDECIDED).format(labels=named, keys=cited.cite(few))) if few else ""

    def deny(self, cited: CitedFindings) -> str:
        """Name a few findings that are unlikely; empty where there are none."""
        few = sorted(cited.denied, key=_weigh)[:_NAMED]
        labels = join_words([finding.entity.label for finding in few], "or")
        return begin(self.choose(_DENIED).format(labels=labels, keys=cited.cite(few))) if few else ""


def _weigh(finding: Finding) -> int:
    return WEIGHT.index(finding.entity.id) if finding.entity.id in WEIGHT else len(WEIGHT)


def _score(piece: Evidence) -> SignScore:
    if piece.sign is None:
        raise ValueError(f"{piece.key} is no sign")
    return piece.sign


def _carries(piece: Evidence) -> bool:
    return piece.sign is not None and piece.sign.log_odds >= _CARRIES and piece.sign.answer == "yes"


def _relate(piece: Evidence, tie: Tie) -> str:
    own, end = piece.about.label, tie.finding.label
    if tie.nearness == 2 or own in end or end in own:
        return ""
    return f", which is a kind of {own}" if tie.nearness == 1 else f", of which {own} is a kind"


def _state_terms(score: SignScore, fact: Evidence) -> str:
    view = reference.view if (reference := parse_reference(score.reference)) is not None else ""
    terms = next(iter(list_terms(fact.triple, view)), frozenset()) if fact.triple is not None else frozenset()
    return "".join(f" {name_term(term)}" for term in sorted(terms))


__all__ = ["MAIN", "WEIGHT", "Wording"]
