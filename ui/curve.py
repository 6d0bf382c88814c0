"""The price of a certified release as a picture: the lower the risk, the more statements are held back.

``python -m thoracite.ui.curve FILE`` writes that of the bundled encoder as a file for the documents.

Examples
--------
>>> draw_curve([(0.05, 0.7), (0.1, 0.35), (0.15, 0.0)])[:20]
Markup('<svg class="curve" v')
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from thoracite.files import write_text
from thoracite.generation.release.certificate import open_certificate

LEVELS = tuple(step / 200 for step in range(1, 33))
"""Levels of the risk that are drawn: 0.005 to 0.16."""

_WIDTH, _HEIGHT, _LEFT, _BELOW, _ABOVE = 460, 250, 52, 44, 12
_TICKS_X, _TICKS_Y = (0.0, 0.05, 0.1, 0.15), (0.0, 0.25, 0.5, 0.75, 1.0)


def draw_curve(points: Sequence[tuple[float, float]]) -> Markup:
    """Draw what each level of risk holds back.

    Parameters
    ----------
    points : sequence of tuple of float
        Level, and share of the statements held back, both in [0, 1], in order of the level; empty draws nothing.

    Returns
    -------
    Markup
        ``<svg …>``, escaped.
    """
    if not points:
        return Markup("")
    most = max(level for level, _ in points)
    right, base = _WIDTH - 10, _HEIGHT - _BELOW

    def place(level: float, share: float) -> tuple[float, float]:
        return _LEFT + level / most * (right - _LEFT), base - share * (base - _ABOVE)

    grid = Markup("").join(_draw_tick(place(0, share), right, f"{share:g}") for share in _TICKS_Y)
    below = Markup("").join(
        Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{:g}</text>').format(place(level, 0)[0], base + 16, level)
        for level in _TICKS_X
        if level <= most
    )
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
    return Markup(
        '<svg class="curve" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}'
        '<polyline points="{}" fill="none" stroke="currentColor" stroke-width="2"/>'
        '<text x="{}" y="{}" text-anchor="middle">certified risk</text>'
        '<text transform="translate(14 {}) rotate(-90)" text-anchor="middle">statements held back</text></svg>'
    ).format(
        _WIDTH, _HEIGHT, _describe(points), grid, below, line, (_LEFT + right) / 2, _HEIGHT - 8, (base + _ABOVE) / 2
    )  # fmt: skip


def _draw_tick(left: tuple[float, float], right: float, text: str) -> Markup:
    """Draw a line of the grid and its number."""
    return Markup(
        '<line x1="{:.1f}" y1="{y:.1f}" x2="{}" y2="{y:.1f}" stroke="currentColor" stroke-opacity="0.2"/>'
        '<text x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>'
    ).format(left[0], right, left[0] - 6, left[1] + 4, text, y=left[1])


def _describe(points: Sequence[tuple[float, float]]) -> str:
    """Say the curve in words, for those who do not see it."""
    told = [f"at risk {level:g}, {share:.0%}" for level, share in points if round(level * 1000) % 50 == 0]
    return f"Statements held back: {'; '.join(told)}" if told else "Statements held back at each risk"


def draw_file() -> str:
    """Return the curve of the bundled encoder as a file of its own, black on white."""
    drawn = str(draw_curve(open_certificate("thoracite-mini").trace_curve(LEVELS)))
    style = 'xmlns="http://www.w3.org/2000/svg" style="background: white; color: black; font: 11px sans-serif"'
    return drawn.replace("<svg", f"<svg {style}", 1) + "\n"


if __name__ == "__main__":
    write_text(Path(sys.argv[1]), draw_file())

__all__ = ["LEVELS", "draw_curve", "draw_file"]
