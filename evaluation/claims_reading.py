"""Released claims of locked images, read by hand against the evidence that they cite: ``claims_reading.csv``.

One row a claim: the reading, the image, the kind of sentence and how many such sentences were released of all images
that it was drawn from, the sentence, who read it, the verdict, the kind of fault, and the reason. The reader saw the
sentence and the whole of the cited evidence, without the verifier's verdict, and did not use its code: a language
model, no clinician. Rare kinds were drawn more often, so that they could be judged; *in the released mix* weighs
them back. A claim is rejected where it says more than what it cites, be that true of the image or not.

The first reading's images had all but a few of the sentences of locked patients that name a finding as its own; its
faults were mended (*partly carried by*, *there are probably*, no subtype as background). The second is of the sentences
written since, on images that the first had not used; it holds no diagnosis and no background, the kinds that had
failed. The third holds both (background cites the finding too, whose signs tell whether the sign was measured), from
all 24 locked images of 9 patients on which something stands out and from 25 others. Beside its hundred lay 25 copies
that were spoilt by one word (verdict, side, comparison, measured or not) and are not in the table: these alone were
rejected. Since then, what signs carry partly and the network's own reading more says both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from thoracite.evaluation.patients import Positions, Statistic, measure_drawn, summarise
from thoracite.evaluation.suite import Row
from thoracite.files import read_rows

READING = Path(__file__).with_name("claims_reading.csv")
"""The claims that were read."""

SYSTEM = "template"


class Read(NamedTuple):
    """A claim that was read.

    Parameters
    ----------
    reading : str
        Number of the reading.
    patient : str
        From the image's name.
    kind : str
        Kind of sentence.
    released : float
        Sentences of this kind among those that it was drawn from.
    accepted : bool
        Whether it says no more than its evidence.
    fault : str
        Kind of fault; empty without one.
    """

    reading: str
    patient: str
    kind: str
    released: float
    accepted: bool
    fault: str


def read_claims(path: Path = READING) -> list[Read]:
    """Read the table."""
    return [
        Read(
            reading=row["reading"],
            patient=row["image"].rpartition("_")[0],
            kind=row["kind"],
            released=float(row["released"]),
            accepted=row["verdict"] == "accept",
            fault=row["fault"],
        )
        for row in read_rows(path)
    ]


def count_claims(read: Sequence[Read]) -> Iterator[Row]:
    """Count the claims that a reader accepted, of each reading: all, in the released mix, by kind, and the faults."""
    for number in dict.fromkeys(one.reading for one in read):
        own = [one for one in read if one.reading == number]
        groups = [one.patient for one in own]
        told = f"claims read by hand that their evidence supports, reading {number}"
        yield summarise(SYSTEM, told, [float(one.accepted) for one in own], groups)
        yield measure_drawn(SYSTEM, f"{told}, in the mix that is released", _weigh(own), groups)
        for kind in dict.fromkeys(one.kind for one in own):
            few = [one for one in own if one.kind == kind]
            accepted = [float(one.accepted) for one in few]
            yield summarise(SYSTEM, f"{told}; {kind}", accepted, [one.patient for one in few])
        for fault, times in Counter(one.fault for one in own if one.fault).most_common():
            yield Row(system=SYSTEM, metric=f"claims read by hand, reading {number}: {fault}", value=times, n=len(own))


def _weigh(read: Sequence[Read]) -> Statistic:
    """Return the share of accepted claims, each kind weighted by how often it is released."""
    kinds = np.array([one.kind for one in read])
    released = np.array([one.released for one in read])
    accepted = np.array([one.accepted for one in read])

    def share(drawn: Positions) -> float:
        parts = []
        for kind in np.unique(kinds[drawn]):
            rows = drawn[kinds[drawn] == kind]
            parts.append((released[rows[0]], accepted[rows].mean()))
        return float(sum(weight * part for weight, part in parts) / sum(weight for weight, _ in parts))

    return share


__all__ = ["READING", "Read", "count_claims", "read_claims"]
