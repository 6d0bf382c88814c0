"""Encoders by name."""

from __future__ import annotations

from functools import lru_cache

from thoracite.errors import ModelError, UsageError
from thoracite.retrieval.encoder import ImageEncoder

NAMES = ("thoracite-mini",)
"""Encoders that can be asked for."""


def open_encoder(name: str = "thoracite-mini") -> ImageEncoder:
    """The encoder of that name, loaded once a process.

    Parameters
    ----------
    name : str
        ``thoracite-mini``: bundled, small, runs on a CPU.

    Raises
    ------
    UsageError
        If no encoder has the name.
    ModelError
        If what runs it, or its weights, are missing.
    """
    if name not in NAMES:
        raise UsageError(f"there is no encoder {name!r}; known encoders are {', '.join(NAMES)}")
    return _load_mini()


@lru_cache(maxsize=1)
def _load_mini() -> ImageEncoder:
    try:
        from thoracite.retrieval.encoder_mini import MiniEncoder
    except ImportError as error:
        raise ModelError(
            f"reading images needs the package {error.name}; install it with pip install 'thoracite[explain]'"
        ) from error
    return MiniEncoder.load()


__all__ = ["NAMES", "open_encoder"]
