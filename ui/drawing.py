"""Small pictures: the evidence triples as a graph, and what a finding's log-odds add up from.

They are SVG without a script: they print, they scale, and screen readers read their titles.
"""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from thoracite.types import Evidence, Finding
from thoracite.ui.text import list_parts

NODE_WIDTH, GAP, LINE, PAD, LINK = 190, 230, 15, 9, 18
"""Widths and heights in user units: box, room between columns, line of text, padding, room for one edge."""

BESIDE, CHARACTER = 42, 6.4
"""Distance of words from a column that an edge goes round, and the width of one of their characters."""

STRONGEST = 10
"""Most signs with a bar of their own; the weaker ones share one."""


_WIDTH, _NAMES, _ROW, _NUMBER = 460, 230, 20, 46
"""Width of all and of the names, height of a row, width of a number, in user units."""


class Node(NamedTuple):
    """A concept in the picture.

    Parameters
    ----------
    column : int
        Column, from 0.
    x, y, height : float
        Top left corner and height of its box, in user units.
    lines : tuple of str
        Lines of its label.
    seed : bool
        Whether it is a finding of the image.
    """

    column: int
    x: float
    y: float
    height: float
    lines: tuple[str, ...]
    seed: bool


def draw_graph(evidence: Sequence[Evidence]) -> Markup:
    """Draw the cited triples as one SVG; empty where there are none.

    Parameters
    ----------
    evidence : sequence of Evidence
        Pieces of any kind; only triples are drawn.

    Returns
    -------
    Markup
        ``<svg …>``, escaped; edges carry the citation key as ``data-key``.

    Examples
    --------
    >>> draw_graph([])
    Markup('')
    """
    drawn = [item for item in evidence if item.triple is not None]
    if not drawn:
        return Markup("")
    nodes = place_nodes(drawn)
    width = max(_find_right(item, nodes) for item in drawn) + 2
    height = max(node.y + node.height for node in nodes.values()) + 2
    used: defaultdict[str, int] = defaultdict(int)
    edges = Markup("").join(_draw_edge(item, nodes, used) for item in drawn)
    boxes = Markup("").join(_draw_node(node) for node in nodes.values())
    return Markup(
        '<svg viewBox="-1 -1 {} {}" role="img" aria-label="Graph of the {} cited triples" style="max-width:{}px">'
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto-start-reverse"><path d="M0 0 8 4 0 8z"/></marker></defs>{}{}</svg>'
    ).format(width, height, len(drawn), round(width * 1.15), edges, boxes)


def _find_right(item: Evidence, nodes: dict[str, Node]) -> float:
    """Return how far to the right an edge and its ends reach; one within a column goes round, with its words beside."""
    if item.triple is None:
        return 0.0
    start, end = nodes[item.triple.subject.id], nodes[item.triple.object.id]
    beside = BESIDE + CHARACTER * len(f"{item.key} {item.triple.relation.label}") if start.column == end.column else 0
    return max(start.x, end.x) + NODE_WIDTH + beside


def place_nodes(drawn: Sequence[Evidence]) -> dict[str, Node]:
    """Place the concepts of triples in columns, those of the findings first.

    Parameters
    ----------
    drawn : sequence of Evidence
        Of kind ``triple``.

    Returns
    -------
    dict of str to Node
        By CURIE.
    """
    labels: dict[str, str] = {}
    neighbours: defaultdict[str, list[str]] = defaultdict(list)
    for item in drawn:
        if item.triple is None:
            continue
        ends = (item.triple.subject, item.triple.object)
        labels.update({end.id: end.label for end in ends})
        neighbours[ends[0].id].append(ends[1].id)
        neighbours[ends[1].id].append(ends[0].id)
    seeds = [entity for entity in dict.fromkeys(item.about.id for item in drawn) if entity in labels]
    seeds = seeds or [next(iter(labels))]
    columns = _columns(labels, neighbours, seeds)
    nodes: dict[str, Node] = {}
    heights: dict[int, float] = {}
    for name, column in columns.items():
        lines = tuple(textwrap.wrap(labels[name], 27)) or ("",)
        height = max(len(lines) * LINE + 2 * PAD, len(neighbours[name]) * LINK + PAD)
        y = heights.get(column, 0.0)
        nodes[name] = Node(column, column * (NODE_WIDTH + GAP), y, height, lines, name in seeds)
        heights[column] = y + height + 14
    tallest = max(heights.values())
    return {name: node._replace(y=node.y + (tallest - heights[node.column]) / 2) for name, node in nodes.items()}


