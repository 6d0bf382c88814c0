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
from pathlib import Path
from typing import TYPE_CHECKING

from thoracite.errors import ModelError, UsageError
from thoracite.plugins import find_plugin, list_plugins, open_plugin
from thoracite.settings import Settings
from thoracite.vision.encoder import ImageEncoder
from thoracite.vision.prevalence import read_prevalence

if TYPE_CHECKING:
    from thoracite.vision.mini.encoder import MiniEncoder

NAMES = ("thoracite-mini",)
"""Bundled encoders."""

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
    "xplainer": ("thoracite.vision.adapters.xplainer:load_xplainer", "clip", "open_clip:…|hf:…"),
}
"""Prefixes of names, each with the module that loads the rest, the extra to install, and the form of the rest."""


def open_encoder(
    name: str = "thoracite-mini", *, fetch: bool = False, settings: Settings | None = None
) -> ImageEncoder:
    """Return the encoder of a name, loaded once per process.

    Parameters
    ----------
    name : str
        ``thoracite-mini`` (bundled, small, runs on a CPU); a short name of :data:`ALIASES`;
        ``torchxrayvision:WEIGHTS``, ``open_clip:hf-hub:OWNER/MODEL`` or ``hf:OWNER/MODEL``; one of these prefixes with
        a local file or folder; ``xplainer:`` before one that reads texts, so that it is asked for signs; ``NAME`` or
        ``NAME:SOURCE`` of an installed plug-in (entry points ``thoracite.encoders``).
    fetch : bool
        Whether missing weights may be fetched; the network is not used otherwise.
    settings : Settings or None
        ``device`` says where the encoder runs, ``prevalence`` what mix the bundled one's probabilities are for; read
        from environment and file unless given.

    Raises
    ------
    UsageError
        If no encoder has the name.
    ModelError
        If its package or its weights are missing, or none of its labels is a concept of the graph.
    """
    settings = settings or Settings()
    if name in NAMES:
        return _load_mini(settings.device, settings.prevalence)
    kind, _, source = name.partition(":")
    if kind not in (*_KINDS, *ALIASES) and (plugin := find_plugin("thoracite.encoders", kind)) is not None:
        opened: ImageEncoder = open_plugin(plugin, source, settings)
        return opened
    return _load_adapted(":".join(split_name(name)), fetch, settings.device)


def split_name(name: str) -> tuple[str, str]:
    """Split a name into kind and source of a third-party model.

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
def _load_mini(device: str, prevalence: Path | None = None) -> MiniEncoder:
    try:
        from thoracite.vision.mini.encoder import MiniEncoder
    except ImportError as error:
        raise _say_extra("reading images", error, "explain") from error
    return MiniEncoder.load(device=device, prevalence=read_prevalence(prevalence))


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
