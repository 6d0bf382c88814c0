"""One function over many items in worker processes, in order, with a bounded number of items under way.

Examples
--------
>>> list(map_in_order(len, ["a", "bb", "ccc"], processes=1))
[1, 2, 3]
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import TypeVar

from thoracite.errors import UsageError

Item = TypeVar("Item")
Result = TypeVar("Result")

_BATCH = 64


def map_in_order(work: Callable[[Item], Result], items: Iterable[Item], *, processes: int) -> Iterator[Result]:
    """Results in the items' order; items are taken as they are needed.

    Parameters
    ----------
    work : callable
        Something that can be pickled: a function of a module, or ``functools.partial`` of one.
    items : iterable
        May be endless.
    processes : int
        Worker processes, at least 1; with 1 everything happens in this process.

    Raises
    ------
    UsageError
        If there is less than one process.
    """
    if processes < 1:
        raise UsageError(f"{processes} processes cannot do anything; expected at least 1")
    if processes == 1:
        yield from map(work, items)
        return
    source = iter(items)
    pool = ProcessPoolExecutor(processes, initializer=_end_with_parent)
    waiting: deque[Future[list[Result]]] = deque()
    try:
        while True:
            while len(waiting) < 2 * processes and (batch := list(islice(source, _BATCH))):
                waiting.append(pool.submit(_work_batch, work, batch))
            if not waiting:
                return
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """In a worker: wait, beside the work, for the process that started it, which may be killed, and end with it."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _work_batch(work: Callable[[Item], Result], batch: list[Item]) -> list[Result]:
    return [work(item) for item in batch]


__all__ = ["map_in_order"]
