"""Depthwise convolution with a gradient that is as fast on a CPU as the rest of a network.

In bfloat16 PyTorch's own gradient of a 5×5 depthwise filter, or of a strided one, takes longer than
everything else of EfficientNet together. Four overlapping 3×3 filters give the same numbers with fast kernels;
strided filters are computed in float32.

Examples
--------
>>> x, weight = torch.rand(1, 4, 9, 9, requires_grad=True), torch.rand(4, 1, 5, 5, requires_grad=True)
>>> ours = torch.autograd.grad(convolve_depthwise(x, weight, stride=1, padding=2).sum(), weight)[0]
>>> theirs = torch.autograd.grad(F.conv2d(x, weight, padding=2, groups=4).sum(), weight)[0]
>>> torch.allclose(ours, theirs, atol=1e-4)
True
"""

from __future__ import annotations

from typing import Any, cast

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from torch import Tensor


def convolve_depthwise(x: Tensor, weight: Tensor, *, stride: int, padding: int) -> Tensor:
    """Filter each channel with its own filter.

    Parameters
    ----------
    x : Tensor, shape (n, channels, height, width)
        Fastest in channels-last layout.
    weight : Tensor, shape (channels, 1, side, side)
        Filters with side 3 or 5; converted, like ``x``, to the type that autocast asks for.
    stride : int
        1 or 2.
    padding : int
        Zeros at each edge, in pixels.

    Returns
    -------
    Tensor, shape (n, channels, height / stride, width / stride)
        Less with a smaller padding.
    """
    device = x.device.type
    if torch.is_autocast_enabled(device):
        kind = torch.get_autocast_dtype(device)
        x, weight = x.to(kind), weight.to(kind)
    return cast(Tensor, _Depthwise.apply(x, weight, stride, padding))  # type: ignore[no-untyped-call]


class _Depthwise(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.stride, ctx.padding = stride, padding
        return F.conv2d(x, weight, None, stride, padding, 1, len(weight))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        x, weight = ctx.saved_tensors
        gradient = gradients[0].contiguous(memory_format=torch.channels_last)
        if ctx.stride == 1 and weight.shape[2] == 5 and x.device.type == "cpu":
            of_x = _find_gradients(gradient, x, weight, 1, ctx.padding, wanted=(True, False))[0]
            return of_x, _join_windows(gradient, x, weight, ctx.padding), None, None
        kind = torch.float32 if ctx.stride > 1 else x.dtype
        both = _find_gradients(gradient.to(kind), x.to(kind), weight.to(kind), ctx.stride, ctx.padding)
        return both[0].to(x.dtype), both[1].to(weight.dtype), None, None


def _join_windows(gradient: Tensor, x: Tensor, weight: Tensor, padding: int) -> Tensor:
    """Compute the gradient of a 5×5 filter from four 3×3 corners, which agree where they overlap."""
    whole, corner = torch.empty_like(weight), weight[:, :, :3, :3].contiguous()
    height, width = gradient.shape[2] + 2, gradient.shape[3] + 2
    x = F.pad(x, (padding,) * 4)
    for top in (0, 2):
        for left in (0, 2):
            seen = x[:, :, top : top + height, left : left + width].contiguous(memory_format=torch.channels_last)
            part = _find_gradients(gradient, seen, corner, 1, 0, wanted=(False, True))[1]
            whole[:, :, top : top + 3, left : left + 3] = part
    return whole


def _find_gradients(
    gradient: Tensor, x: Tensor, weight: Tensor, stride: int, padding: int, *, wanted: tuple[bool, bool] = (True, True)
) -> tuple[Tensor, Tensor]:
    strides, paddings, once = [stride] * 2, [padding] * 2, [1, 1]
    found = torch.ops.aten.convolution_backward(
        gradient, x, weight, None, strides, paddings, once, False, [0, 0], len(weight), [*wanted, False]
    )
    return cast(tuple[Tensor, Tensor], found[:2])


__all__ = ["convolve_depthwise"]
