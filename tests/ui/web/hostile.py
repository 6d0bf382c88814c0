"""Queries that are meant to stop a server, and uploads that are damaged in two hundred ways."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

ANY = "?a ?b ?c"

SPARQL = {
    "cartesian product": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "counted product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "sorted product": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c",
    "deep path": "SELECT * { ?a (<urn:a>|!<urn:a>)* ?b . ?b (<urn:a>|!<urn:a>)* ?c . ?c (<urn:a>|!<urn:a>)* ?d }",
    "nested paths": f"SELECT * {{ ?a {'(' * 300}<urn:a>{')*' * 300} ?b }}",
    "nested groups": "SELECT * " + "{" * 2000 + ANY + "}" * 2000,
    "nested terms": "SELECT (" + "(" * 3000 + "1" + ")" * 3000 + " AS ?x) {}",
    "many terms": "SELECT (" + "+".join(["1"] * 20_000) + " AS ?x) {}",
    "many unions": " UNION ".join(["{ ?a ?b ?c }"] * 3000).join(["SELECT * {", "}"]),
    "huge literal": "SELECT (STRLEN('" + "x" * 190_000 + "') AS ?n) {}",
    "too huge a literal": "SELECT ('" + "x" * 300_000 + "' AS ?n) {}",
    "huge number": "SELECT (" + "9" * 100_000 + " * 2 AS ?n) {}",
    "huge IRI": "SELECT * { <urn:" + "x" * 150_000 + "> ?b ?c }",
    "doubling": "SELECT ?z { BIND('xxxxxxxxxxxxxxxx' AS ?x0) "
    + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
    + " BIND(STRLEN(?x40) AS ?z) }",
    "group concat": "SELECT (GROUP_CONCAT(?c) AS ?all) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "regular expression": "SELECT * { ?a ?b ?c FILTER REGEX(CONCAT(STR(?c), '!'), '^(([a-z ])+.)+[A-Z]([a-z])+$') }",
    "values": "SELECT * { VALUES ?x { " + "1 " * 50_000 + "} VALUES ?y { " + "2 " * 20_000 + "} }",
    "construct": "CONSTRUCT { ?a ?e ?i } { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "describe": "DESCRIBE * { ?a ?b ?c }",
    "service": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }",
    "silent service": "SELECT * { SERVICE SILENT <file:///etc/passwd> { ?a ?b ?c } }",
    "from a file": "SELECT * FROM <file:///etc/passwd> { ?a ?b ?c }",
    "load": "LOAD <file:///etc/passwd>",
    "update behind a query": "SELECT * {} ; DROP ALL",
    "nothing but noise": "\ufeff\u0000\u202e SELECT \ud7ff",
}
"""Hostile SPARQL, by what it tries."""

CYPHER = {
    "cartesian product": "MATCH (a:Concept), (b:Concept), (c:Concept) RETURN a.id, b.id, c.id",
    "counted product": "MATCH (a:Concept), (b:Concept), (c:Concept), (d:Concept) RETURN count(*)",
    "sorted product": "MATCH (a:Concept), (b:Concept) RETURN a.id, b.id ORDER BY b.label, a.label",
    "deep path": "MATCH p = (a:Concept)-[*1..30]-(b:Concept) RETURN count(p)",
    "any path": "MATCH p = (a:Concept)-[* SHORTEST 1..30]-(b:Concept) RETURN length(p)",
    "endless list": "UNWIND range(1, 1000000000) AS x RETURN x",
    "endless sum": "UNWIND range(1, 1000000000) AS x RETURN sum(x)",
    "nested terms": "RETURN " + "(" * 20_000 + "1" + ")" * 20_000,
    "nested lists": "RETURN " + "[" * 20_000 + "1" + "]" * 20_000,
    "nested cases": "RETURN " + "CASE WHEN true THEN " * 50 + "1" + " ELSE 2 END" * 50,
    "many negations": "RETURN " + "NOT " * 40_000 + "true",
    "many terms": "RETURN " + "+".join(["1"] * 50_000),
    "huge literal": "RETURN size('" + "x" * 190_000 + "')",
    "too huge a literal": "RETURN '" + "x" * 300_000 + "'",
    "huge number": "RETURN " + "9" * 100_000,
    "repeated text": "RETURN repeat('x', 2000000000)",
    "collected product": "MATCH (a:Concept), (b:Concept), (c:Concept) RETURN collect(a.id + b.id + c.id)",
    "regular expression": "RETURN '" + "a" * 60 + "!' =~ '(a+)+$'",
    "reading a file": "LOAD FROM '/etc/passwd' RETURN *",
    "copying to a file": "COPY (MATCH (a) RETURN a) TO '/tmp/thoracite-stolen.csv'",
    "a procedure": "CALL show_tables() RETURN *",
    "an extension": "INSTALL httpfs",
    "writing": "MATCH (a:Concept) DETACH DELETE a",
    "two at once": "RETURN 1; MATCH (a) DETACH DELETE a",
    "nothing but noise": "\ufeff\u0000\u202e RETURN \ud7ff",
}
"""Hostile Cypher, by what it tries."""


def damage(image: Path, number: int, *, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Damage an image in as many ways: as PNG, JPEG and DICOM, cut, flipped, blown up, renamed, mixed.

    Yields
    ------
    tuple of str and bytes
        A file name, hostile too, and the bytes.
    """
    draw = random.Random(seed)
    forms = {}
    with Image.open(image) as opened:
        for kind in ("PNG", "JPEG", "TIFF", "GIF", "BMP"):
            buffer = io.BytesIO()
            opened.convert("L").resize((256, 256)).save(buffer, format=kind)
            forms[kind] = buffer.getvalue()
    forms["DICM"] = _write_dicom(image)
    names = ("chest.png", "../../x.png", "a\0b.png", "x" * 300 + ".png", "con.dcm", "", "röntgen.jpg", "<b>.png", "-rf")
    ways = (_cut, _flip, _repeat, _splice, _zero, _grow)
    for _ in range(number):
        kind = draw.choice(sorted(forms))
        yield draw.choice(names) or "image", draw.choice(ways)(forms[kind], draw, forms)


