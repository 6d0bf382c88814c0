"""One head stands for all, an image and its mirror image are read alike, and what was not merged is said."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from thoracite.phantom import draw_phantom
from thoracite.vision.labels import FINDINGS, FOLDS
from thoracite.vision.mini.efficientnet import Ensemble, prepare_batch
from thoracite.vision.mini.encoder import MiniEncoder

IMAGES = 24


def draw_images() -> torch.Tensor:
    """Draw phantoms, shape (n, 1, 160, 160)."""
    return torch.from_numpy(np.stack([draw_phantom(7_000 + n, size=160).image for n in range(IMAGES)]))[:, None]


def test_the_merged_head_reads_as_the_mean_of_all_does() -> None:
    network, images = MiniEncoder.load().network, prepare_batch(draw_images())
    with torch.inference_mode():
        single = torch.stack([network(images, head=head).logits for head in range(FOLDS)])[..., : len(FINDINGS)]
        merged = network(images).logits[:, : len(FINDINGS)]
    mean = single.mean(0)

    def correlate(one: torch.Tensor) -> float:
        return float(np.mean([np.corrcoef(one[:, n], mean[:, n])[0, 1] for n in range(len(FINDINGS))]))

    assert correlate(merged) > max(0.97, *(correlate(one) for one in single))


def test_an_image_and_its_mirror_image_are_read_alike() -> None:
    network, images = MiniEncoder.load().network, prepare_batch(draw_images()[:4])
    with torch.inference_mode():
        plain, mirrored = network(images), network(images.flip(3))
    torch.testing.assert_close(plain.logits, mirrored.logits, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(plain.last, mirrored.last.flip(3), atol=1e-4, rtol=1e-4)


def test_maps_add_up_to_the_logits() -> None:
    network, images = MiniEncoder.load().network, prepare_batch(draw_images()[:4])
    with torch.inference_mode():
        seen = network(images)
    bias = network.choose_head(None).linear.bias.detach()
    torch.testing.assert_close(seen.maps.mean(dim=(2, 3)) + bias, seen.logits, atol=1e-3, rtol=1e-3)


def test_heads_that_were_not_merged_are_not_read() -> None:
    network = Ensemble(outputs=3, heads=2).eval()
    assert network.choose_head(1) is network.heads[1]
    with pytest.raises(ValueError, match="merge_heads"):
        network(torch.zeros(1, 1, 64, 64))


def test_merging_adds_the_mean_of_the_heads_and_nothing_else() -> None:
    network = Ensemble(outputs=3, heads=2)
    before = set(network.state_dict())
    network.merge_heads()
    assert set(network.state_dict()) - before == {name for name in network.state_dict() if name.startswith("merged.")}
    weight = torch.stack([head.linear.weight for head in network.heads]).mean(0)
    torch.testing.assert_close(network.choose_head(None).linear.weight, weight)
