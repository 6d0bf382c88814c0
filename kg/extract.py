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

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from itertools import islice
from typing import Any, Protocol, runtime_checkable

from thoracite.errors import ModelError, UsageError
from thoracite.kg.extract_lexicon import CONTENT, Term, match_terms
from thoracite.kg.extract_phrases import build_phrases
from thoracite.kg.extract_relations import link_phrases
from thoracite.kg.extract_scope import assign_certainty, drop_advice
from thoracite.kg.extract_text import Token, split_sentences, split_tokens
from thoracite.kg.radgraph import Annotation, Mention, parse_annotation

VERSION = "1"
"""Changes whenever the rules or the lexicon change what is found."""

_BATCH = 64
_Packed = tuple[str, str, list[tuple[Any, ...]]]


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
            A report with or without headings; under headings only findings and impression are read.
        report_id : str
            Kept as it is.

        Returns
        -------
        Annotation
            Its ``text`` is the whole report, tokens joined by single spaces.
        """
        tokens = split_tokens(text)
        terms = [
            (first, term)
            for first, last in split_sentences(text, tokens)
            for term in extract_sentence([token.text.lower() for token in tokens[first:last]])
        ]
        return Annotation(
            report_id=report_id,
            text=" ".join(token.text for token in tokens),
            entities=_mentions(tokens, terms),
        )


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
    phrases, tail = build_phrases(drop_advice(terms))
    assign_certainty(phrases, tail)
    link_phrases(phrases, tail)
    return [term for term in terms if term.kind in CONTENT and not term.dropped]


def _mentions(tokens: list[Token], terms: list[tuple[int, Term]]) -> tuple[Mention, ...]:
    ids = {id(term): str(number) for number, (_, term) in enumerate(terms, 1)}
    return tuple(
        Mention.model_construct(
            id=ids[id(term)],
            tokens=" ".join(token.text for token in tokens[first + term.start : first + term.end + 1]),
            label="ANAT-DP" if term.anatomy else f"OBS-{term.certainty.radgraph}",
            start_ix=first + term.start,
            end_ix=first + term.end,
            relations=tuple((name, ids[id(to)]) for name, to in term.relations if id(to) in ids),
            measurement=False,
        )
        for first, term in terms
    )


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
        """Entities and relations as the model gives them."""
        return parse_annotation(report_id, self._model([text])["0"])


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


def extract_reports(
    reports: Iterable[tuple[str, str]], *, extractor: str = "rules", processes: int = 1
) -> Iterator[Annotation]:
    """Annotations of many reports, in their order.

    Parameters
    ----------
    reports : iterable of (str, str)
        Report id and text; read as they are needed.
    extractor : str
        Name for :func:`open_extractor`.
    processes : int
        Worker processes, at least 1; with 1 everything happens in this process.

    Raises
    ------
    UsageError
        If there is no such extractor, or less than one process.
    """
    if processes < 1:
        raise UsageError(f"{processes} processes cannot extract anything; expected at least 1")
    reports = iter(reports)
    if processes == 1:
        worker = open_extractor(extractor)
        for report_id, text in reports:
            yield worker.extract(text, report_id=report_id)
        return
    with ProcessPoolExecutor(processes) as pool:
        waiting = deque(pool.submit(_extract_batch, extractor, batch) for batch in _batches(reports, 2 * processes))
        while waiting:
            yield from map(_unpack, waiting.popleft().result())
            waiting += [pool.submit(_extract_batch, extractor, batch) for batch in _batches(reports, 1)]


def _batches(reports: Iterator[tuple[str, str]], count: int) -> Iterator[list[tuple[str, str]]]:
    for _ in range(count):
        if batch := list(islice(reports, _BATCH)):
            yield batch


@lru_cache(maxsize=1)
def _open_once(name: str) -> Extractor:
    return open_extractor(name)


def _extract_batch(name: str, batch: list[tuple[str, str]]) -> list[_Packed]:
    """In a worker: annotations as plain tuples, which are cheaper to send than nouns."""
    worker = _open_once(name)
    return [_pack(worker.extract(text, report_id=report_id)) for report_id, text in batch]


def _pack(annotation: Annotation) -> _Packed:
    return annotation.report_id, annotation.text, [tuple(vars(mention).values()) for mention in annotation.entities]


def _unpack(packed: _Packed) -> Annotation:
    report_id, text, rows = packed
    names = tuple(Mention.model_fields)
    mentions = tuple(Mention.model_construct(**dict(zip(names, row, strict=True))) for row in rows)
    return Annotation.model_construct(report_id=report_id, text=text, entities=mentions)


__all__ = [
    "VERSION",
    "Extractor",
    "RadGraphExtractor",
    "RuleExtractor",
    "extract_reports",
    "extract_sentence",
    "open_extractor",
]
