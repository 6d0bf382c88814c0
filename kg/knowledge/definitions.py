"""Definitions as whole sentences: the defined term is added where they leave it out.

Examples
--------
>>> complete_definition("deep sulcus sign", "Suggests pneumothorax; may also indicate hydropneumothorax.")
['deep sulcus sign suggests pneumothorax', 'deep sulcus sign may also indicate hydropneumothorax.']
>>> complete_definition("asbestosis", "A pneumoconiosis caused by inhalation of asbestos.")
['asbestosis is a pneumoconiosis caused by inhalation of asbestos.']
"""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"\s*;\s*|,\s*(?:but\s+)?(?=(?:suggesting|indicating|may|can|often|usually|typically)\b)")
_MANNER = r"(?:(?:typically|most|more|commonly|usually|often|classically|highly|relatively|also|may|can|could|be)\s+)*"
_FINITE = re.compile(
    rf"{_MANNER}(?:suggests?|indicates?|represents?|excludes?|rules?\s+out|results?\s+from|occurs?|affects?|involves?"
    r"|may\s+be|can\s+be)\b",
    re.IGNORECASE,
)
_PARTICIPLE = re.compile(
    rf"{_MANNER}(?:suggestive\s+of|indicative\s+of|characteristic\s+of|typical\s+of|associated\s+with|seen|found|visible|caused"
    r"|due\s+to|located|characteri[sz]ed)\b",
    re.IGNORECASE,
)
_NOUN = re.compile(r"(?:an?|the|any)\s", re.IGNORECASE)
_SIGN = re.compile(r"(?:relatively\s+specific\s+)?sign\s+of\b", re.IGNORECASE)
_MODAL = re.compile(r"\b(?:may|can|could)\b", re.IGNORECASE)


def complete_definition(topic: str, text: str) -> list[str]:
    """Split a definition's sentence into clauses, each with a subject; clauses that have one are unchanged.

    Parameters
    ----------
    topic : str
        The defined term.
    text : str
        One sentence.
    """
    clauses = [re.sub(r"^suggesting", "suggests", clause) for clause in _CLAUSE.split(text) if clause.strip()]
    return [_complete(topic, re.sub(r"^indicating", "indicates", clause)) for clause in clauses]


def _complete(topic: str, clause: str) -> str:
    start = clause[0].lower() + clause[1:]
    participle = _PARTICIPLE.match(clause)
    if participle:
        return f"{topic} {start}" if _MODAL.search(participle[0]) else f"{topic} is {start}"
    if _FINITE.match(clause):
        return f"{topic} {start}"
    if _SIGN.match(clause):
        return f"{topic} is a {start}"
    return f"{topic} is {start}" if _NOUN.match(clause) else clause


__all__ = ["complete_definition"]
