"""The claim score: what it reads, and that it ranks by what matters."""

from __future__ import annotations

import pytest

from thoracite.evaluation.claim_kinds import compare_concepts, is_of
from thoracite.evaluation.claim_reading import Claim, read_claims
from thoracite.evaluation.claim_score import WEIGHTS, agree, contradicts, score_claims, weigh
from thoracite.evaluation.claim_unread import find_unread


def names(text: str) -> dict[str, float]:
    return {claim.concept: claim.certainty for claim in read_claims(text)}


def one(text: str) -> Claim:
    (claim,) = read_claims(text)
    return claim


def test_dropping_no_scores_below_a_correct_paraphrase() -> None:
    reference = "No pleural effusion."
    paraphrase = score_claims("The pleural spaces are free of fluid.", reference)
    assert score_claims("Pleural effusion.", reference) < 0.1 < 0.9 < paraphrase


def test_a_paraphrase_without_a_common_word_scores_as_high_as_the_words_themselves() -> None:
    reference = "Large right pneumothorax with cardiomegaly."
    told = "Abundant air in the pleural space on the starboard, I mean right; an enlarged heart."
    assert score_claims(told, reference) > 0.9
    assert score_claims(reference, reference) == 1.0


@pytest.mark.parametrize(
    ("reference", "better", "worse"),
    [
        ("Left effusion.", "Fluid in the left pleural cavity.", "Right effusion."),
        ("Mild cardiomegaly.", "Heart slightly too big.", "Severe cardiomegaly."),
        ("Right upper lobe mass.", "Tumour at the apex of the right lung.", "Right lower lobe mass."),
        ("Possible pneumonia.", "Infection cannot be ruled out.", "Definite pneumonia."),
        ("The effusion has increased.", "There is more pleural fluid.", "The effusion has decreased."),
        ("Pneumothorax. Old rib fracture.", "Air in the pleural space.", "Old rib fracture."),
        ("Lungs clear.", "Lungs clear. Scoliosis.", "Lungs clear. Pneumothorax."),
        ("ETT above the carina.", "The breathing tube is well placed.", "ETT in the right main bronchus."),
        ("8 mm nodule.", "Nodule of 0.8 cm.", "Nodule of 2.5 cm."),
        ("Bilateral effusions, larger on the left.", "Effusions, left greater than right.", "Effusions, right > left."),
    ],
)
def test_what_matters_ranks(reference: str, better: str, worse: str) -> None:
    assert score_claims(better, reference) > score_claims(worse, reference) + 0.1


@pytest.mark.parametrize(
    ("text", "concept", "certainty"),
    [
        ("No consolidation, effusion or pneumothorax.", "pneumothorax", 0.0),
        ("Effusion and pneumothorax are absent.", "pleural_effusion", 0.0),
        ("The pleural spaces contain neither fluid nor air.", "pneumothorax", 0.0),
        ("Pneumonia cannot be excluded.", "pneumonia", 0.5),
        ("Pneumonia can be excluded.", "pneumonia", 0.0),
        ("Pneumonia is likely.", "pneumonia", 0.75),
        ("Pneumonia is unlikely.", "pneumonia", 0.15),
        ("No nodule. The heart is big.", "cardiomegaly", 1.0),
        ("No nodule, but the heart is big.", "cardiomegaly", 1.0),
        ("The effusion has not resolved.", "pleural_effusion", 1.0),
        ("The effusion has resolved.", "pleural_effusion", 0.0),
        ("The lungs are not clear.", "any_lung", 1.0),
        ("Cardiothoracic ratio 0.61.", "cardiomegaly", 1.0),
        ("Cardiothoracic ratio 0.45.", "cardiomegaly", 0.0),
    ],
)
def test_denials_and_doubts_are_read(text: str, concept: str, certainty: float) -> None:
    assert names(text)[concept] == certainty


def test_sides_places_and_lengths_go_to_their_own_finding() -> None:
    nodule, effusion = read_claims("A 2 cm nodule in the left upper lobe, with a small effusion on the right.")
    assert (nodule.concept, nodule.sides, nodule.places, nodule.length) == (
        "pulmonary_nodule",
        frozenset({"left"}),
        frozenset({"upper"}),
        20.0,
    )
    assert (effusion.concept, effusion.sides, effusion.degree, effusion.length) == (
        "pleural_effusion",
        frozenset({"right"}),
        1.0,
        0.0,
    )
    assert one("RLL consolidation.") == one("Consolidation in the right lower lobe.")


def test_change_is_read_from_words_and_from_lengths() -> None:
    assert one("The nodule has grown.").change == one("Nodule now 14 mm, previously 9 mm.").change == "more"
    assert one("Nodule, no growth since.").change == "same"


def test_where_a_device_ends_is_right_or_wrong() -> None:
    assert one("The feeding tube has entered the right lung.").placed == "bad"
    assert one("NG tube in the stomach.").placed == "ok"
    assert one("Central line tip in the SVC.").placed == one("Tube tip above the carina.").placed == "ok"
    assert one("The NG tube is not seen below the diaphragm.").placed == "bad"


def test_a_denied_part_of_the_chest_contradicts_what_is_in_it() -> None:
    clear, nodule = one("Clear lungs."), one("Nodule.")
    assert contradicts(clear, nodule)
    assert contradicts(nodule, clear)
    assert not contradicts(one("The right lung is clear."), one("Left nodule."))
    assert agree(clear, one("No nodule."), WEIGHTS) > 0.8
    assert is_of("pneumothorax", "any_pleura")
    assert not is_of("pneumothorax", "any_lung")


def test_weights_are_clinical() -> None:
    assert weigh(one("Pneumothorax.")) > weigh(one("Atelectasis.")) > weigh(one("Scoliosis."))
    assert weigh(one("Left rib fracture.")) > weigh(one("Old left rib fracture."))
    assert compare_concepts("consolidation", "pulmonary_opacity") > compare_concepts("consolidation", "rib_fracture")


def test_an_unread_paraphrase_is_worth_more_than_nothing_and_a_denied_one_is_not() -> None:
    reference = "Pulmonary oedema."
    parts = find_unread("Lungs drenched through and through.")
    assert [part.denies for part in parts] == [False]
    told = score_claims("Edematous-looking parenchymal drenching.", reference)
    assert told > score_claims("Rib fracture.", reference)
    assert find_unread("No gubbins in the parenchyma.")[0].denies


def test_empty_texts() -> None:
    assert score_claims("", "") == 1.0
    assert score_claims("", "Pneumothorax.") == 0.0
    assert score_claims("Pneumothorax.", "") == 0.0


def test_the_score_is_symmetric_and_in_its_range() -> None:
    texts = ["Small left effusion.", "No effusion. Heart normal.", "RUL mass, 4 cm.", "Normal chest.", "", "Blah."]
    for first in texts:
        for second in texts:
            value = score_claims(first, second)
            assert 0.0 <= value <= 1.0
            assert value == pytest.approx(score_claims(second, first))
