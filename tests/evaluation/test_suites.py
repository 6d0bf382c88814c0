"""Every suite that is listed can be measured, and measures what it is called."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from thoracite.errors import InputError, UsageError
from thoracite.evaluation import suites
from thoracite.evaluation.suites import list_suites, measure_suite


@pytest.mark.parametrize("name", list_suites())
def test_a_listed_suite_is_a_function_of_a_folder(name: str, tmp_path: Path) -> None:
    module, _, function = suites._SUITES[name].partition(":")
    assert callable(getattr(import_module(module), function))
    if name not in suites.WITHOUT_DATA:
        with pytest.raises(InputError):  # an empty folder
            measure_suite(name, tmp_path)


def test_extraction_is_measured_on_the_data_beside_the_checkout(shared: Path) -> None:
    suite = measure_suite("extraction")
    assert suite.suite == "extraction"
    assert suite == measure_suite("extraction", shared / "data")


def test_what_is_no_suite_or_no_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no suite 'banana'; there are extraction"):
        measure_suite("banana")
    with pytest.raises(InputError, match="name their folder with --data"):
        measure_suite("labels", tmp_path / "none")
