"""What was retrieved, as one noun that can be written and read back.

Examples
--------
>>> nothing = Retrieval()
>>> Retrieval.from_json(nothing.to_json()) == nothing
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pydantic import ValidationError

from thoracite.errors import InputError
from thoracite.retrieval.why import tell_why
from thoracite.types import Entity, Evidence, Finding, Noun, ScoredTriple, SignScore, Subgraph

if TYPE_CHECKING:
    import networkx
    import rdflib


class Retrieval(Noun):
    """Findings, signs, subgraph and evidence for one query.

    Parameters
    ----------
    findings : tuple of Finding
        Every finding of the image, absent ones too; none for text or a CURIE.
    signs : tuple of SignScore
        Signs with an answer, the strongest first; none for text or a CURIE.
    subgraph : Subgraph
        Seeds and scored triples.
    evidence : tuple of Evidence
        Numbered evidence; triples have their queries.
    reason : str or None
        Reason for refusing an image; everything else is empty then.
    """

    findings: tuple[Finding, ...] = ()
    signs: tuple[SignScore, ...] = ()
    subgraph: Subgraph = Subgraph()
    evidence: tuple[Evidence, ...] = ()
    reason: str | None = None

    @property
    def seeds(self) -> tuple[Entity, ...]:
        """Return the seeds of the search."""
        return self.subgraph.seeds

    @property
    def triples(self) -> tuple[ScoredTriple, ...]:
        """Return the triples, best first."""
        return self.subgraph.triples

    @property
    def ranked(self) -> tuple[Evidence, ...]:
        """Return the evidence of kind ``triple`` in the order of the triples."""
        places = {scored.triple.key: place for place, scored in enumerate(self.triples)}
        found = [evidence for evidence in self.evidence if evidence.triple is not None]
        return tuple(sorted(found, key=lambda one: places[one.triple.key] if one.triple else 0))

    def why(self, evidence: Evidence | str) -> str:
        """Say in one sentence why evidence stands where it does.

        Parameters
        ----------
        evidence : Evidence or str
            Evidence of this retrieval, or its key.

        Raises
        ------
        InputError
            If there is none with that key.
        """
        key = evidence if isinstance(evidence, str) else evidence.key
        found = next((one for one in self.evidence if one.key == key), None)
        if found is None:
            raise InputError(f"there is no evidence {key}; keys run from E1 to E{len(self.evidence)}")
        if found.triple is None:
            return f"It is read from the image: {found.why}."
        place = next(at for at, scored in enumerate(self.triples, 1) if scored.triple.key == found.triple.key)
        return tell_why(self.triples[place - 1], rank=place, of=len(self.triples))

    def to_json(self) -> str:
        """Return everything as JSON, which :meth:`from_json` reads; the command line prints a shorter record."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        InputError
            If it is something else.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            raise InputError(
                f"the text is no retrieval ({first['msg']} at {first['loc']}); expected what Retrieval.to_json returns"
            ) from error

    def to_networkx(self) -> networkx.MultiDiGraph[Any]:
        """Return the subgraph for networkx: concepts as nodes, triples as edges, each with its evidence."""
        from thoracite.retrieval.exchange import write_networkx

        return write_networkx(self)

    @classmethod
    def from_networkx(cls, graph: networkx.MultiDiGraph[Any]) -> Self:
        """Read a graph that :meth:`to_networkx` made; nodes and edges may have been taken out of it.

        Raises
        ------
        InputError
            If it is another graph.
        """
        from thoracite.retrieval.exchange import read_networkx

        return cls.model_validate(read_networkx(graph))

    def to_rdf(self) -> rdflib.Graph:
        """Return the subgraph in RDF: plain triples, labels, and one node for each piece of evidence."""
        from thoracite.retrieval.exchange import write_rdf

        return write_rdf(self)

    @classmethod
    def from_rdf(cls, graph: rdflib.Graph) -> Self:
        """Read a graph that :meth:`to_rdf` made.

        Raises
        ------
        InputError
            If it is another graph.
        """
        from thoracite.retrieval.exchange import read_rdf

        return cls.model_validate(read_rdf(graph))

    def to_jsonld(self) -> str:
        """Return the graph of :meth:`to_rdf` as JSON-LD."""
        from thoracite.retrieval.exchange import CONTEXT

        return str(self.to_rdf().serialize(format="json-ld", context=dict(CONTEXT)))

    @classmethod
    def from_jsonld(cls, text: str) -> Self:
        """Read what :meth:`to_jsonld` wrote.

        Raises
        ------
        InputError
            If it is something else.
        """
        from thoracite.retrieval.exchange import parse_jsonld

        return cls.from_rdf(parse_jsonld(text))


__all__ = ["Retrieval"]
