"""Devices that models run on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from thoracite.errors import ModelError


def find_device(name: str = "auto") -> str:
    """Return the device of a name.

    Parameters
    ----------
    name : str
        ``auto`` takes a GPU where there is one; otherwise named as in torch: ``cpu``, ``cuda``, ``cuda:1``, ``mps``.

    Raises
    ------
    ModelError
        If this machine, or the installed torch, has no such device.

    Examples
    --------
    >>> find_device("cpu"), find_device() in ("cpu", "cuda", "mps")
    ('cpu', True)
    """
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:
        raise ModelError(
            f"torch cannot use the device {name} here; expected cpu, or auto to take what there is"
        ) from error
    return name


def mix_precision(device: str) -> torch.autocast:
    """Return a context that computes in bfloat16 where the device has instructions for it, and in float32 elsewhere.

    A processor without them imitates bfloat16, some twenty times slower than float32.

    Parameters
    ----------
    device : str
        ``cpu``, ``cuda`` …

    Examples
    --------
    >>> with mix_precision("cpu"):
    ...     torch.ones(1).item()
    1.0
    """
    kind = device.partition(":")[0]
    known = torch.cpu.get_capabilities()
    enabled = kind == "cuda" or (kind == "cpu" and bool(known.get("amx_bf16") or known.get("avx512_bf16")))
    return torch.autocast(kind, torch.bfloat16, enabled=enabled)


@contextmanager
def use_one_thread() -> Iterator[None]:
    """Compute on one thread of the processor, and give the others back afterwards.

    A small network gains little from a second thread, and loses much where another process holds that core: the
    threads wait for one another, busily, at every layer of every word.

    Examples
    --------
    >>> with use_one_thread():
    ...     torch.get_num_threads()
    1
    """
    before = torch.get_num_threads()
    if before == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


__all__ = ["find_device", "mix_precision", "use_one_thread"]
