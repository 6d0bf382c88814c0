"""All namespaces, CURIEs and relation names of the project; they stand nowhere else.

Examples
--------
>>> expand("thx:pleural_effusion")
'https://w3id.org/thoracite/pleural_effusion'
>>> compact("https://w3id.org/thoracite/source/openi")
'thxs:openi'
>>> mint("Cardiothoracic ratio > 0.5")
'thx:cardiothoracic_ratio_gt_0_5'
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, NamedTuple

import curies

from thoracite.errors import InputError
from thoracite.types import Entity, Relation

PREFIXES = {
    "thx": "https://w3id.org/thoracite/",
    "thxs": "https://w3id.org/thoracite/source/",
    "thxa": "https://w3id.org/thoracite/assertion/",
    "thxr": "https://w3id.org/thoracite/report/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "prov": "http://www.w3.org/ns/prov#",
    "dcterms": "http://purl.org/dc/terms/",
    "sh": "http://www.w3.org/ns/shacl#",
    "void": "http://rdfs.org/ns/void#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "RadLex": "http://radlex.org/RID/",
    "HP": "http://purl.obolibrary.org/obo/HP_",
    "MONDO": "http://purl.obolibrary.org/obo/MONDO_",
    "DOID": "http://purl.obolibrary.org/obo/DOID_",
    "UBERON": "http://purl.obolibrary.org/obo/UBERON_",
    "MeSH": "http://id.nlm.nih.gov/mesh/",
}
"""Prefix → namespace; ``thx`` holds concepts, relations and classes, ``thxs`` sources, ``thxa`` assertions,
``thxr`` reports."""

LABEL_SETS = ("NIH14", "CheXpert", "PadChest")
"""Label sets without IRIs; their codes are notations (``NIH14:Effusion``)."""

CONVERTER = curies.Converter.from_prefix_map(PREFIXES)

_RELATION_LABELS = {
    "has_radiographic_sign": "has radiographic sign",
    "suggestive_of": "suggestive of",
    "argues_against": "argues against",
    "caused_by": "caused by",
    "may_mimic": "may mimic",
    "associated_with": "associated with",
    "co_occurs_with": "co-occurs with",
    "has_attribute": "has attribute",
    "located_in": "located in",
    "located_at": "located at",
    "part_of": "part of",
    "modify": "modifies",
    "shows": "shows",
}
RELATIONS = {f"thx:{name}": Relation(id=f"thx:{name}", label=label) for name, label in _RELATION_LABELS.items()}
"""Every relation of the schema, by CURIE."""

HAS_SIGN, SUGGESTS, ARGUES_AGAINST = "thx:has_radiographic_sign", "thx:suggestive_of", "thx:argues_against"
CAUSED_BY, MIMICS = "thx:caused_by", "thx:may_mimic"
ASSOCIATED, CO_OCCURS = "thx:associated_with", "thx:co_occurs_with"
HAS_ATTRIBUTE, LOCATED_IN, LOCATED_AT = "thx:has_attribute", "thx:located_in", "thx:located_at"
PART_OF, MODIFY, SHOWS = "thx:part_of", "thx:modify", "thx:shows"


class Field(NamedTuple):
    """Form of one field of an assertion in a graph.

    Parameters
    ----------
    predicate : str
        CURIE of the RDF property.
    kind : str
        ``name`` (the CURIE of something), ``text``, ``count`` (a whole number), ``number``, or ``names`` (any number of
        words and CURIEs; none is no value).
    optional : bool
        Whether an assertion may lack it.
    """

    predicate: str
    kind: Literal["name", "text", "count", "number", "names"] = "text"
    optional: bool = False


ASSERTION_FIELDS = {
    "subject": Field("rdf:subject", "name"),
    "relation": Field("rdf:predicate", "name"),
    "object": Field("rdf:object", "name"),
    "source": Field("prov:hadPrimarySource", "name"),
    "locator": Field("thx:locator"),
    "extractor": Field("thx:extractor"),
    "version": Field("thx:version"),
    "licence": Field("dcterms:license"),
    "present": Field("thx:present", "count"),
    "uncertain": Field("thx:uncertain", "count"),
    "absent": Field("thx:absent", "count"),
    "support": Field("thx:support", "count"),
    "subject_certainty": Field("thx:subject_certainty"),
    "object_certainty": Field("thx:object_certainty"),
    "lift": Field("thx:lift", "number", optional=True),
    "confidence": Field("thx:confidence", optional=True),
    "holds_for": Field("thx:holds_for", "names", optional=True),
    "commonness": Field("thx:commonness", optional=True),
}
"""Every field of :class:`~thoracite.kg.assertions.Assertion` but its identifier, in its order."""

SOURCE_FIELDS = {"title": "dcterms:title", "reference": "dcterms:source", "licence": "dcterms:license"}
"""Field of a source → CURIE of the RDF property."""

CURATION = "thxs:curation"
"""Source of text and placements by the project's reviewers."""

