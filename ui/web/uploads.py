"""Uploads: a name that leads nowhere, and a file that is there only while it is read."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from thoracite.errors import ThoraciteError


def clean_name(name: str) -> str:
    """Clean a file name: no folders or odd characters, at most 100 long.

    Examples
    --------
    >>> clean_name("../../etc/pass wd.png"), clean_name("C:\\\\scans\\\\chest.dcm"), clean_name("..")
    ('pass wd.png', 'chest.dcm', 'image')
    """
    last = re.split(r"[\\\\/]", name)[-1]
    kept = re.sub(r"[^\w .()+-]", "_", last).strip(". ")
    return kept[-100:].strip(". ") or "image"


@contextmanager
def keep_upload(name: str, data: bytes) -> Iterator[Path]:
    """Keep uploaded bytes as a file while it is read; errors name the file as sent."""
    with tempfile.TemporaryDirectory(prefix="thoracite-") as folder:
        path = Path(folder) / clean_name(name)
        path.write_bytes(data)
        try:
            yield path
        except ThoraciteError as error:
            raise type(error)(str(error).replace(f"{folder}/", "").replace(folder, "")) from error


__all__ = ["clean_name", "keep_upload"]
