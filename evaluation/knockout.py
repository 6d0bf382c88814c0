"""Suite ``knockout``: does a released sentence rest on the evidence that it cites, and on no other?

Images of locked patients are explained. Then evidence is taken away, and what is left is written from and verified
again, as for a release:

- one *cited* piece is taken away: each sentence that cited it has to change or go, in words, not in citations alone;
- one *uncited* piece, or all of them, is taken away: no sentence may change;
- *only the cited* pieces are kept: the same sentences have to come again;
- *names are masked*: every entity of the evidence gets a made-up name and identifier (by which a table words signs): no
  sentence may still say the old name, and none that says a name may come again.

Beside generator and verifier together, the verifier alone judges the old sentences by what is left (a generator that
repeats itself), and the baseline repeats them unjudged.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from thoracite.errors import UsageError
from thoracite.evaluation.patients import summarise
from thoracite.evaluation.sentences import draw_cases
from thoracite.evaluation.suite import Row, Suite
from thoracite.generation.citations import build_claim, split_groups, strip_citations
from thoracite.generation.generator import Generator
from thoracite.generation.signs.words import find_words
from thoracite.generation.verify import verify
from thoracite.kg.extract.extractor import Extractor, open_extractor
from thoracite.kg.linking.linker import Linker
from thoracite.kg.linking.mentions import Link
from thoracite.pipeline import Explainer
from thoracite.types import Claim, Entity, Evidence, Explanation, Finding, SignScore, Study
from thoracite.vision.training.cases import read_labelled

IMAGES = 200
"""Images that are explained."""

PIECES = 4
"""Most pieces of an explanation that are taken away one by one, of the cited and of the uncited each."""

MASKED = "names and identifiers masked, and an old name said"

WRITER, VERIFIER, REPEATED = "generator and verifier", "verifier alone", "sentences repeated"


class Bench(NamedTuple):
    """What writes and judges again.

    Parameters
    ----------
    explainer : Explainer
        Its generator writes.
    link : callable
        Phrase to concept.
    extractor : Extractor
        Finds negation and hedging.
    """

    explainer: Explainer
    link: Link
    extractor: Extractor

    def write(self, explanation: Explanation, evidence: Sequence[Evidence]) -> list[Claim]:
        """Return the supported sentences that the generator writes from some evidence of an explanation."""
        study = Study(image=explanation.image)
        findings = _take_findings(evidence) or explanation.findings
        written = self.generator.write(study, findings, evidence)
        return self.judge([build_claim(split_groups(sentence), evidence) for sentence in written], evidence)

    @property
    def generator(self) -> Generator:
        """Return the explainer's generator, which has to write from evidence alone.

        Raises
        ------
        UsageError
            If it needs the pixels, which are the same whatever evidence is taken away.
        """
        generator = self.explainer.generator
        if isinstance(generator, Generator):
            return generator
        raise UsageError(f"{generator.name} writes from pixels, not from evidence alone; expected one such as template")

    def judge(self, claims: Iterable[Claim], evidence: Sequence[Evidence]) -> list[Claim]:
        """Return the claims that some evidence supports."""
        judged = verify(claims, evidence, linker=self.link, extractor=self.extractor)
        return [claim for claim in judged if claim.verdict == "supported"]


def _take_findings(evidence: Iterable[Evidence]) -> list[Finding]:
    found = {piece.finding.entity.id: piece.finding for piece in evidence if piece.finding is not None}
    return list(found.values())


class Knocked(NamedTuple):
    """Whether sentences changed, each beside its patient.

    Parameters
    ----------
    group : str
        Patient.
    metric : str
        What was taken away.
    system : str
        Who wrote or judged again.
    changed : bool
        Whether the sentence changed or went.
    """

    group: str
    metric: str
    system: str
    changed: bool


def run_knockout(data: Path, *, images: int = IMAGES, seed: int = 20, explainer: Explainer | None = None) -> Suite:
    """Take evidence away from explanations.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr``.
    images : int
        Number of explanations that are released.
    seed : int
        Seed of the choice of images and pieces.
    explainer : Explainer or None
        One from the settings unless given.

    Raises
    ------
    InputError
        If the data are not there.
    """
    cases = draw_cases([case for case in read_labelled(data / "cxr") if case.locked], 2 * images, seed=seed)
    explainer = explainer or Explainer()
    bench = Bench(explainer, (explainer.retriever.linker if explainer.graph else Linker()).link, open_extractor())
    knocked: list[Knocked] = []
    released = tried = 0
    for case, found in zip(cases, explainer.explain_many([case.path for case in cases]), strict=True):
        tried += 1
        if isinstance(found, Explanation) and not found.abstained:
            released += 1
            knocked += knock_out(bench, found, case.group, random.Random(f"{seed} {case.path.name}"))  # noqa: S311
        if released == images:
            break
    described = f"{released} released explanations of locked patients; {tried - released} withheld"
    return Suite(suite="knockout", data=described, n=released, rows=tuple(measure_knocked(knocked)))


def knock_out(bench: Bench, explanation: Explanation, group: str, draw: random.Random) -> Iterator[Knocked]:
    """Take evidence of one explanation away, in every way, and yield what became of its sentences.

    Parameters
    ----------
    bench : Bench
        Writes and judges again.
    explanation : Explanation
        A released one.
    group : str
        Patient.
    draw : random.Random
        Draws the pieces.
    """
    claims, evidence = explanation.claims, explanation.evidence
    keys = {key for claim in claims for key in claim.citations}
    cited, uncited = ([piece for piece in evidence if (piece.key in keys) == wanted] for wanted in (True, False))
    for key in _draw(cited, draw):
        after = _write_again(bench, explanation, [piece for piece in evidence if piece.key != key])
        own, others = ([claim for claim in claims if (key in claim.citations) == wanted] for wanted in (True, False))
        yield from _compare(own, after, group, "one cited piece taken away")
        yield from _compare(others, after, group, "one piece taken away that other sentences cite")
    for key in _draw(uncited, draw):
        after = _write_again(bench, explanation, [piece for piece in evidence if piece.key != key])
        yield from _compare(claims, after, group, "one uncited piece taken away")
    if uncited:
        yield from _compare(claims, _write_again(bench, explanation, cited), group, "only cited pieces kept")
    yield from _compare(claims, _write_again(bench, explanation, evidence), group, "nothing taken away")
    yield from mask(bench, explanation, group)


def _draw(pieces: Sequence[Evidence], draw: random.Random) -> list[str]:
    return [piece.key for piece in draw.sample(pieces, min(PIECES, len(pieces)))]


def _write_again(bench: Bench, explanation: Explanation, rest: Sequence[Evidence]) -> dict[str, set[str]]:
    """Return the words that each system releases from what is left."""
    written, judged = bench.write(explanation, rest), bench.judge(explanation.claims, rest)
    said = {WRITER: written, VERIFIER: judged, REPEATED: explanation.claims}
    return {system: {strip_citations(claim.sentence) for claim in released} for system, released in said.items()}


def _compare(claims: Iterable[Claim], after: Mapping[str, set[str]], group: str, metric: str) -> Iterator[Knocked]:
    """Tell of each claim whether its words are still released, by each system."""
    for claim in claims:
        words = strip_citations(claim.sentence)
        for system, released in after.items():
            yield Knocked(group, metric, system, words not in released)


def mask(bench: Bench, explanation: Explanation, group: str) -> Iterator[Knocked]:
    """Give what the evidence names a made-up name, and yield which sentences still say an old one, or come again.

    The identifier goes with the name: signs are worded from a table by identifier, so that masking the name alone would
    leave its words. Sentences that say no name (how many signs could not be measured) are left out of what comes again.
    """
    old = {name for piece in explanation.evidence for name in _list_names(piece)}
    masked = [mask_piece(piece) for piece in explanation.evidence]
    study = Study(image=explanation.image)
    written = {strip_citations(one) for one in bench.generator.write(study, _take_findings(masked), masked)}
    repeated = {strip_citations(claim.sentence) for claim in explanation.claims}
    for system, sentences in ((WRITER, written), (REPEATED, repeated)):
        for sentence in sorted(sentences):
            yield Knocked(group, MASKED, system, says_any(sentence, old))
        for sentence in sorted(repeated):
            if says_any(sentence, old):
                yield Knocked(group, "names and identifiers masked", system, sentence not in sentences)


def says_any(sentence: str, names: Iterable[str]) -> bool:
    """Tell whether a sentence says one of some names, as whole words.

    Examples
    --------
    >>> says_any("There is a mass.", ["mass"]), says_any("The massive heart.", ["mass"])
    (True, False)
    """
    return any(re.search(rf"\b{re.escape(name)}\b", sentence, re.IGNORECASE) for name in names)


def mask_piece(piece: Evidence) -> Evidence:
    """Return a piece of evidence whose entities have made-up names and identifiers; numbers and relations stay."""
    triple, score = piece.triple, piece.sign
    return piece.model_copy(
        update={
            "about": _rename(piece.about),
            "finding": piece.finding and mask_finding(piece.finding),
            "sign": score and _mask_sign(score),
            "triple": triple
            and triple.model_copy(update={"subject": _rename(triple.subject), "object": _rename(triple.object)}),
        }
    )


def mask_finding(finding: Finding) -> Finding:
    """Return a finding with a made-up name, and its signs with made-up ones."""
    signs = tuple(_mask_sign(score) for score in finding.signs)
    return finding.model_copy(update={"entity": _rename(finding.entity), "signs": signs})


def _mask_sign(score: SignScore) -> SignScore:
    entity = _rename(score.sign.entity)
    sign = score.sign.model_copy(
        update={"id": _rename_id(score.sign.id), "entity": entity, "question": f"Is there {entity.label}?"}
    )
    return score.model_copy(update={"sign": sign, "opposite": score.opposite and _rename(score.opposite)})


def _rename(entity: Entity) -> Entity:
    """Return an entity with a name and an identifier that follow from its old one, and that no table has."""
    identifier = _rename_id(entity.id)
    return entity.model_copy(update={"label": identifier.rpartition("_")[2], "id": identifier, "codes": ()})


def _rename_id(identifier: str) -> str:
    number = sum(ord(letter) * 31**place for place, letter in enumerate(identifier)) % 20**6
    letters = "".join("bcdfghjklmnpqrstvwxz"[number // 20**place % 20] + "aeiou"[place % 5] for place in range(6))
    return f"thx:masked_{letters}"


def _list_names(piece: Evidence) -> Iterator[str]:
    """Yield what a piece's entities are called, and how its sign is worded."""
    yield piece.about.label
    if piece.triple is not None:
        yield from (piece.triple.subject.label, piece.triple.object.label)
    if piece.sign is not None:
        yield piece.sign.sign.entity.label
        words = find_words(piece.sign)
        yield from (words.yes, words.no, words.noun)
        if piece.sign.opposite is not None:
            yield piece.sign.opposite.label


def measure_knocked(knocked: Collection[Knocked]) -> Iterator[Row]:
    """Measure the share of sentences that changed, by what was taken away and by system; intervals draw patients."""
    for metric, system in dict.fromkeys((one.metric, one.system) for one in knocked):
        own = [one for one in knocked if (one.metric, one.system) == (metric, system)]
        what = metric if metric == MASKED else f"sentences changed or gone, {metric}"
        yield summarise(system, what, [float(one.changed) for one in own], [one.group for one in own])


__all__ = [
    "IMAGES",
    "MASKED",
    "PIECES",
    "Bench",
    "Knocked",
    "knock_out",
    "mask",
    "mask_finding",
    "mask_piece",
    "measure_knocked",
    "run_knockout",
    "says_any",
]
