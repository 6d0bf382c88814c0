"""Of a table of labels, known concepts and patients are kept, and no words."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.retrieval.similar.labels import read_labels


def test_known_labels_become_concepts_and_no_words_are_kept(labels: Path) -> None:
    table = read_labels(labels)
    assert table.rows["ann/1.png"] == (("thx:pleural_effusion", "thx:cardiomegaly"), "ann")
    assert table.rows["ben.png"].labels == ("thx:no_finding",)
    assert table.rows["dan.png"].labels == ()
    assert table.unknown == 1
    assert "Smith" not in str(table)


def test_rows_of_one_image_are_joined_and_must_agree_on_the_patient(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("image,labels,patient\na.png,Mass,p\n./a.png,Mass;Nodule,\n", encoding="utf-8")
    assert read_labels(path).rows == {"a.png": (("thx:lung_mass", "thx:pulmonary_nodule"), "p")}
    path.write_text("image,labels,patient\na.png,Mass,p\na.png,Mass,q\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"names two patients for a\.png"):
        read_labels(path)


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("file,labels\na.png,Mass\n", encoding="utf-8")
    with pytest.raises(InputError, match="lacks the columns image"):
        read_labels(path)
