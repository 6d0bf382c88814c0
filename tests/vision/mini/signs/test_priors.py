"""Priors: directions of the graph, through kinds of signs and findings, each with its facts."""

from __future__ import annotations

import pytest

from thoracite.kg.facts import read_facts
from thoracite.kg.vocabulary import ARGUES_AGAINST, HAS_SIGN, SUGGESTS
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.entities import find_entities
from thoracite.vision.mini.signs.listed import read_signs
from thoracite.vision.mini.signs.priors import find_priors, lay_priors

ENTITIES = find_entities(FINDINGS)
PRIORS = find_priors(read_signs(), [entity.id for entity in ENTITIES])


@pytest.mark.parametrize(
    ("sign", "finding", "direction"),
    [
        ("thx:blunting_of_costophrenic_angle left", "thx:pleural_effusion", 1),
        ("thx:cardiothoracic_ratio_gt_0_5_on_pa_view", "thx:cardiomegaly", 1),
        ("thx:denser_lower_lung_zone_on_one_side right", "thx:consolidation", 1),  # by the wider concept
        ("thx:bilateral_symmetric_lung_opacity bilateral", "thx:pneumonia", -1),
        ("thx:low_lung_volumes bilateral", "thx:emphysema", -1),  # by its opposite
        ("thx:mediastinal_shift right", "thx:atelectasis", 1),  # by a kind of it
    ],
)
def test_directions(sign: str, finding: str, direction: int) -> None:
    assert PRIORS[sign, finding].direction == direction


def test_every_entry_has_evidence_that_joins_signs_and_findings() -> None:
    assert len(PRIORS) > 80
    for prior in PRIORS.values():
        assert prior.facts
        assert {fact.relation.id for fact in prior.facts} <= {HAS_SIGN, SUGGESTS, ARGUES_AGAINST}


def test_what_no_frontal_film_shows_and_other_views_give_no_direction() -> None:
    facts = [fact for fact in read_facts() if "lateral" in fact.provenance[0].holds_for]
    assert facts
    assert find_priors(read_signs(), facts=facts) == {}
    of_pa = [fact for fact in read_facts() if "pa" in fact.provenance[0].holds_for]
    assert not [key for key, _ in find_priors(read_signs(), facts=of_pa) if "on_ap_view" in key]


def test_the_matrix_has_a_row_for_each_finding() -> None:
    matrix = lay_priors(PRIORS, read_signs(), ENTITIES)
    assert matrix.shape == (len(FINDINGS), len(read_signs()))
    assert set(matrix.ravel()) == {-1.0, 0.0, 1.0}
