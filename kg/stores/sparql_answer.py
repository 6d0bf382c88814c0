"""The triples of a CONSTRUCT or DESCRIBE as RDF.

Examples
--------
>>> from thoracite.kg.vocabulary import expand
>>> row = [{"type": "uri", "value": expand(name)} for name in ("thx:mass", "thx:suggestive_of", "thx:lung_cancer")]
>>> print(write_graph(QueryResult(graph=True, rows=(tuple(row),))).decode().splitlines()[-1])
thx:mass thx:suggestive_of thx:lung_cancer .
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from thoracite.errors import StoreError
from thoracite.kg.stores.store import QueryResult
from thoracite.kg.vocabulary import PREFIXES


def write_graph(result: QueryResult, rdf_format: ox.RdfFormat = ox.RdfFormat.TURTLE) -> bytes:
    """An answer's triples, serialised.

    Parameters
    ----------
    result : QueryResult
        Of a CONSTRUCT or DESCRIBE: rows of subject, predicate, object.
    rdf_format : pyoxigraph.RdfFormat
        Turtle unless given.

    Raises
    ------
    StoreError
        If the format cannot hold the triples, as RDF/XML cannot hold every predicate, or they are none.
    """
    triples = dict.fromkeys(_read_triple(*row) for row in result.rows)
    if rdf_format == ox.RdfFormat.RDF_XML:
        _check_names(triples)
    used = " ".join(str(term) for triple in triples for term in (triple.subject, triple.predicate, triple.object))
    prefixes = {name: iri for name, iri in PREFIXES.items() if f"<{iri}" in used}
    return ox.serialize(triples, format=rdf_format, prefixes=prefixes) or b""


def _read_triple(subject: Mapping[str, str], predicate: Mapping[str, str], object_: Mapping[str, str]) -> ox.Triple:
    start = read_term(subject)
    if isinstance(start, ox.Literal):
        raise StoreError(f"the store answered a triple whose subject is the text {start}; expected an IRI")
    return ox.Triple(start, ox.NamedNode(predicate["value"]), read_term(object_))


def _check_names(triples: Iterable[ox.Triple]) -> None:
    """Refuse predicates that do not end in an XML name: pyoxigraph would write XML that nothing reads."""
    for triple in triples:
        if not re.search(r"[A-Za-z_][\w.\-]*$", triple.predicate.value):
            raise StoreError(f"RDF/XML cannot hold predicate {triple.predicate}, for want of a name; ask for Turtle")


def read_term(term: Mapping[str, str]) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """A term of the SPARQL 1.1 Query Results JSON Format."""
    value = term["value"]
    if term["type"] == "uri":
        return ox.NamedNode(value)
    if term["type"] == "bnode":
        return ox.BlankNode(value)
    if language := term.get("xml:lang"):
        return ox.Literal(value, language=language)
    return ox.Literal(value, datatype=ox.NamedNode(term["datatype"])) if "datatype" in term else ox.Literal(value)


__all__ = ["read_term", "write_graph"]
