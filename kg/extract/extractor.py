"""Reports into RadGraph annotations: by rules, or by the real ``radgraph`` model.

Examples
--------
>>> annotation = open_extractor("rules").extract("Heart is enlarged. No pleural effusion.")
>>> [(m.tokens, m.label) for m in annotation.entities]
[('Heart', 'ANAT-DP'), ('enlarged', 'OBS-DP'), ('pleural', 'ANAT-DP'), ('effusion', 'OBS-DA')]
>>> [(a.tokens, name, b.tokens) for a, name, b in annotation.relations()]
[('enlarged', 'located_at', 'Heart'), ('effusion', 'located_at', 'pleural')]
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, Protocol, runtime_checkable

from thoracite.errors import ModelError, UsageError
from thoracite.kg.extract.addenda import find_addenda, overrule
from thoracite.kg.extract.asides import drop_asides
from thoracite.kg.extract.clauses import mark_answers
from thoracite.kg.extract.lexicon import CONTENT, Term, match_terms
from thoracite.kg.extract.phrases import build_phrases
from thoracite.kg.extract.relations import link_phrases
from thoracite.kg.extract.scope import assign_certainty
from thoracite.kg.extract.text import find_sections, lay_out
from thoracite.kg.radgraph import Annotation, Label, Mention, RelationName, parse_annotation

VERSION = "3"
"""Changes whenever the rules or the lexicon change what is found."""

_KEPT = 16_384
"""Sentences kept in memory with what they say: two of three sentences of Open-i were read before, in another report."""


@runtime_checkable
class Extractor(Protocol):
    """Turns a report into a RadGraph annotation."""

    name: str
    version: str

    def extract(self, text: str, *, report_id: str = "") -> Annotation:
        """Entities and relations of findings and impression; the whole text where it has no headings."""
        ...


class RuleExtractor:
    """Lexicon, scope and phrase rules; no weights, no network.

    Parameters
    ----------
    name, version : str
        ``rules`` and the rules' version, for provenance.
    """

    name = "rules"
    version = VERSION

    def extract(self, text: str, *, report_id: str = "") -> Annotation:
        """Entities and relations of a report.

        Parameters
        ----------
        text : str
            A report with or without headings; under headings findings, impression and addenda are read.
        report_id : str
            Kept as it is.

        Returns
        -------
        Annotation
            Its ``text`` is the whole report, tokens joined by single spaces. What an addendum says of an observation
            holds for the rest of the report, too.
        """
        tokens, sections, sentences = lay_out(text)
        words = [token.text for token in tokens]
        lower = tuple(word.lower() for word in words)
        mentions: list[Mention] = []
        for first, last in sentences:
            before = len(mentions) + 1
            for found in _read_sentence(lower[first:last]):
                start, end = first + found.start, first + found.end
                mention = Mention.model_construct(
                    id=str(len(mentions) + 1),
                    tokens=words[start] if start == end else " ".join(words[start : end + 1]),
                    label=found.label,
                    start_ix=start,
                    end_ix=end,
                    relations=tuple((name, str(before + target)) for name, target in found.relations),
                    measurement=False,
                )
                mentions.append(mention)
        whole = Annotation(report_id=report_id, text=" ".join(words), entities=tuple(mentions))
        return overrule(whole, find_addenda(sections, tokens))


class _Found(NamedTuple):
    """An entity of a sentence: first and last token, label, relations to the sentence's entities by position."""

    start: int
    end: int
    label: Label
    relations: tuple[tuple[RelationName, int], ...]


@lru_cache(maxsize=_KEPT)
def _read_sentence(words: tuple[str, ...]) -> tuple[_Found, ...]:
    terms = extract_sentence(list(words))
    position = {id(term): number for number, term in enumerate(terms)}
    return tuple(
        _Found(
            term.start,
            term.end,
            "ANAT-DP" if term.anatomy else f"OBS-{term.certainty.radgraph}",  # type: ignore[arg-type]
            tuple((name, position[id(to)]) for name, to in term.relations if id(to) in position),  # type: ignore[misc]
        )
        for term in terms
    )


def forget_sentences() -> None:
    """Empty the memory of sentences read before, as in a new process."""
    _read_sentence.cache_clear()


def extract_sentence(words: list[str]) -> list[Term]:
    """Entities of one sentence, with certainty and relations.

    Parameters
    ----------
    words : list of str
        Its tokens in lower case.

    Examples
    --------
    >>> [(t.text, t.certainty.radgraph) for t in extract_sentence("pneumonia cannot be excluded".split())]
    [('pneumonia', 'U')]
    """
    terms = match_terms(words)
    mark_answers(terms)
    phrases, tail = build_phrases(drop_asides(terms))
    assign_certainty(phrases, tail)
    link_phrases(phrases, tail)
    return [term for term in terms if term.kind in CONTENT and not term.dropped]


class RadGraphExtractor:
    """The ``radgraph`` package's own model, behind the same contract.

    Parameters
    ----------
    model_type : str
        ``radgraph`` (version 1) or ``radgraph-xl``.

    Raises
    ------
    ModelError
        If the package is missing.
    """

    name = "radgraph"

    def __init__(self, *, model_type: str = "radgraph-xl") -> None:
        try:
            from radgraph import RadGraph
        except ImportError as error:
            raise ModelError(
                "the radgraph package is not installed; run 'pip install radgraph' (it downloads its weights "
                "on first use), or take the extractor 'rules'"
            ) from error
        self.version = model_type
        self._model: Any = RadGraph(model_type=model_type)

    def extract(self, text: str, *, report_id: str = "") -> Annotation:
        """Entities and relations of findings and impression as the model gives them; the text is its own tokens."""
        read = " ".join(text[start:end].strip() for start, end in find_sections(text)).strip()
        if not read:
            return Annotation(report_id=report_id, text="")
        return parse_annotation(report_id, self._model([read])["0"])


def open_extractor(name: str = "rules") -> Extractor:
    """The extractor of that name.

    Parameters
    ----------
    name : str
        ``rules``, or ``radgraph`` for the real package (``radgraph-xl`` is the same).

    Raises
    ------
    UsageError
        If no extractor has the name.
    ModelError
        If its package is missing.
    """
    if name == "rules":
        return RuleExtractor()
    if name in {"radgraph", "radgraph-xl"}:
        return RadGraphExtractor()
    raise UsageError(f"there is no extractor {name!r}; expected 'rules' or 'radgraph'")


__all__ = [
    "VERSION",
    "Extractor",
    "RadGraphExtractor",
    "RuleExtractor",
    "extract_sentence",
    "forget_sentences",
    "open_extractor",
]
