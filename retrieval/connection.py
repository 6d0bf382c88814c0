"""Joining what was chosen: the cheapest triples that make one connected subgraph of several parts.

Examples
--------
>>> from thoracite.types import Entity, Provenance, Relation, Triple
>>> origin, sign = (Provenance(source="thxs:s", locator="1"),), Relation(id="thx:suggestive_of", label="suggests")
>>> def fact(a: str, b: str) -> Triple:
...     return Triple(subject=Entity(id=a, label=a), relation=sign, object=Entity(id=b, label=b), provenance=origin)
>>> chosen = [fact("thx:a", "thx:b"), fact("thx:d", "thx:e")]
>>> [one.key[::2] for one in join_parts(chosen, [], [(1.0, fact("thx:b", "thx:c")), (1.0, fact("thx:c", "thx:d"))])]
[('thx:b', 'thx:c'), ('thx:c', 'thx:d')]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import networkx as nx
from networkx.algorithms.approximation import steiner_tree

from thoracite.errors import UsageError
from thoracite.kg.vocabulary import CHEST_RADIOGRAPH
from thoracite.types import Triple

_WITHIN = 1e-6
"""Cost of a step within a part."""


def join_parts(
    chosen: Sequence[Triple], seeds: Iterable[str], candidates: Iterable[tuple[float, Triple]], *, join: str = "steiner"
) -> list[Triple]:
    """Find the triples that join the parts of a subgraph.

    Parameters
    ----------
    chosen : sequence of Triple
        Triples of the subgraph.
    seeds : iterable of str
        CURIEs that belong to it too.
    candidates : iterable of (float, Triple)
        Cost of a further triple, above 0, and the triple, in a fixed order.
    join : str
        ``steiner`` or ``pcst``.

    Returns
    -------
    list of Triple
        None that was chosen; empty where the parts hang together, or no candidate joins any.

    Raises
    ------
    UsageError
        If ``pcst`` is asked for and pcst-fast is not installed.

    References
    ----------
    Mehlhorn K. A faster approximation algorithm for the Steiner problem in graphs. Inf Process Lett 1988;27:125-128.
    Hegde C, Indyk P, Schmidt L. A nearly-linear time framework for graph-structured sparsity. ICML 2015 (pcst-fast).
    """
    graph = _build(chosen, seeds, candidates)
    parts = _find_parts(chosen, seeds)
    if len(parts) < 2:
        return []
    # one end of each part; those that the candidates cannot reach stay apart
    reachable = max((nx.node_connected_component(graph, part[0]) for part in parts), key=lambda one: _count(parts, one))
    ends = [part[0] for part in parts if part[0] in reachable]
    if len(ends) < 2:
        return []
    tree = _solve_prizes(graph, parts, reachable) if join == "pcst" else _solve_terminals(graph, ends, reachable)
    inside = {triple.key for triple in chosen}
    found = {triple.key: triple for one, two in sorted(map(sorted, tree)) if (triple := graph[one][two]["triple"])}
    return [triple for key, triple in sorted(found.items()) if key not in inside]


def _count(parts: Sequence[Sequence[str]], component: set[str]) -> int:
    return sum(part[0] in component for part in parts)


def _find_parts(chosen: Iterable[Triple], seeds: Iterable[str]) -> list[list[str]]:
    """List the parts of the subgraph, each sorted; a seed on its own is one too."""
    graph = nx.Graph()
    graph.add_nodes_from(seeds)
    graph.add_edges_from((one.subject.id, one.object.id) for one in chosen)
    return sorted(sorted(part) for part in nx.connected_components(graph))


def _build(chosen: Iterable[Triple], seeds: Iterable[str], candidates: Iterable[tuple[float, Triple]]) -> Any:
    """Build the graph of all that may join; the chest radiograph, linked to every observation, joins nothing."""
    graph = nx.Graph()
    graph.add_nodes_from(seeds)
    for cost, triple in [*((_WITHIN, one) for one in chosen), *candidates]:
        ends = triple.subject.id, triple.object.id
        held = graph.get_edge_data(*ends)
        if CHEST_RADIOGRAPH.id not in ends and (held is None or cost < held["cost"]):
            graph.add_edge(*ends, cost=cost, triple=triple)
    return graph


def _solve_terminals(graph: Any, ends: list[str], reachable: set[str]) -> list[tuple[str, str]]:
    order = [node for node in graph.nodes if node in reachable]
    inner = nx.Graph()
    inner.add_nodes_from(order)
    inner.add_edges_from((one, two, data) for one, two, data in graph.edges(data=True) if one in reachable)
    return list(steiner_tree(inner, ends, weight="cost", method="mehlhorn").edges)


def _solve_prizes(graph: Any, parts: Sequence[Sequence[str]], reachable: set[str]) -> list[tuple[str, str]]:
    try:
        from pcst_fast import pcst_fast
    except ImportError as error:
        raise UsageError(
            "joining by prizes needs pcst-fast; run pip install pcst-fast, or use join='steiner'"
        ) from error
    nodes = [node for node in graph.nodes if node in reachable]
    number: Mapping[str, int] = {node: at for at, node in enumerate(nodes)}
    edges = [(one, two, data["cost"]) for one, two, data in graph.edges(data=True) if one in reachable]
    prized = {node for part in parts for node in part}
    prizes = [2.0 if node in prized else 0.0 for node in nodes]
    pairs = [[number[one], number[two]] for one, two, _ in edges]
    _, kept = pcst_fast(pairs, prizes, [cost for _, _, cost in edges], -1, 1, "strong", 0)
    return [edges[at][:2] for at in sorted(int(one) for one in kept)]


__all__ = ["join_parts"]
