"""One server for the page, the REST interface and SPARQL, for this machine alone unless told otherwise.

======================  ===================================================================================
``GET /``               the page
``GET /healthz``        ``{"status": "ok", "version": …, "ready": …}``
``POST /explain``       multipart field ``image``, perhaps ``prior`` (an earlier film), ``sign`` and ``without``, each
                        as often as wanted, ``similar`` (yes, no) and ``patient``; the JSON object of
                        ``thoracite explain --json``
``POST /ask``           multipart fields ``image`` and ``question``: what the evidence answers
``POST /retrieve``      ``{"query": "pleural effusion"}``; the object of ``thoracite retrieve --json``
``POST /check-report``  multipart fields ``report`` and, unless the text is checked alone, ``image``
``GET, POST /sparql``   SPARQL 1.1 Protocol, queries only; rows as JSON, XML, CSV, TSV, triples as RDF
``POST /cypher``        ``{"statement": …, "parameters": {…}}``; ``{"columns": […], "rows": […]}``
``GET /assertion/…``    one assertion, by the last part of its IRI
``GET /metrics``        figures for Prometheus
``POST /mcp``           Model Context Protocol, streamable HTTP, where the package ``mcp`` is installed
======================  ===================================================================================

Every error is ``{"error": "one sentence"}`` with the status that fits. Nothing sent is logged or kept.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import anyio
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from thoracite import __version__
from thoracite.errors import InputError, ModelError, StoreError, ThoraciteError, UsageError
from thoracite.interventions import parse_signs
from thoracite.settings import Settings
from thoracite.ui import sparql
from thoracite.ui.conversation.routes import add_asking
from thoracite.ui.interventions.routes import add_cases
from thoracite.ui.limits import LimitBodies
from thoracite.ui.service import BusyError, Explaining, Service
from thoracite.ui.tabs.routes import add_tabs
from thoracite.ui.view import render_check, render_cypher_json, render_record, render_retrieval
from thoracite.ui.web.access import RefuseOtherSites, RequireToken, check_access, is_loopback
from thoracite.ui.web.metrics import PATH as METRICS
from thoracite.ui.web.metrics import CountRequests, Metrics
from thoracite.ui.web.openapi import describe

EXPLAIN_LIMIT_S = 120.0
"""How long an explanation may take, waiting included, in seconds."""

UPLOAD_LIMIT_S = 60.0
"""How long sending a request's body may take, in seconds."""

MOST_FIELDS = 100
"""Most fields of a form: signs that are set, and what is left out."""

STATUS: dict[type[ThoraciteError], int] = {
    BusyError: 503,
    UsageError: 400,
    InputError: 422,
    StoreError: 503,
    ModelError: 503,
}
"""HTTP status of each kind of error."""


class RetrieveRequest(BaseModel):
    """Body of ``POST /retrieve``."""

    model_config = ConfigDict(extra="forbid")
    query: str


class CypherRequest(BaseModel):
    """Body of ``POST /cypher``."""

    model_config = ConfigDict(extra="forbid")
    statement: Annotated[str, StringConstraints(min_length=1, max_length=sparql.LONGEST)]
    parameters: dict[str, Any] = Field(default_factory=dict)


def create_server(settings: Settings, *, explainer: Explaining | None = None, page: bool = True) -> FastAPI:
    """The application.

    Parameters
    ----------
    settings : Settings
        Where the graph is, the limits, the address, the folder of examples.
    explainer : object or None
        With a method ``explain(path)``; :class:`thoracite.pipeline.Explainer` unless given.
    page : bool
        Whether to mount the page; the REST interface starts faster without it.

    Returns
    -------
    FastAPI
        Ready to be run; models are loaded in the background once it starts.

    Raises
    ------
    InputError
        If the folder of examples is missing or holds no image.
    UsageError
        If others could reach it without a token.
    """
    token = check_access(settings)
    service = Service(settings, explainer=explainer)
    workspace = tempfile.TemporaryDirectory(prefix="thoracite-page-")

    @contextlib.asynccontextmanager
    async def live(_: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=_warm, args=(service,), daemon=True).start()
        async with run_tools():
            yield
        service.close()
        workspace.cleanup()

    app = FastAPI(title="Thoracite", version=__version__, docs_url=None, redoc_url=None, lifespan=live)
    app.state.service = service
    _handle_errors(app)
    _add_rest(app, service)
    _add_queries(app, service)
    add_asking(app, service, _read_upload, _in_thread)
    add_cases(app, service)
    add_tabs(app, service)
    run_tools = _add_tools(app, service)
    metrics = _add_metrics(app, service)
    if page:
        _mount_page(app, service, Path(workspace.name))
    app.add_middleware(LimitBodies, max_bytes=settings.max_bytes, limit_s=UPLOAD_LIMIT_S)
    if token:
        app.add_middleware(RequireToken, token=token)
    app.add_middleware(RefuseOtherSites)
    app.add_middleware(CountRequests, metrics=metrics)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_hosts(settings.host))  # against DNS rebinding
    return app


