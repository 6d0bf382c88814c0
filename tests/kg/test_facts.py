"""Curated facts: all carried over, all sourced, enough for every finding."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.files import read_rows
from thoracite.kg.build.fact_changes import CHANGE_COLUMNS
from thoracite.kg.build.ontology import write_ontology
from thoracite.kg.concepts import read_concepts
from thoracite.kg.facts import FACT_COLUMNS, FACT_NEEDED, FACTS, LIMITS, SOURCES, read_facts, read_filled, read_sources
from thoracite.kg.vocabulary import ARGUES_AGAINST, HAS_SIGN, NIH14, SUGGESTS
from thoracite.settings import ONTOLOGIES


def test_every_given_fact_is_carried_over_with_its_source(shared: Path) -> None:
    with (shared / "data" / "knowledge" / "facts.csv").open(encoding="utf-8", newline="") as file:
        given = {row["fact_id"]: row for row in csv.DictReader(file)}
    ours = {row["id"]: row for row in read_filled(FACTS, ("id",))}
    changes = {row["id"]: row for row in read_rows(ONTOLOGIES / "curation" / "fact_changes.csv")}
    sources = read_sources()
    assert len(given) == 424
    for name, row in given.items():
        change = changes.get(name, {})
        if change.get("change") == "withdrawn":
            assert name not in ours
            continue
        fact, source = ours[name], sources[f"thxs:{row['source_key']}"]
        renamed = {"contraindicates": "argues_against"}.get(row["predicate"], row["predicate"])
        assert fact["relation"] == f"thx:{change.get('relation') or renamed}"
        assert (fact["locator"], fact["confidence"], fact["source"]) == (
            row["evidence_location"], change.get("confidence") or row["confidence"], source.id,
        )  # fmt: skip
        assert (source.title, source.reference, source.licence) == (
            row["source_title"], row["source_ref"], row["source_terms"],
        )  # fmt: skip


def test_the_ontology_is_made_again_to_the_byte(shared: Path, tmp_path: Path) -> None:
    made = tmp_path / "ontologies"
    (made / "curation").mkdir(parents=True)
    for table in (ONTOLOGIES / "curation").iterdir():
        (made / "curation" / table.name).write_bytes(table.read_bytes())
    write_ontology(shared / "data" / "knowledge", made)
    for name in ("concepts.ttl", "facts.csv", "sources.csv"):
        assert (made / name).read_bytes() == (ONTOLOGIES / name).read_bytes(), name


@pytest.mark.parametrize("name", NIH14)
def test_every_finding_has_signs_and_an_argument_against(name: str) -> None:
    finding = next(node.entity.id for node in read_concepts() if f"NIH14:{name}" in node.entity.codes)
    facts = list(read_facts())
    signs = {f.object.id for f in facts if (f.subject.id, f.relation.id) == (finding, HAS_SIGN)}
    signs |= {f.subject.id for f in facts if (f.object.id, f.relation.id) == (finding, SUGGESTS)}
    against = {f.subject.id for f in facts if (f.object.id, f.relation.id) == (finding, ARGUES_AGAINST)}
    assert len(signs) >= 3
    assert len(against) >= 1


def test_no_sign_speaks_both_for_and_against_the_same_finding() -> None:
    facts = list(read_facts())
    signs = {(f.object.id, f.subject.id) for f in facts if f.relation.id == HAS_SIGN}
    signs |= {(f.subject.id, f.object.id) for f in facts if f.relation.id == SUGGESTS}
    assert {(f.subject.id, f.object.id) for f in facts if f.relation.id == ARGUES_AGAINST} & signs == set()


def test_nothing_is_said_twice_at_one_place_or_of_itself() -> None:
    facts = list(read_facts())
    places = Counter((*f.key, f.provenance[0].source, f.provenance[0].locator) for f in facts)
    assert [place for place, count in places.items() if count > 1] == []
    assert [f.key for f in facts if f.subject == f.object] == []


def test_every_source_states_title_reference_and_licence() -> None:
    for source in read_sources().values():
        assert all((source.title, source.reference, source.licence)), source.id


def test_a_fact_says_where_it_holds_and_how_often_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    row = (
        "X1,thx:pulmonary_nodule,thx:located_in,thx:lung,lateral; with pneumothorax,rare,thxs:academe_icu,p. 1,high,r\n"
    )
    path.write_text(",".join(FACT_COLUMNS) + "\n" + row, encoding="utf-8")
    [fact] = read_facts(path)
    assert (fact.provenance[0].holds_for, fact.provenance[0].commonness) == (("lateral", "thx:pneumothorax"), "rare")


def test_every_word_of_a_limit_is_in_the_shapes() -> None:
    shapes = (ONTOLOGIES / "shapes.ttl").read_text(encoding="utf-8")
    held = shapes.split("thx:holds_for")[1].split("sh:class")[0]
    assert set(re.findall('"([^"]+)"', held)) == set(LIMITS)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("X1,thx:nosuch,thx:part_of,thx:lung,thxs:a,p,high,x", "concept 'thx:nosuch'"),
        ("X1,thx:lung,thx:eats,thx:lung,thxs:a,p,high,x", "relation 'thx:eats'"),
        ("X1,thx:lung,thx:part_of,thx:lung,thxs:nosuch,p,high,x", "source 'thxs:nosuch'"),
        ("X1,thx:lung,thx:part_of,thx:lung,,p,high,x", "has no source"),
    ],
)
def test_a_wrong_fact_is_one_sentence_with_its_line(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "facts.csv"
    path.write_text(",".join(FACT_NEEDED) + f"\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match=f"line 2 of .*{message}"):
        list(read_facts(path))


def test_missing_files_and_columns_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        list(read_facts(tmp_path / "none.csv"))
    with pytest.raises(InputError, match="lacks the columns"):
        list(read_facts(SOURCES))


def test_an_end_that_is_no_concept_is_one_sentence(tmp_path: Path) -> None:
    output = tmp_path / "ontologies"
    (output / "curation").mkdir(parents=True)
    knowledge = tmp_path / "knowledge"
    knowledge.mkdir()
    header = "preferred_label,type,report_synonyms,radlex_rid,hpo_id,mondo_id,doid,uberon_id,mesh_id,id_match_note\n"
    (knowledge / "crosswalk.csv").write_text(header + "lung,anatomy,,,,,,,,\n", encoding="utf-8")
    (knowledge / "facts.csv").write_text(
        "fact_id,subject,predicate,object,source_key,evidence_location,confidence,how_read,source_title,source_ref,"
        "source_terms\nF1,lung,part_of,moon,s,p,high,x,t,r,l\n",
        encoding="utf-8",
    )
    for name, columns in (
        ("concepts", "label,kind,synonyms,fact_ends,broader,codes,drop"),
        ("facts", "id,subject,relation,object,source,locator,confidence,read"),
        ("sources", "id,title,reference,licence"),
        ("descriptions", "label,definition,visual,phrase,sources"),
        ("fact_changes", ",".join(CHANGE_COLUMNS)),
    ):
        (output / "curation" / f"{name}.csv").write_text(columns + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="fact F1: 'moon' is not a concept"):
        write_ontology(knowledge, output)
    (output / "curation" / "concepts.csv").write_text(
        "label,kind,synonyms,fact_ends,broader,codes,drop\nthorax,anatomy,moon,,,,\nchest,anatomy,moon,,,,\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="'moon' names both thx:thorax and thx:chest"):
        write_ontology(knowledge, output)
