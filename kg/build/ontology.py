"""The project's own ontology, built from its inputs: concepts, facts and sources.

The input is a folder with a cross-walk of concepts (``crosswalk.csv``) and curated facts (``facts.csv``); additions of
the project's reviewers stand in ``curation/`` beside the output: ``concepts.csv`` (new concepts, further names,
wrong names), ``facts.csv`` and ``sources.csv`` (further facts), ``fact_changes.csv`` (withdrawn and changed facts),
``descriptions.csv`` (their own words). The output is ``concepts.ttl``, ``facts.csv`` and ``sources.csv``; the same
input gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from thoracite.errors import InputError
from thoracite.files import TableRow, explain_writing, read_rows, write_text
from thoracite.kg.build.descriptions import Describer, StatedFact
from thoracite.kg.build.fact_changes import CHANGE_COLUMNS, change_facts
from thoracite.kg.concepts import ROOT, Concept, Description, render_concepts
from thoracite.kg.facts import FACT_COLUMNS, FACT_NEEDED, SOURCE_COLUMNS
from thoracite.kg.vocabulary import RELATIONS, mint
from thoracite.types import Entity, Noun

_RENAMED = {"contraindicates": "argues_against"}
_CODES = {
    "radlex_rid": "RadLex:{}", "hpo_id": "{}", "mondo_id": "{}", "doid": "{}", "uberon_id": "{}", "mesh_id": "MeSH:{}",
}  # fmt: skip
_LABEL_SETS = {
    "nih_chestxray14_label": "NIH14:{}", "chexpert_label": "CheXpert:{}", "padchest_label": "PadChest:{}",
}  # fmt: skip
_TEXTS = ("definition", "visual", "phrase")
_NOTE_NAMES = {"RadLex": "RadLex", "HPO": "HP", "MONDO": "MONDO", "DOID": "DOID", "UBERON": "UBERON", "MeSH": "MeSH"}
_NOTE_MATCH = {"broader": "broadMatch", "narrower": "narrowMatch", "related": "relatedMatch"}


class OntologySummary(Noun):
    """Numbers of the written ontology.

    Parameters
    ----------
    concepts, facts, sources : int
        Concepts, facts and the sources they cite, at least 0.
    """

    concepts: int
    facts: int
    sources: int


def write_ontology(knowledge: Path, output: Path) -> OntologySummary:
    """Write concepts, facts and sources.

    Parameters
    ----------
    knowledge : Path
        Folder with ``crosswalk.csv`` and ``facts.csv``.
    output : Path
        Folder with ``curation/``; ``concepts.ttl``, ``facts.csv`` and ``sources.csv`` are written into it.

    Raises
    ------
    InputError
        If a table is missing or lacks a column, an end of a fact is not a concept, or two concepts share a name.
    UsageError
        If the output cannot be written.
    """
    concepts, ends = _merge_concepts(
        _read_table(knowledge / "crosswalk.csv", ("preferred_label", "type", "report_synonyms", *_CODES)),
        _read_table(
            output / "curation" / "concepts.csv",
            ("label", "kind", "synonyms", "fact_ends", "broader", "codes", "drop"),
        ),
    )
    given = _read_table(knowledge / "facts.csv", ("fact_id", "subject", "predicate", "object", "source_key"))
    added = _read_table(output / "curation" / "facts.csv", FACT_NEEDED)
    changes = _read_table(output / "curation" / "fact_changes.csv", CHANGE_COLUMNS)
    stated = change_facts([*_read_given(given), *added], changes)
    facts = sorted((_take(row, ends) for row in stated), key=lambda row: row["id"])
    written = _read_table(output / "curation" / "descriptions.csv", ("label", *_TEXTS, "sources"))
    concepts = _describe(concepts, facts, written)
    further = _read_table(output / "curation" / "sources.csv", SOURCE_COLUMNS)
    described = {source for node in concepts for text in _texts(node) for source in text.sources}
    sources = _merge_sources(given, further, {row["source"] for row in facts} | described)
    _write(output / "concepts.ttl", render_concepts(concepts))
    _write(output / "facts.csv", _render_table(FACT_COLUMNS, facts))
    _write(output / "sources.csv", _render_table(SOURCE_COLUMNS, sources))
    return OntologySummary(concepts=len(concepts), facts=len(facts), sources=len(sources))


def _describe(
    concepts: Sequence[Concept], facts: Iterable[Mapping[str, str]], written: Iterable[Mapping[str, str]]
) -> list[Concept]:
    """Add definition, visual description and report phrase to concepts."""
    entities = {node.entity.id: node.entity for node in concepts}
    own: dict[str, dict[str, Description]] = {}
    for row in written:
        if mint(row["label"]) not in entities:
            raise InputError(f"{row['label']!r} in curation/descriptions.csv is not a concept; add it to concepts.csv")
        own[mint(row["label"])] = {
            name: Description(text=row[name], sources=tuple(sorted(_list(row["sources"]))))
            for name in _TEXTS
            if row[name]
        }
    stated = [StatedFact(*(row[name] for name in StatedFact._fields)) for row in facts]
    describer = Describer(entities, stated, own)
    return [node.model_copy(update=describer.describe(node)) for node in concepts]


def _texts(node: Concept) -> Iterator[Description]:
    yield from filter(None, (node.definition, node.visual, node.phrase))


def _read_table(path: Path, columns: Sequence[str]) -> list[TableRow]:
    expected = f"a table with the columns {', '.join(columns)}"
    return list(read_rows(path, columns=columns, expected=expected))


def _merge_concepts(
    crosswalk: Iterable[Mapping[str, str]], curated: Iterable[Mapping[str, str]]
) -> tuple[list[Concept], dict[str, str]]:
    """Merge concepts; also return the identifier of every name that a fact may use, in lower case."""
    nodes = {ROOT.entity.label: ROOT} | {row["preferred_label"]: _read_crossed(row) for row in crosswalk}
    spoken: dict[str, list[str]] = {}
    for row in curated:
        label = row["label"]
        nodes[label] = _amend(nodes.get(label), row)
        spoken[label] = _list(row["fact_ends"])
    ends: dict[str, str] = {}
    for label, node in nodes.items():
        _claim(ends, [label], node)
    for node in nodes.values():
        _claim(ends, node.synonyms, node)
    for label, names in spoken.items():
        for name in names:  # names in facts; they are not names in reports, and stronger than those
            ends[name.lower()] = nodes[label].entity.id
    known = {node.entity.id for node in nodes.values()}
    for node in nodes.values():
        if unknown := set(node.broader) - known:
            raise InputError(
                f"{node.entity.label!r} is placed below {sorted(unknown)}, which are not concepts; add them"
            )
    return list(nodes.values()), ends


def _claim(ends: dict[str, str], names: Iterable[str], node: Concept) -> None:
    for name in names:
        other = ends.setdefault(name.lower(), node.entity.id)
        if other != node.entity.id:
            raise InputError(
                f"{name!r} names both {other} and {node.entity.id}; drop it from one in curation/concepts.csv"
            )


def _read_crossed(row: Mapping[str, str]) -> Concept:
    flagged = _read_note(row.get("id_match_note", ""))
    codes, matches = [], []
    for column, form in _CODES.items():
        if row[column].strip():
            code = form.format(row[column].strip())
            relation = flagged.get(code.split(":")[0], "exactMatch")
            matches.append((relation, code))
            codes += [code] if relation == "exactMatch" else []
    codes += [form.format(row[name].strip()) for name, form in _LABEL_SETS.items() if row.get(name, "").strip()]
    label = row["preferred_label"]
    return Concept(
        entity=Entity(id=mint(label), label=label, kind=row["type"], codes=tuple(sorted(codes))),
        synonyms=tuple(_list(row["report_synonyms"])),
        matches=tuple(sorted(matches)),
    )


def _read_note(note: str) -> dict[str, str]:
    """Read how the other vocabularies' concepts differ: ``MeSH is … (narrower)`` → {"MeSH": "narrowMatch"}."""
    found = {}
    for clause in note.split(";"):
        difference = re.search(r"\((broader|narrower|related)", clause)
        for word, prefix in _NOTE_NAMES.items():
            if difference and re.search(rf"\b{word}\b", clause):
                found[prefix] = _NOTE_MATCH[difference[1]]
    return found


