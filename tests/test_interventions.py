"""What is left out changes what was said of it, and the changes tell by how much."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.readings import FINDINGS, FixedEncoder, write_grey
from thoracite import Explainer, Study
from thoracite.errors import InputError, UsageError
from thoracite.interventions import Case, LeftOut, describe_triples, name_score, parse_left_out, parse_signs
from thoracite.phantom import write_phantoms
from thoracite.settings import Settings
from thoracite.types import Evidence, Finding
from thoracite.vision.encoder import Prior, Reading


@pytest.fixture(scope="module")
def explainer(graph_folder: Path) -> Iterator[Explainer]:
    with Explainer(Settings(graph=graph_folder)) as explainer:
        yield explainer


@pytest.fixture(scope="module")
def case(explainer: Explainer, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The README's synthetic image, drawn with a large heart."""
    (path,) = write_phantoms(tmp_path_factory.mktemp("phantom"), number=1, seed=189, size=512)
    return explainer.open_case(path)


def find_cited_triple(case: Case) -> Evidence:
    cited = {key for claim in case.untouched.claims if claim.kind == "reason" for key in claim.citations}
    return next(piece for piece in case.untouched.evidence if piece.triple is not None and piece.key in cited)


def find_leading(findings: tuple[Finding, ...]) -> Finding:
    return next(finding for finding in findings if finding.entity.id == "thx:cardiomegaly")


def test_a_triple_that_is_left_out_takes_its_sentence_and_no_probability(explainer: Explainer, case: Case) -> None:
    piece = find_cited_triple(case)
    assert piece.triple is not None
    changed = explainer.intervene(case, without=[piece.key])
    assert changed.changes is not None
    assert changed.changes.without == (" ".join(piece.triple.key),)
    assert changed.changes.findings == ()
    assert changed.findings == case.untouched.findings
    assert any(f"[{piece.key}]" in sentence for sentence in changed.changes.removed)
    assert not any(piece.key in claim.citations for claim in changed.claims)
    assert all(one.triple is None or one.triple.key != piece.triple.key for one in changed.evidence)
    assert "stays" in changed.changes.notes[-1]
    assert explainer.intervene(case, without=[" ".join(piece.triple.key)]) == changed


def test_what_stays_keeps_its_key(explainer: Explainer, case: Case) -> None:
    before = {piece.key: (piece.kind, piece.about.id) for piece in case.untouched.evidence}
    after = explainer.intervene(case, without=[find_cited_triple(case).key]).evidence
    kept = [piece for piece in after if piece.key in before]
    assert len(kept) >= len(before) - 3
    assert all(before[piece.key] == (piece.kind, piece.about.id) for piece in kept)
    assert len({piece.key for piece in after}) == len(after)


def test_a_sign_that_is_left_out_takes_what_it_added(explainer: Explainer, case: Case) -> None:
    piece = next(one for one in case.untouched.evidence if one.sign is not None)
    assert piece.sign is not None
    assert piece.finding is not None
    changed = explainer.intervene(case, without=[piece.key]).changes
    assert changed is not None
    assert changed.signs == {name_score(piece.sign): None}
    moved = next(one for one in changed.findings if one.finding == piece.about)
    assert moved.log_odds == pytest.approx(-piece.sign.log_odds, abs=1e-9)
    assert moved.before == piece.finding.probability
    assert changed == explainer.intervene(case, signs={name_score(piece.sign): None}).changes


def test_a_hidden_heart_lowers_the_large_heart(explainer: Explainer, case: Case) -> None:
    heart = (140, 240, 400, 430)
    changed = explainer.intervene(case, without=[",".join(map(str, heart))])
    assert changed.changes is not None
    assert changed.changes.without == ("140,240,400,430",)
    assert find_leading(changed.findings).probability < find_leading(case.untouched.findings).probability


def test_a_named_place_is_found_and_hidden(explainer: Explainer, case: Case) -> None:
    changed = explainer.intervene(case, without=["left lower zone"]).changes
    assert changed is not None
    x0, y0, x1, y1 = map(float, changed.without[0].split(","))
    height, width = case.radiograph.pixels.shape
    assert width / 2 - 40 < x0 < x1 <= width  # the patient's left lies on the right of the image
    assert height / 3 < y0 < y1 <= height
    assert changed.findings


def test_a_study_says_it_too(explainer: Explainer, case: Case) -> None:
    key = find_cited_triple(case).key
    path = case.untouched.image
    asked = explainer.explain(Study(image=path, without=(key,)))
    assert asked == explainer.explain(path, without=[key]) == explainer.intervene(case, without=[key])
    assert explainer.explain(path).changes is None


@pytest.mark.parametrize(
    ("word", "error", "said"),
    [
        ("E999", UsageError, "no evidence E999"),
        ("E1", UsageError, "reading of"),
        ("nothing!", UsageError, "expected E3"),
        ("left foot", UsageError, "there is no place 'left foot'; expected right lung"),
        ("thx:pneumothorax thx:suggestive_of thx:pneumothorax", UsageError, "the graph has no fact"),
        ("thx:unheard_of", UsageError, "no sign that is asked"),
        ("600,600,700,700", InputError, "meets no pixel"),
        ("0,0,512,512", InputError, "covers the whole image"),
    ],
)
def test_what_cannot_be_left_out_is_one_sentence(
    explainer: Explainer, case: Case, word: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        explainer.intervene(case, without=[word])


def test_an_encoder_without_signs_and_places_says_so(graph_folder: Path, tmp_path: Path) -> None:
    encoder = FixedEncoder(Reading(findings=FINDINGS))
    with Explainer(Settings(graph=graph_folder), encoder=encoder) as explainer:
        image = write_grey(tmp_path / "grey.png")
        with pytest.raises(UsageError, match="no signs that could be set"):
            explainer.explain(image, signs={"thx:perihilar_haze": "yes"})
        with pytest.raises(UsageError, match="finds no places by name"):
            explainer.explain(image, without=["left lung"])


def test_a_withheld_image_can_be_asked_as_well(explainer: Explainer, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 300), dtype=np.uint8)
    changed = explainer.explain(noise, signs={"thx:perihilar_haze bilateral": "yes"})
    assert changed.abstained
    assert changed.changes is not None
    assert (changed.changes.findings, changed.changes.removed) == ((), ())


def test_a_prior_that_rests_on_one_fact_alone_is_named(explainer: Explainer, case: Case) -> None:
    encoder = explainer.retriever.encoder

    class OnePrior:
        """The encoder, with one prior alone."""

        name, read, set_signs, find_ranges = encoder.name, encoder.read, encoder.set_signs, encoder.find_ranges  # type: ignore[attr-defined]

        def find_priors(self) -> dict[tuple[str, str], Prior]:
            score = find_leading(case.untouched.findings).signs[0]
            return {(name_score(score), "thx:cardiomegaly"): Prior(1, (fact,))}

    fact = find_cited_triple(case).triple
    assert fact is not None
    alone = list(describe_triples(LeftOut(triples=(fact.key,)), case.untouched, OnePrior()))
    assert "This fact alone gave weights their direction" in alone[0]
    assert "cardiomegaly (adds " in alone[0]


def test_signs_are_parsed_with_their_answers() -> None:
    assert parse_signs(["thx:a  left = 0.4", "thx:b=off"]) == {"thx:a left": 0.4, "thx:b": None}
    with pytest.raises(UsageError, match="sets nothing"):
        parse_signs(["thx:a"])


def test_the_same_thing_is_left_out_once() -> None:
    assert parse_left_out(["left lung", "left  lung"]) == LeftOut(places=("left lung",))
