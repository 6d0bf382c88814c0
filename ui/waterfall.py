"""What a finding's log-odds add up from, as a small picture: base, what each sign adds, the rest, the sum.

It is SVG without a script: it prints, it scales, and screen readers read its title.
"""

from __future__ import annotations

import textwrap

from markupsafe import Markup

from thoracite.types import Finding
from thoracite.ui.text import list_parts

_WIDTH, _NAMES, _ROW, _NUMBER = 460, 230, 20, 46
"""Width of all and of the names, height of a row, width of a number, in user units."""


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
    parts = list_parts(finding)
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
        textwrap.shorten(name, 42, placeholder="…"),
        css,
        x,
        y + 2,
        max(abs(added) * scale, 1.0),
        _ROW - 6,
        x + abs(added) * scale + 4,
        y + 13,
        added,
    )


__all__ = ["draw_waterfall"]
