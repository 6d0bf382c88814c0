"""Phantoms: an image with its findings, masks and report.

Examples
--------
>>> from thoracite.phantom.findings import Abnormality, Kind
>>> phantom = draw_phantom(3, abnormalities=[Abnormality(kind=Kind.EFFUSION, side="left")], size=96)
>>> phantom.image.shape, phantom.findings[0].entity.label, phantom.findings[0].box[0] > 48
((96, 96), 'pleural effusion', True)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from thoracite.errors import UsageError
from thoracite.files import replace_file, write_text
from thoracite.phantom.anatomy import Side, draw_thorax
from thoracite.phantom.exposure import draw_style, expose
from thoracite.phantom.findings import Abnormality, Severity, Zone, check_abnormalities, draw_abnormalities
from thoracite.phantom.report import Gold, find_concept, write_gold
from thoracite.phantom.scene import Mask, Scene, render_scene
from thoracite.phantom.shapes import Array, Camera
from thoracite.progress import Progress, tell_nobody
from thoracite.types import Entity, Noun

View = Literal["PA", "AP"]
Box = tuple[int, int, int, int]


class PhantomFinding(Noun):
    """A finding of a phantom with its place.

    Parameters
    ----------
    entity : Entity
        The graph's concept.
    side, zone, severity : str or None
        As drawn; sides as the patient's, so that a left finding is on the image's right.
    box : tuple of int
        x0, y0, x1, y1 in pixels from the top left corner, of the projected finding; the ends are outside.
    diameter_mm : float or None
        Diameter of a nodule or mass.
    """

    entity: Entity
    side: Side | None
    zone: Zone | None
    severity: Severity
    box: Box
    diameter_mm: float | None = None


class Phantom(NamedTuple):
    """A synthetic chest radiograph with its ground truth.

    Parameters
    ----------
    image : ndarray, shape (size, size), float32, intensity in [0, 1]
        Air dark, bone bright.
    findings : tuple of PhantomFinding
        The drawn findings.
    masks : tuple of ndarray of bool, shape (size, size)
        One for each finding.
    lungs : dict of str to ndarray of bool
        ``left`` and ``right``: lung beside the heart and above the diaphragm.
    heart : ndarray of bool
        The heart's projection.
    gold : Gold
        Report, triples, present and absent findings.
    view : str
        ``PA`` or ``AP``.
    seed : int
        Seed that draws it again.
    """

    image: Array
    findings: tuple[PhantomFinding, ...]
    masks: tuple[Mask, ...]
    lungs: dict[Side, Mask]
    heart: Mask
    gold: Gold
    view: View
    seed: int


def draw_phantom(
    seed: int,
    *,
    abnormalities: Sequence[Abnormality] | None = None,
    size: int = 256,
    view: View | None = None,
) -> Phantom:
    """Draw a chest radiograph; the same arguments give the same pixels.

    Parameters
    ----------
    seed : int
        Seed of person, camera, scanner, findings and noise, each with its own stream: the same seed gives the same
        person with and without findings.
    abnormalities : sequence of Abnormality or None
        Findings to draw; random unless given, none for ``()``.
    size : int
        Side in pixels, at least 32.
    view : str or None
        ``PA`` or ``AP``; random unless given.

    Raises
    ------
    UsageError
        If the size is too small, or the findings exclude each other.
    """
    if size < 32 or seed < 0:
        raise UsageError(f"a phantom of {size} pixels from seed {seed} cannot be drawn; expected at least 32 and 0")
    person, _, optics, growth, chance, noise = _spawn(seed)
    lot_view: View = "AP" if optics.random() < 0.3 else "PA"
    drawn_view = view or lot_view
    chosen = choose_abnormalities(seed) if abnormalities is None else tuple(abnormalities)
    check_abnormalities(chosen)
    thorax = draw_thorax(person, upright=drawn_view == "PA")
    camera = _draw_camera(optics, drawn_view, size, thorax.chest)
    style = draw_style(optics, view=drawn_view)
    scene = render_scene(thorax, chosen, camera, (growth, chance))
    return Phantom(
        image=expose(scene.absorption, style, noise, pitch=camera.pitch),
        findings=tuple(_list_findings(chosen, scene)),
        masks=tuple(scene.masks),
        lungs=scene.lungs,
        heart=scene.heart,
        gold=write_gold(chosen, scene.diameters),
        view=drawn_view,
        seed=seed,
    )


def choose_abnormalities(seed: int) -> tuple[Abnormality, ...]:
    """Return the random findings of :func:`draw_phantom`, without drawing them.

    Parameters
    ----------
    seed : int
        Seed of the phantom, at least 0.

    Examples
    --------
    >>> drawn = draw_phantom(4, size=64).findings
    >>> [one.kind.value for one in choose_abnormalities(4)] == [finding.entity.label for finding in drawn]
    True
    """
    return draw_abnormalities(_spawn(seed)[1])


def _spawn(seed: int) -> list[np.random.Generator]:
    """Return the streams of person, findings, optics, growth, chance and noise."""
    return [np.random.default_rng(stream) for stream in np.random.SeedSequence(seed).spawn(6)]


def _list_findings(chosen: Sequence[Abnormality], scene: Scene) -> Iterator[PhantomFinding]:
    for one, mask, diameter in zip(chosen, scene.masks, scene.diameters, strict=True):
        yield PhantomFinding(
            entity=find_concept(one.kind.value),
            side=one.side,
            zone=one.zone,
            severity=one.severity,
            box=find_box(mask),
            diameter_mm=round(10 * diameter, 1) if diameter else None,
        )


def _draw_camera(generator: np.random.Generator, view: View, size: int, chest: float) -> Camera:
    field = float(np.clip(chest * generator.uniform(1.34, 1.7), 34.0, 45.0))
    back = view == "PA"
    distance = float(generator.uniform(150, 183) if back else generator.uniform(95, 125))
    aside, above = generator.normal(0, 4.0 if back else 7.0), generator.normal(0, 4.0) + (0 if back else 6.0)
    return Camera(
        size=size,
        field=field,
        focus=(float(aside), -distance if back else distance, float(above)),
        plate=15.0 if back else -15.0,
        aim=(float(generator.normal(0, 1.0)), float(generator.normal(-0.8, 1.4))),
        roll=float(generator.normal(0, 0.03)),
    )


def find_box(mask: Mask) -> Box:
    """Return the smallest box round a mask: x0, y0, x1, y1, ends outside.

    Examples
    --------
    >>> mask = np.zeros((4, 5), dtype=bool)
    >>> mask[1, 2:4] = True
    >>> find_box(mask)
    (2, 1, 4, 2)
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return (0, 0, 0, 0)
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def write_phantoms(
    folder: Path, *, number: int = 10, seed: int = 0, size: int = 256, progress: Progress = tell_nobody
) -> list[Path]:
    """Write phantoms: images marked SYNTHETIC, masks, and ``phantoms.jsonl`` with the truth, one line for each image.

    Parameters
    ----------
    folder : Path
        Made if missing; masks go into ``masks`` below it.
    number : int
        Number of phantoms, at least 1; phantom ``n`` has the seed ``seed + n``.
    seed : int
        Seed of the first phantom.
    size : int
        Side in pixels.
    progress : Progress
        Told the phantoms written.

    Returns
    -------
    list of Path
        The images.

    Raises
    ------
    UsageError
        If there is nothing to draw or the folder cannot be written.
    """
    if number < 1:
        raise UsageError(f"{number} phantoms cannot be written; expected at least 1")
    paths, lines = [], []
    try:
        (folder / "masks").mkdir(parents=True, exist_ok=True)
        for each in range(seed, seed + number):
            phantom = draw_phantom(each, size=size)
            path = folder / f"phantom_{each:05}.png"
            _save(render_picture(phantom), path)
            lines.append(json.dumps(describe_phantom(phantom, path.name, _write_masks(phantom, folder, path.stem))))
            paths.append(path)
            progress("phantoms", len(paths), number)
        write_text(folder / "phantoms.jsonl", "\n".join(lines) + "\n")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}; name a folder that can") from error
    return paths