CHEST_RADIOGRAPH = Entity(id="thx:chest_radiograph", label="chest radiograph", kind="process")
"""Subject of every ``thx:shows`` triple, so that observations without a relation are counted too."""

NIH14 = (
    "Atelectasis", "Cardiomegaly", "Effusion", "Infiltration", "Mass", "Nodule", "Pneumonia", "Pneumothorax",
    "Consolidation", "Edema", "Emphysema", "Fibrosis", "Pleural_Thickening", "Hernia",
)  # fmt: skip
"""The fourteen findings of ChestX-ray14, in their published order (doi:10.1109/CVPR.2017.369)."""

_SYMBOLS = {">": " gt ", "<": " lt ", "=": " eq ", "%": " percent ", "+": " plus ", "&": " and "}


_NO_IRI = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
"""Characters that RFC 3987 forbids in every IRI."""


def expand(curie: str) -> str:
    """Return the IRI of a CURIE.

    Raises
    ------
    InputError
        If the prefix is unknown, or it holds a character that is forbidden in IRIs.
    """
    iri = CONVERTER.expand(curie)
    if iri is None:
        raise InputError(f"{curie!r} has no known prefix; known prefixes are {', '.join(PREFIXES)}")
    if _NO_IRI.search(iri):
        raise InputError(f"{curie!r} makes no IRI: spaces, quotes, brackets and backslashes may not stand in one")
    return iri


def compact(iri: str) -> str:
    """Return the CURIE of an IRI.

    Raises
    ------
    InputError
        If no namespace fits.
    """
    curie = CONVERTER.compress(iri)
    if curie is None:
        raise InputError(f"{iri!r} is in no known namespace; known namespaces are {', '.join(PREFIXES.values())}")
    return curie


def mint(label: str) -> str:
    """Make the project's CURIE for a label: readable, lower case, words joined by underscores."""
    text = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    for symbol, word in _SYMBOLS.items():
        text = text.replace(symbol, word)
    name = re.sub(r"[^a-z0-9]+", "_", text).strip("_")
    if not name:
        raise InputError(f"no identifier can be made from the label {label!r}; expected letters or digits")
    return f"thx:{name}"


def edge_label(relation: str) -> str:
    """Return a relation's edge label in the property graph: ``thx:suggestive_of`` → ``SUGGESTIVE_OF``."""
    return relation.split(":", 1)[1].upper()


__all__ = [
    "ARGUES_AGAINST",
    "ASSERTION_FIELDS",
    "ASSOCIATED",
    "CAUSED_BY",
    "CHEST_RADIOGRAPH",
    "CONVERTER",
    "CO_OCCURS",
    "CURATION",
    "HAS_ATTRIBUTE",
    "HAS_SIGN",
    "LABEL_SETS",
    "LOCATED_AT",
    "LOCATED_IN",
    "MIMICS",
    "MODIFY",
    "NIH14",
    "PART_OF",
    "PREFIXES",
    "RELATIONS",
    "SHOWS",
    "SOURCE_FIELDS",
    "SUGGESTS",
    "Field",
    "compact",
    "edge_label",
    "expand",
    "mint",
]
