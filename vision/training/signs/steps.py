"""Steps of monotone functions, fitted to one finding by cross-entropy, with a pull towards what the graph says.

Signs that share a function, the two sides of one concept, are one group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from thoracite.vision.mini.signs.listed import AskedSign
from thoracite.vision.mini.signs.weights import Floats, Numbers

PULL = 0.005
"""Strength of the pull towards the graph: of the mean of ``|tanh W - prior|`` over the signs."""

RIDGE = 0.0035
"""Strength of the ridge on what the steps add beyond the network's own reading of the signs."""

DOUBT = 2.0
"""Factor of the ridge for a sign whose repetition differs as much as patients do."""

CALM = 0.0025
"""Strength of the ridge on how far the log-odds of images lie apart. A rare finding has little to set against it, so
that its odds are drawn in most: few cases bear out large odds badly."""

_SMOOTH = 0.01
"""Distance from 0 within which the absolute value is rounded off, so that it has a slope everywhere."""


class Pulls(NamedTuple):
    """What holds the weights of signs.

    Parameters
    ----------
    prior : ndarray, shape (findings, signs)
        1, -1 or 0: what the graph says.
    pull, ridge, calm : float
        Strengths.
    monotone : bool
        Whether a sign may only speak in the direction that the graph gives.
    """

    prior: Floats
    pull: float = PULL
    ridge: float = RIDGE
    calm: float = CALM
    monotone: bool = True


FREE = Pulls(np.zeros((0, 0)), pull=0.0, monotone=False)
"""Nothing of the graph."""


class Groups(NamedTuple):
    """Signs that share a function: the two sides of one concept.

    Parameters
    ----------
    numbers : ndarray, shape (signs,)
        Number of each sign's group; -1 for a sign that was not borne out on unseen patients, which weighs nothing.
    steps : int
        Number of steps of a function.
    """

    numbers: Numbers
    steps: int

    @classmethod
    def find(cls, signs: Sequence[AskedSign], steps: int) -> Groups:
        """Group the signs of a list."""
        names = list(dict.fromkeys(sign.entity.id for sign in signs if sign.verified))
        return cls(np.array([names.index(sign.entity.id) if sign.verified else -1 for sign in signs]), steps)

    def gather(self, climbed: Floats) -> Floats:
        """Add up what the signs of a group have climbed, shape (images, groups · steps)."""
        gathered = np.zeros((len(climbed), self.numbers.max() + 1, self.steps))
        for sign in np.flatnonzero(self.numbers >= 0):
            gathered[:, self.numbers[sign]] += climbed[:, sign]
        return gathered.reshape(len(climbed), -1)

    def spread_out(self, steps: Floats) -> Floats:
        """Return the steps of each sign, shape (signs, steps), from those of the groups."""
        each: Floats = np.where(self.numbers[:, None] >= 0, steps.reshape(-1, self.steps)[self.numbers], 0.0)
        return each

    def hold(self, pulls: Pulls, prior: Floats, noise: Floats) -> Held:
        """Return what holds the groups of one finding: the prior of a group, and its most doubtful sign."""
        count = int(self.numbers.max()) + 1
        of_group = [np.flatnonzero(self.numbers == group) for group in range(count)]
        named = np.array([prior[rows][np.argmax(np.abs(prior[rows]))] for rows in of_group])
        return Held(pulls, named, np.array([noise[rows].max() for rows in of_group]), named)


