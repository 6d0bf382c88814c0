"""What a user installs: the wheel, in an empty environment, outside the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.bench


def run(*words: str | Path, cwd: Path, **environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("THORACITE_", "VIRTUAL_ENV"))}
    answer = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=clean | environment, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, f"{words}: {answer.stderr[-2000:]}"
    return answer.stdout


def test_the_wheel_explains_in_an_empty_environment(tmp_path: Path) -> None:
    uv = shutil.which("uv") or str(Path(sys.executable).parent / "uv")
    run(uv, "build", "--wheel", "--out-dir", tmp_path, ROOT, cwd=tmp_path)
    wheel = next(tmp_path.glob("*.whl"))
    run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    run(uv, "pip", "install", "--python", python, "-c", ROOT / "constraints.txt", f"{wheel}[explain]", cwd=tmp_path)
    thoracite = tmp_path / "venv" / "bin" / "thoracite"
    graph = {"THORACITE_GRAPH": str(tmp_path / "graph")}
    run(thoracite, "phantom", "phantoms", "--number", "1", cwd=tmp_path)
    image = next((tmp_path / "phantoms").glob("*.png"))
    record = json.loads(run(thoracite, "explain", image, "--json", cwd=tmp_path, **graph))
    assert record["claims"]
    assert str(ROOT) not in run(python, "-c", "import thoracite; print(thoracite.__path__)", cwd=tmp_path)
    cited = {key for claim in record["claims"] for key in claim["citations"]}
    for item in record["evidence"]:
        if item["kind"] == "triple" and item["key"] in cited:
            answer = json.loads(run(thoracite, "query", item["sparql"], "--json", cwd=tmp_path, **graph))
            assert answer["results"]["bindings"]
