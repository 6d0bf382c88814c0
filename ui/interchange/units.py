"""Units in UCUM, which interchange formats ask for.

Lengths are given in chest widths and grey values in contrasts, which have no unit: UCUM writes such a ratio as an
annotation in braces, and no blank may stand in it.

References
----------
The Unified Code for Units of Measure, 6 (curly braces). https://ucum.org/ucum

Examples
--------
>>> find_ucum("degree"), find_ucum("chest widths"), find_ucum("")
('deg', '{chest_widths}', '1')
>>> [find_unit(code) for code in ("deg", "{chest_widths}", "1")]
['degree', 'chest widths', '']
"""

from __future__ import annotations

_CODES = {"degree": "deg", "": "1"}
_UNITS = {code: unit for unit, code in _CODES.items()}


def find_ucum(unit: str) -> str:
    """Find the UCUM code of a unit of ours."""
    return _CODES.get(unit, f"{{{unit.replace(' ', '_')}}}")


def find_unit(code: str) -> str:
    """Find the unit of ours that a UCUM code was made from."""
    return _UNITS.get(code, code.strip("{}").replace("_", " "))


__all__ = ["find_ucum", "find_unit"]
