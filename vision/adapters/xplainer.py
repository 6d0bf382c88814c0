"""``xplainer:NAME``: a model of images and texts that rates a finding by its signs rather than by its name.

The rest of the name is that of the model: ``xplainer:open_clip:hf-hub:OWNER/MODEL``, ``xplainer:hf:FOLDER``. The signs
are those that the graph ties to the finding (:func:`thoracite.vision.adapters.zero_shot.describe_findings`).

References
----------
Pellegrini C et al. Xplainer: from X-ray observations to explainable zero-shot diagnosis. MICCAI 2023. arXiv:2303.13391.
"""

from __future__ import annotations

from thoracite.errors import ModelError, UsageError
from thoracite.vision.adapters.adapted import LabelModel
from thoracite.vision.adapters.zero_shot import describe_findings
from thoracite.vision.labels import FINDINGS


def load_xplainer(source: str, *, fetch: bool = False) -> LabelModel:
    """Load a model of images and texts, asked for signs.

    Parameters
    ----------
    source : str
        ``open_clip:…`` or ``hf:…``.
    fetch : bool
        Whether the network may be used.

    Raises
    ------
    UsageError
        If the source is neither.
    ModelError
        If the weights are not on this machine or cannot be loaded, or the model reads no texts.
    """
    kind, _, rest = source.partition(":")
    wording = describe_findings(FINDINGS)
    if kind == "open_clip" and rest:
        from thoracite.vision.adapters.clip import load_clip

        return load_clip(rest, fetch=fetch, wording=wording)
    if kind == "hf" and rest:
        from thoracite.vision.adapters.hf import PairModel, load_hf

        model = load_hf(rest, fetch=fetch, wording=wording)
        if not isinstance(model, PairModel):
            raise ModelError(f"the encoder {source} reads no texts, so it cannot be asked for signs; name a CLIP model")
        return model
    raise UsageError(f"there is no encoder xplainer:{source}; expected xplainer:open_clip:… or xplainer:hf:…")


__all__ = ["load_xplainer"]
