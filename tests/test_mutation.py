"""Tests notice changes of one line: most of those drawn at random; each that they miss is known, with the reason."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.line_changes import find_changes
from tests.mutation import ROOMS, ROOT, draw_mutants, run_mutants

SEED = 1
SURVIVORS = Path(__file__).parent / "data" / "mutation_survivors.csv"


def read_survivors() -> dict[tuple[str, str, str], str]:
    with SURVIVORS.open(encoding="utf-8", newline="") as file:
        return {(row["module"], row["before"], row["after"]): row["reason"] for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("if a <= 2: pass", {"if (not a <= 2): pass", "if (a < 2): pass", "if (a > 2): pass", "if a <= (3): pass"}),
        ("if a and not b: pass", {"if (a or not b): pass", "if (not b): pass", "if (a): pass", "if a and (b): pass"}),
        ("def f(): return g(a, b)", {"def f(): return None", "def f(): return (g(b, a))"}),
        ("x = a[1:n]", {"x = a[:n]", "x = a[1:]", "x = a[(0):n]"}),
        ("n += 0.5", {"n -= 0.5", "n += (0.75)", "n += (0.25)"}),
        (
            "x = True if a is None else b | c",
            {"x = (False) if a is None else b | c", "x = True if a is None else (b & c)"},
        ),
    ],
)
def test_lines_are_changed(line: str, changed: set[str]) -> None:
    assert changed <= {change.after for change in find_changes(line)}


@pytest.mark.parametrize(
    "line",
    ["def f(a: list[int | None]) -> int | None: ...", "raise InputError(f(2, 3))", "assert a == 2", '"""1 or 2"""'],
)
def test_lines_on_which_no_behaviour_hangs_are_not(line: str) -> None:
    assert list(find_changes(line)) == []


def test_a_draw_is_the_same_again_and_every_mutant_compiles() -> None:
    drawn = draw_mutants(SEED)
    assert drawn == draw_mutants(SEED) != draw_mutants(SEED + 1)
    assert {mutant.room for mutant in drawn} == set(ROOMS)
    assert len(drawn) == 10 * len(ROOMS)
    for mutant in drawn:
        lines = (ROOT / mutant.module).read_text(encoding="utf-8").splitlines()
        lines[mutant.line - 1] = lines[mutant.line - 1].replace(mutant.before, mutant.after)
        compile("\n".join(lines), mutant.module, "exec")


def test_each_survivor_has_a_reason_and_could_still_be_drawn() -> None:
    for (module, before, after), reason in read_survivors().items():
        changes = find_changes((ROOT / module).read_text(encoding="utf-8"))
        assert (before, after) in {(change.before, change.after) for change in changes}, f"{module} changed: {before}"
        assert len(reason.split()) > 5


@pytest.mark.bench
@pytest.mark.timeout(7200)
def test_tests_notice_most_changes_and_the_others_are_known(record_property: Callable[[str, object], None]) -> None:
    fates = dict(run_mutants(draw_mutants(SEED)))
    survivors = [mutant.key for mutant, killer in fates.items() if killer is None]
    killed = 1 - len(survivors) / len(fates)
    record_property("measured", f"{killed:.3f} of {len(fates)} killed")
    assert killed >= 0.85
    assert [key for key in survivors if key not in read_survivors()] == []
