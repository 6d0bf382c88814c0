"""The route that answers a question about an image that is sent with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
from fastapi import FastAPI, HTTPException, Request

from thoracite.ui.conversation.asking import ask_image
from thoracite.ui.conversation.records import ReplyRecord, render_reply
from thoracite.ui.service import Service
from thoracite.ui.web.uploads import keep_upload

ReadUpload = Callable[..., Awaitable[tuple[str, bytes, dict[str, Any]]]]
"""Reads file name, bytes and other fields of a form."""

ASK_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["image", "question"],
                "properties": {
                    "image": {"type": "string", "format": "binary", "description": "PNG, JPEG or DICOM"},
                    "question": {
                        "type": "string",
                        "maxLength": 300,
                        "description": "In English: why or why not a finding, what would change it, what else, sources",
                    },
                },
            },
            "example": {"image": "(the file)", "question": "Why not pneumonia?"},
        }
    },
}
"""Body of ``POST /ask`` for OpenAPI."""


def add_asking(app: FastAPI, service: Service, read_upload: ReadUpload) -> None:
    """Add the route to an application.

    Parameters
    ----------
    app : FastAPI
        The application.
    service : Service
        Reads the image.
    read_upload : callable
        Reads the form as ``POST /explain`` does.
    """

    @app.post("/ask", response_model=ReplyRecord, openapi_extra={"requestBody": ASK_BODY})
    async def ask(request: Request) -> dict[str, Any]:
        """Answer a question from the evidence of an image; every sentence is cited and verified."""
        name, data, asked = await read_upload(request, has_index=False)
        question = (await request.form()).get("question")
        if not isinstance(question, str) or not question.strip():
            raise HTTPException(400, "the form has no text in its field question; send the question there")
        return await anyio.to_thread.run_sync(_ask, service, name, data, question, asked)


def _ask(service: Service, name: str, data: bytes, question: str, asked: dict[str, Any]) -> dict[str, Any]:
    with keep_upload(name, data) as path:
        reply = ask_image(service, Path(path), question, signs=asked["signs"], without=asked["without"])
    return render_reply(reply)


__all__ = ["ASK_BODY", "add_asking"]
