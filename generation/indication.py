"""The words of the request as evidence: they say what was asked, and nothing of the image.

Examples
--------
>>> piece = collect_indication("Dyspnea; no fever. ", [])[0]
>>> piece.key, piece.kind, piece.label
('E1', 'indication', 'Dyspnea; no fever')
>>> check_indication("The request says “dyspnea”.", [piece])
[]
>>> check_indication("The request says “fever”.", [piece])[0].why
"the request does not say 'fever'"
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from thoracite.generation.citations import strip_citations
from thoracite.generation.faults import Fault
from thoracite.kg.vocabulary import CHEST_RADIOGRAPH
from thoracite.types import Evidence

LONGEST = 400
"""Most characters of a request that are kept as evidence."""

_SAID = re.compile(
    r"(?:(?:the )?(?:request|indication|referral)(?: (?:says|reads|states|names|mentions|is|asks about|was)|:)|"
    r"(?:indicated|requested|asked) for) [“\"']?(?P<words>[^“”\"]+?)[”\"']?\.?",
    re.IGNORECASE,
)
_SENTENCES, _PARTS = re.compile(r"[.;:?!]"), re.compile(r",|\band\b", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:no|not|without|denies|neither|nor|never|rule[sd]? out|negative|\w+n't)\b", re.IGNORECASE)


def collect_indication(indication: str | None, before: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the words of the request as evidence, numbered behind what is there; nothing where there are none.

    Parameters
    ----------
    indication : str or None
        Free text of the request.
    before : sequence of Evidence
        ``E1``, ``E2`` …
    """
    words = " ".join((indication or "").split())[:LONGEST].strip(" .")
    if not words:
        return ()
    return (
        Evidence(
            key=f"E{len(before) + 1}",
            kind="indication",
            score=1.0,
            why="the words of the request; they say nothing of the image",
            about=CHEST_RADIOGRAPH,
            label=words,
        ),
    )


def is_indication(sentence: str) -> bool:
    """Tell whether a sentence tells the request: "The request says …"."""
    return _SAID.fullmatch(strip_citations(sentence)) is not None


def check_indication(sentence: str, cited: Sequence[Evidence]) -> list[Fault]:
    """Check a sentence that cites the words of the request: it may repeat them, whole or in part, and say no more.

    A part is a sentence, or what stands between commas and "and" in one without a denial, so that none can be left out.

    Parameters
    ----------
    sentence : str
        With its citations.
    cited : sequence of Evidence
        What it cites.
    """
    if any(piece.kind != "indication" for piece in cited):
        return [Fault("unsupported", "it cites the request beside the image; the request says nothing of the image")]
    said = _SAID.fullmatch(strip_citations(sentence))
    if said is None:
        return [Fault("unsupported", "it cites the request and does not say that these are its words")]
    known = {part for piece in cited for part in (_normalise(piece.label), *_cut(piece.label))}
    if _normalise(said["words"]) in known:
        return []
    strange = [
        part
        for sentence in _SENTENCES.split(said["words"])
        if _normalise(sentence) not in known
        for part in _split(sentence)
        if part not in known
    ]
    return [Fault("unsupported", f"the request does not say {part!r}") for part in strange]


def _cut(text: str) -> list[str]:
    """Cut words into their parts, normalised."""
    sentences = _SENTENCES.split(text)
    return [*filter(None, map(_normalise, sentences)), *(part for one in sentences for part in _split(one))]


def _split(sentence: str) -> list[str]:
    """Split a sentence at commas and "and", but none with a denial."""
    parts = [sentence] if _NEGATION.search(sentence) else _PARTS.split(sentence)
    return [part for part in map(_normalise, parts) if part]


def _normalise(text: str) -> str:
    return " ".join(re.findall(r"[\w/'-]+", text.lower()))


__all__ = ["LONGEST", "check_indication", "collect_indication", "is_indication"]
