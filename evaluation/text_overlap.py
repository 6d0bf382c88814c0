"""Overlap of texts by the field's own implementations: BLEU-4, METEOR, ROUGE-L and CIDEr of ``pycocoevalcap``.

METEOR is the Java program of its authors, and is left out where there is no Java.

References
----------
Chen X, et al. Microsoft COCO captions: data collection and evaluation server. 2015. arXiv:1504.00325.

Examples
--------
>>> found = measure_overlap(["a small left effusion", "no pneumothorax"], ["a small left effusion", "no pneumothorax"])
>>> round(float(found["ROUGE-L"].mean()), 3), len(found["BLEU-4"])
(1.0, 2)
"""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from thoracite.errors import UsageError

_WORDS = re.compile(r"\w+(?:[.,]\d+)?")

Scores = npt.NDArray[np.float64]


def measure_overlap(candidates: Sequence[str], references: Sequence[str]) -> Mapping[str, Scores]:
    """Measure the overlap of each candidate with its reference.

    Parameters
    ----------
    candidates, references : sequence of str
        Texts in the same order; words are compared in lower case, without punctuation.

    Returns
    -------
    mapping of str to ndarray, shape (texts,)
        Scores by name; CIDEr in [0, 10], the others in [0, 1].

    Raises
    ------
    UsageError
        If ``pycocoevalcap`` is not installed.
    """
    try:
        from pycocoevalcap.bleu.bleu import Bleu
        from pycocoevalcap.cider.cider import Cider
        from pycocoevalcap.rouge.rouge import Rouge
    except ImportError as error:
        raise UsageError("overlap of texts needs pycocoevalcap; run pip install 'thoracite[metrics]'") from error
    said, asked = ({at: [_tokenise(text)] for at, text in enumerate(texts)} for texts in (candidates, references))
    with contextlib.redirect_stdout(io.StringIO()):
        scores = {
            "BLEU-4": Bleu(4).compute_score(asked, said, verbose=0)[1][3],
            "ROUGE-L": Rouge().compute_score(asked, said)[1],
            "CIDEr": Cider().compute_score(asked, said)[1],
        }
        if shutil.which("java"):
            scores["METEOR"] = _measure_meteor(asked, said)
    return {name: np.asarray(values, dtype=np.float64) for name, values in scores.items()}


def _tokenise(text: str) -> str:
    return " ".join(_WORDS.findall(text.lower())) or "nothing"


def _measure_meteor(asked: Mapping[int, list[str]], said: Mapping[int, list[str]]) -> list[float]:
    from pycocoevalcap.meteor.meteor import Meteor

    meteor = Meteor()
    try:
        return [float(one) for one in meteor.compute_score(asked, said)[1]]
    finally:
        meteor.meteor_p.kill()
        meteor.meteor_p.wait()
        for pipe in (meteor.meteor_p.stdin, meteor.meteor_p.stdout, meteor.meteor_p.stderr):
            pipe.close()


__all__ = ["Scores", "measure_overlap"]
