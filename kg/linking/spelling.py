"""British spelling of the field's words, made American, as the word lists have it.

Examples
--------
>>> [americanize(word) for word in "oedema haemothorax visualised tumour oesophageal favours ischaemia".split()]
['edema', 'hemothorax', 'visualized', 'tumor', 'esophageal', 'favors', 'ischemia']
>>> [americanize(word) for word in "raised otherwise comprised four".split()]
['raised', 'otherwise', 'comprised', 'four']
"""

from __future__ import annotations

import re
from functools import lru_cache

_RULES = (
    (re.compile(r"oedem"), "edem"),
    (re.compile(r"haem"), "hem"),
    (re.compile(r"\boesoph"), "esoph"),
    (re.compile(r"(?<=[a-z])aem(?=i)"), "em"),
    (re.compile(r"aetiolog"), "etiolog"),
    (re.compile(r"(tum|fav|col|behavi)our"), r"\1or"),
    (re.compile(r"(cent|calib|fib|tit)re(?=s?$)"), r"\1er"),
    (re.compile(r"(?<=[a-z]{4}[lntmr])is(?<!itis)(?=(?:e|ed|es|ing|ation|ations)$)"), "iz"),
    (re.compile(r"lys(?=(?:e|ed|es|ing)$)"), "lyz"),
    (re.compile(r"goitre"), "goiter"),
    (re.compile(r"^grey"), "gray"),
)
_BRITISH = re.compile(r"oedem|haem|oesoph|aem|aetiolog|our|re|is|lys|grey")
_ALIKE = re.compile(r"(?:compris|surpris|premis|promis|treatis|enterpris)")


@lru_cache(maxsize=20_000)
def americanize(word: str) -> str:
    """A word in lower case, in American spelling; a word that is no British spelling stays as it is."""
    if not _BRITISH.search(word) or _ALIKE.match(word):
        return word
    for pattern, american in _RULES:
        word = pattern.sub(american, word)
    return word


__all__ = ["americanize"]
