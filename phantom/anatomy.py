"""The thorax: its measures, drawn from a seed, and the solids built from them.

Lengths are in cm; z = 0 lies at the hila. Measures follow textbooks' means for adults: a chest 26 to 31 cm wide inside
the ribs, a cardiothoracic ratio of 0.40 to 0.49, the right dome higher than the left, soft tissue of 2 to 6 cm.

Examples
--------
>>> thorax = draw_thorax(np.random.default_rng(0))
>>> 0.38 < thorax.heart < 0.5, thorax.dome_right > thorax.dome_left
(True, True)
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from thoracite.phantom.shapes import Ellipsoid, Solid, Sweep

Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("right", "left")

LUNG_TOP = 13.0
"""Height of the apices above the hila, before the body's size is applied."""

_LUNG_LEVELS = np.array([-18.5, -17.0, -14.5, -11.0, -8.0, -4.0, 0.0, 4.0, 7.0, 9.5, 11.3, 12.4, 12.85, LUNG_TOP])
_LUNG_OUTER = np.array([11.6, 12.5, 13.0, 13.4, 13.5, 13.3, 12.9, 12.0, 10.9, 9.5, 8.0, 6.5, 5.4, 4.3])
_LUNG_INNER = np.array([6.0, 2.5, 0.8, 0.2, 0.0, 0.0, 0.1, 0.3, 0.6, 0.9, 1.3, 2.0, 2.8, 3.9])
_LUNG_DEPTH = np.array([0.2, 3.6, 7.2, 8.4, 8.7, 8.5, 7.9, 6.9, 5.6, 4.3, 3.1, 2.0, 1.2, 0.3])
_LUNG_FRONT = np.array([-4.6, -3.6, -1.8, -0.7, -0.2, 0.2, 0.2, -0.2, -0.9, -1.8, -2.6, -3.1, -3.2, -3.3])

_BODY_LEVELS = np.array([-30.0, -16.0, -8.0, 0.0, 4.0, 8.0, 10.5, 12.0, 13.5, 14.8, 16.5, 19.0, 24.0])
_BODY_WIDTH = np.array([15.6, 15.2, 15.7, 16.2, 17.0, 17.8, 17.6, 16.6, 13.6, 9.6, 6.9, 6.1, 6.3])
_BODY_DEPTH = np.array([10.6, 10.8, 11.0, 10.6, 10.0, 9.2, 8.4, 7.8, 7.2, 6.6, 6.2, 6.2, 6.8])
_BODY_FRONT = np.array([-0.4, -0.4, -0.4, -0.6, -1.0, -1.6, -2.2, -2.6, -2.9, -3.0, -2.8, -2.4, -2.0])


class Thorax(NamedTuple):
    """Measures of one person.

    Parameters
    ----------
    scale_x, scale_y, scale_z : float
        Width, depth and height of the chest, 1 for the mean.
    fat : float
        Soft tissue added around the trunk, in cm.
    breast : float
        Radius of the breasts in cm; 0 for none.
    heart : float
        Cardiothoracic ratio.
    dome_right, dome_left : float
        Height of the diaphragm's domes in cm.
    flatness : float
        Half height of a dome in cm; small where the lungs are overinflated.
    knob : float
        Radius of the aortic arch in cm.
    arms : float
        Distance of the arms from the trunk in cm.
    gas : float
        Radius of the stomach's bubble in cm; 0 for none.
    lung : float
        Density of aerated lung over that of water.
    vessels : float
        Calibre of the lung vessels, 1 for the mean.
    bone : float
        Mineral, 1 for the mean.
    """

    scale_x: float = 1.0
    scale_y: float = 1.0
    scale_z: float = 1.0
    fat: float = 0.6
    breast: float = 0.0
    heart: float = 0.45
    dome_right: float = -7.2
    dome_left: float = -8.4
    flatness: float = 5.6
    knob: float = 1.9
    arms: float = 3.0
    gas: float = 2.2
    lung: float = 0.26
    vessels: float = 1.0
    bone: float = 1.0

    @property
    def chest(self) -> float:
        """Return the largest inner width of the rib cage, in cm."""
        return 2 * float(_LUNG_OUTER.max()) * self.scale_x


