"""British words become American ones, and nothing else changes."""

from __future__ import annotations

from thoracite.kg.extract.lexicon import load_lexicon
from thoracite.kg.linking.spelling import americanize


def test_no_american_word_of_the_lexicon_is_changed() -> None:
    british = {"goitre", "goitres", "calibre", "calibres", "epiglottises"}
    words = {word for entries in load_lexicon().values() for phrase, _ in entries for word in phrase} - british
    assert {word for word in words if americanize(word) != word} == set()
