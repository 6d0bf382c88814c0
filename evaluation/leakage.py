"""The suite ``leakage``: what a patient's own report does to the evidence, and whether counts tell who was in.

The reports of test patients stand in a graph with its ledger. Each is asked for by what its own report states as
present; its *own statements* are the relations that it states. How much they rise is measured against the graph without
that report, which is counted again here, independently of the ledger. With the firewall
(:mod:`thoracite.retrieval.firewall`) nothing may rise, and no count may differ from that recount.

The membership probe draws three parts of the reports: one is counted and released, one is what an attacker knows of
such reports, one is left out. The attacker tells the released part from the left-out one by how much better a report
fits the released counts than the known ones. An area of 0.5 is chance.

References
----------
Homer N et al. Resolving individuals contributing trace amounts of DNA to highly complex mixtures. PLoS Genet
2008;4:e1000167 (membership from aggregates).
Shokri R et al. Membership inference attacks against machine learning models. IEEE S&P 2017.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from thoracite.evaluation.patients import find_auroc, measure_drawn, summarise
from thoracite.evaluation.suite import Row, Suite
from thoracite.kg.aggregate.tally import Tally
from thoracite.kg.assertions import merge_assertions
from thoracite.kg.concepts import read_concepts
from thoracite.kg.extract.extractor import RuleExtractor
from thoracite.kg.facts import read_facts
from thoracite.kg.linking.linker import Linker
from thoracite.kg.privacy.deidentify import deidentify
from thoracite.kg.privacy.ledger import NAMED, Ledger, hash_patient, read_or_create_key, write_ledger
from thoracite.kg.radgraph import Annotation
from thoracite.kg.rdf.write import list_assertions
from thoracite.kg.reports.read import read_reports
from thoracite.kg.stores.triple_index import TripleIndex
from thoracite.kg.vocabulary import CHEST_RADIOGRAPH, CO_OCCURS, SHOWS
from thoracite.retrieval.asked import Asked, ask_words
from thoracite.retrieval.candidates import Candidates, search_near
from thoracite.retrieval.firewall import Firewall
from thoracite.retrieval.ranking import Ranking
from thoracite.retrieval.search import search_graph
from thoracite.types import Counts, Entity, Provenance, Triple

Key = tuple[str, str, str]

PATIENTS, MINIMUM = 250, 3
"""Test patients, and patients behind each count of the graph."""

_RANKING = Ranking(limit=60, hops=1, off=frozenset({"diversity", "connection"}))
_ORIGIN = Provenance(source="thxs:openi", locator="counted for the suite leakage", extractor="thoracite-rules")


class Counted(NamedTuple):
    """Reports with everything that they state.

    Parameters
    ----------
    triples : tuple of Triple
        Released triples.
    entities : mapping of str to Entity
        Concepts by CURIE.
    stated : mapping
        Patient's hash → triple and certainty → reports; names as anatomy too.
    reports : mapping of int to int
        Patient's hash → reports.
    """

    triples: tuple[Triple, ...]
    entities: Mapping[str, Entity]
    stated: Mapping[int, Mapping[tuple[Key, int], int]]
    reports: Mapping[int, int]


class Case(NamedTuple):
    """A test patient: what the report states as present, and its own relations."""

    patient: str
    asked: Asked
    own: frozenset[Key]


def run_leakage(data: Path, *, patients: int = PATIENTS) -> Suite:
    """Run the suite.

    Parameters
    ----------
    data : Path
        Folder with ``openi/NLMCXR_reports.tgz``.
    patients : int
        Test patients that are drawn.

    Raises
    ------
    InputError
        If the archive cannot be read.
    """
    annotations = read_annotations(data / "openi" / "NLMCXR_reports.tgz")
    rows = [*measure_jump(annotations, patients=patients), *measure_membership(annotations)]
    return Suite(suite="leakage", data="Open-i's reports", n=len(annotations), rows=tuple(rows))


def read_annotations(archive: Path) -> list[Annotation]:
    """Read and annotate every report of an archive, identifiers removed first."""
    extractor = RuleExtractor()
    read = (extractor.extract(deidentify(report.text), report_id=report.id) for report in read_reports(archive))
    return [annotation for annotation in read if annotation.text]


def count_reports(annotations: Iterable[Annotation], key: bytes, ledger: Path | None = None) -> Counted:
    """Count reports, each as a patient, and write their ledger where a folder is named.

    Parameters
    ----------
    annotations : iterable of Annotation
        What the reports state.
    key : bytes
        The ledger's key.
    ledger : Path or None
        Folder of the ledger.
    """
    with closing(Tally(lru_cache(maxsize=50_000)(Linker().link), key=key)) as tally:
        for annotation in annotations:
            tally.add(annotation, patient=annotation.report_id)
        everything = list(tally.triples(1, _ORIGIN))
        entities = {end.id: end for triple in everything for end in (triple.subject, triple.object)}
        stated: defaultdict[int, dict[tuple[Key, int], int]] = defaultdict(dict)
        for triple, one in tally.statements(1):
            stated[one.patient][triple, one.degree] = one.reports
        released = tuple(tally.triples(MINIMUM, _ORIGIN))
        reports = dict(tally.patients())
        if ledger is not None:
            write_ledger(ledger, tally.statements(MINIMUM), patients=reports.items(), minimum=MINIMUM)
    return Counted(released, entities, stated, reports)


def measure_jump(annotations: Sequence[Annotation], *, patients: int) -> list[Row]:
    """Measure how far own statements rise by their own report, with and without the firewall."""
    with TemporaryDirectory() as folder:
        key = read_or_create_key(Path(folder))
        counted = count_reports(annotations, key, Path(folder))
        cases = draw_cases(annotations, counted, key, patients)
        graph = TripleIndex(_merge(counted))
        recount = Recount(counted)
        with Ledger(Path(folder)) as ledger:
            measured = [_measure_case(case, graph, ledger, recount, key) for case in cases]
    names = [case.patient for case in cases]
    rows: list[Row] = []
    for place, system in enumerate(("no firewall", "firewall")):
        for metric in _METRICS:
            values = [one[place][metric] for one in measured]
            rows.append(summarise(system, metric, values, names))
    return rows


_METRICS = (
    "rise of the score of own statements",
    "own statements that rise in rank",
    "own statements shown only for the own report",
    "counted triples that differ from a recount without the report",
)


def draw_cases(annotations: Sequence[Annotation], counted: Counted, key: bytes, number: int) -> list[Case]:
    """Draw test patients whose report states something as present, and relations of it.

    Parameters
    ----------
    annotations : sequence of Annotation
        All reports.
    counted : Counted
        The same, counted.
    key : bytes
        The ledger's key.
    number : int
        How many.
    """
    order = [annotation.report_id for annotation in annotations]
    Random(18).shuffle(order)  # noqa: S311
    cases = (_build_case(name, counted, hash_patient(name, key)) for name in order)
    drawn = [case for case in cases if case is not None]
    return drawn[:number]


def _build_case(name: str, counted: Counted, patient: int) -> Case | None:
    said = counted.stated.get(patient, {})
    present = [key[2] for key, degree in said if key[1] == SHOWS and degree == 0]
    named = [counted.entities[one] for one in present if counted.entities[one].kind in {"finding", "disease"}]
    own = frozenset(key for key, degree in said if key[1] not in {SHOWS, NAMED} and degree < 2)
    touched = {end for key in own for end in key[::2]}
    seeds = [entity for entity in named if entity.id in touched]
    return Case(name, ask_words(seeds), own) if seeds and own else None


def _merge(counted: Counted) -> list[Triple]:
    """Merge the project's facts and the counted triples, as a build does."""
    entities = {node.entity.id: node.entity for node in read_concepts()} | dict(counted.entities)
    facts = (row for fact in read_facts() for row in list_assertions(fact))
    return merge_assertions([*facts, *(row for one in counted.triples for row in list_assertions(one))], entities)


