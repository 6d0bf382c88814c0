"""The suites of ``thoracite evaluate``.

Examples
--------
>>> "extraction" in list_suites()
True
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import cast

from thoracite.errors import InputError, UsageError
from thoracite.evaluation.suite import Row, Suite
from thoracite.settings import PACKAGE

_SUITES = {
    "extraction": "thoracite.evaluation.extraction:run_extraction",
    "labels": "thoracite.evaluation.labels:run_labels",
    "reading": "thoracite.evaluation.reading:run_reading",
    "privacy": "thoracite.evaluation.privacy:run_privacy",
    "reports": "thoracite.evaluation.reports:run_reports",
    "report-check": "thoracite.evaluation.report_check:run_report_check",
    "knowledge": "thoracite.evaluation.knowledge:run_knowledge",
    "linking": "thoracite.evaluation.linking:run_linking",
    "facts": "thoracite.evaluation.facts:run_facts",
    "grounding": "thoracite.evaluation.grounding:run_grounding",
    "vision": "thoracite.evaluation.vision:run_vision",
    "words": "thoracite.evaluation.words:run_words",
    "chest": "thoracite.evaluation.chest:run_chest",
    "encoders": "thoracite.evaluation.encoders:run_encoders",
    "sides": "thoracite.evaluation.sides:run_sides",
    "localisation": "thoracite.evaluation.localisation:run_localisation",
    "wordings": "thoracite.evaluation.sign_wordings:run_wordings",
    "sentences": "thoracite.evaluation.sentences:run_sentences",
    "signs": "thoracite.evaluation.signs:run_signs",
    "shift": "thoracite.evaluation.shift:run_shift",
    "lists": "thoracite.evaluation.concept_lists:run_lists",
    "fairness": "thoracite.evaluation.fairness:run_fairness",
    "consistency": "thoracite.evaluation.consistency:run_consistency",
    "gate": "thoracite.evaluation.gate:run_gate",
    "audit": "thoracite.evaluation.audit:run_audit",
    "knockout": "thoracite.evaluation.knockout:run_knockout",
    "explanations": "thoracite.evaluation.explanations:run_explanations",
    "ranking": "thoracite.evaluation.ranking:run_ranking",
    "free-text": "thoracite.evaluation.free_text:run_free_text",
    "generator": "thoracite.evaluation.generator:run_generator",
    "changes": "thoracite.evaluation.changes:run_changes",
    "release": "thoracite.evaluation.release:run_release",
    "leakage": "thoracite.evaluation.leakage:run_leakage",
    "similar": "thoracite.evaluation.similar:run_similar",
    "differential": "thoracite.evaluation.differential:run_differential",
    "retrieval": "thoracite.evaluation.retrieval:run_retrieval",
    "questions": "thoracite.evaluation.questions:run_questions",
    "stores": "thoracite.evaluation.stores:run_stores",
    "scale": "thoracite.evaluation.scale:run_scale",
    "index": "thoracite.evaluation.vector_index:run_index",
    "text-vectors": "thoracite.evaluation.text_vectors:run_text_vectors",
}
"""Names of the suites, each with the function that measures it on a data folder; a new suite is one line here."""

WITHOUT_DATA = frozenset(
    {
        "differential",
        "free-text",
        "index",
        "questions",
        "ranking",
        "retrieval",
        "wordings",
        "stores",
        "scale",
        "text-vectors",
    }
)
"""Suites that measure bundled files, and need no development data."""

DATA = PACKAGE.parent.parent / "shared" / "data"
"""Folder of the development data beside a checkout."""


def list_suites() -> list[str]:
    """List the names of the suites, in the order of their runs."""
    return list(_SUITES)


def measure_suite(name: str, data: Path | None = None, *, tell: Callable[[Row], None] | None = None) -> Suite:
    """Measure one suite.

    Parameters
    ----------
    name : str
        One of :func:`list_suites`.
    data : Path or None
        Folder of the development data; the one beside the checkout unless given.
    tell : callable or None
        Is told each figure: as soon as it is known by suites that take long and have the parameter, else at the end.

    Raises
    ------
    UsageError
        If there is no suite of that name.
    InputError
        If the data are not there.
    """
    if name not in _SUITES:
        raise UsageError(f"there is no suite {name!r}; there are {', '.join(_SUITES)}, and `list` lists them")
    folder = data or DATA
    if name not in WITHOUT_DATA and not folder.is_dir():
        raise InputError(f"the development data are not in {folder}; name their folder with --data")
    module, _, function = _SUITES[name].partition(":")
    run = getattr(importlib.import_module(module), function)
    if tell is None:
        return cast(Suite, run(folder))
    if "tell" in inspect.signature(run).parameters:
        return cast(Suite, run(folder, tell=tell))
    suite = cast(Suite, run(folder))
    for row in suite.rows:
        tell(row)
    return suite


__all__ = ["DATA", "list_suites", "measure_suite"]
