"""Water in place of air: consolidation, nodules, masses, collapse, oedema.

Examples
--------
>>> from thoracite.phantom.findings import Kind
>>> nodule = Abnormality(kind=Kind.NODULE, side="left", zone="mid", severity="mild")
>>> deposit = place_deposit(nodule, Thorax(), Camera(size=64), np.random.default_rng(0))
>>> deposit is not None and 0.5 < deposit.diameter < 1.6
True
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from thoracite.phantom.anatomy import LUNG_TOP, SIDES, Side, Thorax, build_lung, sign
from thoracite.phantom.findings import ZONES, Abnormality, Kind
from thoracite.phantom.shapes import Array, Camera, Ellipsoid, measure_union


class Deposit(NamedTuple):
    """Water added along each ray.

    Parameters
    ----------
    water : ndarray, shape (height, width)
        In cm, before it is limited to the space in the lung.
    sides : tuple of str
        Lungs that contain it.
    sharp : bool
        Whether it displaces the lung (a nodule) or fills its air spaces.
    diameter : float or None
        Of a nodule or mass, in cm.
    """

    water: Array
    sides: tuple[Side, ...]
    sharp: bool = False
    diameter: float | None = None


def place_deposit(one: Abnormality, thorax: Thorax, camera: Camera, generator: np.random.Generator) -> Deposit | None:
    """Place the water of a finding; None for findings without any.

    Parameters
    ----------
    one : Abnormality
        The finding.
    thorax : Thorax
        The chest.
    camera : Camera
        The camera.
    generator : numpy.random.Generator
        Chooses place and shape.
    """
    if one.kind is Kind.EDEMA:
        return _soak(thorax, camera, generator, one.grade)
    if one.side is None or one.zone is None:
        return None
    if one.kind is Kind.CONSOLIDATION:
        return _consolidate(one, thorax, camera, generator)
    if one.kind is Kind.ATELECTASIS:
        return _collapse(one, thorax, camera, generator)
    if one.kind in {Kind.NODULE, Kind.MASS}:
        return _grow(one, thorax, camera, generator)
    return None


def find_zone(thorax: Thorax, side: Side, zone: str) -> tuple[float, float]:
    """Return lower and upper end of a lung zone, a third of the lung's height above the dome, in cm."""
    top = LUNG_TOP * thorax.scale_z
    base = thorax.dome_right if side == "right" else thorax.dome_left
    third = (top - base) / 3
    low = base + third * (2 - ZONES.index(zone))
    return low, low + third


def draw_place(
    one: Abnormality, thorax: Thorax, generator: np.random.Generator, *, margin: float
) -> NDArray[np.float64]:
    """Draw a point in the lung at least ``margin`` cm from its border and from the heart, shape (3,)."""
    side: Side = "left" if one.side == "left" else "right"
    low, high = find_zone(thorax, side, one.zone or "mid")
    z = generator.uniform(low + min(margin, 0.45 * (high - low)), high - min(margin, 0.45 * (high - low)))
    x, y, width, deep = (float(v[0]) for v in build_lung(thorax, side).read_profile(np.array([z], dtype=np.float32)))
    border = 0.67 * thorax.heart * thorax.chest if side == "left" and z < -2 else 4.0
    inner = max(0.0, min(border, abs(x) + width - 2.5) - abs(x) + width)  # keep clear of mediastinum and heart
    reach = max(width - margin - inner / 2, 0.3)
    across = generator.uniform(-1, 1) * reach + sign(side) * inner / 2
    along = generator.uniform(-0.8, 0.8) * max(deep * np.sqrt(1 - min(across / width, 0.95) ** 2) - margin, 0.2)
    return np.array([x + across, y + along, z])


def _project_blobs(
    centers: NDArray[np.float64], sigmas: NDArray[np.float64], peaks: NDArray[np.float64], camera: Camera
) -> Array:
    """Return line integrals of three-dimensional Gaussians; they are Gaussians on the detector."""
    column, row, magnification = camera.project(centers.astype(np.float32))
    places = np.arange(camera.size) + 0.5
    width = sigmas * magnification / camera.pitch
    across = np.exp(-0.5 * ((places[None] - column[:, None]) / width[:, None]) ** 2)
    down = np.exp(-0.5 * ((places[None] - row[:, None]) / width[:, None]) ** 2)
    return np.asarray(np.einsum("k,kr,kc->rc", peaks * sigmas * np.sqrt(2 * np.pi), down, across), dtype=np.float32)


