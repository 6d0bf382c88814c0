"""A query as it is pasted from a chat or a document: out of its Markdown fences.

Examples
--------
>>> read_pasted("Try this:\\n```cypher\\nMATCH (n) RETURN n\\n```\\n")
Pasted(text='MATCH (n) RETURN n', language='cypher')
>>> read_pasted("SELECT * { ?s ?p '```' }")
Pasted(text="SELECT * { ?s ?p '```' }", language=None)
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Language = Literal["sparql", "cypher"]

_NAMES: dict[str, Language | None] = {
    "": None,
    "text": None,
    "sql": None,
    "sparql": "sparql",
    "rq": "sparql",
    "cypher": "cypher",
    "cql": "cypher",
    "opencypher": "cypher",
}
"""What may stand behind the opening fence, in lower case."""

_BLOCK = re.compile(
    r"^[ \t>]*(?P<mark>`{3,}|~{3,})[ \t]*(?P<name>\w*)[ \t]*\r?\n(?P<text>.*?)(?:^[ \t>]*(?P=mark)[ \t]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)
_LINE = re.compile(rf"\s*(?P<mark>`+)\s*(?:(?P<name>{'|'.join(filter(None, _NAMES))})\b)?(?P<text>[^`]+)(?P=mark)\s*")


class Pasted(NamedTuple):
    """A query without its fences.

    Parameters
    ----------
    text : str
        The query; as it was given where nothing is fenced, or several blocks are.
    language : str or None
        ``sparql`` or ``cypher`` where the fence says so.
    """

    text: str
    language: Language | None = None


def read_pasted(text: str) -> Pasted:
    """Read the query in a text: the one fenced block, else all of it.

    Parameters
    ----------
    text : str
        A query, in fences (three backticks or tildes, with or without ``sparql`` or ``cypher``) or without.
    """
    if "`" not in text and "~~~" not in text:  # as nearly every query
        return Pasted(text)
    blocks = list(_BLOCK.finditer(text)) or list(filter(None, [_LINE.fullmatch(text)]))
    if len(blocks) != 1 or (name := (blocks[0]["name"] or "").lower()) not in _NAMES:
        return Pasted(text)
    return Pasted(blocks[0]["text"].strip(), _NAMES[name])


__all__ = ["Pasted", "read_pasted"]
