"""The house stands as drawn: names, layers, packaging, start-up time."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
import time
import tomllib
import zipfile
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

import pytest

import thoracite
from thoracite import errors

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("kg", "vision", "retrieval", "generation", "evaluation", "phantom", "ui", "ontologies", "models")
PRESCRIBED = ("kg", "retrieval", "generation", "ui", "tests", "ontologies", "docker-compose.yml", "pyproject.toml")


def run(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, cwd=cwd, check=False)


def test_prescribed_top_level_stands() -> None:
    assert [name for name in PRESCRIBED if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_are_relative_links(room: str) -> None:
    link = ROOT / "thoracite" / room
    assert link.is_symlink()
    assert str(link.readlink()) == f"../{room}"


def find_modules() -> list[Path]:
    """Every module of the rooms, the import name and the tests; a room's link is not followed."""
    code = ("thoracite", "tests", "docs", *(room for room in ROOMS if room not in {"ontologies", "models"}))
    return [path for name in code for path in (ROOT / name).rglob("*.py")]


def test_modules_are_of_a_size_that_can_be_read() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in find_modules()}
    assert len(lengths) > 300
    assert {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > 400} == {}


def test_folders_hold_no_more_modules_than_can_be_looked_over() -> None:
    counts = Counter(path.parent.relative_to(ROOT) for path in find_modules() if path.name != "__init__.py")
    crowded = {str(folder) for folder, count in counts.items() if count > 20}
    assert crowded <= {"evaluation", "tests/evaluation"}


def test_every_room_says_what_it_holds() -> None:
    for path in find_modules():
        if path.name == "__init__.py":
            text = path.read_text(encoding="utf-8")
            assert text.startswith('"""'), path
            assert "TODO" not in text, path


def test_public_names_exist_and_are_listed() -> None:
    for name in thoracite.__all__:
        assert getattr(thoracite, name) is not None
    with pytest.raises(AttributeError, match="nosuch"):
        _ = thoracite.nosuch
    printed = run("-c", "import thoracite; print(dir(thoracite))").stdout
    assert printed.strip() == str(sorted(thoracite.__all__))


def test_explainer_and_retriever_take_their_arguments_in_one_order() -> None:
    orders = [list(inspect.signature(part).parameters) for part in (thoracite.Explainer, thoracite.Retriever)]
    assert orders[0][: len(orders[1])] == orders[1] == ["settings", "store", "encoder"]


def test_the_logger_of_the_package_is_silent_unless_asked() -> None:
    code = "import logging, thoracite; logging.getLogger('thoracite.x').warning('no'); print('done')"
    said = run("-c", code)
    assert (said.stdout, said.stderr) == ("done\n", "")


def test_all_of_every_module_exists() -> None:
    for module in pkgutil.walk_packages(thoracite.__path__, "thoracite."):
        if ".models" in module.name or ".ontologies" in module.name:
            continue
        loaded = importlib.import_module(module.name)
        missing = [name for name in getattr(loaded, "__all__", []) if not hasattr(loaded, name)]
        assert missing == [], module.name


def test_generic_names_stay_out_of_sys_modules() -> None:
    names = ("kg", "retrieval", "generation", "ui")
    code = f"import sys, thoracite.pipeline; print([n for n in {names} if n in sys.modules])"
    assert run("-c", code, cwd=ROOT / "docs").stdout.strip() == "[]"


def test_every_error_has_its_exit_code() -> None:
    codes = {name: getattr(errors, name).exit_code for name in errors.__all__}
    assert codes == {
        "ThoraciteError": 1,
        "UsageError": 2,
        "InputError": 3,
        "PrivacyError": 3,
        "StoreError": 4,
        "ModelError": 5,
    }


@pytest.mark.alone
@pytest.mark.parametrize("option", ["--version", "--help"])
def test_command_line_starts_at_once(option: str) -> None:
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        answer = run("-m", "thoracite.cli", option)
        seconds.append(time.perf_counter() - start)
        assert answer.returncode == 0
        assert answer.stdout
    assert min(seconds) < 0.5


def test_command_line_start_imports_nothing_heavy() -> None:
    names = ("torch", "numpy", "pydantic", "spacy", "rdflib")
    code = f"import sys, thoracite.cli; print([n for n in {names} if n in sys.modules])"
    assert run("-c", code).stdout.strip() == "[]"


def test_wheel_holds_every_room_once(tmp_path: Path) -> None:
    built = run("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path), cwd=ROOT)
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = [name for name in wheel.namelist() if not name.endswith("/")]
    assert {name.split("/")[0].split("-")[0] for name in names} == {"thoracite"}
    assert [name for name, count in Counter(names).items() if count > 1] == []
    for room in ROOMS:
        assert any(name.startswith(f"thoracite/{room}/") for name in names), room


def test_constraints_pin_torch_without_a_build_and_name_no_host() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert "torch==2.13.0\n" in text
    assert "://" not in text
    assert "--index" not in text


def test_prescribed_packages_are_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    named = " ".join([*project["dependencies"], *(package for extra in extras for package in extra)]).lower()
    for package in ("rdflib", "neo4j", "llama-index", "sentence-transformers", "faiss-cpu", "torch", "transformers",
                    "gradio", "sparqlwrapper", "pydantic"):  # fmt: skip
        assert package in named


def test_compose_file_serves_app_and_neo4j_on_this_machine_only() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML comes with gradio")
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    assert services["neo4j"]["image"].startswith("neo4j:5.26.")
    for name in ("app", "neo4j"):
        assert "healthcheck" in services[name]
        assert services[name]["volumes"]
        assert all(port.startswith("127.0.0.1:") for port in services[name]["ports"])


def test_pytest_collects_every_file_of_tests(pytestconfig: pytest.Config) -> None:
    passed_over = pytestconfig.getini("norecursedirs")
    folders = {path.parent.relative_to(ROOT) for path in (ROOT / "tests").rglob("test_*.py")}
    lost = [f for f in folders if any(fnmatch(part, pattern) for part in f.parts for pattern in passed_over)]
    assert lost == []
