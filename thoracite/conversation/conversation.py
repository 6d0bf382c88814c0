"""A conversation about one image: a question in, a reply of verified sentences out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Literal

from thoracite.conversation.gather import gather_diagnoses, gather_finding, join_evidence
from thoracite.conversation.options import find_options
from thoracite.conversation.others import list_strong, rank_others
from thoracite.conversation.reply import Reply
from thoracite.errors import InputError
from thoracite.generation.citations import build_claim, split_groups
from thoracite.generation.cited_findings import CitedFindings
from thoracite.generation.conversation.question import LONGEST, Question, read_question
from thoracite.generation.conversation.sentences import tell_facts, tell_sign_of, tell_stance, tell_verdict
from thoracite.generation.phrases import begin
from thoracite.generation.signs.sentences import tell_sign
from thoracite.generation.verify import verify
from thoracite.interventions import Case, name_score
from thoracite.kg.extract.extractor import open_extractor
from thoracite.kg.linking.linker import Linker
from thoracite.kg.stores.store import GraphStore
from thoracite.kg.ties import find_family, find_wider
from thoracite.pipeline import Explainer
from thoracite.types import Claim, Entity, Evidence, Explanation, Finding
from thoracite.types.verdict import find_rank

CAN = "It can be asked why or why not a finding, what would change it, what else it could be, and what the sources are."
"""What a question may ask, in words."""

_DIAGNOSES, _FACTS = 4, 2
"""Most diagnoses that are told, and most facts of each."""


class Conversation:
    """Conversation about images that were explained.

    Parameters
    ----------
    explainer : Explainer
        That reads the images; its graph is asked for more evidence.

    Examples
    --------
    >>> with Explainer() as explainer:                                     # doctest: +SKIP
    ...     case = explainer.open_case("chest.png")
    ...     print(Conversation(explainer).ask(case, "Why not pneumonia?").claims[0].sentence)
    This image does not decide on pneumonia (1.2 times its usual odds) [E96].
    """

    def __init__(self, explainer: Explainer) -> None:
        self.explainer = explainer
        self._extractor = open_extractor()

    def ask(self, case: Case, question: str, *, explanation: Explanation | None = None) -> Reply:
        """Answer a question from the evidence of one image.

        Parameters
        ----------
        case : Case
            From :meth:`thoracite.pipeline.Explainer.open_case`.
        question : str
            In plain English, at most 300 characters.
        explanation : Explanation or None
            As it stands after an intervention; the untouched one unless given.

        Returns
        -------
        Reply
            Sentences that the verifier supports; or ``unanswered``, which says why there are none.

        Raises
        ------
        InputError
            If the question is empty or too long.
        """
        words = " ".join(question.split())
        if not 0 < len(words) <= LONGEST:
            raise InputError(f"the question has {len(words)} characters; expected 1 to {LONGEST}")
        now = explanation or case.untouched
        asked = read_question(words, link=self._linker.link)
        reply = Reply(question=words, intent=asked.intent, about=asked.about)
        if now.abstained:
            return _refuse(reply, f"The explanation was withheld, so nothing can be asked of it: {now.reason}.")
        if asked.intent == "unknown":
            return _refuse(reply, f"The question was not understood. {CAN}")
        if asked.intent == "else":
            return self._tell_others(reply, now)
        if asked.intent == "sources":
            return self._tell_sources(reply, now, asked)
        return self._tell_finding(reply, case, now, asked)

    @property
    def _linker(self) -> Linker:
        return self.explainer.retriever.linker if self.explainer.graph else Linker()

    @property
    def _store(self) -> GraphStore | None:
        return self.explainer.retriever.store if self.explainer.graph else None

    def _tell_finding(self, reply: Reply, case: Case, now: Explanation, asked: Question) -> Reply:
        """Answer about one finding: for, against, what would change it."""
        finding = _find_asked(now, asked)
        if finding is None:
            return self._tell_sign(reply, now, asked)
        reply = reply.model_copy(update={"about": (finding.entity,)})
        evidence = join_evidence(now.evidence, gather_finding(self._store, now, finding))
        cited = CitedFindings(now.findings, evidence)
        if asked.intent == "change":
            say = partial(self._say_verdict, finding.entity)
            options = tuple(find_options(self.explainer, case, now, finding, say))
            reply = self._say(reply, [tell_verdict(cited, finding)], evidence)
            none = "" if options else f"No sign that was measured here would change {finding.entity.label}."
            return reply.model_copy(update={"options": options, "unanswered": none})
        if asked.intent == "state":
            return self._say(reply, [tell_verdict(cited, finding)], evidence)
        stance: Literal["for", "against"] = "for" if asked.intent == "why" else "against"
        said = self._say(reply, list(tell_stance(cited, finding, stance)), evidence)
        if len(said.claims) < 2:
            none = f"No measured sign speaks clearly {stance} {finding.entity.label} here."
            return said.model_copy(update={"unanswered": none})
        return said

    def _say_verdict(self, entity: Entity, now: Explanation) -> str:
        """Say the verdict on one finding in another explanation, if its evidence supports the sentence."""
        finding = next((one for one in now.findings if one.entity == entity), None)
        if finding is None or now.abstained:
            return ""
        said = self._say(
            Reply(question="", intent="state"),
            [tell_verdict(CitedFindings(now.findings, now.evidence), finding)],
            now.evidence,
        )
        return said.claims[0].sentence if said.claims else ""

    def _tell_sign(self, reply: Reply, now: Explanation, asked: Question) -> Reply:
        """Answer about a sign that was measured; else say what is missing."""
        wanted = {entity.id for entity in asked.about}
        pieces = [one for one in now.evidence if one.sign is not None and wanted & _list_concepts(one)]
        if pieces and asked.intent != "change":
            return self._say(reply, _tell_alone(pieces), now.evidence)
        if not asked.about:
            return _refuse(reply, f"The question names no finding of this image. {CAN}")
        known = ", ".join(one.entity.label for one in now.findings)
        return _refuse(
            reply, f"The image model does not read {asked.about[0].label}, so nothing here can tell. It reads {known}."
        )

    def _tell_sources(self, reply: Reply, now: Explanation, asked: Question) -> Reply:
        """Tell the cited facts, of one finding where one is named; their sources stand in the evidence."""
        cited = {key for claim in now.claims for key in claim.citations}
        facts = [one for one in now.evidence if one.triple is not None and one.key in cited]
        finding = _find_asked(now, asked) if asked.about else None
        if finding is not None:
            facts = [one for one in gather_finding(self._store, now, finding) if one.triple is not None]
        if not facts:
            about = f" about {finding.entity.label}" if finding is not None else ""
            return _refuse(reply, f"No fact of the graph{about} is cited, so there is no source but the image itself.")
        evidence = join_evidence(now.evidence, facts)
        return self._say(reply, list(tell_facts(facts)), evidence)

    def _tell_others(self, reply: Reply, now: Explanation) -> Reply:
        """Tell which diagnoses the signs of this image fit, and by which facts."""
        if not self.explainer.graph:
            return _refuse(reply, "The explanation was written without the graph, which knows what else it could be.")
        signs = list_strong(now)
        found = rank_others(self.explainer.retriever.sign_table, now)
        first = found.diagnoses[:_DIAGNOSES]
        facts = gather_diagnoses(now, first)
        by_triple = {one.triple.key: one for one in facts if one.triple is not None}
        sentences: list[str] = []
        for one in first:
            told = [by_triple[triple.key] for argument in one.fits for triple in argument.path][:_FACTS]
            sentences += tell_sign_of(signs, one.entity, told)
        none = "" if first else "No diagnosis of the graph explains the signs of this image."
        said = self._say(reply, sentences, join_evidence(now.evidence, facts))
        return said.model_copy(update={"differential": found, "unanswered": none})

    def _say(self, reply: Reply, sentences: Iterable[str], evidence: Sequence[Evidence]) -> Reply:
        """Keep the sentences that the verifier supports, each once, with the evidence that they cite."""
        written = [build_claim(split_groups(sentence), evidence) for sentence in dict.fromkeys(filter(None, sentences))]
        judged = verify(
            written,
            evidence,
            linker=self._linker.link,
            extractor=self._extractor,
            facts_alone=True,  # what the graph knows is asked for
        )
        claims: list[Claim] = [claim for claim in judged if claim.verdict == "supported"]
        cited = {key for claim in claims for key in claim.citations}
        none = "" if claims else "The evidence supports no sentence that would answer this."
        return reply.model_copy(
            update={
                "claims": tuple(claims),
                "evidence": tuple(one for one in evidence if one.key in cited),
                "unanswered": none,
            }
        )


def _refuse(reply: Reply, why: str) -> Reply:
    return reply.model_copy(update={"unanswered": why})


def _find_asked(now: Explanation, asked: Question) -> Finding | None:
    """Find the finding that is asked about: itself, what it is a kind of, a kind of it; else the foremost one."""
    by_id = {finding.entity.id: finding for finding in now.findings}
    if not asked.about:
        foremost = min(now.findings, key=find_rank, default=None)
        return foremost if asked.intent in {"change", "why"} else None
    for entity in asked.about:
        for name in (entity.id, *sorted(find_wider(entity.id)), *sorted(find_family(entity.id))):
            if name in by_id:
                return by_id[name]
    return None


def _list_concepts(piece: Evidence) -> set[str]:
    if piece.sign is None:
        return set()
    ends: list[Entity | None] = [piece.sign.sign.entity, piece.sign.opposite]
    return {end.id for end in ends if end is not None}


def _tell_alone(pieces: Sequence[Evidence]) -> list[str]:
    """Tell each sign once, whatever findings it is asked for."""
    once = {name_score(piece.sign): piece for piece in reversed(pieces) if piece.sign is not None}
    return [begin(tell_sign(piece, None)) for piece in reversed(once.values())]


__all__ = ["CAN", "Conversation"]
