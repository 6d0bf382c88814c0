"""The vision tower: the bundled encoder as a transformers model, from grey pixels to image tokens.

Its weights are those of ``models/thoracite-mini``: they are read from there, never written beside the decoder's. Any
code that loads a LLaVA by ``from_pretrained`` loads this one, once :func:`register` has run.

Examples
--------
>>> config = TowerConfig()
>>> config.model_type, config.image_size // config.patch_size, config.tokens
('thoracite_mini_tower', 8, 67)
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from transformers import AutoConfig, AutoImageProcessor, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutputWithPooling

from thoracite.generation.llava.images import OUTSIDE, SIDE, MiniImageProcessor, cut_margin
from thoracite.generation.llava.seeing import Seen, see
from thoracite.generation.llava.tokens import Tokens, count_channels, count_tokens, lay_extras, lay_tokens
from thoracite.vision.image import Pixels, Radiograph

if TYPE_CHECKING:
    from thoracite.vision.mini.encoder import MiniEncoder

PATCH = 16
"""Side of the patches by which a processor counts tokens; the tower itself has none."""


class TowerConfig(PreTrainedConfig):
    """Configuration of the tower.

    Parameters
    ----------
    hidden_size : int
        Channels of an image token.
    image_size, patch_size : int
        Side of the image and of the patches that a processor counts.
    tokens : int
        Image tokens.
    """

    model_type = "thoracite_mini_tower"
    hidden_size: int = count_channels()
    image_size: int = SIDE
    patch_size: int = PATCH
    num_channels: int = 1
    num_hidden_layers: int = 1
    num_attention_heads: int = 1
    intermediate_size: int = 1280
    tokens: int = count_tokens()


@cache
def load_encoder() -> MiniEncoder:
    """Load the bundled encoder, once."""
    from thoracite.vision.mini.encoder import MiniEncoder

    return MiniEncoder.load()


class TowerModel(PreTrainedModel):
    """The bundled encoder behind the interface of a vision tower; it is not trained.

    Parameters
    ----------
    config : TowerConfig
        Its configuration.

    Raises
    ------
    ValueError
        If the configuration was written for an encoder with other signs.
    """

    config_class = TowerConfig
    base_model_prefix = "vision_tower"
    main_input_name = "pixel_values"

    def __init__(self, config: TowerConfig) -> None:
        super().__init__(config)
        if (config.hidden_size, config.tokens) != (count_channels(), count_tokens()):
            raise ValueError(
                f"it was trained on {config.tokens} image tokens of {config.hidden_size} channels; the encoder gives "
                f"{count_tokens()} of {count_channels()}"
            )
        self.register_buffer("scale", torch.ones(()), persistent=False)  # gives the tower a device and a type
        self.patch_size = config.patch_size
        self.post_init()

    def _find_dtype(self) -> torch.dtype:
        scale = self.scale
        assert isinstance(scale, Tensor)  # noqa: S101 - a buffer
        return scale.dtype

    def _init_weights(self, module: torch.nn.Module) -> None:
        """Leave everything as it is: there is nothing to draw."""

    def forward(self, pixel_values: Tensor, **_: Any) -> BaseModelOutputWithPooling:
        """Read images.

        Parameters
        ----------
        pixel_values : Tensor, shape (n, 1, 128, 128), intensity in [0, 1]
            Grey values; what lies outside the image is -1.

        Returns
        -------
        BaseModelOutputWithPooling
            ``last_hidden_state``, shape (n, tokens, channels).
        """
        laid = [see_tokens(image[0].float().cpu().numpy()) for image in pixel_values]
        tokens = torch.from_numpy(np.stack(laid)).to(pixel_values.device, self._find_dtype())
        return BaseModelOutputWithPooling(
            last_hidden_state=tokens, pooler_output=tokens.mean(dim=1), hidden_states=(tokens,)
        )


def see_tokens(pixels: Pixels) -> Tokens:
    """Return the image tokens of one padded image, shape (tokens, channels)."""
    return _see_bytes(np.ascontiguousarray(pixels, dtype=np.float32).tobytes())


@lru_cache(maxsize=8)
def _see_bytes(data: bytes) -> Tokens:
    """Read one image; the last few are remembered, for several prompts about one image are common."""
    seen = see_pixels(cut_margin(np.frombuffer(data, dtype=np.float32).reshape(SIDE, SIDE)))
    return lay_tokens(seen.maps, lay_extras(seen.findings, seen.logits))


def see_pixels(pixels: Pixels) -> Seen:
    """Read one image without its margin; one that is all margin shows nothing."""
    if not pixels.size:
        pixels = np.zeros((SIDE, SIDE), dtype=np.float32)
    return see(load_encoder(), Radiograph(np.ascontiguousarray(pixels, dtype=np.float32)))


def register() -> None:
    """Tell transformers of the tower and of its image processor; once is enough, and twice does no harm."""
    AutoConfig.register(TowerConfig.model_type, TowerConfig, exist_ok=True)
    AutoModel.register(TowerConfig, TowerModel, exist_ok=True)
    AutoImageProcessor.register(TowerConfig, slow_image_processor_class=MiniImageProcessor, exist_ok=True)


__all__ = ["OUTSIDE", "PATCH", "TowerConfig", "TowerModel", "load_encoder", "register", "see_pixels", "see_tokens"]
