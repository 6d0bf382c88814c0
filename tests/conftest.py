"""Fixtures that every room shares."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve a busy machine
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the workers share the cores

import hypothesis
import pytest
from neo4j import GraphDatabase

from thoracite.evaluation.servers import PASSWORD, Server, find_free_port, find_missing, start_fuseki, start_neo4j

hypothesis.settings.register_profile("thoracite", deadline=None)  # a busy machine is no fault of an example
hypothesis.settings.load_profile("thoracite")

SHARED = Path(__file__).resolve().parents[2] / "shared"
ANSWERED: dict[str, str] = {}
"""Servers that answered, and what they say of themselves."""


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development data beside the checkout; not part of the product."""
    if not (SHARED / "data").is_dir():
        pytest.skip("needs the development data in ../shared, which is not part of the product")
    return SHARED


@pytest.fixture(scope="session")
def small_graph() -> Path:
    """A graph of the shape of decision 1, invented for tests."""
    return Path(__file__).resolve().parent / "data" / "small_graph.nq"


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A genuine Neo4j."""
    if missing := find_missing():
        pytest.skip(f"Neo4j {missing}")
    home = tmp_path_factory.mktemp("neo4j")
    with start_neo4j(home, port=find_free_port(), http_port=find_free_port()) as server:
        with GraphDatabase.driver(server.address, auth=("neo4j", PASSWORD)) as driver:
            ANSWERED["neo4j"] = str(driver.get_server_info().agent)
        yield server


@pytest.fixture(scope="session")
def fuseki_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A genuine Apache Jena Fuseki."""
    if missing := find_missing():
        pytest.skip(f"Fuseki {missing}")
    with start_fuseki(tmp_path_factory.mktemp("fuseki"), port=find_free_port(), limit_s=10, keep=True) as server:
        ANSWERED["fuseki"] = server.version
        yield server


def pytest_collection_finish() -> None:
    """Let the collector pass over the tests themselves: thousands, which nothing frees."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def own_time() -> None:
    """For tests that measure time: the collector does not walk through what other tests hold, models among it."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which server versions answered."""
    if ANSWERED:
        terminalreporter.write_line(f"servers that answered: {', '.join(sorted(ANSWERED.values()))}")


@pytest.fixture(scope="session")
def graph_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default graph, built once for the tests of all rooms."""
    from thoracite.kg.build.build import build_graph

    folder = tmp_path_factory.mktemp("graph") / "default"
    build_graph(folder)
    return folder


@pytest.fixture
def event_loop() -> Iterator[None]:
    """An event loop for what asks for the current one; LlamaIndex would open one and leave it to the collector."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each worker whole files, and one of them all tests of a server, which is started once."""
    served = {path for path in {item.path for item in items} if "_server" in path.read_text(encoding="utf-8")}
    for item in items:
        item.add_marker(pytest.mark.xdist_group("servers" if item.path in served else str(item.path)))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Where nothing may be missing (CI), a skip is a failure."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("THORACITE_NO_SKIP"):
        report.outcome = "failed"
        report.longrepr = f"skipped where no test may skip: {report.longrepr}"
