"""Readings of a model that suites share: read once, kept in the machine's folder for temporary files.

The file's name is a digest of the weights and of all code that reads an image, so that no reading outlives either.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import safe_open

from thoracite.files import replace_file
from thoracite.settings import MODELS, PACKAGE

Arrays = tuple[npt.NDArray[np.generic], ...]

_AFTERWARDS = ("signs.", "noise")
"""Weights of what follows a reading: findings are weighed anew from kept values."""

_CODE = ("vision/*.py", "vision/mini/**/*.py", "vision/mini/**/*.csv")


@cache
def find_digest(folder: Path) -> str:
    """Return a digest of a model's weights, of the segmenter's, and of the code that reads images."""
    files = [path for pattern in _CODE for path in sorted(PACKAGE.glob(pattern))]
    files += sorted((MODELS / "thoracite-chest").glob("*.*"))
    content = hashlib.sha256()
    for path in files:
        content.update(path.read_bytes())
    with safe_open(folder / "weights.safetensors", framework="np") as weights:
        for name in sorted(name for name in weights.keys() if not name.startswith(_AFTERWARDS)):  # noqa: SIM118
            content.update(weights.get_tensor(name).tobytes())
    return content.hexdigest()[:16]


def read_kept(
    names: Sequence[str], read: Callable[[Sequence[int]], Sequence[Arrays]], *, folder: Path, place: Path | None = None
) -> Arrays:
    """Return readings by name, in order; those that are not kept are read, and kept from then on.

    Parameters
    ----------
    names : sequence of str
        Names of the images.
    read : callable
        Takes positions in ``names`` and returns one tuple of arrays for each.
    folder : Path
        Folder of the model.
    place : Path or None
        Folder of the kept readings; the machine's for temporary files unless given.

    Examples
    --------
    >>> place, asked = Path(tempfile.mkdtemp()), []
    >>> def read(rows):
    ...     asked.append(list(rows))
    ...     return [(np.array([row]),) for row in rows]
    >>> folder = MODELS / "thoracite-mini"
    >>> for names in (["a", "b"], ["b", "c", "b"]):
    ...     print(read_kept(names, read, folder=folder, place=place)[0].ravel(), asked[-1])
    [0 1] [0, 1]
    [1 1 1] [1]
    """
    path = (place or Path(tempfile.gettempdir()) / "thoracite-readings") / f"{find_digest(folder)}.npz"
    kept = _load(path)
    first = {name: position for position, name in reversed(list(enumerate(names)))}
    missing = sorted(position for name, position in first.items() if name not in kept)
    if missing:
        kept |= {names[position]: arrays for position, arrays in zip(missing, read(missing), strict=True)}
        _save(path, kept)
    return tuple(np.stack(column) for column in zip(*(kept[name] for name in names), strict=True))


def _load(path: Path) -> dict[str, Arrays]:
    if not path.is_file():
        return {}
    with np.load(path) as file:
        columns = [file[f"column{number}"] for number in range(len(file.files) - 1)]
        return {str(name): arrays for name, *arrays in zip(file["names"], *columns, strict=True)}  # type: ignore[misc]


def _save(path: Path, kept: dict[str, Arrays]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {f"column{number}": np.stack(each) for number, each in enumerate(zip(*kept.values(), strict=True))}
    with replace_file(path, binary=True) as file:
        np.savez(file, names=np.array(list(kept)), **columns)  # type: ignore[arg-type]


__all__ = ["find_digest", "read_kept"]
