"""The mention-level graph: every mention of every report, for whoever holds the reports.

Opt-in and local: it names single reports, by keyed hashes, and holds the words that were marked in them. It lies in a
folder of its own that only its owner can read, has no pointer that ``thoracite serve`` would open, and ignores itself
in git. What is shared is the aggregate (:mod:`thoracite.kg.aggregate.aggregate`), whose triples name no patient.

One named graph a report, so that a report can be taken out again by dropping its graph::

    GRAPH thxr:6f0c… {
      thxr:6f0c… a thx:Report ; prov:hadPrimarySource thxs:reports ; thx:extractor "RadGraph JSON" .
      thxr:6f0c…-4 a thx:Observation ; thx:radgraph_label "OBS-DA" ; thx:tokens "effusion" ; thx:first_token 2 ;
          thx:last_token 2 ; thx:certainty "definitely absent" ; thx:concept thx:pleural_effusion ;
          prov:wasDerivedFrom thxr:6f0c… ; thx:mention_located_at thxr:6f0c…-3 .
    }

References
----------
Jain S et al. RadGraph. NeurIPS Datasets 2021. arXiv:2106.14463.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from thoracite.errors import InputError, StoreError, UsageError
from thoracite.files import replace_file, write_text
from thoracite.kg.linking.linker import Linker
from thoracite.kg.linking.mentions import link_mentions
from thoracite.kg.privacy.deidentify import find_identifiers
from thoracite.kg.privacy.ledger import read_or_create_key
from thoracite.kg.radgraph import Annotation, Mention, read_radgraph
from thoracite.kg.rdf.write import read_schema
from thoracite.kg.stores.folder import MENTIONS
from thoracite.kg.stores.lock import lock_folder
from thoracite.kg.stores.oxigraph import OxigraphStore
from thoracite.kg.vocabulary import PREFIXES, expand
from thoracite.progress import Progress, tell_nobody
from thoracite.settings import ONTOLOGIES
from thoracite.types import Entity, Noun

SCHEMA = ONTOLOGIES / "mentions.ttl"
SOURCE, EXTRACTOR = "thxs:reports", "RadGraph JSON"
_FILE, _STORE, _MANIFEST = MENTIONS, "oxigraph", "manifest.json"


class MentionBuild(Noun):
    """What a build of the mention-level graph did.

    Parameters
    ----------
    folder : str
        Where it lies.
    reports, mentions, quads : int
        How much it holds.
    seconds_written, seconds_loaded : float
        How long the N-Quads and the store took.
    """

    folder: str
    reports: int
    mentions: int
    quads: int
    seconds_written: float
    seconds_loaded: float


def hash_report(report_id: str, key: bytes) -> str:
    """The keyed hash that a report goes by: who lacks the key cannot tell whether a report is in the graph.

    Examples
    --------
    >>> hash_report("s50414267", bytes(32))
    'a61942b58a17de1f'
    """
    return hmac.digest(key, report_id.encode(), "sha256")[:8].hex()


def build_mentions(radgraph: Path, folder: Path, *, progress: Progress = tell_nobody) -> MentionBuild:
    """Build the mention-level graph of some reports; what a run that was cut off has written is not written again.

    Parameters
    ----------
    radgraph : Path
        RadGraph JSON, as ``thoracite extract`` writes it from reports whose identifiers it removed.
    folder : Path
        Made for its owner alone: the key of the hashes, ``mentions.nq`` and the store.
    progress : Progress
        Told the reports written.

    Raises
    ------
    InputError
        If the file is no RadGraph JSON.
    UsageError
        If the folder cannot be written.
    StoreError
        If another build is at work in the folder, or the store cannot be written; the old graph stays.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = read_or_create_key(folder)
        with lock_folder(folder, "build"):
            start = time.monotonic()
            manifest = _ensure_nquads(radgraph, folder, key, progress)
            written = time.monotonic()
    except OSError as error:
        raise UsageError(f"the mentions cannot be written to {folder}: {error.strerror}; name another") from error
    store = OxigraphStore(folder / _STORE, read_only=False)
    store.load(folder / _FILE, digest=manifest["digest"])
    store.close()
    return MentionBuild(
        folder=str(folder),
        reports=manifest["reports"],
        mentions=manifest["mentions"],
        quads=manifest["quads"],
        seconds_written=round(written - start, 1),
        seconds_loaded=round(time.monotonic() - written, 1),
    )


def open_mentions(folder: Path) -> OxigraphStore:
    """The mention-level graph of a folder, for SPARQL.

    Raises
    ------
    StoreError
        If there is none, or it is damaged.
    """
    if not (folder / _STORE).is_dir():
        raise StoreError(f"there is no mention-level graph in {folder}; build one with `thoracite build-mentions`")
    return OxigraphStore(folder / _STORE)


def _ensure_nquads(radgraph: Path, folder: Path, key: bytes, progress: Progress) -> dict[str, Any]:
    """Write the N-Quads, unless those of this very input are there and whole; the manifest, renamed last, says so."""
    source = _digest_file(radgraph)
    manifest = _read_manifest(folder)
    if manifest.get("input") == source and (folder / _FILE).exists():
        return manifest
    (folder / _MANIFEST).unlink(missing_ok=True)
    written = _write_nquads(folder / _FILE, read_radgraph(radgraph), key, progress)
    manifest = {"input": source, **written}
    write_text(folder / _MANIFEST, json.dumps(manifest) + "\n")
    return manifest


