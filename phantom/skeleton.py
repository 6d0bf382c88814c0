"""Bones as thin walls with some marrow: ribs, spine, clavicles, scapulae and the upper arm.

Examples
--------
>>> from thoracite.phantom.anatomy import Thorax
>>> bones = build_skeleton(Thorax(), step=0.4)
>>> bool(bones.points[:, 2].max() > 12 > bones.points[:, 2].min())
True
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from thoracite.phantom.anatomy import SIDES, Thorax, find_depth, find_outer_wall, sign
from thoracite.phantom.clouds import Cloud, Widths, cover_ball, fill_plate, fill_tube, join_clouds, sweep_tube
from thoracite.phantom.shapes import turn_matrix

CORTEX = 0.42
"""Attenuation that cortical bone adds to soft tissue, in 1/cm at about 65 keV."""

KNOTS = 60
"""Points of a rib's path."""

_CLAVICLE = (
    (1.5, 5.2, 9.0),
    (3.6, 5.6, 9.7),
    (6.6, 4.8, 11.0),
    (10.4, 2.2, 11.5),
    (13.2, 0.2, 11.9),
    (15.6, -1.0, 12.8),
)

MARROW = 0.07
"""Attenuation that spongy bone adds to soft tissue, in 1/cm at about 65 keV."""


def build_skeleton(thorax: Thorax, *, step: float) -> Cloud:
    """Build all bones of the image, their mass as added attenuation.

    Parameters
    ----------
    thorax : Thorax
        Measures.
    step : float
        Distance of points in cm; half a pixel shows no grain.
    """
    clouds = [*_build_ribs(thorax, step), *_build_spine(thorax, step), *_build_girdle(thorax, step)]
    return join_clouds(clouds).scale(thorax.bone)


def _bone(
    path: NDArray[np.float64], radius: Widths, step: float, *, flat: float = 1.0, cortex: Widths = 0.12
) -> Iterator[Cloud]:
    yield sweep_tube(path, radius, wall=cortex, step=step, flat=flat).scale(CORTEX)
    yield fill_tube(path, radius, step=1.5 * step, flat=flat).scale(MARROW)


def _build_ribs(thorax: Thorax, step: float) -> Iterator[Cloud]:
    wall = np.interp(np.linspace(0, 1, KNOTS), [0, 0.3, 0.5, 0.65, 1], [0.09, 0.08, 0.034, 0.045, 0.055])
    for side in SIDES:
        for number in range(1, 12):
            path, radius = trace_rib(thorax, number)
            yield from _bone(path * np.array([sign(side), 1, 1]), radius, step, flat=0.42, cortex=wall)


