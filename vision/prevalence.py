"""How common each finding is: the prior of a stated mix of images, by view.

The default is ChestX-ray14, counted in all of its 112,120 images; ``--prevalence FILE`` states another mix.

References
----------
Wang X et al. ChestX-ray8. CVPR 2017. doi:10.1109/CVPR.2017.369. Counted in Data_Entry_2017_v2020.

Examples
--------
>>> prevalence = read_prevalence()
>>> prevalence.find_share("Effusion", "PA"), prevalence.find_share("Effusion", "AP")
(0.09789, 0.15015)
>>> prevalence.find_share("Effusion", "unknown")
0.11877
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from thoracite.errors import InputError
from thoracite.files import TableRow, read_rows
from thoracite.types import View
from thoracite.vision.labels import FINDINGS

FILE = Path(__file__).with_name("prevalence_nih.csv")
"""Shares of ChestX-ray14."""

_COLUMNS: Mapping[str, str] = {"PA": "share_PA", "AP": "share_AP"}
_ALL = "share_all"


class Prevalence(NamedTuple):
    """Shares of findings in a mix of images.

    Parameters
    ----------
    shares : mapping of str to mapping of str to float
        By label of ChestX-ray14, then by view (``PA``, ``AP``) or ``""`` for all images; each in (0, 1).
    """

    shares: Mapping[str, Mapping[str, float]]

    def find_share(self, label: str, view: View) -> float:
        """Return the share of a finding among the images of a view; of all images where the view is not known."""
        stated = self.shares[label]
        return stated.get(view, stated[""])


def read_prevalence(path: Path | None = None) -> Prevalence:
    """Read how common findings are.

    Parameters
    ----------
    path : Path or None
        A CSV with the columns ``finding`` (a label of ChestX-ray14) and ``share_all``, and perhaps ``share_PA`` and
        ``share_AP``; a finding that it leaves out keeps its share in ChestX-ray14.

    Raises
    ------
    InputError
        If the file cannot be read, names an unknown finding, or has a share outside (0, 1).
    """
    shares = dict(_read_shares(FILE))
    if path is not None:
        shares |= _read_shares(path)
    return Prevalence(shares)


def _read_shares(path: Path) -> dict[str, dict[str, float]]:
    shares: dict[str, dict[str, float]] = {}
    for row in read_rows(path, columns=("finding", _ALL)):
        label = row["finding"].strip()
        if label not in (*FINDINGS, "No Finding"):
            raise InputError(f"{path} names the finding {label!r}; expected one of {', '.join(FINDINGS)}")
        shares[label] = {"": _parse_share(row, _ALL, path)}
        shares[label] |= {view: _parse_share(row, name, path) for view, name in _COLUMNS.items() if row.get(name)}
    return shares


def _parse_share(row: TableRow, column: str, path: Path) -> float:
    try:
        share = float(row[column])
    except ValueError:
        share = -1.0
    if not 0 < share < 1:
        raise InputError(
            f"{path} states {row[column]!r} as {column} of {row['finding']}; expected a share between 0 and 1, such as "
            "0.05 for one image in twenty"
        )
    return share


__all__ = ["FILE", "Prevalence", "read_prevalence"]
