"""A thorax with its findings in front of a camera: path lengths, masks and places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from thoracite.phantom.anatomy import (
    SIDES,
    Gap,
    Side,
    Thorax,
    build_domes,
    build_gas,
    build_heart,
    build_lung,
    build_mediastinum,
    build_trunk,
    sign,
)
from thoracite.phantom.clouds import Cloud, join_clouds, project_cloud
from thoracite.phantom.deposits import Deposit, place_deposit
from thoracite.phantom.exposure import WATER
from thoracite.phantom.findings import IN_A_ZONE, Abnormality, Kind
from thoracite.phantom.shapes import (
    Array,
    Bowl,
    Camera,
    Ellipsoid,
    Rays,
    Span,
    Sweep,
    clip_span,
    measure_span,
    measure_union,
)
from thoracite.phantom.skeleton import build_skeleton
from thoracite.phantom.vessels import draw_septa, grow_vessels

Mask = NDArray[np.bool_]

_GAPS = (Gap(2.0, 1.7, 0.0), Gap(4.0, 3.8, 0.8), Gap(6.5, 6.2, 4.4))
"""Small, moderate and large pneumothorax."""
_SMALL = -12.0
"""Lowest point of the lung on a small effusion, in cm; on larger ones it lies above the dome."""


class Scene(NamedTuple):
    """The projection of a thorax.

    Parameters
    ----------
    absorption : ndarray, shape (height, width), float32
        Integral of the attenuation.
    masks : list of ndarray of bool, shape (height, width)
        One for each finding: its projection.
    diameters : list of float or None
        Diameters of nodules and masses, in cm.
    lungs : dict of str to ndarray of bool
        By side: the lung beside the heart and above the diaphragm.
    heart : ndarray of bool
        Projection of the heart.
    """

    absorption: Array
    masks: list[Mask]
    diameters: list[float | None]
    lungs: dict[Side, Mask]
    heart: Mask


class _Lung(NamedTuple):
    """One side: the pleural space, the lung in it, the filling of the rest, and shapes that keep vessels inside."""

    solid: Sweep
    dome: Ellipsoid
    bowl: Bowl | None
    aerated: Array
    fluid: Array
    air: Array
    line: Array
    mask: Mask


def alter_thorax(thorax: Thorax, abnormalities: Sequence[Abnormality]) -> Thorax:
    """Change the measures that heart disease and overinflation affect."""
    for one in abnormalities:
        if one.kind is Kind.CARDIOMEGALY:
            thorax = thorax._replace(heart=max(thorax.heart + 0.06, 0.545) + 0.055 * one.grade)
        elif one.kind is Kind.EDEMA:
            thorax = thorax._replace(vessels=thorax.vessels * (1.12 + 0.06 * one.grade))
        elif one.kind is Kind.HYPERINFLATION:
            drop = 1.8 + 0.8 * one.grade
            thorax = thorax._replace(
                dome_right=thorax.dome_right - drop,
                dome_left=thorax.dome_left - drop,
                flatness=2.4 - 0.5 * one.grade,
                lung=thorax.lung * (0.82 - 0.09 * one.grade),
                heart=thorax.heart * (0.92 - 0.03 * one.grade),
                scale_y=thorax.scale_y * 1.06,
                vessels=thorax.vessels * 0.85,
            )
    return thorax


def render_scene(
    thorax: Thorax, abnormalities: Sequence[Abnormality], camera: Camera, generators: Sequence[np.random.Generator]
) -> Scene:
    """Project a thorax.

    Parameters
    ----------
    thorax : Thorax
        The thorax without findings.
    abnormalities : sequence of Abnormality
        Findings to draw.
    camera : Camera
        Focus and detector.
    generators : two numpy.random.Generator
        For vessels and texture, and for the findings, so that the same chest can be drawn with and without them.
    """
    growth, chance = generators
    thorax = alter_thorax(thorax, abnormalities)
    rays, step, room = camera.cast_rays(), 0.55 * camera.pitch, 1 - thorax.lung
    heart = [solid.cut(rays) for solid in build_heart(thorax)]
    inner = heart + [solid.cut(rays) for solid in build_mediastinum(thorax)]
    lungs = {side: _render_lung(thorax, side, abnormalities, rays, inner) for side in SIDES}
    deposits = [place_deposit(one, thorax, camera, chance) for one in abnormalities]
    water = measure_union([solid.cut(rays) for solid in build_trunk(thorax)])
    water -= measure_union([solid.cut(rays) for solid in build_gas(thorax)])
    texture = _draw_texture(growth, camera)
    shown: dict[int, Array] = {}
    for side, lung in lungs.items():
        water -= lung.aerated * (1 - thorax.lung * texture) + lung.air - lung.line
        lines = _draw_lines(thorax, side, abnormalities, generators, step)
        water += room * project_cloud(_keep_inside(lines, lung), camera)
        for number, deposit in enumerate(deposits):
            if deposit is not None and side in deposit.sides:
                added = _fit(deposit, lung.aerated * room)
                shown[number] = shown.get(number, 0) + added
                water += added
    bones = project_cloud(build_skeleton(thorax, step=step), camera)
    return Scene(
        absorption=(WATER * np.maximum(water, 0) + bones).astype(np.float32),
        masks=[_mask(one, lungs, heart, shown.get(number), camera) for number, one in enumerate(abnormalities)],
        diameters=[None if deposit is None else deposit.diameter for deposit in deposits],
        lungs={side: lung.mask for side, lung in lungs.items()},
        heart=_hit(heart),
    )


def _draw_lines(
    thorax: Thorax,
    side: Side,
    abnormalities: Sequence[Abnormality],
    generators: Sequence[np.random.Generator],
    step: float,
) -> Cloud:
    """Draw vessels, and with oedema also Kerley lines and wide upper vessels."""
    growth, chance = generators
    soaked = next((one.grade for one in abnormalities if one.kind is Kind.EDEMA), None)
    if soaked is None:
        return grow_vessels(thorax, side, growth, step=step)
    vessels = grow_vessels(thorax, side, growth, step=step, uplift=0.2 + 0.15 * soaked)
    return join_clouds([vessels, draw_septa(thorax, side, chance, number=8 + 8 * soaked, step=step)])


def _render_lung(
    thorax: Thorax, side: Side, abnormalities: Sequence[Abnormality], rays: Rays, inner: Sequence[Span]
) -> _Lung:
    solid, dome, bowl, line = build_lung(thorax, side), build_domes(thorax)[side], None, None
    cavity, under = solid.cut(rays), dome.cut(rays)
    holes = [*inner, under]
    free = aerated = _measure_clear(cavity, cavity, holes)
    for one in abnormalities:
        if one.side == side and one.kind is Kind.PNEUMOTHORAX:
            solid = build_lung(thorax, side, gap=_GAPS[one.grade])
            aerated = _measure_clear(solid.cut(rays), cavity, holes)
            pleura = build_lung(thorax, side, gap=_GAPS[one.grade], grow=0.06)
            line = np.maximum(_measure_clear(pleura.cut(rays), cavity, holes) - aerated, 0)
        elif one.side == side and one.kind is Kind.EFFUSION:
            level = _SMALL if one.grade == 0 else thorax.dome_left + 4 * one.grade - 3.6
            bowl = Bowl((sign(side) * 4.4 * thorax.scale_x, 0.8, level), (0.1, 0.03))
            aerated = _measure_clear(bowl.cut(rays), cavity, holes)
    rest = np.maximum(free - aerated, 0)
    mask = (measure_span(cavity) > 0.6) & (measure_span(under) <= 0) & ~_hit(inner)
    air = rest if bowl is None else np.zeros_like(rest)
    return _Lung(solid, dome, bowl, aerated, rest - air, air, np.zeros_like(rest) if line is None else line, mask)


def _measure_clear(span: Span, within: Span, holes: Sequence[Span]) -> Array:
    """Return the length within both solids and outside every hole."""
    both = clip_span(span, within)
    return measure_span(both) - measure_union(holes, both)


def _keep_inside(cloud: Cloud, lung: _Lung) -> Cloud:
    inside = lung.solid.holds(cloud.points) & ~lung.dome.holds(cloud.points)
    if lung.bowl is not None:
        inside &= lung.bowl.holds(cloud.points)
    return cloud.keep(inside)


def _fit(deposit: Deposit, room: Array) -> Array:
    """Limit a deposit to the space in the lung along each ray."""
    if deposit.sharp:
        return np.minimum(deposit.water, room)
    soaked: Array = room * (1 - np.exp(-deposit.water / np.maximum(room, 0.2)))
    return soaked


def _draw_texture(generator: np.random.Generator, camera: Camera) -> Array:
    """Draw uneven aeration: a factor near 1, shape (height, width), coarse and fine."""
    texture = np.ones((camera.size, camera.size), dtype=np.float32)
    for scale, depth in ((2.5, 0.06), (0.7, 0.05), (0.25, 0.05)):
        cells = max(4, round(camera.field / scale))
        noise = generator.standard_normal((cells, cells)).astype(np.float32)
        zoomed = ndimage.zoom(noise, camera.size / cells, order=1 if scale < 1 else 3, mode="nearest")
        texture += depth * zoomed[: camera.size, : camera.size]
    return texture


def _hit(spans: Sequence[Span]) -> Mask:
    hit: Mask = np.any([span.far > span.near for span in spans], axis=0)
    return hit


def _mask(
    one: Abnormality, lungs: dict[Side, _Lung], heart: Sequence[Span], shown: Array | None, camera: Camera
) -> Mask:
    """Return the mask of a finding."""
    seen = lungs["left"].mask | lungs["right"].mask
    if one.kind is Kind.CARDIOMEGALY:
        return _hit(heart)
    if one.kind is Kind.HYPERINFLATION:
        return seen
    if one.side is not None and one.kind is Kind.EFFUSION:
        return (lungs[one.side].fluid > 0.8) & seen
    if one.side is not None and one.kind is Kind.PNEUMOTHORAX:
        return _find_free_air(lungs[one.side])
    if shown is None:
        raise ValueError(f"{one.kind.value} left no trace")
    smooth = ndimage.gaussian_filter(shown, (0.1 if one.kind in IN_A_ZONE else 0.5) / camera.pitch)
    mask: Mask = smooth > max(0.1, 0.3 * float(smooth.max()))
    return mask


def _find_free_air(lung: _Lung) -> Mask:
    """Return air beside the lung; in front of it and behind it air is not visible."""
    free: Mask = lung.mask & (lung.air > 1.0) & (lung.aerated < 0.5 * lung.air)
    return free


__all__ = ["Scene", "alter_thorax", "render_scene"]
