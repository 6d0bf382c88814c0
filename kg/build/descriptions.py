"""Definition, visual description and report phrase of every concept, written from its facts, each with its sources.

Nothing is copied: a sentence consists of labels and relations of the facts, so that its sources are the facts'.
Reviewers' own descriptions (``curation/descriptions.csv``) come first.

Examples
--------
>>> effusion = Entity(id="thx:effusion", label="effusion", kind="finding")
>>> sign, place = (Entity(id=f"thx:{n}", label=n, kind=k) for n, k in (("meniscus", "sign"), ("pleura", "anatomy")))
>>> stated = [StatedFact("thx:effusion", HAS_SIGN, "thx:meniscus", "thxs:a", "high"),
...           StatedFact("thx:effusion", LOCATED_IN, "thx:pleura", "thxs:b", "high")]
>>> describer = Describer({e.id: e for e in (effusion, sign, place)}, stated, {})
>>> for text in describer.describe(Concept(entity=effusion)).values():
...     print(text.text, text.sources)
Finding that lies in the pleura. ('thxs:b',)
On the chest radiograph: meniscus. ('thxs:a',)
Effusion is seen. ('thxs:a', 'thxs:b')
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from thoracite.kg.concepts import Concept, Description
from thoracite.kg.linking.number import is_plural
from thoracite.kg.vocabulary import (
    ARGUES_AGAINST,
    ASSOCIATED,
    CAUSED_BY,
    CURATION,
    HAS_ATTRIBUTE,
    HAS_SIGN,
    LOCATED_IN,
    MIMICS,
    PART_OF,
    SUGGESTS,
)
from thoracite.types import Entity

_MOST = 4
_VISUAL = frozenset({"finding", "disease", "sign", "device"})
_GENUS = {
    "finding": "Finding", "disease": "Disease", "sign": "Sign on the chest radiograph", "anatomy": "Part of the body",
    "device": "Device", "process": "Process, exposure or procedure", "organism": "Organism",
    "modifier": "Word for the side, degree, spread or course of a finding", "attribute": "Property of a finding",
}  # fmt: skip
_DEFINING = (
    (PART_OF, False, "that is part of {}"),
    (LOCATED_IN, False, "that lies in {}"),
    (SUGGESTS, False, "that speaks for {}"),
    (HAS_SIGN, True, "that is seen in {}"),
    (ARGUES_AGAINST, False, "that speaks against {}"),
    (CAUSED_BY, False, "that may be caused by {}"),
    (CAUSED_BY, True, "that may cause {}"),
    (HAS_ATTRIBUTE, True, "said of {}"),
    (PART_OF, True, "that is made up of {}"),
    (LOCATED_IN, True, "in which {} may lie"),
    (ASSOCIATED, False, "that is found with {}"),
    (ASSOCIATED, True, "that is found with {}"),
    (MIMICS, False, "that may be taken for {}"),
    (MIMICS, True, "for which {} may be taken"),
)
"""Relation, whether the concept is its object, and the defining words; the first that fit are taken."""

_PHRASES = {
    "disease": "Findings in keeping with {}.", "device": "{} in place.", "anatomy": "in the {}",
    "process": "in the setting of {}", "organism": "with {}",
}  # fmt: skip
_AFTER_HEAD = re.compile(r"\s(?:of|on|in|with|from|by|to|at|for|along|below|beyond|behind|without|greater|up)\s")
_ORDER = {"high": 0, "medium": 1, "low": 2}


class StatedFact(NamedTuple):
    """A fact by identifiers.

    Parameters
    ----------
    subject, relation, object, source : str
        CURIEs.
    confidence : str
        ``high``, ``medium``, ``low`` or ``not stated``.
    """

    subject: str
    relation: str
    object: str
    source: str
    confidence: str


class Describer:
    """Writer of descriptions.

    Parameters
    ----------
    entities : mapping of str to Entity
        Every concept by identifier.
    facts : iterable of StatedFact
        Known facts.
    written : mapping of str to mapping of str to Description
        Reviewers' descriptions, by concept and part.
    """

    def __init__(
        self,
        entities: Mapping[str, Entity],
        facts: Iterable[StatedFact],
        written: Mapping[str, Mapping[str, Description]],
    ) -> None:
        self._entities, self._written = entities, written
        self._ahead: dict[tuple[str, str, bool], list[StatedFact]] = defaultdict(list)
        self._about: dict[str, set[str]] = defaultdict(set)
        for fact in sorted(facts, key=lambda fact: (_ORDER.get(fact.confidence, 3), fact)):
            self._ahead[fact.subject, fact.relation, False].append(fact)
            self._ahead[fact.object, fact.relation, True].append(fact)
            for end in (fact.subject, fact.object):
                self._about[end].add(fact.source)

    def describe(self, node: Concept) -> dict[str, Description]:
        """Return definition, visual description where the kind is visible, and report phrase, by part."""
        parts = {
            "definition": self._define(node),
            "visual": self._show(node) if node.entity.kind in _VISUAL else None,
            "phrase": self._phrase(node),
        } | dict(self._written.get(node.entity.id, {}))
        return {name: text for name, text in parts.items() if text is not None}

    def _define(self, node: Concept) -> Description:
        genus, sources = _GENUS.get(node.entity.kind, "Concept"), set[str]()
        if node.broader:
            genus = f"Kind of {' and '.join(self._entities[wider].label for wider in node.broader)}"
            sources.add(CURATION)
        clauses = list[str]()
        for relation, inverse, words in _DEFINING:
            names, cited = self._list(node.entity.id, relation, inverse=inverse)
            if names and len(clauses) < 2:
                clauses.append(words.format(_join(self._place(names, relation, inverse=inverse))))
                sources |= cited
        text = f"{genus} {' and '.join(clauses)}".strip()
        return Description(text=f"{text}.", sources=tuple(sorted(sources or {CURATION})))

    def _place(self, names: list[str], relation: str, *, inverse: bool) -> list[str]:
        return [f"the {name}" for name in names] if relation in {PART_OF, LOCATED_IN} and not inverse else names

    def _show(self, node: Concept) -> Description | None:
        """Write the appearance: a sign is its own description; other concepts have signs, or those of broader ones."""
        if node.entity.kind == "sign" and not node.entity.label.lower().endswith("sign"):
            cited = self._about.get(node.entity.id) or {CURATION}
            return Description(text=f"On the chest radiograph: {node.entity.label}.", sources=tuple(sorted(cited)))
        for concept in (node.entity.id, *node.broader):
            shown, cited = self._list(concept, HAS_SIGN, inverse=False)
            more, others = self._list(concept, SUGGESTS, inverse=True)
            names = list(dict.fromkeys([*shown, *more]))[: _MOST + 2]
            if names:
                start = "" if concept == node.entity.id else f"as {self._entities[concept].label}: "
                return Description(
                    text=f"On the chest radiograph: {start}{'; '.join(names)}.", sources=tuple(sorted(cited | others))
                )
        return None

    def _phrase(self, node: Concept) -> Description:
        label, kind = node.entity.label, node.entity.kind
        text = _PHRASES.get(kind, "{}").format(label)
        if kind in {"finding", "sign"}:
            head = _AFTER_HEAD.split(label, maxsplit=1)[0]
            text = f"{label} {'are' if is_plural(head) else 'is'} seen."
        if text.endswith("."):
            text = text[0].upper() + text[1:]
        return Description(text=text, sources=tuple(sorted(self._about.get(node.entity.id) or {CURATION})))

    def _list(self, concept: str, relation: str, *, inverse: bool) -> tuple[list[str], set[str]]:
        """List labels of the other ends, surest first, and the sources that state them."""
        facts = self._ahead.get((concept, relation, inverse), [])
        ends = list(dict.fromkeys(fact.subject if inverse else fact.object for fact in facts))[:_MOST]
        cited = {fact.source for fact in facts if (fact.subject if inverse else fact.object) in ends}
        return [self._entities[end].label for end in ends], cited


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


__all__ = ["Describer", "StatedFact"]
