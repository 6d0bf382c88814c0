"""Times are those of one thread, and the weights are counted."""

from __future__ import annotations

import pytest
import torch

from thoracite.evaluation.speed import HEAVIEST, LIMIT, SIDE, describe_times, measure_speed
from thoracite.vision.mini.encoder import MiniEncoder


def test_the_bundled_encoder_is_measured_with_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thoracite.evaluation.speed._WARM_UP", 0)
    encoder, threads, used = MiniEncoder.load(), torch.get_num_threads(), []
    read = encoder.read

    def watch(radiograph):
        used.append(torch.get_num_threads())
        return read(radiograph)

    monkeypatch.setattr(encoder, "read", watch)
    rows = {row.metric: row.value for row in measure_speed(encoder, repeats=2)}
    assert set(used) == {1}
    assert torch.get_num_threads() == threads
    assert 1 < rows[f"MB of weights (at most {HEAVIEST})"] <= HEAVIEST
    assert rows[f"ms an image on one core, from a PNG of {SIDE}×{SIDE}, p95 (at most {LIMIT})"] > 1


def test_the_slowest_of_twenty_does_not_count() -> None:
    rows = {row.metric.rpartition(", ")[2]: row for row in describe_times("x", [50.0] * 19 + [900.0], [40.0] * 20)}
    assert rows["p50 (at most 150)"].value == rows["p95 (at most 150)"].value == 50.0
    assert rows["processor time p50"].value == 40.0
    assert rows["p95 (at most 150)"].n == 20
