"""Encoders by name.

Examples
--------
>>> split_name("biomedclip")
('open_clip', 'hf-hub:microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224')
>>> split_name("hf:/models/chest")
('hf', '/models/chest')
"""

from __future__ import annotations

import importlib
from functools import lru_cache
from typing import TYPE_CHECKING

from thoracite.errors import ModelError, UsageError
from thoracite.vision.encoder import ImageEncoder

if TYPE_CHECKING:
    from thoracite.vision.mini.encoder import MiniEncoder

NAMES = ("thoracite-mini",)
"""Encoders that ship."""

ALIASES = {
    "torchxrayvision": "torchxrayvision:densenet121-res224-all",
    "biomedclip": "open_clip:hf-hub:microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224",
    "whyxrayclip": "open_clip:hf-hub:yyupenn/whyxrayclip",
}
"""Short names of third-party models."""

_KINDS = {
    "torchxrayvision": ("thoracite.vision.adapters.xrv:load_xrv", "xrv", "WEIGHTS|FILE"),
    "open_clip": ("thoracite.vision.adapters.clip:load_clip", "clip", "hf-hub:OWNER/MODEL|FOLDER"),
    "hf": ("thoracite.vision.adapters.hf:load_hf", "hf", "OWNER/MODEL|FOLDER"),
}
"""What a name begins with: who loads the rest of it, the extra to install, and what the rest may be."""


def open_encoder(name: str = "thoracite-mini", *, fetch: bool = False) -> ImageEncoder:
    """The encoder of that name, loaded once a process.

    Parameters
    ----------
    name : str
        ``thoracite-mini`` (bundled, small, runs on a CPU); a short name of :data:`ALIASES`;
        ``torchxrayvision:WEIGHTS``, ``open_clip:hf-hub:OWNER/MODEL`` or ``hf:OWNER/MODEL``; or one of the three with a
        file or folder of this machine.
    fetch : bool
        Whether weights that are not on this machine may be fetched; the network is not used otherwise.

    Raises
    ------
    UsageError
        If no encoder has the name.
    ModelError
        If what runs it, or its weights, are missing, or none of its labels is a concept of the graph.
    """
    if name in NAMES:
        return _load_mini()
    return _load_adapted(":".join(split_name(name)), fetch)


def split_name(name: str) -> tuple[str, str]:
    """Kind and source of a third-party model.

    Raises
    ------
    UsageError
        If no encoder has the name.
    """
    kind, _, source = ALIASES.get(name, name).partition(":")
    if kind not in _KINDS or not source:
        forms = [f"{kind}:{form}" for kind, (_, _, form) in _KINDS.items()]
        raise UsageError(f"there is no encoder {name!r}; known encoders are {', '.join([*NAMES, *ALIASES, *forms])}")
    return kind, source


@lru_cache(maxsize=1)
def _load_mini() -> MiniEncoder:
    try:
        from thoracite.vision.mini.encoder import MiniEncoder
    except ImportError as error:
        raise _say_extra("reading images", error, "explain") from error
    return MiniEncoder.load()


@lru_cache(maxsize=1)
def _load_adapted(name: str, fetch: bool) -> ImageEncoder:
    kind, source = split_name(name)
    where, extra, _ = _KINDS[kind]
    gate = _load_mini()
    module, _, function = where.partition(":")
    try:
        from thoracite.vision.adapters.adapted import AdaptedEncoder
        from thoracite.vision.adapters.scales import read_scales

        load = getattr(importlib.import_module(module), function)
        return AdaptedEncoder(name, load(source, fetch=fetch), gate=gate, scales=read_scales(name))
    except ImportError as error:
        raise _say_extra(f"the encoder {name}", error, extra) from error


def _say_extra(what: str, error: ImportError, extra: str) -> ModelError:
    return ModelError(f"{what} needs the package {error.name}; install it with pip install 'thoracite[{extra}]'")


__all__ = ["ALIASES", "NAMES", "open_encoder", "split_name"]
