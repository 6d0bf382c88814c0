"""Reports into triples: nothing lost, nobody named."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import closing
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thoracite.errors import InputError, UsageError
from thoracite.kg.aggregate.aggregate import COLUMNS, aggregate_reports, read_aggregate, write_aggregate
from thoracite.kg.aggregate.tally import Tally
from thoracite.kg.linking.mentions import link_mentions
from thoracite.kg.privacy.ledger import Ledger
from thoracite.kg.radgraph import Annotation, Mention, write_radgraph
from thoracite.kg.vocabulary import CHEST_RADIOGRAPH, CO_OCCURS
from thoracite.types import Certainty, Counts, Entity, Provenance, Triple

ORIGIN = Provenance(source="thxs:reports", locator="aggregate")
VOCABULARY = {
    "pleural effusion": Entity(id="thx:pleural_effusion", label="pleural effusion", kind="finding"),
    "enlarged heart": Entity(id="thx:cardiomegaly", label="cardiomegaly", kind="finding"),
    "heart": Entity(id="thx:heart", label="heart", kind="anatomy"),
    "effusion": Entity(id="thx:effusion", label="effusion", kind="finding"),
    "nodule": Entity(id="thx:nodule", label="nodule", kind="finding"),
    "mass": Entity(id="thx:mass", label="mass", kind="finding"),
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


def suggests(report_id: str, first: str, second: str) -> Annotation:
    entities = (
        mention("1", "opacity", f"OBS-{first}", 0, ("suggestive_of", "2")),
        mention("2", "pneumonia", f"OBS-{second}", 1),
    )
    return Annotation(report_id=report_id, text="opacity pneumonia", entities=entities)


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
    assert shown.support == 2  # of the largest count: no sum from which another could be subtracted
    assert shown.object_certainty is Certainty.ABSENT
    assert shown.lift is None
    located = found["thx:pleural_effusion", "thx:located_at", "thx:pleural"]
    assert located.counts == shown.counts
    assert located.support == 1  # who denies it does not support that it lies there
    assert (located.subject_certainty, located.object_certainty) == (Certainty.PRESENT, Certainty.PRESENT)
    denied = count([(effusion(str(n), "DA"), None) for n in range(3)])[
        "thx:pleural_effusion", "thx:located_at", "thx:pleural"
    ]
    assert (denied.counts, denied.support) == (Counts(absent=3), 3)  # in the file all the same; no build takes it


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


def test_a_count_of_fewer_than_k_patients_is_left_out(tmp_path: Path) -> None:
    """Five reports of two patients are two, and one patient may have stated the other certainty."""
    told: list[tuple[Annotation, str | None]] = [(effusion(f"a{n}", "DA"), f"p{n}") for n in range(4)]
    told += [(effusion(f"b{n}", "DP"), f"p{n % 2}") for n in range(5)]
    counted = count(told, minimum=3)
    assert counted[SHOWN].counts == Counts(absent=4)
    write_aggregate(tmp_path / "t.csv", counted.values())
    with (tmp_path / "t.csv").open(newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["relation"] == "thx:shows")
    assert [row[name] for name in ("present", "uncertain", "absent", "support")] == ["", "", "4", "4"]
    assert {t.key: t for t in read_aggregate(tmp_path / "t.csv")} == counted


def test_an_end_whose_certainty_too_few_give_is_uncertain() -> None:
    pairs = [("DA", "DP"), ("DA", "DP"), ("DP", "DA")]
    told: list[tuple[Annotation, str | None]] = [(suggests(str(n), *pair), None) for n, pair in enumerate(pairs)]
    row = count(told, minimum=3)["thx:opacity", "thx:suggestive_of", "thx:pneumonia"]
    assert (row.counts, row.support) == (Counts(absent=3), 3)
    assert (row.subject_certainty, row.object_certainty) == (Certainty.UNCERTAIN, Certainty.UNCERTAIN)


Said = tuple[str, str, str]
"""Observation, certainty, place."""
REPORTS = st.lists(
    st.tuples(
        st.sampled_from([None, "ann", "ben", "cora", "dan", "eve", "fay"]),
        st.lists(
            st.tuples(
                st.sampled_from(["effusion", "nodule", "mass"]),
                st.sampled_from(["DP", "U", "DA"]),
                st.sampled_from(["", "hilum", "lung"]),
            ),
            max_size=3,
        ),
    ),
    max_size=30,
)


def annotate(report_id: str, said: list[Said]) -> Annotation:
    entities: list[Mention] = []
    for observation, certainty, place in said:
        at = len(entities)
        relations = (("located_at", str(at + 2)),) if place else ()
        entities.append(mention(str(at + 1), observation, f"OBS-{certainty}", at, *relations))
        entities += [mention(str(at + 2), place, "ANAT-DP", at + 1)] if place else []
    return Annotation(report_id=report_id, text="x " * len(entities), entities=tuple(entities))


def find_cells(reports: list[tuple[str | None, list[Said]]]) -> dict[Said, tuple[set[str], set[int]]]:
    """By observation, certainty and place ("": shown at all): its patients and its reports, counted the plain way."""
    cells: dict[Said, tuple[set[str], set[int]]] = {}
    for number, (patient, said) in enumerate(reports):
        for observation, certainty, place in said:
            for end in {"", place}:
                patients, seen = cells.setdefault((observation, certainty, end), (set(), set()))
                patients.add(patient or f"report {number}")
                seen.add(number)
    return cells


def write_counted(
    reports: list[tuple[str | None, list[Said]]], places: list[list[str]], minimum: int
) -> list[dict[str, str]]:
    """The rows of the file that these reports become; of each, some places are named that nothing is located at."""
    annotations = []
    for number, ((patient, said), named) in enumerate(zip(reports, places, strict=True)):
        told = annotate(f"r{number}", said)
        at = len(told.entities)
        alone = [mention(str(at + n + 1), place, "ANAT-DP", at + n) for n, place in enumerate(named)]
        annotations.append((told.model_copy(update={"entities": (*told.entities, *alone)}), patient))
    with TemporaryDirectory() as folder:
        write_aggregate(Path(folder, "t.csv"), count(annotations, minimum).values())
        with Path(folder, "t.csv").open(newline="") as file:
            return list(csv.DictReader(file))


@given(reports=REPORTS, minimum=st.integers(2, 5))
def test_every_written_count_has_at_least_k_patients(
    reports: list[tuple[str | None, list[Said]]], minimum: int
) -> None:
    cells = find_cells(reports)
    everything = write_counted(reports, [[]] * len(reports), minimum)
    written = [row for row in everything if row["relation"] != CO_OCCURS]
    names = {"present": "DP", "uncertain": "U", "absent": "DA"}
    for row in written:
        shown = row["relation"] == "thx:shows"
        observation, place = (row["object_label"], "") if shown else (row["subject_label"], row["object_label"])
        expected = {name: cells.get((observation, label, place), (set(), set())) for name, label in names.items()}
        for name, (patients, seen) in expected.items():
            assert row[name] == (str(len(seen)) if len(patients) >= minimum else "")
        behind = {name: len(patients) for name, (patients, _) in expected.items() if len(patients) >= minimum}
        affirmed = [n for name, n in behind.items() if name != "absent" and not shown]
        assert int(row["support"]) == max(affirmed or behind.values())
    enough = {(cell[0], cell[2]) for cell, (patients, _) in cells.items() if len(patients) >= minimum}
    assert len(written) == len(enough)


@given(reports=REPORTS, minimum=st.integers(2, 5))
def test_what_co_occurs_follows_from_written_counts_alone(
    reports: list[tuple[str | None, list[Said]]], minimum: int
) -> None:
    """A pair has k patients behind it, and its lift says nothing that the written counts of its ends do not."""
    written = write_counted(reports, [[]] * len(reports), minimum)
    present = {row["object"]: int(row["present"] or 0) for row in written if row["relation"] == "thx:shows"}
    pairs: dict[tuple[str, str], tuple[set[str], int]] = {}
    for number, (patient, said) in enumerate(reports):
        for pair in combinations(sorted({name for name, certainty, _ in said if certainty == "DP"}), 2):
            patients, seen = pairs.get(pair, (set(), 0))
            pairs[pair] = (patients | {patient or f"report {number}"}, seen + 1)
    enough = {pair: found for pair, found in pairs.items() if len(found[0]) >= minimum}
    together = {(row["subject_label"], row["object_label"]): row for row in written if row["relation"] == CO_OCCURS}
    assert together.keys() == enough.keys()
    for pair, row in together.items():
        patients, seen = enough[pair]
        assert [row[name] for name in ("present", "uncertain", "absent")] == [str(seen), "", ""]
        assert int(row["support"]) == len(patients)
        ends = present[row["subject"]] * present[row["object"]]
        assert float(row["lift"]) == round(seen * len(reports) / ends, 3)
        assert {row["subject_certainty"], row["object_certainty"]} == {"definitely present"}


def test_what_is_denied_or_in_doubt_or_of_another_report_does_not_co_occur() -> None:
    both = annotate("a", [("nodule", "DP", ""), ("mass", "DP", ""), ("effusion", "DA", "")])
    apart = [annotate("b", [("nodule", "DP", "")]), annotate("c", [("effusion", "DP", ""), ("nodule", "U", "")])]
    found = count([(one, None) for one in (both, *apart)])
    assert [key for key in found if key[1] == CO_OCCURS] == [("thx:mass", CO_OCCURS, "thx:nodule")]
    assert found["thx:mass", CO_OCCURS, "thx:nodule"].lift == pytest.approx(3 * 1 / (1 * 2))


def test_a_finding_is_not_seen_together_with_a_kind_of_itself(tmp_path: Path) -> None:
    texts = ["Large pleural effusion. Cardiomegaly. Again a pleural effusion."] * 3
    aggregate_reports(table(tmp_path / "r.jsonl", texts), tmp_path / "t.csv")
    pairs = {t.key for t in read_aggregate(tmp_path / "t.csv") if t.relation.id == CO_OCCURS}
    assert pairs == {
        ("thx:cardiomegaly", CO_OCCURS, "thx:large_pleural_effusion"),
        ("thx:cardiomegaly", CO_OCCURS, "thx:pleural_effusion"),
    }


@given(reports=REPORTS, minimum=st.integers(2, 5))
def test_what_is_left_out_leaves_no_trace(reports: list[tuple[str | None, list[Said]]], minimum: int) -> None:
    """No sum, difference or ratio leads back: the rows are the same where the left-out counts were never stated."""
    cells = find_cells(reports)

    def kept(said: Said) -> Iterator[Said]:
        observation, certainty, place = said
        if len(cells[observation, certainty, ""][0]) >= minimum:
            yield observation, certainty, place if len(cells[said][0]) >= minimum else ""

    bare = [(patient, [one for each in said for one in kept(each)]) for patient, said in reports]
    places = [[place for _, _, place in said if place] for _, said in reports]  # a place is named all the same
    assert write_counted(bare, places, minimum) == write_counted(reports, places, minimum)


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
        ("thx:bulla", "mention"),
        ("thx:opacity", "mention"),
    ]


def table(path: Path, texts: list[str]) -> Path:
    path.write_text("".join(json.dumps({"id": f"r{n}", "text": text}) + "\n" for n, text in enumerate(texts)))
    return path


def test_reports_become_a_file_and_a_ledger(tmp_path: Path) -> None:
    reports = table(tmp_path / "r.jsonl", ["No pneumothorax. Dr. Kowalski was notified."] * 4 + ["Pneumothorax."])
    told: list[tuple[str, int, int | None]] = []
    summary = aggregate_reports(
        reports, tmp_path / "t.csv", ledger=tmp_path / "ledger", progress=lambda *call: told.append(call)
    )
    assert (summary.reports, summary.ledger) == (5, True)
    assert told == [("reports", done, None) for done in range(1, 6)]
    (shown,) = read_aggregate(tmp_path / "t.csv")
    assert (shown.object.label, shown.counts.present, shown.counts.absent, shown.support) == ("pneumothorax", 0, 4, 4)
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
