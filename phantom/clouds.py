"""Thin structures: bones, vessels and lines as clouds of mass points, projected and smoothed.

A point carries its volume times the attenuation it adds, so that a cloud of any density gives the same image, and the
points of a surface give a cortex that is bright where the rays graze it.

Examples
--------
>>> cloud = sweep_tube(np.array([[0.0, 0, 0], [4, 0, 0]]), 0.5, wall=0.1, step=0.05)
>>> bool(abs(cloud.mass.sum() - 4 * 2 * np.pi * 0.5 * 0.1) < 0.02)            # cm³
True
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from thoracite.phantom.shapes import Array, Camera

Widths = float | NDArray[np.float64]
"""One width for a whole path, or one for each knot, in cm."""


class Cloud(NamedTuple):
    """Mass points.

    Parameters
    ----------
    points : ndarray, shape (points, 3)
        In cm.
    mass : ndarray, shape (points,)
        Volume in cm³, or volume times added attenuation in cm².
    """

    points: Array
    mass: Array

    def scale(self, factor: float) -> Cloud:
        """Return the same points with more or less mass."""
        return Cloud(self.points, self.mass * np.float32(factor))

    def keep(self, chosen: NDArray[np.bool_]) -> Cloud:
        """Return some of the points."""
        return Cloud(self.points[chosen], self.mass[chosen])


EMPTY = Cloud(np.zeros((0, 3), dtype=np.float32), np.zeros(0, dtype=np.float32))
"""A cloud without points."""


def join_clouds(clouds: Iterable[Cloud]) -> Cloud:
    """Join all points in one cloud."""
    parts = [EMPTY, *clouds]
    return Cloud(np.concatenate([c.points for c in parts]), np.concatenate([c.mass for c in parts]))


def sweep_tube(
    path: NDArray[np.float64],
    radius: Widths,
    *,
    wall: Widths,
    step: float,
    flat: float = 1.0,
) -> Cloud:
    """Cover the wall of a tube along a path with points.

    Parameters
    ----------
    path : ndarray, shape (knots, 3)
        In cm, joined by straight lines.
    radius : float or ndarray, shape (knots,)
        In cm, vertically.
    wall : float or ndarray, shape (knots,)
        Thickness of the wall in cm; the mass is its volume.
    step : float
        Distance of points in cm.
    flat : float
        Radius towards the body's axis over the vertical one.
    """
    line, size, thick, length = _walk(path, radius, wall, step)
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    up = np.array([0.0, 0.0, 1.0]) - along * along[:, 2:]
    short = np.linalg.norm(up, axis=1, keepdims=True)
    up = np.where(short > 0.05, up / np.maximum(short, 1e-6), np.array([1.0, 0.0, 0.0]))
    out = np.cross(along, up)
    around = max(8, int(np.ceil(2 * np.pi * float(np.max(size)) / step)))
    angle = 2 * np.pi * (np.arange(around)[None, :] + 0.5 * (np.arange(len(line)) % 2)[:, None]) / around
    cos, sin = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    high, wide = (size[:, None] * up).astype(np.float32), (flat * size[:, None] * out).astype(np.float32)
    points = line.astype(np.float32)[:, None, :] + sin[..., None] * high[:, None, :] + cos[..., None] * wide[:, None, :]
    rim = np.hypot(cos, flat * sin)  # an ellipse's points are closer where it is narrow
    mass = rim * (2 * np.pi * size * thick * length / (len(line) * around))[:, None]
    return Cloud(points.reshape(-1, 3), mass.reshape(-1).astype(np.float32))


def fill_tube(path: NDArray[np.float64], radius: Widths, *, step: float, flat: float = 1.0) -> Cloud:
    """Fill the inside of a tube; the mass is its volume. See :func:`sweep_tube`."""
    _, size, _, length = _walk(path, radius, 1.0, step)
    volume = float(np.mean(np.pi * size**2 * flat)) * length
    rings = [sweep_tube(path, np.asarray(radius) * part, wall=1.0, step=step, flat=flat) for part in (0.8, 0.35)]
    shares = (0.64, 0.36)  # of the area: outside 0.6 of the radius, and within
    return join_clouds(
        ring.scale(share * volume / float(ring.mass.sum())) for ring, share in zip(rings, shares, strict=True)
    )


def fill_plate(corners: NDArray[np.float64], thickness: float, *, step: float) -> Cloud:
    """Fill a thin flat triangle; ``corners`` has shape (3, 3), in cm."""
    one, two = corners[1] - corners[0], corners[2] - corners[0]
    count = max(2, int(np.ceil(max(np.linalg.norm(one), np.linalg.norm(two)) / step)))
    u, v = ((np.mgrid[0:count, 0:count] + 0.5) / count).reshape(2, -1)
    inside = u + v < 1
    points = corners[0] + u[inside, None] * one + v[inside, None] * two
    area = float(np.linalg.norm(np.cross(one, two))) / 2
    mass = np.full(len(points), area * thickness / len(points), dtype=np.float32)
    return Cloud(points.astype(np.float32), mass)


def cover_ball(center: NDArray[np.float64], radius: float, *, wall: float, step: float) -> Cloud:
    """Cover the wall of a ball with points on a Fibonacci spiral."""
    count = max(16, int(np.ceil(4 * np.pi * (radius / step) ** 2)))
    height = 1 - 2 * (np.arange(count) + 0.5) / count
    angle, ring = np.pi * (1 + 5**0.5) * np.arange(count), np.sqrt(1 - height**2)
    points = center + radius * np.stack([ring * np.cos(angle), ring * np.sin(angle), height], axis=1)
    mass = np.full(count, 4 * np.pi * radius**2 * wall / count, dtype=np.float32)
    return Cloud(points.astype(np.float32), mass)


def _walk(
    path: NDArray[np.float64], radius: Widths, wall: Widths, step: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]:
    """Space points evenly along a path; return them, radius and wall at each, and the path's length."""
    joints = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    length = float(joints[-1])
    count = max(3, int(np.ceil(length / step)))
    places = (np.arange(count) + 0.5) * length / count
    line = np.stack([np.interp(places, joints, column) for column in path.T], axis=1)
    size, thick = (
        np.interp(places, joints, np.broadcast_to(np.asarray(v, float), joints.shape)) for v in (radius, wall)
    )
    return line, size, thick, length


