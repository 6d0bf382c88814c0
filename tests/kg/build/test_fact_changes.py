"""Changes to curated facts: each says why and where, none is left undone, and every sign that is asked is described."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.files import read_rows
from thoracite.kg.build.fact_changes import CHANGE_COLUMNS, CHANGED, change_facts
from thoracite.kg.concepts import Concept, read_concepts
from thoracite.kg.facts import COMMONNESSES, FACTS, SOURCES, read_facts, read_limits
from thoracite.kg.vocabulary import ARGUES_AGAINST, HAS_SIGN, NIH14, SUGGESTS, mint
from thoracite.settings import ONTOLOGIES
from thoracite.types import Triple

CURATION = ONTOLOGIES / "curation"
CHANGES = list(read_rows(CURATION / "fact_changes.csv", columns=CHANGE_COLUMNS))
FIRST = ONTOLOGIES / "first_reasons.csv"
ASKED = Path(__file__).parents[2] / "data" / "asked_signs.csv"
NAMED = (
    "T0023", "T0004", "T0040", "T0017", "T0018", "T0061", "T0065", "T0036", "T0038", "T0123", "F0081", "F0297",
    "T0146", "F0233", "T0147", "F0234", "T0096", "T0079", "T0157", "T0161", "T0162", "T0163", "T0164", "F0148",
    "F0149", "F0051", "F0052", "F0064", "F0065", "F0188", "F0224", "F0268", "F0271", "F0276", "F0277", "F0278",
    "F0280", "T0059", "T0118", "T0119", "T0122", "F0035", "F0067", "F0073", "F0130", "F0172", "F0225", "F0231",
    "F0321", "F0338", "T0045", "T0083", "T0113", "T0116", "T0132", "T0133", "T0134",
)  # fmt: skip
"""Facts that a reader of the whole graph called false, garbled, reversed, split off, or bound to another view."""


@pytest.fixture(scope="module")
def facts() -> list[Triple]:
    return list(read_facts())


@pytest.fixture(scope="module")
def nodes() -> dict[str, Concept]:
    return {node.entity.id: node for node in read_concepts()}


@pytest.fixture(scope="module")
def ours() -> dict[str, Mapping[str, str]]:
    return {row["id"]: row for row in read_rows(FACTS)}


def test_every_change_names_a_fact_a_reason_and_a_place(shared: Path, ours: Mapping[str, object]) -> None:
    with (shared / "data" / "knowledge" / "facts.csv").open(encoding="utf-8", newline="") as file:
        known = {row["fact_id"] for row in csv.DictReader(file)}
    known |= {row["id"] for row in read_rows(CURATION / "facts.csv")}
    sources = {row["id"] for row in read_rows(SOURCES)} | {"thxs:uva_heart"}
    for row in CHANGES:
        assert row["id"] in known, row
        assert row["reason"].endswith("."), row
        assert row["locator"], row
        assert row["source"] in sources, row
        assert (row["id"] in ours) == (row["change"] != "withdrawn"), row
    assert [name for name, count in Counter(row["id"] for row in CHANGES).items() if count > 1] == []
    assert known == {*ours, *(row["id"] for row in CHANGES if row["change"] == "withdrawn")}


def test_changed_fields_are_those_of_the_facts(ours: Mapping[str, Mapping[str, str]]) -> None:
    for row in CHANGES:
        if row["change"] != "changed":
            continue
        fact = ours[row["id"]]
        for field in CHANGED:
            if not row[field]:
                continue
            made = {"subject": mint, "object": mint, "relation": "thx:{}".format}.get(field, str)(row[field])
            assert fact[field] == made or (field in {"subject", "object"} and fact[field].startswith("thx:")), row


def test_new_facts_stand_where_their_change_says() -> None:
    added = {row["id"]: row for row in read_rows(CURATION / "facts.csv")}
    new = [row for row in CHANGES if row["change"] == "new"]
    assert len(new) > 150
    for row in new:
        assert (row["source"], row["locator"]) == (added[row["id"]]["source"], added[row["id"]]["locator"]), row["id"]


def test_what_a_reader_called_wrong_is_withdrawn_or_changed() -> None:
    assert [name for name in NAMED if name not in {row["id"] for row in CHANGES}] == []


def test_limits_and_commonness_are_words_of_the_vocabulary(
    ours: Mapping[str, Mapping[str, str]], nodes: Mapping[str, Concept]
) -> None:
    entities = {name: node.entity for name, node in nodes.items()}
    for name, row in ours.items():
        read_limits(row["holds_for"], entities.get, where=name)
        assert row["commonness"] in {"", *COMMONNESSES}, name


def test_every_fact_on_a_sign_of_the_fourteen_says_how_common_it_is(
    ours: Mapping[str, Mapping[str, str]], nodes: Mapping[str, Concept]
) -> None:
    fourteen = {n.entity.id for n in nodes.values() if any(c.startswith("NIH14:") for c in n.entity.codes)}
    below = {name for name, node in nodes.items() if fourteen & set(node.broader)} | fourteen
    silent = [
        name
        for name, row in ours.items()
        if row["relation"] in {HAS_SIGN, SUGGESTS, ARGUES_AGAINST}
        and {row["subject"], row["object"]} & below
        and not row["commonness"]
    ]
    assert silent == []


@pytest.mark.parametrize("row", list(read_rows(ASKED)), ids=lambda row: row["sign"])
def test_every_sign_that_is_asked_is_defined_shown_and_tied(
    row: Mapping[str, str], nodes: Mapping[str, Concept], facts: list[Triple]
) -> None:
    node = nodes[mint(row["sign"])]
    assert node.entity.kind in {"sign", "finding"}, node
    assert node.definition is not None
    assert node.visual is not None
    label = node.entity.label.lower()
    for text in (node.definition.text, node.visual.text):
        assert not text.startswith(("Sign on the chest radiograph", "On the chest radiograph", "Finding that")), text
        assert text.rstrip(".").lower() != label
    assert [f for f in facts if node.entity.id in (f.subject.id, f.object.id)], label


def test_every_finding_is_defined_and_shown_by_hand(nodes: Mapping[str, Concept]) -> None:
    written = {row["label"]: row for row in read_rows(CURATION / "descriptions.csv")}
    for name in NIH14:
        node = next(node for node in nodes.values() if f"NIH14:{name}" in node.entity.codes)
        row = written[node.entity.label]
        assert all(row[part] for part in ("definition", "visual", "sources")), name


def test_the_first_reasons_are_common_and_connected(facts: list[Triple], nodes: Mapping[str, Concept]) -> None:
    rows = list(read_rows(FIRST, columns=("finding", "rank", "sign", "source", "locator")))
    findings = {node.entity.label for node in nodes.values() if any("NIH14:" in c for c in node.entity.codes)}
    assert {row["finding"] for row in rows} == findings - {"pulmonary infiltrates"}
    assert Counter(row["finding"] for row in rows) == dict.fromkeys({row["finding"] for row in rows}, 2)
    for row in rows:
        finding, sign = mint(row["finding"]), mint(row["sign"])
        ties = [
            f
            for f in facts
            if (f.subject.id, f.relation.id, f.object.id) in {(finding, HAS_SIGN, sign), (sign, SUGGESTS, finding)}
        ]
        assert any(f.provenance[0].commonness == "common" for f in ties), row
        assert any(f.provenance[0].source == row["source"] for f in ties), row


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "F9"}, "'F9' is no fact"),
        ({"change": "dropped"}, "is 'dropped'; expected withdrawn, changed, new"),
        ({"reason": " "}, "has no reason"),
    ],
)
def test_a_wrong_change_is_one_sentence(change: Mapping[str, str], message: str) -> None:
    row = {"id": "F1", "change": "withdrawn", "reason": "r", "source": "thxs:s", "locator": "p", **change}
    with pytest.raises(InputError, match=message):
        list(change_facts([{"id": "F1"}], [row]))
    with pytest.raises(InputError, match="changed twice"):
        list(change_facts([{"id": "F1"}], [row | {"id": "F1", "change": "new", "reason": "r"}] * 2))
