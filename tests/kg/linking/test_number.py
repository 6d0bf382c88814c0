"""One singular and one plural for every room."""

from __future__ import annotations

import pytest

from thoracite.kg.concepts import read_concepts
from thoracite.kg.linking.number import is_plural, make_plural, make_singular

KEPT = (
    "ascites", "diabetes", "lens", "gas", "series", "pus", "mass", "thorax", "abscess", "pelvis", "focus",
    "atelectasis", "bronchiectasis", "chagas", "limits", "us", "is", "s",
)  # fmt: skip


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("opacities", "opacity"), ("arteries", "artery"), ("masses", "mass"), ("abscesses", "abscess"),
        ("reflexes", "reflex"), ("patches", "patch"), ("brushes", "brush"), ("bases", "base"), ("apices", "apex"),
        ("hila", "hilum"), ("metastases", "metastasis"), ("pneumothoraces", "pneumothorax"), ("lines", "line"),
        ("dies", "die"), ("kerley b lines", "kerley b line"), ("left apices", "left apex"),
    ],
)  # fmt: skip
def test_plurals_become_singular(plural: str, singular: str) -> None:
    assert make_singular(plural) == singular
    assert make_singular(singular) == singular
    assert is_plural(plural.title())
    assert not is_plural(singular.title())


@pytest.mark.parametrize("word", KEPT)
def test_words_that_are_no_plural_stay(word: str) -> None:
    assert make_singular(word) == word
    assert not is_plural(word)


@pytest.mark.parametrize(
    ("singular", "plural"),
    [("opacity", "opacities"), ("airway", "airways"), ("mass", "masses"), ("box", "boxes"), ("patch", "patches"),
     ("skin fold", "skin folds")],
)  # fmt: skip
def test_regular_plurals_are_made_and_unmade(singular: str, plural: str) -> None:
    assert make_plural(singular) == plural
    assert make_singular(plural) == singular


def test_no_singular_of_a_concept_is_made_shorter_again() -> None:
    names = {word for node in read_concepts() for name in node.names for word in name.lower().split()}
    once = {make_singular(name) for name in names}
    assert {word for word in once if make_singular(word) != word} == set()
