"""One assertion by its IRI, which is what a sentence's evidence is cited by, from any store.

Examples
--------
>>> read_assertion_iri("https://w3id.org/thoracite/assertion/0a1b"), read_assertion_iri("thxa:0a1b")
('thxa:0a1b', 'thxa:0a1b')
"""

from __future__ import annotations

from typing import Any

from thoracite.errors import InputError
from thoracite.kg.assertions import Assertion, read_assertion
from thoracite.kg.facts import Source
from thoracite.kg.stores.sparql import PROLOGUE, parse_assertions, render_assertions, render_iri, render_values
from thoracite.kg.stores.store import GraphStore
from thoracite.kg.vocabulary import PREFIXES

_CYPHER = "MATCH (s:Concept)-[r]->(o:Concept) WHERE r.id = $id RETURN s.id AS subject, o.id AS object, r AS edge"
_SOURCE = "MATCH (s:Source {id: $id}) RETURN s.title AS title, s.reference AS reference, s.licence AS licence"


def read_assertion_iri(name: str) -> str:
    """Read the name of an assertion, an IRI or a CURIE, as its CURIE.

    Raises
    ------
    InputError
        If it is neither.
    """
    curie = f"thxa:{name.removeprefix(PREFIXES['thxa'])}" if name.startswith(PREFIXES["thxa"]) else name
    prefix, _, local = curie.partition(":")
    if prefix != "thxa" or not local.isalnum():
        raise InputError(f"{name[:80]!r} names no assertion; expected an IRI such as {PREFIXES['thxa']}0a1b2c")
    return curie


def find_assertion(store: GraphStore, name: str) -> Assertion | None:
    """Find what one source states at one place.

    Parameters
    ----------
    store : GraphStore
        Any.
    name : str
        IRI or CURIE of the assertion.

    Returns
    -------
    Assertion or None
        None where the graph has none of that name.

    Raises
    ------
    InputError
        If it is the name of no assertion.
    StoreError
        If the store cannot be asked.
    """
    curie = read_assertion_iri(name)
    if store.language == "sparql":
        found = store.query(render_assertions(render_values(id=[curie])))
        rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
        return next(iter(parse_assertions(_read_texts(row) for row in rows)), None)
    for subject, object_, edge in store.query(_CYPHER, parameters={"id": curie}).rows:
        return read_assertion({**edge, "subject": subject, "object": object_})
    return None


def find_source(store: GraphStore, source: str) -> Source | None:
    """Find the source with this CURIE: title, reference and licence; None where the graph does not describe it.

    Raises
    ------
    StoreError
        If the store cannot be asked.
    """
    if store.language == "sparql":
        asked = f"""{PROLOGUE}SELECT ?title ?reference ?licence WHERE {{ GRAPH thxs:sources {{
  {render_iri(source)} dcterms:title ?title ; dcterms:source ?reference ; dcterms:license ?licence }} }}"""
        rows = [[term["value"] for term in row] for row in store.query(asked).rows]
    else:
        rows = [list(row) for row in store.query(_SOURCE, parameters={"id": source}).rows]
    for title, reference, licence in rows:
        return Source(id=source, title=title or "", reference=reference or "", licence=licence or "")
    return None


def _read_texts(row: dict[str, Any]) -> dict[str, str]:
    return {name: term["value"] for name, term in row.items() if term is not None}


__all__ = ["find_assertion", "find_source", "read_assertion_iri"]
