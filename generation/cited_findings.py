"""The findings of an image that a template writes of, by verdict, each with the keys of its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from thoracite.generation.citations import join_citations
from thoracite.types import Evidence, Finding
from thoracite.types.verdict import ASSERTED, OUTSTANDING, find_rank


class CitedFindings:
    """Findings and evidence of one image, by their subject.

    Parameters
    ----------
    findings : sequence of Finding
        All findings of the image.
    evidence : sequence of Evidence
        All citable evidence; a finding without evidence is left out.

    Examples
    --------
    >>> from thoracite.types import Entity
    >>> heart = Entity(id="thx:cardiomegaly", label="cardiomegaly", kind="finding")
    >>> finding = Finding(entity=heart, probability=0.64, prior=0.03, certainty="definitely present")
    >>> evidence = [Evidence(key="E1", kind="finding", score=0.64, about=heart, finding=finding)]
    >>> cited = CitedFindings([finding], evidence)
    >>> cited.asserted == [finding], cited.denied, cited.cite([finding]), cited.stands_out
    (True, [], '[E1]', True)
    """

    def __init__(self, findings: Sequence[Finding], evidence: Sequence[Evidence]) -> None:
        self.evidence = evidence
        self.found = {finding.entity.id: finding for finding in findings}
        order = [e.about.id for e in evidence if e.kind == "finding" and e.about.id in self.found]
        ranked = sorted((self.found[identifier] for identifier in dict.fromkeys(order)), key=find_rank)
        self.asserted = [finding for finding in ranked if finding.verdict in ASSERTED]
        self.undecided = [finding for finding in ranked if finding.verdict == "undecided"]
        self.denied = [finding for finding in ranked if finding.verdict == "unlikely"]
        self._told: set[tuple[str, str | None]] = set()

    @property
    def stands_out(self) -> bool:
        """Tell whether any finding is likely or suspected."""
        return any(finding.verdict in OUTSTANDING for finding in self.asserted)

    @property
    def has_prior(self) -> bool:
        """Tell whether the prior of any finding is known."""
        return any(finding.prior is not None for finding in (*self.asserted, *self.undecided, *self.denied))

    def cite(self, findings: Iterable[Finding], *kinds: str) -> str:
        """Return citations of the findings' evidence, finding evidence unless other kinds are named."""
        wanted = kinds or ("finding",)
        return "".join(
            join_citations(e.key for e in self.evidence if e.about.id == finding.entity.id and e.kind in wanted)
            for finding in findings
        )

    def list_signs(self, finding: Finding) -> list[Evidence]:
        """Return the measured signs of a finding that are evidence, the strongest first."""
        return [e for e in self._signs if e.about.id == finding.entity.id and e.sign is not None and e.sign.valid]

    def list_triples(self, finding: Finding) -> list[Evidence]:
        """Return the facts about a finding."""
        return [e for e in self.evidence if e.kind == "triple" and e.about.id == finding.entity.id]

    @property
    def unmeasured(self) -> list[Evidence]:
        """Return signs that could not be measured, one for each reason."""
        return [e for e in self._signs if e.sign is not None and not e.sign.valid]

    @property
    def _signs(self) -> list[Evidence]:
        return [e for e in self.evidence if e.kind == "sign"]

    def tell_once(self, piece: Evidence) -> bool:
        """Note that a sign is told, and tell whether it was told before, of another finding."""
        key = ("", None) if piece.sign is None else (piece.sign.sign.id, piece.sign.side)
        known = key in self._told
        self._told.add(key)
        return known


__all__ = ["CitedFindings"]
