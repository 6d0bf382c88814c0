"""What else tells stated from denied: a plain NegEx, and medSpaCy's ConText where it is installed.

Examples
--------
>>> [label_by_negex("No effusion. Possible nodule.", word) for word in ("effusion", "nodule", "mass")]
['DA', 'U', None]

References
----------
Chapman WW et al. A simple algorithm for identifying negated findings. J Biomed Inform 2001;34:301.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from thoracite.errors import InputError
from thoracite.settings import PACKAGE

Label = str
"""``DP`` present, ``U`` uncertain, ``DA`` absent: the end of a RadGraph label."""

_BEFORE = re.compile(
    r"\b(?:no (?:evidence|sign|signs) of|no|not|without|denies|negative for|free of|absence of|ruled out for"
    r"|resolution of)\b"
)
_AFTER = re.compile(r"\b(?:is|are|was|were|has been) (?:not seen|absent|ruled out)|\b(?:unlikely|has resolved)\b")
_HEDGES = re.compile(
    r"\b(?:possible|possibly|probable|probably|likely|may|might|could|suspected|suspicious|questionable|"
    r"cannot be excluded|rule out|concern for|suggest\w*)\b"
)
_ENDS = re.compile(r"\b(?:but|however|although|except|though|yet)\b|[.;!?]\s")
_PSEUDO = re.compile(r"\bno (?:significant )?(?:interval )?(?:change|increase)\b|\bnot only\b")
_WINDOW = 5


def label_by_negex(text: str, word: str) -> Label | None:
    """What NegEx says of the last place of a word; None where the word does not stand in the text.

    A cue reaches six words, not over "but" or the end of a sentence.
    """
    lower = _PSEUDO.sub(lambda match: "-" * len(match.group()), text.lower())
    places = [match.start() for match in re.finditer(rf"(?<!\w){re.escape(word.lower())}(?!\w)", lower)]
    if not places:
        return None
    before = _ENDS.split(lower[: places[-1]])[-1].split()[-_WINDOW - 1 :]
    after = _ENDS.split(lower[places[-1] :] + " ")[0].split()[: _WINDOW + 1]
    left, right = " ".join(before), " ".join(after)
    if _BEFORE.search(left) or _AFTER.search(right):
        return "DA"
    return "U" if _HEDGES.search(f"{left} {right}") else "DP"


def find_context() -> str | None:
    """The interpreter that has medSpaCy: this one, ``THORACITE_CONTEXT_PYTHON``, or ``.venv-context``; None if none."""
    own = PACKAGE.parent / ".venv-context" / "bin" / "python"
    if named := os.environ.get("THORACITE_CONTEXT_PYTHON"):
        return named
    return str(own) if own.exists() else sys.executable if find_spec("medspacy") else None


def label_by_context(interpreter: str, asked: Sequence[tuple[str, str]]) -> list[Label | None]:
    """What ConText says of the last place of each word in its text.

    Parameters
    ----------
    interpreter : str
        From :func:`find_context`.
    asked : sequence of (str, str)
        Texts and words.

    Raises
    ------
    InputError
        If medSpaCy cannot be run.
    """
    lines = "\n".join(json.dumps(pair) for pair in asked)
    worker = Path(__file__).with_name("context_worker.py")
    try:
        done = subprocess.run([interpreter, str(worker)], input=lines, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = str(getattr(error, "stderr", "") or error).strip().splitlines()[-1]
        raise InputError(f"{interpreter} cannot run medSpaCy ({reason}); make its environment again") from error
    return [json.loads(line) for line in done.stdout.splitlines()]


__all__ = ["Label", "find_context", "label_by_context", "label_by_negex"]
