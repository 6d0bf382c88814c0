"""Queries shown to users: those behind a sentence's evidence, and the published collection.

Examples
--------
>>> from thoracite.kg.facts import read_facts
>>> fact = next(fact for fact in read_facts() if fact.object.label == "meniscus sign")
>>> print(render_cypher(fact))
MATCH (s:Concept {id: 'thx:pleural_effusion'})-[r:HAS_RADIOGRAPHIC_SIGN]->(o:Concept {id: 'thx:meniscus_sign'})
RETURN s.label AS subject, r.relation AS relation, o.label AS object,
       r.source AS source, r.locator AS locator, r.licence AS licence, r.support AS support
ORDER BY source, locator
>>> print(render_sparql(fact).splitlines()[-1])
ORDER BY ?source ?locator
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from thoracite.errors import UsageError
from thoracite.kg.linking.suggestion import suggest
from thoracite.kg.stores.sparql import render_iri
from thoracite.kg.vocabulary import PREFIXES, edge_label
from thoracite.types import Triple

QUERIES = Path(__file__).resolve().parent
"""Folder of the published queries, one ``.rq`` and one ``.cypher`` each."""

_ENDINGS = {"sparql": ".rq", "cypher": ".cypher"}
_USED = ("dcterms", "prov", "rdf", "rdfs", "thx", "thxs")


def render_sparql(triple: Triple) -> str:
    """Render a SPARQL query for a triple's assertions, one row for each source and place; it runs on any endpoint.

    Parameters
    ----------
    triple : Triple
        A triple of the queried graph.

    Raises
    ------
    InputError
        If an identifier cannot become an IRI.
    """
    prologue = "\n".join(f"PREFIX {name}: <{PREFIXES[name]}>" for name in _USED)
    subject, relation, object_ = (_render_name(curie) for curie in triple.key)
    return f"""{prologue}
SELECT ?subject ?relation ?object ?source ?title ?locator ?licence ?support WHERE {{
  GRAPH ?source {{
    ?assertion rdf:subject {subject} ; rdf:predicate {relation} ; rdf:object {object_} ;
      prov:hadPrimarySource ?source ; thx:locator ?locator ; dcterms:license ?licence ; thx:support ?support .
  }}
  GRAPH thxs:concepts {{ {subject} rdfs:label ?subject . {object_} rdfs:label ?object . }}
  BIND({relation} AS ?relation)
  OPTIONAL {{ GRAPH thxs:sources {{ ?source dcterms:title ?title }} }}
}}
ORDER BY ?source ?locator"""


def _render_name(curie: str) -> str:
    """Return ``thx:`` names unchanged, everything else as an IRI."""
    prefix, _, name = curie.partition(":")
    plain = prefix in _USED and name.isascii() and name.replace("_", "a").isalnum()
    return curie if plain else render_iri(curie)


def render_cypher(triple: Triple) -> str:
    """Render a Cypher query for a triple's assertions, one row for each source and place, for ladybug and Neo4j.

    Parameters
    ----------
    triple : Triple
        A triple of the queried graph.
    """
    subject, _, object_ = (curie.replace("\\", "\\\\").replace("'", "\\'") for curie in triple.key)
    label = edge_label(triple.relation.id)
    return f"""MATCH (s:Concept {{id: '{subject}'}})-[r:{label}]->(o:Concept {{id: '{object_}'}})
RETURN s.label AS subject, r.relation AS relation, o.label AS object,
       r.source AS source, r.locator AS locator, r.licence AS licence, r.support AS support
ORDER BY source, locator"""


def list_published(language: Literal["sparql", "cypher"] = "sparql") -> tuple[str, ...]:
    """List the names of the published queries in a language."""
    return tuple(sorted(path.stem for path in QUERIES.glob(f"*{_ENDINGS[language]}")))


def read_published(name: str, language: Literal["sparql", "cypher"] = "sparql") -> str:
    """Read the text of a published query.

    Parameters
    ----------
    name : str
        Its name, with or without the file's ending.
    language : str
        ``sparql`` or ``cypher``.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    stem = name.removesuffix(_ENDINGS[language])
    if stem not in list_published(language):
        known = ", ".join(list_published(language)) or "none yet"
        known += suggest(stem, list_published(language))
        raise UsageError(f"there is no published {language} query {name!r}; there are {known}")
    return (QUERIES / f"{stem}{_ENDINGS[language]}").read_text(encoding="utf-8")


__all__ = ["QUERIES", "list_published", "read_published", "render_cypher", "render_sparql"]
