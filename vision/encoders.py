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
from thoracite.plugins import find_plugin, list_plugins, open_plugin
from thoracite.settings import Settings
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


def open_encoder(
    name: str = "thoracite-mini", *, fetch: bool = False, settings: Settings | None = None
) -> ImageEncoder:
    """The encoder of that name, loaded once a process.

    Parameters
    ----------
    name : str
        ``thoracite-mini`` (bundled, small, runs on a CPU); a short name of :data:`ALIASES`;
        ``torchxrayvision:WEIGHTS``, ``open_clip:hf-hub:OWNER/MODEL`` or ``hf:OWNER/MODEL``; or one of the three with a
        file or folder of this machine; ``NAME`` or ``NAME:SOURCE`` of an installed plug-in (entry points
        ``thoracite.encoders``).
    fetch : bool
        Whether weights that are not on this machine may be fetched; the network is not used otherwise.
    settings : Settings or None
        ``device`` says where it runs; read from environment and file unless given.

    Raises
    ------
    UsageError
        If no encoder has the name.
    ModelError
        If what runs it, or its weights, are missing, or none of its labels is a concept of the graph.
    """
    settings = settings or Settings()
    if name in NAMES:
        return _load_mini(settings.device)
    kind, _, source = name.partition(":")
    if kind not in (*_KINDS, *ALIASES) and (plugin := find_plugin("thoracite.encoders", kind)) is not None:
        opened: ImageEncoder = open_plugin(plugin, source, settings)
        return opened
    return _load_adapted(":".join(split_name(name)), fetch, settings.device)


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
        known = [*NAMES, *ALIASES, *forms, *list_plugins("thoracite.encoders")]
        raise UsageError(f"there is no encoder {name!r}; known encoders are {', '.join(known)}")
    return kind, source


@lru_cache(maxsize=1)
def _load_mini(device: str) -> MiniEncoder:
    try:
        from thoracite.vision.mini.encoder import MiniEncoder
    except ImportError as error:
        raise _say_extra("reading images", error, "explain") from error
    return MiniEncoder.load(device=device)


@lru_cache(maxsize=1)
def _load_adapted(name: str, fetch: bool, device: str) -> ImageEncoder:
    kind, source = split_name(name)
    where, extra, _ = _KINDS[kind]
    gate = _load_mini(device)
    module, _, function = where.partition(":")
    try:
        from thoracite.vision.adapters.adapted import AdaptedEncoder
        from thoracite.vision.adapters.scales import read_scales

        load = getattr(importlib.import_module(module), function)
        model = load(source, fetch=fetch)
        model.move(gate.device)
        return AdaptedEncoder(name, model, gate=gate, scales=read_scales(name))
    except ImportError as error:
        raise _say_extra(f"the encoder {name}", error, extra) from error


def _say_extra(what: str, error: ImportError, extra: str) -> ModelError:
    return ModelError(f"{what} needs the package {error.name}; install it with pip install 'thoracite[{extra}]'")


__all__ = ["ALIASES", "NAMES", "open_encoder", "split_name"]
