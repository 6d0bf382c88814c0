"""A retrieval for other programs: networkx, RDF and JSON-LD, and back.

In RDF a retrieval is readable by itself: the plain triples, the labels of the concepts, and for each piece of evidence
a node with its stance, score, parts and the assertions that it rests on. Whatever RDF has no words for is kept beside
it as a JSON literal, so that nothing is lost on the way back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import networkx as nx
import pyoxigraph as ox
from rdflib import RDF, RDFS, XSD, BNode, Graph, Literal, URIRef

from thoracite.errors import InputError
from thoracite.kg.vocabulary import PREFIXES, expand
from thoracite.types import Entity, Evidence, ScoredTriple

if TYPE_CHECKING:
    from thoracite.retrieval.result import Retrieval

CONTEXT = {name: PREFIXES[name] for name in ("thx", "thxs", "thxa", "rdf", "rdfs", "prov", "xsd")}
"""Prefixes of the JSON-LD."""

_THX, _PROV = PREFIXES["thx"], PREFIXES["prov"]
_RECORD, _EVIDENCE = URIRef(_THX + "record"), URIRef(_THX + "Evidence")
_N_TRIPLES = ox.RdfFormat.N_TRIPLES
_ROOT = URIRef(_THX + "Retrieval")
_NOT_OURS = "the graph is no retrieval; expected what Retrieval.{method} returns"


def write_networkx(found: Retrieval) -> nx.MultiDiGraph[Any]:
    """Write a retrieval as a networkx graph; see :meth:`~thoracite.retrieval.result.Retrieval.to_networkx`.

    Parameters
    ----------
    found : Retrieval
        Any.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes are CURIEs with ``label``, ``kind`` and ``seed``; edges are keyed by the relation's CURIE, with ``label``,
        ``score``, ``stance``, ``parts`` and ``rank``.
    """
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(
        retrieval=found.model_dump(include={"findings", "signs", "reason"}),
        evidence=[(place, one.model_dump()) for place, one in enumerate(found.evidence) if one.triple is None],
    )
    seeds = {seed.id: place for place, seed in enumerate(found.seeds)}
    for node in found.subgraph.nodes:
        graph.add_node(node.id, label=node.label, kind=node.kind, seed=seeds.get(node.id), entity=node.model_dump())
    cited = {one.triple.key: (place, one.model_dump()) for place, one in enumerate(found.evidence) if one.triple}
    for rank, scored in enumerate(found.triples):
        triple = scored.triple
        graph.add_edge(
            triple.subject.id,
            triple.object.id,
            key=triple.relation.id,
            label=triple.relation.label,
            score=scored.score,
            stance=scored.stance,
            parts=dict(scored.parts),
            rank=rank,
            scored=scored.model_dump(),
            evidence=cited.get(triple.key),
        )
    return graph


def read_networkx(graph: nx.MultiDiGraph[Any]) -> dict[str, Any]:
    """Read the fields of a retrieval from its networkx graph.

    Raises
    ------
    InputError
        If it was not made of a retrieval.
    """
    try:
        edges = sorted((data for _, _, data in graph.edges(data=True)), key=lambda data: data["rank"])
        cited = sorted([*graph.graph["evidence"], *(data["evidence"] for data in edges if data["evidence"])])
        seeds = sorted((data["seed"], data["entity"]) for _, data in graph.nodes(data=True) if data["seed"] is not None)
        fields: dict[str, Any] = graph.graph["retrieval"] | {
            "subgraph": {"seeds": [seed for _, seed in seeds], "triples": [data["scored"] for data in edges]},
            "evidence": [evidence for _, evidence in cited],
        }
        return fields
    except (KeyError, TypeError) as error:
        raise InputError(_NOT_OURS.format(method="to_networkx")) from error


def write_rdf(found: Retrieval) -> Graph:
    """Write a retrieval as RDF; see :meth:`~thoracite.retrieval.result.Retrieval.to_rdf`."""
    graph = Graph()
    for name, namespace in CONTEXT.items():
        graph.bind(name, namespace)
    root = BNode("retrieval")
    graph.add((root, RDF.type, _ROOT))
    graph.add((root, _RECORD, _write_json(found.model_dump(mode="json", exclude={"subgraph", "evidence"}))))
    _write_concepts(graph, root, found.subgraph.nodes, found.seeds)
    cited = {one.triple.key: one for one in found.evidence if one.triple is not None}
    for rank, scored in enumerate(found.triples, 1):
        _write_triple(graph, scored, rank, cited.get(scored.triple.key))
    for one in found.evidence:
        if one.triple is None:
            node = BNode(one.key)
            _write_evidence(graph, node, one)
    return graph


def _write_concepts(graph: Graph, root: BNode, nodes: Iterable[Entity], seeds: Iterable[Entity]) -> None:
    for node in nodes:
        graph.add((URIRef(expand(node.id)), RDFS.label, Literal(node.label)))
    for place, seed in enumerate(seeds, 1):
        link = BNode(f"seed{place}")
        graph.add((root, URIRef(_THX + "seed"), link))
        graph.add((link, RDF.value, URIRef(expand(seed.id))))
        graph.add((link, _RECORD, _write_json({"place": place, "entity": seed.model_dump(mode="json")})))


def _write_triple(graph: Graph, scored: ScoredTriple, rank: int, evidence: Evidence | None) -> None:
    triple = scored.triple
    subject, relation, object_ = (URIRef(expand(curie)) for curie in triple.key)
    graph.add((subject, relation, object_))
    node = BNode(evidence.key if evidence else f"triple{rank}")
    for predicate, value in ((RDF.subject, subject), (RDF.predicate, relation), (RDF.object, object_)):
        graph.add((node, predicate, value))
    graph.add((node, URIRef(_THX + "rank"), Literal(rank)))
    for part, points in scored.parts.items():
        link = BNode(f"part{rank}_{part}")
        graph.add((node, URIRef(_THX + "part"), link))
        graph.add((link, RDFS.label, Literal(part)))
        graph.add((link, RDF.value, Literal(points, datatype=XSD.double)))
    for origin in triple.provenance:
        rests_on = origin.assertion or origin.source
        graph.add((node, URIRef(_PROV + "wasDerivedFrom"), URIRef(expand(rests_on))))
    graph.add((node, URIRef(_THX + "scored"), _write_json({"rank": rank, "scored": scored.model_dump(mode="json")})))
    if evidence is not None:
        _write_evidence(graph, node, evidence)


def _write_evidence(graph: Graph, node: BNode, evidence: Evidence) -> None:
    graph.add((node, RDF.type, _EVIDENCE))
    graph.add((node, RDFS.label, Literal(evidence.key)))
    graph.add((node, RDFS.comment, Literal(evidence.why)))
    graph.add((node, URIRef(_THX + "about"), URIRef(expand(evidence.about.id))))
    graph.add((node, URIRef(_THX + "stance"), Literal(evidence.stance)))
    graph.add((node, URIRef(_THX + "score"), Literal(evidence.score, datatype=XSD.double)))
    graph.add((node, _RECORD, _write_json(evidence.model_dump(mode="json"))))


def _write_json(value: Mapping[str, Any]) -> Literal:
    return Literal(json.dumps(value, ensure_ascii=False, sort_keys=True))


def read_rdf(graph: Graph) -> dict[str, Any]:
    """Read the fields of a retrieval from its RDF.

    Raises
    ------
    InputError
        If it was not made of a retrieval.
    """
    root = graph.value(predicate=RDF.type, object=_ROOT, any=True)
    if root is None:
        raise InputError(_NOT_OURS.format(method="to_rdf"))
    seeds = [_read_json(graph, node, _RECORD) for node in graph.objects(root, URIRef(_THX + "seed"))]
    scored = [json.loads(str(value)) for value in graph.objects(predicate=URIRef(_THX + "scored"))]
    evidence = [_read_json(graph, node, _RECORD) for node in graph.subjects(RDF.type, _EVIDENCE)]
    return _read_json(graph, root, _RECORD) | {
        "subgraph": {
            "seeds": [one["entity"] for one in sorted(seeds, key=lambda one: one["place"])],
            "triples": [one["scored"] for one in sorted(scored, key=lambda one: one["rank"])],
        },
        "evidence": sorted(evidence, key=lambda one: int(one["key"][1:])),
    }


def _read_json(graph: Graph, node: Any, predicate: URIRef) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(str(graph.value(node, predicate)))
    return read


def parse_jsonld(text: str) -> Graph:
    """Parse JSON-LD.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        quads = ox.parse(text, format=ox.RdfFormat.JSON_LD)
        triples = ox.serialize((ox.Triple(one.subject, one.predicate, one.object) for one in quads), format=_N_TRIPLES)
    except (SyntaxError, ValueError) as error:
        raise InputError(_NOT_OURS.format(method="to_jsonld")) from error
    return Graph().parse(data=triples, format="nt")


__all__ = ["CONTEXT", "parse_jsonld", "read_networkx", "read_rdf", "write_networkx", "write_rdf"]
