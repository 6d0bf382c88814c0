"""Learned signs: zones by number, described by the map of opacities, and read as probabilities."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from thoracite.vision.mini.lungs import ZONES, draw_ellipses
from thoracite.vision.mini.signs.learned import LEARNED, TRAITS, describe_zones, number_zones
from thoracite.vision.training.cases import Case
from thoracite.vision.training.signs.fit_zones import ZoneMaterial, fit_zones, mark_zones

GRID = number_zones(draw_ellipses((0, 0, 100, 100)), 56)


def make_case(number: int, zone: int | None) -> Case:
    """A case with a box over a zone, or a normal one."""
    boxes: tuple[tuple[str, float, float, float, float], ...] = ()
    if zone is not None:
        rows, columns = np.nonzero(zone + 1 == GRID)
        ends = columns.min() / 56, rows.min() / 56, (columns.max() + 1) / 56, (rows.max() + 1) / 56
        boxes = (("Lung Opacity (suspicious for pneumonia)", *map(float, ends)),)
    reading = "Normal" if zone is None else "Lung Opacity"
    return Case(Path(f"{number}.png"), "nih", "a", f"p{number}", "PA", frozenset(), reading, boxes)


def test_a_box_marks_its_zone() -> None:
    area = np.array([0.0, 0.0, 1.0, 1.0])
    for zone in range(len(ZONES)):
        assert np.flatnonzero(mark_zones(make_case(0, zone), GRID, area)).tolist() == [zone]
    assert not mark_zones(make_case(0, None), GRID, area).any()


def test_heat_in_a_zone_is_described_there() -> None:
    traits = describe_zones((GRID == 2).astype(np.float32), 1.5, GRID)
    assert traits.shape == (len(ZONES), len(TRAITS))
    assert traits[:, 0].argmax() == 1
    assert traits[1].tolist() == [1.0, 1.0, 1.0, 1.5]
    assert traits[4, 2] == -1.0


def test_a_zone_without_a_cell_is_lost() -> None:
    traits = describe_zones(np.zeros((56, 56), dtype=np.float32), 0.0, np.where(GRID == 3, 0, GRID).astype(np.uint8))
    assert np.isnan(traits[2]).any()
    assert not np.isnan(traits[3, 0])


def test_zones_are_learned_from_boxes() -> None:
    random = np.random.default_rng(0)
    zones = [random.integers(6) if n % 2 else None for n in range(300)]
    cases = [make_case(n, zone) for n, zone in enumerate(zones)]
    heat = [(zone is not None and zone + 1 == GRID) + random.normal(0, 0.5, GRID.shape) for zone in zones]
    traits = np.stack([describe_zones(each, 0.0, GRID) for each in heat])
    area = np.tile([0.0, 0.0, 1.0, 1.0], (300, 1))
    reader = fit_zones(ZoneMaterial(cases, traits, np.tile(GRID, (300, 1, 1)), area))
    for zone, each in zip(zones, traits, strict=True):
        read = reader.read(each)
        assert read.shape == (len(LEARNED),)
        assert (read[:6] > 0.5).nonzero()[0].tolist() == ([] if zone is None else [zone])
