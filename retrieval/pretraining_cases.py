"""Material to train on before the labels: synthetic phantoms, and radiographs of children.

Neither is measured on; both only give a crown something to begin with that is nearer to radiographs than photographs.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from thoracite.phantom import draw_phantom
from thoracite.phantom.findings import Kind
from thoracite.retrieval.framing import frame_pixels
from thoracite.retrieval.training_cases import Case, read_cases

Frames = npt.NDArray[np.uint8]

CHILDREN = ("Normal", "Bacterial pneumonia", "Viral pneumonia")
"""What the children's radiographs are told apart by."""

_LABELS = {
    Kind.EFFUSION: "Effusion", Kind.PNEUMOTHORAX: "Pneumothorax", Kind.CARDIOMEGALY: "Cardiomegaly",
    Kind.CONSOLIDATION: "Consolidation", Kind.NODULE: "Nodule", Kind.MASS: "Mass", Kind.EDEMA: "Edema",
    Kind.ATELECTASIS: "Atelectasis", Kind.HYPERINFLATION: "Emphysema",
}  # fmt: skip


def draw_phantom_cases(number: int, *, size: int, seed: int = 0) -> tuple[list[Case], Frames]:
    """Phantoms with the labels of what was drawn into them.

    Parameters
    ----------
    number : int
        How many; phantom ``n`` has the seed ``seed + n``.
    size : int
        Side of the frames, in pixels.
    seed : int
        Of the first.

    Returns
    -------
    tuple of list of Case and ndarray, shape (number, 1, size, size), uint8
        Whole frames, one view of each.

    Examples
    --------
    >>> cases, frames = draw_phantom_cases(2, size=64)
    >>> [case.source for case in cases], frames.shape
    (['phantom', 'phantom'], (2, 1, 64, 64))
    """
    cases, frames = [], np.empty((number, 1, size, size), dtype=np.uint8)
    for row in range(number):
        phantom = draw_phantom(seed + row, size=size)
        frames[row, 0] = np.rint(frame_pixels(phantom.image, size=size).pixels * 255)
        drawn = {Kind(finding.entity.label) for finding in phantom.findings}
        labels = frozenset(_LABELS[kind] for kind in drawn) or frozenset({"No Finding"})
        name = f"phantom {phantom.seed}"
        cases.append(Case(Path(name), "phantom", "phantom", name, phantom.view, labels, "", ()))
    return cases, frames


def read_children(folder: Path) -> list[Case]:
    """The paediatric radiographs of Kermany and colleagues: bacterial pneumonia, viral pneumonia, or none.

    Parameters
    ----------
    folder : Path
        Holds ``manifest.csv``.

    Raises
    ------
    InputError
        If the manifest is missing or has none of them.

    References
    ----------
    Kermany DS et al. Identifying medical diagnoses and treatable diseases by image-based deep learning. Cell 2018.
    doi:10.1016/j.cell.2018.02.010. CC BY 4.0.
    """
    return [case for case in read_cases(folder, "kermany") if case.labels & {*CHILDREN}]


__all__ = ["CHILDREN", "draw_phantom_cases", "read_children"]
