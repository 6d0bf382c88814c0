"""docker-compose.yml: its form, and each service's command line without Docker."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from thoracite.evaluation.servers import NEO4J, Server
from thoracite.generation.generator import open_generator
from thoracite.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "0123456789abcdef0123"
PINNED = re.compile(r"^[a-z0-9/-]+:v?\d+\.\d+\.\d+(-[a-z]+)?$")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)["services"]
    return loaded


def test_images_are_pinned_and_ports_are_of_this_machine_alone(services: dict[str, Any]) -> None:
    assert set(services) == {"app", "load", "model", "neo4j"}
    for name, service in services.items():
        assert PINNED.match(service["image"]), name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
    assert services["neo4j"]["image"] == f"neo4j:{NEO4J}-community"  # the version that the tests run
    for name in ("app", "model", "neo4j"):
        assert services[name]["healthcheck"]["test"]
        assert services[name]["volumes"]
    assert services["model"]["profiles"] == ["gpu"]
    devices = services["model"]["deploy"]["resources"]["reservations"]["devices"]
    assert devices[0]["capabilities"] == ["gpu"]


def test_compose_reads_the_file_and_asks_for_a_token() -> None:
    command = shutil.which("docker-compose")
    if command is None:
        pytest.skip("needs docker-compose on the path (Debian package docker-compose)")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("THORACITE_")}
    config = [command, "--file", str(ROOT / "docker-compose.yml"), "--profile", "gpu", "--profile", "load", "config"]
    without = subprocess.run(config, env=clean, capture_output=True, text=True, check=False)
    assert without.returncode != 0
    assert "secret of 16 characters" in without.stderr
    with_token = subprocess.run(
        config, env=clean | {"THORACITE_TOKEN": TOKEN}, capture_output=True, text=True, check=False
    )
    assert with_token.returncode == 0, with_token.stderr
    read = yaml.safe_load(with_token.stdout)["services"]
    assert read["app"]["environment"]["THORACITE_TOKEN"] == TOKEN


def test_the_apps_command_line_serves_what_its_health_check_asks(services: dict[str, Any], graph_folder: Path) -> None:
    """As in the container: on every address, with a token; the port is a free one."""
    app = services["app"]
    environment = {name: str(value) for name, value in app["environment"].items() if not str(value).startswith("$")}
    environment |= {"THORACITE_GRAPH": str(graph_folder), "THORACITE_TOKEN": TOKEN, "THORACITE_PORT": "0"}
    command = [sys.executable, "-m", "thoracite.cli", *app["command"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | environment) as server:
        try:
            assert server.stdout is not None
            said = server.stdout.readline()
            port = re.search(r":(\d+)/", said)
            assert port, said
            check = app["healthcheck"]["test"]
            assert check[:2] == ["CMD", "python"]
            asked = [sys.executable, check[2], check[3].replace("7860", port[1]).replace("timeout=5", "timeout=60")]
            assert subprocess.run(asked, check=False).returncode == 0
            address = f"http://127.0.0.1:{port[1]}/openapi.json"
            request = urllib.request.Request(address, headers={"Authorization": f"Bearer {TOKEN}"})
            with urllib.request.urlopen(request, timeout=60) as answer:
                assert "/explain" in json.load(answer)["paths"]
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)


@pytest.mark.server
def test_the_load_services_command_line_fills_neo4j(
    services: dict[str, Any], neo4j_server: Server, graph_folder: Path
) -> None:
    command, _ = services["load"]["command"]
    environment = {
        "THORACITE_GRAPH": str(graph_folder),
        "THORACITE_STORE_USER": "neo4j",
        "THORACITE_STORE_PASSWORD": "thoracite-local",
    }
    words = [sys.executable, "-m", "thoracite.cli", command, neo4j_server.address]
    answer = subprocess.run(words, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


def test_the_generator_of_the_gpu_profile_is_one_that_opens(services: dict[str, Any]) -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    name = re.search(r"THORACITE_GENERATOR=(\S+) docker compose", text)
    assert name
    assert open_generator(name[1], settings=Settings()).name.startswith("openai:http://model:8000/v1")
    words = services["model"]["command"]
    assert words[words.index("--port") + 1] in name[1]
    assert name[1].rpartition("#")[2] in words[words.index("--model") + 1]
