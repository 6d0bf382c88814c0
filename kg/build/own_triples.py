"""A user's own triples: CSV and TSV, Turtle, N-Triples, N-Quads, TriG and JSON-LD, with their provenance kept.

A table has the columns ``subject``, ``relation`` and ``object``, and may have ``subject_kind``, ``object_kind``,
``source``, ``title``, ``reference``, ``locator``, ``licence``, ``extractor``, ``version``, ``present``, ``uncertain``,
``absent``, ``support``, ``lift``, ``confidence``, ``holds_for`` and ``commonness``. Ends are
CURIEs or words; words that name a concept become that concept, others a new one. RDF holds plain triples whose
predicates are the project's relations, with labels where the IRIs are not the project's, and each named graph is a
source; or it holds assertions in the form of the project's own builds.

Examples
--------
>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder:
...     table = Path(folder, "mine.csv")
...     _ = table.write_text("subject,relation,object,source,locator\\nPTX,may mimic,skin folds,My book,page 7\\n")
...     (triple,) = read_given(table).triples
>>> triple.subject.id, triple.relation.id, triple.object.id, triple.provenance[0].source, triple.provenance[0].locator
('thx:pneumothorax', 'thx:may_mimic', 'thx:skin_fold', 'thxs:my_book', 'page 7')
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyoxigraph as ox
from pydantic import ValidationError

from thoracite.errors import InputError
from thoracite.files import read_rows
from thoracite.kg.concepts import Concept, read_concepts
from thoracite.kg.facts import COMMONNESSES, CONFIDENCES, Source, read_limits
from thoracite.kg.knowledge.documents import is_document, read_passages
from thoracite.kg.knowledge.extractor import KnowledgeExtractor
from thoracite.kg.linking.linker import Linker
from thoracite.kg.vocabulary import ASSERTION_FIELDS, CONVERTER, PREFIXES, RELATIONS, compact, expand, mint
from thoracite.types import Certainty, Counts, Entity, Noun, Provenance, Relation, Triple

_TABLES = (".csv", ".tsv")
_NEEDED = ("subject", "relation", "object")
_MINIMUM = 3
_CURIE = re.compile(rf"(?:{'|'.join(PREFIXES)}):\S+")
_LABELS = (expand("rdfs:label"), expand("skos:prefLabel"))
_IS_A = expand("rdf:type")
_FIELDS = {expand(field.predicate): name for name, field in ASSERTION_FIELDS.items()}


class Given(Noun):
    """The content of a file.

    Parameters
    ----------
    triples : tuple of Triple
        Triples of the file.
    sources : dict of str to Source
        Sources that they cite, by CURIE.
    """

    triples: tuple[Triple, ...]
    sources: dict[str, Source]


def read_given(path: Path, *, concepts: Sequence[Concept] | None = None) -> Given:
    """Read a user's own triples.

    Parameters
    ----------
    path : Path
        ``.csv``, ``.tsv``, ``.ttl``, ``.nt``, ``.nq``, ``.trig`` or ``.jsonld``; or a book or an article
        (:mod:`thoracite.kg.knowledge.documents`), whose sentences are read.
    concepts : sequence of Concept or None
        Concepts that names are linked to; the project's own unless given.

    Raises
    ------
    InputError
        If the format is unknown, the file cannot be read, a relation is unknown, or a counted triple has fewer than
        three reports behind it.
    """
    nodes = read_concepts() if concepts is None else concepts
    if is_document(path):
        return _read_document(path, nodes)
    reader = _Reader(path, nodes)
    triples = tuple(reader.read_table() if path.suffix.lower() in _TABLES else reader.read_rdf())
    if not triples:
        raise InputError(f"{path} holds no triple with a relation of the project; expected {', '.join(RELATIONS)}")
    return Given(triples=triples, sources=reader.sources)


def _read_document(path: Path, nodes: Sequence[Concept]) -> Given:
    """Read the statements of a book or an article; there may be none."""
    extractor = KnowledgeExtractor(Linker(node for node in nodes if node.entity.kind != "attribute"))
    sources, triples = dict[str, Source](), dict[tuple[object, ...], Triple]()
    for passage in read_passages([path]):
        for triple in extractor.extract(passage):
            sources[passage.source.id] = passage.source
            triples[(*triple.key, triple.provenance[0].source, triple.provenance[0].locator)] = triple
    return Given(triples=tuple(triples.values()), sources=sources)


class _Reader:
    """Reader of one file; knows the graph's concepts, and gathers sources."""

    def __init__(self, path: Path, nodes: Sequence[Concept]) -> None:
        self.path, self.sources = path, dict[str, Source]()
        self._known = {node.entity.id: node.entity for node in nodes}
        self._linker = Linker(nodes)

    def read_table(self) -> Iterator[Triple]:
        expected = "a table with a triple in each row"
        for row in read_rows(self.path, columns=_NEEDED, expected=expected, short=True):
            values = {name: text.strip() for name, text in row.items() if name and text.strip()}
            yield self._read_row(values, f"line {row.line} of {self.path}")

    def _read_row(self, row: Mapping[str, str], where: str) -> Triple:
        if empty := [name for name in _NEEDED if name not in row]:
            raise InputError(f"{where} has no {empty[0]}; expected subject, relation and object")
        try:
            triple = Triple(
                subject=self._find_end(row["subject"], row.get("subject_kind")),
                relation=_find_relation(row["relation"], where),
                object=self._find_end(row["object"], row.get("object_kind")),
                counts=Counts.model_validate({n: row[n] for n in Counts.model_fields if n in row}),
                support=int(row.get("support", 1)),
                lift=float(row["lift"]) if "lift" in row else None,
                subject_certainty=Certainty(row.get("subject_certainty", Certainty.PRESENT)),
                object_certainty=Certainty(row.get("object_certainty", Certainty.PRESENT)),
                provenance=(self._find_provenance(row, where),),
            )
        except (ValidationError, ValueError, KeyError) as error:
            reason = " ".join(str(error).split())[:160]
            raise InputError(f"{where} is not a triple ({reason}); correct the row") from error
        if triple.counts.total and triple.support < _MINIMUM:
            raise InputError(
                f"{where} has {triple.support} reports behind it, and fewer than {_MINIMUM} could point at a person"
            )
        return triple

    def _find_end(self, words: str, kind: str | None = None) -> Entity:
        if _CURIE.fullmatch(words):
            return self._known.get(words) or Entity(
                id=words, label=words.split(":", 1)[1].replace("_", " "), kind=kind or "mention"
            )
        linked = self._linker.link(words)
        return linked or Entity(id=mint(words), label=" ".join(words.split()), kind=kind or "mention")

    def _find_condition(self, curie: str) -> Entity | None:
        """Find a condition; a name that the graph has as a synonym is linked."""
        return self._known.get(curie) or self._linker.link(curie.split(":", 1)[1].replace("_", " "))

    def _find_provenance(self, row: Mapping[str, str], where: str) -> Provenance:
        named = row.get("source", self.path.stem)
        source = named if named.startswith("thxs:") else mint(named).replace("thx:", "thxs:", 1)
        self.sources.setdefault(
            source,
            Source(
                id=source,
                title=row.get("title", named),
                reference=row.get("reference", self.path.name),
                licence=row.get("licence", "not stated"),
            ),
        )
        return Provenance(
            source=source,
            locator=row.get("locator", where.rsplit(" of ", 1)[0]),
            extractor=row.get("extractor", "given"),
            version=row.get("version", "1"),
            licence=row.get("licence", "not stated"),
            confidence=CONFIDENCES[row.get("confidence", "not stated")],
            holds_for=read_limits(row.get("holds_for", ""), self._find_condition, where=where),
            commonness=COMMONNESSES[row.get("commonness", "not stated")],
        )

    def read_rdf(self) -> Iterator[Triple]:
        quads = self._parse()
        assertions = _group_assertions(quads)
        labels = {_value(quad.subject): _value(quad.object) for quad in quads if quad.predicate.value in _LABELS}
        if assertions:
            for values in assertions:
                yield self._read_row(self._name(values, labels), f"assertion {values['id']} of {self.path}")
            return
        for number, quad in enumerate(quads, 1):
            relation = CONVERTER.compress(quad.predicate.value)
            if relation in RELATIONS and isinstance(quad.object, ox.NamedNode):
                row = {"subject": _value(quad.subject), "relation": relation, "object": _value(quad.object)}
                if isinstance(quad.graph_name, ox.NamedNode):
                    graph = quad.graph_name.value
                    row |= {"source": CONVERTER.compress(graph) or _last_part(graph), "reference": graph}
                yield self._read_row(self._name(row, labels), f"triple {number} of {self.path}")

    def _parse(self) -> list[ox.Quad]:
        rdf_format = ox.RdfFormat.from_extension(self.path.suffix.lstrip(".").lower())
        if rdf_format is None:
            raise InputError(
                f"{self.path} has an unknown format; expected .csv, .tsv, .ttl, .nt, .nq, .trig or .jsonld"
            )
        try:
            return list(ox.parse(path=self.path, format=rdf_format))
        except (OSError, SyntaxError) as error:
            raise InputError(f"{self.path} cannot be read: {error}; expected {rdf_format.name}") from error

    def _name(self, row: Mapping[str, str], labels: Mapping[str, str]) -> dict[str, str]:
        """Name ends by CURIEs of the project, or else by their labels."""
        named = dict(row)
        for end in ("subject", "object"):
            iri = row[end]
            curie = CONVERTER.compress(iri)
            named[end] = curie if curie and curie.startswith("thx:") else labels.get(iri, _last_part(iri))
        return named


