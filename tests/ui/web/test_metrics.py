"""Figures for Prometheus: by route and status, what became of images, who waits; no name of a file among them."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from prometheus_client.parser import text_string_to_metric_families

from thoracite.settings import Settings
from thoracite.types import Explanation
from thoracite.ui.limits import Turnstile
from thoracite.ui.server import create_server


class Explaining:
    """An explainer that refuses names that begin with w, and waits where it is told to."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()

    def explain(self, study: Any, **_: Any) -> Explanation:
        assert self.go.wait(60)
        withheld = Path(study.image).name.startswith("w")
        reason = "no chest" if withheld else None
        return Explanation(image="x", generator="template", graph="none", abstained=withheld, reason=reason)


@pytest.fixture
def served(graph_settings: Settings) -> Iterator[SimpleNamespace]:
    explaining = Explaining()
    app = create_server(graph_settings, explainer=explaining, page=False)  # type: ignore[arg-type]
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield SimpleNamespace(client=client, explaining=explaining)


def read(client: TestClient) -> dict[tuple[str, ...], float]:
    """Every figure by its name and its labels' values."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def send(client: TestClient, name: str) -> int:
    buffer = io.BytesIO()
    Image.new("L", (64, 64)).save(buffer, format="PNG")
    return client.post("/explain", files={"image": (name, buffer.getvalue())}).status_code


def test_requests_are_counted_by_route_and_status(served: SimpleNamespace) -> None:
    client: TestClient = served.client
    for name in ("a.png", "b.png", "withheld.png"):
        assert send(client, name) == 200
    client.post("/explain", files={"picture": ("secret-name.png", b"x")})
    client.get("/assertion/0000")
    client.get("/assertion/1111")
    client.get("/some/secret-path")
    figures = read(client)
    assert figures["thoracite_requests_total", "POST", "/explain", "200"] == 3
    assert figures["thoracite_requests_total", "POST", "/explain", "400"] == 1
    assert figures["thoracite_requests_total", "GET", "/assertion/{name}", "404"] == 2
    assert figures["thoracite_requests_total", "GET", "page", "404"] == 1
    assert figures["thoracite_request_seconds_count", "/explain"] == 4
    assert (figures["thoracite_images_total", "explained"], figures["thoracite_images_total", "withheld"]) == (2, 1)
    assert figures["thoracite_requests_in_flight",] == 1  # this one
    assert figures["process_resident_memory_bytes",] > 1e7
    assert "secret" not in client.get("/metrics").text


def test_who_works_and_who_waits_is_seen_and_a_full_line_is_told_when_to_return(served: SimpleNamespace) -> None:
    client: TestClient = served.client
    served.explaining.go.clear()
    threads = [threading.Thread(target=send, args=(client, "a.png")) for _ in range(9)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 60
    while read(client)["thoracite_queue_waiting", "images"] < 8 and time.monotonic() < deadline:
        time.sleep(0.05)
    figures = read(client)
    assert (figures["thoracite_queue_inside", "images"], figures["thoracite_queue_waiting", "images"]) == (1, 8)
    assert figures["thoracite_requests_in_flight",] == 10
    refused = client.post("/explain", files={"image": ("late.png", b"x")})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    served.explaining.go.set()
    for thread in threads:
        thread.join(60)
    figures = read(client)
    assert (figures["thoracite_queue_inside", "images"], figures["thoracite_queue_waiting", "images"]) == (0, 0)
    assert figures["thoracite_requests_total", "POST", "/explain", "503"] == 1


def test_a_turnstile_counts_inside_and_waiting() -> None:
    gate = Turnstile(slots=1, line=1, patience_s=1)
    assert gate.count() == (0, 0)
    with gate.enter():
        assert gate.count() == (1, 0)
    with pytest.raises(ZeroDivisionError), gate.enter():
        _ = 1 / 0
    assert gate.count() == (0, 0)
