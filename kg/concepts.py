"""The graph's concepts: labels, synonyms and codes, read from and written as SKOS.

One concept has one node. Its names are its label and its synonyms; its codes name the same concept in RadLex, HPO,
MONDO, DOID, UBERON, MeSH and the label sets of ChestX-ray14, CheXpert and PadChest. A concept that is only close,
broader, narrower or related elsewhere is a mapping, not a code.

References
----------
SKOS Simple Knowledge Organization System Reference. W3C Recommendation, 18 August 2009.

Examples
--------
>>> concepts = {concept.entity.id: concept for concept in read_concepts()}
>>> effusion = concepts["thx:pleural_effusion"]
>>> effusion.entity.label, effusion.entity.kind, "NIH14:Effusion" in effusion.entity.codes
('pleural effusion', 'finding', True)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from thoracite.errors import InputError
from thoracite.kg.vocabulary import CHEST_RADIOGRAPH, PREFIXES, compact, expand
from thoracite.settings import ONTOLOGIES
from thoracite.types import Curie, Entity, Noun

CONCEPTS = ONTOLOGIES / "concepts.ttl"
"""The project's own concepts."""

MATCHES = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
"""SKOS's mapping relations: the same, nearly the same, and the other concept is broader, narrower, related."""

_SINGLE = {"rdfs:label": "label", "thx:kind": "kind"}
_PARTS = {
    "definition": ("skos:definition", "thx:definition_source"),
    "visual": ("thx:visual_description", "thx:visual_source"),
    "phrase": ("thx:report_phrase", "thx:phrase_source"),
}
"""Parts of a description: the predicates of its text and of its sources."""
_USED = ("thx", "thxs", "rdfs", "skos", "RadLex", "HP", "MONDO", "DOID", "UBERON", "MeSH")
_MANY = {"skos:altLabel": "synonyms", "skos:notation": "codes"}


class Description(Noun):
    """A sentence about a concept.

    Parameters
    ----------
    text : str
        One sentence.
    sources : tuple of str
        CURIEs of its sources.
    """

    text: str
    sources: tuple[Curie, ...] = ()


