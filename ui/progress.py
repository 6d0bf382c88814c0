"""How far a long command is, on standard error: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

EVERY_S = 30.0
"""Seconds between two lines where standard error is no terminal."""


class Progress:
    """Counts what is done.

    Parameters
    ----------
    what : str
        What is counted, in the plural: ``images``.
    total : int or None
        How many there will be; None where nobody knows.
    every_s : float
        Seconds between two lines where standard error is no terminal; the first comes after as many.

    Examples
    --------
    >>> with Progress("images", 2) as progress:
    ...     progress.tell(1)
    """

    def __init__(self, what: str, total: int | None = None, *, every_s: float = EVERY_S) -> None:
        self._what, self._total, self._every_s = what, total, every_s
        self._start = self._said = time.monotonic()
        self._bar = _make_bar() if sys.stderr.isatty() and total != 1 else None
        self._task = self._bar.add_task(what, total=total) if self._bar else None

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def tell(self, done: int) -> None:
        """So many are done."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done)
            return
        now = time.monotonic()
        if now - self._said >= self._every_s:
            self._said = now
            of = "" if self._total is None else f" of {self._total}"
            sys.stderr.write(f"{done}{of} {self._what}, {now - self._start:.0f} s\n")
            sys.stderr.flush()

    @contextmanager
    def step_aside(self) -> Iterator[None]:
        """No bar while something is printed to the same terminal."""
        if self._bar is None or not sys.stdout.isatty():
            yield
            return
        self._bar.stop()
        yield
        self._bar.start()


def tell(sentence: str) -> None:
    """A note for the user, on standard error."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def _make_bar() -> Bar:
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn()
    )  # fmt: skip
    # standard output is the result's, and may be a file: it must not pass through the bar's console
    return Bar(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False)


__all__ = ["EVERY_S", "Progress", "tell"]
