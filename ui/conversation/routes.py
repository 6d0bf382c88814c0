"""The route that answers a question about an image that is sent with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request

from thoracite.ui.conversation.asking import ask_image
from thoracite.ui.conversation.records import render_reply
from thoracite.ui.service import Service
from thoracite.ui.web.openapi import describe
from thoracite.ui.web.uploads import keep_upload

ReadUpload = Callable[..., Awaitable[tuple[str, bytes, dict[str, Any]]]]
"""Reads file name, bytes and other fields of a form."""

Run = Callable[..., Awaitable[Any]]
"""Runs a call in a thread, within the server's time limit."""


def add_asking(app: FastAPI, service: Service, read_upload: ReadUpload, run: Run) -> None:
    """Add the route to an application.

    Parameters
    ----------
    app : FastAPI
        The application.
    service : Service
        Reads the image.
    read_upload : callable
        Reads the form as ``POST /explain`` does.
    run : callable
        Runs a call in a thread.
    """

    @app.post("/ask", **describe("ask"))
    async def ask(request: Request) -> dict[str, Any]:
        """Answer a question from the evidence of an image; every sentence is cited and verified."""
        name, data, asked = await read_upload(request, has_index=False)
        if asked["prior"] is not None:
            raise HTTPException(400, "questions compare no films; send the field prior to POST /explain")
        question = (await request.form()).get("question")
        if not isinstance(question, str) or not question.strip():
            raise HTTPException(400, "the form has no text in its field question; send the question there")
        reply: dict[str, Any] = await run(_ask, service, name, data, question, asked)
        return reply


def _ask(service: Service, name: str, data: bytes, question: str, asked: dict[str, Any]) -> dict[str, Any]:
    with keep_upload(name, data) as path:
        reply = ask_image(service, Path(path), question, signs=asked["signs"], without=asked["without"])
    return render_reply(reply)


__all__ = ["add_asking"]
