"""The project's log records on standard error, where the command line shows them.

Examples
--------
>>> log = logging.getLogger("thoracite")
>>> show_log()
>>> log.isEnabledFor(logging.INFO), log.isEnabledFor(logging.DEBUG)
(True, False)
>>> hide_log()
"""

from __future__ import annotations

import logging
import sys


class _ErrorHandler(logging.Handler):
    """Handler that looks up standard error for each record, since it may be replaced."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(f"{self.format(record)}\n")
        sys.stderr.flush()


_LOG, _HANDLER = logging.getLogger("thoracite"), _ErrorHandler()


def show_log(*, debug: bool = False) -> None:
    """Show records from INFO on; a second call only changes the level.

    Parameters
    ----------
    debug : bool
        Whether to show records from DEBUG on, each with the name of its module.
    """
    _HANDLER.setFormatter(logging.Formatter("%(name)s: %(message)s" if debug else "%(message)s"))
    _LOG.setLevel(logging.DEBUG if debug else logging.INFO)
    _LOG.addHandler(_HANDLER)


def hide_log() -> None:
    """Stop showing records."""
    _LOG.removeHandler(_HANDLER)
    _LOG.setLevel(logging.NOTSET)


__all__ = ["hide_log", "show_log"]
