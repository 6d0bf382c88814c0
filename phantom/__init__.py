"""Synthetic chest radiographs whose findings, places and report are known.

An analytic thorax in three dimensions is projected by Beer–Lambert's law through a cone beam, with scatter, noise and a
scanner's look. It contains no real person's chest, so it can be shared; every figure from it must say "synthetic".

Examples
--------
>>> from thoracite.phantom import Abnormality, Kind, draw_phantom
>>> phantom = draw_phantom(1, abnormalities=[Abnormality(kind=Kind.PNEUMOTHORAX, side="right")], size=64)
>>> phantom.gold.report.splitlines()[0]
'Moderate right apical pneumothorax with a visceral pleural line.'
"""

from thoracite.phantom.findings import Abnormality, Kind
from thoracite.phantom.phantom import (
    Phantom,
    PhantomFinding,
    choose_abnormalities,
    draw_phantom,
    render_picture,
    write_phantoms,
)

__all__ = [
    "Abnormality",
    "Kind",
    "Phantom",
    "PhantomFinding",
    "choose_abnormalities",
    "draw_phantom",
    "render_picture",
    "write_phantoms",
]