def draw_thorax(generator: np.random.Generator, *, upright: bool = True) -> Thorax:
    """Draw an adult, thin or obese, man or woman, without disease.

    Parameters
    ----------
    generator : numpy.random.Generator
        Generator of random numbers.
    upright : bool
        Whether the person stands and breathes in deeply; in bed the diaphragm is higher.
    """
    female = generator.random() < 0.48
    size = generator.normal(0.955 if female else 1.03, 0.035)
    fat = float(np.clip(generator.gamma(2.0, 0.75), 0.1, 5.0))
    right = generator.normal(-7.6, 0.9) + (0.0 if upright else 1.3)
    return Thorax(
        scale_x=float(size * generator.normal(1.0, 0.03)),
        scale_y=float(size * generator.normal(1.0, 0.05)),
        scale_z=float(size * generator.normal(1.0, 0.03)),
        fat=fat,
        breast=float(generator.uniform(3.8, 5.6) + 0.35 * fat) if female else 0.0,
        heart=float(np.clip(generator.normal(0.445, 0.022), 0.395, 0.485)),
        dome_right=float(right),
        dome_left=float(right - generator.uniform(0.5, 1.8)),
        flatness=float(generator.normal(5.6, 0.5)),
        knob=float(generator.uniform(1.6, 2.3)),
        arms=float(generator.uniform(1.5, 7.0)),
        gas=float(generator.uniform(1.4, 3.2)) if generator.random() < 0.7 else 0.0,
        lung=float(generator.normal(0.24, 0.02)),
        vessels=float(generator.normal(1.0, 0.08)),
        bone=float(generator.normal(1.0, 0.12)),
    )


def sign(side: Side) -> int:
    """Return the sign of x on a side: the patient's left is positive."""
    return 1 if side == "left" else -1


class Gap(NamedTuple):
    """Distance of a lung from the chest wall.

    Parameters
    ----------
    top, upper, lower : float
        In cm, at least 0: at the top, at the side near the top, and near the base.
    """

    top: float = 0.0
    upper: float = 0.0
    lower: float = 0.0


def build_lung(thorax: Thorax, side: Side, *, gap: Gap = Gap(), grow: float = 0.0) -> Sweep:  # noqa: B008 - immutable
    """Build the pleural cavity of one side, before heart and diaphragm are subtracted; or the lung detached from it.

    Parameters
    ----------
    thorax : Thorax
        Measures of the person.
    side : str
        ``left`` or ``right``, as the patient's.
    gap : Gap
        Space between lung and chest wall.
    grow : float
        Margin on every side in cm, for the thickness of a pleura.
    """
    part = np.clip((_LUNG_LEVELS + 10) / (LUNG_TOP + 10), 0, 1)  # from the base to the apex
    room = gap.lower + (gap.upper - gap.lower) * part**1.5
    outer, inner = _LUNG_OUTER - room / thorax.scale_x, _LUNG_INNER + 0.25 * gap.top * part**4
    outer = np.maximum(outer, inner + 0.4)
    depth = np.maximum(_LUNG_DEPTH * (1 - 0.5 * room / 13), 0.2)
    levels = _LUNG_LEVELS * thorax.scale_z
    levels = np.where(levels > 0, levels * (1 - gap.top / levels[-1]), levels)
    levels[-1] += grow
    profile = np.stack(
        [
            sign(side) * (outer + inner) / 2 * thorax.scale_x,
            _LUNG_FRONT * thorax.scale_y,
            (outer - inner) / 2 * thorax.scale_x + grow,
            depth * thorax.scale_y + grow,
        ],
        axis=1,
    )
    return Sweep(levels.astype(np.float32), profile.astype(np.float32))


def find_outer_wall(thorax: Thorax, heights: np.ndarray) -> np.ndarray:
    """Return the distance of the lungs' outer border from the middle at heights in cm."""
    return np.asarray(np.interp(heights, _LUNG_LEVELS * thorax.scale_z, _LUNG_OUTER * thorax.scale_x))


