"""Cypher as it is written for Neo4j, for every store that speaks it.

Neo4j takes the version of the language in front of a statement, ``CYPHER 5``; ladybug has no such prefix, and calls
``type(r)`` by another name.

Examples
--------
>>> read_statement("// all\\nCYPHER 5 MATCH (n) RETURN n")
Statement(text='// all\\nMATCH (n) RETURN n', version='5')
>>> speak_ladybug("MATCH (type)-[r]->(o) WHERE type(r) <> 'type(r)' RETURN type (r)")
"MATCH (type)-[r]->(o) WHERE label(r) <> 'type(r)' RETURN label (r)"

References
----------
Neo4j Cypher Manual, "Select Cypher version". https://neo4j.com/docs/cypher-manual/25/queries/select-version/
"""

from __future__ import annotations

import re
from typing import NamedTuple

from thoracite.kg.stores.cypher_guard import HIDDEN
from thoracite.kg.stores.pasted import read_pasted

_PREFIX = re.compile(
    r"(?P<before>(?:\s|//[^\r\n]*|/\*.*?\*/)*)CYPHER\s+(?P<version>\d+)\b\s*", re.DOTALL | re.IGNORECASE
)
_TYPE = re.compile(rf"(?P<hidden>{HIDDEN.pattern}) | (?<![\w.:$|&!])type (?=\s*\()", HIDDEN.flags | re.IGNORECASE)


class Statement(NamedTuple):
    """A statement and the version of Cypher that stood in front of it, empty where none did."""

    text: str
    version: str = ""


def read_statement(text: str) -> Statement:
    """Read a statement as it was given: out of its Markdown fences, and without its version."""
    text = read_pasted(text).text
    found = _PREFIX.match(text)
    return Statement(found["before"] + text[found.end() :], found["version"]) if found else Statement(text)


def speak_ladybug(text: str) -> str:
    """Write a statement as ladybug understands it: ``label(r)`` for ``type(r)``, outside texts, names and comments."""
    return _TYPE.sub(lambda found: found["hidden"] or "label", text)


def speak_neo4j(statement: Statement, server: str) -> str:
    """Write a statement as a server understands it: its own version, else 5 where a release may have another default.

    Parameters
    ----------
    statement : Statement
        As it was read.
    server : str
        What the server calls itself: ``Neo4j/5.26.30``. The releases named by years speak 5 or 25, as they are set.

    Examples
    --------
    >>> speak_neo4j(Statement("RETURN 1"), "Neo4j/5.26.30"), speak_neo4j(Statement("RETURN 1"), "Neo4j/2026.08.1")
    ('RETURN 1', 'CYPHER 5 RETURN 1')
    """
    release = re.search(r"/(\d+)\.", server)
    version = statement.version or ("5" if release and int(release[1]) >= _YEARS else "")
    return f"CYPHER {version} {statement.text}" if version else statement.text


_YEARS = 2025
"""First year after which releases are named."""

__all__ = ["Statement", "read_statement", "speak_ladybug", "speak_neo4j"]
