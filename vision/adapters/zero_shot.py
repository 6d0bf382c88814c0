"""Findings without a trained head: an image is compared with the words for a finding and for its absence.

The two prompts are the finding's label, alone and after "no"; a softmax over the two is the score. The findings are
the fourteen of ChestX-ray14, which can be measured here.

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

import numpy as np
import numpy.typing as npt
import torch

from thoracite.vision.adapters.adapted import LogOdds, link_labels


def write_prompts(labels: Sequence[str]) -> list[str]:
    """Write two prompts for each label: the finding, then its absence."""
    return [text for entity in link_labels(labels).values() for text in (entity.label, f"no {entity.label}")]


def compare_pairs(image: torch.Tensor, texts: torch.Tensor, scale: float) -> LogOdds:
    """Return the log-odds of present against absent, the result of a softmax over each pair.

    Parameters
    ----------
    image : tensor, shape (features,)
        Features of the image.
    texts : tensor, shape (2 · findings, features)
        Features of the prompts, in the order of :func:`write_prompts`.
    scale : float
        The model's factor for cosines.

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


def scale(vectors: torch.Tensor) -> npt.NDArray[np.float32]:
    """Return vectors as an array, of unit length along the last axis.

    Examples
    --------
    >>> scale(torch.tensor([[3.0, 4.0]])).round(1).tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """
    scaled: npt.NDArray[np.float32] = torch.nn.functional.normalize(vectors.float(), dim=-1).cpu().numpy()
    return scaled


__all__ = ["compare_pairs", "scale", "write_prompts"]
