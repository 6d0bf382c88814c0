"""The route by which the page changes a kept reading: signs in, parts of the page out."""

from __future__ import annotations

from typing import Annotated, Any

import anyio
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from thoracite.types import Answer
from thoracite.ui.interventions.parts import Asked, render_parts
from thoracite.ui.service import Service

Word = Annotated[str, StringConstraints(min_length=1, max_length=400)]


class CaseRequest(BaseModel):
    """Body of ``POST /case/…``."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    signs: dict[Word, float | Answer | None] = Field(default_factory=dict, max_length=100)
    without: list[Word] = Field(default_factory=list, max_length=50)
    shown: list[Word] = Field(default_factory=list, max_length=50)
    fresh: list[Word] = Field(default_factory=list, max_length=50)


def add_cases(app: FastAPI, service: Service) -> None:
    """Add the route to an application.

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


def _change(service: Service, name: str, body: CaseRequest) -> dict[str, Any]:
    case, explanation = service.intervene(name, body.signs, body.without)
    asked = Asked(body.signs, body.without, frozenset(body.shown), frozenset(body.fresh))
    return {"parts": render_parts(case, explanation, asked, ranges=service.find_ranges(case))}


__all__ = ["CaseRequest", "add_cases"]
