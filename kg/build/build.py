"""From sources to an open graph in one atomic step.

A graph folder holds ``versions/<build>/`` (``graph.nq``, one folder for each store, ``manifest.json``) and ``current``,
which names the version that readers open. A build writes a version under an unused name, renames it when
complete, and renames the pointer last: a build that dies at any moment leaves the old graph unchanged.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path

from thoracite.errors import InputError, StoreError, UsageError
from thoracite.files import write_text
from thoracite.kg.assertions import Assertion
from thoracite.kg.build.inputs import SCHEMA, Inputs, list_reports
from thoracite.kg.build.own_triples import read_given
from thoracite.kg.build.own_vocabulary import is_vocabulary, merge_vocabulary, read_vocabulary
from thoracite.kg.concepts import Concept, read_concepts
from thoracite.kg.facts import FACTS, Source, read_facts, read_sources
from thoracite.kg.knowledge.documents import find_documents
from thoracite.kg.rdf.write import list_assertions, write_nquads
from thoracite.kg.stores.folder import FORMAT, point_to, read_pointer
from thoracite.kg.stores.ladybug import LadybugStore
from thoracite.kg.stores.lock import lock_folder
from thoracite.kg.stores.oxigraph import OxigraphStore
from thoracite.kg.stores.store import GraphStatistics
from thoracite.kg.vocabulary import SHOWS
from thoracite.progress import Progress, tell_nobody
from thoracite.types import Entity, Noun, Triple

MINIMUM = 3
"""Reports (patients, where known) behind every counted triple: fewer could point at a person."""


class GraphBuild(Noun):
    """The result of a build.

    Parameters
    ----------
    folder : str
        Folder of the version.
    digest : str
        ``sha256:`` over the graph's sorted N-Quads lines.
    statistics : GraphStatistics
        Numbers of the graph's parts.
    seconds : float
        Time of the build.
    """

    folder: str
    digest: str
    statistics: GraphStatistics
    seconds: float


def build_graph(
    folder: Path,
    *,
    facts: Path | None = None,
    reports: Sequence[Path] | None = None,
    extra: Sequence[Path] = (),
    progress: Progress = tell_nobody,
) -> GraphBuild:
    """Build a graph and make it the current one.

    Parameters
    ----------
    folder : Path
        The graph folder.
    facts : Path or None
        Curated facts; the project's own unless given.
    reports : sequence of Path or None
        Aggregates (:mod:`thoracite.kg.aggregate.aggregate`); the project's own unless given.
    extra : sequence of Path
        Your own triples (CSV, TSV, RDF), books and articles (:mod:`thoracite.kg.build.own_triples`), vocabularies
        (OBO, SKOS; :mod:`thoracite.kg.build.own_vocabulary`), and folders of them.
    progress : Progress
        Called with each step.

    Raises
    ------
    InputError
        If an input cannot be read, or a counted triple has fewer than three reports behind it.
    UsageError
        If the folder cannot be written.
    StoreError
        If another build is running in the folder.
    """
    start = time.monotonic()
    inputs = Inputs(
        facts=facts or FACTS,
        reports=tuple(list_reports() if reports is None else reports),
        extra=tuple(chain.from_iterable(find_documents([path]) if path.is_dir() else [path] for path in extra)),
    )
    try:
        (folder / "versions").mkdir(parents=True, exist_ok=True)
        with lock_folder(folder, "build"):
            return _build(folder, inputs, progress, start)
    except OSError as error:
        raise UsageError(
            f"the graph cannot be written to {folder}: {error.strerror or error}; name a folder with room to write to"
        ) from error


def _build(folder: Path, inputs: Inputs, progress: Progress, start: float) -> GraphBuild:
    _remove_leftovers(folder)
    part = folder / "versions" / f".building-{os.getpid()}"
    part.mkdir()
    try:
        progress("writing N-Quads", 0, None)
        digest = _write_graph(part / "graph.nq", inputs)
        statistics = _load_stores(part, digest, progress)
        manifest = {"digest": digest, "format": FORMAT, "inputs": inputs.digest(), "default": inputs.is_default()}
        write_text(part / "manifest.json", json.dumps(manifest | statistics.model_dump(), indent=1) + "\n")
        # a name of its own for every build: a rebuild of a damaged graph has the same digest
        version = folder / "versions" / f"{digest.removeprefix('sha256:')[:16]}-{secrets.token_hex(4)}"
        os.replace(part, version)
        point_to(folder, version)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    seconds = round(time.monotonic() - start, 3)
    return GraphBuild(folder=str(version), digest=digest, statistics=statistics, seconds=seconds)


def _write_graph(path: Path, inputs: Inputs) -> str:
    concepts: Sequence[Concept] = read_concepts()
    vocabularies = [path for path in inputs.extra if is_vocabulary(path)]
    for vocabulary in vocabularies:
        concepts = merge_vocabulary(concepts, read_vocabulary(vocabulary))
    nodes, sources = {node.entity.id: node for node in concepts}, read_sources()
    given = [read_given(extra, concepts=concepts) for extra in inputs.extra if extra not in vocabularies]
    triples = chain(
        read_facts(inputs.facts),
        (triple for report in inputs.reports for triple in _read_reports(report)),
        (triple for part in given for triple in part.triples),
    )
    for part in given:
        sources |= part.sources
    rows = list(_collect(triples, nodes, sources))
    return write_nquads(path, concepts=nodes.values(), sources=sources.values(), assertions=rows, schema=SCHEMA)


def _read_reports(path: Path) -> Iterator[Triple]:
    """Read what counts of reports tell: :func:`tells_something`. Everything else stays in the file (decision 6)."""
    from thoracite.kg.aggregate.aggregate import read_aggregate

    for triple in read_aggregate(path):
        if triple.support < MINIMUM:
            raise InputError(
                f"{path}: {' '.join(triple.key)} has {triple.support} reports behind it, and fewer than {MINIMUM} "
                f"could point at a person; aggregate again with a minimum of {MINIMUM}"
            )
        if tells_something(triple):
            yield triple


def tells_something(triple: Triple) -> bool:
    """Whether a counted triple belongs in a graph that explanations are made from.

    A word that no vocabulary knows, ends that meet less often than by chance, and a relation that reports only deny
    are no knowledge. ``thoracite build --add FILE`` takes them all the same.

    Examples
    --------
    >>> from thoracite.kg.vocabulary import RELATIONS
    >>> from thoracite.types import Counts, Provenance
    >>> triple = Triple(
    ...     subject=Entity(id="thx:pleural_line", label="pleural line", kind="sign"),
    ...     relation=RELATIONS["thx:suggestive_of"],
    ...     object=Entity(id="thx:pneumothorax", label="pneumothorax", kind="finding"),
    ...     counts=Counts(absent=7), support=7, provenance=(Provenance(source="thxs:reports", locator="-"),),
    ... )
    >>> tells_something(triple), tells_something(triple.model_copy(update={"counts": Counts(present=3)}))
    (False, True)
    """
    known = "mention" not in (triple.subject.kind, triple.object.kind)
    affirmed = triple.relation.id == SHOWS or triple.counts.present + triple.counts.uncertain > 0
    return known and affirmed and (triple.lift is None or triple.lift >= 1)


def _collect(triples: Iterator[Triple], nodes: dict[str, Concept], sources: dict[str, Source]) -> Iterator[Assertion]:
    """Collect assertions, each once; ends and sources without a description are added under their own words."""
    seen: dict[str, Assertion] = {}
    for triple in triples:
        for end in (triple.subject, triple.object):
            _add_node(end, nodes)
        for origin in triple.provenance:
            if origin.source not in sources:
                sources[origin.source] = Source(
                    id=origin.source, title=origin.source, reference="not stated", licence=origin.licence
                )
        for row in list_assertions(triple):
            if row.id not in seen:
                seen[row.id] = row
                yield row
            elif seen[row.id] != row:
                raise InputError(
                    f"{row.source} states {row.subject} {row.relation} {row.object} twice at {row.locator!r} "
                    "with different counts; state it once"
                )


def _add_node(end: Entity, nodes: dict[str, Concept]) -> None:
    if end.id not in nodes:
        nodes[end.id] = Concept(entity=end)


def _load_stores(part: Path, digest: str, progress: Progress) -> GraphStatistics:
    progress("loading the SPARQL store", 0, None)
    store = OxigraphStore(part / "oxigraph", read_only=False)
    store.load(part / "graph.nq", digest=digest)
    statistics = store.statistics()
    store.close()
    progress("loading the Cypher store", 0, None)
    cypher = LadybugStore(part / "ladybug", read_only=False)
    cypher.load(part / "graph.nq")
    cypher.close()
    return statistics


def _remove_leftovers(folder: Path) -> None:
    """Remove builds that died, and versions before the current one; readers that have it open can still read it."""
    with suppress(OSError, StoreError):
        current = read_pointer(folder)
        for version in sorted((folder / "versions").iterdir()):
            if version != current and (version.name.startswith(".") or current is not None):
                shutil.rmtree(version, ignore_errors=True)


__all__ = ["MINIMUM", "GraphBuild", "build_graph", "tells_something"]