class Held(NamedTuple):
    """What holds the steps of one finding: strengths, and prior, noise and direction of each group.

    The direction is the graph's; where the graph says nothing it may be another, or 0: none.
    """

    pulls: Pulls
    prior: Floats
    noise: Floats
    direction: Floats

    def follow(self, free: Floats) -> Held:
        """Take the direction of freely fitted steps where the graph says nothing: no function goes up and down."""
        way = np.sign(free.reshape(len(self.prior), -1).sum(axis=1))
        return self._replace(direction=np.where(self.prior != 0, self.prior, way))

    def bend(self, steps: int) -> Floats:
        """Return the direction of each step: 1, -1, or 0 where it may go either way."""
        directions: Floats = np.repeat(self.direction * self.pulls.monotone, steps // len(self.prior))
        return directions


class Fitted(NamedTuple):
    """What one finding is fitted on: inputs, rest, what the inputs foretell of the logit, views, targets, weights."""

    inputs: Floats
    rest: Floats
    lines: Floats
    views: Numbers
    targets: npt.NDArray[np.bool_]
    mixed: Floats


class Found(NamedTuple):
    """What was fitted: steps of the groups, intercept of each view, and weight of the rest."""

    steps: Floats
    offset: Floats
    slope: float


def fit_steps(inputs: Floats, targets: npt.NDArray[np.bool_], pulls: Pulls) -> tuple[Floats, float]:
    """Fit one finding on images that all count alike and of which no view is known.

    Parameters
    ----------
    inputs : ndarray, shape (images, groups · steps)
        How far each concept has climbed, centred.
    targets : ndarray, shape (images,), bool
        Whether the finding is there.
    pulls : Pulls
        With a prior of shape (1, groups).

    Returns
    -------
    tuple of ndarray, shape (groups · steps,), and float
        Steps, and the intercept.
    """
    number = len(targets)
    none, views = np.zeros(number), np.zeros(number, dtype=np.int64)
    fitted = Fitted(inputs, none, np.zeros(inputs.shape[1]), views, targets, np.ones(number))
    held = Held(pulls, pulls.prior[0], np.zeros(pulls.prior.shape[1]), pulls.prior[0])
    found = fit_together(fitted, held, np.zeros(1))
    return found.steps, float(found.offset[0])


def fit_together(fitted: Fitted, held: Held, priors: Floats) -> Found:
    """Fit steps, intercepts and the weight of the rest together; ``priors`` are the intercepts to begin from."""
    inputs = fitted.inputs.shape[1]
    bounds: list[tuple[float | None, float | None]] = []
    for direction in held.bend(inputs):
        bounds.append((None, None) if direction == 0 else (0, None) if direction > 0 else (None, 0))
    bounds += [(None, None)] * len(priors) + [(0, None)]
    start = np.concatenate([np.zeros(inputs), priors, [0.0]])
    found = minimize(_make_loss(fitted, held), start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Found(found[:inputs], found[inputs:-1], float(found[-1]))


def _make_loss(fitted: Fitted, held: Held) -> Callable[[Floats], tuple[float, Floats]]:
    """Return the loss and its slope: cross-entropy, pull towards the graph, ridge."""
    inputs, rest, lines, views, targets, mixed = fitted
    share, groups, number = mixed / mixed.sum(), len(held.prior), inputs.shape[1]
    doubt = np.repeat(1 + DOUBT * held.noise, number // groups)

    def find_loss(parameters: Floats) -> tuple[float, Floats]:
        steps, offset, slope = parameters[:number], parameters[number:-1], parameters[-1]
        apart = inputs @ steps + slope * rest
        odds = offset[views] + apart
        error = share * (1 / (1 + np.exp(-odds)) - targets)
        drawn = held.pulls.calm * share * apart
        whole = np.tanh(steps.reshape(groups, -1).sum(axis=1))
        distance = np.sqrt((whole - held.prior) ** 2 + _SMOOTH**2)
        pulled = held.pulls.pull / groups * (whole - held.prior) / distance * (1 - whole**2)
        beyond = doubt * (steps - slope * lines)  # the network's own reading of the signs costs nothing
        down = (error + drawn) @ inputs + np.repeat(pulled, number // groups) + held.pulls.ridge * beyond
        loss = share @ (np.logaddexp(0, odds) - targets * odds) + held.pulls.pull * distance.mean()
        loss += held.pulls.ridge / 2 * float(beyond @ (steps - slope * lines)) + float(drawn @ apart) / 2
        shifts = np.bincount(views, weights=error, minlength=len(offset))
        return float(loss), np.concatenate([down, shifts, [(error + drawn) @ rest - held.pulls.ridge * beyond @ lines]])

    return find_loss


__all__ = ["FREE", "PULL", "RIDGE", "Fitted", "Found", "Groups", "Held", "Pulls", "fit_steps", "fit_together"]
