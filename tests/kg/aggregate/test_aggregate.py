"""Reports into triples: nothing lost, nobody named."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from thoracite.errors import InputError, UsageError
from thoracite.kg.aggregate.aggregate import COLUMNS, aggregate_reports, read_aggregate, write_aggregate
from thoracite.kg.aggregate.tally import Tally
from thoracite.kg.linking.mentions import link_mentions
from thoracite.kg.privacy.ledger import Ledger
from thoracite.kg.radgraph import Annotation, Mention, write_radgraph
from thoracite.kg.vocabulary import CHEST_RADIOGRAPH
from thoracite.types import Certainty, Entity, Provenance, Triple

ORIGIN = Provenance(source="thxs:reports", locator="aggregate")
VOCABULARY = {
    "pleural effusion": Entity(id="thx:pleural_effusion", label="pleural effusion", kind="finding"),
    "enlarged heart": Entity(id="thx:cardiomegaly", label="cardiomegaly", kind="finding"),
    "heart": Entity(id="thx:heart", label="heart", kind="anatomy"),
}


def mention(key: str, tokens: str, label: str, start: int, *relations: tuple[str, str]) -> Mention:
    end = start + len(tokens.split()) - 1
    return Mention.model_validate(
        {"id": key, "tokens": tokens, "label": label, "start_ix": start, "end_ix": end, "relations": relations}
    )


def effusion(report_id: str, certainty: str) -> Annotation:
    """[no] pleural effusion"""
    entities = (
        mention("1", "pleural", "ANAT-DP", 0),
        mention("2", "effusion", f"OBS-{certainty}", 1, ("located_at", "1")),
    )
    return Annotation(report_id=report_id, text="pleural effusion", entities=entities)


def opacity(report_id: str) -> Annotation:
    """opacity may represent pneumonia"""
    entities = (mention("1", "opacity", "OBS-DP", 0, ("suggestive_of", "2")), mention("2", "pneumonia", "OBS-U", 3))
    return Annotation(report_id=report_id, text="opacity may represent pneumonia", entities=entities)


def count(annotations: list[tuple[Annotation, str | None]], minimum: int = 1) -> dict[tuple[str, str, str], Triple]:
    with closing(Tally(VOCABULARY.get)) as tally:
        for annotation, patient in annotations:
            tally.add(annotation, patient=patient)
        return {triple.key: triple for triple in tally.triples(minimum, ORIGIN)}


SHOWN = (CHEST_RADIOGRAPH.id, "thx:shows", "thx:pleural_effusion")


def test_every_observation_is_shown_with_its_counts() -> None:
    found = count([(effusion(str(n), certainty), None) for n, certainty in enumerate(["DP", "DA", "DA", "U"])])
    shown = found[SHOWN]
    assert (shown.counts.present, shown.counts.uncertain, shown.counts.absent) == (1, 1, 2)
    assert shown.support == 4
    assert shown.object_certainty is Certainty.ABSENT
    assert shown.lift is None
    located = found["thx:pleural_effusion", "thx:located_at", "thx:pleural"]
    assert located.counts == shown.counts
    assert (located.subject_certainty, located.object_certainty) == (Certainty.ABSENT, Certainty.PRESENT)


def test_an_observation_without_a_relation_is_kept() -> None:
    alone = Annotation(report_id="a", text="no pneumothorax", entities=(mention("1", "pneumothorax", "OBS-DA", 1),))
    assert count([(alone, None)])[CHEST_RADIOGRAPH.id, "thx:shows", "thx:pneumothorax"].counts.absent == 1


def test_a_relation_is_as_sure_as_its_weaker_end() -> None:
    suggests = count([(opacity("a"), None)])["thx:opacity", "thx:suggestive_of", "thx:pneumonia"]
    assert (suggests.counts.present, suggests.counts.uncertain) == (0, 1)
    assert (suggests.subject_certainty, suggests.object_certainty) == (Certainty.PRESENT, Certainty.UNCERTAIN)


def test_support_is_of_patients_where_they_are_known() -> None:
    same = count([(effusion(str(n), "DP"), "p1") for n in range(5)])[SHOWN]
    assert (same.support, same.counts.present) == (1, 5)
    assert count([(effusion(str(n), "DP"), f"p{n}") for n in range(5)], minimum=5)[SHOWN].support == 5


def test_fewer_than_k_patients_are_not_released() -> None:
    assert not count([(effusion(str(n), "DP"), "p1") for n in range(9)], minimum=3)
    assert count([(effusion(str(n), "DP"), f"p{n % 3}") for n in range(9)], minimum=3)


def test_lift_compares_with_independence() -> None:
    annotations: list[tuple[Annotation, str | None]] = [(opacity(str(n)), None) for n in range(2)]
    annotations += [(effusion(f"e{n}", "DA"), None) for n in range(6)]
    found = count(annotations)
    assert found["thx:opacity", "thx:suggestive_of", "thx:pneumonia"].lift == pytest.approx(8 * 2 / (2 * 2))
    assert found["thx:pleural_effusion", "thx:located_at", "thx:pleural"].lift is None


def test_the_widest_known_phrase_is_linked() -> None:
    heart = mention("1", "Heart", "ANAT-DP", 0)
    enlarged = mention("2", "enlarged", "OBS-DP", 2, ("located_at", "1"))
    linked = link_mentions(
        Annotation(report_id="", text="Heart is enlarged", entities=(heart, enlarged)), VOCABULARY.get
    )
    assert [entity.id for entity in linked.values()] == ["thx:heart", "thx:cardiomegaly"]
    assert linked["2"].kind == "finding"


def test_what_is_unknown_stays_a_mention_and_what_was_removed_stays_out() -> None:
    entities = (mention("1", "Bullae", "OBS-DP", 0), mention("2", "XXXX", "OBS-DP", 1), mention("3", "]", "OBS-DP", 2))
    entities += (mention("4", "opacities", "OBS-DP", 3),)
    linked = link_mentions(Annotation(report_id="", text="Bullae XXXX ] opacities", entities=entities), VOCABULARY.get)
    assert [(entity.id, entity.kind) for entity in linked.values()] == [
        ("thx:bullae", "mention"),
        ("thx:opacity", "mention"),
    ]


def table(path: Path, texts: list[str]) -> Path:
    path.write_text("".join(json.dumps({"id": f"r{n}", "text": text}) + "\n" for n, text in enumerate(texts)))
    return path


def test_reports_become_a_file_and_a_ledger(tmp_path: Path) -> None:
    reports = table(tmp_path / "r.jsonl", ["No pneumothorax. Dr. Kowalski was notified."] * 4 + ["Pneumothorax."])
    told: list[int] = []
    summary = aggregate_reports(reports, tmp_path / "t.csv", ledger=tmp_path / "ledger", progress=told.append)
    assert (summary.reports, summary.ledger, told) == (5, True, [1, 2, 3, 4, 5])
    (shown,) = read_aggregate(tmp_path / "t.csv")
    assert (shown.object.label, shown.counts.present, shown.counts.absent) == ("pneumothorax", 1, 4)
    assert shown.provenance[0].locator == "aggregate of 5 reports"
    with Ledger(tmp_path / "ledger") as ledger:
        assert (ledger.support(shown.key), ledger.support_without(shown.key, "report r4")) == (5, 4)
    assert "owalski" not in (tmp_path / "t.csv").read_text()


def test_radgraph_json_names_its_patients(tmp_path: Path) -> None:
    annotations = [effusion(f"p10/p1000000{n % 2}/s{n}.txt", "DP") for n in range(4)]
    write_radgraph(tmp_path / "graph.json", annotations)
    assert aggregate_reports(tmp_path / "graph.json", tmp_path / "t.csv", minimum=3).triples == 0
    assert aggregate_reports(tmp_path / "graph.json", tmp_path / "t.csv", minimum=2).triples > 0


def test_an_identifier_that_k_patients_share_is_not_released(tmp_path: Path) -> None:
    seen = [
        Annotation(report_id=str(n), text="555-123-4567", entities=(mention("1", "555-123-4567", "OBS-DP", 0),))
        for n in range(5)
    ]
    write_radgraph(tmp_path / "graph.json", seen)
    assert aggregate_reports(tmp_path / "graph.json", tmp_path / "t.csv").triples == 0


def test_processes_and_order_change_nothing(tmp_path: Path) -> None:
    texts = ["No effusion.", "Small left effusion.", "Heart is enlarged.", "No effusion or pneumothorax."] * 40
    one = table(tmp_path / "a.jsonl", texts)
    two = table(tmp_path / "b.jsonl", texts[::-1])
    aggregate_reports(one, tmp_path / "one.csv")
    aggregate_reports(two, tmp_path / "two.csv", processes=2)
    assert (tmp_path / "one.csv").read_text() == (tmp_path / "two.csv").read_text()


def test_a_broken_input_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("old")
    reports = tmp_path / "r.jsonl"
    reports.write_text('{"id": "a", "text": "No effusion."}\n{"id"')
    with pytest.raises(InputError, match="line 2"):
        aggregate_reports(reports, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.jsonl", "t.csv"]


def test_unusable_arguments(tmp_path: Path) -> None:
    reports = table(tmp_path / "r.jsonl", ["No effusion."])
    with pytest.raises(UsageError, match="single patients"):
        aggregate_reports(reports, tmp_path / "t.csv", minimum=1)
    with pytest.raises(UsageError, match="cannot be written"):
        aggregate_reports(reports, tmp_path / "no" / "t.csv")


def test_a_written_file_is_read_back(tmp_path: Path) -> None:
    triples = list(count([(effusion("a", "DP"), None), (opacity("b"), None)]).values())
    assert write_aggregate(tmp_path / "t.csv", triples) == len(triples)
    assert {t.key: t for t in read_aggregate(tmp_path / "t.csv")} == {t.key: t for t in triples}


@pytest.mark.parametrize(
    ("content", "match"),
    [("subject\n", "lacks the columns"), (",".join(COLUMNS) + "\nthx:a,b\n", "line 2 .*no aggregated triple")],
)
def test_other_tables_are_refused(tmp_path: Path, content: str, match: str) -> None:
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(InputError, match=match):
        list(read_aggregate(tmp_path / "t.csv"))
    with pytest.raises(InputError, match="cannot be read"):
        list(read_aggregate(tmp_path / "none.csv"))


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
