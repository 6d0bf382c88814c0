"""A phantom to send."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.phantom import write_phantoms


@pytest.fixture(scope="session")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A phantom with an effusion on the right."""
    folder = tmp_path_factory.mktemp("phantom")
    write_phantoms(folder, number=1, seed=214)
    return folder / "phantom_00214.png"
