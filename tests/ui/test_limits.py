"""Bodies that are too large or too slow are refused by size and by time, whether they announce themselves or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Message

from thoracite.ui.limits import LimitBodies


async def count(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def protected() -> LimitBodies:
    return LimitBodies(Starlette(routes=[Route("/", count, methods=["POST"])]), max_bytes=1000, limit_s=0.2)


async def chunks(number: int) -> AsyncIterator[bytes]:
    for _ in range(number):
        yield b"x" * 100


def post(app: LimitBodies, content: bytes | AsyncIterator[bytes]) -> httpx.Response:
    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            return await client.post("/", content=content)

    return asyncio.run(send())


def test_a_body_at_the_limit_passes(protected: LimitBodies) -> None:
    assert post(protected, b"x" * 1000).text == "1000"
    assert post(protected, chunks(10)).text == "1000"


def test_an_announced_body_over_the_limit_is_refused(protected: LimitBodies) -> None:
    answer = post(protected, b"x" * 1001)
    assert answer.status_code == 413
    assert answer.json() == {"error": "the request is too large; expected at most 1,000 bytes"}


def test_a_body_that_only_turns_out_too_large_is_refused(protected: LimitBodies) -> None:
    answer = post(protected, chunks(11))
    assert (answer.status_code, answer.text) == (413, "the request is too large; expected at most 1,000 bytes")


def test_a_body_that_never_ends_is_refused(protected: LimitBodies) -> None:
    async def drip() -> list[Message]:
        sent: list[Message] = []
        parts = iter([b"x", b"y"])

        async def receive() -> Message:
            for part in parts:
                return {"type": "http.request", "body": part, "more_body": True}
            await asyncio.sleep(30)
            raise AssertionError("waited for a body that never came")

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b"", "root_path": ""}
        await protected(scope, receive, send)
        return sent

    start, body = asyncio.run(asyncio.wait_for(drip(), 5))
    assert start["status"] == 408
    assert body["body"] == b"the request took longer than 0.2 seconds to arrive; send it again"