class Recount:
    """Counts without one patient, made again from what every report states.

    Parameters
    ----------
    counted : Counted
        All reports.
    """

    def __init__(self, counted: Counted) -> None:
        self._stated, self._reports = counted.stated, counted.reports
        self._whole: dict[tuple[Key, int], tuple[int, int]] = {}
        self._by_cell: defaultdict[tuple[Key, int], set[int]] = defaultdict(set)
        for patient, said in counted.stated.items():
            for cell in said:
                self._by_cell[cell].add(patient)

    def clear(self, triples: Iterable[Triple], patient: int) -> list[Triple]:
        """Return triples as a build without the patient has them, those of too few others left out."""
        margins: dict[tuple[str, bool], int] = {}
        return [one for triple in triples if (one := self._count(triple, patient, margins)) is not None]

    def _cell(self, key: Key, degree: int, patient: int) -> int:
        """Count the reports of a cell without the patient; 0 where it is not released."""
        cell = (key, degree)
        if cell not in self._whole:
            behind = self._by_cell.get(cell, set())
            self._whole[cell] = (len(behind), sum(self._stated[one][cell] for one in behind))
        patients, reports = self._whole[cell]
        own = self._stated.get(patient, {}).get(cell, 0)
        return reports - own if patients - bool(own) >= MINIMUM else 0

    def _count(self, triple: Triple, patient: int, margins: dict[tuple[str, bool], int]) -> Triple | None:
        if not triple.counts.total:
            return triple
        counts = [self._cell(triple.key, degree, patient) for degree in range(3)]
        read = tuple(one for one in triple.provenance if one.extractor == "curated")
        if not any(counts):
            return triple.model_copy(update={"counts": Counts(), "lift": None, "provenance": read}) if read else None
        lift = None if triple.relation.id == SHOWS else self._lift(triple, sum(counts[:2]), patient, margins)
        present, uncertain, absent = counts
        return triple.model_copy(
            update={"counts": Counts(present=present, uncertain=uncertain, absent=absent), "lift": lift}
        )

    def _lift(self, triple: Triple, affirmed: int, patient: int, margins: dict[tuple[str, bool], int]) -> float | None:
        together = triple.relation.id == CO_OCCURS
        ends = [self._margin(end, together, patient, margins) for end in (triple.subject.id, triple.object.id)]
        if not affirmed or not all(ends):
            return None
        reports = sum(self._reports.values()) - self._reports.get(patient, 0)
        return round(affirmed * reports / (ends[0] * ends[1]), 3)

    def _margin(self, concept: str, together: bool, patient: int, margins: dict[tuple[str, bool], int]) -> int:
        if (concept, together) not in margins:
            root = CHEST_RADIOGRAPH.id
            cells = [((root, SHOWS, concept), 0)]
            if not together:
                cells += [((root, SHOWS, concept), 1), *(((root, NAMED, concept), degree) for degree in (0, 1))]
            margins[concept, together] = sum(self._cell(key, degree, patient) for key, degree in cells)
        return margins[concept, together]


