"""``GET /metrics``: how many requests, how long, what became of images, who waits; no name and no address.

References
----------
Prometheus text format 0.0.4. https://prometheus.io/docs/instrumenting/exposition_formats
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from thoracite.ui.limits import Turnstile

PATH = "/metrics"

_BOUNDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Upper bounds of the histogram of durations, in seconds."""

_PAGE = "page"
"""Route of whatever belongs to the page: its paths are many and mean nothing."""


class Metrics:
    """The figures of one server.

    Parameters
    ----------
    queues : mapping of str to Turnstile
        Where requests wait, by name.
    images : callable
        Returns how many images were explained, and how many withheld, by these words.
    routes : callable
        Returns the paths that have a name of their own; anything else is the page.

    Examples
    --------
    >>> figures = Metrics({"images": Turnstile(slots=1, line=8, patience_s=1)}, lambda: {"explained": 2}, list)
    >>> lines = figures.write().decode().splitlines()
    >>> [line for line in lines if line.startswith(("thoracite_images", "thoracite_queue_waiting"))]
    ['thoracite_images_total{outcome="explained"} 2.0', 'thoracite_queue_waiting{queue="images"} 0.0']
    """

    def __init__(
        self,
        queues: Mapping[str, Turnstile],
        images: Callable[[], Mapping[str, int]],
        routes: Callable[[], Iterable[str]],
    ) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(_Standing(queues, images))
        self.routes = routes
        self.requests = Counter(
            "thoracite_requests", "Requests that were answered.", ["method", "route", "status"], registry=self._registry
        )
        self.seconds = Histogram(
            "thoracite_request_seconds", "Time to the last byte.", ["route"], buckets=_BOUNDS, registry=self._registry
        )
        self.in_flight = Gauge("thoracite_requests_in_flight", "Requests being answered.", registry=self._registry)

    def write(self) -> bytes:
        """Write every figure in the text format."""
        return generate_latest(self._registry)

    async def answer(self, _: Request) -> Response:
        """Answer ``GET /metrics``."""
        return Response(self.write(), media_type=CONTENT_TYPE_LATEST)


class _Standing(Collector):
    """What other parts count already; read when it is asked for."""

    def __init__(self, queues: Mapping[str, Turnstile], images: Callable[[], Mapping[str, int]]) -> None:
        self._queues, self._images = queues, images

    def collect(self) -> Iterable[CounterMetricFamily | GaugeMetricFamily]:
        """Collect the figures of now."""
        images = CounterMetricFamily("thoracite_images", "Images that were read.", labels=["outcome"])
        for outcome, number in sorted(self._images().items()):
            images.add_metric([outcome], number)
        inside = GaugeMetricFamily("thoracite_queue_inside", "Requests at work in a queue.", labels=["queue"])
        waiting = GaugeMetricFamily("thoracite_queue_waiting", "Requests that wait in a queue.", labels=["queue"])
        for name, queue in self._queues.items():
            at_work, in_line = queue.count()
            inside.add_metric([name], at_work)
            waiting.add_metric([name], in_line)
        return [images, inside, waiting]


class CountRequests:
    """ASGI middleware that counts requests and times them.

    Parameters
    ----------
    app : ASGI application
        The counted application.
    metrics : Metrics
        Where the figures go.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count its answer; one that broke counts as 500."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, start = 500, time.perf_counter()

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._metrics.in_flight.track_inprogress():
            try:
                await self.app(scope, receive, watch)
            finally:
                route = _find_route(scope, self._metrics.routes())
                self._metrics.requests.labels(_find_method(scope), route, str(status)).inc()
                self._metrics.seconds.labels(route).observe(time.perf_counter() - start)


def _find_route(scope: Scope, routes: Iterable[str]) -> str:
    """The template of the path, so that a label has few values."""
    known = set(routes)
    template, path = str(getattr(scope.get("route"), "path", "")), str(scope["path"])
    return next((name for name in (template, path) if name in known), _PAGE)


def _find_method(scope: Scope) -> str:
    method = str(scope["method"])
    return method if method in ("GET", "POST", "HEAD", "OPTIONS") else "other"


__all__ = ["PATH", "CountRequests", "Metrics"]
