"""What programs read of the models and of the graph: the heads of the model cards, and Croissant."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from thoracite.errors import InputError
from thoracite.kg.rdf.croissant import NAME, TABLES, render_croissant, write_croissant
from thoracite.settings import MODELS, ONTOLOGIES

CARDS = sorted(MODELS.glob("*/README.md"))


def read_tables(text: str) -> list[tuple[list[str], list[str]]]:
    """Each row of a card's tables, with the heads of its columns; stars of Markdown left out."""
    rows: list[tuple[list[str], list[str]]] = []
    head: list[str] | None = None
    for line in text.replace("*", "").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else None
        if cells is None:
            head = None
        elif head is None:
            head = cells
        else:
            rows.append((head, cells))
    return rows


def find_figures(text: str, name: str) -> list[float]:
    """The first figure of each cell that a metric's name means: ``row``, or ``row: column``."""
    row, _, column = name.partition(": ")
    found = []
    for head, cells in read_tables(text):
        if cells[0] != row:
            continue
        for title, cell in zip(head[1:], cells[1:], strict=True):
            figure = re.match(r"[-+]?\d+(\.\d+)?(?![\d%])", cell)
            if figure and column in ("", title):
                found.append(float(figure[0]))
    return found


def test_figures_are_found_by_row_and_column() -> None:
    text = "| | a | b |\n|---|---|---|\n| **x, y** | 64 | **0.5** (0.4–0.6); 0.7 |\n\n| other | c |\n|---|---|\n"
    assert find_figures(text, "x, y") == [64, 0.5]
    assert find_figures(text, "x, y: b") == [0.5]
    assert find_figures(text, "x, y: c") == find_figures(text, "x") == []


def test_every_model_has_a_card() -> None:
    assert {path.parent for path in CARDS} == {path for path in MODELS.iterdir() if path.is_dir()}
    assert len(CARDS) == 6


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.parent.name)
def test_the_head_of_a_card_says_what_its_text_says(path: Path) -> None:
    card = ModelCard.load(path)  # it refuses a model-index that is not whole
    assert card.data.license == "apache-2.0"
    assert "research-use-only" in card.data.tags
    assert card.data.model_name == path.parent.name
    assert card.data.pipeline_tag
    assert "not a medical device" in card.text
    assert card.data.eval_results
    for result in card.data.eval_results:
        assert result.metric_value in find_figures(card.text, result.metric_name), result.metric_name
        assert result.dataset_name


def test_a_figure_that_the_text_does_not_have_would_be_found() -> None:
    card = ModelCard.load(MODELS / "thoracite-chest" / "README.md")
    assert 0.999 not in find_figures(card.text, "Dice of the heart")


def test_the_description_of_the_tables_is_of_these_tables() -> None:
    assert (ONTOLOGIES / NAME).read_text(encoding="utf-8") == render_croissant(ONTOLOGIES), (
        "the tables have changed: python -m thoracite.kg.rdf.croissant ontologies"
    )


def test_croissant_is_valid_and_reads_every_row() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdflib's reader of JSON-LD uses a class of its own that is on its way out
        import mlcroissant

        dataset = mlcroissant.Dataset(ONTOLOGIES / NAME)
        assert dataset.metadata.ctx.issues.errors == set()
        assert dataset.metadata.ctx.issues.warnings == set()
        records = {table: list(dataset.records(table)) for table in ("sources", "facts", "reports_openi")}
    for table, rows in records.items():
        lines = (ONTOLOGIES / f"{table}.csv").read_text(encoding="utf-8").splitlines()
        assert len(rows) == len(lines) - 1
        assert {name.partition("/")[2] for name in rows[0]} == set(TABLES[f"{table}.csv"][1])
    known = {row["sources/id"] for row in records["sources"]}
    assert {row["facts/source"] for row in records["facts"]} <= known
    assert all(isinstance(row["reports_openi/support"], int) for row in records["reports_openi"])


def test_what_cannot_be_described_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sources\.csv cannot be read"):
        render_croissant(tmp_path)
    for name in (*TABLES, "concepts.ttl", "thoracite.ttl", "first_reasons.csv"):
        (tmp_path / name).write_bytes((ONTOLOGIES / name).read_bytes())
    written = json.loads(write_croissant(tmp_path).read_text(encoding="utf-8"))
    assert written == json.loads((ONTOLOGIES / NAME).read_text(encoding="utf-8"))
    (tmp_path / "facts.csv").write_text("id,subject\n", encoding="utf-8")
    with pytest.raises(InputError, match="has the columns id, subject"):
        render_croissant(tmp_path)
