"""Files are written whole or not at all; tables say what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.files import read_rows, replace_file, write_text


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "kept.txt"
    write_text(path, "old")
    with pytest.raises(UnicodeEncodeError), replace_file(path) as file:
        file.write("half of it \ud800")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_bytes_and_text_take_the_place_of_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with replace_file(path, binary=True) as file:
        file.write(b"\x00\r\n")
    assert path.read_bytes() == b"\x00\r\n"
    write_text(path, "a\nb\r\n")
    assert path.read_bytes() == b"a\nb\r\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1\n", "line 2 has another number of cells"),
        ("a,b\n1,2,3\n", "line 2 has another number of cells"),
        ("a\n1\n", "lacks the column b"),
        ("", "lacks the column a, b"),
    ],
)
def test_a_table_that_does_not_fit_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        list(read_rows(path, columns=("a", "b")))


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    path.write_text("\ufeffa\tb\n1\t2\n", encoding="utf-8")
    assert list(read_rows(path, delimiter="\t")) == [{"a": "1", "b": "2"}]
    with pytest.raises(InputError, match="cannot be read"):
        list(read_rows(tmp_path / "none.csv"))
    (tmp_path / "latin.csv").write_bytes(b"a\n\xe4\n")
    with pytest.raises(InputError, match="UTF-8"):
        list(read_rows(tmp_path / "latin.csv"))
