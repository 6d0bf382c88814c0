"""The cited triples as data for an interactive picture, and which pieces of evidence light up together."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from thoracite.kg.ties import find_tie
from thoracite.types import Evidence
from thoracite.ui.drawing import place_nodes

WIDTH, GAP = 132, 172
"""Width of a node and room between two columns, in the picture's own units."""


def write_network(evidence: Sequence[Evidence]) -> str:
    """Write the cited triples as JSON for the page's script.

    Parameters
    ----------
    evidence : sequence of Evidence
        Pieces of any kind; only triples are drawn.

    Returns
    -------
    str
        ``nodes`` with ``id``, ``label``, ``seed``, ``x``, ``y`` and ``edges`` with ``id`` (the key), ``source``,
        ``target``, ``label``, ``stance``, ``within`` (one column); empty where there are no triples.

    Examples
    --------
    >>> write_network([])
    ''
    """
    drawn = [(item, item.triple) for item in evidence if item.triple is not None]
    if not drawn:
        return ""
    nodes = place_nodes([item for item, _ in drawn])
    concepts: list[dict[str, Any]] = [
        {
            "id": name,
            "label": " ".join(node.lines),
            "seed": node.seed,
            "x": node.column * (WIDTH + GAP),
            "y": round(node.y + node.height / 2, 1),
        }
        for name, node in nodes.items()
    ]
    edges = [
        {
            "id": item.key,
            "source": triple.subject.id,
            "target": triple.object.id,
            "label": f"{item.key} {triple.relation.label}",
            "stance": item.stance,
            "within": nodes[triple.subject.id].column == nodes[triple.object.id].column,
        }
        for item, triple in drawn
    ]
    return json.dumps({"nodes": concepts, "edges": edges})


def link_evidence(evidence: Iterable[Evidence]) -> Mapping[str, tuple[str, ...]]:
    """Link a sign with the facts that tie it to its finding, and a finding with its place.

    Parameters
    ----------
    evidence : iterable of Evidence
        All pieces of one explanation.

    Returns
    -------
    mapping of str to tuple of str
        Keys that light up together with each key; a key with nothing else is left out.
    """
    pieces = list(evidence)
    linked: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for one in pieces:
        for other in pieces:
            if one.about.id == other.about.id and (
                _ties(one, other) or (one.kind, other.kind) == ("finding", "region")
            ):
                linked[one.key][other.key] = None
                linked[other.key][one.key] = None
    return {key: tuple(others) for key, others in linked.items()}


def _ties(one: Evidence, other: Evidence) -> bool:
    if one.sign is None or other.triple is None:
        return False
    return find_tie(one.sign, one.about.id, other.triple) is not None


__all__ = ["link_evidence", "write_network"]
