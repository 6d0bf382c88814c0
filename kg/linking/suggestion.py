"""Suggestions for names that nothing answers to: the nearest known ones, by their letters.

Examples
--------
>>> suggest("cardiomegally", ["cardiomegaly", "pneumonia"])
"; did you mean 'cardiomegaly'?"
>>> suggest("xyzzy", ["cardiomegaly"])
''
>>> correct("plueral efusion", {"pleural", "effusion", "edema"})
'pleural effusion'
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches

_CUTOFF = 0.75
_SHORTEST = 5
"""Letters of the shortest word that is corrected: shorter ones have too many neighbours."""


def suggest(name: str, known: Iterable[str]) -> str:
    """End an error's sentence with the nearest known name, or with nothing.

    Parameters
    ----------
    name : str
        Name that is not known.
    known : iterable of str
        Names that are, as they are shown.
    """
    spelled = {one.lower(): one for one in known}
    nearest = get_close_matches(name.lower(), spelled, n=1, cutoff=_CUTOFF)
    return f"; did you mean {spelled[nearest[0]]!r}?" if nearest else ""


def correct(text: str, known: Collection[str], *, cutoff: float = _CUTOFF) -> str:
    """Put the nearest known word in place of each long word that is not known.

    Parameters
    ----------
    text : str
        Words as they were typed.
    known : collection of str
        Words in lower case.
    cutoff : float
        Least likeness of a word and the one in its place, in (0, 1].
    """

    def replace(match: re.Match[str]) -> str:
        word = match[0].lower()
        if word in known or len(word) < _SHORTEST:
            return match[0]
        return next(iter(get_close_matches(word, known, n=1, cutoff=cutoff)), match[0])

    return re.sub(r"[^\W\d_]+", replace, text)


__all__ = ["correct", "suggest"]