def _write_dicom(image: Path) -> bytes:
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.Modality, data.Rows, data.Columns, data.SamplesPerPixel = "DX", 256, 256, 1
    data.PhotometricInterpretation, data.BitsAllocated, data.BitsStored, data.HighBit = "MONOCHROME2", 8, 8, 7
    data.PixelRepresentation = 0
    with Image.open(image) as opened:
        data.PixelData = opened.convert("L").resize((256, 256)).tobytes()
    data["PixelData"].VR = "OB"
    buffer = io.BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


Forms = dict[str, bytes]


def _cut(data: bytes, draw: random.Random, _: Forms) -> bytes:
    return data[: draw.randrange(len(data))]


def _flip(data: bytes, draw: random.Random, _: Forms) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.choice((1, 10, 200))):
        changed[draw.randrange(min(len(changed), draw.choice((200, len(changed)))))] = draw.randrange(256)
    return bytes(changed)


def _repeat(data: bytes, draw: random.Random, _: Forms) -> bytes:
    start = draw.randrange(len(data))
    return data[:start] + data[start : start + 100] * 500 + data[start:]


def _splice(data: bytes, draw: random.Random, forms: Forms) -> bytes:
    other = forms[draw.choice(sorted(forms))]
    return data[: draw.randrange(200)] + other[draw.randrange(200) :]


def _zero(data: bytes, draw: random.Random, _: Forms) -> bytes:
    start = draw.randrange(len(data))
    return data[:start] + bytes(len(data) - start)


def _grow(data: bytes, draw: random.Random, _: Forms) -> bytes:
    """Large numbers where lengths and sizes stand."""
    start = draw.randrange(min(len(data), 400))
    return data[:start] + b"\x7f\xff\xff\xff" + data[start + 4 :]


__all__ = ["CYPHER", "SPARQL", "damage"]
