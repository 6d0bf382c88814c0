"""The contract of an image encoder: a radiograph in, findings with calibrated probabilities out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from pydantic import Field

from thoracite.types import Finding, Noun, Probability, Triple, View

if TYPE_CHECKING:
    from thoracite.vision.image import Radiograph
    from thoracite.vision.occlusion import Box

UNMEASURED = "Lungs and heart were not measured"
"""Begins the note on masks that are not valid; their faults follow behind a colon."""


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
    features : tuple of float
        What the network makes of the image, by which similar images are found; empty where it was refused, or the
        encoder gives none.
    """

    findings: tuple[Finding, ...] = ()
    accepted: bool = True
    reason: str | None = None
    view: View = "unknown"
    view_probability: Probability | None = None
    notes: tuple[str, ...] = ()
    features: tuple[float, ...] = Field(default=(), repr=False)


class Prior(NamedTuple):
    """What the graph says of one sign and one finding.

    Parameters
    ----------
    direction : int
        1 where the sign speaks for the finding, -1 where it speaks against it.
    facts : tuple of Triple
        The facts that say so; never empty.
    against : tuple of Triple
        Facts that say the opposite; fewer than ``facts``.
    """

    direction: int
    facts: tuple[Triple, ...]
    against: tuple[Triple, ...] = ()


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

    def find_ranges(self, reading: Reading) -> Mapping[str, tuple[float, float]]:
        """Return between which values each sign changes what it adds.

        Parameters
        ----------
        reading : Reading
            Of this encoder.

        Returns
        -------
        mapping of str to (float, float)
            Lowest and highest value in the sign's unit, by its key.
        """
        ...

    def find_priors(self) -> Mapping[tuple[str, str], Prior]:
        """Return what the graph said of signs and findings when their weights were fitted.

        Returns
        -------
        mapping of (str, str) to Prior
            By key of the sign (CURIE, and the side behind a space) and CURIE of the finding.
        """
        ...

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


@runtime_checkable
class PlaceEncoder(ImageEncoder, Protocol):
    """Reads radiographs, and finds named places in them."""

    def find_place(self, radiograph: Radiograph, name: str) -> Box:
        """Return the box round a named place.

        Parameters
        ----------
        radiograph : Radiograph
            Any that :meth:`read` accepts.
        name : str
            ``left lung``, ``right lower zone`` and so on; sides are the patient's.

        Returns
        -------
        tuple of float
            x0, y0, x1, y1 in pixels.

        Raises
        ------
        InputError
            If the image is not read, or no lungs were found in it.
        UsageError
            If the place has another name.
        """
        ...


__all__ = ["ImageEncoder", "PlaceEncoder", "Prior", "Reading", "SignEncoder"]
