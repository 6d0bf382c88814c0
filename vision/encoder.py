"""The contract of an image encoder: a radiograph in, findings with calibrated probabilities out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from thoracite.types import Finding, Noun, Probability, View

if TYPE_CHECKING:
    from thoracite.vision.image import Radiograph


class Reading(Noun):
    """Findings of one radiograph, or the reason for refusing it.

    Parameters
    ----------
    findings : tuple of Finding
        Every finding the encoder knows, in its own fixed order.
    accepted : bool
        True if the image looks like a frontal chest X-ray that the encoder can read.
    reason : str or None
        Reason for refusing it, as a clause for the user.
    view : str
        ``PA``, ``AP``, ``lateral`` or ``unknown``, as stated with the image or told from it.
    view_probability : float or None
        Probability that a view told from the image is right, in [0, 1]; None where it was stated.
    notes : tuple of str
        Sentences on what cannot be judged in this image.
    """

    findings: tuple[Finding, ...] = ()
    accepted: bool = True
    reason: str | None = None
    view: View = "unknown"
    view_probability: Probability | None = None
    notes: tuple[str, ...] = ()


@runtime_checkable
class ImageEncoder(Protocol):
    """Reads radiographs."""

    name: str

    def read(self, radiograph: Radiograph) -> Reading:
        """Return the findings of one radiograph, or the reason for refusing it.

        Parameters
        ----------
        radiograph : Radiograph
            ``pixels`` : ndarray, shape (height, width), float32, intensity in [0, 1], air dark and bone bright.
        """
        ...


@runtime_checkable
class SignEncoder(ImageEncoder, Protocol):
    """Reads radiographs by signs, which can be set."""

    def set_signs(self, reading: Reading, changes: Mapping[str, float | str | None]) -> Reading:
        """Return a reading with signs set, or taken away.

        Parameters
        ----------
        reading : Reading
            Of this encoder.
        changes : mapping of str to float, str or None
            By CURIE, and the side behind a space where there is one: a value, ``yes``, ``no``, or None.

        Raises
        ------
        UsageError
            If there is no such sign.
        """
        ...


__all__ = ["ImageEncoder", "Reading", "SignEncoder"]
