"""Work in processes keeps its order, its errors and its bounds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from thoracite.errors import InputError, UsageError
from thoracite.kg.extract.parallel import map_in_order
from thoracite.kg.reports.report import find_patient


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_order(processes: int) -> None:
    names = [f"p{n:08d}/s1.txt" for n in range(300)]
    assert list(map_in_order(find_patient, names, processes=processes)) == [name[:9] for name in names]


@pytest.mark.parametrize("processes", [1, 2])
def test_what_goes_wrong_in_the_source_is_told(processes: int) -> None:
    def source() -> Iterator[str]:
        yield from ["a"] * 100
        raise InputError("report 101 is broken")

    with pytest.raises(InputError, match="report 101"):
        list(map_in_order(len, source(), processes=processes))


def test_only_so_many_items_are_taken_ahead() -> None:
    taken = count()
    source = (str(next(taken)) for _ in range(10**9))
    results = map_in_order(len, source, processes=2)
    assert next(results) == 1
    results.close()  # type: ignore[attr-defined]
    assert next(taken) <= 512


def test_no_process_is_refused() -> None:
    with pytest.raises(UsageError, match="at least 1"):
        list(map_in_order(len, ["a"], processes=0))
