"""Generators that see pixels and write free text, wired in: grounded, completed, intervened on, told as dropped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.generation.conftest import entity
from tests.readings import RATED, FixedEncoder, write_grey
from thoracite import Explainer
from thoracite.errors import ModelError
from thoracite.generation.citations import build_claim
from thoracite.generation.grounding.writing import tell_unsaid
from thoracite.settings import Settings
from thoracite.types import Evidence, Sign, SignScore, Study
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph


class Scripted:
    """Writes what it is given, and remembers what it was shown."""

    name = "scripted"

    def __init__(self, text: str) -> None:
        self.text = text
        self.shown: list[np.ndarray] = []

    def describe(self, study: Study, radiograph: Radiograph, reading: Reading, evidence: Sequence[Evidence]) -> str:
        self.shown.append(radiograph.pixels)
        return self.text


class Failing(Scripted):
    def describe(self, *_: object) -> str:
        raise ModelError("scripted does not answer")


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return write_grey(tmp_path / "chest.png")


def open_explainer(graph_folder: Path, generator: Scripted, *, complete: bool = True) -> Explainer:
    settings = Settings(graph=graph_folder)
    encoder = FixedEncoder(Reading(findings=RATED))
    return Explainer(settings, encoder=encoder, generator=generator, complete=complete)


TEXT = "A right pleural effusion is likely. There is a pneumothorax. The weather is likely fine."


def test_what_the_text_leaves_unsaid_is_added_by_template_and_marked(graph_folder: Path, image: Path) -> None:
    with open_explainer(graph_folder, Scripted(TEXT)) as explainer:
        explanation = explainer.explain(image)
    assert explanation.generator == "scripted"
    told = [(claim.origin, claim.sentence) for claim in explanation.claims]
    assert told[0][0] == "decoder"
    assert told[0][1].startswith("A right pleural effusion is likely [E")
    assert [origin for origin, _ in told[1:]] == ["template", "template"]
    assert "ulmonary edema is suspected" in told[1][1]
    assert "lung mass is possible" in told[2][1]
    assert [one.verdict for one in explanation.dropped] == ["contradicted", "unsupported"]


def test_a_text_that_is_silent_on_masks_that_failed_is_completed() -> None:
    sign = entity("kerley b lines")
    asked = Sign(id=sign.id, question="Are there lines?", entity=sign)
    silent = SignScore(sign=asked, valid=False, invalid_because="the chest is turned")
    blind = RATED[0].model_copy(update={"signs": (silent,) * 12})
    own = Evidence(key="E1", kind="finding", score=0.8, about=blind.entity, finding=blind)
    evidence = [own, own.model_copy(update={"key": "E2", "kind": "sign", "sign": silent})]
    claims = [build_claim(f"{blind.entity.label} is {blind.verdict} [E1].", evidence)]
    told = "12 signs could not be measured: the chest is turned [E2]."
    assert list(tell_unsaid(claims, [blind], evidence)) == [told]
    assert list(tell_unsaid([*claims, build_claim(told, evidence)], [blind], evidence)) == []


class Correcting(Scripted):
    """Keeps of its text what it is told holds."""

    def describe_checked(self, study, radiograph, reading, evidence, holds) -> str:
        return " ".join(one for one in self.text.split(". ") if holds(f"{one.rstrip('.')}."))


def test_a_generator_that_can_be_checked_is(graph_folder: Path, image: Path) -> None:
    with open_explainer(graph_folder, Correcting(TEXT), complete=False) as explainer:
        explanation = explainer.explain(image)
    assert [claim.origin for claim in explanation.claims] == ["decoder"]
    assert explanation.dropped == ()


def test_completing_is_a_parameter(graph_folder: Path, image: Path) -> None:
    with open_explainer(graph_folder, Scripted(TEXT), complete=False) as explainer:
        explanation = explainer.explain(image)
    assert [claim.origin for claim in explanation.claims] == ["decoder"]


@pytest.mark.parametrize("text", ["", "There is a pneumothorax.", "lorem ipsum " * 400])
def test_where_no_sentence_is_supported_all_is_withheld(graph_folder: Path, image: Path, text: str) -> None:
    with open_explainer(graph_folder, Scripted(text)) as explainer:
        explanation = explainer.explain(image)
    assert explanation.abstained
    assert explanation.claims == ()
    assert explanation.reason == "no sentence that was written is supported by its evidence"
    assert len(explanation.dropped) == bool(text)


def test_a_model_that_fails_leaves_no_half_explanation(graph_folder: Path, image: Path) -> None:
    with open_explainer(graph_folder, Failing("")) as explainer, pytest.raises(ModelError, match="does not answer"):
        explainer.explain(image)


def test_an_intervention_shows_the_model_what_is_left(graph_folder: Path, image: Path) -> None:
    generator = Scripted(TEXT)
    with open_explainer(graph_folder, generator) as explainer:
        case = explainer.open_case(image)
        hidden = explainer.intervene(case, without=["0,0,20,20"])
    first, second = generator.shown
    assert not np.array_equal(first, second)
    assert np.array_equal(first[30:, 30:], second[30:, 30:])
    assert hidden.changes is not None
    assert [claim.sentence for claim in hidden.claims] == [claim.sentence for claim in case.untouched.claims]
