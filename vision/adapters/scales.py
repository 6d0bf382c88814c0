"""Calibration of third-party encoders, in files that ``thoracite train calibration`` writes.

Examples
--------
>>> find_scales("hf:owner/model").name
'hf_owner_model.json'
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from thoracite.errors import ModelError
from thoracite.files import write_text
from thoracite.vision.mini.calibration import FindingScale


def find_scales(name: str) -> Path:
    """Return the path of an encoder's scales, whether or not the file exists."""
    plain = re.sub(r"[^\w.\-]+", "_", name)
    return Path(platformdirs.user_data_dir("thoracite")) / "calibration" / f"{plain}.json"


def read_scales(name: str) -> list[FindingScale]:
    """Read the scales of an encoder; none where it was not calibrated.

    Raises
    ------
    ModelError
        If the file is broken.
    """
    if not (path := find_scales(name)).is_file():
        return []
    try:
        return [FindingScale(**scale) for scale in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"the calibration in {path} cannot be read ({error}); remove it or calibrate again") from error


def write_scales(name: str, scales: Sequence[FindingScale]) -> Path:
    """Write the scales of an encoder, in place of earlier ones; the file is renamed into place when complete."""
    path = find_scales(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps([scale.model_dump() for scale in scales], indent=1))
    return path


__all__ = ["find_scales", "read_scales", "write_scales"]
