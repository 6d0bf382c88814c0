"""Starting genuine servers."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from thoracite.errors import StoreError, UsageError
from thoracite.evaluation import servers
from thoracite.evaluation.servers import PASSWORD, Server, find_classpath, find_free_port, start_fuseki
from thoracite.kg.stores.sparql_endpoint import SparqlStore


def test_they_listen_on_this_machine_alone(neo4j_server: Server, fuseki_server: Server) -> None:
    others = [address for *_, address in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    for server in (neo4j_server, fuseki_server):
        port = int(re.search(r":(\d+)", server.address.split("//")[1])[1])  # type: ignore[index]
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
        for host, *_ in others:
            if not str(host).startswith("127."):
                with pytest.raises(OSError, match="refused"):
                    socket.create_connection((str(host), port), timeout=2)


def test_versions_are_those_that_were_asked_for(neo4j_server: Server, fuseki_server: Server) -> None:
    assert neo4j_server.version == f"Neo4j {servers.NEO4J}"
    assert fuseki_server.version == f"Apache Jena Fuseki {servers.FUSEKI}"


def test_without_java_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="needs java and mvn"):
        find_classpath("neo4j")


def test_a_port_that_is_taken_is_one_sentence(fuseki_server: Server, tmp_path: Path) -> None:
    port = int(fuseki_server.address.rsplit(":", 1)[1].split("/")[0])
    with pytest.raises(StoreError, match=f"port {port} of 127.0.0.1 is taken"):
        start_fuseki(tmp_path, port=port)


def test_the_command_starts_one_and_ends_with_ctrl_c(tmp_path: Path, fuseki_server: Server) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it is ignored, and would be inherited
    port = find_free_port()
    words = ["-m", "thoracite.evaluation.servers", "fuseki", "--port", str(port), "--home", str(tmp_path)]
    command = [sys.executable, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert f"{fuseki_server.version} answers at http://127.0.0.1:{port}/ds" in line
        assert SparqlStore(f"http://127.0.0.1:{port}/ds").digest == "none"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=40) == 0
    with pytest.raises(StoreError):
        SparqlStore(f"http://127.0.0.1:{port}/ds")


def test_the_command_that_loads_is_told_with_the_password_that_everybody_knows() -> None:
    assert servers._tell("neo4j", PASSWORD) == f"THORACITE_STORE_PASSWORD={PASSWORD} thoracite load "
    assert "secret" not in servers._tell("neo4j", "secret")
    assert servers._tell("fuseki", PASSWORD) == "thoracite load "


def test_an_unknown_server_is_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "thoracite.evaluation.servers", "oracle"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, "error: there is no server 'oracle'; expected neo4j or fuseki\n")
