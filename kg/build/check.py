"""Checks of a graph against its shapes, and of its names against one another.

References
----------
Shapes Constraint Language (SHACL). W3C Recommendation, 20 July 2017.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from thoracite.errors import InputError
from thoracite.kg.concepts import Concept, parse_concepts
from thoracite.kg.linking.linker import Linker
from thoracite.kg.vocabulary import CONVERTER, expand
from thoracite.settings import ONTOLOGIES
from thoracite.types import Noun

SHAPES = ONTOLOGIES / "shapes.ttl"
"""Shapes of every graph."""

_ASSERTED = {expand(f"rdf:{name}"): name for name in ("subject", "predicate", "object")}


class Violation(Noun):
    """A violation of a shape or a naming rule.

    Parameters
    ----------
    node : str
        CURIE or IRI of the node.
    problem : str
        The broken rule.
    """

    node: str
    problem: str


def check_graph(nquads: Path, *, shapes: Path | None = None) -> list[Violation]:
    """Find the violations in a graph.

    Parameters
    ----------
    nquads : Path
        N-Quads of the graph; :func:`thoracite.kg.stores.folder.find_nquads` names those of a graph folder.
    shapes : Path or None
        SHACL in Turtle; the project's own unless given.

    Returns
    -------
    list of Violation
        Sorted; empty for a correct graph.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    quads = _parse(nquads)
    concepts = list(parse_concepts((quad.triple for quad in quads), where=str(nquads)))
    found = {*check_names(concepts), *_check_assertions(quads), *_check_shapes(quads, shapes or SHAPES)}
    return sorted(found, key=lambda violation: (violation.node, violation.problem))


def _parse(path: Path) -> list[ox.Quad]:
    try:
        return list(ox.parse(path=path, format=ox.RdfFormat.N_QUADS))
    except (OSError, SyntaxError) as error:
        raise InputError(f"graph {path} cannot be read: {error}; expected the N-Quads of a build") from error


def check_names(concepts: Iterable[Concept]) -> Iterator[Violation]:
    """Find names that two concepts share, and unlinked mentions that are the name of a concept.

    Parameters
    ----------
    concepts : iterable of Concept
        All concepts of one graph.

    Examples
    --------
    >>> from thoracite.types import Entity
    >>> lung = Concept(entity=Entity(id="thx:lung", label="lung", kind="anatomy"), synonyms=("Lungs",))
    >>> mention = Concept(entity=Entity(id="thx:lungs", label="lungs"))
    >>> [violation.problem for violation in check_names([lung, mention])]
    ["the mention 'lungs' names thx:lung; link it"]
    """
    nodes = tuple(concepts)
    owners: dict[str, set[str]] = defaultdict(set)
    named = [node for node in nodes if node.entity.kind != "mention"]
    for node in named:
        for name in node.names:
            owners[" ".join(name.lower().split())].add(node.entity.id)
    for name, ids in owners.items():
        if len(ids) > 1:
            for node_id in sorted(ids):
                yield Violation(node=node_id, problem=f"the name {name!r} is shared by {', '.join(sorted(ids))}")
    linker = Linker(named)
    for node in nodes:
        if node.entity.kind == "mention" and (entity := linker.link(node.entity.label)) is not None:
            yield Violation(
                node=node.entity.id, problem=f"the mention {node.entity.label!r} names {entity.id}; link it"
            )


def _check_assertions(quads: Iterable[ox.Quad]) -> Iterator[Violation]:
    """Find assertions whose plain triple is not in their named graph."""
    parts: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    plain = set()
    for quad in quads:
        subject, object_ = quad.subject, quad.object
        if not isinstance(subject, ox.NamedNode) or not isinstance(object_, ox.NamedNode):
            continue
        graph = str(quad.graph_name)
        name = _ASSERTED.get(quad.predicate.value)
        if name:
            parts[subject.value, graph][name] = object_.value
        else:
            plain.add((subject.value, quad.predicate.value, object_.value, graph))
    for (node, graph), ends in parts.items():
        triple = (ends.get("subject", ""), ends.get("predicate", ""), ends.get("object", ""), graph)
        if triple not in plain:
            yield Violation(node=_short(node), problem="the triple that it asserts is not in its source's graph")


def _check_shapes(quads: Iterable[ox.Quad], shapes: Path) -> Iterator[Violation]:
    import pyshacl
    from rdflib import Graph
    from rdflib.namespace import RDF, SH

    try:
        constraints = Graph().parse(shapes, format="ox-ttl")
    except (OSError, SyntaxError) as error:
        raise InputError(f"shapes {shapes} cannot be read: {error}; expected SHACL in Turtle") from error
    triples = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""
    data = Graph().parse(data=triples, format="ox-nt")  # in memory: pySHACL walks it, and plain literals stay plain
    _, report, _ = pyshacl.validate(data, shacl_graph=constraints)
    for result in report.subjects(RDF.type, SH.ValidationResult):
        node, message = report.value(result, SH.focusNode), report.value(result, SH.resultMessage)
        yield Violation(node=_short(str(node)), problem=str(message))


def _short(iri: str) -> str:
    return CONVERTER.compress(iri) or iri


__all__ = ["SHAPES", "Violation", "check_graph", "check_names"]
