"""Small networks compute on one thread, whatever the process was given, and hand the others back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from thoracite.errors import ModelError
from thoracite.vision.device import find_device, use_one_thread
from thoracite.vision.mini.encoder import MiniEncoder


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two_threads")
def test_threads_come_back_even_after_an_error() -> None:
    @use_one_thread()
    def fail() -> None:
        assert torch.get_num_threads() == 1
        raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        fail()
    assert torch.get_num_threads() == 2


@pytest.mark.usefixtures("two_threads")
def test_the_bundled_encoder_reads_on_one(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder, used = MiniEncoder.load(), []
    whole = encoder.network.forward
    monkeypatch.setattr(
        encoder.network, "forward", lambda *a, **k: used.append(torch.get_num_threads()) or whole(*a, **k)
    )
    encoder.forward(np.full((64, 64), 0.5, dtype=np.float32))
    assert used == [1]
    assert torch.get_num_threads() == 2


def test_a_device_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(ModelError, match="torch cannot use the device"):
        find_device("cuda:99")
