"""Singular and plural of the nouns of chest radiographs.

Examples
--------
>>> [make_singular(noun) for noun in ("opacities", "masses", "apices", "hila", "ascites", "atelectasis")]
['opacity', 'mass', 'apex', 'hilum', 'ascites', 'atelectasis']
>>> [make_plural(noun) for noun in ("opacity", "mass", "x ray")]
['opacities', 'masses', 'x rays']
>>> is_plural("Kerley B lines"), is_plural("pneumothorax")
(True, False)
"""

from __future__ import annotations

import re

_IRREGULAR = {
    "apices": "apex", "hila": "hilum", "bases": "base", "bullae": "bulla", "pleurae": "pleura", "bronchi": "bronchus",
    "metastases": "metastasis", "atelectases": "atelectasis", "emboli": "embolus", "granulomata": "granuloma",
    "vertebrae": "vertebra", "septa": "septum", "alveoli": "alveolus",
    "pneumothoraces": "pneumothorax", "hydropneumothoraces": "hydropneumothorax", "hemothoraces": "hemothorax",
    "diagnoses": "diagnosis", "prostheses": "prosthesis", "fibroses": "fibrosis",
}  # fmt: skip
_NO_PLURAL = re.compile(r"(?:ss|us|is|ascites|diabetes|gas|series)$|^(?:lens|limits)$")
"""Words in ``s`` that are not plurals, or have no singular: "within normal limits"."""

_SHORTEST = 4
"""Fewest letters of a word taken for a plural."""


def make_singular(noun: str) -> str:
    """Return the singular of a noun, or of a phrase that ends in one; other words stay.

    Parameters
    ----------
    noun : str
        In lower case.
    """
    before, _, word = noun.rpartition(" ")
    single = _IRREGULAR.get(word) or _cut_ending(word)
    return f"{before} {single}" if before else single


def _cut_ending(word: str) -> str:
    if len(word) < _SHORTEST or not word.endswith("s") or _NO_PLURAL.search(word):
        return word
    if word.endswith("ies") and len(word) > 5:
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("xes", "ches", "shes", "sses")) else word[:-1]


def make_plural(noun: str) -> str:
    """Return the plural of a noun, or of a phrase that ends in one; irregular plurals are not known.

    Parameters
    ----------
    noun : str
        In lower case.
    """
    if noun.endswith(("s", "x", "sh", "ch")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def is_plural(noun: str) -> bool:
    """Tell whether a noun, or a phrase that ends in one, is a plural.

    Parameters
    ----------
    noun : str
        In any case.
    """
    return make_singular(noun.lower()) != noun.lower()


__all__ = ["is_plural", "make_plural", "make_singular"]
