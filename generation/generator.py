"""The contract of a generator: findings and numbered evidence in, sentences with citations out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from thoracite.types import Claim, Evidence, Finding, Study


@runtime_checkable
class Generator(Protocol):
    """Writes claims; the verifier, not the generator, decides which are released."""

    name: str

    def write(self, study: Study, findings: Sequence[Finding], evidence: Sequence[Evidence]) -> list[Claim]:
        """Sentences about the findings, each citing evidence by key, verdict still open."""
        ...


__all__ = ["Generator"]
