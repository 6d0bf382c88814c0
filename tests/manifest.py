"""A data folder to train on, made of phantoms."""

from __future__ import annotations

import csv
import json
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
            row = {
                "file": f"{seed}.png",
                "source": source,
                "repo": "ab"[seed % 2],
                "group_id": f"{seed}",
                "view": ("PA", "AP")[seed % 5 == 0],
            }
            row |= {"labels": labels, "orig_width": 128, "orig_height": 128}
            rows.writerow(row | (_read_again(seed) if source == "nih" else {}))


def _read_again(seed: int) -> dict[str, str]:
    """A radiologists' class, and for an opacity a box in the lower half of the patient's right or left lung."""
    if seed % 2:
        return {"extra_json": json.dumps({"rsna": {"cls": "Normal"}})}
    box = {"label": "Lung Opacity", "x": 28 if seed % 4 else 80, "y": 60, "w": 20, "h": 24}
    return {"extra_json": json.dumps({"rsna": {"cls": "Lung Opacity"}}), "bbox_json": json.dumps([box])}