def _amend(node: Concept | None, row: Mapping[str, str]) -> Concept:
    label = row["label"]
    if node is None:
        if not row["kind"]:
            raise InputError(f"{label!r} in curation/concepts.csv is new and has no kind; give it one")
        node = Concept(entity=Entity(id=mint(label), label=label, kind=row["kind"]))
    dropped = {name.lower() for name in _list(row["drop"])}
    names = [name for name in (*node.synonyms, *_list(row["synonyms"])) if name.lower() not in dropped]
    unique = {name.lower(): name for name in names if name.lower() != label.lower()}
    codes = _list(row["codes"])
    entity = node.entity.model_copy(update={"codes": tuple(sorted({*node.entity.codes, *codes}))})
    return node.model_copy(
        update={
            "entity": entity,
            "synonyms": tuple(unique.values()),
            "broader": tuple(sorted(map(mint, _list(row["broader"])))),
            "matches": tuple(sorted({*node.matches, *(("exactMatch", code) for code in codes)})),
        }
    )


def _list(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _read_given(rows: Iterable[Mapping[str, str]]) -> Iterator[dict[str, str]]:
    for row in rows:
        yield {
            "id": row["fact_id"],
            "subject": row["subject"],
            "relation": _RENAMED.get(row["predicate"], row["predicate"]),
            "object": row["object"],
            "source": f"thxs:{row['source_key']}",
            "locator": row["evidence_location"],
            "confidence": row["confidence"],
            "read": row["how_read"],
        }


def _take(row: dict[str, str], ends: Mapping[str, str]) -> dict[str, str]:
    """Replace the words of a fact by identifiers."""
    for end in ("subject", "object"):
        name = row[end].strip().lower()
        if name not in ends:
            raise InputError(f"fact {row['id']}: {row[end]!r} is not a concept; add it to curation/concepts.csv")
        row[end] = ends[name]
    row["relation"] = f"thx:{row['relation']}"
    if row["relation"] not in RELATIONS:
        raise InputError(f"fact {row['id']}: {row['relation']} is not a relation; expected {', '.join(RELATIONS)}")
    return row


def _merge_sources(
    given: Iterable[Mapping[str, str]], further: Iterable[Mapping[str, str]], cited: set[str]
) -> list[Mapping[str, str]]:
    sources: dict[str, Mapping[str, str]] = {}
    for row in given:
        identifier = f"thxs:{row['source_key']}"
        sources[identifier] = {
            "id": identifier,
            "title": row["source_title"],
            "reference": row["source_ref"],
            "licence": row["source_terms"],
        }
    sources |= {row["id"]: row for row in further}
    if missing := cited - set(sources):
        raise InputError(
            f"the sources {', '.join(sorted(missing))} are cited and not described; add them to sources.csv"
        )
    return [sources[identifier] for identifier in sorted(sources)]


def _render_table(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    return "".join(",".join(map(_quote, line)) + "\n" for line in lines)


def _quote(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if re.search(r'[",\n]', cell) else cell


def _write(path: Path, text: str) -> None:
    with explain_writing(path):
        write_text(path, text)


__all__ = ["OntologySummary", "write_ontology"]