def _write_nquads(path: Path, annotations: Iterable[Annotation], key: bytes, progress: Progress) -> dict[str, Any]:
    digest, counts, concepts = hashlib.sha256(), {"reports": 0, "mentions": 0, "quads": 0}, dict[str, Entity]()
    with replace_file(path, binary=True, private=True) as file:

        def write(lines: list[str]) -> None:
            data = "".join(lines).encode()
            digest.update(data)
            file.write(data)
            counts["quads"] += len(lines)

        for annotation in annotations:
            write(list(render_report(annotation, key, concepts)))
            counts["reports"] += 1
            counts["mentions"] += len(annotation.entities)
            progress("reports", counts["reports"], None)
        write([f"{quad} .\n" for entity in concepts.values() for quad in _describe(entity)])
        write([f"{quad} .\n" for quad in read_schema(SCHEMA)])
    return {"digest": f"sha256:{digest.hexdigest()}", **counts}


def _digest_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; expected a RadGraph JSON file") from error


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def render_report(annotation: Annotation, key: bytes, concepts: dict[str, Entity]) -> Iterator[str]:
    """One report as N-Quads lines.

    Parameters
    ----------
    annotation : Annotation
        Its mentions.
    key : bytes
        Of :func:`hash_report`.
    concepts : dict of str to Entity
        Is given the concepts that the report names.
    """
    name = PREFIXES["thxr"] + hash_report(annotation.report_id, key)
    graph = f" <{name}> .\n"
    linked = link_mentions(annotation, _link)
    for statement in _OF_REPORT:
        yield f"<{name}> {statement}{graph}"
    for mention in annotation.entities:
        words = _render_words(mention.tokens)
        concept = linked.get(mention.id) if words else None
        if concept is not None:
            concepts.setdefault(concept.id, concept)
        subject = f"<{name}-{mention.id}> "
        for statement in _describe_mention(mention, words, concept):
            yield f"{subject}{statement}{graph}"
        yield f"{subject}{_DERIVED} <{name}>{graph}"
        for relation, target in mention.relations:
            yield f"{subject}{_iri(f'thx:mention_{relation}')} <{name}-{target}>{graph}"


def _describe_mention(mention: Mention, words: str | None, concept: Entity | None) -> Iterator[str]:
    """Predicates and objects that need nothing of the report."""
    yield f"{_A} {_iri('thx:Anatomy' if mention.is_anatomy else 'thx:Observation')}"
    yield f'{_LABEL} "{mention.label}"'
    yield f'{_FIRST} "{mention.start_ix}"{_INTEGER}'
    yield f'{_LAST} "{mention.end_ix}"{_INTEGER}'
    yield f'{_CERTAINTY} "{mention.certainty.value}"'
    if words is not None:
        yield f"{_TOKENS} {words}"
    if concept is not None:
        yield f"{_CONCEPT} {_iri(concept.id)}"


def _describe(entity: Entity) -> Iterator[ox.Quad]:
    """A concept as the graph of decision 1 has it."""
    node, graph = ox.NamedNode(expand(entity.id)), ox.NamedNode(expand("thxs:concepts"))
    yield ox.Quad(node, ox.NamedNode(expand("rdf:type")), ox.NamedNode(expand("skos:Concept")), graph)
    yield ox.Quad(node, ox.NamedNode(expand("rdfs:label")), ox.Literal(entity.label), graph)
    yield ox.Quad(node, ox.NamedNode(expand("thx:kind")), ox.Literal(entity.kind), graph)


@lru_cache(maxsize=200_000)
def _render_words(tokens: str) -> str | None:
    """The words as a literal; None where they look like an identifier, which is left out."""
    return None if find_identifiers(tokens) else str(ox.Literal(tokens))


@lru_cache(maxsize=200_000)
def _iri(curie: str) -> str:
    return f"<{expand(curie)}>"


@lru_cache(maxsize=200_000)
def _link(phrase: str) -> Entity | None:
    return _open_linker().link(phrase)


@lru_cache(maxsize=1)
def _open_linker() -> Linker:
    return Linker()


_A, _DERIVED, _INTEGER = _iri("rdf:type"), _iri("prov:wasDerivedFrom"), f"^^{_iri('xsd:integer')}"
_LABEL, _TOKENS, _FIRST, _LAST, _CERTAINTY, _CONCEPT = (
    _iri(f"thx:{name}") for name in ("radgraph_label", "tokens", "first_token", "last_token", "certainty", "concept")
)
_OF_REPORT = (
    f"{_A} {_iri('thx:Report')}",
    f"{_iri('prov:hadPrimarySource')} {_iri(SOURCE)}",
    f'{_iri("thx:extractor")} "{EXTRACTOR}"',
)

__all__ = ["SCHEMA", "SOURCE", "MentionBuild", "build_mentions", "hash_report", "open_mentions", "render_report"]
