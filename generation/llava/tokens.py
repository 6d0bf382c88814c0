"""The image tokens of the vision tower: thirds of the network's last maps, one token a finding, one a sign.

Every number is computed from the pixels by the bundled encoder: what it makes of each third of the chest, how far each
finding's odds lie beyond the limits of the verdicts, and how each sign is answered, side by side, with what it adds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from thoracite.types import Finding, SignScore, find_log_odds
from thoracite.types.image import LIKELY, POSSIBLE, SUSPECTED, UNLIKELY
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.efficientnet import FEATURES
from thoracite.vision.mini.signs.listed import read_signs

THIRDS = 3
"""Rows and columns into which a crop is pooled."""

PLACES = THIRDS * THIRDS + 1
"""Tokens of maps: nine thirds of the chest, and the mean of the whole."""

SLOTS = ("left", "right", "")
"""Sides of a sign, each with channels of its own; both sides, and none, share the last."""

_STEEP = 8.0
"""How steeply a finding's channels turn at the limits of the verdicts, by the log-odds."""

_LIMITS = tuple(math.log(limit) for limit in (UNLIKELY, POSSIBLE, SUSPECTED))
_VALUES = 10
_ANSWERS = 4

Tokens = npt.NDArray[np.float32]


@cache
def list_signs() -> tuple[str, ...]:
    """Return the CURIEs of the signs, in the order of their tokens."""
    return tuple(dict.fromkeys(sign.entity.id for sign in read_signs()))


def count_tokens() -> int:
    """Return the number of image tokens."""
    return PLACES + len(FINDINGS) + len(list_signs())


def count_extras() -> int:
    """Return the number of channels beyond the maps: the token's name, and what a finding or a sign holds."""
    return count_tokens() + _VALUES + len(SLOTS) * (_ANSWERS + len(FINDINGS))


def count_channels() -> int:
    """Return the number of channels of a token."""
    return FEATURES + count_extras()


def lay_extras(findings: Sequence[Finding], logits: npt.NDArray[np.floating]) -> Tokens:
    """Lay out what was read of findings and signs.

    Parameters
    ----------
    findings : sequence of Finding
        All fourteen, in the encoder's order; none where the image was refused.
    logits : ndarray, shape (18,)
        The network's.

    Returns
    -------
    ndarray, shape (tokens, extras), float32
        The first channels name the token.
    """
    laid = np.zeros((count_tokens(), count_extras()), dtype=np.float32)
    np.fill_diagonal(laid, 1)
    start = count_tokens()
    laid[PLACES - 1, start : start + 3] = np.tanh(np.asarray(logits, dtype=np.float32)[-3:] / 4)
    places = {sign: PLACES + len(FINDINGS) + number for number, sign in enumerate(list_signs())}
    for number, finding in enumerate(findings):
        laid[PLACES + number, start : start + _VALUES] = _describe(finding, float(logits[number]))
        for score in finding.signs:
            slot = SLOTS.index(score.side) if score.side in SLOTS else len(SLOTS) - 1
            at = start + _VALUES + slot * (_ANSWERS + len(FINDINGS))
            row = laid[places[score.sign.id]]
            row[at : at + _ANSWERS] = _answer(score)
            row[at + _ANSWERS + number] = np.clip(3 * score.log_odds, -3, 3)
    return laid


def _describe(finding: Finding, logit: float) -> list[float]:
    """Describe a finding: log-odds, where its ratio lies against each limit, its side, and the network's logit."""
    odds = find_log_odds(finding.probability)
    ratio = 0.0 if finding.likelihood_ratio is None else math.log(finding.likelihood_ratio)
    beyond = [math.tanh(_STEEP * (ratio - limit)) for limit in _LIMITS]
    beyond.append(math.tanh(_STEEP * (odds - find_log_odds(LIKELY))))
    side = finding.region.side if finding.region is not None else None
    rest = math.tanh(finding.rest_log_odds - max(sum(score.log_odds for score in finding.signs), 0.0))
    return [odds / 4, ratio / 2, *beyond, float(side == "left"), float(side == "right"), logit / 4, rest]


def _answer(score: SignScore) -> list[float]:
    chance = 0.0 if score.probability is None else 2 * score.probability - 1
    return [float(score.valid), float(score.answer == "yes"), float(score.answer == "no"), chance]


def lay_tokens(maps: npt.NDArray[np.floating], extras: npt.NDArray[np.floating]) -> Tokens:
    """Join maps and extras to image tokens.

    Parameters
    ----------
    maps : ndarray, shape (2, 1280, 3, 3)
        Of the whole and the chest, in thirds.
    extras : ndarray, shape (tokens, extras)
        From :func:`lay_extras`.

    Returns
    -------
    ndarray, shape (tokens, channels), float32
        The image tokens.
    """
    whole, chest = np.asarray(maps, dtype=np.float32)
    laid = np.zeros((len(extras), FEATURES + extras.shape[1]), dtype=np.float32)
    laid[: PLACES - 1, :FEATURES] = chest.reshape(FEATURES, -1).T
    laid[PLACES - 1, :FEATURES] = whole.mean(axis=(1, 2))
    laid[:, FEATURES:] = extras
    return laid


__all__ = [
    "PLACES",
    "SLOTS",
    "THIRDS",
    "Tokens",
    "count_channels",
    "count_extras",
    "count_tokens",
    "lay_extras",
    "lay_tokens",
    "list_signs",
]
