"""What cannot be judged in an image, for its reader.

Examples
--------
>>> import numpy as np
>>> find_notes(np.zeros((128, 128), dtype=np.float32))[0][:56]
'The image has only 128×128 pixels: nodules under 11 mm, '
"""

from __future__ import annotations

from collections.abc import Sequence

from thoracite.vision.encoder import UNMEASURED
from thoracite.vision.image import Pixels

SMALL = 200
"""Longer side, in pixels, up to which an image is read with a note on what cannot be judged."""

DISTINCT, CHEST_MM = 4, 350
"""Pixels that something round needs to be told from noise; length of a film's longer side, about, in millimetres."""


def find_notes(pixels: Pixels, faults: Sequence[str] = ()) -> tuple[str, ...]:
    """Return what cannot be judged in an image, as sentences; none where nothing is lost.

    Parameters
    ----------
    pixels : ndarray, shape (height, width)
        Of the image as it was given.
    faults : sequence of str
        Reasons why nothing may be measured on the masks of lungs and heart.

    Examples
    --------
    >>> import numpy as np
    >>> find_notes(np.zeros((512, 512), dtype=np.float32))
    ()
    >>> find_notes(np.zeros((64, 64), dtype=np.float32))[0][:40]
    'The image has only 64×64 pixels: nodules'
    """
    (height, width), notes = pixels.shape, []
    if max(height, width) <= SMALL:
        small = round(DISTINCT * CHEST_MM / max(height, width))
        lost = f"nodules under {small} mm, fine lines and thin pleural edges cannot be judged in it"
        notes.append(f"The image has only {width}×{height} pixels: {lost}.")
    if faults:
        reasons = " and ".join([", ".join(faults[:-1]), faults[-1]] if len(faults) > 1 else faults)
        notes.append(f"{UNMEASURED}: {reasons}.")
    return tuple(notes)


__all__ = ["CHEST_MM", "DISTINCT", "SMALL", "find_notes"]
