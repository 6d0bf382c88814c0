"""Files that a command writes: refused before any work if they cannot be written, in place only when complete.

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

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO, cast

from thoracite.errors import UsageError
from thoracite.files import explain_writing, replace_file


@contextmanager
def open_output(path: Path) -> Iterator[TextIO]:
    """Open a file beside ``path`` that takes its place at the end of the ``with`` block.

    Parameters
    ----------
    path : Path
        Path to write. If the block fails or writes nothing, an old file stays unchanged.

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
    with suppress(_NothingError), ExitStack() as stack:
        # two blocks: errors on other files, while the result is made, do not concern this file
        with explain_writing(path):
            file = cast("TextIO", stack.enter_context(replace_file(path)))
        yield file
        with explain_writing(path):
            if not file.tell():
                raise _NothingError
            stack.close()


class _NothingError(Exception):
    """Nothing was written."""


__all__ = ["open_output"]
