"""A file is in its place when it is whole, and what cannot be written is told at once."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from thoracite.errors import UsageError
from thoracite.ui.console.output import open_output


def test_the_old_file_stands_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("old", encoding="utf-8")
    with open_output(path) as file:
        file.write("new")
        file.flush()
        assert path.read_text(encoding="utf-8") == "old"
    assert path.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, FileNotFoundError])
def test_what_goes_wrong_inside_leaves_the_old_file_alone(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "out.json"
    path.write_text("old", encoding="utf-8")

    def break_off() -> None:
        with open_output(path) as file:
            file.write("half")
            raise error  # of somebody else's file, say: it is not ours

    with pytest.raises(error):
        break_off()
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_written_is_no_file(tmp_path: Path) -> None:
    with open_output(tmp_path / "out.json"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_others_may_read_it_as_any_file_that_is_written(tmp_path: Path) -> None:
    with open_output(tmp_path / "out.json") as file:
        file.write("{}")
    (tmp_path / "plain").write_text("{}", encoding="utf-8")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("out.json", "plain")}
    assert len(modes) == 1


def test_a_folder_or_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "out.json", Path("/dev/null")):
        with pytest.raises(UsageError, match=str(path)), open_output(path):
            pytest.fail("it was opened")