def render_picture(phantom: Phantom) -> Image.Image:
    """Render the image in 8 bits, with the word SYNTHETIC in the lower left corner."""
    picture = Image.fromarray(np.round(phantom.image * 255).astype(np.uint8))
    size = picture.width
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(max(8, size * 0.032))
    at = (size * 0.02, size * 0.98)
    draw.text(at, "SYNTHETIC", fill=255, anchor="ls", font=font, stroke_width=max(1, size // 256), stroke_fill=0)
    return picture


def describe_phantom(phantom: Phantom, image: str, masks: dict[str, str]) -> dict[str, Any]:
    """Return a phantom's line of ``phantoms.jsonl``.

    Parameters
    ----------
    phantom : Phantom
        The phantom.
    image : str
        File name of its image.
    masks : dict of str to str
        File names of its masks, by the name of the structure.
    """
    return {
        "image": image,
        "synthetic": True,
        "seed": phantom.seed,
        "size": phantom.image.shape[0],
        "view": phantom.view,
        "findings": [finding.model_dump(mode="json") for finding in phantom.findings],
        "present": [entity.id for entity in phantom.gold.present],
        "absent": [entity.id for entity in phantom.gold.absent],
        "triples": phantom.gold.triples,
        "report": phantom.gold.report,
        "masks": masks,
    }


def _write_masks(phantom: Phantom, folder: Path, stem: str) -> dict[str, str]:
    shown = {f"{side} lung": mask for side, mask in phantom.lungs.items()} | {"heart": phantom.heart}
    for number, (finding, mask) in enumerate(zip(phantom.findings, phantom.masks, strict=True), 1):
        shown[f"{number} {finding.entity.label}"] = mask
    names = {}
    for name, mask in shown.items():
        names[name] = f"masks/{stem}_{name.replace(' ', '_')}.png"
        _save(Image.fromarray(mask.astype(np.uint8) * 255), folder / names[name])
    return names


def _save(image: Image.Image, path: Path) -> None:
    with replace_file(path, binary=True) as file:
        image.save(file, format="PNG")


__all__ = [
    "Box",
    "Phantom",
    "PhantomFinding",
    "View",
    "describe_phantom",
    "draw_phantom",
    "find_box",
    "render_picture",
    "write_phantoms",
]
