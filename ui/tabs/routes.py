"""The routes behind the tabs: what is typed goes in, markup comes out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import anyio
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from thoracite.errors import StoreError, UsageError
from thoracite.types import View
from thoracite.ui import sparql
from thoracite.ui.service import LONGEST_REPORT, Service
from thoracite.ui.tabs.differential import rank_kept, rank_named, render_ranked
from thoracite.ui.tabs.query import answer_query
from thoracite.ui.tabs.report import check_kept, render_checked

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Value = Annotated[str, StringConstraints(max_length=200)] | int | float


class Body(BaseModel):
    """Base of the bodies: closed to unknown fields."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class QueryBody(Body):
    """A query with its parameters."""

    language: Literal["sparql", "cypher"]
    text: Annotated[str, StringConstraints(min_length=1, max_length=sparql.LONGEST)]
    parameters: dict[Name, Value] = Field(default_factory=dict, max_length=20)


class ReportBody(Body):
    """A report, and the kept reading that it is compared with."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_REPORT)]
    case: Name | None = None


class DifferentialBody(Body):
    """What is there and what is absent; or a kept reading whose signs are taken."""

    findings: list[Name] = Field(default_factory=list, max_length=40)
    denied: list[Name] = Field(default_factory=list, max_length=40)
    view: View = "unknown"
    case: Name | None = None


def add_tabs(app: FastAPI, service: Service) -> None:
    """Add the routes to an application.

    Parameters
    ----------
    app : FastAPI
        The application.
    service : Service
        Answers.
    """

    @app.post("/page/query", include_in_schema=False)
    async def query(body: QueryBody) -> dict[str, Any]:
        return await anyio.to_thread.run_sync(_query, service, body)

    @app.post("/page/report", include_in_schema=False)
    async def report(body: ReportBody) -> dict[str, Any]:
        return await anyio.to_thread.run_sync(_report, service, body)

    @app.post("/page/differential", include_in_schema=False)
    async def differential(body: DifferentialBody) -> dict[str, Any]:
        return await anyio.to_thread.run_sync(_differential, service, body)


def _query(service: Service, body: QueryBody) -> dict[str, Any]:
    service.open(body.language)  # what is wrong with the graph is told as such
    try:
        return {"answer": str(answer_query(service, body.language, body.text, body.parameters))}
    except StoreError as error:
        raise UsageError(str(error)) from error  # what an open store refuses is the query's fault


def _report(service: Service, body: ReportBody) -> dict[str, Any]:
    checked = check_kept(service, body.text, body.case)
    return {"answer": str(render_checked(body.text, checked, image=_name_image(service, body.case)))}


def _differential(service: Service, body: DifferentialBody) -> dict[str, Any]:
    if body.case is not None:
        found = rank_kept(service, body.case)
    else:
        found = rank_named(service, body.findings, body.denied, body.view)
    return {"answer": str(render_ranked(found, image=_name_image(service, body.case)))}


def _name_image(service: Service, case: str | None) -> str:
    return "" if case is None else service.cases.find(case).untouched.image


__all__ = ["DifferentialBody", "QueryBody", "ReportBody", "add_tabs"]
