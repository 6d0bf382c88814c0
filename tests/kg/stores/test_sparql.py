"""The SPARQL that every RDF store shares: what may be asked, and what is read back."""

from __future__ import annotations

import pytest

from thoracite.errors import InputError, StoreError
from thoracite.kg.stores.sparql import (
    check_reading,
    decode_names,
    parse_entities,
    render_iri,
    render_keys,
    render_values,
)
from thoracite.types import Entity


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o }",
        "PREFIX load: <urn:load> ask { ?s load:drop ?o }",
        "SELECT ?insert { ?insert ?p '''DROP \" ' ALL''', 'LOAD', \"SERVICE\" } # CLEAR",
        "SELECT * { ?s <urn:FROM> :delete }",
        "SELECT ('x'@move AS ?x) {}",
        "SELECT * { ?s ?p 'never \\U00110000 a character' }",
    ],
)
def test_what_reads_may_be_asked(text: str) -> None:
    check_reading(text)


@pytest.mark.parametrize("word", ["ADD", "clear", "Copy", "CREATE", "dElEtE", "DROP", "INSERT", "LOAD", "MOVE"])
def test_words_that_write_or_reach_out_are_named(word: str) -> None:
    with pytest.raises(StoreError, match=f"uses {word.upper()}, which is refused: expected one SELECT or ASK"):
        check_reading(f"SELECT * {{ ?s ?p ?o }} {word} <urn:x>")


@pytest.mark.parametrize("named", ["<file:///etc/passwd>", "NAMED <FILE:a>", "<urn:g> FROM <\\u0066ile:a>"])
def test_a_graph_may_be_named_but_not_a_file(named: str) -> None:
    check_reading("SELECT * FROM <urn:g> FROM NAMED <urn:file:a> { ?s ?p ?o }")
    with pytest.raises(StoreError, match="reads FROM a file, which is refused"):
        check_reading(f"SELECT * FROM {named} {{ ?s ?p ?o }}")


@pytest.mark.parametrize("written", ["\\u0053ERVICE", "\\U00000053ERVICE", "S\\u0045RV\\u0049CE", "\\u017FERVICE"])
def test_an_escaped_word_is_the_word(written: str) -> None:
    with pytest.raises(StoreError, match="uses SERVICE"):
        check_reading(f"SELECT * {{ {written} <urn:x> {{ ?s ?p ?o }} }}")


def test_an_escape_that_ends_a_text_hides_nothing() -> None:
    with pytest.raises(StoreError, match="uses DROP"):
        check_reading("SELECT ('\\u0027 DROP ALL # ' AS ?x) {}")


def test_two_comparisons_that_are_an_iri_are_not_guessed_at() -> None:
    check_reading("SELECT * { ?s <http://example.org/?a&&b> ?o FILTER(?s < ?o && ?o > ?s) }")
    with pytest.raises(StoreError, match=r"holds <\?o&&\?o>, which SPARQL reads as an IRI; put a space behind its '<'"):
        check_reading("SELECT * { ?s ?p ?o FILTER(?s<?o&&?o>?s) }")


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("SELECT ?\\u0078 { ?x \\U0000003Curn:a> ?y }", "SELECT ?x { ?x \\U0000003Curn:a> ?y }"),
        ("ASK { ?s ?p '\\u0022', <\\u0078> } # \\u0078", "ASK { ?s ?p '\\u0022', <x> } # \\u0078"),
        ("ASK { ?\\UFFFFFFFF ?p '\\u00e9' }", "ASK { ?\\UFFFFFFFF ?p '\\u00e9' }"),
    ],
)
def test_letters_of_names_are_decoded_and_nothing_else(text: str, decoded: str) -> None:
    assert decode_names(text) == decoded


@pytest.mark.parametrize("text", ["", "# SELECT", "PREFIX a: <urn:a>", "'SELECT'", "?select", "select: <urn:a>"])
def test_what_asks_nothing_is_no_reading_query(text: str) -> None:
    with pytest.raises(StoreError, match="is not a reading query: expected one SELECT or ASK query here"):
        check_reading(text)


@pytest.mark.parametrize("form", ["CONSTRUCT", "DESCRIBE"])
def test_graphs_are_answered_only_where_they_are_allowed(form: str) -> None:
    check_reading(f"{form} WHERE {{ ?s ?p ?o }}", graphs=True)
    with pytest.raises(StoreError, match=f"uses {form}, which is refused"):
        check_reading(f"{form} WHERE {{ ?s ?p ?o }}")


def test_a_curie_becomes_an_iri_that_cannot_end_early() -> None:
    assert render_iri("thx:mass") == "<https://w3id.org/thoracite/mass>"
    for curie in ("thx:a> } DROP ALL #", "thx:a b", "nowhere:a"):
        with pytest.raises(InputError):
            render_iri(curie)


def test_values_hold_what_is_given_and_leave_the_rest_free() -> None:
    assert render_values(subject=None, object=[]) == "VALUES ?object {  } "
    many = render_values(subject=["thx:a", "thx:b"], relation=["rdf:type"])
    assert many.startswith(
        "VALUES ?subject { <https://w3id.org/thoracite/a> <https://w3id.org/thoracite/b> } VALUES ?r"
    )
    assert render_keys("", 7).endswith(" LIMIT 7")


def test_concepts_are_put_together_from_their_rows() -> None:
    def row(name: str, part: str, value: str) -> dict[str, str]:
        return {"id": f"https://w3id.org/thoracite/{name}", "part": part, "value": value}

    label, notation = "http://www.w3.org/2000/01/rdf-schema#label", "http://www.w3.org/2004/02/skos/core#notation"
    kind = "https://w3id.org/thoracite/kind"
    rows = [row("b", label, "b"), row("a", notation, "N:2"), row("a", label, "z"), row("a", notation, "N:1")]
    rows += [row("a", label, "a"), row("a", kind, "sign"), row("nameless", kind, "sign")]
    assert parse_entities(rows) == {
        "thx:a": Entity(id="thx:a", label="a", kind="sign", codes=("N:1", "N:2")),
        "thx:b": Entity(id="thx:b", label="b", kind="mention"),
    }
