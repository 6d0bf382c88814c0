"""Sixteen clients at once, and a thousand requests: no error, and memory that stays where it is."""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

SECONDS = float(os.environ.get("THORACITE_LOAD_S", "60"))
"""How long the clients ask; the small run in `make test` needs none of it."""

ROWS = "SELECT ?s ?o { ?s <https://w3id.org/thoracite/suggestive_of> ?o }"
STATEMENT = "MATCH (a:Concept)-[r:SUGGESTIVE_OF]->(b:Concept) RETURN a.id, b.id, r.source LIMIT 50"

Ask = Callable[[httpx.Client], httpx.Response]


def make_asks(image: Path) -> dict[str, Ask]:
    """What clients ask, by route."""
    data = image.read_bytes()
    return {
        "explain": lambda client: client.post("explain", files={"image": ("chest.png", data)}),
        "retrieve": lambda client: client.post("retrieve", json={"query": "pleural effusion"}),
        "sparql": lambda client: client.get("sparql", params={"query": ROWS}),
        "cypher": lambda client: client.post("cypher", json={"statement": STATEMENT}),
    }


CLIENTS = {"explain": 6, "retrieve": 2, "sparql": 5, "cypher": 3}
"""Sixteen clients: as many as fit into the lines of the server, so that none need be turned away."""


def read_memory(client: httpx.Client) -> float:
    """Resident memory of the server, in MiB."""
    for family in text_string_to_metric_families(client.get("metrics").text):
        for sample in family.samples:
            if sample.name == "process_resident_memory_bytes":
                return sample.value / 2**20
    raise AssertionError("no memory among the figures")


def run_clients(running: str, image: Path, seconds: float) -> tuple[Counter[int], dict[str, list[float]]]:
    """Ask for a while, each client one request after the other; statuses, and seconds by route."""
    statuses: Counter[int] = Counter()
    taken: dict[str, list[float]] = defaultdict(list)
    lock, end = threading.Lock(), time.monotonic() + seconds
    asks = make_asks(image)

    def work(route: str) -> None:
        with httpx.Client(base_url=running, timeout=180) as client:
            while time.monotonic() < end:
                start = time.perf_counter()
                answer = asks[route](client)
                spent = time.perf_counter() - start
                with lock:
                    statuses[answer.status_code] += 1
                    taken[route].append(spent)
                if answer.status_code == 503:
                    time.sleep(float(answer.headers["retry-after"]))

    threads = [threading.Thread(target=work, args=(route,)) for route, number in CLIENTS.items() for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses, taken


def wait_until_ready(client: httpx.Client) -> None:
    deadline = time.monotonic() + 180
    while not client.get("healthz").json()["ready"] and time.monotonic() < deadline:
        time.sleep(0.2)


@pytest.mark.bench
def test_sixteen_clients_for_a_minute(running: str, phantom: Path) -> None:
    with httpx.Client(base_url=running, timeout=180) as client:
        wait_until_ready(client)
        for ask in make_asks(phantom).values():  # what is loaded on first use
            assert ask(client).status_code == 200
    statuses, taken = run_clients(running, phantom, SECONDS)
    for route, seconds in taken.items():
        p95 = statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
        told = f"{route}: {len(seconds)} requests, {len(seconds) / SECONDS:.2f} a second"
        print(f"{told}, median {statistics.median(seconds):.2f} s, p95 {p95:.2f} s")  # noqa: T201 - a figure
    print(f"statuses {dict(statuses)} in {SECONDS:.0f} s")  # noqa: T201
    assert set(statuses) <= {200, 503}
    assert statuses[503] <= 0.01 * statuses.total()
    assert set(taken) == set(CLIENTS)


@pytest.mark.bench
def test_memory_is_stable_over_a_thousand_requests(running: str, phantom: Path) -> None:
    asks = make_asks(phantom)
    quick = [asks["sparql"], asks["cypher"], asks["retrieve"]]
    with httpx.Client(base_url=running, timeout=180) as client:
        wait_until_ready(client)
        sizes = []
        for number in range(1000):
            ask = asks["explain"] if number % 20 == 0 else quick[number % 3]
            assert ask(client).status_code == 200
            if number % 100 == 99:
                sizes.append(read_memory(client))
    print("memory after each hundred, MiB:", [round(size) for size in sizes])  # noqa: T201 - a figure
    assert sizes[-1] < 1.10 * sizes[1] + 20
