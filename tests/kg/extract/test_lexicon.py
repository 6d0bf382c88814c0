"""The vocabulary: what it holds, how it is matched."""

from __future__ import annotations

import pytest

from thoracite.kg.extract.lexicon import CONTENT, FOLDER, expand_entry, guess_kind, match_terms, parse_lexicon

CUES = {
    "negate", "not", "pseudo", "negate_after", "hedge", "differential", "hedge_after", "suggest", "suggest_hedged",
    "includes", "link_verb", "show", "locate", "with", "and", "or", "comma", "stop", "advise", "aside", "imaging",
    "ignore", "skip", "mask", "past", "past_after", "person",
}  # fmt: skip


def kinds(text: str) -> list[str]:
    return [term.kind for term in match_terms(text.lower().split())]


@pytest.mark.parametrize("name", ["cues", "anatomy", "observations"])
def test_every_entry_is_of_a_known_kind(name: str) -> None:
    phrases = parse_lexicon((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))
    assert len(phrases) > 200
    for phrase, parts in phrases.items():
        assert set(parts) <= CONTENT | CUES, phrase
        assert len(parts) in {1, len(phrase.split())}, phrase
        assert phrase == phrase.lower().strip(), phrase


def test_the_longest_phrase_wins() -> None:
    assert kinds("effusion may represent empyema") == ["finding", "suggest_hedged", "disease"]
    assert kinds("effusion may be") == ["finding", "hedge"]
    assert kinds("no evidence of effusion") == ["negate", "finding"]


def test_a_word_beside_another_may_mean_something_else() -> None:
    assert kinds("lungs are clear of nodules") == ["organ", "link_verb", "quality", "negate", "finding"]
    assert kinds("vertebral body") == ["organ", "organ"]
    assert kinds("foreign body") == ["quality", "finding"]
    assert kinds("right lung volume") == ["side", "organ", "property"]
    assert kinds("volume loss") == ["finding", "finding"]


@pytest.mark.parametrize("word", ["lobes", "effusions", "opacities", "catheters", "abscesses", "volumes"])
def test_plurals_are_known(word: str) -> None:
    assert kinds(word)[0] in CONTENT


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("bronchoplasty", "finding"),
        ("nodulo-reticular", "quality"),
        ("effusion/scarring", "finding"),
        ("xxxx-a-xxxx", "mask"),
        ("1.5", "measure"),
        ("8mm", "measure"),
        ("monday/tuesday", "other"),
        ("radiologist", "other"),
        ("peritracheal", "regional"),
        ("subhilar", "regional"),
        ("ring-shaped", "quality"),
        ("international", "other"),
    ],
)
def test_unknown_words_are_guessed_from_their_parts(word: str, kind: str) -> None:
    assert guess_kind(word) == kind


def test_alternatives_are_spelled_out() -> None:
    assert list(expand_entry("{no|without} {definite |}evidence of")) == [
        "no definite evidence of",
        "no evidence of",
        "without definite evidence of",
        "without evidence of",
    ]
    assert list(expand_entry("  plain ")) == ["plain"]
    assert list(expand_entry(" ")) == []
