"""Files are written whole or not at all; tables say what is wrong with them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.files import read_rows, replace_file, replace_path, write_text


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
        ("a,b\n1\n", "line 2 of .* has 1 cells under 2 columns; expected pairs"),
        ("a,b\n1,2,3\n", "line 2 of .* has 3 cells under 2 columns"),
        ('a,b\n1,2\n"3\n4",5,6\n', "line 4 of .* has 3 cells"),
        ('a,b\n1,"2\n', "no proper table"),
        ("a\n1\n", "lacks the columns b; expected pairs"),
        ("", "lacks the columns a, b"),
    ],
)
def test_a_table_that_does_not_fit_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        list(read_rows(path, columns=("a", "b"), expected="pairs"))


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    path.write_text("\ufeffa\tb\n1\t2\n", encoding="utf-8")
    assert list(read_rows(path)) == [{"a": "1", "b": "2"}]
    with pytest.raises(InputError, match="cannot be read"):
        list(read_rows(tmp_path / "none.csv"))
    (tmp_path / "latin.csv").write_bytes(b"a\n\xe4\n")
    with pytest.raises(InputError, match="UTF-8"):
        list(read_rows(tmp_path / "latin.csv"))


def test_cells_that_a_row_lacks_are_empty_where_they_may_be(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b,c\n1\n\n2,3,4\n", encoding="utf-8")
    rows = list(read_rows(path, short=True))
    assert rows == [{"a": "1", "b": "", "c": ""}, {"a": "2", "b": "3", "c": "4"}]
    assert [row.line for row in rows] == [2, 4]
    path.write_text("a\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="has 2 cells under 1 columns"):
        list(read_rows(path, short=True))


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_private_file_is_its_owners_even_where_an_older_one_was_left(tmp_path: Path) -> None:
    path = tmp_path / "private"
    (tmp_path / "private.part").write_text("left by a run that was killed", encoding="utf-8")
    with replace_file(path, private=True) as file:
        file.write("mine")
        assert stat.S_IMODE((tmp_path / "private.part").stat().st_mode) == 0o600
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text(encoding="utf-8") == "mine"


def test_what_writes_to_a_path_leaves_nothing_where_it_fails(tmp_path: Path) -> None:
    def break_off() -> None:
        with replace_path(tmp_path / "data") as part:
            part.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert list(tmp_path.iterdir()) == []