def serve(settings: Settings) -> None:
    """Serve until interrupted; the address goes to standard output.

    Raises
    ------
    UsageError
        If the address cannot be listened on.
    """
    import uvicorn

    listening = _listen(settings)
    config = uvicorn.Config(
        create_server(settings), log_level="warning", access_log=False, timeout_graceful_shutdown=5, server_header=False
    )
    sys.stdout.write(f"Thoracite serves {_address(listening)} (Ctrl-C stops it)\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise UsageError(
            f"cannot listen on {settings.host}, port {settings.port}: {error.strerror}; "
            "choose another port with --port, or 0 for a free one"
        ) from error
    return listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _hosts(host: str) -> list[str]:
    return ["127.0.0.1", "localhost", "[::1]"] if is_loopback(host) else ["*"]


def _warm(service: Service) -> None:
    with contextlib.suppress(ThoraciteError):  # the first request says what is wrong
        service.load()


def _add_rest(app: FastAPI, service: Service) -> None:
    @app.get("/healthz", **describe("healthz"))
    async def healthz() -> dict[str, Any]:
        return {"status": "ok", "version": __version__, "ready": service.ready}

    @app.post("/explain", **describe("explain"))
    async def explain(request: Request) -> dict[str, Any]:
        """Explain an image; with signs set or something left out, `changes` tells what that changed."""
        name, data, asked = await _read_upload(request, has_index=service.settings.similar is not None)
        return render_record(await _in_thread(partial(service.explain_upload, **asked), name, data))

    @app.post("/retrieve", **describe("retrieve"))
    async def retrieve(body: RetrieveRequest) -> dict[str, Any]:
        return render_retrieval(await _in_thread(service.retrieve, body.query))

    @app.post("/check-report", **describe("check-report"))
    async def check_report(request: Request) -> dict[str, Any]:
        async with _read_form(request) as form:
            report, image = form.get("report"), form.get("image")
            if not isinstance(report, str):
                raise HTTPException(400, "the form has no text in its field report; send the report there")
            sent = (image.filename or "image", await image.read()) if isinstance(image, UploadFile) else None
        return render_check(await _in_thread(service.check_report, report, sent))


def _add_queries(app: FastAPI, service: Service) -> None:
    @app.get("/sparql", operation_id="sparql_get", **describe("sparql_get"))
    @app.post("/sparql", operation_id="sparql_post", **describe("sparql_post"))
    async def answer_sparql(request: Request) -> Response:
        question = sparql.parse_request(
            request.method,
            request.query_params.multi_items(),
            request.headers.get("content-type", ""),
            await request.body(),
        )
        await _in_thread(service.open, "sparql")
        result = await _ask(service.query_graphs, question.text, question.dataset)
        media_type = sparql.find_format(request.headers.get("accept", ""), sparql.find_kind(result))
        answer = await _in_thread(sparql.write_answer, result, media_type)
        return Response(answer.content, media_type=answer.media_type)

    @app.post("/cypher", **describe("cypher"))
    async def answer_cypher(body: CypherRequest) -> dict[str, Any]:
        await _in_thread(service.open, "cypher")
        return render_cypher_json(await _ask(service.query, "cypher", body.statement, body.parameters))

    @app.get("/assertion/{name}", **describe("assertion"))
    async def answer_assertion(name: str) -> dict[str, Any]:
        found = await _in_thread(service.describe_assertion, f"thxa:{name}")
        if found is None:
            raise HTTPException(404, f"the graph has no assertion {name}; expected one that it cites")
        return found  # type: ignore[no-any-return]


def _add_tools(app: FastAPI, service: Service) -> Callable[[], contextlib.AbstractAsyncContextManager[None]]:
    """Mount the tools for language models; what comes back runs them for as long as the server lives."""
    if find_spec("mcp") is None:
        return contextlib.nullcontext
    from thoracite.ui.mcp.server import create_tools

    tools = create_tools(service)
    host = service.settings.host
    app.router.routes.extend(tools.streamable_http_app(json_response=True, stateless_http=True, host=host).routes)
    return tools.session_manager.run


