"""The curl lines of the documents, word for word, against the running server."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
ADDRESS = "http://127.0.0.1:7860"


def find_lines() -> list[tuple[str, str]]:
    """Every line of a code block that begins with curl, those that a backslash goes on with as one."""
    found: dict[str, str] = {}
    for document in DOCUMENTS:
        for block in re.findall(r"^```sh\n(.*?)^```", document.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                if line.startswith("curl "):
                    found.setdefault(line, document.name)
    return [(name, line) for line, name in found.items()]


def test_the_documents_show_how_to_call_every_route() -> None:
    lines = find_lines()
    assert "README.md" in {name for name, _ in lines}
    shown = {path for _, line in lines for path in re.findall(rf"{ADDRESS}(/[a-z-]+)", line)}
    assert shown >= {"/explain", "/retrieve", "/check-report", "/sparql", "/cypher", "/metrics", "/healthz"}


@pytest.mark.parametrize(("document", "line"), find_lines())
def test_a_line_of_the_documents_works(document: str, line: str, running: str, phantom: Path, tmp_path: Path) -> None:
    """As a reader runs it, in a folder with the images that it names; only the port is another, and a refusal fails."""
    if shutil.which("curl") is None:
        pytest.skip("needs curl on the path")
    images = ["chest.png", *re.findall(r"=@(\w+\.png)", line)]
    for name in images:
        shutil.copyfile(phantom, tmp_path / name)
    if "before.png" in images:  # another film: the same picture is refused
        with Image.open(phantom) as film:
            film.rotate(2, fillcolor=0).save(tmp_path / "before.png")
    command = re.sub(r"\bcurl ", "curl --silent --show-error --fail-with-body ", line)
    answer = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.replace(f"{ADDRESS}/", running)],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert answer.returncode == 0, f"{document}: {line}\n{answer.stdout}{answer.stderr}"
    written = [path.read_text(encoding="utf-8") for path in tmp_path.iterdir() if path.name not in images]
    (said,) = [answer.stdout] if answer.stdout else written
    assert said.strip()
    if "/explain" in line and "Accept" not in line:
        record = json.loads(said)
        assert record["claims"]
        assert bool(record["changes"]) == ("sign=" in line)
