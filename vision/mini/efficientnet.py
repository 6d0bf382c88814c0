"""The network of ``thoracite-mini``: EfficientNet-Lite0, its lower half shared, its upper half once for each fold.

The lower blocks (the backbone) keep their ImageNet weights; the upper ones (a head) are trained on radiographs, one
head for each fold. All heads begin from the same weights and end near each other, so that the mean of their weights is
a head that reads much as the mean of their logits does, for the price of one: it reads patients outside the training.
An image and its mirror image are read, and the last maps averaged.

References
----------
Tan M, Le Q. EfficientNet. ICML 2019. arXiv:1905.11946. The Lite variant has no squeeze-and-excitation and ReLU6.
Wortsman M, et al. Model soups: averaging weights of multiple fine-tuned models improves accuracy without increasing
inference time. ICML 2022. arXiv:2203.05482.

Examples
--------
>>> network = Ensemble(outputs=3, heads=2).eval()
>>> network.merge_heads()
>>> seen = network(torch.zeros(1, 1, 64, 64))
>>> tuple(seen.logits.shape), tuple(seen.maps.shape), tuple(seen.last.shape), tuple(seen.features.shape)
((1, 3), (1, 3, 2, 2), (1, 1280, 2, 2), (1, 1280))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from torch import Tensor, nn

from thoracite.vision.mini.depthwise import convolve_depthwise

PLAN = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
"""Kernel, stride, expansion, channels and repeats of each stage."""

SIZE = 160
"""Side of the network's input, in pixels."""

SHARED = 4
"""Blocks of the backbone."""

FEATURES = 1280
"""Channels of the last map."""


