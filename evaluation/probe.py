"""A linear probe, a logistic regression with a ridge, whose strength is the best in five parts of its images.

There are fewer images than features, and the weights are a sum of the images' features, so that one number an image is
sought rather than one a feature. Newton's method finds the optimum itself, in a few steps, from the inner products of
the images, which all parts and strengths share. Nothing is approximated: the loss is convex, and it is the one that a
descent over all features would end at: tests hold it against L-BFGS on drawn images, where the AUROC is the same within
0.002.

References
----------
Rasmussen CE, Williams CKI. Gaussian processes for machine learning. 2006, section 3.4 (Newton's method by the kernel).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve

from thoracite.vision.mini.signs.weights import Floats

PARTS = 5
"""Parts in which the strength is chosen."""

_TOLERANCE, _STEPS, _HALVINGS = 1e-10, 50, 30
"""Decrease of the loss at which the search ends, most steps, and most halvings of one."""


class Dual(NamedTuple):
    """A probe by its images.

    Parameters
    ----------
    shares : ndarray, shape (images,)
        What each image's features count in the weights.
    bias : float
        Intercept.
    """

    shares: Floats
    bias: float

    def go(self, target: Dual, scale: float) -> Dual:
        """Return the probe on the way to another; 1 is there."""
        return Dual((1 - scale) * self.shares + scale * target.shares, (1 - scale) * self.bias + scale * target.bias)


def fit_probe(
    features: Floats, truth: npt.NDArray[np.bool_], offset: Floats, strengths: Sequence[float]
) -> Callable[[Floats], Floats]:
    """Fit a probe on top of an offset.

    Parameters
    ----------
    features : ndarray, shape (images, features)
        About centred, each of about unit variance.
    truth : ndarray, shape (images,), bool
        Whether the finding is there.
    offset : ndarray, shape (images,)
        Log-odds that are there already.
    strengths : sequence of float
        What scikit-learn calls C, ascending.

    Returns
    -------
    callable
        From the features of images, shape (images, features), to log-odds without the offset.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> features = random.normal(size=(200, 3))
    >>> probe = fit_probe(features, features[:, 0] > 0, np.zeros(200), (0.1, 1.0))
    >>> (probe(np.array([[2.0, 0, 0], [-2.0, 0, 0]])) > 0).tolist()
    [True, False]
    """
    products, part = features @ features.T, np.arange(len(truth)) % PARTS
    held = np.zeros((len(strengths), len(truth)))
    for number in range(PARTS):
        seen, left = np.flatnonzero(part != number), np.flatnonzero(part == number)
        found = _follow(products[np.ix_(seen, seen)], truth[seen], offset[seen], strengths)
        across = products[np.ix_(left, seen)]
        for row, dual in enumerate(found):
            held[row, left] = across @ dual.shares + dual.bias + offset[left]
    losses = np.mean(np.logaddexp(0, held) - truth * held, axis=1)
    best = _follow(products, truth, offset, strengths[: int(np.argmin(losses)) + 1])[-1]
    weights = best.shares @ features
    return lambda others: np.asarray(others @ weights + best.bias, dtype=np.float64)


def _follow(products: Floats, truth: npt.NDArray[np.bool_], offset: Floats, strengths: Sequence[float]) -> list[Dual]:
    """Fit each strength, each from where the weaker one ended."""
    found = [Dual(np.zeros(len(truth)), 0.0)]
    for strength in strengths:
        found.append(_descend(products, truth, offset, strength, found[-1]))
    return found[1:]


def _descend(products: Floats, truth: npt.NDArray[np.bool_], offset: Floats, strength: float, dual: Dual) -> Dual:
    """Find the least loss of one strength by Newton's method; a step that does not lower it is halved."""
    ridge = 1 / (strength * len(truth))

    def find_loss(shares: Floats, bias: float) -> tuple[float, Floats]:
        own = products @ shares
        odds = own + bias + offset
        return float(np.mean(np.logaddexp(0, odds) - truth * odds) + ridge / 2 * (shares @ own)), own + bias

    loss, own = find_loss(*dual)
    for _ in range(_STEPS):
        target = _find_target(products, truth, own, offset, ridge)
        scale = 1.0
        for _ in range(_HALVINGS):
            moved = dual.go(target, scale)
            lower, own_moved = find_loss(*moved)
            if lower <= loss:
                break
            scale /= 2
        else:
            return dual
        gained, dual, loss, own = loss - lower, moved, lower, own_moved
        if gained < _TOLERANCE:
            break
    return dual


def _find_target(products: Floats, truth: npt.NDArray[np.bool_], own: Floats, offset: Floats, ridge: float) -> Dual:
    """Return where the loss's parabola at this point is least."""
    probability = 1 / (1 + np.exp(-np.clip(own + offset, -500, 500)))
    slope = np.maximum(probability * (1 - probability), 1e-10) / len(truth)
    aimed = own + (truth - probability) / len(truth) / slope
    root = np.sqrt(slope)
    matrix = root[:, None] * products * root
    matrix[np.diag_indices_from(matrix)] += ridge
    solved = cho_solve(
        cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False),
        root[:, None] * np.column_stack([aimed, np.ones(len(truth))]),
        check_finite=False,
    )
    aim, one = (root[:, None] * solved).T
    bias = float(aim.sum() / one.sum())
    return Dual(aim - bias * one, bias)


__all__ = ["PARTS", "fit_probe"]
