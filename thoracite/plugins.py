"""Parts that other packages bring, found by their entry points.

A package declares in its ``pyproject.toml``, for instance::

    [project.entry-points."thoracite.encoders"]
    mynet = "mypackage.thoracite:open_mynet"

and ``--encoder mynet`` or ``--encoder mynet:SOURCE`` calls ``open_mynet(source, settings)``, which returns an object
with the methods of the Protocol. Our own names come first, so that a plug-in replaces none of them.

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
"""What a plug-in can be: reads images, writes sentences, holds a graph."""


def list_plugins(group: Group) -> list[str]:
    """Names of the installed plug-ins of a group, sorted."""
    return sorted({entry.name for entry in entry_points(group=group)})


def find_plugin(group: Group, name: str) -> EntryPoint | None:
    """The installed plug-in of that name; None where there is none.

    Parameters
    ----------
    group : str
        ``thoracite.encoders``, ``thoracite.generators`` or ``thoracite.stores``.
    name : str
        Before the first colon: the name of an encoder or generator, or the scheme of a store's address.

    Raises
    ------
    UsageError
        If two packages bring the same name.
    """
    found = {entry.value: entry for entry in entry_points(group=group, name=name)}
    if len(found) > 1:
        raise UsageError(f"{name!r} is brought by {' and '.join(sorted(found))}; uninstall one of the two packages")
    return next(iter(found.values()), None)


def open_plugin(entry: EntryPoint, source: str, settings: Any) -> Any:
    """What a plug-in makes of a source and the settings.

    Parameters
    ----------
    entry : EntryPoint
        From :func:`find_plugin`.
    source : str
        What follows the name and a colon; a store's whole address; empty where nothing follows.
    settings : Settings
        Those of the caller.

    Raises
    ------
    ModelError
        If the package cannot be imported or does not have what it declares.
    """
    try:
        make = entry.load()
    except (ImportError, AttributeError) as error:
        raise ModelError(
            f"the plug-in {entry.name} ({entry.value}) cannot be loaded: {error}; install or mend its package"
        ) from error
    return make(source, settings)


__all__ = ["Group", "find_plugin", "list_plugins", "open_plugin"]
