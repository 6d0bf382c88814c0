"""Certified release: statements about opacities that come too near to a verdict's limit become undecided.

The certificate of a model holds, for each margin λ, the risk on patients that it had not seen: an explanation errs
where it calls pneumonia, consolidation or infiltration likely, suspected or possible and RSNA's radiologists saw no
opacity, or calls all three unlikely and they drew one. Learn then Test
(:mod:`thoracite.generation.release.risk_control`) chooses the least margin whose risk is shown to lie below the level
that the user sets; the chance that it does not is 0.1 at most. ``thoracite evaluate release`` measures the risks and
what a level leaves out, ``python -m thoracite.evaluation.certify DATA`` writes the certificate.

Examples
--------
>>> risks = (0.0, 0.02, 0.12)
>>> one = Certificate(weights="", findings=("thx:pneumonia",), margins=(None, 0.7, 0.0), risks=risks, patients=1000)
>>> one.find_margin(0.05), one.find_margin(0.2), one.find_margin(0.001)
(0.7, 0.0, inf)
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from thoracite.errors import ModelError, UsageError
from thoracite.generation.release.risk_control import DELTA, choose_threshold
from thoracite.settings import MODELS
from thoracite.types import CERTAINTIES, Finding, Noun

if TYPE_CHECKING:
    from thoracite.vision.encoder import Reading

FILE = "release.json"
"""Name of a certificate in the folder of its model."""


class Certificate(Noun):
    """Measured risks of one model's statements.

    Parameters
    ----------
    weights : str
        Digest of the model's weights.
    findings : tuple of str
        CURIEs of the findings whose statements are controlled.
    margins : tuple of float or None
        Margins λ, natural logarithms of a likelihood ratio, the most careful first; None leaves everything out.
    risks : tuple of float
        Mean over patients of the share of their images that err at each margin, in [0, 1].
    left_out : tuple of float
        Share of the statements that is held back at each margin, in [0, 1]; empty where it was not measured.
    patients : int
        Number of patients.
    data : str
        Source of the images and of their truth.
    """

    weights: str
    findings: tuple[str, ...]
    margins: tuple[float | None, ...]
    risks: tuple[float, ...]
    patients: int
    left_out: tuple[float, ...] = ()
    data: str = ""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Load the certificate of the model in a folder.

        Raises
        ------
        ModelError
            If the model has none, or has other weights than those that were measured.
        """
        path = folder / FILE
        try:
            found = cls.model_validate_json(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ModelError(
                f"no certified release: {path} is missing or damaged; leave --risk out, or write it with "
                "`python -m thoracite.evaluation.certify DATA`"
            ) from error
        if found.weights != digest_weights(folder):
            raise ModelError(
                f"no certified release: {path} was measured for other weights than those in {folder}; leave --risk "
                "out, or write it again with `python -m thoracite.evaluation.certify DATA`"
            )
        return found

    def find_margin(self, alpha: float) -> float:
        """Return the least margin that is certified; infinite where nothing can be said at that level.

        Parameters
        ----------
        alpha : float
            Level that the risk has to stay below, in (0, 1).

        Raises
        ------
        UsageError
            If the level is not between 0 and 1.
        """
        chosen = choose_threshold(np.array(self.risks), alpha, patients=self.patients)
        margin = None if chosen is None else self.margins[chosen]
        return math.inf if margin is None else margin

    def trace_curve(self, alphas: Sequence[float]) -> list[tuple[float, float]]:
        """Return what each level costs: the level, and the share of the statements that it holds back.

        Parameters
        ----------
        alphas : sequence of float
            Levels of the risk, each in (0, 1).

        Raises
        ------
        UsageError
            If a level is not between 0 and 1.

        Examples
        --------
        >>> one = Certificate(weights="", findings=(), margins=(None, 0.7, 0.0), risks=(0.0, 0.02, 0.12),
        ...                   left_out=(1.0, 0.4, 0.0), patients=1000)
        >>> one.trace_curve([0.001, 0.05, 0.2])
        [(0.001, 1.0), (0.05, 0.4), (0.2, 0.0)]
        """
        if not self.left_out:
            return []
        chosen = [choose_threshold(np.array(self.risks), alpha, patients=self.patients) for alpha in alphas]
        return [(alpha, 1.0 if at is None else self.left_out[at]) for alpha, at in zip(alphas, chosen, strict=True)]


@lru_cache(maxsize=4)
def open_certificate(encoder: str) -> Certificate:
    """Return the certificate of an encoder, loaded once.

    Parameters
    ----------
    encoder : str
        Name of the encoder; only the bundled one was measured.

    Raises
    ------
    UsageError
        If it is another one.
    ModelError
        If the certificate is missing, or of other weights.
    """
    if encoder != "thoracite-mini":
        raise UsageError(f"no certified release: the risk of {encoder} was not measured; leave --risk out")
    return Certificate.load(MODELS / encoder)


def digest_weights(folder: Path) -> str:
    """Return the SHA-256 of a model's weights, as ``sha256:`` and hexadecimal digits."""
    with (folder / "weights.safetensors").open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def hold_back(findings: Sequence[Finding], certificate: Certificate, alpha: float) -> tuple[Finding, ...]:
    """Make undecided what comes nearer to a verdict's limit than a level of risk allows.

    Parameters
    ----------
    findings : sequence of Finding
        All findings of one image; those that the certificate does not name, or whose prior is not known, stay.
    certificate : Certificate
        Of the model that read the image.
    alpha : float
        Level of the risk, in (0, 1).

    Raises
    ------
    UsageError
        If the level is not between 0 and 1.

    Examples
    --------
    >>> from thoracite.types import Entity
    >>> pneumonia = Entity(id="thx:pneumonia", label="pneumonia", kind="finding")
    >>> possible = Finding(entity=pneumonia, probability=0.06, prior=0.02, certainty="uncertain")
    >>> one = Certificate(weights="", findings=("thx:pneumonia",), margins=(None, 0.7), risks=(0, 0.02), patients=1000)
    >>> possible.verdict, hold_back([possible], one, 0.05)[0].verdict
    ('possible', 'undecided')
    """
    margin = certificate.find_margin(alpha)
    return tuple(
        _set_margin(one, margin) if one.entity.id in certificate.findings and one.prior is not None else one
        for one in findings
    )


def hold_back_reading(reading: Reading, alpha: float, *, encoder: str) -> Reading:
    """Hold statements of a reading back, and note the level.

    Parameters
    ----------
    reading : Reading
        What an encoder read.
    alpha : float
        Level of the risk, in (0, 1).
    encoder : str
        Name of the encoder.

    Raises
    ------
    UsageError, ModelError
        As :func:`open_certificate`.
    """
    certificate = open_certificate(encoder)
    notes = (*reading.notes, describe_level(alpha, certificate))
    return reading.model_copy(update={"findings": hold_back(reading.findings, certificate, alpha), "notes": notes})


def _set_margin(finding: Finding, margin: float) -> Finding:
    held = finding.model_copy(update={"margin": margin})
    return held.model_copy(update={"certainty": CERTAINTIES[held.verdict]})


def describe_level(alpha: float, certificate: Certificate) -> str:
    """Return what a level of risk means, in a sentence for the reader.

    Parameters
    ----------
    alpha : float
        Level of the risk, in (0, 1).
    certificate : Certificate
        Of the model that read the image.
    """
    return (
        f"Statements about pneumonia, consolidation and infiltration are released at a certified risk below {alpha:g} "
        f"(Learn then Test, {certificate.patients} patients, chance {DELTA:g} that it is above)."
    )


__all__ = [
    "FILE",
    "Certificate",
    "describe_level",
    "digest_weights",
    "hold_back",
    "hold_back_reading",
    "open_certificate",
]
