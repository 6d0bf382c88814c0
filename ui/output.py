"""Files that a command writes: refused before any work where they cannot be, in place only when they are whole.

Examples
--------
>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder:
...     path = Path(folder, "out.json")
...     with open_output(path) as file:
...         _ = file.write("{}")
...         print(path.exists())
...     print(path.exists())
False
True
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from thoracite.errors import UsageError


@contextmanager
def open_output(path: Path) -> Iterator[TextIO]:
    """A file beside ``path`` that takes its place at the end of the ``with`` block.

    Parameters
    ----------
    path : Path
        What to write. Where the block fails or writes nothing, it stays as it was.

    Yields
    ------
    TextIO
        Text in UTF-8.

    Raises
    ------
    UsageError
        If the path is a folder, or its folder is missing, full or cannot be written.
    """
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is not a file that can be replaced; name a file in a folder that you may write to")
    with _saying(path):
        handle, part = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            yield file
            with _saying(path):
                file.flush()
                written = file.tell()
                os.chmod(part, 0o666 & ~_read_umask())  # as any file that is written: temporary ones are private
        if written:
            with _saying(path):
                os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.unlink(part)


@contextmanager
def _saying(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}; name a file in a folder that you may write to"
        ) from error


def _read_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


__all__ = ["open_output"]
