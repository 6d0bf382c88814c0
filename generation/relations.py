r"""Patterns of sentences that state the graph's relations, with their direction.

In a clause the concepts are replaced by numbers and articles removed, ``<0> is sign of <1>``. Each pattern names the
relation, and the numbers of the triple's subject (``S``) and object (``O``). Lists share a place: ``signs of <0>
include <1,2>``.

Examples
--------
>>> [(s.relation, s.subjects, s.objects) for s in find_relations("<0> may be caused by <1,2>")]
[('thx:caused_by', (0,), (1, 2))]
>>> find_relations("<0> is not sign of <1>")[0].negated
True
"""

from __future__ import annotations

import re
from typing import NamedTuple

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
    PART_OF,
    SUGGESTS,
)


class Related(NamedTuple):
    """One relation stated in a clause.

    Parameters
    ----------
    relation : str
        CURIE; any of a family, see :func:`find_accepted`.
    subjects, objects : tuple of int
        Numbers of the concepts at both ends.
    negated : bool
        Whether the relation is denied.
    strong : bool
        Whether it is stated more surely than a fact of the graph can be ("proves", "always").
    hedged : bool
        Whether it is stated as a possibility ("may be caused by").
    """

    relation: str
    subjects: tuple[int, ...]
    objects: tuple[int, ...]
    negated: bool = False
    strong: bool = False
    hedged: bool = False


_ADVERB = (
    r"(?:(?:also|often|usually|typically|commonly|frequently|sometimes|well|known|itself|most|then|thus|therefore|"
    r"here|likewise|classically|in turn|generally|not|never|n't|always|definitely|certainly|rarely)\s)*"
)
_MAY = r"(?:(?:can|may|might|could|would|should|will|must|does|do|did|cannot)\s)?" + _ADVERB
_BE = r"(?:is|are|was|were|be|being|been)\s" + _ADVERB
_KIND = (
    r"(?:(?:radiographic|radiological|radiologic|classic|classical|typical|known|common|recognised|recognized|frequent|"
    r"characteristic|possible|potential|likely|specific|important|direct|indirect|useful|supporting|chest|one|of|"
    r"most|pathognomonic|certain|definite|not)\s)*"
)
_SIGN = r"(?:signs?|features?|manifestations?|markers?|indicators?|indications?|evidence|hallmarks?|findings?)"
_INCLUDE = r"(?:is|are|include|includes|comprise|such as|:)\s*" + _ADVERB
_ON = r"(?:\s(?:on|in|at) (?:chest )?(?:radiographs?|radiography|x-rays?|film|imaging|image))?"

