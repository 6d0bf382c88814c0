"""Fixtures that every room shares."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve a busy machine

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development data beside the checkout; not part of the product."""
    if not (SHARED / "data").is_dir():
        pytest.skip("needs the development data in ../shared, which is not part of the product")
    return SHARED
