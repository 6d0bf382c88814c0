"""Words before a capitalised one that say that a person is named next: "signed by", "Consultant:", "seen with Dr".

Where a cue is ``sure``, any word behind it that could be a surname is one; behind the others it must also be no word of
reports.
"""

from __future__ import annotations

import re
from functools import lru_cache

from thoracite.kg.privacy.patterns import any_of

_CUE = re.compile(
    rf"(?i:(?P<sure>\b{any_of('by')}\s+(?:\w+\s+){{0,2}}?by\s*:?\s*|\b{any_of('told directly')}\s+|"
    rf"\b{any_of('talk with')}(?:\s+\w+){{0,4}}?\s+with\s+|\b{any_of('talk to')}(?:\s+\w+){{0,4}}?\s+to\s+|"
    rf"(?:^|[\n.;])\s*{any_of('person label')}\s*:\s*|\b(?:care|service|behalf|patient|firm|request)\s+of\s+|"
    r"\b(?:admitted|seen|listed|booked)\s+under\s+|\bmessage\s+(?:was\s+)?(?:left\s+)?(?:with|for|to)\s+|\bper\s+|\battn\.?:?\s+|"
    rf"\b{any_of('from')}\s+from\s+|\b(?:signed|typed|dictated|transcribed|co-?signed|counter-?signed|authori[sz]ed)\s+|"
    r"\b(?:family|wife|husband|mother|father|son|daughter|relatives?|parents?|carer)\s+of\s+|\bby\s+me,\s+|"
    r"\b(?:regards|sincerely|faithfully|thanks|truly|wishes),?\s+|\bhelp\s+of\s+|"
    rf"(?P<role>\b{any_of('person')}(?:\s+(?:on[ -](?:call|duty)|in\s+charge))?(?:,|\s-)?\s+))|"
    rf"\b{any_of('label')}\s*[:=]\s*|\b{any_of('told')}(?:\s+\w+){{0,4}}?\s+(?:with|to|by|from|for)\s+|"
    rf"\b{any_of('may be named next')}\s+)$"
)
_CUE_ENDS = re.compile(
    rf"with|to|by|from|for|of|under|me|charge|duty|regards|sincerely|faithfully|thanks|truly|wishes|rang|told|call|ring|"
    rf"page|inform|notify|phone|bleep|ask|tell|contact|copy|text|per|via|attn|cc|o|patient|pt|w|dear|n[eé]e|alias|aka|a|call|kin|\w+ed|{any_of('person')}",
    re.IGNORECASE,
)
"""The word that every cue without a colon ends with, to look for one only there."""


def find_cue(before: str, word: str, gap: str) -> re.Match[str] | None:
    """The cue that a text ends with.

    Parameters
    ----------
    before : str
        Some ninety characters before the capitalised word.
    word, gap : str
        The last word of them, and what stands between it and the capitalised one.

    Returns
    -------
    re.Match or None
        Its group ``sure`` is set where any word may be the name, ``role`` where a role stands before it like a title.

    Examples
    --------
    >>> found = find_cue("No effusion. Discussed with the resident, ", "resident", ", ")
    >>> found is not None and found["role"] is not None
    True
    >>> find_cue("There is a small ", "small", " ") is None
    True
    """
    if not (":" in gap or "=" in gap or _ends_cue(word)):
        return None
    return _CUE.search(before)


@lru_cache(maxsize=50_000)
def _ends_cue(word: str) -> bool:
    return _CUE_ENDS.fullmatch(word.rpartition("-")[2]) is not None


__all__ = ["find_cue"]
