"""What the commands about generators' weights do."""

from __future__ import annotations

from pathlib import Path

from thoracite.errors import ModelError


def convert_checkpoint(source: Path, target: Path, *, base: Path | None, tower: Path | None) -> str:
    """Convert an original LLaVA checkpoint, and say what was done.

    Parameters
    ----------
    source, target, base, tower : Path or None
        As :func:`thoracite.generation.adapters.convert_llava.convert_llava` takes them.

    Raises
    ------
    InputError
        If a folder or file is missing, or the target is not empty.
    ModelError
        If the checkpoint does not fit transformers' LLaVA, or a package is missing.
    """
    try:
        from thoracite.generation.adapters.convert_llava import convert_llava
    except ImportError as error:
        raise ModelError(
            f"converting needs the package {error.name}; install it with pip install 'thoracite[llava]'"
        ) from error
    done = convert_llava(source, target, base=base, tower=tower)
    merged = f", {done.adapted} of them changed by the adapter" if done.adapted else ""
    return f"{done.weights} weights{merged}, with a tower of type {done.tower}: --generator llava:{done.folder}"


__all__ = ["convert_checkpoint"]
