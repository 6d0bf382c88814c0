"""Figures of measurements, as a table or as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thoracite.errors import InputError

if TYPE_CHECKING:
    from thoracite.evaluation.suite import Row, Suite


def run_suite(name: str, data: Path | None, *, as_json: bool = False, rows: Path | None = None) -> str:
    """Measure, or list what can be measured.

    Parameters
    ----------
    name : str
        A suite, or ``list``.
    data : Path or None
        Folder of the development data; ``../shared/data`` beside the checkout unless given.
    as_json : bool
        JSON instead of a table.
    rows : Path or None
        File to which each figure is added as soon as it is known, one JSON object a line; none unless given.

    Raises
    ------
    UsageError
        If there is no such suite.
    InputError
        If the data are not there, or the file cannot be written.
    """
    from thoracite.evaluation.suites import list_suites, measure_suite

    if name == "list":
        return json.dumps({"suites": list_suites()}) if as_json else "\n".join(list_suites())
    if rows is None:
        return show_suite(measure_suite(name, data), as_json=as_json)
    try:
        file = rows.open("a", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{rows} cannot be written: {error.strerror or error}") from error

    def tell(row: Row) -> None:
        print(json.dumps(_clean(row.model_dump()), ensure_ascii=False), file=file, flush=True)

    with file:
        return show_suite(measure_suite(name, data, tell=tell), as_json=as_json)


def show_suite(suite: Suite, *, as_json: bool = False) -> str:
    """Return the figures of a measurement as a table, or as JSON."""
    from thoracite.ui.text import render_suite_text

    return json.dumps(_clean(suite.model_dump()), ensure_ascii=False) if as_json else render_suite_text(suite)


def _clean(value: Any) -> Any:
    """Figures that are no number, as of an empty sample, as null: JSON has no NaN."""
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return None if isinstance(value, float) and value != value else value


__all__ = ["run_suite", "show_suite"]
