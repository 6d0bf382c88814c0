"""What an image model may say, without an image model."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from PIL import Image

from thoracite.kg.linking.linker import Linker
from thoracite.types import (
    CERTAINTIES,
    Certainty,
    Entity,
    Finding,
    Region,
    Sign,
    SignScore,
    find_log_odds,
    find_verdict,
)
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph

LINKER = Linker()
PROBABILITIES = {Certainty.PRESENT: 0.9, Certainty.UNCERTAIN: 0.5, Certainty.ABSENT: 0.02}


def make_finding(name: str, certainty: Certainty, *, side: str | None = None, sign: str = "") -> Finding:
    """A finding of the default graph, seen on a side, carried by a sign."""
    entity = LINKER.link(name)
    assert isinstance(entity, Entity)
    region = Region(box=(10, 20, 110, 220), anatomy=f"{side} lower zone", side=side) if side else None
    signs = ()
    if sign:
        linked = LINKER.link(sign)
        assert isinstance(linked, Entity)
        asked = Sign(id=linked.id, question=f"Is {sign} seen?", entity=linked)
        signs = (SignScore(sign=asked, value=0.8, probability=0.8, log_odds=1.2, answer="yes"),)
    return Finding(entity=entity, probability=PROBABILITIES[certainty], certainty=certainty, region=region, signs=signs)


def rate_finding(name: str, probability: float, prior: float, *, side: str | None = None) -> Finding:
    """A finding of the default graph whose prior is known, and so its verdict."""
    plain = make_finding(name, Certainty.UNCERTAIN, side=side)
    ratio = math.exp(find_log_odds(probability) - find_log_odds(prior))
    verdict = find_verdict(probability, ratio)
    return Finding(
        entity=plain.entity,
        probability=probability,
        prior=prior,
        certainty=CERTAINTIES[verdict],
        region=plain.region,
    )


FINDINGS = (
    make_finding("pneumothorax", Certainty.ABSENT),
    make_finding("atelectasis", Certainty.UNCERTAIN),
    make_finding("pleural effusion", Certainty.PRESENT, side="right", sign="blunting of costophrenic angle"),
    make_finding("cardiomegaly", Certainty.ABSENT),
)
"""A right effusion that an angle speaks for, perhaps atelectasis, nothing else."""


RATED = (
    rate_finding("pneumothorax", 0.02, 0.045),
    rate_finding("atelectasis", 0.15, 0.1),
    rate_finding("consolidation", 0.03, 0.045),
    rate_finding("lung mass", 0.08, 0.03),
    rate_finding("pleural effusion", 0.83, 0.1, side="right"),
    rate_finding("pulmonary edema", 0.18, 0.017),
)
"""Unlikely; undecided at 1.6 and at 0.66 times the usual odds; possible; likely; suspected."""


class FixedEncoder:
    """An encoder that always reads the same."""

    name = "fixed"

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def read(self, radiograph: Radiograph) -> Reading:
        """What it was made with."""
        assert radiograph.pixels.ndim == 2
        return self._reading


def write_grey(path: Path) -> Path:
    """A readable image without a chest in it."""
    Image.fromarray(np.full((96, 96), 90, dtype=np.uint8)).save(path)
    return path
