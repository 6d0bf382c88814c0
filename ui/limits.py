"""No request's body may be larger, or take longer to arrive, than is said here."""

from __future__ import annotations

import asyncio
import json
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _RefusedError(Exception):
    """The body is refused; holds the status and the sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class LimitBodies:
    """ASGI middleware that refuses bodies that are too large (413) or too slow (408).

    Parameters
    ----------
    app : ASGI application
        What is protected.
    max_bytes : int
        Largest body; the multipart frame around a file counts too.
    limit_s : float
        Time for the whole body to arrive, in seconds.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, limit_s: float) -> None:
        self.app, self.max_bytes, self.limit_s = app, max_bytes, limit_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting its body; answer in its place where it is refused."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            self._check_announced(scope)
            await self.app(scope, self._count(receive), watch)
        except _RefusedError as refused:
            if started:
                raise
            await _refuse(send, refused)

    def _check_announced(self, scope: Scope) -> None:
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self.max_bytes:
            raise self._too_large()

    def _count(self, receive: Receive) -> Receive:
        received, done = 0, False
        deadline = time.monotonic() + self.limit_s

        async def counted() -> Message:
            nonlocal received, done
            if done:  # what follows the body is the end of the connection, however late
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(deadline - time.monotonic(), 0.001))
            except TimeoutError as error:
                raise _RefusedError(
                    408, f"the request took longer than {self.limit_s:.0f} seconds to arrive; send it again"
                ) from error
            received += len(message.get("body", b""))
            done = not message.get("more_body", False)
            if received > self.max_bytes:
                raise self._too_large()
            return message

        return counted

    def _too_large(self) -> _RefusedError:
        return _RefusedError(413, f"the request is too large; expected at most {self.max_bytes:,} bytes")


async def _refuse(send: Send, refused: _RefusedError) -> None:
    body = json.dumps({"error": str(refused)}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


__all__ = ["LimitBodies"]