def _add_metrics(app: FastAPI, service: Service) -> Metrics:
    named = {getattr(route, "path", "") for route in app.routes}
    metrics = Metrics(service.queues, service.count_images, lambda: named | {METRICS})
    app.add_api_route(METRICS, metrics.answer, include_in_schema=False)
    return metrics


async def _read_upload(request: Request, *, has_index: bool) -> tuple[str, bytes, dict[str, Any]]:
    """Read file name, bytes, and what the other fields ask for."""
    async with _read_form(request) as form:
        image = form.get("image")
        if not isinstance(image, UploadFile):
            raise HTTPException(400, "the form has no file in its field image; send one PNG, JPEG or DICOM file")
        signs, without = ([str(word) for word in form.getlist(name)] for name in ("sign", "without"))
        patient, similar = str(form.get("patient") or "") or None, str(form.get("similar", ""))
        if similar not in ("", "yes", "no"):
            raise HTTPException(400, f"the field similar is {similar[:20]!r}; expected yes or no")
        if similar == "yes" and not has_index:
            raise HTTPException(400, "the server has no index of images; start it with --similar INDEX")
        asked: dict[str, Any] = {
            "signs": parse_signs(signs),
            "without": without,
            "patient": patient,
            "similar": similar != "no",
        }
        asked["prior"] = await _read_prior(form.get("prior"))
        return image.filename or "image", await image.read(), asked


async def _read_prior(sent: UploadFile | str | None) -> tuple[str, bytes] | None:
    """Read an earlier film; words are refused, for a caller may not name files of this machine."""
    if isinstance(sent, str):
        raise HTTPException(400, "the field prior has no file; send one PNG, JPEG or DICOM file of the same patient")
    return None if sent is None else (sent.filename or "earlier", await sent.read())


@contextlib.asynccontextmanager
async def _read_form(request: Request) -> AsyncIterator[FormData]:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise HTTPException(415, "send multipart/form-data, an image in the field image, a report in the field report")
    try:
        form = await request.form(max_files=2, max_fields=MOST_FIELDS)
    except AnyHTTPException as error:
        if error.status_code != 400:  # too large or too slow, which the limits have said already
            raise
        reason = error.detail.rstrip(".")
        raise HTTPException(400, f"the form cannot be read: {reason}; send one file in the field image") from error
    try:
        _check_files(form)
        yield form
    finally:
        await form.close()


def _check_files(form: FormData) -> None:
    """Check that no field holds two files: nobody could tell which of them was read."""
    names = [name for name, value in form.multi_items() if isinstance(value, UploadFile)]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise HTTPException(400, f"the form has more than one file; send one file in the field {twice}")


async def _in_thread(call: Callable[..., Any], *arguments: Any) -> Any:
    try:
        with anyio.fail_after(EXPLAIN_LIMIT_S):
            return await anyio.to_thread.run_sync(call, *arguments, abandon_on_cancel=True)
    except TimeoutError as error:
        raise HTTPException(503, f"no answer within {EXPLAIN_LIMIT_S:.0f} seconds; try again later") from error


async def _ask(call: Callable[..., Any], *arguments: Any) -> Any:
    """Run a query on an open store: what the store refuses now is the query's fault."""
    try:
        return await _in_thread(call, *arguments)
    except StoreError as error:
        raise HTTPException(400, str(error)) from error


def _mount_page(app: FastAPI, service: Service, workspace: Path) -> None:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(workspace / "uploads")
    from thoracite.ui.app import mount_page

    mount_page(app, service, workspace / "examples")


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(ThoraciteError)
    async def thoracite_error(_: Request, error: ThoraciteError) -> JSONResponse:
        status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
        return _sentence(status, str(error))

    @app.exception_handler(sparql.ProtocolError)
    async def protocol_error(_: Request, error: sparql.ProtocolError) -> JSONResponse:
        return _sentence(error.status, str(error))

    @app.exception_handler(AnyHTTPException)  # FastAPI's own are of this kind, the form parser's are not FastAPI's
    async def http_error(_: Request, error: AnyHTTPException) -> JSONResponse:
        return _sentence(error.status_code, str(error.detail))

    @app.exception_handler(RequestValidationError)
    async def validation_error(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "body") or "the body"
        return _sentence(
            400, f"{place}: {first['msg']}; expected a JSON object as the documentation of this route says"
        )


def _sentence(status: int, sentence: str) -> JSONResponse:
    headers = {"Retry-After": "5"} if status == 503 else None
    return JSONResponse({"error": " ".join(sentence.split())}, status_code=status, headers=headers)


__all__ = ["create_server", "serve"]
