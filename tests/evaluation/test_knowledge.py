"""The suite of extracted knowledge: its draw, its verdicts, its figures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.evaluation.knowledge import (
    COLUMNS,
    DRAWN,
    Statement,
    draw_statements,
    guess_relation,
    read_verdicts,
    run_knowledge,
)
from thoracite.kg.concepts import read_concepts
from thoracite.kg.vocabulary import RELATIONS
from thoracite.types import Entity


def test_the_table_holds_every_verdict_with_its_reason() -> None:
    rows = read_verdicts()
    assert Counter(row["system"] for row in rows) == DRAWN
    concepts = {node.entity.id for node in read_concepts()}
    for row in rows:
        assert {row["subject"], row["object"]} <= concepts
        assert row["relation"] in RELATIONS
        assert row["locator"]
        assert row["reason"]
        assert len(row["reason"]) < 100  # a reason, no sentence of the source
    assert len({tuple(row[name] for name in COLUMNS[:4]) for row in rows}) == len(rows)


def test_a_draw_takes_distinct_triples_and_is_repeatable() -> None:
    statements = [Statement(("thx:a", "thx:part_of", f"thx:{n % 7}"), "thxs:s", str(n)) for n in range(20)]
    drawn = draw_statements(statements, 5)
    assert drawn == draw_statements(statements, 5)
    assert len({statement.key for statement in drawn}) == 5
    assert {int(statement.locator) for statement in drawn} <= set(range(7))  # the first place of each
    assert len(draw_statements(statements, 100)) == 7
    assert draw_statements(statements, 5, seed=1) != drawn


@pytest.mark.parametrize(
    ("kinds", "relation"),
    [
        (("anatomy", "anatomy"), "part_of"),
        (("anatomy", "finding"), "located_in"),
        (("sign", "disease"), "suggestive_of"),
        (("modifier", "disease"), "has_attribute"),
        (("finding", "disease"), "associated_with"),
    ],
)
def test_the_baseline_guesses_by_kind(kinds: tuple[str, str], relation: str) -> None:
    first, second = (Entity(id=f"thx:{n}", label=str(n), kind=kind) for n, kind in enumerate(kinds))
    assert guess_relation(first, second)[1] == f"thx:{relation}"


def test_a_verdict_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.csv"
    path.write_text(",".join(COLUMNS) + "\nrules,a,b,c,d,e,perhaps,x\n", encoding="utf-8")
    with pytest.raises(InputError, match="right or wrong"):
        read_verdicts(path)


def test_the_figures_hold(shared: Path) -> None:
    rows = {(row.system, row.metric): row for row in run_knowledge(shared / "data").rows}
    precision, baseline = rows["rules", "precision"], rows["co-occurrence", "precision"]
    assert precision.n == 100
    assert precision.value >= 0.80
    assert precision.low is not None
    assert baseline.value < precision.low
    assert rows["rules", "judged triples still stated"].value == 1.0
    assert rows["rules", "distinct triples, all sources"].value >= 150
    assert rows["both", "seconds for all sources"].value < 600  # the machine is shared; 12 s of one free core