def _measure_case(
    case: Case, graph: TripleIndex, ledger: Ledger, recount: Recount, key: bytes
) -> tuple[dict[str, float], dict[str, float]]:
    """Measure one patient without and with the firewall, against the recount."""
    near = {one.key: one for seed in case.asked.entities for one in search_near(graph, seed.id, _RANKING)}  # type: ignore[arg-type]
    triples = [near[one] for one in sorted(near)]
    without = recount.clear(triples, hash_patient(case.patient, key))
    base, standing = _rank(case, without), {one.key for one in without}
    cleared = Firewall(ledger, [case.patient]).clear(triples)
    return _compare(case, triples, without, base, standing), _compare(case, cleared, without, base, standing)


def _rank(case: Case, triples: Sequence[Triple]) -> dict[Key, tuple[float, int]]:
    """Score and place of each triple for what the report states as present."""
    found = search_graph(case.asked, Candidates(tuple(triples)), _RANKING).triples
    return {one.triple.key: (one.score, place) for place, one in enumerate(found)}


def _compare(
    case: Case,
    triples: Sequence[Triple],
    without: Sequence[Triple],
    base: Mapping[Key, tuple[float, int]],
    standing: set[Key],
) -> dict[str, float]:
    ranked, held = _rank(case, triples), {one.key for one in triples}
    own = sorted(case.own & (held | standing))
    nothing = (0.0, _RANKING.limit)
    rises = [ranked.get(one, nothing)[0] - base.get(one, nothing)[0] for one in own]
    higher = [ranked.get(one, nothing)[1] < base.get(one, nothing)[1] for one in own]
    fresh = [one in held and one not in standing for one in own]
    values = [float(np.mean(one)) if own else 0.0 for one in (rises, higher, fresh)]
    return dict(zip(_METRICS, [*values, float(_count_differing(triples, without))], strict=True))


