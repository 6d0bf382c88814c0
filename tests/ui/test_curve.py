"""The picture of what a certified release costs."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from thoracite.generation.release.certificate import open_certificate
from thoracite.ui.curve import LEVELS, draw_curve, draw_file

ROOT = Path(__file__).resolve().parents[2]


def test_the_document_shows_the_curve_of_the_certificate() -> None:
    assert (ROOT / "docs" / "assets" / "release-curve.svg").read_text(encoding="utf-8") == draw_file()
    ET.fromstring(draw_file())


def test_a_lower_risk_never_holds_back_less() -> None:
    curve = open_certificate("thoracite-mini").trace_curve(LEVELS)
    shares = [share for _, share in curve]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.9
    assert shares[-1] == 0


def test_a_point_lies_where_its_numbers_say() -> None:
    drawn = draw_curve([(0.05, 1.0), (0.1, 0.0)])
    assert 'points="251.0,12.0 450.0,206.0"' in drawn
    assert "at risk 0.05, 100%; at risk 0.1, 0%" in drawn


def test_nothing_measured_draws_nothing() -> None:
    assert draw_curve([]) == ""
