"""What the guard refuses, however it is written; what it lets through."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thoracite.errors import StoreError
from thoracite.kg.queries.render import list_published, read_published
from thoracite.kg.stores.cypher_guard import check_reading

FORBIDDEN = [
    "CREATE",
    "MERGE",
    "DELETE",
    "SET",
    "REMOVE",
    "CALL",
    "LOAD",
    "COPY",
    "INSTALL",
    "ATTACH",
    "DROP",
    "EXPORT",
]
SPACES = st.sampled_from([" ", "\n", "\t", "\r\n", "/* c */", "/*'*/", "// x\n", '/* " */', "\u00a0", " \f "])


@given(st.sampled_from(FORBIDDEN), SPACES, SPACES, st.randoms(use_true_random=False))
def test_forbidden_words_are_found_however_written(word: str, before: str, after: str, chance: random.Random) -> None:
    written = "".join(chance.choice([letter.upper(), letter.lower()]) for letter in word)
    with pytest.raises(StoreError, match=word):
        check_reading(f"MATCH (n) WHERE n.x = 'it\\'s'{before}{written}{after}x", {})


@given(st.sampled_from(FORBIDDEN), st.integers(0, 5), st.integers(1, 3))
def test_escaped_letters_are_found(word: str, place: int, backslashes: int) -> None:
    place = min(place, len(word) - 1)
    written = f"{word[:place]}\\{'u' * backslashes}{ord(word[place]):04x}{word[place + 1 :]}"
    with pytest.raises(StoreError):
        check_reading(f"MATCH (n) {written} (m)", {})


@pytest.mark.parametrize("word", ["ſET", "\u212aILL; CREATE", "CREATE\u200b", "(CREATE", "}CREATE"])
def test_letters_that_fold_to_ascii_are_found(word: str) -> None:
    with pytest.raises(StoreError):
        check_reading(f"MATCH (n) {word} n.x = 1", {})


@given(st.text(max_size=40))
def test_any_text_in_quotes_is_a_value(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    if "\\u" not in quoted and "\\U" not in quoted:
        check_reading(f"MATCH (n) WHERE n.label = '{quoted}' RETURN n", {})


@given(st.text(max_size=60))
def test_any_text_is_answered_or_refused_in_one_line(text: str) -> None:
    refused = ""
    try:
        check_reading(text, {})
    except StoreError as error:
        refused = str(error)
    assert "\n" not in refused


@pytest.mark.parametrize(
    "text",
    [
        "MATCH (n:Set) WHERE n.create = 1 RETURN n.load, n.`delete`",
        "MATCH (a)-[r:CALL|LOAD]->(b) RETURN r;",
        "MATCH (n) WHERE n.offset > 1 RETURN n.setting, n.created AS recreated",
    ],
)
def test_names_that_look_like_updates_are_names(text: str) -> None:
    check_reading(text, {})


def test_parameters_must_be_given() -> None:
    check_reading("MATCH (n) WHERE n.id = $id AND n.x = '$other' RETURN n", {"id": 1})
    with pytest.raises(StoreError, match=r"names \$id, which is not given"):
        check_reading("MATCH (n) WHERE n.id = $id RETURN n", {})


def test_every_published_query_passes() -> None:
    from thoracite.kg.queries.published import describe_published

    for name in list_published("cypher"):
        check_reading(read_published(name, "cypher"), describe_published(name, "cypher").parameters)
