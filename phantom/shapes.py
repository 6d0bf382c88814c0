"""Solids that cone-beam rays pass through, and the length of each ray inside them.

The world is in centimetres: x to the patient's left, y to the front, z to the head. A ray is a straight line with the
depth y as its parameter, and a convex solid cuts it in one :class:`Span` of depths. Organs that displace each other are
unions and differences of spans, so path lengths are exact and edges have no steps.

Examples
--------
>>> rays = Camera(size=3, field=30.0).cast_rays()
>>> span = Ellipsoid(center=(0.0, 0.0, 0.0), radii=(5.0, 4.0, 5.0)).cut(rays)
>>> measure_span(span)[1].round(2).tolist()                 # the middle ray passes through 8 cm of it
[0.0, 8.0, 0.0]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

Array = NDArray[np.floating[Any]]
Point = tuple[float, float, float]


class Rays(NamedTuple):
    """Lines from the focus to the pixels: x = slope_x · y + start_x, and likewise z.

    Parameters
    ----------
    slope_x, start_x, slope_z, start_z : ndarray, shape (height, width)
        One number for each pixel.
    """

    slope_x: Array
    start_x: Array
    slope_z: Array
    start_z: Array


class Camera(NamedTuple):
    """Focus and detector of a frontal radiograph.

    Parameters
    ----------
    size : int
        Pixels along each side.
    field : float
        Side of the detector in cm.
    focus : tuple of float
        Place of the focus in cm; behind the patient (y negative) for PA, in front of him for AP. Off the
        middle, the patient appears turned or bent.
    plate : float
        Depth of the detector in cm.
    aim : tuple of float
        x and z of the detector's centre, in cm.
    roll : float
        Tilt of the detector in its plane, in radians.
    """

    size: int = 256
    field: float = 38.0
    focus: Point = (0.0, -165.0, 0.0)
    plate: float = 15.0
    aim: tuple[float, float] = (0.0, 0.0)
    roll: float = 0.0

    @property
    def pitch(self) -> float:
        """Return the side of a pixel on the detector, in cm."""
        return self.field / self.size

    def cast_rays(self) -> Rays:
        """Cast one ray for each pixel; the patient's left is on the image's right, as he faces the reader."""
        places = (np.arange(self.size, dtype=np.float32) + np.float32(0.5 - self.size / 2)) * np.float32(self.pitch)
        across, up = np.meshgrid(places, -places)
        cos, sin = np.float32(np.cos(self.roll)), np.float32(np.sin(self.roll))
        (x, y, z), depth = map(np.float32, self.focus), np.float32(self.plate - self.focus[1])
        slope_x = (across * cos - up * sin + np.float32(self.aim[0]) - x) / depth
        slope_z = (across * sin + up * cos + np.float32(self.aim[1]) - z) / depth
        return Rays(slope_x, x - slope_x * y, slope_z, z - slope_z * y)

    def project(self, points: Array) -> tuple[Array, Array, Array]:
        """Project points of the world on the detector.

        Parameters
        ----------
        points : ndarray, shape (points, 3)
            In cm.

        Returns
        -------
        column, row, magnification : ndarray, shape (points,)
            In pixels (a pixel's centre is at .5), and the focus's distance to the detector over that to the point.
        """
        x, y, z = map(np.float32, self.focus)
        magnification = (np.float32(self.plate) - y) / (points[:, 1] - y)
        across = x + (points[:, 0] - x) * magnification - np.float32(self.aim[0])
        up = z + (points[:, 2] - z) * magnification - np.float32(self.aim[1])
        cos, sin = np.float32(np.cos(self.roll)), np.float32(np.sin(self.roll))
        pitch, middle = np.float32(self.pitch), np.float32(self.size / 2)
        column, row = (across * cos + up * sin) / pitch + middle, middle - (up * cos - across * sin) / pitch
        return column, row, magnification


class Span(NamedTuple):
    """Depths at which rays enter and leave a solid.

    Parameters
    ----------
    near, far : ndarray, shape (height, width)
        Depths in cm; ``far < near`` where a ray misses.
    """

    near: Array
    far: Array


class Solid(Protocol):
    """A convex body."""

    def cut(self, rays: Rays) -> Span:
        """Return the part of each ray inside the solid."""
        ...


class Ellipsoid(NamedTuple):
    """An ellipsoid.

    Parameters
    ----------
    center, radii : tuple of float
        In cm.
    turn : tuple of float
        Angles about x, y and z in radians, applied in this order.
    """

    center: Point
    radii: Point
    turn: Point = (0.0, 0.0, 0.0)

    def matrix(self) -> Array:
        """Return the matrix from the ellipsoid, moved to the origin, to the unit ball; shape (3, 3)."""
        matrix: Array = (turn_matrix(self.turn) / np.asarray(self.radii)).T.astype(np.float32)
        return matrix

    def cut(self, rays: Rays) -> Span:
        """Return the part of each ray inside the ellipsoid."""
        square: Array = np.zeros((1, 1), dtype=np.float32)
        cross = constant = square
        for row in self.matrix():
            slope = (row[0] * rays.slope_x + row[1]) + row[2] * rays.slope_z
            start = (row[0] * (rays.start_x - np.float32(self.center[0])) - row[1] * np.float32(self.center[1])) + (
                row[2] * (rays.start_z - np.float32(self.center[2]))
            )
            square, cross, constant = square + slope * slope, cross + slope * start, constant + start * start
        return _solve(square, cross, constant - 1)

    def holds(self, points: Array) -> NDArray[np.bool_]:
        """Tell which points, shape (points, 3), are inside."""
        inside: NDArray[np.bool_] = (
            np.square((points - np.array(self.center, dtype=np.float32)) @ self.matrix().T).sum(axis=1) < 1
        )
        return inside


class Bowl(NamedTuple):
    """The space above a paraboloid that opens to the head: lung that floats on an effusion, with a meniscus as edge.

    Parameters
    ----------
    bottom : tuple of float
        Its deepest point, in cm.
    steepness : tuple of float
        Rise per squared distance along x and y, in 1/cm.
    """

    bottom: Point
    steepness: tuple[float, float]

    def cut(self, rays: Rays) -> Span:
        """Return the part of each ray inside the bowl."""
        (x, y, z), (kx, ky) = self.bottom, map(np.float32, self.steepness)
        across = rays.start_x - np.float32(x)
        square = kx * rays.slope_x**2 + ky
        cross = (kx * rays.slope_x * across - ky * np.float32(y)) - rays.slope_z / 2
        constant = (kx * across**2 + ky * np.float32(y) ** 2) - (rays.start_z - np.float32(z))
        return _solve(square, cross, constant)

    def holds(self, points: Array) -> NDArray[np.bool_]:
        """Tell which points, shape (points, 3), are inside."""
        across = points[:, :2] - np.array(self.bottom[:2], dtype=np.float32)
        inside: NDArray[np.bool_] = points[:, 2] > self.bottom[2] + across**2 @ np.array(
            self.steepness, dtype=np.float32
        )
        return inside


class Sweep(NamedTuple):
    """Horizontal ellipses stacked along z: trunk, lungs, mediastinum.

    Parameters
    ----------
    heights : ndarray, shape (levels,)
        Rising, in cm.
    profile : ndarray, shape (levels, 4)
        Centre x and y, half width and half depth at each height, in cm; smooth between heights.
    """

    heights: Array
    profile: Array

    def cut(self, rays: Rays) -> Span:
        """Return the part of each ray inside; one more step at each end follows the ray's slope."""
        middle = self._solve_at(rays, np.float32(0))
        near, far = self._solve_at(rays, middle.near).near, self._solve_at(rays, middle.far).far
        return Span(near, np.where(middle.far > middle.near, far, near - 1))

    def _solve_at(self, rays: Rays, depth: Array | np.float32) -> Span:
        x, y, width, deep = self.read_profile(rays.slope_z * depth + rays.start_z)
        width, deep = np.maximum(width, 1e-3), np.maximum(deep, 1e-3)
        slope, start = rays.slope_x / width, (rays.start_x - x) / width
        return _solve(slope**2 + 1 / deep**2, slope * start - y / deep**2, start**2 + (y / deep) ** 2 - 1)

    def read_profile(self, heights: Array) -> list[Array]:
        """Return centre x and y, half width and half depth at heights of any shape; widths are 0 outside."""
        steps = 512
        low, high = float(self.heights[0]), float(self.heights[-1])
        fine = np.linspace(low, high, steps)
        table = PchipInterpolator(self.heights, self.profile)(fine).T.astype(np.float32)
        place = (heights - np.float32(low)) * np.float32((steps - 1) / (high - low))
        inside = (place >= 0) & (place <= steps - 1)
        place = np.clip(place, 0, steps - 1.001)
        index = place.astype(np.intp)
        part = place - index
        x, y, width, deep = (column[index] * (1 - part) + column[index + 1] * part for column in table)
        return [x, y, np.where(inside, width, 0), np.where(inside, deep, 0)]

    def holds(self, points: Array) -> NDArray[np.bool_]:
        """Tell which points, shape (points, 3), are inside."""
        x, y, width, deep = self.read_profile(points[:, 2])
        with np.errstate(divide="ignore", invalid="ignore"):
            inside: NDArray[np.bool_] = ((points[:, 0] - x) / width) ** 2 + ((points[:, 1] - y) / deep) ** 2 < 1
        return inside


def _solve(square: Array, cross: Array, constant: Array) -> Span:
    """Return depths between the roots of square·y² + 2·cross·y + constant, which is negative inside."""
    root = cross * cross - square * constant
    missed = root < 0
    root = np.sqrt(np.maximum(root, 0))
    near, far = (-cross - root) / square, (-cross + root) / square
    far[missed] = near[missed] - 1
    return Span(near, far)


def turn_matrix(turn: Point) -> NDArray[np.float64]:
    """Return the rotation about x, then y, then z, angles in radians; shape (3, 3)."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(turn), np.sin(turn)
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return np.asarray(about_z @ about_y @ about_x)


def measure_span(span: Span) -> Array:
    """Return the length of each ray inside, shape (height, width), in cm."""
    return np.maximum(span.far - span.near, 0)


def clip_span(span: Span, within: Span) -> Span:
    """Return the part of a span that is inside another."""
    return Span(np.maximum(span.near, within.near), np.minimum(span.far, within.far))


def measure_union(spans: Sequence[Span], within: Span | None = None) -> Array:
    """Return the length of each ray inside any of the solids, counted once where they overlap.

    Parameters
    ----------
    spans : sequence of Span
        At least one.
    within : Span or None
        Only the part inside it counts.

    Returns
    -------
    ndarray, shape (height, width)
        In cm.
    """
    clipped = [span if within is None else clip_span(span, within) for span in spans]
    hits = [span for span in clipped if (span.far > span.near).any()]
    if not hits:
        return np.zeros(spans[0].near.shape, dtype=np.float32)
    near = np.stack([span.near for span in hits])
    far = np.maximum(np.stack([span.far for span in hits]), near)  # a ray that misses has no length
    order = np.argsort(near, axis=0)
    near, far = np.take_along_axis(near, order, axis=0), np.take_along_axis(far, order, axis=0)
    empty = far <= near
    length, reached = np.zeros(near.shape[1:], dtype=np.float32), np.full(near.shape[1:], -np.inf, dtype=np.float32)
    for start, end, nothing in zip(near, far, empty, strict=True):
        length += np.where(nothing, 0, np.maximum(end - np.maximum(start, reached), 0))
        reached = np.where(nothing, reached, np.maximum(reached, end))
    return length


__all__ = [
    "Array",
    "Bowl",
    "Camera",
    "Ellipsoid",
    "Point",
    "Rays",
    "Solid",
    "Span",
    "Sweep",
    "clip_span",
    "measure_span",
    "measure_union",
    "turn_matrix",
]
