"""One writer at a time: a lock that ends with its process.

Examples
--------
>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder, lock_folder(Path(folder), "build"):
...     (Path(folder) / ".lock").exists()
True
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from thoracite.errors import StoreError


@contextmanager
def lock_folder(folder: Path, work: str) -> Iterator[None]:
    """Hold a folder's lock, without waiting for it.

    Parameters
    ----------
    folder : Path
        Made if missing.
    work : str
        Name of the work: ``build`` or ``load``.

    Raises
    ------
    StoreError
        If another process holds it.
    OSError
        If the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreError(f"another {work} is at work in {folder}; wait until it is done") from error
    try:
        yield
    finally:
        lock.release()


__all__ = ["lock_folder"]
