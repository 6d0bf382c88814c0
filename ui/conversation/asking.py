"""Questions about a kept reading, and about an image that is sent with its question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from thoracite.conversation import Conversation, Reply
from thoracite.types import Answer, Explanation
from thoracite.ui.variants import leave_graph_out

if TYPE_CHECKING:
    from pathlib import Path

    from thoracite.interventions import Case
    from thoracite.ui.service import Service


def ask_kept(
    service: Service, name: str, case: Case, explanation: Explanation, question: str, *, graph: bool = True
) -> Reply:
    """Ask about a kept reading as it stands on the page.

    Parameters
    ----------
    service : Service
        Has the reading.
    name : str
        Its name.
    case : Case
        The reading.
    explanation : Explanation
        What the page shows of it.
    question : str
        In plain English.
    graph : bool
        Whether the graph is asked.

    Raises
    ------
    InputError
        If the question is empty or too long, or the reading is no longer kept.
    BusyError
        If too many requests wait.
    """
    with service.working() as explainer:
        reader: Any = service.cases.find_reader(name) or explainer
        return Conversation(reader if graph else leave_graph_out(reader)).ask(case, question, explanation=explanation)


def ask_image(
    service: Service,
    path: Path,
    question: str,
    *,
    signs: Mapping[str, float | Answer | None] | None = None,
    without: Sequence[str] = (),
) -> Reply:
    """Read an image and answer a question about it.

    Parameters
    ----------
    service : Service
        Reads it.
    path : Path
        The image.
    question : str
        In plain English.
    signs, without
        As :meth:`thoracite.pipeline.Explainer.explain` takes them.

    Raises
    ------
    InputError
        If the image cannot be read, or the question is empty or too long.
    UsageError, BusyError
        As :meth:`thoracite.ui.service.Service.explain`.
    """
    with service.working() as explainer:
        case = explainer.open_case(path)
        now = explainer.intervene(case, signs=signs, without=without) if signs or without else case.untouched
        return Conversation(explainer).ask(case, question, explanation=now)  # type: ignore[arg-type]


__all__ = ["ask_image", "ask_kept"]
