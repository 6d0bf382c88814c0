"""Bundled models: a folder with ``weights.safetensors`` and ``model.json``, facts on the model.

Networks are written in half precision; what was fitted in double precision, and is small, in single precision.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from thoracite.errors import ModelError
from thoracite.files import replace_file

Network = TypeVar("Network", bound=nn.Module)


def write_model(weights: Mapping[str, Tensor], facts: Mapping[str, Any], folder: Path) -> None:
    """Write weights, each in half of its precision, and facts; both files are renamed into place when complete.

    Parameters
    ----------
    weights : mapping of str to Tensor
        State of a network; counters of batches are left out.
    facts : mapping of str to JSON values
        Sizes of the network, and how it was trained.
    folder : Path
        An existing folder.
    """
    halves = {torch.float64: torch.float32}
    state = {
        name: value.to(halves.get(value.dtype, torch.float16)).cpu().contiguous()
        for name, value in weights.items()
        if "num_batches" not in name
    }
    with (
        replace_file(folder / "weights.safetensors", binary=True) as binary,
        replace_file(folder / "model.json") as text,
    ):
        binary.write(save(state))
        text.write(json.dumps(facts, indent=1) + "\n")


def read_model(folder: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Read the facts and weights of a folder, in single precision; call it within :func:`explain_damage`.

    Raises
    ------
    ValueError
        If a weight is not a number.
    """
    facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    state = {name: value.float() for name, value in load_file(folder / "weights.safetensors").items()}
    if not all(bool(torch.isfinite(value).all()) for value in state.values()):
        raise ValueError("a weight is not a number")
    return facts, state


def fill_network(network: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Give a network its weights; only counters of batches may be missing.

    Raises
    ------
    ValueError
        If weights are missing or left over.
    """
    absent, unknown = network.load_state_dict(state, strict=False)
    if unknown or [name for name in absent if not name.endswith("num_batches_tracked")]:
        raise ValueError("weights and network differ")


def fold_norms(network: Network) -> Network:
    """Fold each batch normalisation into the convolution before it: the same numbers, with fewer passes over memory.

    Parameters
    ----------
    network : Module
        In evaluation mode from now on; it cannot be trained afterwards.

    Examples
    --------
    >>> layers = nn.Sequential(nn.Conv2d(1, 2, 3, bias=False), nn.BatchNorm2d(2)).eval()
    >>> x = torch.rand(1, 1, 5, 5)
    >>> before = layers(x)
    >>> torch.allclose(fold_norms(layers)(x), before, atol=1e-6)
    True
    """
    network.eval()
    for part in network.modules():
        if not isinstance(part, nn.Sequential):
            continue
        for number in range(len(part) - 1):
            conv, norm = part[number], part[number + 1]
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                part[number], part[number + 1] = fuse_conv_bn_eval(conv, norm), nn.Identity()
    return network


@contextmanager
def explain_damage(folder: Path, command: str) -> Iterator[None]:
    """Turn any error while a model is loaded into one sentence.

    Parameters
    ----------
    folder : Path
        Folder of the model.
    command : str
        The command that trains it again.

    Raises
    ------
    ModelError
        If files are missing, damaged or do not fit together.

    Examples
    --------
    >>> try:
    ...     with explain_damage(Path("model"), "thoracite train encoder"):
    ...         raise ValueError("weights and network differ")
    ... except ModelError as error:
    ...     print(str(error)[:70])
    the model in model cannot be loaded (weights and network differ); inst
    """
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise ModelError(
            f"the model in {folder} cannot be loaded ({' '.join(str(error).split())}); install thoracite again, or "
            f"train it with `{command}`"
        ) from error


__all__ = ["explain_damage", "fill_network", "fold_norms", "read_model", "write_model"]
