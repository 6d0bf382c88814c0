"""Commands on reports: extract them into RadGraph JSON, count them into triples."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from thoracite.ui.console.progress import ProgressBar, tell

if TYPE_CHECKING:
    from thoracite.kg.aggregate.mention_graph import MentionBuild
    from thoracite.ui.cluster.workers import Cluster


def extract_reports(
    reports: Path, output: Path, *, extractor: str = "rules", processes: int = 1, cluster: Cluster | None = None
) -> str:
    """Extract reports into a file and return their number; notes on unread ones go to standard error.

    Raises
    ------
    InputError, UsageError
        From :func:`thoracite.kg.extract.run.extract_file`; if there is no cluster.
    """
    from thoracite.kg.extract.run import extract_file
    from thoracite.ui.cluster.workers import map_on_workers

    how = None if cluster is None else partial(map_on_workers, cluster)
    with ProgressBar() as progress:
        done = extract_file(
            reports, output, extractor=extractor, processes=processes, progress=progress, map_reports=how
        )
    tell(done.reading.sentence)
    resumed = f" ({done.resumed:,} of them by an earlier run)" if done.resumed else ""
    return f"{done.reports:,} reports{resumed}, {done.entities:,} entities in {output}"


def aggregate_reports(
    reports: Path, output: Path, *, minimum: int = 3, ledger: Path | None = None, processes: int = 1
) -> str:
    """Count statements of reports and return the number of triples; notes on unread reports go to standard error.

    Raises
    ------
    InputError, UsageError
        From :func:`thoracite.kg.aggregate.aggregate.aggregate_reports`.
    """
    from thoracite.kg.aggregate.aggregate import aggregate_reports as aggregate

    with ProgressBar() as progress:
        done = aggregate(reports, output, minimum=minimum, ledger=ledger, processes=processes, progress=progress)
    if done.reading is not None:
        tell(done.reading.sentence)
    kept = f"; patient hashes in {ledger}, which stays on this machine" if done.ledger else ""
    return (
        f"{done.triples:,} triples with at least {minimum} behind each, of {done.reports:,} reports, in {output}{kept}"
    )


def build_mentions(radgraph: Path, folder: Path) -> MentionBuild:
    """Build the graph of single mentions, and say how to ask it.

    Raises
    ------
    InputError, UsageError, StoreError
        As :func:`thoracite.kg.aggregate.mention_graph.build_mentions`.
    """
    from thoracite.kg.aggregate.mention_graph import build_mentions as build

    with ProgressBar() as progress:
        built = build(radgraph, folder, progress=progress)
    tell(f"ask it in SPARQL: thoracite query {shlex.quote(_MENTIONS_QUERY)} --graph {shlex.quote(str(folder))}")
    return built


_MENTIONS_QUERY = (
    "PREFIX thx: <https://w3id.org/thoracite/> SELECT ?words (COUNT(*) AS ?times) "
    "{ ?mention a thx:Observation ; thx:tokens ?words } GROUP BY ?words ORDER BY DESC(?times) ?words LIMIT 10"
)


__all__ = ["aggregate_reports", "build_mentions", "extract_reports"]
