"""What a question asks is told by its words; what they do not tell is not guessed."""

from __future__ import annotations

import pytest

from tests.readings import RATED
from thoracite.generation.conversation.question import read_question, suggest_questions
from thoracite.kg.linking.linker import Linker
from thoracite.types import Explanation


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker()


@pytest.mark.parametrize(
    ("text", "intent", "about"),
    [
        ("Why pleural effusion?", "why", ["thx:pleural_effusion"]),
        ("What speaks for a pneumothorax?", "why", ["thx:pneumothorax"]),
        ("On what grounds do you say cardiomegaly?", "why", ["thx:cardiomegaly"]),
        ("Why?", "why", []),
        ("Why not pneumonia?", "why not", ["thx:pneumonia"]),
        ("why is there no pneumothorax", "why not", ["thx:pneumothorax"]),
        ("Why isn't it atelectasis?", "why not", ["thx:atelectasis"]),
        ("What speaks against pulmonary edema?", "why not", ["thx:pulmonary_edema"]),
        ("Can pneumothorax be ruled out?", "why not", ["thx:pneumothorax"]),
        ("Why was pneumonia excluded?", "why not", ["thx:pneumonia"]),
        ("What would change this?", "change", []),
        ("What would change your mind on pneumonia?", "change", ["thx:pneumonia"]),
        ("How sure is the pleural effusion?", "change", ["thx:pleural_effusion"]),
        ("What else could it be?", "else", []),
        ("What is the differential?", "else", []),
        ("Are there other diagnoses?", "else", []),
        ("Show me the sources", "sources", []),
        ("Which textbooks say that of pneumonia?", "sources", ["thx:pneumonia"]),
        ("Where does this come from?", "sources", []),
        ("Is there a pneumothorax?", "state", ["thx:pneumothorax"]),
        ("How likely is pneumonia?", "state", ["thx:pneumonia"]),
        ("pneumonia", "state", ["thx:pneumonia"]),
        ("How old is the patient?", "unknown", []),
        ("Tell me a joke", "unknown", []),
        ("", "unknown", []),
    ],
)
def test_questions_are_read(linker: Linker, text: str, intent: str, about: list[str]) -> None:
    asked = read_question(text, link=linker.link)
    assert (asked.intent, [entity.id for entity in asked.about]) == (intent, about)


def test_the_longest_name_is_taken(linker: Linker) -> None:
    asked = read_question("why not blunting of costophrenic angle", link=linker.link)
    assert [entity.id for entity in asked.about] == ["thx:blunting_of_costophrenic_angle"]


def test_every_suggested_question_is_understood(linker: Linker) -> None:
    explanation = Explanation(image="a.png", findings=RATED, generator="template", graph="none")
    suggested = suggest_questions(explanation)
    assert len(suggested) >= 4
    for text in suggested:
        assert read_question(text, link=linker.link).intent != "unknown", text
