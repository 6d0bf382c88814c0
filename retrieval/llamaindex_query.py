"""A LlamaIndex retriever over :class:`~thoracite.retrieval.retriever.Retriever`, and a language model of sentences that cite.

Both run offline. The retriever gives one node for each ranked triple, with score, parts, stance and sources as
metadata. :class:`CitingLLM` answers with the sentences of a generator, each citing its evidence; for words without an
image it states the triples.

References
----------
LlamaIndex 0.14, ``llama_index.core.base.base_retriever.BaseRetriever``, ``llama_index.core.llms.CustomLLM``.

Examples
--------
>>> engine = make_query_engine(Retriever())
>>> answer = engine.query("sign of pneumothorax, no effusion")
>>> len(answer.source_nodes) > 3, answer.source_nodes[0].metadata["stance"]
(True, 'for')
"""  # noqa: E501

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from thoracite.errors import InputError, UsageError
from thoracite.retrieval.result import Retrieval
from thoracite.retrieval.retriever import Retriever
from thoracite.types import Evidence, Finding, Study

try:
    from llama_index.core import PromptTemplate
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata, MockLLM
    from llama_index.core.query_engine import RetrieverQueryEngine
    from llama_index.core.response_synthesizers import SimpleSummarize
    from llama_index.core.response_synthesizers.no_text import NoText
    from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
    from pydantic import PrivateAttr
except ImportError as error:  # pragma: no cover - an install without the extra
    raise UsageError("LlamaIndex is not installed; run pip install 'thoracite[llama-index]'") from error

Write = Callable[[Study, Sequence[Finding], Sequence[Evidence]], list[str]]
"""``write`` of a :class:`~thoracite.Generator`."""

_REMEMBERED = 32
_PROMPT = PromptTemplate("{query_str}\n---\n{context_str}")
"""The question stands on the first line, where :class:`CitingLLM` reads it."""


class EvidenceRetriever(BaseRetriever):
    """Ranked triples as nodes.

    Parameters
    ----------
    retriever : Retriever
        Over any graph.
    **options
        Options of :meth:`~thoracite.retrieval.retriever.Retriever.retrieve`, such as ``k`` and ``patient``.
    """

    def __init__(self, retriever: Retriever, **options: Any) -> None:
        super().__init__()
        self._retriever, self._options = retriever, options
        self._remembered: OrderedDict[str, Retrieval] = OrderedDict()

    def ask(self, query: str) -> Retrieval:
        """Retrieve for words, a CURIE or the path of an image; nothing where nothing is known in the words."""
        if query not in self._remembered:
            try:
                self._remembered[query] = self._retriever.retrieve(query, **self._options)
            except InputError as error:
                self._remembered[query] = Retrieval(reason=str(error))
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return self._remembered[query]

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self.ask(query_bundle.image_path or query_bundle.query_str)
        return [NodeWithScore(node=_make_node(one), score=one.score) for one in found.ranked]


def _make_node(evidence: Evidence) -> TextNode:
    triple = evidence.triple
    if triple is None:  # ranked evidence has a triple
        raise UsageError(f"evidence {evidence.key} is no triple")
    return TextNode(
        text=f"{triple.subject.label} {triple.relation.label} {triple.object.label} [{evidence.key}]",
        metadata={
            "key": evidence.key,
            "triple": " ".join(triple.key),
            "stance": evidence.stance,
            "parts": dict(evidence.parts),
            "support": triple.support,
            "sources": [f"{one.source}, {one.locator} ({one.licence})" for one in triple.provenance],
        },
    )


class CitingLLM(CustomLLM):
    """A language model that answers with cited sentences, and writes nothing that the evidence does not hold.

    Parameters
    ----------
    retriever : EvidenceRetriever
        The engine's retriever.
    write : callable
        ``write`` of a generator, such as ``open_generator("template").write``.
    """

    _evidence: EvidenceRetriever = PrivateAttr()
    _write: Write = PrivateAttr()

    def __init__(self, retriever: EvidenceRetriever, write: Write) -> None:
        super().__init__()
        self._evidence, self._write = retriever, write

    @property
    def metadata(self) -> LLMMetadata:
        """Return the model's name."""
        return LLMMetadata(model_name="thoracite")

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:  # noqa: ARG002
        """Answer the question on the prompt's first line."""
        query = prompt.partition("\n")[0].strip()
        found = self._evidence.ask(query)
        if found.reason is not None:
            return CompletionResponse(text=f"Withheld: {found.reason}.")
        sentences = self._write(Study(image=query), found.findings, found.evidence) if found.findings else []
        return CompletionResponse(text=" ".join(sentences or [_state(one) for one in found.ranked]))

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        """Give the whole answer at once."""
        yield self.complete(prompt, formatted, **kwargs)


def _state(evidence: Evidence) -> str:
    text = _make_node(evidence).text
    return f"{text[:1].upper()}{text[1:]}."


def make_query_engine(retriever: Retriever, *, write: Write | None = None, **options: Any) -> RetrieverQueryEngine:
    """Make a query engine that runs offline.

    Parameters
    ----------
    retriever : Retriever
        Over any graph.
    write : callable or None
        ``write`` of a generator, whose sentences are the answer; without one the answer is its source nodes alone
        (LlamaIndex's ``no_text``).
    **options
        Options of :meth:`~thoracite.retrieval.retriever.Retriever.retrieve`.
    """
    found = EvidenceRetriever(retriever, **options)
    if write is None:  # it is given a model all the same, or it would ask for one of a vendor
        return RetrieverQueryEngine(found, response_synthesizer=NoText(llm=MockLLM()))
    synthesizer = SimpleSummarize(llm=CitingLLM(found, write), text_qa_template=_PROMPT)
    return RetrieverQueryEngine(found, response_synthesizer=synthesizer)


__all__ = ["CitingLLM", "EvidenceRetriever", "make_query_engine"]
