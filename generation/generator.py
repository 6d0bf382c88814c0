"""The contract of a generator: findings and numbered evidence in, sentences with citations out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from thoracite.errors import UsageError
from thoracite.plugins import find_plugin, list_plugins, open_plugin
from thoracite.settings import Settings
from thoracite.types import Evidence, Finding, Study


@runtime_checkable
class Generator(Protocol):
    """Writer of sentences; the verifier, not the generator, decides which are released."""

    name: str

    def write(self, study: Study, findings: Sequence[Finding], evidence: Sequence[Evidence]) -> list[str]:
        """Write sentences about the findings, each citing evidence by key: ``… [E1][E2].``"""
        ...


def open_generator(name: str = "template", *, settings: Settings | None = None) -> Generator:
    """Return the generator of that name.

    Parameters
    ----------
    name : str
        ``template``: deterministic, needs no model. ``NAME`` or ``NAME:SOURCE`` of an installed plug-in (entry points
        ``thoracite.generators``).
    settings : Settings or None
        For a plug-in; read from environment and file unless given.

    Raises
    ------
    UsageError
        If no generator has the name.
    ModelError
        If a plug-in cannot be loaded.

    Examples
    --------
    >>> open_generator().name
    'template'
    """
    if name == "template":
        from thoracite.generation.generator_template import TemplateGenerator

        return TemplateGenerator()
    kind, _, source = name.partition(":")
    if (plugin := find_plugin("thoracite.generators", kind)) is not None:
        opened: Generator = open_plugin(plugin, source, settings or Settings())
        return opened
    known = ", ".join(["template", *list_plugins("thoracite.generators")])
    raise UsageError(f"there is no generator {name!r}; known generators are {known}")


__all__ = ["Generator", "open_generator"]
