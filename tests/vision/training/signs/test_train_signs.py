"""Priors of one's own: a row changes the signs that it names, and a wrong row is one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.errors import InputError
from thoracite.vision.mini.signs.listed import read_signs
from thoracite.vision.training.signs.fit_signs import lay_own_priors
from thoracite.vision.training.signs.train_signs import change_priors

HEAD = "sign,side,finding,direction\n"


def test_a_row_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    path, prior = tmp_path / "mine.csv", lay_own_priors()
    path.write_text(f"{HEAD}perihilar haze,,emphysema,-1\nblunting of costophrenic angle,left,pleural effusion,0\n")
    changed = change_priors(prior, path)
    signs = [(read_signs()[n].entity.label, read_signs()[n].side) for n in np.flatnonzero((changed != prior).any(0))]
    assert signs == [("blunting of costophrenic angle", "left"), ("perihilar haze", "bilateral")]
    assert (changed != prior).sum() == 2
    np.testing.assert_array_equal(change_priors(prior, None), prior)


@pytest.mark.parametrize("row", ["haze,,emphysema,1", "perihilar haze,,hiccups,1", "perihilar haze,,emphysema,2"])
def test_a_wrong_row_is_named(tmp_path: Path, row: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(f"{HEAD}{row}\n")
    with pytest.raises(InputError, match=r"line 2 of .*expected a sign and a finding"):
        change_priors(lay_own_priors(), path)
