"""A JSON Schema of every output; ``thoracite schema NAME`` prints one, and the files in ``schemas`` are the same.

References
----------
JSON Schema, draft 2020-12. https://json-schema.org/draft/2020-12

Examples
--------
>>> sorted(SCHEMAS)[:3], make_schema("explain")["$schema"]
(['build', 'check', 'check-report'], 'https://json-schema.org/draft/2020-12/schema')
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from thoracite.errors import UsageError
from thoracite.files import write_text
from thoracite.ui.records.answers import (
    BuildRecord,
    CypherRecord,
    HealthRecord,
    QueriesRecord,
    RadGraphReport,
    SettingsRecord,
    SparqlRecord,
    SuiteRecord,
    SuitesRecord,
    ViolationsRecord,
)
from thoracite.ui.records.differential import DifferentialRecord
from thoracite.ui.records.explanation import (
    CheckRecord,
    ErrorRecord,
    ExplanationRecord,
    RetrievalRecord,
    SlimExplanationRecord,
)

FOLDER = Path(__file__).resolve().parent / "schemas"
"""The schemas as files."""

SCHEMAS: dict[str, Any] = {
    "build": BuildRecord,
    "check": ViolationsRecord,
    "check-report": CheckRecord,
    "differential": DifferentialRecord,
    "evaluate": SuiteRecord,
    "evaluate-list": SuitesRecord,
    "explain": ExplanationRecord | ErrorRecord,
    "explain-slim": SlimExplanationRecord | ErrorRecord,
    "extract": dict[str, RadGraphReport],
    "healthz": HealthRecord,
    "queries": QueriesRecord,
    "query-cypher": CypherRecord,
    "query-sparql": SparqlRecord,
    "retrieve": RetrievalRecord,
    "settings": SettingsRecord,
}
"""Model of each output, by the command that prints it (``explain``: of one line)."""


def make_schema(name: str) -> dict[str, Any]:
    """Make the JSON Schema of an output.

    Parameters
    ----------
    name : str
        A key of :data:`SCHEMAS`.

    Raises
    ------
    UsageError
        If no output has the name.
    """
    if name not in SCHEMAS:
        raise UsageError(f"there is no output {name!r}; expected {', '.join(sorted(SCHEMAS))}")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://w3id.org/thoracite/schema/{name}",
        "title": f"thoracite {name}",
    }
    return head | TypeAdapter(SCHEMAS[name]).json_schema(mode="serialization")


def write_schemas(folder: Path = FOLDER) -> None:
    """Write every schema as ``NAME.schema.json``: ``python -m thoracite.ui.records.schema``."""
    for name in SCHEMAS:
        write_text(folder / f"{name}.schema.json", json.dumps(make_schema(name), indent=1) + "\n")


__all__ = ["FOLDER", "SCHEMAS", "make_schema", "write_schemas"]

if __name__ == "__main__":
    write_schemas()