def _columns(labels: dict[str, str], neighbours: dict[str, list[str]], seeds: list[str]) -> dict[str, int]:
    """Return the distance from the nearest seed; concepts without a seed stand in the second column."""
    columns = dict.fromkeys(seeds, 0)
    frontier = list(seeds)
    while frontier:
        reached = []
        for name in frontier:
            for other in neighbours[name]:
                if other not in columns:
                    columns[other] = columns[name] + 1
                    reached.append(other)
        frontier = reached
    return columns | {name: 1 for name in labels if name not in columns}


def _draw_node(node: Node) -> Markup:
    middle = node.y + node.height / 2 - (len(node.lines) - 1) * LINE / 2 + 4
    text = Markup("").join(
        Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
            node.x + NODE_WIDTH / 2, round(middle + number * LINE, 1), line
        )
        for number, line in enumerate(node.lines)
    )
    return Markup('<g class="{}"><rect x="{}" y="{}" width="{}" height="{}" rx="6"/>{}</g>').format(
        "node seed" if node.seed else "node", node.x, round(node.y, 1), NODE_WIDTH, round(node.height, 1), text
    )


def _draw_edge(item: Evidence, nodes: dict[str, Node], used: defaultdict[str, int]) -> Markup:
    if item.triple is None:
        return Markup("")
    start, end = nodes[item.triple.subject.id], nodes[item.triple.object.id]
    y0, y1 = (_slot(name, nodes, used) for name in (item.triple.subject.id, item.triple.object.id))
    if start.column == end.column:  # around the right-hand side
        x0, x1 = start.x + NODE_WIDTH, end.x + NODE_WIDTH
        path = f"M{x0} {y0:.1f}C{x0 + 50} {y0:.1f} {x1 + 50} {y1:.1f} {x1} {y1:.1f}"
        x, y, anchor = x1 + BESIDE, (y0 + y1) / 2, "start"
    else:
        right = end.column > start.column
        x0, x1 = (start.x + NODE_WIDTH, end.x) if right else (start.x, end.x + NODE_WIDTH)
        bend = (x1 - x0) * 0.35
        path = f"M{x0} {y0:.1f}C{x0 + bend} {y0:.1f} {x1 - bend} {y1:.1f} {x1} {y1:.1f}"
        x, leaf, other = (x1 - 12, y1, y0) if right else (x0 - 12, y0, y1)
        y, anchor = (leaf - 5 if other >= leaf else leaf + 13), "end"  # on the outer side of the curve
    return Markup(
        '<g class="edge {}" data-edge="{}"><path d="{}" marker-end="url(#arrow)"/>'
        '<text x="{}" y="{:.1f}" text-anchor="{}">'
        '<tspan class="cite-label" data-key="{}">{}</tspan> {}</text></g>'
    ).format(item.stance, item.key, path, x, y, anchor, item.key, item.key, item.triple.relation.label)


def _slot(name: str, nodes: dict[str, Node], used: defaultdict[str, int]) -> float:
    """Find the place where the next edge touches a box, so that two edges do not share their end."""
    used[name] += 1
    node = nodes[name]
    return min(node.y + node.height - PAD, node.y + PAD + 4 + (used[name] - 1) * LINK)


