"""Graphs and genuine servers for the tests of the stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from thoracite.kg.servers import Server, find_free_port, find_missing, start_fuseki, start_neo4j

ANSWERED: dict[str, str] = {}
"""Servers that answered, and what they say of themselves."""


@pytest.fixture(scope="session")
def small_graph() -> Path:
    """A graph of the shape of decision 1, invented for tests."""
    return Path(__file__).resolve().parents[1] / "data" / "small_graph.nq"


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A genuine Neo4j."""
    if missing := find_missing():
        pytest.skip(f"Neo4j {missing}")
    home = tmp_path_factory.mktemp("neo4j")
    with start_neo4j(home, port=find_free_port(), http_port=find_free_port()) as server:
        ANSWERED["neo4j"] = server.version
        yield server


@pytest.fixture(scope="session")
def fuseki_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A genuine Apache Jena Fuseki."""
    if missing := find_missing():
        pytest.skip(f"Fuseki {missing}")
    with start_fuseki(tmp_path_factory.mktemp("fuseki"), port=find_free_port(), limit_s=10) as server:
        ANSWERED["fuseki"] = server.version
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which server versions answered."""
    if ANSWERED:
        terminalreporter.write_line(f"servers that answered: {', '.join(sorted(ANSWERED.values()))}")
