"""From evidence to claims: whichever generator writes, the verifier decides which sentences are released.

A generator that cites is judged as it is. The text of one that sees the pixels is grounded first; what it leaves unsaid
of the findings that are likely, suspected or possible is added by template, and marked so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from thoracite.generation.changes.sentences import tell_differences
from thoracite.generation.citations import build_claim, split_groups
from thoracite.generation.cited_findings import CitedFindings
from thoracite.generation.generator import AnyGenerator, CheckedGenerator, Generator
from thoracite.generation.grounding import Grounder
from thoracite.generation.groups import name_others, observe
from thoracite.generation.phrases import begin
from thoracite.generation.signs.sentences import carry, is_mostly_unmeasured, state_own_reading, tell_unmeasured
from thoracite.generation.verify import verify
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.mentions import Link
from thoracite.types import Certainty, Claim, Dropped, Evidence, Finding, Study

if TYPE_CHECKING:
    from thoracite.vision.encoder import Reading
    from thoracite.vision.image import Radiograph

_MAIN = 3
"""Most findings with a sentence of their own, as in the templates."""


class Asked(NamedTuple):
    """What is explained: the request, the pixels and what the encoder read in them."""

    study: Study
    radiograph: Radiograph
    reading: Reading


class Judge(NamedTuple):
    """What the verifier reads sentences with.

    Parameters
    ----------
    link : callable
        Phrase to concept or None.
    extractor : Extractor
        Finds negation and hedging.
    """

    link: Link
    extractor: Extractor

    def judge(self, sentences: Sequence[str], evidence: Sequence[Evidence]) -> list[Claim]:
        """Return claims with their verdicts, in the order of the sentences."""
        claims = [build_claim(split_groups(sentence), evidence) for sentence in sentences]
        return verify(claims, evidence, linker=self.link, extractor=self.extractor)


class Written(NamedTuple):
    """What was written: the claims that are supported, and the sentences that are not, each with the reason."""

    claims: tuple[Claim, ...]
    dropped: tuple[Dropped, ...] = ()


def write(
    generator: AnyGenerator, asked: Asked, evidence: Sequence[Evidence], judge: Judge, *, complete: bool = True
) -> Written:
    """Let a generator write, and judge every sentence.

    Parameters
    ----------
    generator : Generator or TextGenerator
        Who writes.
    asked : Asked
        The request, the pixels, and what was read in them.
    evidence : sequence of Evidence
        All citable evidence.
    judge : Judge
        Who judges.
    complete : bool
        Whether findings that a text generator leaves unsaid are added by template; never where none of its own
        sentences is supported.

    Raises
    ------
    ModelError
        If the generator cannot answer.
    """
    findings = asked.reading.findings
    if isinstance(generator, Generator):
        judged = judge.judge(generator.write(asked.study, findings, evidence), evidence)
        return Written(
            tuple(claim for claim in judged if claim.verdict == "supported"),
            tuple(
                Dropped(sentence=claim.sentence, verdict=claim.verdict, why=claim.why)
                for claim in judged
                if claim.verdict != "supported"
            ),
        )
    grounder = Grounder(findings, evidence, linker=judge.link, extractor=judge.extractor)
    if isinstance(generator, CheckedGenerator):
        text = generator.describe_checked(*asked, evidence, grounder.holds)
    else:
        text = generator.describe(*asked, evidence)
    grounded = grounder.ground(text)
    claims = list(grounded.claims)
    if complete and claims:
        added = judge.judge(list(tell_unsaid(claims, findings, evidence)), evidence)
        claims += [claim for claim in added if claim.verdict == "supported"]
    return Written(tuple(claims), grounded.dropped)


def tell_unsaid(claims: Sequence[Claim], findings: Sequence[Finding], evidence: Sequence[Evidence]) -> Iterator[str]:
    """Write the template's sentences on what no claim tells: asserted findings, what could not be measured, changes.

    Parameters
    ----------
    claims : sequence of Claim
        Supported ones.
    findings : sequence of Finding
        All findings of the image.
    evidence : sequence of Evidence
        All citable evidence.
    """
    cited = CitedFindings(findings, evidence)
    keys = {key for claim in claims for key in claim.citations}
    said = {piece.about.id for piece in evidence if piece.kind == "finding" and piece.key in keys}
    unsaid = [finding for finding in cited.asserted if finding.entity.id not in said]
    for finding in unsaid[:_MAIN]:
        why = carry(cited.list_signs(finding)) or state_own_reading(finding)
        yield begin(f"{observe(cited, finding).removesuffix('.')}{why}.")
    yield from map(begin, name_others(cited, unsaid[_MAIN:]))
    if is_mostly_unmeasured(cited.unmeasured) and keys.isdisjoint(piece.key for piece in cited.unmeasured):
        yield begin(tell_unmeasured(cited.unmeasured))
    yield from map(begin, tell_differences([piece for piece in evidence if piece.key not in keys]))


def find_doubt(findings: Sequence[Finding]) -> str | None:
    """Return the reason why the findings are too unsure to be explained; None if they are not.

    They are if none is present and at least two thirds are uncertain by operating points alone; naming any of them
    would be a guess. Where a prior is known, what the image does not decide on is named as such, and is no doubt.

    Parameters
    ----------
    findings : sequence of Finding
        All findings of one image.
    """
    uncertain = [one for one in findings if one.prior is None and one.certainty is Certainty.UNCERTAIN]
    present = any(finding.certainty is Certainty.PRESENT for finding in findings)
    if present or not findings or 3 * len(uncertain) < 2 * len(findings):
        return None
    return (
        f"the model is not sure enough: {len(uncertain)} of {len(findings)} findings are uncertain and none is present"
    )


__all__ = ["Asked", "Judge", "Written", "find_doubt", "tell_unsaid", "write"]
