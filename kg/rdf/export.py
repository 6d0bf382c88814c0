"""Export of a store's content as N-Quads: the same lines from every store, whatever its language.

The export holds concepts with their names and codes, sources, and assertions, but not the parts that only a build's own
N-Quads have (the schema, mappings to other vocabularies). Loading an export gives a store with the same answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from thoracite.files import explain_writing
from thoracite.kg.assertions import Assertion
from thoracite.kg.concepts import Concept, Description
from thoracite.kg.facts import Source
from thoracite.kg.rdf.nquads import ConceptRow, SourceRow
from thoracite.kg.rdf.write import write_nquads
from thoracite.types import Entity


def write_export(
    path: Path, *, concepts: Iterable[ConceptRow], sources: Iterable[SourceRow], assertions: Iterable[Assertion]
) -> str:
    """Write rows of any store as sorted N-Quads, in place when complete.

    Parameters
    ----------
    path : Path
        File to write.
    concepts, sources, assertions
        In any order.

    Returns
    -------
    str
        Digest of the lines, ``sha256:…``.

    Raises
    ------
    UsageError
        If the path cannot be written.
    """
    with explain_writing(path):
        return write_nquads(
            path, concepts=map(_parse_concept, concepts), sources=map(_parse_source, sources), assertions=assertions
        )


def _parse_concept(row: ConceptRow) -> Concept:
    entity = Entity(id=row.id, label=row.label, kind=row.kind, codes=tuple(row.codes))
    definition = Description(text=row.definition) if row.definition else None
    return Concept(entity=entity, synonyms=tuple(row.synonyms), definition=definition)


def _parse_source(row: SourceRow) -> Source:
    return Source(id=row.id, title=row.title, reference=row.reference, licence=row.licence)


__all__ = ["write_export"]
