"""The deterministic generator: plain radiology English from findings and evidence, every sentence with its citations.

The same evidence gives the same sentences. They state what was found: signs with side and size, place and verdict where
the image evidence has them, never severity, which no model here measures. The words follow the verdicts: what is
likely, suspected or possible is explained, the surest first (:mod:`thoracite.generation.reasons`); what the image does
not decide on is named in one sentence and never denied (:mod:`thoracite.generation.groups`). Where nothing is likely or
suspected, that is said first, and three sentences are all.
"""

from __future__ import annotations

from collections.abc import Sequence

from thoracite.generation.changes.sentences import tell_differences
from thoracite.generation.cited_findings import CitedFindings
from thoracite.generation.groups import close, deny_without_prior, leave_undecided, name_others, write_quietly
from thoracite.generation.phrases import begin
from thoracite.generation.reasons import explain_finding, tell_absent, tell_foremost_reason
from thoracite.generation.signs.sentences import is_mostly_unmeasured, tell_unmeasured
from thoracite.types import Evidence, Finding, Study

_MAIN = 3
"""Most findings that are explained one by one; the others are named."""


_LONG = 5
"""Sentences about what is likely, suspected or possible from which on one absent sign is told, not two."""


class TemplateGenerator:
    """Generator of sentences by templates.

    Examples
    --------
    >>> from thoracite.types import Entity
    >>> heart = Entity(id="thx:cardiomegaly", label="cardiomegaly", kind="finding")
    >>> finding = Finding(entity=heart, probability=0.38, prior=0.045, certainty="uncertain")
    >>> evidence = [Evidence(key="E1", kind="finding", score=0.38, about=heart, finding=finding)]
    >>> TemplateGenerator().write(Study(image="chest.png"), [finding], evidence)
    ['Cardiomegaly is suspected (probability 0.38, usually 0.04; 13 times its usual odds) [E1].']
    """

    name = "template"

    def write(self, study: Study, findings: Sequence[Finding], evidence: Sequence[Evidence]) -> list[str]:  # noqa: ARG002
        """Write sentences about the findings, each citing evidence by key.

        Parameters
        ----------
        study : Study
            Not used: what an earlier film shows is evidence, and words of the request are not repeated.
        findings : sequence of Finding
            All findings of the image.
        evidence : sequence of Evidence
            In reading order; a finding without evidence is left out.
        """
        cited = CitedFindings(findings, evidence)
        if cited.has_prior and not cited.stands_out:
            quiet = write_quietly(cited, _tell_quietly(cited))
            return [begin(sentence) for sentence in (*quiet, *tell_differences(evidence))]
        sentences = [
            sentence
            for number, finding in enumerate(cited.asserted[:_MAIN])
            for sentence in explain_finding(cited, finding, leading=number == 0)
        ]
        sentences += name_others(cited, cited.asserted[_MAIN:])
        sentences += [*tell_absent(cited, 2 if len(sentences) < _LONG else 1), *_tell_unmeasured(cited)]
        sentences += close(cited) if cited.has_prior else [*leave_undecided(cited), *deny_without_prior(cited)]
        return [begin(sentence) for sentence in (*sentences, *tell_differences(evidence))]


def _tell_quietly(cited: CitedFindings) -> list[str]:
    """Write what signs say where nothing stands out, the most telling first: there is room for one or two."""
    reasons, absent = list(tell_foremost_reason(cited)), list(tell_absent(cited))
    silent = _tell_unmeasured(cited)
    if is_mostly_unmeasured(cited.unmeasured):
        return [*reasons, *silent, *absent]
    return [*reasons, *absent[:1], *silent, *absent[1:]]


def _tell_unmeasured(cited: CitedFindings) -> list[str]:
    sentence = tell_unmeasured(cited.unmeasured)
    return [sentence] if sentence else []


__all__ = ["TemplateGenerator"]