def _group_assertions(quads: list[ox.Quad]) -> list[dict[str, str]]:
    """Return assertions as rows, where the file holds any."""
    kinds = expand("thx:Assertion")
    nodes = {quad.subject for quad in quads if quad.predicate.value == _IS_A and _value(quad.object) == kinds}
    rows: dict[str, dict[str, str]] = {_value(node): {"id": _value(node)} for node in nodes}
    for quad in quads:
        if quad.subject in nodes:
            name = _FIELDS.get(quad.predicate.value, _last_part(quad.predicate.value))
            value, row = _value(quad.object), rows[_value(quad.subject)]
            if name == "holds_for":
                value = "; ".join(filter(None, (row.get(name), CONVERTER.compress(value) or value)))
            row[name] = compact(value) if name in {"relation", "source"} else value
    return [rows[name] for name in sorted(rows)]


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal) else str(term)


def _last_part(iri: str) -> str:
    return re.split(r"[/#:]", iri.rstrip("/#"))[-1].replace("_", " ")


def _find_relation(words: str, where: str) -> Relation:
    name = words if words.startswith("thx:") else "thx:" + re.sub(r"\s+", "_", words.strip().lower())
    by_label = {relation.label: relation for relation in RELATIONS.values()}
    found = RELATIONS.get(name) or by_label.get(words.strip().lower())
    if found is None:
        raise InputError(f"{where}: {words!r} is not a relation; expected one of {', '.join(RELATIONS)}")
    return found


__all__ = ["Given", "read_given"]
