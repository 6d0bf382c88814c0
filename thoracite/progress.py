"""How far a long piece of work is, told in one shape by every room.

Examples
--------
>>> def read(progress: Progress = tell_nobody) -> None:
...     for done in (1, 2):
...         progress("reports", done, 2)
>>> read(lambda step, done, total: print(f"{done} of {total} {step}"))
1 of 2 reports
2 of 2 reports
"""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]
"""Called with what is counted in the plural (``reports``), how many are done, and how many there are, None where nobody
knows. A step where nothing is counted (``writing N-Quads``) is told once, when it begins, with 0 and None."""


def tell_nobody(step: str, done: int, total: int | None) -> None:
    """The :data:`Progress` of whoever does not ask."""


__all__ = ["Progress", "tell_nobody"]
