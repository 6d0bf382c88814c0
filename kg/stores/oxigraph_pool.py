"""Processes that answer queries: started on demand, kept for the next query, ended when their time is up."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import weakref
from collections.abc import Sequence
from typing import Any

from thoracite.errors import StoreError

_KEPT = 2
"""Most idle processes that are kept."""

_START_S = 60.0
"""Longest start of a process, in seconds."""


class Pool:
    """Pool of processes that speak the protocol of :mod:`thoracite.kg.stores.oxigraph_worker`, or of its sibling.

    Parameters
    ----------
    command : sequence of str
        Command that starts one.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._idle: list[subprocess.Popen[str]] = []
        self._lock = threading.Lock()
        weakref.finalize(self, _end_all, self._idle)  # a store that nobody closed ends its processes too

    def ask(
        self, text: str, limit_s: float, beside: str | Sequence[Sequence[str]] | dict[str, Any] = "all"
    ) -> dict[str, Any]:
        """Answer one query.

        Parameters
        ----------
        text : str
            The query.
        limit_s : float
            Time limit in seconds.
        beside : str, sequence or dict
            Which graphs it reads, or the values of its parameters, in the worker's words.

        Raises
        ------
        StoreError
            If the query is wrong, takes too long or has too large an answer, or the store cannot be read.
        """
        worker = self._take()
        late = threading.Event()

        def end() -> None:
            late.set()
            worker.kill()

        timer = threading.Timer(limit_s, end)
        timer.daemon = True
        timer.start()
        try:
            line = self._exchange(worker, [text, limit_s, beside])
        finally:
            timer.cancel()
            timer.join()
        if not line:
            _end(worker)
            if late.is_set():
                raise _make_late(limit_s)
            raise StoreError("the query ended without an answer, out of memory or on a damaged store; narrow it")
        if late.is_set():
            _end(worker)
        else:
            self._give_back(worker)
        return _read_answer(json.loads(line), limit_s)

    def _exchange(self, worker: subprocess.Popen[str], request: list[Any]) -> str:
        assert worker.stdin is not None  # noqa: S101 - opened as a pipe
        assert worker.stdout is not None  # noqa: S101
        try:
            worker.stdin.write(json.dumps(request, default=str) + "\n")
            worker.stdin.flush()
            return worker.stdout.readline()
        except OSError:
            return ""

    def _take(self) -> subprocess.Popen[str]:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.poll() is None:
                    return worker
                _end(worker)
        return self._start()

    def _start(self) -> subprocess.Popen[str]:
        """Start a process and wait until it is ready: its start is no part of a query's time."""
        worker = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        timer = threading.Timer(_START_S, worker.kill)
        timer.daemon = True
        timer.start()
        assert worker.stdout is not None  # noqa: S101 - opened as a pipe
        worker.stdout.readline()  # empty where it could not start, which the query will tell
        timer.cancel()
        timer.join()
        return worker

    def _give_back(self, worker: subprocess.Popen[str]) -> None:
        with self._lock:
            if len(self._idle) < _KEPT:
                self._idle.append(worker)
                return
        _end(worker)

    def close(self) -> None:
        """End every idle process."""
        with self._lock:
            _end_all(self._idle)


def _end_all(workers: list[subprocess.Popen[str]]) -> None:
    while workers:
        _end(workers.pop())


def _end(worker: subprocess.Popen[str]) -> None:
    for pipe in (worker.stdin, worker.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:  # unsent input is lost with the process
                continue
    worker.kill()
    worker.wait()


def _make_late(limit_s: float) -> StoreError:
    return StoreError(f"the query took longer than {limit_s:g} s; narrow it, or raise query_limit_s")


def _read_answer(answer: dict[str, Any], limit_s: float) -> dict[str, Any]:
    message = " ".join(str(answer.get("message", "")).split())
    match answer.get("error"):
        case None:
            return answer
        case "syntax":
            place = re.match(r"error at (\d+):(\d+)", message)
            where = f"line {place[1]}, column {place[2]}" if place else message[:160]
            raise StoreError(f"the query is not SPARQL 1.1: it breaks off at {where}; correct it there")
        case "late":
            raise _make_late(limit_s)
        case "refused":
            raise StoreError(message)
        case "size":
            raise StoreError(f"{message}; add a LIMIT, or count instead")
    raise StoreError(f"the store cannot answer the query ({message}); build the graph again if this stays")


__all__ = ["Pool"]
