"""Readings that are kept for the page, so that a sign can be moved without reading the image again.

They are in memory alone, few, for a while; each has a name that nobody can guess, and goes when its visitor does.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from thoracite.errors import InputError

if TYPE_CHECKING:
    from thoracite.interventions import Case
    from thoracite.pipeline import Explainer

MOST = 24
"""Most readings that are kept; the oldest one goes first."""

MOST_BYTES = 400_000_000
"""Most bytes of pixels that are kept, beside those of the last image."""

KEPT_S = 1800.0
"""How long a reading is kept after it was last asked for, in seconds."""


class _Kept(NamedTuple):
    case: Case
    session: str
    until: float
    reader: Explainer | None = None


class Cases:
    """Readings by name.

    Parameters
    ----------
    most : int
        Most readings that are kept.
    most_bytes : int
        Most bytes of pixels that are kept, beside those of the last image.
    kept_s : float
        How long one is kept after it was last asked for, in seconds.
    """

    def __init__(self, *, most: int = MOST, most_bytes: int = MOST_BYTES, kept_s: float = KEPT_S) -> None:
        self._most, self._most_bytes, self._kept_s = most, most_bytes, kept_s
        self._cases: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, case: Case, session: str) -> str:
        """Keep a reading, and return its name; an older reading of the same session goes.

        Parameters
        ----------
        case : Case
            The reading.
        session : str
            Name of the visitor's session.
        """
        name = secrets.token_urlsafe(18)
        self.forget(session)
        with self._lock:
            self._cases[name] = _Kept(case, session, time.monotonic() + self._kept_s)
            while len(self._cases) > 1 and (len(self._cases) > self._most or self._count_bytes() > self._most_bytes):
                self._cases.popitem(last=False)
        return name

    def find(self, name: str) -> Case:
        """Find a reading, and keep it for longer.

        Raises
        ------
        InputError
            If it is no longer kept.
        """
        return self._find(name).case

    def find_reader(self, name: str) -> Explainer | None:
        """Find the explainer that read the image where it was not the service's own.

        Raises
        ------
        InputError
            If the reading is no longer kept.
        """
        return self._find(name).reader

    def replace(self, name: str, case: Case, reader: Explainer | None) -> None:
        """Keep another reading of the same image under its name.

        Parameters
        ----------
        name : str
            Name of a reading that is kept.
        case : Case
            The other reading.
        reader : Explainer or None
            What read it; None for the service's own.

        Raises
        ------
        InputError
            If the reading is no longer kept.
        """
        self._find(name)
        with self._lock:
            if name in self._cases:
                self._cases[name] = self._cases[name]._replace(case=case, reader=reader)

    def _find(self, name: str) -> _Kept:
        with self._lock:
            self._drop_old()
            kept = self._cases.get(name)
            if kept is None:
                raise InputError("the reading of this image is no longer kept; open the image again")
            self._cases[name] = kept._replace(until=time.monotonic() + self._kept_s)
            self._cases.move_to_end(name)
            return kept

    def forget(self, session: str) -> None:
        """Forget the readings of a session, and those that are too old."""
        with self._lock:
            self._drop_old()
            for name in [name for name, kept in self._cases.items() if kept.session == session]:
                del self._cases[name]

    def __len__(self) -> int:
        return len(self._cases)

    def _count_bytes(self) -> int:
        return sum(kept.case.radiograph.pixels.nbytes for kept in self._cases.values())

    def _drop_old(self) -> None:
        now = time.monotonic()
        for name in [name for name, kept in self._cases.items() if kept.until < now]:
            del self._cases[name]


__all__ = ["KEPT_S", "MOST", "MOST_BYTES", "Cases"]
