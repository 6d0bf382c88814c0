"""The routes by which the page changes a kept reading, asks it, and saves it: what is set in, parts of the page out."""

from __future__ import annotations

from typing import Annotated, Any

import anyio
from fastapi import FastAPI, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from thoracite.generation.conversation.question import LONGEST
from thoracite.types import Answer
from thoracite.ui.conversation.asking import ask_kept
from thoracite.ui.conversation.render import render_answer
from thoracite.ui.interventions.mixing import USUAL, describe_share, read_with_mix
from thoracite.ui.interventions.parts import Asked, render_parts
from thoracite.ui.interventions.saving import Form, write_form
from thoracite.ui.page import render_body
from thoracite.ui.service import Service
from thoracite.ui.variants import LONGEST_TABLE

Word = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Share = Annotated[float, Field(gt=0, lt=1)]


class StateRequest(BaseModel):
    """What is set, left out, and whether the graph is asked."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    signs: dict[Word, float | Answer | None] = Field(default_factory=dict, max_length=100)
    without: list[Word] = Field(default_factory=list, max_length=50)
    graph: bool = True


class CaseRequest(StateRequest):
    """Body of ``POST /case/…``: with what stands open on the page."""

    shown: list[Word] = Field(default_factory=list, max_length=50)
    fresh: list[Word] = Field(default_factory=list, max_length=50)


class AskRequest(StateRequest):
    """Body of ``POST /case/…/ask``: with the question, and how many answers stand on the page."""

    question: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
    number: int = Field(default=1, ge=1, le=10_000)


class MixRequest(BaseModel):
    """Body of ``POST /case/…/mix``: one finding's share, or a table; neither for the usual mix."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    finding: Word | None = None
    share: Share | None = None
    table: Annotated[str, StringConstraints(max_length=LONGEST_TABLE)] | None = None


def add_cases(app: FastAPI, service: Service) -> None:
    """Add the routes to an application.

    Parameters
    ----------
    app : FastAPI
        The application.
    service : Service
        Has the kept readings.
    """

    @app.post("/case/{name}", include_in_schema=False)
    async def change_case(name: str, body: CaseRequest) -> dict[str, Any]:
        return await anyio.to_thread.run_sync(_change, service, name, body)

    @app.post("/case/{name}/ask", include_in_schema=False)
    async def ask_case(name: str, body: AskRequest) -> dict[str, Any]:
        return await anyio.to_thread.run_sync(_ask, service, name, body)

    @app.post("/case/{name}/mix", include_in_schema=False)
    async def mix_case(name: str, body: MixRequest) -> dict[str, Any]:
        return await anyio.to_thread.run_sync(_mix, service, name, body)

    @app.post("/case/{name}/save/{form}", include_in_schema=False)
    async def save_case(name: str, form: Form, body: StateRequest) -> Response:
        return await anyio.to_thread.run_sync(_save, service, name, form, body)


def _change(service: Service, name: str, body: CaseRequest) -> dict[str, Any]:
    case, explanation = service.intervene(name, body.signs, body.without, graph=body.graph)
    asked = Asked(body.signs, body.without, frozenset(body.shown), frozenset(body.fresh))
    return {"parts": render_parts(case, explanation, asked, ranges=service.find_ranges(case))}


def _ask(service: Service, name: str, body: AskRequest) -> dict[str, Any]:
    case, explanation = service.intervene(name, body.signs, body.without, graph=body.graph)
    reply = ask_kept(service, name, case, explanation, body.question, graph=body.graph)
    return {"answer": str(render_answer(case, explanation, reply, number=body.number))}


def _mix(service: Service, name: str, body: MixRequest) -> dict[str, Any]:
    table, words = body.table, "a table of your own"
    if table is None and body.finding is not None and body.share is not None:
        table, words = describe_share(service.cases.find(name), body.finding, body.share)
    if table is None:
        words = USUAL
    explanation, picture = read_with_mix(service, name, table, words)
    mix = "" if table is None else words
    return {"body": str(render_body(explanation, picture, assertions="/assertion/", live=name, mix=mix))}


def _save(service: Service, name: str, form: Form, body: StateRequest) -> Response:
    case, explanation = service.intervene(name, body.signs, body.without, graph=body.graph)
    saved = write_form(case, explanation, form)
    return Response(saved.content, media_type=saved.media_type, headers={"Content-Disposition": "attachment"})


__all__ = ["AskRequest", "CaseRequest", "MixRequest", "StateRequest", "add_cases"]
