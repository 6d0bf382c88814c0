"""Changes to curated facts: what was withdrawn, changed or added since, each with its reason and the place it rests on.

The table is ``curation/fact_changes.csv``. A row withdraws a fact, changes some of its fields (an empty cell keeps what
was there) or tells why a fact was added; the facts themselves stay as they were curated.

Examples
--------
>>> facts = [{"id": "F1", "subject": "a", "object": "b"}, {"id": "F2", "subject": "c", "object": "d"}]
>>> told = {"reason": "r", "source": "thxs:s", "locator": "p"}
>>> rows = [{"id": "F1", "change": "withdrawn", **told}, {"id": "F2", "change": "changed", "object": "e", **told}]
>>> list(change_facts(facts, rows))
[{'id': 'F2', 'subject': 'c', 'object': 'e'}]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from thoracite.errors import InputError

CHANGED = ("subject", "relation", "object", "holds_for", "commonness", "confidence")
"""Fields of a fact that a row may change."""

TOLD = ("id", "change", "reason", "source", "locator")
"""What every row says."""

CHANGE_COLUMNS = (*TOLD[:2], *CHANGED, *TOLD[2:])
CHANGES = ("withdrawn", "changed", "new")


def change_facts(facts: Iterable[Mapping[str, str]], changes: Iterable[Mapping[str, str]]) -> Iterator[dict[str, str]]:
    """Apply changes to facts: withdrawn ones are left out.

    Parameters
    ----------
    facts : iterable of mapping of str to str
        Rows with ``id``.
    changes : iterable of mapping of str to str
        Rows of ``fact_changes.csv``.

    Raises
    ------
    InputError
        If a row names no fact, names one twice, is of no known kind, or lacks a reason or its place.
    """
    known = {row["id"]: dict(row) for row in facts}
    seen = set[str]()
    for change in changes:
        name = change["id"]
        _check(change, known, seen)
        seen.add(name)
        if change["change"] == "withdrawn":
            del known[name]
        elif change["change"] == "changed":
            known[name] |= {field: change[field] for field in CHANGED if change.get(field, "").strip()}
    yield from known.values()


def _check(change: Mapping[str, str], known: Mapping[str, object], seen: set[str]) -> None:
    where = f"curation/fact_changes.csv: {change['id']!r}"
    if change["id"] in seen:
        raise InputError(f"{where} is changed twice; make it one row")
    if change["id"] not in known:
        raise InputError(f"{where} is no fact; correct the id")
    if change["change"] not in CHANGES:
        raise InputError(f"{where} is {change['change']!r}; expected {', '.join(CHANGES)}")
    if missing := [field for field in TOLD if not change[field].strip()]:
        raise InputError(f"{where} has no {missing[0]}; every change says why and where that is read")


__all__ = ["CHANGED", "CHANGES", "CHANGE_COLUMNS", "TOLD", "change_facts"]
