"""Triples off sentences: what is said, which way round, how surely, and what is not said."""

from __future__ import annotations

import pytest

from thoracite.kg.facts import Source
from thoracite.kg.knowledge.extractor import NAME, KnowledgeExtractor
from thoracite.kg.knowledge.passage import Passage

BOOK = Source(id="thxs:book", title="Book", reference="book.md", licence="CC0")


@pytest.fixture(scope="module")
def extractor() -> KnowledgeExtractor:
    return KnowledgeExtractor()


def read(extractor: KnowledgeExtractor, text: str, **parts: object) -> set[tuple[str, str, str]]:
    passage = Passage(BOOK, "S", 1, text)._replace(**parts)
    return {(t.subject.label, t.relation.id.removeprefix("thx:"), t.object.label) for t in extractor.extract(passage)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pneumonia causes pleural effusion.", ("pleural effusion", "caused_by", "pneumonia")),
        (
            "Pleural effusion is most often caused by heart failure.",
            ("pleural effusion", "caused_by", "congestive heart failure"),
        ),
        (
            "Heart failure is the most common cause of pleural effusion.",
            ("pleural effusion", "caused_by", "congestive heart failure"),
        ),
        ("The main causes of pneumothorax include emphysema.", ("pneumothorax", "caused_by", "emphysema")),
        ("Hemothorax can be a complication of tuberculosis.", ("hemothorax", "caused_by", "tuberculosis")),
        ("Smoking increases your risk of lung cancer.", ("lung cancer", "associated_with", "cigarette smoking")),
        ("Silicosis is associated with tuberculosis.", ("silicosis", "associated_with", "tuberculosis")),
        ("A deep sulcus sign suggests pneumothorax.", ("deep sulcus sign", "suggestive_of", "pneumothorax")),
        (
            "Kerley B lines are a classic sign of pulmonary edema.",
            ("kerley B lines", "suggestive_of", "pulmonary edema"),
        ),
        (
            "Kerley B lines are often seen on the chest radiograph in pulmonary edema.",
            ("pulmonary edema", "has_radiographic_sign", "kerley B lines"),
        ),
        (
            "Emphysema is characterized by a flattened diaphragm.",
            ("emphysema", "has_radiographic_sign", "flattened diaphragm"),
        ),
        ("Skin folds may be mistaken for pneumothorax.", ("skin fold", "may_mimic", "pneumothorax")),
        (
            "A contralateral mediastinal shift argues against atelectasis.",
            ("contralateral mediastinal shift", "argues_against", "atelectasis"),
        ),
        ("Air bronchograms are uncommon in atelectasis.", ("air bronchogram", "argues_against", "atelectasis")),
        ("Pneumonia is an infection in one or both of the lungs.", ("pneumonia", "located_in", "lung")),
        ("The heart is located within the thoracic cavity.", ("heart", "located_in", "thoracic cavity")),
        ("The sternum consists of the manubrium, body and xiphoid process.", ("xiphoid process", "part_of", "sternum")),
        ("Bronchiectasis is usually bilateral.", ("bronchiectasis", "has_attribute", "bilateral")),
    ],
)
def test_every_relation_is_read(extractor: KnowledgeExtractor, text: str, expected: tuple[str, str, str]) -> None:
    assert expected in read(extractor, text)


def test_lists_on_both_sides_with_members_that_are_no_concepts(extractor: KnowledgeExtractor) -> None:
    found = read(
        extractor,
        "Lung cancer, LAM, tuberculosis, and other infections also can lead to hemothorax or pleural effusion.",
    )
    assert found == {
        (effect, "caused_by", cause)
        for effect in ("hemothorax", "pleural effusion")
        for cause in ("lung cancer", "tuberculosis")
    }
    assert ("atelectasis", "caused_by", "bronchiectasis") in read(
        extractor, "Bronchiectasis can lead to serious problems, such as shock, atelectasis, and heart failure."
    )


@pytest.mark.parametrize(
    "text",
    [
        "Pneumonia does not cause pneumothorax.",
        "The pneumothorax was not caused by a rib fracture.",
        "What causes sarcoidosis, tuberculosis or asthma?",
        "It is unknown whether asthma causes pneumonia.",
        "Treatment of asthma can cause pneumonia.",  # the subject is the treatment
        "The risk of pneumonia causes asthma.",
        "Asthma causes pneumonia risk to grow.",  # the object is the risk
        "A lung transplant can cause pneumonia.",
        "Rift Valley fever is caused by a virus.",  # not Valley fever
        "The membrane that surrounds the heart consists of the pericardial cavity.",
        "If bronchiectasis is diffuse, rest.",
        "Asbestos-related disease can cause mesothelioma.",
        "Pneumonia and asthma are common.",
    ],
)
def test_what_is_not_said_is_not_read(extractor: KnowledgeExtractor, text: str) -> None:
    assert read(extractor, text) == set()


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("Asthma causes atelectasis.", "high"),
        ("Asthma can cause atelectasis.", "medium"),
        ("It is thought that asthma causes atelectasis.", "low"),
    ],
)
def test_hedges_lower_the_confidence(extractor: KnowledgeExtractor, text: str, confidence: str) -> None:
    (triple,) = extractor.extract(Passage(BOOK, "Causes", 4, text))
    (origin,) = triple.provenance
    assert (origin.confidence, origin.locator, origin.source) == (confidence, "Causes, sentence 4", BOOK.id)
    assert (origin.extractor, origin.licence) == (NAME, "CC0")
    assert (triple.object_certainty.value == "uncertain") == (confidence == "low")


def test_a_sentence_may_leave_its_subject_to_the_topic_the_list_or_the_definition(
    extractor: KnowledgeExtractor,
) -> None:
    assert read(extractor, "The condition can cause pneumothorax.", topic="Asthma") == {
        ("pneumothorax", "caused_by", "asthma")
    }
    assert read(extractor, "Tuberculosis", stem="Causes of pleurisy include") == {
        ("pleurisy", "caused_by", "tuberculosis")
    }
    assert read(
        extractor, "Suggests pneumothorax; may also suggest emphysema.", topic="deep sulcus sign", defines=True
    ) == {
        ("deep sulcus sign", "suggestive_of", "pneumothorax"),
        ("deep sulcus sign", "suggestive_of", "emphysema"),
    }
    assert read(extractor, "Suggests pneumothorax.", topic="no such thing", defines=True) == set()
