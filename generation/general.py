"""Facts of the graph as general statements.

Examples
--------
>>> from thoracite.kg.vocabulary import RELATIONS
>>> from thoracite.types import Entity, Provenance
>>> state_triple(Triple(
...     subject=Entity(id="thx:skin_fold", label="skin fold"), relation=RELATIONS["thx:may_mimic"],
...     object=Entity(id="thx:pneumothorax", label="pneumothorax"),
...     provenance=(Provenance(source="thxs:statpearls", locator="Pneumothorax"),),
... ))
'a skin fold may mimic pneumothorax'
"""

from __future__ import annotations

from thoracite.generation.phrases import name_generic, name_indefinite, verb
from thoracite.kg.vocabulary import (
    ARGUES_AGAINST,
    ASSOCIATED,
    CAUSED_BY,
    CO_OCCURS,
    HAS_ATTRIBUTE,
    HAS_SIGN,
    LOCATED_AT,
    LOCATED_IN,
    MIMICS,
    SUGGESTS,
)
from thoracite.types import Triple


def state_triple(triple: Triple, *, leading: str = "") -> str | None:
    """Word a triple as a general statement, without its citation; None where its relation has no wording.

    Parameters
    ----------
    triple : Triple
        Any triple of the graph.
    leading : str
        Words for its first end; its label unless given.
    """
    subject, object_ = triple.subject, triple.object
    counted = f" in {triple.counts.present} of {triple.counts.total} reports" if triple.counts.present else ""
    a_sign = verb(object_, "a radiographic sign", "radiographic signs")
    wordings = {
        HAS_SIGN: (name_generic(object_), f"{verb(object_)} {a_sign} of {subject.label}"),
        SUGGESTS: (name_generic(subject), f"{verb(subject)} suggestive of {object_.label}"),
        CAUSED_BY: (subject.label, f"may be caused by {object_.label}"),
        ARGUES_AGAINST: (name_indefinite(subject), f"would argue against {object_.label}"),
        MIMICS: (name_indefinite(subject), f"may mimic {object_.label}"),
        ASSOCIATED: (subject.label, f"{verb(subject)} associated with {object_.label}"),
        CO_OCCURS: (subject.label, f"{verb(subject)} seen together with {object_.label}"),
        LOCATED_IN: (subject.label, f"{verb(subject)} typically located in the {object_.label}"),
        LOCATED_AT: (subject.label, f"{verb(subject, 'was', 'were')} located at the {object_.label}{counted}"),
        HAS_ATTRIBUTE: (subject.label, f"{verb(subject)} described as “{object_.label}”"),
    }
    if triple.relation.id not in wordings:
        return None
    first, rest = wordings[triple.relation.id]
    return f"{leading or first} {rest}"


__all__ = ["state_triple"]
