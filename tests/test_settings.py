"""Arguments before environment before file before defaults, and every value knows where it came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.errors import UsageError
from thoracite.settings import Settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "thoracite.toml"
    path.write_text('port = 7001\nhost = "0.0.0.0"\nmax_pixels = 1000\n', encoding="utf-8")
    return path


def test_the_nearest_value_wins_and_says_where_it_stands(file: Path) -> None:
    settings = Settings.read(
        arguments={"port": 7003, "host": None}, environment={"THORACITE_PORT": "7002", "THORACITE_MAX_PIXELS": "2000"},
        file=file,
    )  # fmt: skip
    assert (settings.port, settings.max_pixels, settings.host, settings.store) == (7003, 2000, "0.0.0.0", "embedded")
    origins = [settings.origin(name) for name in ("port", "max_pixels", "host", "store")]
    assert origins == ["argument", "THORACITE_MAX_PIXELS", str(file), "default"]


def test_the_file_of_the_current_folder_is_read_where_there_is_one(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    assert Settings.read(environment={}).port == 7001
    monkeypatch.chdir(tmp_path.parent)
    assert Settings.read(environment={}).port == 7860


def test_variables_of_others_are_left_alone() -> None:
    assert Settings.read(environment={"THORACITE_DEBUG": "1", "PORT": "1"}).port == 7860


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        ({"port": 70000}, {}, r"setting port = 70000 \(from argument\) is wrong"),
        ({}, {"THORACITE_PORT": "many"}, r"setting port = 'many' \(from THORACITE_PORT\) is wrong"),
        ({"query_limit_s": 0}, {}, "setting query_limit_s = 0"),
        ({"colour": "red"}, {}, "setting colour = 'red' .* known settings are graph, store"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_it(
    arguments: dict[str, object], environment: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        Settings.read(arguments=arguments, environment=environment)


def test_a_file_that_cannot_be_read_is_one_sentence(file: Path, tmp_path: Path) -> None:
    file.write_text("port 7001", encoding="utf-8")
    for path in (file, tmp_path / "none.toml"):
        with pytest.raises(UsageError, match="expected TOML"):
            Settings.read(environment={}, file=path)
    file.write_text("prot = 7001\n", encoding="utf-8")
    with pytest.raises(UsageError, match="setting prot"):
        Settings.read(environment={}, file=file)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings.read(environment={}).port = 1  # type: ignore[misc]


def test_a_password_is_never_shown() -> None:
    settings = Settings(store_password="correct horse")
    assert settings.store_password.get_secret_value() == "correct horse"
    shown = (repr(settings), str(settings), settings.model_dump_json())
    assert not any("correct horse" in text for text in shown)
    with pytest.raises(UsageError) as caught:
        Settings.read(environment={"THORACITE_STORE_PASSWORD": "correct horse", "THORACITE_PORT": "x"})
    assert "correct horse" not in str(caught.value)


def test_both_ways_to_make_settings_read_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    monkeypatch.setenv("THORACITE_PORT", "7000")
    assert Settings() == Settings.read()
    assert (Settings().port, Settings().host, Settings().origin("port")) == (7000, "0.0.0.0", "THORACITE_PORT")
    assert Settings(port=7002).port == 7002
    with pytest.raises(UsageError, match="setting port = 70000"):
        Settings(port=70000)


@pytest.mark.parametrize(("device", "fits"), [("auto", True), ("cuda:1", True), ("mps", True), ("tpu", False)])
def test_a_device_is_one_that_torch_knows(device: str, fits: bool) -> None:
    if fits:
        assert Settings.read(environment={"THORACITE_DEVICE": device}).device == device
    else:
        with pytest.raises(UsageError, match="setting device"):
            Settings.read(environment={"THORACITE_DEVICE": device})
