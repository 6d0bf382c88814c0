"""Every sentence of a reply is cited and verified; what the evidence does not answer is said to be so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from thoracite import Explainer
from thoracite.conversation import Conversation, Reply
from thoracite.errors import InputError
from thoracite.generation.verify import verify
from thoracite.interventions import Case
from thoracite.kg.extract.extractor import open_extractor
from thoracite.phantom import write_phantoms
from thoracite.settings import Settings

HEART = "thx:cardiomegaly"


@pytest.fixture(scope="module")
def explainer(graph_folder: Path) -> Iterator[Explainer]:
    with Explainer(Settings(graph=graph_folder)) as explainer:
        yield explainer


@pytest.fixture(scope="module")
def case(explainer: Explainer, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The README's synthetic image, drawn with a large heart."""
    (path,) = write_phantoms(tmp_path_factory.mktemp("phantom"), number=1, seed=189, size=512)
    return explainer.open_case(path)


@pytest.fixture(scope="module")
def conversation(explainer: Explainer) -> Conversation:
    return Conversation(explainer)


def check(explainer: Explainer, reply: Reply) -> None:
    """Verify every sentence again, against the evidence that came with the reply alone."""
    keys = {piece.key for piece in reply.evidence}
    linker = explainer.retriever.linker.link
    for claim in verify(reply.claims, reply.evidence, linker=linker, extractor=open_extractor(), facts_alone=True):
        assert claim.verdict == "supported", (claim.sentence, claim.why)
        assert claim.citations
        assert set(claim.citations) <= keys


@pytest.mark.parametrize(
    "question",
    ["Why cardiomegaly?", "Why not pneumothorax?", "What would change this?", "Is there a pleural effusion?",
     "What else could it be?", "Show me the sources", "What speaks against cardiomegaly?"],
)  # fmt: skip
def test_sentences_of_a_reply_are_supported(
    explainer: Explainer, conversation: Conversation, case: Case, question: str
) -> None:
    reply = conversation.ask(case, question)
    check(explainer, reply)
    assert reply.claims or reply.unanswered


def test_why_tells_the_verdict_and_the_signs_that_speak_for_it(conversation: Conversation, case: Case) -> None:
    reply = conversation.ask(case, "Why cardiomegaly?")
    signs = [piece for piece in reply.evidence if piece.sign is not None]
    assert "ardiomegaly" in reply.claims[0].sentence
    assert signs
    assert {piece.stance for piece in signs} == {"for"}


def test_why_not_tells_what_speaks_against(conversation: Conversation, case: Case) -> None:
    reply = conversation.ask(case, "Why not cardiomegaly?")
    told = {key for claim in reply.claims[1:] for key in claim.citations}
    assert all(piece.stance == "against" for piece in reply.evidence if piece.key in told)


def test_evidence_beyond_the_explanation_runs_on_behind_it(conversation: Conversation, case: Case) -> None:
    known = {piece.key: piece for piece in case.untouched.evidence}
    for question in ("Why not pneumothorax?", "What else could it be?", "sources for pneumonia"):
        for piece in conversation.ask(case, question).evidence:
            if piece.key in known:
                old = known[piece.key]
                assert (piece.kind, piece.triple and piece.triple.key) == (old.kind, old.triple and old.triple.key)
            else:
                assert int(piece.key[1:]) > len(known)


def test_what_would_change_it_does_change_it(explainer: Explainer, conversation: Conversation, case: Case) -> None:
    reply = conversation.ask(case, "What would change cardiomegaly?")
    assert reply.options
    for option in reply.options:
        changed = explainer.intervene(case, signs={option.sign: option.value})
        after = next(finding for finding in changed.findings if finding.entity.id == HEART)
        assert after.probability == pytest.approx(option.after)
        assert after.verdict == option.verdict_after
        assert option.before != option.after
    assert any(option.sentence for option in reply.options)


def test_what_else_leaves_out_what_is_said(conversation: Conversation, case: Case) -> None:
    reply = conversation.ask(case, "What else could it be?")
    asserted = {one.entity.id for one in case.untouched.findings if one.verdict in {"likely", "suspected", "possible"}}
    assert reply.differential is not None
    assert not asserted & {one.entity.id for one in reply.differential.diagnoses}


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How old is the patient?", "not understood"),
        ("Why not a unicorn?", "names no finding"),
        ("Why not tuberculosis?", "does not read tuberculosis"),
    ],
)
def test_what_cannot_be_answered_is_said_so(conversation: Conversation, case: Case, question: str, words: str) -> None:
    reply = conversation.ask(case, question)
    assert words in reply.unanswered
    assert reply.claims == ()


def test_a_fact_that_is_left_out_answers_nothing(explainer: Explainer, conversation: Conversation, case: Case) -> None:
    cited = {key for claim in case.untouched.claims for key in claim.citations}
    fact = next(one for one in case.untouched.evidence if one.triple is not None and one.key in cited)
    assert fact.triple is not None
    changed = explainer.intervene(case, without=[fact.key])
    for question in (f"Why {fact.about.label}?", f"sources for {fact.about.label}"):
        reply = conversation.ask(case, question, explanation=changed)
        assert all(one.triple is None or one.triple.key != fact.triple.key for one in reply.evidence)


def test_a_withheld_explanation_answers_nothing(conversation: Conversation, case: Case) -> None:
    withheld = case.untouched.model_copy(update={"abstained": True, "reason": "no chest", "claims": (), "evidence": ()})
    reply = conversation.ask(case._replace(untouched=withheld), "Why cardiomegaly?")
    assert "withheld" in reply.unanswered


@pytest.mark.parametrize("question", ["", "   ", "x" * 301])
def test_an_empty_or_endless_question_is_refused(conversation: Conversation, case: Case, question: str) -> None:
    with pytest.raises(InputError, match="characters"):
        conversation.ask(case, question)


def test_keys_stay_apart_after_an_intervention(explainer: Explainer, conversation: Conversation, case: Case) -> None:
    cited = {key for claim in case.untouched.claims for key in claim.citations}
    fact = next(one for one in case.untouched.evidence if one.triple is not None and one.key in cited)
    changed = explainer.intervene(case, without=[fact.key])
    known = {piece.key: piece for piece in changed.evidence}
    for piece in conversation.ask(case, "Why not pneumothorax?", explanation=changed).evidence:
        assert piece.key not in known or piece.about == known[piece.key].about
