"""medSpaCy's ConText, run by an interpreter that has it: JSON lines of a text and a word in, labels out.

It imports nothing of Thoracite, because medSpaCy 1.3 needs an older numpy and spaCy than the rest, and so stands in a
virtual environment of its own (``make context``).

References
----------
Eyre H et al. Launching into clinical space with medspaCy. AMIA Annu Symp Proc 2021. arXiv:2106.07799.
Harkema H et al. ConText. J Biomed Inform 2009;42:839.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any


def label_word(nlp: Any, text: str, word: str) -> str | None:
    """What ConText says of the last place of a word: ``DP``, ``U``, ``DA``, or None for another time or person."""
    doc = nlp.make_doc(text)
    places = [m.span() for m in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)]
    spans = [doc.char_span(*place, label="WORD", alignment_mode="expand") for place in places]
    if not spans:
        return None
    doc.ents = spans
    for _, pipe in nlp.pipeline:
        doc = pipe(doc)
    flags = doc.ents[-1]._
    if flags.is_historical or flags.is_family:
        return None
    return "DA" if flags.is_negated else "U" if flags.is_uncertain or flags.is_hypothetical else "DP"


def main() -> None:
    """Answer every line of standard input."""
    import medspacy
    from loguru import logger

    logger.remove()
    nlp = medspacy.load(enable=["medspacy_pyrush", "medspacy_context"])
    for line in sys.stdin:
        text, word = json.loads(line)
        sys.stdout.write(json.dumps(label_word(nlp, text, word)) + "\n")


if __name__ == "__main__":
    main()
