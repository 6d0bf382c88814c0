"""Lung vessels that branch from the hila, and septal lines.

Examples
--------
>>> from thoracite.phantom.anatomy import Thorax
>>> tree = grow_vessels(Thorax(), "left", np.random.default_rng(0), step=0.2)
>>> bool((tree.points[:, 0] > 0).mean() > 0.9)
True
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from thoracite.phantom.anatomy import Side, Thorax, sign
from thoracite.phantom.clouds import Cloud

GENERATIONS = 9
"""Number of divisions of a vessel."""

_TRUNKS = np.array([  # direction (out, front, up), radius in cm
    [0.50, 0.10, 0.85, 0.36],
    [0.80, 0.35, 0.50, 0.32],
    [0.92, 0.30, 0.05, 0.30],
    [0.90, -0.35, -0.25, 0.34],
    [0.62, 0.45, -0.65, 0.40],
    [0.45, -0.15, -0.88, 0.62],
    [0.75, -0.45, -0.50, 0.40],
    [0.55, -0.60, 0.58, 0.30],
])  # fmt: skip


def grow_vessels(
    thorax: Thorax, side: Side, generator: np.random.Generator, *, step: float, uplift: float = 0.0
) -> Cloud:
    """Grow arteries and veins of one lung, their mass a volume in cm³.

    Parameters
    ----------
    thorax : Thorax
        Measures.
    side : str
        ``left`` or ``right``.
    generator : numpy.random.Generator
        Chooses the branches.
    step : float
        Distance of points in cm.
    uplift : float
        Added width of the vessels to the upper lobes: 0 standing, 0.6 in heart failure.
    """
    s = sign(side)
    root = np.array([s * 2.9 * thorax.scale_x, -1.2, 0.9 if side == "left" else -0.2])
    count = len(_TRUNKS)
    start = root + generator.normal(0, 0.25, (count, 3))
    course = _TRUNKS[:, :3] * np.array([s, 1, 1]) + generator.normal(0, 0.12, (count, 3))
    radius = _TRUNKS[:, 3] * generator.normal(1.12, 0.1, count) * thorax.vessels
    radius = radius * np.where(_TRUNKS[:, 2] > 0.3, 1 + uplift, 1.0)
    length = generator.uniform(1.9, 3.0, count)
    points, mass = [], []
    for _ in range(GENERATIONS):
        course /= np.linalg.norm(course, axis=1, keepdims=True)
        end = start + course * length[:, None]
        bend = generator.normal(0, 0.09, (len(start), 3)) * length[:, None]
        cloud = _draw_branches(start, end, bend, radius, step, generator)
        points.append(cloud.points)
        mass.append(cloud.mass)
        start, course, radius, length = _divide(end, course, radius, length, generator)
    return Cloud(np.concatenate(points), np.concatenate(mass))


def _divide(
    end: NDArray[np.float64],
    course: NDArray[np.float64],
    radius: NDArray[np.float64],
    length: NDArray[np.float64],
    generator: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Divide each branch in two, one nearly straight on and one aside, together a little narrower."""
    count = len(end)
    aside = generator.normal(0, 1, (count, 3))
    aside -= course * (aside * course).sum(axis=1, keepdims=True)
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    lean = generator.uniform(0.1, 0.35, (count, 1)), generator.uniform(0.45, 0.95, (count, 1))
    share = generator.uniform(0.72, 0.86, count)
    small = np.sqrt(np.maximum(0.93 - share**2, 0.2))
    shrink = generator.uniform(0.78, 0.95, (2, count))
    return (
        np.concatenate([end, end]),
        np.concatenate([course + lean[0] * aside, course - lean[1] * aside]),
        np.concatenate([radius * share, radius * small]),
        np.concatenate([length * shrink[0], length * shrink[1] * 0.9]),
    )


def _draw_branches(
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    bend: NDArray[np.float64],
    radius: NDArray[np.float64],
    step: float,
    generator: np.random.Generator,
) -> Cloud:
    """Draw points inside gently bent tubes; wide ones get more."""
    length = np.linalg.norm(end - start, axis=1)
    wide = np.clip(np.ceil((1.6 * radius / step) ** 2), 1, 40)
    count = np.maximum(2, np.ceil(length / step) * wide).astype(int)
    branch = np.repeat(np.arange(len(start)), count)
    place = (np.arange(len(branch)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[branch]
    line = start[branch] + (end - start)[branch] * place[:, None] + bend[branch] * np.sin(np.pi * place)[:, None]
    offset = generator.normal(0, 0.5, (len(branch), 3)) * radius[branch, None]
    mass = np.pi * radius**2 * length / count
    return Cloud((line + offset).astype(np.float32), mass[branch].astype(np.float32))


def draw_septa(thorax: Thorax, side: Side, generator: np.random.Generator, *, number: int, step: float) -> Cloud:
    """Draw Kerley B lines: thin plates 1 to 2 cm long that end at the pleura of the lower zones; mass a volume in cm³.

    References
    ----------
    Hansell DM et al. Fleischner Society: glossary of terms for thoracic imaging. Radiology 2008; 246: 697.
    """
    from thoracite.phantom.anatomy import find_outer_wall

    heights = generator.uniform(-9.5, -1.5, number)
    reach = find_outer_wall(thorax, heights) - generator.uniform(0.05, 0.5, number)
    length, deep = generator.uniform(0.9, 1.9, number), generator.uniform(1.2, 3.0, number)
    across, along = np.ceil(length / step).astype(int), np.maximum(2, np.ceil(deep / (2 * step))).astype(int)
    points, mass = [], []
    for n in range(number):
        u, v = np.mgrid[0 : across[n], 0 : along[n]].reshape(2, -1) + 0.5
        x = reach[n] - u / across[n] * length[n]
        y = (v / along[n] - 0.5) * deep[n] + generator.normal(0, 1.0)
        z = heights[n] + 0.12 * (reach[n] - x)
        points.append(np.stack([sign(side) * x, y, z], axis=1))
        mass.append(np.full(len(x), length[n] * deep[n] * 0.075 / len(x)))
    return Cloud(np.concatenate(points).astype(np.float32), np.concatenate(mass).astype(np.float32))


__all__ = ["draw_septa", "grow_vessels"]
