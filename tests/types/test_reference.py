"""The reference of a measured value: written, read, refused."""

import pytest

from thoracite.types.reference import Reference, parse_reference


@pytest.mark.parametrize("limit", [0.061, -0.0204, 60.0, 0.5, 1234.0, 0.00012])
@pytest.mark.parametrize("usual", ["above", "below"])
@pytest.mark.parametrize("share", [None, 0.6, 0.9, 0.95])
@pytest.mark.parametrize("view", ["PA", "AP", "frontal"])
@pytest.mark.parametrize("source", ["fitted", "published"])
def test_what_is_written_is_read_again(limit, usual, share, view, source):
    reference = Reference(limit=limit, usual=usual, view=view, share=share, source=source)
    assert parse_reference(reference.text) == reference


def test_it_begins_as_the_contract_says():
    assert Reference(limit=60, usual="below", view="PA", share=0.9).text.startswith("< 60 (fitted, PA)")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "60",
        "< 60",
        "< 60 (guessed, PA)",
        "< 60 (fitted, lateral)",
        "< 60 (fitted, PA): nine in ten normal films are above",
        "< 60 (fitted, PA): many in ten normal films are below",
        "< 60 (fitted, PA): 20 in 100 normal films are below",
    ],
)
def test_another_form_is_no_reference(text):
    assert parse_reference(text) is None
