"""The knowledge graph: build it, open it, query it; read reports and names into it.

Every name is imported on first use, so that a program that only queries a graph loads no code that builds one.

Examples
--------
Identifiers of a report are hidden, its sentences are read, and its words are linked to concepts:

>>> from thoracite.kg import Linker, build_graph, deidentify, open_extractor, open_store
>>> text = deidentify("No pneumothorax. Dr. Kowalski was notified.")
>>> text
'No pneumothorax. Dr. [NAME] was notified.'
>>> [(mention.tokens, mention.label) for mention in open_extractor().extract(text).entities]
[('pneumothorax', 'OBS-DA')]
>>> Linker().link("PTX").id
'thx:pneumothorax'

A graph is built from the curated facts and your own triples, and queried in SPARQL or Cypher:

>>> from pathlib import Path
>>> from tempfile import TemporaryDirectory
>>> from thoracite import Settings
>>> with TemporaryDirectory() as name:
...     folder, mine = Path(name, "graph"), Path(name, "mine.csv")
...     _ = mine.write_text("subject,relation,object,source,locator\\nPTX,may mimic,skin fold,My book,page 7\\n")
...     built = build_graph(folder, reports=[], extra=[mine])
...     store = open_store(Settings(graph=folder))
...     (triple,) = store.find_triples(subject="thx:pneumothorax", relation="thx:may_mimic")
...     prefixes = "PREFIX thx: <https://w3id.org/thoracite/> PREFIX thxs: <https://w3id.org/thoracite/source/>"
...     answer = store.query(prefixes + "SELECT (COUNT(*) AS ?n) { GRAPH thxs:my_book { ?s thx:may_mimic ?o } }")
...     store.close()
>>> triple.object.label, triple.provenance[0].source, triple.provenance[0].locator
('skin fold', 'thxs:my_book', 'page 7')
>>> answer.rows[0][0]["value"]
'1'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thoracite.kg.build.build import build_graph
    from thoracite.kg.extract.extractor import open_extractor
    from thoracite.kg.graph import ensure_graph, open_store
    from thoracite.kg.linking.linker import Linker
    from thoracite.kg.privacy.deidentify import deidentify
    from thoracite.kg.stores.store import GraphStore, QueryResult

_HOME = {
    "GraphStore": "thoracite.kg.stores.store",
    "Linker": "thoracite.kg.linking.linker",
    "QueryResult": "thoracite.kg.stores.store",
    "build_graph": "thoracite.kg.build.build",
    "deidentify": "thoracite.kg.privacy.deidentify",
    "ensure_graph": "thoracite.kg.graph",
    "open_extractor": "thoracite.kg.extract.extractor",
    "open_store": "thoracite.kg.graph",
}
"""Module of each public name."""


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted(_HOME)


__all__ = [
    "GraphStore",
    "Linker",
    "QueryResult",
    "build_graph",
    "deidentify",
    "ensure_graph",
    "open_extractor",
    "open_store",
]
