"""The page: pick an example or upload an image, read its explanation, open the evidence.

Layout and events only; :mod:`thoracite.ui.page` renders the content, :mod:`thoracite.ui.service` does the work.
"""

from __future__ import annotations

import asyncio
import functools
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from gradio.themes import Base

from thoracite.errors import ThoraciteError
from thoracite.ui.assets import add_assets, render_head
from thoracite.ui.examples import Example, draw_example, find_examples, write_thumbnails
from thoracite.ui.interventions.sign_map import render_map
from thoracite.ui.page import render_body, render_message, render_welcome, render_working
from thoracite.ui.service import Service
from thoracite.ui.tabs.about import render_about
from thoracite.ui.tabs.differential import render_differential_tab
from thoracite.ui.tabs.query import render_query_tab
from thoracite.ui.tabs.report import render_report_tab
from thoracite.ui.text import NOTICE

FORMS = {
    "Differential": render_differential_tab,
    "Check a report": render_report_tab,
    "Query": render_query_tab,
}
"""Tabs whose forms stand there from the start."""

OF_EXAMPLES = "Synthetic drawings are no one's chest; the model is weak and misses some of what they show"
"""Said of the examples."""

FONTS = ["system-ui", "sans-serif"]


def build_app(service: Service, examples: Sequence[Example] = (), thumbnails: Sequence[Path] = ()) -> gr.Blocks:
    """Build the page's layout and events.

    Parameters
    ----------
    service : Service
        Explains the picked or uploaded image.
    examples : sequence of Example
        Examples to pick, in this order.
    thumbnails : sequence of Path
        One small PNG for each example.

    Returns
    -------
    gradio.Blocks
        For :func:`mount_page`.
    """

    def forget(request: gr.Request) -> None:
        service.cases.forget(_name_session(request))

    blocks = gr.Blocks(title="Thoracite", analytics_enabled=False, fill_width=True, delete_cache=(300, 300))
    with blocks:
        gr.HTML(
            '<header class="masthead"><h1>Thoracite</h1><p>What a chest X-ray shows, and the evidence for every '
            f'sentence</p><strong class="notice">{NOTICE}</strong></header>'
        )
        with gr.Tabs():
            with gr.Tab("Explain", id="explain"):
                _add_explaining(service, examples, thumbnails)
            for name, render in FORMS.items():
                with gr.Tab(name, id=name.lower()):
                    _add_html(str(render()), name.split()[-1].lower())
            with gr.Tab("Signs", id="signs") as signs:
                table = _add_html("<p>Loading …</p>", "signs")
            with gr.Tab("About", id="about") as about:
                said = _add_html("<p>Loading …</p>", "about")
        signs.select(_render_signs, None, table, api_visibility="private")
        about.select(lambda: str(render_about(service)), None, said, api_visibility="private")
        blocks.unload(forget)
    blocks.queue(default_concurrency_limit=1, max_size=16)
    return blocks


def _add_html(text: str, name: str) -> gr.HTML:
    return gr.HTML(text, elem_id=name, js_on_load=None, apply_default_css=False)


def _add_explaining(service: Service, examples: Sequence[Example], thumbnails: Sequence[Path]) -> None:
    """Add what explains an image: upload, examples, result."""

    def explain_upload(
        path: str | None, earlier: str | None, request: gr.Request
    ) -> Iterator[tuple[str, None, str | None]]:
        if path is None:
            yield str(render_welcome()), None, earlier
            return
        upload, prior = Path(path), None if earlier is None else Path(earlier)
        try:
            yield str(render_working(upload.name)), None, earlier
            yield _explain(service, upload, request, prior), None, None
        finally:
            for file in filter(None, (upload, prior)):
                shutil.rmtree(file.parent, ignore_errors=True)  # Gradio puts every upload into its own folder

    def explain_example(event: gr.SelectData, request: gr.Request) -> Iterator[str]:
        example = examples[event.index]
        yield str(render_working(example.name))
        yield _explain(service, draw_example(example), request)

    with gr.Row(elem_classes="pick"):
        with gr.Column(scale=2, min_width=260):
            gr.HTML("<h2>Upload a chest X-ray</h2><p>PNG, JPEG or DICOM; its file is not kept</p>")
            upload = gr.File(show_label=False, label="Chest X-ray", height=148, elem_id="upload")
            with gr.Accordion("Compare with an earlier film", open=False):
                gr.HTML("<p>Put it here first, then upload the film above; both of one patient, in the same view</p>")
                earlier = gr.File(show_label=False, label="Earlier film", height=120, elem_id="earlier")
        with gr.Column(scale=3, min_width=320):
            gr.HTML(f"<h2>Or pick an example</h2><p>{OF_EXAMPLES}</p>")
            gallery = _add_gallery(examples, thumbnails)
    result = _add_html(str(render_welcome()), "result")
    shown: dict[str, Any] = {  # it tells its progress itself
        "concurrency_id": "explain",
        "api_visibility": "private",
        "show_progress": "hidden",
    }
    upload.upload(explain_upload, [upload, earlier], [result, upload, earlier], **shown)
    gallery.select(explain_example, None, result, **shown)


def _add_gallery(examples: Sequence[Example], thumbnails: Sequence[Path]) -> gr.Gallery:
    return gr.Gallery(
        value=[(str(path), example.name) for path, example in zip(thumbnails, examples, strict=True)],
        show_label=False,
        label="Examples",
        columns=5,
        height="auto",
        object_fit="contain",
        allow_preview=False,
        interactive=False,
        buttons=[],
        elem_id="examples",
    )


def mount_page(app: FastAPI, service: Service, workspace: Path) -> None:
    """Mount the page at ``/`` of the application; other routes must have been added before.

    Parameters
    ----------
    app : FastAPI
        The application.
    service : Service
        The service; its settings name the folder of examples.
    workspace : Path
        A private folder for drawings and thumbnails.
    """
    examples = find_examples(service.settings.examples, workspace)
    thumbnails = write_thumbnails(examples, workspace, service.settings)
    blocks = functools.partial(build_app, service, examples, thumbnails)
    add_assets(app)
    asyncio.run(_mount(app, blocks, service.settings.max_bytes))


async def _mount(app: FastAPI, build: Callable[[], gr.Blocks], max_bytes: int) -> None:
    """Mount in a running event loop: outside one, Gradio opens one for each of its locks and closes none."""
    gr.mount_gradio_app(
        app,
        build(),
        path="/",
        theme=Base(primary_hue="cyan", neutral_hue="slate", font=FONTS, font_mono=["ui-monospace", "monospace"]),
        head=render_head(),  # not css=: Gradio would rewrite the selectors
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        enable_monitoring=False,
        show_error=True,
        max_file_size=max_bytes,
    )


def _explain(service: Service, path: Path, request: gr.Request, prior: Path | None = None) -> str:
    try:
        name, explanation, picture = service.open_case(path, _name_session(request), prior)
    except ThoraciteError as error:
        said = str(error)
        for file in filter(None, (path, prior)):
            said = said.replace(f"{file.parent}/", "")
        return str(render_message(said))
    return str(render_body(explanation, picture, assertions="/assertion/", live=name))


def _name_session(request: gr.Request) -> str:
    return str(request.session_hash)


def _render_signs() -> str:
    try:
        return str(render_map())
    except ThoraciteError as error:
        return str(render_message(str(error)))


__all__ = ["build_app", "mount_page"]