class SameConv(nn.Conv2d):
    """Convolution padded as TensorFlow pads, which the original weights expect."""

    def forward(self, x: Tensor) -> Tensor:
        """Pad, with the odd pixel at the right and bottom, and convolve."""
        stride, pads = self.stride[0], []
        for size, kernel in ((x.shape[3], self.kernel_size[1]), (x.shape[2], self.kernel_size[0])):
            missing = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            pads += [missing // 2, missing - missing // 2]
        even = pads[0] if len(set(pads)) == 1 else 0  # the convolution pads this itself, without a copy
        x = x if even or not any(pads) else F.pad(x, pads)
        if self.groups > 1 and self.weight.requires_grad and torch.is_grad_enabled():
            return convolve_depthwise(x, self.weight, stride=stride, padding=even)
        return F.conv2d(x, self.weight, self.bias, stride, even, 1, self.groups)


def _normed(inputs: int, outputs: int, kernel: int, *, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    conv = SameConv(inputs, outputs, kernel, stride=stride, groups=groups, bias=False)
    return [conv, nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01)]


class Block(nn.Module):
    """Inverted residual block: expand, filter each channel, project."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = inputs * expansion
        layers = [*_normed(inputs, inner, 1), nn.ReLU6(inplace=True)] if expansion > 1 else []
        layers += [*_normed(inner, inner, kernel, stride=stride, groups=inner), nn.ReLU6(inplace=True)]
        self.body = nn.Sequential(*layers, *_normed(inner, outputs, 1))
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """Shape (n, inputs, h, w) to (n, outputs, h / stride, w / stride)."""
        y: Tensor = self.body(x)
        return x + y if self.residual else y


def _blocks() -> list[Block]:
    blocks, inputs = [], 32
    for kernel, stride, expansion, outputs, repeats in PLAN:
        for repeat in range(repeats):
            blocks.append(Block(inputs, outputs, kernel, stride if repeat == 0 else 1, expansion))
            inputs = outputs
    return blocks


class Backbone(nn.Module):
    """Stem and first blocks; takes grey images, shape (n, 1, h, w), intensity in [-1, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(*_normed(3, 32, 3, stride=2), nn.ReLU6(inplace=True))
        self.blocks = nn.Sequential(*_blocks()[:SHARED])

    def forward(self, x: Tensor) -> Tensor:
        """Return the maps of the last shared block."""
        y: Tensor = self.blocks(self.stem(x.expand(-1, 3, -1, -1)))
        return y


class Head(nn.Module):
    """The upper blocks and a linear layer on their mean: one logit for each output, and the map it comes from."""

    def __init__(self, outputs: int, *, dropout: float = 0.3) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*_blocks()[SHARED:])
        self.conv_head = nn.Sequential(*_normed(320, FEATURES, 1), nn.ReLU6(inplace=True))
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(FEATURES, outputs)

    def features(self, x: Tensor) -> Tensor:
        """Return the last maps, shape (n, 1280, h / 32, w / 32)."""
        y: Tensor = self.conv_head(self.blocks(x))
        return y

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits, shape (n, outputs)."""
        logits: Tensor = self.linear(self.dropout(self.features(x).mean(dim=(2, 3))))
        return logits


class Outputs(NamedTuple):
    """What one head makes of images.

    Parameters
    ----------
    last : Tensor, shape (n, 1280, h / 32, w / 32)
        Last maps, mean of those of the image and of its mirror image, which is turned back.
    maps : Tensor, shape (n, outputs, h / 32, w / 32)
        The part of each place, whose mean over places is the logit up to a constant.
    logits : Tensor, shape (n, outputs)
        Linear in the features.
    features : Tensor, shape (n, 1280)
        Mean of the last maps over places.
    """

    last: Tensor
    maps: Tensor
    logits: Tensor
    features: Tensor


class Ensemble(nn.Module):
    """One backbone and several heads.

    Parameters
    ----------
    outputs : int
        Number of logits of each head.
    heads : int
        Number of heads; one for each fold.
    """

    def __init__(self, outputs: int, heads: int) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.heads: Sequence[Head] = nn.ModuleList(Head(outputs) for _ in range(heads))  # type: ignore[assignment]
        self.merged: Head | None = None

    def merge_heads(self) -> None:
        """Add the head whose weights are the mean of all heads' weights; it is no part of a model's file."""
        self.merged = Head(self.heads[0].linear.out_features)
        self.merged.load_state_dict(average_states([head.state_dict() for head in self.heads]))
        self.merged.eval()

    def choose_head(self, head: int | None) -> Head:
        """Return one fold's head; the merged one for None.

        Raises
        ------
        ValueError
            If the heads were not merged.
        """
        chosen = self.merged if head is None else self.heads[head]
        if chosen is None:
            raise ValueError("the heads were not merged: call merge_heads first")
        return chosen

    def forward(self, x: Tensor, *, head: int | None = None) -> Outputs:
        """Read images and their mirror images.

        Parameters
        ----------
        x : Tensor, shape (n, 1, h, w), float32, intensity in [-1, 1]
            Images.
        head : int or None
            The head of one fold; the merged one unless given.
        """
        chosen = self.choose_head(head)
        plain, mirrored = chosen.features(self.backbone(torch.cat([x, x.flip(3)]))).chunk(2)
        last = (plain + mirrored.flip(3)) / 2
        features = last.mean(dim=(2, 3))
        maps = torch.einsum("nchw,oc->nohw", last, chosen.linear.weight)
        return Outputs(last, maps, chosen.linear(features), features)


def average_states(states: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Average the weights of networks of one kind; counters are those of the first.

    Parameters
    ----------
    states : sequence of mapping of str to Tensor
        State of each network, at least one.

    Examples
    --------
    >>> average_states([{"a": torch.zeros(2)}, {"a": torch.ones(2)}])
    {'a': tensor([0.5000, 0.5000])}
    """
    return {
        name: torch.stack([state[name] for state in states]).mean(0) if value.is_floating_point() else value.clone()
        for name, value in states[0].items()
    }


def prepare_batch(images: Tensor) -> Tensor:
    """Scale images to the range that the backbone expects.

    Parameters
    ----------
    images : Tensor, shape (n, 1, height, width), float32, intensity about [0, 1]
    """
    return ((images - 0.5) / 0.5).contiguous(memory_format=torch.channels_last)


def shrink_images(images: Tensor, size: int) -> Tensor:
    """Shrink images to the network's input size, without augmentation.

    Parameters
    ----------
    images : Tensor, shape (n, 1, height, width), float32
        Any unit.
    size : int
        Side of the result.
    """
    return F.interpolate(images, size=(size, size), mode="bilinear", antialias=True)


def load_imagenet_weights(backbone: Backbone, head: Head, weights: Mapping[str, Tensor]) -> None:
    """Copy weights trained on photographs into a backbone and a head.

    Parameters
    ----------
    backbone, head : Backbone, Head
        Changed in place.
    weights : mapping of str to Tensor
        State of an EfficientNet-Lite0 in the layout of EfficientNet-PyTorch, whose layers stand in the same order.

    Raises
    ------
    ValueError
        If the number or the shapes of the layers differ.
    """
    own = [module.state_dict() for module in (backbone.stem, backbone.blocks, head.blocks, head.conv_head)]
    targets = [value for state in own for name, value in state.items() if "num_batches" not in name]
    given = [value for name, value in weights.items() if not name.startswith("_fc") and "num_batches" not in name]
    for target, value in zip(targets, given, strict=True):
        if target.shape != value.shape:
            raise ValueError(f"a layer has shape {tuple(value.shape)}; expected {tuple(target.shape)}")
        target.copy_(value)


__all__ = [
    "FEATURES",
    "PLAN",
    "SHARED",
    "SIZE",
    "Backbone",
    "Block",
    "Ensemble",
    "Head",
    "Outputs",
    "SameConv",
    "average_states",
    "load_imagenet_weights",
    "prepare_batch",
    "shrink_images",
]
