"""Support without the patient: triples as they would be had the patient's reports never been counted.

Nothing from the query's patient may carry the patient's own explanation. The ledger of the graph's reports
(:mod:`thoracite.kg.privacy.ledger`) measures each counted triple again without them; one with too few other patients
behind it is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from thoracite.kg.privacy.ledger import Ledger, Without
from thoracite.types import Counts, Triple


class Firewall:
    """Triples without the reports of some patients.

    Parameters
    ----------
    ledger : Ledger
        Of the reports that the graph was built from.
    patients : iterable of str
        Patients, studies or reports, as the reports name them.
    hashes : iterable of int
        Patients by their hashes under the ledger's key: those of near-duplicate images.
    """

    def __init__(self, ledger: Ledger, patients: Iterable[str], *, hashes: Iterable[int] = ()) -> None:
        self._without = ledger.leave_out(patients, hashes=hashes)

    def clear(self, triples: Iterable[Triple]) -> list[Triple]:
        """Return the triples that are left, measured again; what no report was counted for stays as it is.

        Parameters
        ----------
        triples : iterable of Triple
            Of the ledger's graph.
        """
        cleared = (self._clear(triple) for triple in triples)
        return [triple for triple in cleared if triple is not None]

    def _clear(self, triple: Triple) -> Triple | None:
        whole = self._without.measure_whole(triple.key) if triple.counts.total else None
        return triple if whole is None else _replace(triple, whole.support, self._without)


def leave_out(
    triples: Mapping[str, tuple[Triple, ...]],
    without: Collection[tuple[str, str, str]] = (),
    *,
    firewall: Firewall | None = None,
) -> Mapping[str, tuple[Triple, ...]]:
    """Return triples by concept without some of them, and without what patients' own reports state.

    Parameters
    ----------
    triples : mapping of str to tuple of Triple
        By the concept that they are looked up for.
    without : collection of (str, str, str)
        Keys of triples that are left out.
    firewall : Firewall or None
        Leaves patients out.
    """
    if not without and firewall is None:
        return triples
    kept = {one: tuple(triple for triple in own if triple.key not in without) for one, own in triples.items()}
    return kept if firewall is None else {one: tuple(firewall.clear(own)) for one, own in kept.items()}


def _replace(triple: Triple, held: int, without: Without) -> Triple | None:
    """Put the counts without the patients in the place of those with them."""
    read = [origin for origin in triple.provenance if origin.extractor == "curated"]
    counted = without.measure(triple.key)
    if counted is None:
        return triple.model_copy(update=_forget(triple, len(read))) if read else None
    support = counted.support + max(0, triple.support - held) if read else counted.support
    sure = {"subject_certainty": counted.subject_certainty, "object_certainty": counted.object_certainty}
    lift = without.find_lift(triple.key, counted)
    return triple.model_copy(
        update={"counts": counted.counts, "support": support, "lift": lift} | ({} if read else sure)
    )


def _forget(triple: Triple, sources: int) -> dict[str, object]:
    """Return the fields of a triple that texts alone still state."""
    kept: Sequence[object] = tuple(one for one in triple.provenance if one.extractor == "curated")
    return {"counts": Counts(), "support": sources, "lift": None, "provenance": kept}


__all__ = ["Firewall", "leave_out"]
