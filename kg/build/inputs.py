"""The files that a graph is built from, and their digest, so that a graph knows when it is old."""

from __future__ import annotations

import hashlib
from pathlib import Path

from thoracite.errors import InputError
from thoracite.kg.concepts import CONCEPTS
from thoracite.kg.facts import FACTS, SOURCES
from thoracite.kg.stores.folder import FORMAT
from thoracite.settings import ONTOLOGIES
from thoracite.types import Noun

SCHEMA = ONTOLOGIES / "thoracite.ttl"


def list_reports() -> tuple[Path, ...]:
    """The aggregates of reports that ship with the project."""
    return tuple(sorted(ONTOLOGIES.glob("reports_*.csv")))


class Inputs(Noun):
    """The files that a graph is built from.

    Parameters
    ----------
    facts : Path
        Curated facts.
    reports : tuple of Path
        Aggregates of reports.
    extra : tuple of Path
        The user's own triples, books and vocabularies.
    """

    facts: Path
    reports: tuple[Path, ...]
    extra: tuple[Path, ...]

    @classmethod
    def default(cls) -> Inputs:
        """The project's own files."""
        return cls(facts=FACTS, reports=list_reports(), extra=())

    def is_default(self) -> bool:
        """Whether these are the project's own files and no others."""
        return self == Inputs.default()

    def digest(self) -> str:
        """Digest of every file that goes in, so that a graph knows when it is old."""
        digest = hashlib.sha256(str(FORMAT).encode())
        for path in (CONCEPTS, SOURCES, SCHEMA, self.facts, *self.reports, *self.extra):
            try:
                digest.update(hashlib.sha256(path.read_bytes()).digest())
            except OSError as error:
                raise InputError(f"{path} cannot be read: {error.strerror}; expected an input of the graph") from error
        return digest.hexdigest()


__all__ = ["SCHEMA", "Inputs", "list_reports"]
