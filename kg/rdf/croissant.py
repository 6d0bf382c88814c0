"""Croissant: what the default graph's tables are, for programs that look for data sets.

``python -m thoracite.kg.rdf.croissant ontologies`` writes ``ontologies/croissant.json`` anew; ``make ontology`` does so
after it has made the tables.

References
----------
https://docs.mlcommons.org/croissant/docs/croissant-spec.html, version 1.0
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from thoracite.errors import InputError
from thoracite.files import write_text
from thoracite.kg.vocabulary import PREFIXES

NAME = "croissant.json"
"""The file, beside the tables that it describes."""

TABLES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "sources.csv": (
        "Books, articles, vocabularies and teaching pages that facts were taken from.",
        {
            "id": "CURIE of the source",
            "title": "title",
            "reference": "address or bibliographic reference",
            "licence": "licence of the source itself",
        },
    ),
    "facts.csv": (
        "Facts about the chest X-ray, each with its source and the place in it.",
        {
            "id": "identifier of the fact",
            "subject": "CURIE of a concept",
            "relation": "CURIE of a relation of thoracite.ttl",
            "object": "CURIE of a concept",
            "holds_for": "what the fact is limited to: view, position, age, condition; empty: no limit",
            "commonness": "how often it is met on films: common, occasional, rare, not stated",
            "source": "CURIE of the source",
            "locator": "place in the source",
            "confidence": "the curator's: high or medium",
            "read": "how the source was read",
        },
    ),
    "reports_openi.csv": (
        "Statements counted in the 3,927 reports of Open-i, at least three reports behind each count; no sentence.",
        {
            "subject": "CURIE of a concept",
            "subject_label": "its name",
            "subject_kind": "its kind",
            "relation": "CURIE of a relation",
            "object": "CURIE of a concept",
            "object_label": "its name",
            "object_kind": "its kind",
            "present": "reports that affirm it",
            "uncertain": "reports that hold it possible",
            "absent": "reports that deny it",
            "support": "reports that state it",
            "lift": "how much more often the two are met together than by chance",
            "subject_certainty": "certainty of the subject in these statements",
            "object_certainty": "certainty of the object in these statements",
            "source": "CURIE of the source",
            "locator": "place in the source",
            "extractor": "what read the reports",
            "version": "its version",
            "licence": "licence of the reports",
        },
    ),
}
"""Tables with what they hold, and their columns with what those hold; sources first, since the others name them."""

_OTHERS = {
    "concepts.ttl": ("Concepts in SKOS: labels, synonyms, codes in other vocabularies, descriptions.", "text/turtle"),
    "thoracite.ttl": ("The schema: classes and relations.", "text/turtle"),
    "first_reasons.csv": ("The two signs that a textbook lists first for each finding.", "text/csv"),
}
_NUMBERS = {"present": "sc:Integer", "uncertain": "sc:Integer", "absent": "sc:Integer", "support": "sc:Integer"} | {
    "lift": "sc:Float"
}
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "samplingRate": "cr:samplingRate",
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification prescribes."""

_ABOUT: dict[str, Any] = {
    "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
    "name": "thoracite-graph",
    "alternateName": "Thoracite: facts about the chest X-ray, with sources",
    "description": (
        "The tables of a knowledge graph of the chest X-ray: facts with their sources and places, statements counted "
        "in the Open-i reports, concepts with codes. Research use only; not reviewed by a clinician."
    ),
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "creator": {"@type": "Organization", "name": "The Thoracite developers"},
    "keywords": ["chest x-ray", "radiology", "knowledge graph", "RDF", "SKOS"],
    "inLanguage": "en",
    "datePublished": "2026-11-30",
    "isLiveDataset": False,
    "rai:dataCollection": "Read by curators; counts by rules from reports whose identifiers were removed first.",
    "rai:dataCollectionType": ["Secondary Data Analysis", "Manual Human Curation"],
    "rai:dataLimitations": (
        "No clinician has reviewed the facts. A count says what is written in the reports of one collection, not what "
        "is true of a chest, and not how common a finding is elsewhere."
    ),
    "rai:dataUseCases": "Research on retrieval and on explanations with sources. Not for diagnosis.",
    "rai:personalSensitiveInformation": "None: no report, no sentence, no image; at least three reports a count.",
}


def render_croissant(folder: Path) -> str:
    """Render the description of a folder of tables as JSON-LD.

    Parameters
    ----------
    folder : Path
        Holds the files of :data:`TABLES`, ``concepts.ttl``, ``thoracite.ttl`` and ``first_reasons.csv``.

    Raises
    ------
    InputError
        If a file is missing, or a table has other columns than are described here.

    Examples
    --------
    >>> from thoracite.settings import ONTOLOGIES
    >>> json.loads(render_croissant(ONTOLOGIES))["name"]
    'thoracite-graph'
    """
    files = {name: (about, "text/csv") for name, (about, _) in TABLES.items()} | _OTHERS
    described: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        **_ABOUT,
        "url": PREFIXES["thx"],
        "version": version("thoracite"),
        "citeAs": f"The Thoracite developers. Thoracite, version {version('thoracite')}. {PREFIXES['thx']}",
        "distribution": [_describe_file(folder / name, *kind) for name, kind in files.items()],
        "recordSet": [_describe_table(folder / name) for name in TABLES],
    }
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def _describe_file(path: Path, about: str, media_type: str) -> dict[str, Any]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error}); expected the tables of a default graph") from error
    return {
        "@type": "cr:FileObject",
        "@id": path.name,
        "name": path.name,
        "description": about,
        "contentUrl": path.name,
        "contentSize": f"{len(content)} B",
        "encodingFormat": media_type,
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _describe_table(path: Path) -> dict[str, Any]:
    about, columns = TABLES[path.name]
    with path.open(encoding="utf-8", newline="") as file:
        found = next(csv.reader(file), [])
    if found != list(columns):
        raise InputError(f"{path} has the columns {', '.join(found)}; {__name__} describes {', '.join(columns)}")
    table = path.stem
    fields = [_describe_column(path.name, column, words) for column, words in columns.items()]
    described: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": table,
        "name": table,
        "description": about,
        "field": fields,
    }
    return described | ({"key": {"@id": f"{table}/id"}} if "id" in columns else {})


def _describe_column(file: str, column: str, words: str) -> dict[str, Any]:
    field: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{Path(file).stem}/{column}",
        "name": column,
        "description": words,
        "dataType": _NUMBERS.get(column, "sc:Text"),
        "source": {"fileObject": {"@id": file}, "extract": {"column": column}},
    }
    return field | ({"references": {"field": {"@id": "sources/id"}}} if column == "source" else {})


def write_croissant(folder: Path) -> Path:
    """Write ``croissant.json`` beside the tables; return its path.

    Parameters
    ----------
    folder : Path
        See :func:`render_croissant`.

    Raises
    ------
    InputError, UsageError
        If a table cannot be described, or the file not written.
    """
    path = folder / NAME
    write_text(path, render_croissant(folder))
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{write_croissant(Path(sys.argv[1]))}\n")


__all__ = ["NAME", "TABLES", "render_croissant", "write_croissant"]
