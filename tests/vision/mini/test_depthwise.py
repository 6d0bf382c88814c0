"""Our gradients of a depthwise convolution are those of PyTorch."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from thoracite.vision.mini.depthwise import convolve_depthwise


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("side", [3, 5])
@pytest.mark.parametrize("padding", [0, 1, 2])
def test_gradients_are_those_of_torch(kind: torch.dtype, stride: int, side: int, padding: int) -> None:
    torch.manual_seed(0)
    x = torch.rand(2, 8, 13, 11).to(kind).to(memory_format=torch.channels_last).requires_grad_()
    weight = torch.rand(8, 1, side, side).to(kind).requires_grad_()
    ours = convolve_depthwise(x, weight, stride=stride, padding=padding)
    theirs = F.conv2d(x, weight, None, stride, padding, 1, 8)
    torch.testing.assert_close(ours, theirs)
    gradient = torch.rand_like(theirs)
    own_ones, torchs = (torch.autograd.grad(result, (x, weight), gradient) for result in (ours, theirs))
    for own, other in zip(own_ones, torchs, strict=True):
        assert own.dtype == other.dtype
        torch.testing.assert_close(own, other, rtol=2e-2 if kind is torch.bfloat16 else 1e-4, atol=1e-2)