_DO = rf"{_MAY}(?:{_BE})?"
_PHRASES = tuple(
    (relation, phrase)
    for relation, phrases in {
        HAS_SIGN: (
            rf"{{O}}{_ON} {_MAY}(?:{_BE}|as\s){_KIND}{_SIGN} (?:of|for|in) {{S}}",
            rf"{_KIND}{_SIGN} (?:of|for|in) {{S}}{_ON} {_MAY}{_INCLUDE}{{O}}",
            rf"{{S}}{_ON} {_MAY}(?:shows?|presents? (?:with|as)|manifests? (?:as|with|by)|appears? as) {{O}}",
            rf"{{S}} {_MAY}{_BE}(?:recogni[sz]ed|seen|identified|marked) (?:by|as|through) {{O}}",
        ),
        SUGGESTS: (
            rf"{{S}} {_DO}{_KIND}(?:suggestive of|suggest|suggests|suggesting|hints? at|speaks? for) {{O}}",
            rf"{{S}} {_DO}(?:suspicious for|concerning for|worrisome for) {{O}}",
            rf"{{S}} {_MAY}point(?:s|ing)? (?:to|towards?) {{O}}",
            rf"{{S}} {_MAY}(?:indicat|support|favou?r|impl|represent|reflect)(?:y|ies|ying|es|e|s|ing|) {{O}}",
            rf"{{S}} {_MAY}(?:raises?|raising) (?:possibility|suspicion|question|concern) (?:of|for) {{O}}",
            rf"{{S}} {_DO}(?:consistent with|compatible with|in keeping with) {{O}}",
            rf"{{S}} {_MAY}makes? {{O}} (?:more )?(?:likely|probable)",
            rf"{{S}} {_MAY}(?:proves?|proving|confirms?|confirming|establish|establishes|means) {{O}}",
            rf"{{S}} {_DO}{_KIND}(?:diagnostic|pathognomonic|proof) (?:of|for) {{O}}",
            rf"{{O}} {_MAY}{_BE}(?:suggested|supported|indicated|implied|proven|confirmed) by {{S}}",
        ),
        CAUSED_BY: (
            rf"{{S}} {_DO}(?:caused by|due to|secondary to|attributable to|owing to|because of) {{O}}",
            rf"{{S}} {_DO}{_KIND}(?:results? of|consequences? of|complications? of) {{O}}",
            rf"{{S}} {_MAY}(?:results?|resulting|arises?|arising|follows?|stems?) from {{O}}",
            rf"{{O}} {_MAY}(?:caus|lead|produc|result)(?:es|e|s|ing|)(?: to| in)? {{S}}",
            rf"{{O}} {_DO}(?:considered as |considered )?{_KIND}causes? (?:of|for) {{S}}",
            rf"{_KIND}causes? (?:of|for) {{S}} {_MAY}{_INCLUDE}{{O}}",
        ),
        ARGUES_AGAINST: (
            rf"{{S}} {_MAY}(?:argues?|speaks?|counts?|weighs?|arguing|speaking) against {{O}}",
            rf"{{S}} {_MAY}makes? {{O}} (?:less likely|unlikely|improbable)",
            rf"{{S}} {_MAY}(?:rules? out|excludes?|ruling out|excluding) {{O}}",
            rf"{{O}} {_MAY}{_BE}(?:less likely|unlikely|ruled out|excluded) (?:with|given|by|because of) {{S}}",
        ),
        MIMICS: (
            rf"{{S}} {_MAY}(?:mimics?|mimicking|simulates?|resembles?|imitates?|looks? like) {{O}}",
            rf"{{S}} {_MAY}be (?:mistaken|confused|taken) (?:for|with|as) {{O}}",
            rf"{{O}} {_MAY}be (?:mimicked|simulated|imitated) by {{S}}",
            rf"{_KIND}mimics? of {{O}} {_MAY}{_INCLUDE}{{S}}",
        ),
        ASSOCIATED: (
            rf"{{S}} {_DO}(?:associated|linked|seen together|connected) (?:with|to) {{O}}",
            rf"{{S}} {_DO}(?:accompanied by|accompanies|accompany|goes? with|occurs? with|coexists? with) {{O}}",
            rf"associations? (?:of|with) {{S}} {_MAY}{_INCLUDE}{{O}}",
        ),
        LOCATED_IN: (
            rf"{{S}} {_DO}(?:located|situated|found|seen|lies?|occurs?|reported|arises?) (?:in|at|within) {{O}}",
            rf"{{S}} {_MAY}(?:affects?|involves?|predominates? in) {{O}}",
        ),
        PART_OF: (rf"{{S}} {_BE}part of {{O}}",),
        HAS_ATTRIBUTE: (
            rf"{{S}} {_MAY}{_BE}(?:described|characteri[sz]ed|defined) (?:as|by) {{O}}",
            rf"{{S}} {_MAY}(?:has|have) {{O}}",
        ),
    }.items()
    for phrase in phrases
)
_GROUP = r"<(?P<{end}>\d+(?:,\d+)*)>"
_PATTERNS = tuple(
    (
        relation,
        re.compile(phrase.replace("{S}", _GROUP.replace("{end}", "s")).replace("{O}", _GROUP.replace("{end}", "o"))),
    )
    for relation, phrase in _PHRASES
)
_NEGATED = re.compile(r"\b(?:not|n't|never|cannot|no|neither|nor|rarely)\b")
_STRONG = re.compile(
    r"\b(?:prov\w+|confirm\w*|establish\w*|diagnostic|pathognomonic|always|must|certain(?:ly)?|definite(?:ly)?|"
    r"rul\w+ out|exclud\w+)\b"
)
_HEDGED = re.compile(r"\b(?:may|might|could|can|would|should|possib\w+|potential|rais\w+|suggest\w*)\b")
_FAMILIES: dict[str, tuple[tuple[str, bool], ...]] = {
    HAS_SIGN: ((HAS_SIGN, False), (SUGGESTS, True)),
    SUGGESTS: ((SUGGESTS, False), (HAS_SIGN, True)),
    ASSOCIATED: ((ASSOCIATED, False), (ASSOCIATED, True), (CO_OCCURS, False), (CO_OCCURS, True)),
    LOCATED_IN: ((LOCATED_IN, False), (LOCATED_AT, False), (HAS_SIGN, True)),
}
"""Relations that support a stated one, and whether their ends are swapped."""


def find_relations(clause: str) -> list[Related]:
    """Find relations stated in a clause, in order of their place; of overlapping ones the longest.

    Parameters
    ----------
    clause : str
        Lower case, concepts as ``<number>``, lists as ``<1,2>``, single spaces, no articles.
    """
    found: list[tuple[int, int, Related]] = []
    for relation, pattern in _PATTERNS:
        for match in pattern.finditer(clause):
            before = clause[: match.start()].split()[-3:]
            words = " ".join([*(word for word in before if "<" not in word), match.group()])
            subjects, objects = (tuple(map(int, match[end].split(","))) for end in "so")
            related = Related(
                relation,
                subjects,
                objects,
                negated=bool(_NEGATED.search(words)),
                strong=bool(_STRONG.search(words)),
                hedged=bool(_HEDGED.search(words)),
            )
            found.append((match.start(), match.end(), related))
    found.sort(key=lambda f: (f[0] - f[1], f[0]))
    kept: list[tuple[int, int, Related]] = []
    for start, end, related in found:
        if all(end <= other_start or start >= other_end for other_start, other_end, _ in kept):
            kept.append((start, end, related))
    return [related for _, _, related in sorted(kept, key=lambda f: f[0])]


def find_accepted(relation: str) -> tuple[tuple[str, bool], ...]:
    """Return relations of a triple that support a stated one, each with whether its ends are swapped.

    "X suggests Y" may cite "Y has radiographic sign X", for both say the same of X and Y.

    Examples
    --------
    >>> find_accepted("thx:suggestive_of")
    (('thx:suggestive_of', False), ('thx:has_radiographic_sign', True))
    """
    return _FAMILIES.get(relation, ((relation, False),))


__all__ = ["Related", "find_accepted", "find_relations"]
