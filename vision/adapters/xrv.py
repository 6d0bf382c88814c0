"""``torchxrayvision:WEIGHTS``: the DenseNets and the ResNet of TorchXRayVision.

Named weights bring operating points, which the library moves to 0.5; a label without one was not trained and is
dropped. They are pickled networks, which the library itself loads: fetch them only if you trust their publisher. Your
own file is read as tensors alone; its labels are the library's eighteen, in order, and its operating point is 0.5.

References
----------
Cohen JP et al. TorchXRayVision: a library of chest X-ray datasets and models. MIDL 2022. arXiv:2111.00595.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.special import logit

from thoracite.errors import UsageError
from thoracite.vision.adapters.adapted import LogOdds
from thoracite.vision.adapters.weights import explain_failure, say_missing
from thoracite.vision.image import Pixels

with warnings.catch_warnings():  # the library silences every warning of the process when it is imported
    import torchxrayvision as xrv

SIZE = 224
"""Side of a network's input that does not say otherwise, in pixels."""

_SMALLEST = 1e-6
"""Scores of 0 and 1 have no log-odds."""


class XrvModel:
    """A network of TorchXRayVision.

    Parameters
    ----------
    network : torch.nn.Module
        With ``targets``, one label for each output, and ``op_threshs``, which may be None.
    """

    def __init__(self, network: Any) -> None:
        self.network, self.device = network.eval(), "cpu"
        points = [0.5] * len(network.targets) if network.op_threshs is None else network.op_threshs.tolist()
        usable = zip(network.targets, points, strict=True)
        self._kept = [n for n, (label, point) in enumerate(usable) if label and np.isfinite(point)]
        self.labels: Sequence[str] = [network.targets[n] for n in self._kept]
        self._crop = xrv.datasets.XRayCenterCrop()
        self._shrink = xrv.datasets.XRayResizer(getattr(network, "input_resolution", SIZE))

    def move(self, device: str) -> None:
        """Move the network to a device, named as in torch."""
        self.network.to(device)
        self.device = device

    def rate(self, pixels: Pixels) -> LogOdds:
        """Return the log-odds of the labels.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Cropped to the square in its middle, as the library does, and scaled to −1024 … 1024.
        """
        image = self._shrink(self._crop(np.float32(1024) * (2 * pixels[None] - 1)))
        with torch.inference_mode(), redirect_stdout(sys.stderr):  # the library prints remarks about dark images
            values = self.network(torch.from_numpy(image)[None].to(self.device))[0, self._kept].double().cpu().numpy()
        if self.network.op_threshs is None:
            return np.asarray(values)
        return np.asarray(logit(np.clip(values, _SMALLEST, 1 - _SMALLEST)))


def load_xrv(source: str, *, fetch: bool = False) -> XrvModel:
    """Load a network by the name of its weights, or from a file.

    Parameters
    ----------
    source : str
        A name that TorchXRayVision knows, such as ``densenet121-res224-all``; or a file (``.pt``, ``.safetensors``)
        with the state of a ``torchxrayvision.models.DenseNet`` of default size.
    fetch : bool
        Whether the network may be used to fetch named weights.

    Raises
    ------
    UsageError
        If there is no such file and no such name.
    ModelError
        If the weights are not on this machine or cannot be loaded.
    """
    name = f"torchxrayvision:{source}"
    if (path := Path(source).expanduser()).is_file():
        with explain_failure(name):
            return XrvModel(_read_network(path))
    known = {key: value for key, value in xrv.models.model_urls.items() if key.startswith(("densenet", "resnet"))}
    if source not in known:
        raise UsageError(f"there are no weights {source!r}; {name} takes a file or one of {', '.join(known)}")
    if not fetch and not (Path(xrv.utils.get_cache_dir()) / Path(known[source]["weights_url"]).name).is_file():
        raise say_missing(name, source)
    with explain_failure(name), redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old pickles warn of sources that have changed since
        return XrvModel(xrv.models.get_model(source))


def _read_network(path: Path) -> Any:
    from safetensors.torch import load_file

    state = load_file(path) if path.suffix == ".safetensors" else torch.load(path, weights_only=True)
    network = xrv.models.DenseNet()
    points = state.pop("op_threshs", None)
    network.load_state_dict(state)
    network.op_threshs = points
    return network


__all__ = ["SIZE", "XrvModel", "load_xrv"]
