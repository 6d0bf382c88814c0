"""Binding of values to a SPARQL query's variables, the same for every store.

Examples
--------
>>> bind_parameters("SELECT ?sign { $finding ?p ?sign } # ?finding", {"finding": "thx:pneumothorax"})
'SELECT ?sign { <https://w3id.org/thoracite/pneumothorax> ?p ?sign } # ?finding'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pyoxigraph as ox

from thoracite.errors import StoreError
from thoracite.kg.vocabulary import PREFIXES, expand

_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""'
    r"|'''(?:[^\\]|\\.)*?'''"
    r'|"(?:[^"\\\r\n]|\\.)*"'
    r"|'(?:[^'\\\r\n]|\\.)*'"
    r"|<[^<>\"{}|^`\\\x00-\x20]*>"
    r"|\#[^\r\n]*"
    r"|[?$](?P<variable>\w+)",
    re.DOTALL,
)
_CURIE = re.compile(rf"(?:{'|'.join(PREFIXES)}):\S+")
_IRI = re.compile(r"(?:https?://|urn:)\S+")


def bind_parameters(text: str, parameters: Mapping[str, Any]) -> str:
    """Replace variables of a query by values.

    Parameters
    ----------
    text : str
        A query that uses ``?name`` or ``$name`` without selecting it.
    parameters : mapping of str to value
        CURIEs and IRIs become IRIs; other text, numbers and truth values become literals.

    Raises
    ------
    StoreError
        If the query has no variable of a parameter's name, or a value cannot be written in SPARQL.
    """
    terms = {name: render_term(value) for name, value in parameters.items()}
    variables = {match["variable"] for match in _TOKEN.finditer(text) if match["variable"]}
    if unknown := sorted(set(terms) - variables):
        known = ", ".join(f"${name}" for name in sorted(variables)) or "none"
        raise StoreError(f"the query has no variable ${unknown[0]}; its variables are {known}")
    return _TOKEN.sub(lambda match: terms.get(match["variable"] or "", match[0]), text)


def render_term(value: Any) -> str:
    """Write a value in SPARQL.

    Raises
    ------
    StoreError
        If it is neither text, number nor truth value, or an invalid IRI.

    Examples
    --------
    >>> render_term("thx:pneumonia"), render_term("air space"), render_term(0.5)
    ('<https://w3id.org/thoracite/pneumonia>', '"air space"', '"0.5"^^<http://www.w3.org/2001/XMLSchema#double>')
    """
    if isinstance(value, str):
        iri = expand(value) if _CURIE.fullmatch(value) else value if _IRI.fullmatch(value) else None
        try:
            return str(ox.NamedNode(iri) if iri else ox.Literal(value))
        except ValueError as error:
            raise StoreError(f"the parameter {value!r} is not an IRI: {error}; expected CURIE, IRI or text") from error
    if isinstance(value, bool | int | float):
        return str(ox.Literal(value))
    raise StoreError(f"the parameter {value!r} cannot be written in SPARQL; expected text, a number or a truth value")


__all__ = ["bind_parameters", "render_term"]
