"""Findings without a trained head: an image is held against the words for a finding and for its absence.

The pair of prompts is the finding's label and "no" before it; a softmax over the two is the score. Asked for are
the fourteen findings of ChestX-ray14, the ones that can be measured here.

References
----------
Tiu E et al. Expert-level detection of pathologies from unannotated chest X-ray images via self-supervised learning.
Nature Biomedical Engineering 2022. doi:10.1038/s41551-022-00936-9.

Examples
--------
>>> write_prompts(["Effusion", "Hernia"])
['pleural effusion', 'no pleural effusion', 'hiatal hernia', 'no hiatal hernia']
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from thoracite.vision.adapters.adapted import LogOdds, link_labels


def write_prompts(labels: Sequence[str]) -> list[str]:
    """Two prompts a label: the finding, then its absence."""
    return [text for entity in link_labels(labels).values() for text in (entity.label, f"no {entity.label}")]


def compare_pairs(image: torch.Tensor, texts: torch.Tensor, scale: float) -> LogOdds:
    """Log-odds of present against absent: what a softmax over each pair says.

    Parameters
    ----------
    image : tensor, shape (features,)
        Of the image.
    texts : tensor, shape (2 · findings, features)
        Of the prompts, as :func:`write_prompts` orders them.
    scale : float
        The model's: what cosines are multiplied by.

    Returns
    -------
    ndarray, shape (findings,), float64

    Examples
    --------
    >>> compare_pairs(torch.tensor([1.0, 0.0]), torch.tensor([[2.0, 0.0], [0.0, 3.0]]), 10.0).tolist()
    [10.0]
    """
    cosines = torch.nn.functional.normalize(texts, dim=-1) @ torch.nn.functional.normalize(image, dim=-1)
    logits: LogOdds = (scale * (cosines[0::2] - cosines[1::2])).double().cpu().numpy()
    return logits


__all__ = ["compare_pairs", "write_prompts"]
