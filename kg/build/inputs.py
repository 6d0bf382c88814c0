"""The input files of a graph, and their digest, which shows when a graph is outdated."""

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
    """List the aggregates of reports that ship with the project."""
    return tuple(sorted(ONTOLOGIES.glob("reports_*.csv")))


class Inputs(Noun):
    """The input files of a graph.

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
        """Return the project's own files."""
        return cls(facts=FACTS, reports=list_reports(), extra=())

    def is_default(self) -> bool:
        """Tell whether these are the project's own files and no others."""
        return self == Inputs.default()

    def digest(self) -> str:
        """Compute the digest of all input files, which shows when a graph is outdated."""
        digest = hashlib.sha256(str(FORMAT).encode())
        for path in (CONCEPTS, SOURCES, SCHEMA, self.facts, *self.reports, *self.extra):
            try:
                digest.update(hashlib.sha256(path.read_bytes()).digest())
            except OSError as error:
                raise InputError(f"{path} cannot be read: {error.strerror}; expected an input of the graph") from error
        return digest.hexdigest()


__all__ = ["SCHEMA", "Inputs", "list_reports"]
