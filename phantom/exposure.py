"""From path lengths to an image: Beer–Lambert's law, scatter, quantum noise, and the scanner's processing.

Examples
--------
>>> water = np.linspace(5, 25, 64, dtype=np.float32).repeat(64).reshape(64, 64) * 0.2
>>> image = expose(water, Style(), np.random.default_rng(0), pitch=0.5)
>>> image.shape, bool(image[:8].mean() < image[-8:].mean())                   # thin is dark
((64, 64), True)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from thoracite.phantom.shapes import Array

WATER = 0.2
"""Attenuation of water and soft tissue at about 65 keV, in 1/cm (NIST XCOM: 0.193 at 70 keV, 0.206 at 60)."""


class Style(NamedTuple):
    """A scanner and its settings.

    Parameters
    ----------
    scatter : float
        Ratio of scattered to primary radiation behind the thickest part; 0.3 with a grid, 1 without.
    photons : float
        Quanta for each pixel of the open field, which set the noise.
    blur : float
        Standard deviation of focus and screen in cm.
    equalise : float
        Share of the coarse contrast that processing removes: 0 for film.
    edge : float
        Unsharp masking.
    curve : float
        Steepness of the display curve.
    shift : float
        Middle of the display curve: below 0.5 the image is bright.
    top : float
        Brightest grey.
    border : float
        Width of the collimator's shadow as a share of the image's side.
    marker : str
        Letters at the edge, such as ``L``.
    inset : tuple of float
        Place of the marker, across and down, as a share of the image's side.
    """

    scatter: float = 0.5
    photons: float = 4e4
    blur: float = 0.05
    equalise: float = 0.25
    edge: float = 0.4
    curve: float = 4.5
    shift: float = 0.55
    top: float = 0.9
    border: float = 0.0
    marker: str = ""
    inset: tuple[float, float] = (0.92, 0.08)


def draw_style(generator: np.random.Generator, *, view: str) -> Style:
    """Draw the settings of a scanner; bedside (AP) images are flatter, noisier and have no grid."""
    bedside = view == "AP"
    letters = (["L", "L", "R", ""] if not bedside else ["AP", "L", "PORT", "SUP", ""])[generator.integers(4)]
    right = letters == "R"
    return Style(
        scatter=float(generator.uniform(0.5, 1.1) if bedside else generator.uniform(0.25, 0.6)),
        photons=float(10 ** generator.uniform(4.3, 5.0) if bedside else 10 ** generator.uniform(4.8, 5.6)),
        blur=float(generator.uniform(0.05, 0.1)),
        equalise=float(generator.uniform(0.25, 0.8)),
        edge=float(generator.uniform(0.1, 0.9)),
        curve=float(generator.uniform(2.4, 4.8)),
        shift=float(generator.uniform(0.42, 0.72)),
        top=float(generator.uniform(0.74, 1.0)),
        border=float(generator.uniform(0.01, 0.05)) if generator.random() < 0.12 else 0.0,
        marker=letters,
        inset=(float(generator.uniform(0.05, 0.11) if right else generator.uniform(0.88, 0.94)),
               float(generator.uniform(0.04, 0.12))),
    )  # fmt: skip


def expose(absorption: Array, style: Style, generator: np.random.Generator, *, pitch: float) -> Array:
    """Expose an image, as radiologists view it.

    Parameters
    ----------
    absorption : ndarray, shape (height, width)
        Integral of the attenuation along each ray.
    style : Style
        Scanner settings.
    generator : numpy.random.Generator
        Generator of the noise.
    pitch : float
        Side of a pixel in cm.

    Returns
    -------
    ndarray, shape (height, width), float32, intensity in [0, 1]
        Air dark, bone bright.
    """
    primary = np.exp(-absorption)
    blurred = ndimage.gaussian_filter(primary, style.blur / pitch, mode="nearest")
    signal = blurred + _scatter(primary, absorption, style.scatter, pitch)
    noise = generator.standard_normal(signal.shape, dtype=np.float32)
    signal = np.maximum(signal + noise * np.sqrt(signal / np.float32(style.photons)), 1e-5)
    return _display(-np.log(signal), style, pitch)


def _scatter(primary: Array, absorption: Array, ratio: float, pitch: float) -> Array:
    """Add radiation scattered in the rest of the body: nearly even within some 6 cm."""
    body = 1 - np.exp(-absorption / 2)
    return np.float32(ratio) * _smooth_coarsely(primary * body + 0.012, 5.0 / pitch)


def _smooth_coarsely(image: Array, sigma: float) -> Array:
    """Smooth with a wide Gaussian, on a smaller image."""
    factor = max(1, int(sigma // 4))
    small = np.asarray(Image.fromarray(image).reduce(factor))
    small = ndimage.gaussian_filter(small, sigma / factor, mode="nearest")
    return np.asarray(Image.fromarray(small).resize(image.shape[::-1], Image.Resampling.BICUBIC))


def _display(density: Array, style: Style, pitch: float) -> Array:
    coarse = _smooth_coarsely(density, 3.0 / pitch)
    fine = density - ndimage.gaussian_filter(density, 0.35 / pitch, mode="nearest")
    density = density - style.equalise * (coarse - coarse.mean()) + style.edge * fine
    low, high = np.percentile(density[::4, ::4], (2, 88))
    level = (density - low) / max(float(high - low), 1e-3)
    image = 1 / (1 + np.exp(-style.curve * (level - style.shift)))
    floor, top = 1 / (1 + np.exp(style.curve * style.shift)), 1 / (1 + np.exp(-style.curve * (1.3 - style.shift)))
    image = np.clip((image - floor) / (top - floor) * (style.top - 0.03) + 0.03, 0, 1).astype(np.float32)
    return _mark(image, style)


def _mark(image: Array, style: Style) -> Array:
    """Draw the collimator's shadow and the marker's letters."""
    size = image.shape[0]
    if style.border:
        edge = max(1, round(style.border * size))
        image[:edge], image[-edge:], image[:, :edge], image[:, -edge:] = 0, 0, 0, 0
    if style.marker:
        picture = Image.fromarray((image * 255).astype(np.uint8))
        at = (style.inset[0] * size, style.inset[1] * size)
        ImageDraw.Draw(picture).text(at, style.marker, fill=245, anchor="mm", font=ImageFont.load_default(size * 0.045))
        image = np.maximum(image, np.asarray(picture, dtype=np.float32) / np.float32(255))
    return image


__all__ = ["WATER", "Style", "draw_style", "expose"]
