"""What an addendum says overrules the report that it was added to.

The report said "no rib fracture", the addendum "a left rib fracture is present": the fracture is present wherever the
report speaks of it, unless the two name different sides.

Examples
--------
>>> from thoracite.kg.extract.extractor import open_extractor
>>> found = open_extractor().extract("FINDINGS: No rib fracture. ADDENDUM: There is a left rib fracture.")
>>> [mention.label for mention in found.entities if mention.tokens == "fracture"]
['OBS-DP', 'OBS-DP']
"""

from __future__ import annotations

from collections.abc import Sequence

from thoracite.kg.extract.text import Token
from thoracite.kg.linking.number import make_singular
from thoracite.kg.radgraph import Annotation, Mention
from thoracite.kg.reports.sections import Section

_SIDES = {"left": "left", "left-sided": "left", "l": "left", "right": "right", "right-sided": "right", "r": "right"}


def find_addenda(sections: Sequence[Section], tokens: Sequence[Token]) -> set[int]:
    """Positions of the tokens that stand in an addendum."""
    spans = [(part.start, part.end) for part in sections if part.kind == "addendum"]
    if not spans:
        return set()
    return {ix for ix, token in enumerate(tokens) for start, end in spans if start <= token.start < end}


def overrule(annotation: Annotation, added: set[int]) -> Annotation:
    """The annotation, with what an addendum says of an observation said everywhere.

    Parameters
    ----------
    annotation : Annotation
        Of one report.
    added : set of int
        Tokens of its addenda, from :func:`find_addenda`.
    """
    if not added:
        return annotation
    sides = _find_sides(annotation)
    last = {_key(m): m for m in annotation.entities if m.start_ix in added and not m.is_anatomy}
    entities = []
    for mention in annotation.entities:
        newer = last.get(_key(mention))
        apart = newer is not None and sides[newer.id] and sides[mention.id] and sides[newer.id] != sides[mention.id]
        if newer is not None and not apart and not mention.is_anatomy and mention.start_ix not in added:
            mention = mention.model_copy(update={"label": newer.label})
        entities.append(mention)
    return annotation.model_copy(update={"entities": tuple(entities)})


def _key(mention: Mention) -> str:
    """The observation's word, in the singular."""
    return make_singular(mention.tokens.lower())


def _find_sides(annotation: Annotation) -> dict[str, frozenset[str]]:
    """Sides of what each mention is related to, and of what modifies that."""
    beside: dict[str, list[Mention]] = {mention.id: [] for mention in annotation.entities}
    for source, _, target in annotation.relations():
        beside[source.id].append(target)
        beside[target.id].append(source)
    found = {}
    for mention in annotation.entities:
        near = beside[mention.id]
        far = [other for one in near if one.is_anatomy for other in beside[one.id]]
        words = {one.tokens.lower() for one in (*near, *far)}
        found[mention.id] = frozenset(_SIDES[word] for word in words if word in _SIDES)
    return found


__all__ = ["find_addenda", "overrule"]
