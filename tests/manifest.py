"""A data folder to train on, made of phantoms."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from PIL import Image

from thoracite.phantom import draw_phantom
from thoracite.vision.labels import FINDINGS
from thoracite.vision.training.pretraining_cases import CHILDREN


def write_data_folder(folder: Path, number: int) -> None:
    """A data folder of phantoms that pass for adults of ChestX-ray14, children, and Hannover's."""
    columns = ["file", "source", "repo", "group_id", "view", "labels", "extra_json", "bbox_json"]
    columns += ["orig_width", "orig_height"]
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, columns, restval="")
        rows.writeheader()
        for seed in range(number):
            pixels = draw_phantom(seed, size=128).image
            Image.fromarray(np.rint(pixels * 255).astype(np.uint8)).save(folder / f"{seed}.png")
            source = "mhh" if seed % 8 == 7 else "kermany" if seed % 3 == 0 else "nih"
            labels = CHILDREN[seed % 9 // 3] if source == "kermany" else FINDINGS[seed % len(FINDINGS)]
            row = {"file": f"{seed}.png", "source": source, "repo": "ab"[seed % 2], "group_id": f"{seed}", "view": "PA"}
            rows.writerow(row | {"labels": labels, "orig_width": 128, "orig_height": 128})
