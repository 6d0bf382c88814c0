"""The private ledger: keyed, closed to others, and able to leave a patient out."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from thoracite.errors import PrivacyError, UsageError
from thoracite.kg.privacy.ledger import (
    DATA_FILE,
    KEY_FILE,
    Ledger,
    Statement,
    hash_patient,
    read_or_create_key,
    write_ledger,
)

ONE = ("thx:chest_radiograph", "thx:shows", "thx:nodule")
TWO = ("thx:nodule", "thx:located_at", "thx:lung")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    key = read_or_create_key(tmp_path / "ledger")
    rows = [(ONE, Statement(hash_patient(name, key))) for name in ("p1", "p2", "p3", "p3")]
    rows += [(TWO, Statement(hash_patient("p2", key)))]
    assert write_ledger(tmp_path / "ledger", rows) == 2
    return tmp_path / "ledger"


def test_support_leaves_the_patient_out(folder: Path) -> None:
    with Ledger(folder) as ledger:
        assert ledger.support(ONE) == 3
        assert ledger.support_without(ONE, "p3") == 2
        assert ledger.support_without(ONE, "p9") == 3
        assert ledger.support_without(TWO, "p2") == 0
        assert ledger.support_without(("thx:a", "thx:shows", "thx:b"), "p1") == 0


def test_it_is_for_its_owner_alone(folder: Path) -> None:
    for name in (KEY_FILE, DATA_FILE):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / ".gitignore").read_text() == "*\n"


def test_it_holds_no_patient(tmp_path: Path) -> None:
    key = read_or_create_key(tmp_path / "ledger")
    names = ("patient 4711", "patient 4712")  # long enough not to stand in random bytes by chance
    write_ledger(tmp_path / "ledger", [(ONE, Statement(hash_patient(name, key))) for name in names])
    content = b"".join(path.read_bytes() for path in (tmp_path / "ledger").iterdir())
    assert not any(name.encode() in content for name in names)


def test_hashes_need_the_key(tmp_path: Path) -> None:
    keys = [read_or_create_key(tmp_path / name) for name in ("a", "b")]
    assert read_or_create_key(tmp_path / "a") == keys[0]
    assert hash_patient("p1", keys[0]) != hash_patient("p1", keys[1])


def test_without_a_ledger_support_without_the_patient_is_unavailable(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(PrivacyError, match="support without the patient is unavailable"):
        Ledger(tmp_path)
    (folder / DATA_FILE).write_bytes(b"damaged")
    with pytest.raises(PrivacyError, match="support without the patient is unavailable"):
        Ledger(folder)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o610])
def test_a_key_that_others_can_read_is_refused(folder: Path, mode: int) -> None:
    (folder / KEY_FILE).chmod(mode)
    with pytest.raises(PrivacyError, match="chmod 600"):
        Ledger(folder)


def test_a_damaged_key_is_refused(folder: Path) -> None:
    (folder / KEY_FILE).write_bytes(b"short")
    with pytest.raises(PrivacyError, match="damaged"):
        read_or_create_key(folder)


def test_an_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        read_or_create_key(tmp_path / "file" / "ledger")


def test_a_failed_writing_leaves_the_old_ledger(folder: Path) -> None:
    def rows() -> object:
        yield (ONE, Statement(1))
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        write_ledger(folder, rows())  # type: ignore[arg-type]
    with Ledger(folder) as ledger:
        assert ledger.support(ONE) == 3
    assert not list(folder.glob("*.part"))
