"""Progress of long work, in one form for every room.

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
"""Called with the plural name of the items (``reports``), the number done, and the total, None if unknown. A step
without items (``writing N-Quads``) calls it once, when it begins, with 0 and None."""


def tell_nobody(step: str, done: int, total: int | None) -> None:
    """Do nothing: the default :data:`Progress`."""


__all__ = ["Progress", "tell_nobody"]