def _mottle(camera: Camera, generator: np.random.Generator, *, grain: float, depth: float) -> Array:
    """Draw patchiness, a positive factor with mean about 1."""
    cells = max(4, round(camera.field / grain))
    noise = generator.standard_normal((cells, cells)).astype(np.float32)
    zoomed = ndimage.zoom(noise, camera.size / cells, order=3, mode="nearest")[: camera.size, : camera.size]
    factor: Array = np.clip(1 + depth * zoomed, 0.05, 2.5)
    return factor


def _consolidate(one: Abnormality, thorax: Thorax, camera: Camera, generator: np.random.Generator) -> Deposit:
    spread = (1.5, 2.1, 2.8)[one.grade]
    center = draw_place(one, thorax, generator, margin=1.6)
    count = 14 + 6 * one.grade
    centers = center + generator.normal(0, 0.62 * spread, (count, 3)) * np.array([1.0, 1.0, 0.75])
    sigmas = generator.uniform(0.5, 0.95, count) * spread
    water = _project_blobs(centers, sigmas, generator.uniform(0.1, 0.3, count), camera)
    water *= _mottle(camera, generator, grain=1.5, depth=0.22) * _mottle(camera, generator, grain=0.5, depth=0.12)
    return Deposit(water, (_side(one),))


def _grow(one: Abnormality, thorax: Thorax, camera: Camera, generator: np.random.Generator) -> Deposit:
    low, high = ((0.9, 1.4), (1.5, 2.1), (2.2, 2.8))[one.grade] if one.kind is Kind.NODULE else (
        (3.2, 4.0), (4.2, 5.4), (5.6, 7.0))[one.grade]  # fmt: skip
    diameter = float(generator.uniform(low, high))
    center = draw_place(one, thorax, generator, margin=min(0.5 * diameter, 1.8))
    lumps = 1 if one.kind is Kind.NODULE else 6
    rays, radius = camera.cast_rays(), diameter / 2
    spans = [Ellipsoid((float(center[0]), float(center[1]), float(center[2])), (radius * 0.96,) * 3).cut(rays)]
    for _ in range(lumps):
        aside = generator.normal(0, 1, 3)
        x, y, z = center + aside / np.linalg.norm(aside) * radius * 0.5
        spans.append(
            Ellipsoid((float(x), float(y), float(z)), (radius * float(generator.uniform(0.5, 0.72)),) * 3).cut(rays)
        )
    water = ndimage.gaussian_filter(measure_union(spans), (0.05 + 0.03 * radius) / camera.pitch)
    return Deposit(water, (_side(one),), sharp=True, diameter=diameter)


def _collapse(one: Abnormality, thorax: Thorax, camera: Camera, generator: np.random.Generator) -> Deposit:
    """Draw one to three plates of collapsed lung, nearly horizontal."""
    rays, spans = camera.cast_rays(), []
    side = _side(one)
    for _ in range(1 + one.grade):
        center = draw_place(one, thorax, generator, margin=1.5)
        length = float(generator.uniform(1.6, 2.4) + 0.4 * one.grade)
        turn = (float(generator.normal(0, 0.05)), sign(side) * float(generator.normal(0.15, 0.2)), 0.0)
        x, y, z = (float(value) for value in center)
        spans.append(Ellipsoid((x, y, z), (length, 2.4, 0.16), turn).cut(rays))
    water = ndimage.gaussian_filter(measure_union(spans), 0.05 / camera.pitch)
    return Deposit(0.8 * water, (side,))


def _soak(thorax: Thorax, camera: Camera, generator: np.random.Generator, grade: int) -> Deposit:
    """Draw haze round the hila that spares the periphery, the same on both sides, denser below."""
    strength = (0.10, 0.17, 0.26)[grade]
    centers, sigmas = [], []
    for side in SIDES:
        middle = np.array([sign(side) * 5.2 * thorax.scale_x, -1.0, -1.6])
        centers.append(middle + generator.normal(0, 1, (14, 3)) * np.array([1.5, 2.2, 2.9]))
        sigmas.append(generator.uniform(1.3, 2.4, 14))
    size = np.concatenate(sigmas)
    water = _project_blobs(np.concatenate(centers), size, np.full(len(size), strength), camera)
    water *= _mottle(camera, generator, grain=1.3, depth=0.22) * _mottle(camera, generator, grain=0.45, depth=0.16)
    return Deposit(water, SIDES)


def _side(one: Abnormality) -> Side:
    return "left" if one.side == "left" else "right"


__all__ = ["Deposit", "draw_place", "find_zone", "place_deposit"]
