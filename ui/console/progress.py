"""Progress of a long command on standard error: a bar on a terminal, a line from time to time elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

EVERY_S = 30.0
"""Seconds between two lines where standard error is not a terminal."""


class ProgressBar:
    """Progress of long work; called as a :data:`~thoracite.progress.Progress`.

    Parameters
    ----------
    prefix : str
        Text before every step.
    every_s : float
        Seconds between two lines, and before the first, where standard error is not a terminal.

    Examples
    --------
    >>> with ProgressBar() as progress:
    ...     progress("images", 1, 2)
    """

    def __init__(self, prefix: str = "", *, every_s: float = EVERY_S) -> None:
        self._prefix, self._every_s = prefix, every_s
        self._start = self._written = time.monotonic()
        self._bar = _make_bar() if sys.stderr.isatty() else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Show the number of finished items; nothing where there is only one."""
        if total == 1:
            return
        if self._bar is None:
            self._write_line(step, done, total)
            return
        description = f"{self._prefix}{step}"
        if description not in {task.description for task in self._bar.tasks}:
            for task in self._bar.task_ids:
                self._bar.remove_task(task)
            self._bar.add_task(description, total=total, count="")
            self._bar.start()
        if done:
            (task,) = self._bar.task_ids
            self._bar.update(task, completed=done, count=f"{done}" if total is None else f"{done}/{total}")

    def _write_line(self, step: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if not done and total is None:
            tell(f"{self._prefix}{step}")
        elif now - self._written >= self._every_s:
            self._written = now
            of = "" if total is None else f" of {total}"
            tell(f"{self._prefix}{done}{of} {step}, {now - self._start:.0f} s")

    @contextmanager
    def step_aside(self) -> Iterator[None]:
        """Hide the bar while something is printed to the same terminal."""
        if self._bar is None or not self._bar.live.is_started or not sys.stdout.isatty():
            yield
            return
        self._bar.stop()
        yield
        self._bar.start()


def tell(sentence: str) -> None:
    """Write a note for the user on standard error."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def _make_bar() -> Progress:
    step = TextColumn("{task.description}", markup=False)  # a path may hold brackets
    columns = (step, BarColumn(), TextColumn("{task.fields[count]}"), TimeElapsedColumn(), TimeRemainingColumn())
    # standard output belongs to the result, and may be a file: it must not pass through the bar's console
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)


__all__ = ["EVERY_S", "ProgressBar", "tell"]
