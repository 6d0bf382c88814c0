"""Priors: those of ChestX-ray14 by default, another mix from a file, faults in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.vision.labels import FINDINGS
from thoracite.vision.prevalence import FILE, read_prevalence


def test_every_finding_has_a_share_in_each_view() -> None:
    prevalence = read_prevalence()
    for label in (*FINDINGS, "No Finding"):
        low, middle, high = sorted(prevalence.find_share(label, view) for view in ("PA", "unknown", "AP"))  # type: ignore[arg-type]
        assert 0 < low <= middle <= high < 1


def test_the_shares_are_those_that_were_counted(shared: Path) -> None:
    assert FILE.read_text() == (shared / "data" / "cxr" / "prevalence_nih.csv").read_text()


def test_another_mix_replaces_what_it_states(tmp_path: Path) -> None:
    path = tmp_path / "clinic.csv"
    path.write_text("finding,share_all,share_AP\nPneumonia,0.2,0.4\n")
    prevalence = read_prevalence(path)
    assert [prevalence.find_share("Pneumonia", view) for view in ("PA", "AP")] == [0.2, 0.4]  # type: ignore[arg-type]
    assert prevalence.find_share("Edema", "PA") == read_prevalence().find_share("Edema", "PA")


@pytest.mark.parametrize(("text", "said"), [
    ("finding,share_all\nGout,0.1\n", "names the finding 'Gout'"),
    ("finding,share_all\nEdema,1.5\n", "states '1.5' as share_all of Edema"),
    ("finding,share_all\nEdema,often\n", "expected a share between 0 and 1"),
    ("finding,share\nEdema,0.1\n", "share_all"),
])  # fmt: skip
def test_a_fault_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "clinic.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        read_prevalence(path)
