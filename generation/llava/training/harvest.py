"""Reading of the images that a generator is trained on: each one once, kept, and read on where a run was stopped."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from thoracite.generation.llava.seeing import see
from thoracite.generation.llava.training.kept import Kept, write_kept
from thoracite.phantom.phantom import draw_phantom
from thoracite.progress import Progress, tell_nobody
from thoracite.types import Evidence, Finding, View
from thoracite.vision.image import Pixels, Radiograph
from thoracite.vision.mini.framing import shrink_pixels
from thoracite.vision.training.cases import Case, read_labelled

if TYPE_CHECKING:
    from thoracite.vision.mini.encoder import MiniEncoder

PHANTOMS = 700_000
"""First seed of the phantoms that generators are trained on; no example, test or other training draws from here."""

_EACH = 6
"""One phantom after so many real images, less one."""

Bytes = npt.NDArray[np.uint8]

Search = Callable[[Sequence[Finding], View], tuple[Sequence[Finding], Sequence[Evidence]]]
"""Findings and view → findings and evidence: a retriever's search, which this room does not know."""


class Source(NamedTuple):
    """An image that is to be read.

    Parameters
    ----------
    name : str
        Name of what is kept of it.
    case : Case or None
        A real image; None for a phantom.
    seed : int
        Seed of the phantom.
    """

    name: str
    case: Case | None
    seed: int = 0


def list_sources(data: Path | None, *, images: int, seed: int = 0) -> list[Source]:
    """List images in the order in which they are read: a phantom after every five real ones, locked patients never.

    Parameters
    ----------
    data : Path or None
        Folder with the manifests; phantoms alone unless given.
    images : int
        Number of images.
    seed : int
        Seed of the order; no patient stands twice before each stood once.

    Raises
    ------
    InputError
        If the manifest is missing.
    """
    cases = [] if data is None else _order([case for case in read_labelled(data) if not case.locked], seed)
    sources: list[Source] = []
    for number in range(images):
        phantom = not cases or number % _EACH == _EACH - 1
        case = None if phantom else cases.pop()
        name = f"phantom_{PHANTOMS + number}" if case is None else f"{case.source}_{case.path.stem}"
        sources.append(Source(name, case, PHANTOMS + number))
    return sources


def _order(cases: Sequence[Case], seed: int) -> list[Case]:
    """Order cases so that popping them gives every patient once before any twice."""
    drawn = sorted(cases, key=lambda case: str(case.path))
    random.Random(seed).shuffle(drawn)  # noqa: S311 - an order, not a secret
    seen: dict[str, int] = {}
    turns = []
    for case in drawn:
        seen[case.group] = seen.get(case.group, 0) + 1
        turns.append(seen[case.group])
    return [drawn[place] for place in sorted(range(len(drawn)), key=lambda place: -turns[place])]


def harvest(
    sources: Iterable[Source], folder: Path, *, encoder: MiniEncoder, search: Search, progress: Progress = tell_nobody
) -> int:
    """Read images and keep what they show; those that are kept are not read again.

    Parameters
    ----------
    sources : iterable of Source
        The images.
    folder : Path
        Folder of what is kept, made where it is missing.
    encoder : MiniEncoder
        The bundled encoder.
    search : callable
        Finds the evidence of findings.
    progress : Progress
        Told after each image.

    Returns
    -------
    int
        Number of images that were accepted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    listed = list(sources)
    accepted = 0
    for number, source in enumerate(listed, 1):
        refused = folder / f"{source.name}.refused"
        if not (folder / f"{source.name}.npz").exists() and not refused.exists():
            kept = _read(source, encoder, search)
            if kept is None:
                refused.touch()
            else:
                write_kept(kept, folder)
        accepted += not refused.exists()
        progress("images", number, len(listed))
    return accepted


def _read(source: Source, encoder: MiniEncoder, search: Search) -> Kept | None:
    pixels, gold = _load(source)
    seen = see(encoder, Radiograph(pixels.astype(np.float32) / np.float32(255)))
    if not seen.reading.accepted:
        return None
    findings, evidence = search(seen.findings, seen.reading.view)
    return Kept(source.name, pixels, seen.maps, seen.logits, tuple(findings), tuple(evidence), gold)


def _load(source: Source) -> tuple[Bytes, str]:
    if source.case is None:
        phantom = draw_phantom(source.seed, size=128)
        return shrink(phantom.image.astype(np.float32)), phantom.gold.report
    with Image.open(source.case.path) as image:
        return shrink(np.asarray(image.convert("L"), dtype=np.float32) / np.float32(255)), ""


def shrink(pixels: Pixels) -> Bytes:
    """Shrink a radiograph as the encoder does, to grey values of 8 bits."""
    small: Bytes = np.rint(255 * np.clip(shrink_pixels(pixels.astype(np.float32)), 0, 1)).astype(np.uint8)
    return small


def list_kept(folder: Path) -> Iterator[Path]:
    """List the files of images that are kept, in order of their names."""
    yield from sorted(folder.glob("*.npz"))


__all__ = ["PHANTOMS", "Search", "Source", "harvest", "list_kept", "list_sources", "shrink"]
