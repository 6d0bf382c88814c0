"""A user's own vocabularies, in OBO or SKOS: their names go to the linker, their terms become concepts.

A term with the name of a concept adds its further names and a mapping to that concept; any other term becomes
a new concept. A name that already belongs to another concept stays with that one.

Examples
--------
>>> known = [Concept(entity=Entity(id="thx:effusion", label="effusion", kind="finding"))]
>>> terms = [Term(code="DOID:1", label="Effusion", synonyms=("hydrothorax",)), Term(code="DOID:2", label="chyle")]
>>> [(node.entity.id, node.synonyms, node.matches) for node in merge_vocabulary(known, terms)]
[('thx:effusion', ('hydrothorax',), (('closeMatch', 'DOID:1'),)), ('thx:chyle', (), (('exactMatch', 'DOID:2'),))]
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from thoracite.errors import InputError
from thoracite.kg.concepts import Concept
from thoracite.kg.knowledge.obo import open_obo
from thoracite.kg.linking.linker import Linker
from thoracite.kg.vocabulary import CONVERTER, PREFIXES, RELATIONS, expand, mint
from thoracite.types import Entity, Noun

_KINDS = {"DOID": "disease", "MONDO": "disease", "UBERON": "anatomy", "HP": "finding", "RadLex": "finding"}
_RDF = frozenset({".ttl", ".nt", ".nq", ".trig", ".jsonld", ".rdf"})
_EXACT = re.compile(r'^"(?P<name>(?:[^"\\]|\\.)+)"\s+EXACT\b')
_LABELS = (expand("skos:prefLabel"), expand("rdfs:label"))
_IS_A, _CONCEPT = expand("rdf:type"), expand("skos:Concept")
_RELATIONS = {expand(curie) for curie in RELATIONS} | {expand("rdf:subject")}


class Term(Noun):
    """A term of a vocabulary.

    Parameters
    ----------
    code : str
        Identifier in the vocabulary: ``DOID:11335``, or an IRI.
    label : str
        Its name.
    synonyms : tuple of str
        Exact synonyms.
    kind : str
        Kind of the new concept.
    """

    code: str
    label: str
    synonyms: tuple[str, ...] = ()
    kind: str = "finding"


def is_vocabulary(path: Path) -> bool:
    """Tell whether a file holds terms, not triples: OBO, or RDF with SKOS concepts and none of the project's relations.

    Raises
    ------
    InputError
        If RDF cannot be read.
    """
    if path.suffix.lower() == ".obo":
        return True
    if path.suffix.lower() not in _RDF:
        return False
    quads = _parse(path)
    return any(_is_concept(quad) for quad in quads) and not any(quad.predicate.value in _RELATIONS for quad in quads)


def read_vocabulary(path: Path) -> tuple[Term, ...]:
    """Read the terms of a vocabulary.

    Parameters
    ----------
    path : Path
        ``.obo``, or SKOS in any RDF format.

    Raises
    ------
    InputError
        If it cannot be read, or holds no term with a name.
    """
    terms = tuple(_read_obo(path) if path.suffix.lower() == ".obo" else _read_skos(path))
    if not terms:
        raise InputError(f"{path} holds no term with a name; expected OBO, or SKOS with skos:prefLabel")
    return terms


def _read_obo(path: Path) -> Iterator[Term]:
    for code, term in open_obo(path).nodes(data=True):
        if term.get("name"):
            exact = (_EXACT.match(text) for text in term.get("synonym", ()))
            names = tuple(re.sub(r"\\(.)", r"\1", found["name"]) for found in exact if found)
            yield Term(code=code, label=term["name"], synonyms=names, kind=_find_kind(code))


def _read_skos(path: Path) -> Iterator[Term]:
    quads = _parse(path)
    values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if isinstance(quad.object, ox.Literal) and (quad.object.language or "en").startswith("en"):
            values[str(quad.subject)][quad.predicate.value].append(quad.object.value)
    for subject in dict.fromkeys(quad.subject for quad in quads if _is_concept(quad)):
        known = values[str(subject)]
        labels = [label for name in _LABELS for label in known.get(name, ())]
        if labels and isinstance(subject, ox.NamedNode):
            code = CONVERTER.compress(subject.value) or subject.value
            kind = next(iter(known.get(expand("thx:kind"), ())), _find_kind(code))
            names = tuple(sorted(known.get(expand("skos:altLabel"), ())))
            yield Term(code=code, label=labels[0], synonyms=names, kind=kind)


def _parse(path: Path) -> list[ox.Quad]:
    form = ox.RdfFormat.from_extension(path.suffix.lstrip(".").lower())
    try:
        return list(ox.parse(path=path, format=form))
    except (OSError, SyntaxError) as error:
        raise InputError(f"{path} cannot be read: {error}; expected SKOS in RDF") from error


def _is_concept(quad: ox.Quad) -> bool:
    return quad.predicate.value == _IS_A and isinstance(quad.object, ox.NamedNode) and quad.object.value == _CONCEPT


def _find_kind(code: str) -> str:
    return _KINDS.get(code.split(":", 1)[0], "finding")


def merge_vocabulary(nodes: Iterable[Concept], terms: Iterable[Term]) -> list[Concept]:
    """Add a vocabulary's names and terms to concepts.

    Parameters
    ----------
    nodes : iterable of Concept
        The graph's concepts.
    terms : iterable of Term
        From :func:`read_vocabulary`.
    """
    merged = {node.entity.id: node for node in nodes}
    linker = Linker(merged.values())
    owners = {_normal(name): node.entity.id for node in merged.values() for name in node.names}
    for term in terms:
        found = linker.link(term.label)
        concept = found.id if found else owners.get(_normal(term.label)) or mint(term.label)
        free = [name for name in term.synonyms if owners.get(_normal(name)) is None and linker.link(name) is None]
        node = merged.get(concept) or Concept(entity=Entity(id=concept, label=term.label, kind=term.kind))
        names = {_normal(name): name for name in free if _normal(name) != _normal(node.entity.label)}
        owners |= dict.fromkeys([*names, _normal(node.entity.label)], concept)
        merged[concept] = _add(node, term, tuple(names.values()), new=concept not in merged)
    return list(merged.values())


def _add(node: Concept, term: Term, names: tuple[str, ...], *, new: bool) -> Concept:
    known = term.code.split(":", 1)[0] in PREFIXES
    codes = tuple(sorted({*node.entity.codes, term.code})) if new else node.entity.codes
    mapped = {target for _, target in node.matches}
    fresh = ((("exactMatch" if new else "closeMatch"), term.code),) if known and term.code not in mapped else ()
    return node.model_copy(
        update={
            "entity": node.entity.model_copy(update={"codes": codes}),
            "synonyms": (*node.synonyms, *names),
            "matches": (*node.matches, *fresh),
        }
    )


def _normal(name: str) -> str:
    return " ".join(name.lower().split())


__all__ = ["Term", "is_vocabulary", "merge_vocabulary", "read_vocabulary"]
