"""What is kept of an image for training: the tower's maps, the findings, and the evidence, without drawings.

One compressed file an image, renamed into place when complete, so that an interrupted run goes on where it was.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.files import replace_file
from thoracite.types import Evidence, Finding, SignScore


class Kept(NamedTuple):
    """One image as it is kept.

    Parameters
    ----------
    name : str
        Name of the image.
    pixels : ndarray, shape (height, width), uint8
        As the encoder sees it, the longer side at most 128 pixels.
    maps : ndarray, shape (2, 1280, 3, 3), float16
        The tower's maps of the whole and of the chest, in thirds.
    logits : ndarray, shape (18,), float32
        The network's.
    findings : tuple of Finding
        All findings of the image.
    evidence : tuple of Evidence
        What may be cited.
    gold : str
        Report of a phantom; empty for a real image.
    """

    name: str
    pixels: npt.NDArray[np.uint8]
    maps: npt.NDArray[np.float16]
    logits: npt.NDArray[np.float32]
    findings: tuple[Finding, ...]
    evidence: tuple[Evidence, ...]
    gold: str = ""


def write_kept(kept: Kept, folder: Path) -> None:
    """Write one image to ``NAME.npz`` in a folder.

    Parameters
    ----------
    kept : Kept
        The image.
    folder : Path
        An existing folder.
    """
    facts = {
        "findings": [
            finding.model_dump(mode="json", exclude={"signs": {"__all__": {"drawing"}}}) for finding in kept.findings
        ],
        "evidence": _pack(kept.evidence, kept.findings),
        "gold": kept.gold,
    }
    packed = np.frombuffer(gzip.compress(json.dumps(facts).encode(), 6), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, pixels=kept.pixels, maps=kept.maps, logits=kept.logits, facts=packed)
    with replace_file(folder / f"{kept.name}.npz", binary=True) as file:
        file.write(buffer.getvalue())


def read_kept(path: Path) -> Kept:
    """Read one image that :func:`write_kept` wrote.

    Parameters
    ----------
    path : Path
        The file.
    """
    with np.load(path) as file:
        pixels, maps, logits = file["pixels"], file["maps"], file["logits"]
        facts = json.loads(gzip.decompress(file["facts"].tobytes()))
    findings = tuple(Finding.model_validate(one) for one in facts["findings"])
    return Kept(path.stem, pixels, maps, logits, findings, _unpack(facts["evidence"], findings), facts["gold"])


def _pack(evidence: Sequence[Evidence], findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Write evidence with findings and signs by their place, so that none is written twice."""
    places = {finding.entity.id: place for place, finding in enumerate(findings)}
    packed = []
    for piece in evidence:
        row = piece.model_dump(mode="json", exclude={"finding", "sign"})
        if piece.finding is not None:
            row["finding"] = places[piece.finding.entity.id]
        if piece.sign is not None and piece.finding is not None:
            row["sign"] = [_name(score) for score in piece.finding.signs].index(_name(piece.sign))
        packed.append(row)
    return packed


def _name(score: SignScore) -> tuple[str, str | None]:
    return score.sign.id, score.side


def _unpack(rows: Sequence[dict[str, Any]], findings: Sequence[Finding]) -> tuple[Evidence, ...]:
    unpacked = []
    for row in rows:
        finding = findings[row["finding"]] if row.get("finding") is not None else None
        sign = finding.signs[row["sign"]] if finding is not None and row.get("sign") is not None else None
        unpacked.append(Evidence.model_validate(row | {"finding": finding, "sign": sign}))
    return tuple(unpacked)


__all__ = ["Kept", "read_kept", "write_kept"]
