"""Values in place of a query's variables: only of variables, and never as query."""

from __future__ import annotations

import pytest

from thoracite.errors import StoreError
from thoracite.kg.stores.sparql_bind import bind_parameters, render_term

DOUBLE, INTEGER = (f"<http://www.w3.org/2001/XMLSchema#{name}>" for name in ("double", "integer"))


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("?x $x ?xy", "'v' 'v' ?xy"),
        ("'?x' \"$x\" <urn:?x> ?x # ?x", "'?x' \"$x\" <urn:?x> 'v' # ?x"),
        ("'''a ' ?x''' ?x", "'''a ' ?x''' 'v'"),
        ('"""a " ?x""" ?x', '"""a " ?x""" \'v\''),
        ("'it\\'s ?x' ?x", "'it\\'s ?x' 'v'"),
        ("?y < ?x # no IRI\n?x", "?y < 'v' # no IRI\n'v'"),
    ],
)
def test_variables_are_bound_and_nothing_else(text: str, bound: str) -> None:
    assert bind_parameters(text, {"x": "v"}) == bound.replace("'v'", '"v"')


@pytest.mark.parametrize(
    ("value", "term"),
    [
        ("thx:mass", "<https://w3id.org/thoracite/mass>"),
        ("https://example.org/a", "<https://example.org/a>"),
        ("urn:a", "<urn:a>"),
        ("thx: mass", '"thx: mass"'),
        ("nowhere:mass", '"nowhere:mass"'),
        ("see thx:mass", '"see thx:mass"'),
        ('" } DROP ALL', '"\\" } DROP ALL"'),
        (3, f'"3"^^{INTEGER}'),
        (0.5, f'"0.5"^^{DOUBLE}'),
        (True, '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
    ],
)
def test_values_are_terms(value: object, term: str) -> None:
    assert render_term(value) == term


def test_what_cannot_be_bound_is_one_sentence() -> None:
    with pytest.raises(StoreError, match=r"has no variable \$z; its variables are \$x, \$y$"):
        bind_parameters("?y ?x '?w'", {"z": 1, "x": 2})
    with pytest.raises(StoreError, match="its variables are none"):
        bind_parameters("ASK {}", {"z": 1})
    with pytest.raises(StoreError, match=r"the parameter 'urn:a>b' is not an IRI"):
        render_term("urn:a>b")
    for value in (None, ["a"], {"a": 1}):
        with pytest.raises(StoreError, match="cannot be written in SPARQL"):
            render_term(value)
