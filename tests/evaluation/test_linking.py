"""The suite of linking: its reference holds no words, its figures hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.evaluation.linking import COLUMNS, NAMES, make_exact_linker, read_names, run_linking
from thoracite.kg.concepts import read_concepts


def test_the_reference_names_concepts_by_identifier_alone() -> None:
    names = read_names()
    assert len(names) == 527
    assert set(names.values()) <= {node.entity.id for node in read_concepts()}
    assert NAMES.read_text(encoding="utf-8").splitlines()[0] == "report,section,mention,concept"


def test_the_baseline_knows_names_as_they_are_written() -> None:
    link = make_exact_linker()
    found = link("pleural effusion")
    assert found is not None
    assert found.id == "thx:pleural_effusion"
    assert link("effusion of the pleura") is None


def test_a_table_of_other_columns_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("a,b\n", encoding="utf-8")
    with pytest.raises(InputError, match=", ".join(COLUMNS)):
        read_names(path)


def test_the_figures_hold(shared: Path) -> None:
    rows = {(row.system, row.metric): row.value for row in run_linking(shared / "data").rows}
    assert rows["linker", "recall, crosswalk concepts"] >= 0.95
    assert rows["linker", "precision"] >= 0.98
    assert rows["linker", "recall, all concepts"] > rows["exact names", "recall, all concepts"]
    assert rows["linker", "sides that survive"] == 1.0
    assert rows["linker", "negated names that link to nothing"] == 1.0
