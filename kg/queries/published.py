"""The published queries: texts, titles, purposes and parameters.

A query is two files in ``kg/queries``, ``NAME.rq`` and ``NAME.cypher``, with the same rows as answer. Their first lines
describe them::

    # title: Signs of a finding or disease
    # purpose: What to look for …
    # parameter: finding = thx:pneumothorax

and ``//`` in place of ``#`` in Cypher. A parameter stands in the query as ``$finding``.

Examples
--------
>>> query = describe_published("signs_of")
>>> query.title, query.parameters
('Signs of a finding or disease', {'finding': 'thx:pneumothorax'})
>>> fill_parameters(query, {"finding": "thx:pneumonia"})
{'finding': 'thx:pneumonia'}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from thoracite.errors import UsageError
from thoracite.kg.queries.render import read_published
from thoracite.types import Noun

_HEADER = re.compile(r"^(?:#|//) (title|purpose|parameter): (.*)$", re.MULTILINE)


class PublishedQuery(Noun):
    """A query of the collection.

    Parameters
    ----------
    name : str
        ``signs_of``
    language : str
        ``sparql`` or ``cypher``.
    title, purpose : str
        Title, and use of the answer.
    parameters : dict of str to str, int or float
        Names with default values.
    text : str
        The query with its header.
    """

    name: str
    language: Literal["sparql", "cypher"]
    title: str
    purpose: str
    parameters: dict[str, str | int | float]
    text: str


def describe_published(name: str, language: Literal["sparql", "cypher"] = "sparql") -> PublishedQuery:
    """Return a published query with its title, purpose and parameters.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    return parse_query(read_published(name, language), name=name, language=language)


def parse_query(text: str, *, name: str, language: Literal["sparql", "cypher"]) -> PublishedQuery:
    """Parse a user's query with an optional header like those of the published ones."""
    said = _HEADER.findall(text)
    parameters = (value.partition("=") for key, value in said if key == "parameter")
    return PublishedQuery(
        name=name,
        language=language,
        title=" ".join(value for key, value in said if key == "title"),
        purpose=" ".join(value for key, value in said if key == "purpose"),
        parameters={parameter.strip(): _read_value(value.strip()) for parameter, _, value in parameters},
        text=text,
    )


def fill_parameters(query: PublishedQuery, given: Mapping[str, str]) -> dict[str, str | int | float]:
    """Return all parameter values: the given ones, in the type of the defaults, and defaults for the rest.

    Raises
    ------
    UsageError
        If the query has no such parameter, or a number is expected.
    """
    if unknown := sorted(set(given) - set(query.parameters)):
        known = ", ".join(query.parameters) or "none"
        raise UsageError(f"query {query.name} has no parameter {unknown[0]!r}; its parameters are {known}")
    filled = dict(query.parameters)
    for name, value in given.items():
        kind = type(filled[name])
        try:
            filled[name] = kind(value)
        except ValueError as error:
            raise UsageError(f"parameter {name} of query {query.name} is {value!r}; expected a number") from error
    return filled


def _read_value(text: str) -> str | int | float:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


__all__ = ["PublishedQuery", "describe_published", "fill_parameters", "parse_query"]