class Concept(Noun):
    """A concept of the graph with all its names.

    Parameters
    ----------
    entity : Entity
        Identifier, label, kind and codes.
    synonyms : tuple of str
        Other names of the same concept.
    broader : tuple of str
        CURIEs of wider concepts of the graph.
    matches : tuple of (str, str)
        Mapping relation and the other vocabulary's CURIE: ``("exactMatch", "RadLex:RID34539")``.
    definition : Description or None
        Definition of the concept.
    visual : Description or None
        Appearance on the radiograph.
    phrase : Description or None
        Wording of reports.
    """

    entity: Entity
    synonyms: tuple[str, ...] = ()
    broader: tuple[Curie, ...] = ()
    matches: tuple[tuple[str, Curie], ...] = ()
    definition: Description | None = None
    visual: Description | None = None
    phrase: Description | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the label, then the synonyms."""
        return (self.entity.label, *self.synonyms)


def read_concepts(path: Path | None = None) -> tuple[Concept, ...]:
    """Read the concepts of a SKOS file in Turtle, N-Triples or RDF/XML.

    Parameters
    ----------
    path : Path or None
        The project's own concepts unless given.

    Raises
    ------
    InputError
        If the file cannot be read, or a concept lacks its label or kind.
    """
    return _read(path or CONCEPTS)


@lru_cache(maxsize=4)
def _read(path: Path) -> tuple[Concept, ...]:
    rdf_format = ox.RdfFormat.from_extension(path.suffix.lstrip("."))
    if rdf_format is None:
        raise InputError(f"{path} is not known as RDF by its ending; expected .ttl, .nt or .rdf")
    try:
        quads = list(ox.parse(path=str(path), format=rdf_format))
    except (OSError, SyntaxError) as error:
        raise InputError(f"{path} cannot be read as SKOS: {error}; expected Turtle with skos:Concept nodes") from error
    return tuple(parse_concepts((quad.triple for quad in quads), where=str(path)))


def parse_concepts(triples: Iterable[ox.Triple], *, where: str = "the graph") -> Iterator[Concept]:
    """Parse concepts from RDF, sorted by identifier.

    Parameters
    ----------
    triples : iterable of pyoxigraph.Triple
        In any order; triples on anything but a ``skos:Concept`` are ignored.
    where : str
        Name of the place for error messages.

    Raises
    ------
    InputError
        If a concept lacks its label or kind.
    """
    known: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    concepts = set()
    a, concept = ox.NamedNode(expand("rdf:type")), ox.NamedNode(expand("skos:Concept"))
    for triple in triples:
        subject, object_ = triple.subject, triple.object
        if isinstance(subject, ox.Triple) or isinstance(object_, ox.Triple):
            continue
        if triple.predicate == a and object_ == concept:
            concepts.add(subject.value)
        else:
            known[subject.value][triple.predicate.value].append(object_.value)
    for iri in sorted(concepts):
        yield _parse_concept(iri, known[iri], where)


def _parse_concept(iri: str, values: dict[str, list[str]], where: str) -> Concept:
    single = {name: next(iter(values.get(expand(curie), ())), None) for curie, name in _SINGLE.items()}
    many = {name: tuple(sorted(values.get(expand(curie), ()))) for curie, name in _MANY.items()}
    if single["label"] is None or single["kind"] is None:
        raise InputError(f"concept {iri} in {where} lacks its rdfs:label or thx:kind; add it")
    return Concept(
        entity=Entity(id=compact(iri), label=single["label"], kind=single["kind"], codes=many["codes"]),
        synonyms=many["synonyms"],
        broader=tuple(sorted(map(compact, values.get(expand("skos:broader"), ())))),
        matches=tuple((name, compact(o)) for name in MATCHES for o in sorted(values.get(expand(f"skos:{name}"), ()))),
        **{name: _parse_description(values, *predicates) for name, predicates in _PARTS.items()},
    )


def _parse_description(values: dict[str, list[str]], text: str, source: str) -> Description | None:
    words = values.get(expand(text))
    if not words:
        return None
    return Description(text=words[0], sources=tuple(sorted(map(compact, values.get(expand(source), ())))))


def find_ancestors(concepts: Iterable[Concept]) -> dict[str, frozenset[str]]:
    """Find what each concept is a kind of, along ``skos:broader`` and all the way up; concepts with none are left out.

    Examples
    --------
    >>> sorted(find_ancestors(read_concepts())["thx:cardiogenic_pulmonary_edema"])
    ['thx:pulmonary_edema']
    """
    wider = {concept.entity.id: concept.broader for concept in concepts if concept.broader}
    found: dict[str, frozenset[str]] = {}
    for entity in wider:
        above: set[str] = set()
        ahead = list(wider[entity])
        while ahead:
            if (one := ahead.pop()) not in above:
                above.add(one)
                ahead += wider.get(one, ())
        found[entity] = frozenset(above - {entity})
    return found


def describe_concept(concept: Concept) -> Iterator[ox.Triple]:
    """Describe a concept as RDF."""
    entity = concept.entity
    yield _triple(entity.id, "rdf:type", ox.NamedNode(expand("skos:Concept")))
    yield _triple(entity.id, "rdfs:label", ox.Literal(entity.label))
    yield _triple(entity.id, "thx:kind", ox.Literal(entity.kind))
    for name in sorted(concept.synonyms):
        yield _triple(entity.id, "skos:altLabel", ox.Literal(name))
    for code in sorted(entity.codes):
        yield _triple(entity.id, "skos:notation", ox.Literal(code))
    for wider in sorted(concept.broader):
        yield _triple(entity.id, "skos:broader", ox.NamedNode(expand(wider)))
    for relation, other in sorted(concept.matches):
        yield _triple(entity.id, f"skos:{relation}", ox.NamedNode(expand(other)))
    for name, (text, source) in _PARTS.items():
        described: Description | None = getattr(concept, name)
        if described:
            yield _triple(entity.id, text, ox.Literal(described.text))
            for cited in described.sources:
                yield _triple(entity.id, source, ox.NamedNode(expand(cited)))


def _triple(subject: str, predicate: str, object_: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(ox.NamedNode(expand(subject)), ox.NamedNode(expand(predicate)), object_)


def render_concepts(concepts: Iterable[Concept]) -> str:
    """Render concepts as Turtle, sorted by identifier: the same concepts give the same text."""
    ordered = sorted(concepts, key=lambda concept: concept.entity.id)
    triples = [triple for concept in ordered for triple in describe_concept(concept)]
    used = {name: PREFIXES[name] for name in sorted(_USED)}
    lines = (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=used) or b"").decode().splitlines()
    header = [f"@prefix {name}: <{iri}> ." for name, iri in used.items()]  # pyoxigraph's own order is random
    return "\n".join([*header, "", *(line for line in lines if not line.startswith("@prefix"))]) + "\n"


ROOT = Concept(entity=CHEST_RADIOGRAPH, synonyms=("chest x-ray", "chest film", "CXR"))
"""The concept that every observation of reports is linked to."""


__all__ = [
    "CONCEPTS",
    "MATCHES",
    "ROOT",
    "Concept",
    "Description",
    "describe_concept",
    "find_ancestors",
    "parse_concepts",
    "read_concepts",
    "render_concepts",
]
