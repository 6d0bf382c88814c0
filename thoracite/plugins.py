"""Plug-ins of other packages, found by their entry points.

A package declares in its ``pyproject.toml``, for instance::

    [project.entry-points."thoracite.encoders"]
    mynet = "mypackage.thoracite:open_mynet"

and ``--encoder mynet`` or ``--encoder mynet:SOURCE`` calls ``open_mynet(source, settings)``, which returns an object
with the methods of the Protocol. Built-in names come first, so that a plug-in cannot replace one.

Examples
--------
>>> find_plugin("thoracite.encoders", "no-such-plug-in") is None
True
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from thoracite.errors import ModelError, UsageError

Group = Literal["thoracite.encoders", "thoracite.generators", "thoracite.stores"]
"""Groups of plug-ins: image encoders, generators, graph stores."""


def list_plugins(group: Group) -> list[str]:
    """List the installed plug-ins of a group, sorted by name."""
    return sorted({entry.name for entry in entry_points(group=group)})


def find_plugin(group: Group, name: str) -> EntryPoint | None:
    """Find the installed plug-in of that name; None where there is none.

    Parameters
    ----------
    group : str
        ``thoracite.encoders``, ``thoracite.generators`` or ``thoracite.stores``.
    name : str
        The name before the first colon: of an encoder or generator, or the scheme of a store's address.

    Raises
    ------
    UsageError
        If two packages have a plug-in of the same name.
    """
    found = {entry.value: entry for entry in entry_points(group=group, name=name)}
    if len(found) > 1:
        raise UsageError(f"{name!r} is brought by {' and '.join(sorted(found))}; uninstall one of the two packages")
    return next(iter(found.values()), None)


def open_plugin(entry: EntryPoint, source: str, settings: Any) -> Any:
    """Open a plug-in with a source and the settings.

    Parameters
    ----------
    entry : EntryPoint
        From :func:`find_plugin`.
    source : str
        The text behind the name and a colon; a store's whole address; empty without a colon.
    settings : Settings
        Settings of the caller.

    Raises
    ------
    ModelError
        If the package cannot be imported or lacks the declared object.
    """
    try:
        make = entry.load()
    except (ImportError, AttributeError) as error:
        raise ModelError(
            f"the plug-in {entry.name} ({entry.value}) cannot be loaded: {error}; install or mend its package"
        ) from error
    return make(source, settings)


__all__ = ["Group", "find_plugin", "list_plugins", "open_plugin"]