def project_cloud(cloud: Cloud, camera: Camera) -> Array:
    """Project mass per area along each ray: a path length in cm where the mass is a volume.

    Parameters
    ----------
    cloud : Cloud
        Points outside the image are left out.
    camera : Camera
        Focus and detector.

    Returns
    -------
    ndarray, shape (height, width), float32
        Each point spread over its four nearest pixels.
    """
    size = camera.size
    column, row, magnification = camera.project(cloud.points)
    seen = (column > 1) & (column < size - 1) & (row > 1) & (row < size - 1)
    column, row = column[seen] - np.float32(0.5), row[seen] - np.float32(0.5)
    mass = cloud.mass[seen] * (magnification[seen] / np.float32(camera.pitch)) ** 2
    left, top = column.astype(np.int32), row.astype(np.int32)
    right, low = column - left, row - top
    first = top * size + left
    image = np.zeros(size * size)
    for offset, weight in (
        (0, (1 - right) * (1 - low)),
        (1, right * (1 - low)),
        (size, (1 - right) * low),
        (size + 1, right * low),
    ):
        image += np.bincount(first + offset, weights=mass * weight, minlength=size * size)
    return image.reshape(size, size).astype(np.float32)


__all__ = [
    "EMPTY",
    "Cloud",
    "Widths",
    "cover_ball",
    "fill_plate",
    "fill_tube",
    "join_clouds",
    "project_cloud",
    "sweep_tube",
]