def place_numbers(findings: Sequence[Finding], unit: float) -> list[tuple[float, float]]:
    """Place the number of each box in its top left corner, side by side where corners lie together.

    Parameters
    ----------
    findings : sequence of Finding
        Each with a region.
    unit : float
        A 512th of the image's longer side, in its pixels.

    Returns
    -------
    list of tuple of float
        Left end and base line of each number, in pixels of the image.
    """
    places: list[tuple[float, float]] = []
    for finding in findings:
        assert finding.region is not None  # noqa: S101 - the caller lists those that have one
        x, y = finding.region.box[0] + 4 * unit, finding.region.box[1] + 15 * unit
        # Nearer than ten units is too near, and eleven on is free: were both eleven, rounding could find no end.
        while taken := [left for left, base in places if abs(x - left) < 10 * unit and abs(y - base) < 14 * unit]:
            x = max(taken) + 11 * unit
        places.append((x, y))
    return places


def draw_waterfall(finding: Finding) -> Markup:
    """Draw the parts of a finding's log-odds; empty for a finding without signs.

    Parameters
    ----------
    finding : Finding
        With its signs.

    Returns
    -------
    Markup
        ``<svg …>``, escaped.

    Examples
    --------
    >>> from thoracite.types import Entity
    >>> draw_waterfall(Finding(entity=Entity(id="thx:lung_mass", label="lung mass"), probability=0.5,
    ...                        certainty="uncertain"))
    Markup('')
    """
    parts = _join_weak(list_parts(finding))
    if not parts:
        return Markup("")
    ends = [0.0]
    for _, added in parts:
        ends.append(ends[-1] + added)
    bars = [*((name, added, ends[n]) for n, (name, added) in enumerate(parts)), ("sum", finding.log_odds, 0.0)]
    low, high = min(ends), max(ends)
    scale = (_WIDTH - _NAMES - _NUMBER) / max(high - low, 1e-9)
    rows = Markup("").join(_draw_row(number, bar, low, scale) for number, bar in enumerate(bars))
    label = "; ".join(f"{name} {added:+.2f}" for name, added, _ in bars)
    return Markup(
        '<svg class="waterfall" viewBox="0 0 {} {}" role="img" aria-label="Log-odds of {}: {}">{}</svg>'
    ).format(_WIDTH, _ROW * len(bars) + 4, finding.entity.label, label, rows)


def _join_weak(parts: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Give the weaker signs one part together; base and rest, at both ends, stay.

    Examples
    --------
    >>> many = [("average image", -2.0), *((f"sign {n}", 1 / n) for n in range(1, 13)), ("rest", 0.5)]
    >>> [name for name, _ in _join_weak(many)][-3:]
    ['sign 10', '2 weaker signs together', 'rest']
    """
    weak = sorted(parts[1:-1], key=lambda part: -abs(part[1]))[STRONGEST:]
    if len(weak) < 2:
        return parts
    kept = [part for part in parts[1:-1] if part not in weak]
    return [parts[0], *kept, (f"{len(weak)} weaker signs together", sum(added for _, added in weak)), parts[-1]]


def _draw_row(number: int, bar: tuple[str, float, float], low: float, scale: float) -> Markup:
    name, added, start = bar
    x = _NAMES + (min(start, start + added) - low) * scale
    y = number * _ROW + 2
    css = "total" if name == "sum" or number == 0 else "for" if added > 0 else "against"
    return Markup(
        '<text x="{}" y="{}" text-anchor="end">{}</text><rect class="{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>'
        '<text class="value" x="{:.1f}" y="{}">{:+.2f}</text>'
    ).format(
        _NAMES - 8,
        y + 13,
        textwrap.shorten(name, 40, placeholder="…"),
        css,
        x,
        y + 2,
        max(abs(added) * scale, 1.0),
        _ROW - 6,
        x + abs(added) * scale + 4,
        y + 13,
        added,
    )


__all__ = ["STRONGEST", "Node", "draw_graph", "draw_waterfall", "place_nodes", "place_numbers"]
