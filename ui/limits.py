"""Limits on the size and the arrival time of a request's body, and on how many are answered at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from thoracite.errors import ThoraciteError


class BusyError(ThoraciteError):
    """More requests at once than this machine can answer in time."""


class Turnstile:
    """Queue that admits a few at once, lets a few wait, and turns the rest away.

    Parameters
    ----------
    slots : int
        Most requests inside.
    line : int
        Most requests that wait.
    patience_s : float
        Longest wait, in seconds.

    Examples
    --------
    >>> gate = Turnstile(slots=1, line=0, patience_s=1.0)
    >>> with gate.enter():
    ...     try:
    ...         with gate.enter():
    ...             pass
    ...     except BusyError as error:
    ...         print(error)
    1 request is being answered and none may wait; try again in a few seconds
    """

    def __init__(self, *, slots: int, line: int, patience_s: float) -> None:
        self._slots, self._line, self._patience_s = slots, line, patience_s
        self._free = threading.Semaphore(slots)
        self._count = threading.Lock()
        self._present = self._inside = 0

    def count(self) -> tuple[int, int]:
        """Return how many requests are inside, and how many wait."""
        with self._count:
            return self._inside, self._present - self._inside

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Wait for a slot; leave it at the end of the ``with`` block.

        Raises
        ------
        BusyError
            If the line is full, or no slot came free in time.
        """
        with self._count:
            if self._present >= self._slots + self._line:
                raise BusyError(self._sentence())
            self._present += 1
        try:
            if not self._free.acquire(timeout=self._patience_s):
                raise BusyError(self._sentence())
            try:
                self._enter(1)
                yield
            finally:
                self._enter(-1)
                self._free.release()
        finally:
            with self._count:
                self._present -= 1

    def _enter(self, step: int) -> None:
        with self._count:
            self._inside += step

    def _sentence(self) -> str:
        inside = f"{self._slots} request is" if self._slots == 1 else f"{self._slots} requests are"
        waiting = f"{self._line} wait" if self._line else "none may wait"
        return f"{inside} being answered and {waiting}; try again in a few seconds"


class LimitBodies:
    """ASGI middleware that refuses bodies that are too large (413) or too slow (408).

    Limits exceeded while the body arrives raise ``HTTPException`` inside the application, which answers it.

    Parameters
    ----------
    app : ASGI application
        The protected application.
    max_bytes : int
        Largest body; the multipart frame around a file counts too.
    limit_s : float
        Time for the whole body to arrive, in seconds.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, limit_s: float) -> None:
        self.app, self.max_bytes, self.limit_s = app, max_bytes, limit_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count its body; refuse it at once where it announces too much."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self.max_bytes:
            refusal = JSONResponse({"error": self._too_large()}, 413, {"connection": "close"})
            await refusal(scope, receive, send)
            return
        await self.app(scope, self._count(receive), send)

    def _count(self, receive: Receive) -> Receive:
        received, done = 0, False
        deadline = time.monotonic() + self.limit_s

        async def counted() -> Message:
            nonlocal received, done
            if done:  # messages after the body mark the end of the connection, however late
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(deadline - time.monotonic(), 0.001))
            except TimeoutError as error:
                sentence = f"the request took longer than {self.limit_s:g} seconds to arrive; send it again"
                raise HTTPException(408, sentence) from error
            received += len(message.get("body", b""))
            done = not message.get("more_body", False)
            if received > self.max_bytes:
                raise HTTPException(413, self._too_large())
            return message

        return counted

    def _too_large(self) -> str:
        return f"the request is too large; expected at most {self.max_bytes:,} bytes"


__all__ = ["BusyError", "LimitBodies", "Turnstile"]