def _count_differing(triples: Sequence[Triple], without: Sequence[Triple]) -> int:
    """Count the triples whose counts or lift are not those of the recount, or that stand in one of both alone."""
    one, other = ({triple.key: (triple.counts, triple.lift) for triple in given} for given in (triples, without))
    return sum(one.get(key) != other.get(key) for key in one.keys() | other.keys())


def measure_membership(annotations: Sequence[Annotation]) -> Iterator[Row]:
    """Measure how well released counts tell whose report was counted."""
    order = list(annotations)
    Random(7).shuffle(order)  # noqa: S311
    third = len(order) // 3
    key = bytes(32)
    members, known, others = order[:third], order[third : 2 * third], order[2 * third : 3 * third]
    released, reference = (_release(count_reports(part, key)) for part in (members, known))
    said = count_reports([*members, *others], key).stated
    names = [annotation.report_id for annotation in (*members, *others)]
    targets = np.array([1] * third + [0] * third)
    for system, rate in (("likelihood ratio", _rate_ratio), ("share of statements released", _rate_share)):
        scores = np.array([rate(said.get(hash_patient(name, key), {}), released, reference, third) for name in names])
        yield measure_drawn(
            system,
            "membership, area under the curve",
            lambda drawn, scores=scores: find_auroc(scores[drawn], targets[drawn]),  # type: ignore[misc]
            names,
        )


def _release(counted: Counted) -> dict[tuple[Key, int], int]:
    """The counts that anybody sees."""
    cells: dict[tuple[Key, int], int] = {}
    for triple in counted.triples:
        for degree, count in enumerate((triple.counts.present, triple.counts.uncertain, triple.counts.absent)):
            if count:
                cells[triple.key, degree] = count
    return cells


def _rate_ratio(
    said: Mapping[tuple[Key, int], int],
    released: Mapping[tuple[Key, int], int],
    reference: Mapping[tuple[Key, int], int],
    reports: int,
) -> float:
    """How much likelier the report is by the released counts than by the known ones; unreleased cells count as 1."""
    return sum(
        math.log(released.get(cell, 1) / reports) - math.log(reference.get(cell, 1) / reports)
        for cell in said
        if cell[0][1] != NAMED
    )


def _rate_share(
    said: Mapping[tuple[Key, int], int],
    released: Mapping[tuple[Key, int], int],
    reference: Mapping[tuple[Key, int], int],  # noqa: ARG001 - both attackers are asked alike
    reports: int,  # noqa: ARG001
) -> float:
    cells = [cell for cell in said if cell[0][1] != NAMED]
    return sum(cell in released for cell in cells) / len(cells) if cells else 0.0


__all__ = [
    "Case",
    "Counted",
    "Recount",
    "count_reports",
    "draw_cases",
    "measure_jump",
    "measure_membership",
    "read_annotations",
    "run_leakage",
]