def find_depth(thorax: Thorax, heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return middle and half depth of the rib cage at heights in cm."""
    levels = _LUNG_LEVELS * thorax.scale_z
    middle = np.interp(heights, levels, _LUNG_FRONT * thorax.scale_y)
    return middle, np.interp(heights, levels, _LUNG_DEPTH * thorax.scale_y)


def build_trunk(thorax: Thorax) -> list[Solid]:
    """Build trunk, neck, arms, shoulders and breasts."""
    muscle = np.interp(_BODY_LEVELS, [-16, 0, 12, 16], [1.0, 1.0, 0.7, 0.35])
    profile = np.stack(
        [
            np.zeros_like(_BODY_LEVELS),
            _BODY_FRONT,
            _BODY_WIDTH * thorax.scale_x + thorax.fat * muscle,
            _BODY_DEPTH * thorax.scale_y + 0.9 * thorax.fat * muscle,
        ],
        axis=1,
    )
    trunk = Sweep((_BODY_LEVELS * thorax.scale_z).astype(np.float32), profile.astype(np.float32))
    solids: list[Solid] = [trunk]
    for side in SIDES:
        s, wide, thick = sign(side), thorax.scale_x, 0.5 * thorax.fat
        reach = 17.2 * wide + thick
        solids += [
            Ellipsoid((s * 16.2 * wide, -2.0, 9.2), (5.2 + thick, 5.0 + thick, 5.4 + thick)),
            Ellipsoid(
                (s * (reach + 2.5 + 0.5 * thorax.arms), -2.0, -2.0),
                (4.6 + thick, 4.6 + thick, 17.0),
                (0.0, -s * float(np.arctan2(thorax.arms, 17.0)), 0.0),
            ),
        ]
        if thorax.breast:
            r, place = thorax.breast, (s * 7.4 * wide, 7.2 * thorax.scale_y + 0.6 * thick, -4.6)
            solids.append(
                Ellipsoid(place, (1.12 * r, 0.62 * r, 1.4 * r), (0.42, 0.0, 0.0))
            )  # only its lower edge stands out
    return solids


def build_heart(thorax: Thorax) -> list[Solid]:
    """Build the heart from ellipsoids that rest on the dome: left of the sternum, right atrium, outflow."""
    width = thorax.heart * thorax.chest
    right = 0.33 * width  # of the transverse diameter, the part right of the middle
    left, grow = width - right, width / 12.2
    deep = min(grow, 1.25)
    floor = max(min(thorax.dome_left, thorax.dome_right - 0.8), -10.0)  # flat domes leave the heart hanging
    return [
        Ellipsoid((left - 5.5 * grow, 2.4, floor + 3.4 * deep), (6.9 * grow, 4.9 * deep, 4.3 * deep), (0.0, 0.62, 0.0)),
        Ellipsoid((-(right - 3.2 * grow), 1.2, floor + 4.4), (3.2 * grow, 3.6, 5.2 * deep)),
        Ellipsoid((1.7, 2.0, -0.6), (3.3, 3.4, 4.2), (0.0, 0.45, 0.0)),
    ]


def build_mediastinum(thorax: Thorax) -> list[Solid]:
    """Build the great vessels, the spine, and the other organs between the lungs from neck to diaphragm."""
    knob = thorax.knob
    return [
        _stack(thorax, [-20, -10, -4, 0, 4, 7, 10, 12, 15], width=[1.2, 1.2, 1.6, 2.1, 2.3, 2.3, 2.4, 2.7, 3.6], y=-1.2,
               depth=[4.0, 4.0, 4.6, 5.2, 5.4, 5.0, 4.6, 4.6, 5.0]),
        _stack(thorax, [-20, -10, 0, 6, 10, 15], width=[2.2, 2.0, 1.8, 1.6, 1.6, 2.0], y=-6.6,
               depth=[3.0, 3.0, 2.8, 2.6, 3.2, 4.0]),
        Ellipsoid((-2.0, 0.6, 4.2), (1.15, 1.5, 6.6), (0.0, 0.04, 0.0)),  # superior vena cava
        Ellipsoid((3.5 - knob, -1.8, 4.6), (knob, 3.8, 1.25 * knob), (0.0, 0.3, 0.0)),  # aortic arch
        Ellipsoid((1.9, -5.2, -5.0), (1.25, 1.3, 13.0), (0.0, -0.05, 0.0)),  # descending aorta
        Ellipsoid((1.9, 1.4, 1.4), (1.9, 2.6, 3.0), (0.0, 0.4, 0.0)),  # pulmonary trunk
    ]  # fmt: skip


def _stack(thorax: Thorax, levels: list[float], *, width: list[float], y: float, depth: list[float]) -> Sweep:
    """Build a sweep in the middle of the body."""
    middle = np.zeros(len(levels))
    profile = np.stack([middle, middle + y * thorax.scale_y, np.array(width), np.array(depth)], axis=1)
    return Sweep((np.array(levels) * thorax.scale_z).astype(np.float32), profile.astype(np.float32))


def build_domes(thorax: Thorax) -> dict[Side, Ellipsoid]:
    """Build liver and stomach under the diaphragm, higher in front than behind."""
    half = thorax.flatness
    return {
        side: Ellipsoid(
            (sign(side) * 5.9 * thorax.scale_x, 2.0, top - half - 3.0),
            (8.4 * thorax.scale_x, 10.6 * thorax.scale_y, half + 3.0),
            (0.16, 0.0, 0.0),
        )
        for side, top in zip(SIDES, (thorax.dome_right, thorax.dome_left), strict=True)
    }


def build_gas(thorax: Thorax) -> list[Solid]:
    """Build the air outside the lungs: windpipe and stomach."""
    solids: list[Solid] = [
        Ellipsoid((-0.2, -2.4, 10.5), (0.85, 0.8, 7.4), (0.1, 0.02, 0.0)),
        Ellipsoid((-1.6, -2.6, 2.6), (0.62, 0.6, 2.6), (0.0, 0.55, 0.0)),
        Ellipsoid((1.9, -2.6, 2.4), (0.55, 0.55, 3.0), (0.0, -0.85, 0.0)),
    ]
    if thorax.gas:
        g = thorax.gas
        solids.append(Ellipsoid((5.6, 3.0, thorax.dome_left - 0.6 - 0.75 * g), (1.5 * g, 1.1 * g, 0.75 * g)))
    return solids


__all__ = [
    "LUNG_TOP",
    "SIDES",
    "Gap",
    "Side",
    "Thorax",
    "build_domes",
    "build_gas",
    "build_heart",
    "build_lung",
    "build_mediastinum",
    "build_trunk",
    "draw_thorax",
    "find_depth",
    "find_outer_wall",
    "sign",
]
