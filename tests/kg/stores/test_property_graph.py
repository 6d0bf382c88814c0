"""What the property-graph stores share: values as plain JSON."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest

from thoracite.kg.stores.property_graph import plain


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("3"), 3),
        (Decimal("3.5"), 3.5),
        ((1, Decimal("2"), [None]), [1, 2, [None]]),
        ({"_id": 4, "id": "thx:mass", "_label": "Concept"}, {"id": "thx:mass"}),
        ({"_nodes": [{"_id": 1, "id": "a"}], "_rels": []}, {"nodes": [{"id": "a"}], "relationships": []}),
        (SimpleNamespace(nodes=({"id": "a"},), relationships=()), {"nodes": [{"id": "a"}], "relationships": []}),
        (SimpleNamespace(nodes=()), "namespace(nodes=())"),
        (True, True),
        ("x", "x"),
        (complex(1, 2), "(1+2j)"),
    ],
)
def test_values_are_plain(value: object, expected: object) -> None:
    found = plain(value)
    assert (found, type(found)) == (expected, type(expected))
