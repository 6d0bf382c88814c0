"""The contract of a generator: findings and numbered evidence in, sentences with citations out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from thoracite.errors import UsageError
from thoracite.types import Claim, Evidence, Finding, Study


@runtime_checkable
class Generator(Protocol):
    """Writes claims; the verifier, not the generator, decides which are released."""

    name: str

    def write(self, study: Study, findings: Sequence[Finding], evidence: Sequence[Evidence]) -> list[Claim]:
        """Sentences about the findings, each citing evidence by key, verdict still open."""
        ...


def open_generator(name: str = "template") -> Generator:
    """The generator of that name.

    Parameters
    ----------
    name : str
        ``template``: deterministic, needs no model.

    Raises
    ------
    UsageError
        If no generator has the name.

    Examples
    --------
    >>> open_generator().name
    'template'
    """
    if name == "template":
        from thoracite.generation.generator_template import TemplateGenerator

        return TemplateGenerator()
    raise UsageError(f"there is no generator {name!r}; the one there is now is 'template'")


__all__ = ["Generator", "open_generator"]
