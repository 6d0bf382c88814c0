"""How often each diagnosis shows each sign, as far as the graph's facts say: the table behind a differential.

A fact gives a share by how common it says the sign is; what argues against a diagnosis is rarely seen in it. A kind of
a diagnosis has its signs, and a diagnosis has those of its kinds, less often. A finding that a disease causes is a sign
of that disease. The shares are read off words, not counted in patients: they order diagnoses, and are no
probabilities.

Examples
--------
>>> from thoracite.kg.facts import read_facts
>>> table = SignTable(read_facts())
>>> table.share("thx:pleural_effusion", "thx:meniscus_sign") > table.share("thx:pneumonia", "thx:meniscus_sign")
True
>>> table.share("thx:pleural_effusion", "thx:sharp_costophrenic_angle") < table.background("thx:meniscus_sign")
True
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from thoracite.kg.stores.store import GraphStore
from thoracite.kg.ties import find_wider
from thoracite.kg.vocabulary import ARGUES_AGAINST, CAUSED_BY, HAS_SIGN, SUGGESTS
from thoracite.retrieval.scene import find_kinds, is_established
from thoracite.types import Certainty, Commonness, Entity, Triple

SHARES: Mapping[Commonness, float] = {"common": 0.7, "not stated": 0.5, "occasional": 0.35, "rare": 0.15}
"""Share of a diagnosis that shows a sign, by the word of its source."""

AGAINST, UNTOLD = 0.02, 0.03
"""Share where the sign argues against the diagnosis, and where no fact ties them."""

_CAUSED = 0.6
"""Of the share of a sign, that of a finding which the disease causes."""

_FROM_KIND, _FROM_WIDER, _WIDE_SIGN = 0.5, 0.8, 0.5
"""Of a share, what a diagnosis has of its kind's, a kind of the wider one's, and a wider sign of a narrow one's."""

_LEAST_BACKGROUND = 0.02
_RELATIONS = (HAS_SIGN, SUGGESTS, ARGUES_AGAINST, CAUSED_BY)
_MOST = 20_000
_DIAGNOSES = frozenset({"finding", "disease"})


class Tied(NamedTuple):
    """What ties a sign to a diagnosis.

    Parameters
    ----------
    share : float
        Share of the diagnosis that shows the sign, in (0, 1).
    triple : Triple
        The fact.
    against : bool
        Whether the fact argues against the diagnosis.
    """

    share: float
    triple: Triple
    against: bool = False


class SignTable:
    """Shares of all diagnoses and signs.

    Parameters
    ----------
    facts : iterable of Triple
        Facts that tie signs to diagnoses; others are passed over.
    """

    def __init__(self, facts: Iterable[Triple]) -> None:
        self.diagnoses: dict[str, Entity] = {}
        self.signs: dict[str, Entity] = {}
        self._direct: defaultdict[str, dict[str, Tied]] = defaultdict(dict)
        for fact in facts:
            self._add(fact)
        self._tied: dict[tuple[str, str], Tied | None] = {}
        self._background: dict[str, float] = {}

    @classmethod
    def read(cls, store: GraphStore) -> SignTable:
        """Read the facts of a graph."""
        return cls(one for name in _RELATIONS for one in store.find_triples(relation=name, limit=_MOST))

    def _add(self, fact: Triple) -> None:
        if fact.relation.id not in _RELATIONS or fact.certainty is Certainty.ABSENT or not is_established(fact):
            return
        turned = fact.relation.id in {SUGGESTS, ARGUES_AGAINST, CAUSED_BY}
        diagnosis, sign = (fact.object, fact.subject) if turned else (fact.subject, fact.object)
        if diagnosis.kind not in _DIAGNOSES:
            return
        against = fact.relation.id == ARGUES_AGAINST
        share = AGAINST if against else max(SHARES[one.commonness] for one in fact.provenance)
        tied = Tied(share * (_CAUSED if fact.relation.id == CAUSED_BY else 1.0), fact, against)
        held = self._direct[diagnosis.id].get(sign.id)
        if held is None or (against, -tied.share, fact.key) < (held.against, -held.share, held.triple.key):
            self._direct[diagnosis.id][sign.id] = tied
        self.diagnoses[diagnosis.id], self.signs[sign.id] = diagnosis, sign

    def tie(self, diagnosis: str, sign: str) -> Tied | None:
        """Return the strongest tie of a sign to a diagnosis; None where no fact ties them.

        Parameters
        ----------
        diagnosis, sign : str
            CURIEs.
        """
        key = (diagnosis, sign)
        if key not in self._tied:
            self._tied[key] = self._find(diagnosis, sign)
        return self._tied[key]

    def _find(self, diagnosis: str, sign: str) -> Tied | None:
        nearest = self._look(diagnosis, sign, 1.0)
        if nearest is not None:
            return nearest
        found = [self._look(kind, sign, _FROM_KIND) for kind in sorted(find_kinds(diagnosis))]
        wider = (self._look(one, sign, _FROM_WIDER) for one in sorted(find_wider(diagnosis) - {diagnosis}))
        found += wider
        tied = [one for one in found if one is not None]
        return max(tied, key=lambda one: (not one.against, one.share), default=None)

    def _look(self, diagnosis: str, sign: str, worth: float) -> Tied | None:
        """Look a sign up at one diagnosis: by itself, by what it is a kind of, or by its kinds."""
        direct = self._direct.get(diagnosis, {})
        names = [(sign, 1.0), *((wider, 1.0) for wider in sorted(find_wider(sign) - {sign}))]
        names += [(kind, _WIDE_SIGN) for kind in sorted(find_kinds(sign))]
        for name, of_sign in names:
            tied = direct.get(name)
            if tied is not None and not (tied.against and (worth < 1.0 or of_sign < 1.0)):
                return tied if tied.against else tied._replace(share=tied.share * worth * of_sign)
        return None

    def share(self, diagnosis: str, sign: str) -> float:
        """Return the share of a diagnosis that shows a sign, in (0, 1)."""
        tied = self.tie(diagnosis, sign)
        return UNTOLD if tied is None else max(AGAINST, tied.share)

    def background(self, sign: str) -> float:
        """Return the average share of all diagnoses that show a sign, in (0, 1)."""
        if sign not in self._background:
            shares = [self.share(diagnosis, sign) for diagnosis in self.diagnoses]
            self._background[sign] = max(_LEAST_BACKGROUND, sum(shares) / max(1, len(shares)))
        return self._background[sign]

    def list_signs(self, diagnosis: str) -> dict[str, Tied]:
        """Return the signs of a diagnosis itself, by CURIE."""
        return dict(self._direct.get(diagnosis, {}))


__all__ = ["AGAINST", "SHARES", "UNTOLD", "SignTable", "Tied"]
