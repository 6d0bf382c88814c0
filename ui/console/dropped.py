"""Sentences that were written and not released, as text for the terminal."""

from __future__ import annotations

import textwrap

from thoracite.types import Explanation

_WIDTH = 100


def render_dropped(explanation: Explanation) -> str:
    """Render what was written and not released, each sentence with its verdict and the reason.

    Parameters
    ----------
    explanation : Explanation
        Released or withheld.

    Examples
    --------
    >>> from thoracite.types import Dropped
    >>> dropped = Dropped(sentence="There is no mass [E1].", verdict="contradicted", why="the image shows one")
    >>> withheld = Explanation(
    ...     image="a.png", generator="x", graph="none", abstained=True, reason="nothing holds", dropped=(dropped,)
    ... )
    >>> print(render_dropped(withheld))
    Dropped
      There is no mass [E1].
        contradicted: the image shows one
    """
    lines = ["Dropped" if explanation.dropped else "Dropped: nothing; every sentence that was written is supported"]
    for one in explanation.dropped:
        lines += textwrap.wrap(one.sentence, _WIDTH, initial_indent="  ", subsequent_indent="  ")
        why = f"{one.verdict}: {one.why}"
        lines += textwrap.wrap(why, _WIDTH, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines)


__all__ = ["render_dropped"]
