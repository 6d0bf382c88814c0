"""The table of explanations: header, order, what is withheld or unreadable, encoders with labels of their own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import pytest

from thoracite.errors import ModelError
from thoracite.pipeline import ImageError
from thoracite.types import Certainty, Entity, Explanation, Finding
from thoracite.ui.console.table import ProbabilityTable
from thoracite.vision.labels import FINDINGS


def rows_of(answers: Iterable[Explanation | ImageError]) -> list[dict[str, str]]:
    table = ProbabilityTable()
    lines = [line for answer in answers for line in table.add(answer)]
    return list(csv.DictReader(io.StringIO("\n".join([*lines, *table.finish()]))))


def test_one_row_an_image_and_one_column_a_finding(explanation: Explanation, withheld: Explanation) -> None:
    error = ImageError(image="a,b.png", error="a,b.png is empty")
    first, second, third = rows_of([error, explanation, withheld])
    assert list(first) == ["image", "withheld", "view", *FINDINGS]
    assert first == dict.fromkeys(first, "") | {"image": "a,b.png"}
    assert (second["image"], second["withheld"], second["view"]) == ("chest.png", "false", "unknown")
    assert {name: value for name, value in second.items() if value and name in FINDINGS} == {
        "Effusion": "0.83", "Edema": "0.44", "Pneumothorax": "0.02",
    }  # fmt: skip
    assert (third["image"], third["withheld"], third["Effusion"]) == ("holiday <photo>.jpg", "true", "")


def test_rows_come_as_soon_as_an_image_was_read(explanation: Explanation, withheld: Explanation) -> None:
    table = ProbabilityTable()
    assert [len(list(table.add(answer))) for answer in (withheld, explanation, explanation)] == [0, 3, 1]
    assert list(table.finish()) == []


def test_what_an_encoder_alone_knows_comes_after_the_fourteen(explanation: Explanation) -> None:
    fracture = Finding(
        entity=Entity(id="thx:fracture", label="fracture"), probability=1 / 3, certainty=Certainty.UNCERTAIN
    )
    other = explanation.model_copy(update={"findings": (fracture, *explanation.findings)})
    (row,) = rows_of([other])
    assert list(row) == ["image", "withheld", "view", *FINDINGS, "fracture"]
    assert (row["fracture"], row["Effusion"]) == ("0.333333", "0.83")
    with pytest.raises(ModelError, match=r"names fracture for chest\.png and not for the images before it"):
        rows_of([explanation, other])
