"""Findings without a trained head: an image is compared with the words for a finding and for its absence.

The two prompts are the finding's label, alone and after "no"; a softmax over the two is the score. The findings are
the fourteen of ChestX-ray14, which can be measured here. A :class:`Wording` may describe a finding by its signs
instead, as Xplainer does: each sign that the graph ties to it and that a frontal film can show has its own two prompts,
and the log-odds of a finding are the mean over its signs.

References
----------
Pellegrini C et al. Xplainer: from X-ray observations to explainable zero-shot diagnosis. MICCAI 2023. arXiv:2303.13391.
Tiu E et al. Expert-level detection of pathologies from unannotated chest X-ray images via self-supervised learning.
Nature Biomedical Engineering 2022. doi:10.1038/s41551-022-00936-9.

Examples
--------
>>> write_prompts(["Effusion", "Hernia"])
['pleural effusion', 'no pleural effusion', 'hiatal hernia', 'no hiatal hernia']
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from thoracite.kg.facts import read_facts
from thoracite.kg.vocabulary import HAS_SIGN, SUGGESTS
from thoracite.types import Certainty
from thoracite.vision.adapters.adapted import LogOdds, link_labels
from thoracite.vision.mini.signs.priors import UNSEEN


class Wording(NamedTuple):
    """Prompts for findings.

    Parameters
    ----------
    prompts : list of str
        Pairs: what would be there, then its absence.
    findings : ndarray, shape (pairs,)
        Number of the finding that each pair speaks of, ascending; every finding has one.
    """

    prompts: list[str]
    findings: npt.NDArray[np.int64]

    def join(self, pairs: LogOdds) -> LogOdds:
        """Return the log-odds of the findings from those of the pairs: their mean.

        Examples
        --------
        >>> Wording([], np.array([0, 0, 1])).join(np.array([1.0, 3.0, -1.0])).tolist()
        [2.0, -1.0]
        """
        joined: LogOdds = np.bincount(self.findings, weights=pairs) / np.bincount(self.findings)
        return joined


def name_findings(labels: Sequence[str]) -> Wording:
    """Write the prompts of findings by their names, in the order of :func:`write_prompts`."""
    prompts = write_prompts(labels)
    return Wording(prompts, np.arange(len(prompts) // 2))


def describe_findings(labels: Sequence[str]) -> Wording:
    """Write the prompts of findings by their signs; by its name where the graph knows no sign that a film can show.

    Parameters
    ----------
    labels : sequence of str
        Of findings.

    Examples
    --------
    >>> described = describe_findings(["Effusion"])
    >>> described.prompts[:2]
    ['There is blunting of costophrenic angle.', 'There is no blunting of costophrenic angle.']
    """
    prompts, numbers = [], []
    for number, entity in enumerate(link_labels(labels).values()):
        for sign in dict.fromkeys(_list_signs(entity.id)) or (entity.label,):
            prompts += [f"There is {sign}.", f"There is no {sign}."]
            numbers.append(number)
    return Wording(prompts, np.array(numbers))


def _list_signs(finding: str) -> Iterator[str]:
    for fact in read_facts():
        if UNSEEN.intersection(*(source.holds_for for source in fact.provenance)) or fact.certainty is Certainty.ABSENT:
            continue
        if fact.relation.id == HAS_SIGN and fact.subject.id == finding:
            yield fact.object.label
        elif fact.relation.id == SUGGESTS and fact.object.id == finding:
            yield fact.subject.label


def write_prompts(labels: Sequence[str]) -> list[str]:
    """Write two prompts for each label: the finding, then its absence."""
    return [text for entity in link_labels(labels).values() for text in (entity.label, f"no {entity.label}")]


def compare_pairs(image: torch.Tensor, texts: torch.Tensor, scale: float) -> LogOdds:
    """Return the log-odds of present against absent, the result of a softmax over each pair.

    Parameters
    ----------
    image : tensor, shape (features,)
        Features of the image.
    texts : tensor, shape (2 · pairs, features)
        Features of the prompts: of a thing, then of its absence.
    scale : float
        The model's factor for cosines.

    Returns
    -------
    ndarray, shape (pairs,), float64

    Examples
    --------
    >>> compare_pairs(torch.tensor([1.0, 0.0]), torch.tensor([[2.0, 0.0], [0.0, 3.0]]), 10.0).tolist()
    [10.0]
    """
    cosines = torch.nn.functional.normalize(texts, dim=-1) @ torch.nn.functional.normalize(image, dim=-1)
    logits: LogOdds = (scale * (cosines[0::2] - cosines[1::2])).double().cpu().numpy()
    return logits


def scale(vectors: torch.Tensor) -> npt.NDArray[np.float32]:
    """Return vectors as an array, of unit length along the last axis.

    Examples
    --------
    >>> scale(torch.tensor([[3.0, 4.0]])).round(1).tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """
    scaled: npt.NDArray[np.float32] = torch.nn.functional.normalize(vectors.float(), dim=-1).cpu().numpy()
    return scaled


__all__ = ["Wording", "compare_pairs", "describe_findings", "name_findings", "scale", "write_prompts"]
