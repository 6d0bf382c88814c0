"""Training material before the labels: synthetic phantoms, and radiographs of children.

Neither is measured on; both only give a head a start that is closer to radiographs than photographs are.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from thoracite.phantom import Kind, choose_abnormalities, draw_phantom
from thoracite.vision.mini.framing import LONGEST
from thoracite.vision.training.cases import Case, read_cases
from thoracite.vision.training.frames import map_cores, prepare_pixels

CHILDREN = ("Normal", "Bacterial pneumonia", "Viral pneumonia")
"""Classes of the children's radiographs."""

_LABELS = {
    Kind.EFFUSION: "Effusion", Kind.PNEUMOTHORAX: "Pneumothorax", Kind.CARDIOMEGALY: "Cardiomegaly",
    Kind.CONSOLIDATION: "Consolidation", Kind.NODULE: "Nodule", Kind.MASS: "Mass", Kind.EDEMA: "Edema",
    Kind.ATELECTASIS: "Atelectasis", Kind.HYPERINFLATION: "Emphysema",
}  # fmt: skip


def list_phantoms(number: int, *, seed: int = 0) -> list[Case]:
    """List phantoms as cases, with the labels of their findings.

    Parameters
    ----------
    number : int
        Number of phantoms; phantom ``n`` has the seed ``seed + n``.
    seed : int
        Seed of the first phantom.

    Examples
    --------
    >>> [sorted(case.labels) for case in list_phantoms(2)]
    [['Cardiomegaly', 'Consolidation'], ['Consolidation']]
    """
    return [_describe(seed + n) for n in range(number)]


def _describe(seed: int) -> Case:
    labels = frozenset(_LABELS[one.kind] for one in choose_abnormalities(seed)) or frozenset({"No Finding"})
    name = f"phantom {seed}"
    return Case(Path(name), "phantom", "phantom", name, "unknown", labels, "", ())


def draw_phantoms(number: int, *, seed: int = 0) -> npt.NDArray[np.uint8]:
    """Draw both crops of the same phantoms, as small as every radiograph is made.

    Parameters
    ----------
    number : int
        Number of phantoms; phantom ``n`` has the seed ``seed + n``.
    seed : int
        Seed of the first phantom.

    Returns
    -------
    ndarray, shape (number, 2, 160, 160), uint8

    Examples
    --------
    >>> draw_phantoms(1).shape
    (1, 2, 160, 160)
    """
    return np.stack(list(map_cores(_draw_one, range(seed, seed + number), told="phantoms drawn")))


def _draw_one(seed: int) -> npt.NDArray[np.uint8]:
    return prepare_pixels(draw_phantom(seed, size=LONGEST).image).frames


def read_children(folder: Path) -> list[Case]:
    """Read the paediatric radiographs of Kermany and colleagues: bacterial pneumonia, viral pneumonia, or none.

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


__all__ = ["CHILDREN", "draw_phantoms", "list_phantoms", "read_children"]