def trace_rib(thorax: Thorax, number: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Trace a left rib from the spine to its cartilage.

    Parameters
    ----------
    thorax : Thorax
        Measures.
    number : int
        1 to 11, from the top.

    Returns
    -------
    path : ndarray, shape (knots, 3)
        In cm.
    radius : ndarray, shape (knots,)
        Half the rib's height in cm.
    """
    start = (12.0 - 2.38 * (number - 1) - 0.02 * (number - 1) ** 2) * thorax.scale_z
    drop = (2.6 + 1.35 * min(number, 6) - 0.2 * max(number - 6, 0)) * thorax.scale_z
    end = np.radians([118, 132, 142, 146, 147, 144, 138, 130, 122, 112, 95][number - 1])
    angle = np.linspace(np.radians(9), end, KNOTS)
    part = angle / np.radians(150)
    height = start + 0.5 * np.sin(np.pi * np.minimum(part * 2.6, 1)) - drop * part**1.35
    reach = find_outer_wall(thorax, np.minimum(height, 11.6 * thorax.scale_z)) + 0.2
    middle, deep = find_depth(thorax, np.minimum(height, 10.5 * thorax.scale_z))
    x = reach * np.sin(angle) ** 0.9
    y = middle - (deep + 0.4) * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.75
    radius = np.interp(part, [0.0, 0.15, 0.7, 1.0], [0.42, 0.58, 0.62, 0.72]) * (0.9 if number < 3 else 1.0)
    return np.stack([x, y, height], axis=1), radius


def _build_spine(thorax: Thorax, step: float) -> Iterator[Cloud]:
    """Build vertebrae from neck to loin, tilted by the spine's curve so that few endplates are seen on edge."""
    z, number = 17.0 * thorax.scale_z, 0
    vertebra = join_clouds(_build_vertebra(1.6, 2.1, step)).scale(0.75)
    while z > -22:
        tall, wide = (1.75 + 0.045 * number) * thorax.scale_z, 1.3 + 0.04 * number
        y = -6.0 * thorax.scale_y + 2.2 * max(0.0, (z - 6) / 11) ** 1.5
        size = np.array([wide / 1.6, wide / 1.6, tall / 2.1])
        points = vertebra.points * size @ turn_matrix((0.35 * np.sin((z - 2) / 9), 0.0, 0.0)).T
        yield Cloud((points + np.array([0.0, y, z])).astype(np.float32), vertebra.mass * np.float32(size.prod() ** 0.7))
        z -= tall + 0.42 * thorax.scale_z
        number += 1


def _build_vertebra(wide: float, tall: float, step: float) -> Iterator[Cloud]:
    """Build one vertebra with its upper endplate at the origin."""
    knots = np.linspace(0, 1, 9)
    line = np.stack([0 * knots, 0 * knots, -tall * knots], axis=1)
    waist = wide * (1 - 0.1 * np.sin(np.pi * knots))
    yield sweep_tube(line, waist, wall=0.06, step=step, flat=0.85).scale(CORTEX)
    yield fill_tube(line, waist, step=2 * step, flat=0.85).scale(MARROW)
    for height in (0.0, -tall):
        yield _fill_disc(height, wide, 0.06, step).scale(CORTEX)
    for s in (-1, 1):
        pedicle = np.array([[0.72 * s * wide, -0.8, -0.55], [0.72 * s * wide, -2.0, -0.55]])
        yield sweep_tube(pedicle, 0.42, wall=0.1, step=step).scale(CORTEX)
        yield from _bone(np.array([[0.9 * s, -2.2, -0.6], [s * (wide + 1.5), -2.9, -0.2]]), 0.34, step, cortex=0.07)
    yield from _bone(np.array([[0.0, -2.4, -1.0], [0.0, -4.2, -2.4]]), np.array([0.28, 0.4]), step, flat=0.7)


def _fill_disc(height: float, radius: float, thickness: float, step: float) -> Cloud:
    count = max(4, int(np.ceil(2 * radius / step)))
    u, v = (((np.mgrid[0:count, 0:count] + 0.5) / count) * 2 - 1).reshape(2, -1)
    inside = u**2 + v**2 < 1
    points = np.stack([u[inside] * radius, 0.85 * v[inside] * radius, np.full(inside.sum(), height)], axis=1)
    mass = np.full(len(points), np.pi * radius**2 * 0.85 * thickness / len(points), dtype=np.float32)
    return Cloud(points.astype(np.float32), mass)


def _build_girdle(thorax: Thorax, step: float) -> Iterator[Cloud]:
    wide, tall = thorax.scale_x, thorax.scale_z
    for side in SIDES:
        out = np.array([sign(side) * wide, 1.0, tall])
        clavicle = np.array(_CLAVICLE)
        yield from _bone(_smooth(clavicle) * out, np.linspace(0.78, 0.55, 40), step, cortex=0.12)
        medial = np.array([[11.2, -7.0, 9.2], [11.4, -8.2, 6.0], [12.2, -8.6, 1.8], [12.9, -8.4, -0.6]])
        lateral = np.array([[12.9, -8.4, -0.6], [14.0, -7.2, 3.2], [15.6, -4.6, 7.4], [16.4, -3.2, 9.2]])
        spine = np.array([[11.2, -7.8, 8.6], [13.6, -6.8, 10.2], [16.2, -3.8, 11.9], [17.4, -1.4, 12.4]])
        coracoid = np.array([[15.6, -2.8, 10.4], [15.0, -1.0, 11.0], [15.2, 0.4, 10.4]])
        glenoid = np.array([[16.3, -3.0, 11.0], [16.5, -3.0, 8.4]])
        yield from _bone(_smooth(medial) * out, 0.2, step, cortex=0.1)
        yield from _bone(_smooth(lateral) * out, 0.42, step, cortex=0.13)
        yield from _bone(_smooth(spine) * out, np.linspace(0.3, 0.65, 40), step, flat=0.6)
        yield from _bone(_smooth(coracoid) * out, 0.45, step)
        yield from _bone(glenoid * out, 0.45, step)
        plates = ([[11.2, -7.0, 9.2], [12.9, -8.4, -0.6], [16.2, -3.4, 9.0]],)
        for plate in plates:
            yield fill_plate(np.array(plate) * out, 0.16, step=step).scale(CORTEX)
        yield from _build_humerus(thorax, side == "left", step)


def _build_humerus(thorax: Thorax, left: bool, step: float) -> Iterator[Cloud]:
    s = 1 if left else -1
    head = np.array([s * 18.2 * thorax.scale_x, -1.8, 10.2])
    elbow = np.array([s * (20.6 * thorax.scale_x + thorax.arms), -1.8, -14.0])
    knots = np.linspace(0.04, 1, 40)
    path = head + (elbow - head) * knots[:, None]
    radius = np.interp(knots, [0.04, 0.1, 0.16, 0.3, 1.0], [2.1, 1.9, 1.5, 1.2, 1.15])
    yield cover_ball(head, 2.25, wall=0.08, step=step).scale(CORTEX)
    yield sweep_tube(path, radius, wall=np.interp(knots, [0, 0.2, 1], [0.05, 0.15, 0.3]), step=step).scale(CORTEX)
    yield fill_tube(path[:6], radius[:6], step=1.5 * step).scale(MARROW)


def _smooth(knots: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a smooth curve through the knots, shape (40, 3)."""
    from scipy.interpolate import CubicSpline

    curve = CubicSpline(np.linspace(0, 1, len(knots)), knots, bc_type="natural")
    return np.asarray(curve(np.linspace(0, 1, 40)))


__all__ = ["CORTEX", "MARROW", "build_skeleton", "trace_rib"]
