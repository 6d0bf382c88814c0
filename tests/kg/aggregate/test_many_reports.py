"""As many reports as PhysioNet's RadGraph has, in bounded memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from thoracite.kg.radgraph import Annotation, Mention, write_radgraph


def mention(key: str, tokens: str, label: str, at: int, *relations: tuple[str, str]) -> Mention:
    return Mention.model_validate(
        {"id": key, "tokens": tokens, "label": label, "start_ix": at, "end_ix": at, "relations": relations}
    )


def many_annotations(number: int) -> Iterator[Annotation]:
    """As many reports as PhysioNet's RadGraph has, each of 27 entities and 18 relations, words drawn from 20,000."""
    for n in range(number):
        entities = []
        for e in range(27):
            word = f"word{(n * 7919 + e * e * 104729) % 20011}"
            relations = (("located_at", str(e)),) if e % 3 else ()
            entities.append(mention(str(e + 1), word, "ANAT-DP" if e % 3 == 0 else "OBS-DP", e, *relations))
        yield Annotation.model_construct(
            report_id=f"p1{n % 9}/p1{n % 65000:07d}/s{n}.txt", text="x " * 27, entities=tuple(entities)
        )


@pytest.mark.bench
@pytest.mark.timeout(3000)
def test_220_763_reports_stream_in_less_than_a_gibibyte(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    path = tmp_path / "radgraph.json"
    write_radgraph(path, many_annotations(220_763))
    code = (
        "import resource, sys; from pathlib import Path; "
        "from thoracite.kg.aggregate.aggregate import aggregate_reports; "
        f"summary = aggregate_reports(Path({str(path)!r}), Path({str(tmp_path / 't.csv')!r})); "
        "print(summary.reports, summary.triples, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    reports, triples, kibibytes = map(int, run.stdout.split())
    record_property(
        "measured", f"{path.stat().st_size:,} bytes, {reports:,} reports, {triples:,} triples, {kibibytes:,} KiB"
    )
    assert reports == 220_763
    assert kibibytes < 2**20
