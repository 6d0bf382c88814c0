"""Explanations and extractions on Ray workers.

A worker is a process with its own model and graph. It opens the same paths as the process that asks, so that images,
graph and settings lie where every machine sees them. Answers come in the order given; a few items a worker are under
way, however many there are.

References
----------
Moritz P et al. Ray: A Distributed Framework for Emerging AI Applications. OSDI 2018.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, cycle, islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from thoracite.errors import ThoraciteError, UsageError
from thoracite.settings import SECRETS, Settings
from thoracite.types import Explanation, Study

if TYPE_CHECKING:
    from thoracite.pipeline import ImageError

Item = TypeVar("Item")
Result = TypeVar("Result")

LOCAL = "local"
"""Address that starts a cluster on this machine, for as long as the work takes."""

_AHEAD = 4
"""Items a worker that are under way or wait for it."""

_TRIES = 3
"""Tries to start a cluster here: on a busy machine Ray gives up on its own processes after seconds."""

_BATCH = 64
"""Reports that a worker gets at once."""


class Cluster(NamedTuple):
    """Where the work is done.

    Parameters
    ----------
    address : str
        ``local``, or that of a running cluster: ``auto``, ``head:6379``, ``ray://head:10001``.
    workers : int or None
        How many workers; as many as the cluster has processors unless given.
    """

    address: str
    workers: int | None = None

    @contextmanager
    def join(self) -> Iterator[int]:
        """Connect for the ``with`` block, and yield the number of workers.

        Raises
        ------
        UsageError
            If Ray is not installed, or there is no cluster at the address.
        """
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anyone
        try:
            import ray
        except ImportError as error:
            raise UsageError("--ray needs the package ray; install it with pip install 'thoracite[ray]'") from error
        if self.workers is not None and self.workers < 1:
            raise UsageError(f"{self.workers} workers cannot do anything; expected at least 1")
        for left in reversed(range(_TRIES if self.address == LOCAL else 1)):
            try:
                ray.init(**self._where(), log_to_driver=False, configure_logging=False)
                break
            except Exception as error:
                ray.shutdown()
                if not left:
                    reason = " ".join(str(error).split())[:160]
                    raise UsageError(
                        f"no Ray cluster answers at {self.address} ({reason}); "
                        "start one with `ray start --head`, or use local"
                    ) from error
        try:
            resources: Any = ray.cluster_resources()  # type: ignore[no-untyped-call]
            yield self.workers or max(int(resources.get("CPU", 1)), 1)
        finally:
            ray.shutdown()

    def _where(self) -> dict[str, Any]:
        if self.address != LOCAL:
            return {"address": self.address}
        patient = {"agent_register_timeout_ms": 120_000}
        own = {"include_dashboard": False, "_node_ip_address": "127.0.0.1", "_system_config": patient}
        return {"num_cpus": self.workers, **own}


def explain_on_workers(
    studies: Iterable[Study], settings: Settings, cluster: Cluster, *, graph: bool = True
) -> Iterator[Explanation | ImageError]:
    """Explain images on the workers of a cluster, in the order given.

    Parameters
    ----------
    studies : iterable of Study
        Images by paths that every worker sees.
    settings : Settings
        The same for every worker.
    cluster : Cluster
        Where the work is done.
    graph : bool
        False leaves the graph out.

    Yields
    ------
    Explanation or ImageError
        As :meth:`thoracite.pipeline.Explainer.explain_many` yields them.

    Raises
    ------
    UsageError
        If there is no cluster.
    ThoraciteError
        As :meth:`thoracite.pipeline.Explainer.explain` raises it.
    """
    with cluster.join() as workers:
        import ray

        actor = ray.remote(num_cpus=1)(_Worker)
        values = _keep_values(settings)
        pool = [actor.remote(values, graph=graph) for _ in range(workers)]
        send: Callable[[Study, Any], Any] = lambda study, worker: worker.explain.remote(study)  # noqa: E731
        yield from _collect(send, studies, pool)


def map_on_workers(cluster: Cluster, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Apply one function to many items on the workers of a cluster; results come in the items' order.

    Parameters
    ----------
    cluster : Cluster
        Where the work is done.
    work : callable
        Something that can be pickled.
    items : iterable
        May be endless.
    """
    with cluster.join() as workers:
        import ray

        run: Any = ray.remote(num_cpus=1)(_work_batch)
        source = iter(items)
        batches = iter(lambda: list(islice(source, _BATCH)), [])
        send: Callable[[list[Item], Any], Any] = lambda batch, _: run.remote(work, batch)  # noqa: E731
        yield from chain.from_iterable(_collect(send, batches, list(range(workers))))


def _collect(send: Callable[[Item, Any], Any], items: Iterable[Item], pool: list[Any]) -> Iterator[Any]:
    """Hand items to the workers in turn, a few ahead, and yield the answers in the items' order."""
    import ray

    waiting: deque[Any] = deque()
    for item, worker in zip(items, cycle(pool), strict=False):
        waiting.append(send(item, worker))
        if len(waiting) >= _AHEAD * len(pool):
            yield _open(ray.get(waiting.popleft()))
    while waiting:
        yield _open(ray.get(waiting.popleft()))


def _open(answer: Any) -> Any:
    if isinstance(answer, ThoraciteError):
        raise answer
    return answer


def _keep_values(settings: Settings) -> dict[str, Any]:
    """The settings as plain values: a worker may lie in another folder and another environment."""
    values = settings.model_dump()
    return values | {name: values[name].get_secret_value() for name in SECRETS}


class _Worker:
    """An explainer in a process of its own; errors come back as answers, so that they keep their sentence."""

    def __init__(self, values: dict[str, Any], *, graph: bool) -> None:
        from thoracite.pipeline import Explainer

        self._explainer = Explainer(Settings(**values), graph=graph)

    def explain(self, study: Study) -> Explanation | ImageError | ThoraciteError:
        try:
            return next(self._explainer.explain_many([study]))
        except ThoraciteError as error:
            return error


def _work_batch(work: Callable[[Item], Result], batch: list[Item]) -> list[Result] | ThoraciteError:
    try:
        return [work(item) for item in batch]
    except ThoraciteError as error:
        return error


__all__ = ["LOCAL", "Cluster", "explain_on_workers", "map_on_workers"]
