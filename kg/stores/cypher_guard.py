"""Guard on Cypher: it admits one reading statement that reaches nothing outside the store.

The stores themselves are opened read-only; this guard refuses the rest (writing files,
reading files, installing extensions, changing settings), with one sentence as reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from thoracite.errors import StoreError

_FIRST = {"MATCH", "OPTIONAL", "WITH", "UNWIND", "RETURN"}
_REFUSED = {
    *("ALTER", "ATTACH", "BEGIN", "CALL", "CHECKPOINT", "COMMENT", "COMMIT", "COPY", "CREATE", "DELETE", "DETACH"),
    *("DROP", "ENABLE", "EXPLAIN", "EXPORT", "EXTENSION", "FOREACH", "GRANT", "IMPORT", "INSERT", "INSTALL", "LOAD"),
    *("MERGE", "PROFILE", "REMOVE", "RENAME", "REVOKE", "ROLLBACK", "SET", "SHOW", "TERMINATE", "UNINSTALL"),
    *("UPDATE", "USE"),
}
HIDDEN = re.compile(
    r"""'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" | `(?:[^`]|``)*` | /\*.*?\*/ | //[^\r\n]*""", re.DOTALL | re.VERBOSE
)
"""Texts, quoted names and comments."""
_WORD = re.compile(r"((?<!\d)[.:$|&!])?([^\W\d]\w*)")
_PARAMETER = re.compile(r"\$([^\W\d]\w*)")
_ESCAPE = re.compile(r"\\u+([0-9A-Fa-f]{4})")


def check_reading(text: str, parameters: Mapping[str, Any]) -> None:
    """Refuse a statement that is not read-only.

    Parameters
    ----------
    text : str
        One Cypher statement.
    parameters : mapping
        Values for its ``$names``.

    Raises
    ------
    StoreError
        If the statement is empty, is more than one, does anything but read, or names a parameter that is not given.

    Examples
    --------
    >>> check_reading("MATCH (c:Concept) WHERE c.label = 'set' RETURN c.id", {})
    >>> check_reading("MATCH (c) /* harmless */ sEt c.id = 1", {})
    Traceback (most recent call last):
    thoracite.errors.StoreError: the query uses SET, which is refused: expected one reading statement (MATCH … RETURN)
    """
    # Neo4j decodes \\uXXXX before it reads a statement, ladybug does not: both readings must be harmless.
    decoded = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    for reading in {text, decoded}:
        bare = HIDDEN.sub(" ", reading)
        words = [(mark, word.casefold().upper()) for mark, word in _WORD.findall(bare)]
        if refused := [word for mark, word in words if not mark and word in _REFUSED]:
            raise StoreError(f"the query uses {refused[0]}, which is refused: {_EXPECTED}")
        if not words or words[0][1] not in _FIRST:
            raise StoreError(f"the query is not a reading statement: {_EXPECTED}")
        if ";" in bare.strip().rstrip(";"):
            raise StoreError(f"the query holds more than one statement: {_EXPECTED}")
    if missing := [name for name in _PARAMETER.findall(HIDDEN.sub(" ", text)) if name not in parameters]:
        raise StoreError(f"the query names ${missing[0]}, which is not given; pass a value for it as a parameter")


_EXPECTED = "expected one reading statement (MATCH … RETURN)"

__all__ = ["HIDDEN", "check_reading"]
