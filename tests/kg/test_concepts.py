"""Concepts: read, written, and true to the vocabularies they point at."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.kg.build.check import check_names
from thoracite.kg.concepts import CONCEPTS, Concept, Description, read_concepts, render_concepts
from thoracite.kg.facts import read_sources
from thoracite.kg.vocabulary import NIH14, mint
from thoracite.types import Entity

CHECKED = {"RadLex", "HP", "MONDO", "DOID", "UBERON", "MeSH"}
LATER = {"MeSH:D000086382", "MeSH:C538231"}
"""MeSH of 2015 has neither COVID-19 nor supplementary concepts."""


def test_writing_gives_back_what_was_read() -> None:
    assert render_concepts(read_concepts()) == CONCEPTS.read_text(encoding="utf-8")


def test_identifiers_follow_from_labels() -> None:
    assert [node.entity.id for node in read_concepts() if mint(node.entity.label) != node.entity.id] == []


def test_every_concept_has_a_definition_and_a_phrase_with_sources() -> None:
    sources = set(read_sources())
    for node in read_concepts():
        for text in (node.definition, node.phrase):
            assert text is not None, node.entity.id
            assert text.sources, node.entity.id
            assert set(text.sources) <= sources
        assert node.visual is None or set(node.visual.sources) <= sources


def test_what_can_be_seen_is_described_as_it_is_seen() -> None:
    seen = [node for node in read_concepts() if node.entity.kind in {"finding", "sign", "device"}]
    without = [node.entity.label for node in seen if node.visual is None]
    assert len(without) / len(seen) < 0.08, without
    by_code = {code: node for node in seen for code in node.entity.codes}
    for name in NIH14:
        node = by_code.get(f"NIH14:{name}")
        assert node is None or node.visual is not None, name


def test_no_two_concepts_share_a_name() -> None:
    assert list(check_names(read_concepts())) == []


def test_broader_concepts_are_concepts_and_make_no_circle() -> None:
    broader = {node.entity.id: node.broader for node in read_concepts()}
    for start in broader:
        seen, ahead = set(), [start]
        while ahead:
            here = ahead.pop()
            seen.add(here)
            assert set(broader[here]) <= set(broader), here
            assert start not in broader[here], start
            ahead += [wider for wider in broader[here] if wider not in seen]


def test_codes_are_the_exact_matches_and_the_label_sets() -> None:
    for node in read_concepts():
        exact = {code for relation, code in node.matches if relation == "exactMatch"}
        foreign = {code for code in node.entity.codes if code.split(":")[0] in CHECKED}
        assert foreign == exact, node.entity.id


def test_every_code_is_in_its_vocabulary(shared: Path) -> None:
    names = read_vocabularies(shared / "data" / "knowledge")
    codes = {code for node in read_concepts() for _, code in node.matches}
    assert codes - set(names) == LATER
    assert len(codes) > 500


def test_minted_concepts_have_the_codes_of_their_own_name(shared: Path) -> None:
    """What the project added itself was matched by name: the vocabulary's name is one of the concept's."""
    names = read_vocabularies(shared / "data" / "knowledge")
    with (CONCEPTS.parent / "curation" / "concepts.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for code in filter(None, (part.strip() for part in row["codes"].split(";"))):
                assert row["label"].lower() in {name.lower() for name in names[code]}, (row["label"], code)


def read_vocabularies(folder: Path) -> dict[str, set[str]]:
    """Names by code."""
    names: dict[str, set[str]] = defaultdict(set)
    with (folder / "radlex" / "Radlex_tekram.csv").open(encoding="latin-1", newline="") as file:
        for row in csv.reader(file):
            if len(row) > 1:
                names[f"RadLex:{row[1]}"].add(row[0])
    for path, code, name, form in (
        ("radlex/chest_imaging_signs.tsv", "rid_tekram_csv", "name", "RadLex:{}"),
        ("hpo/hp_labels_defs_en.tsv", "hp_id", "label", "{}"),
        ("uberon/terms.tsv", "uberon_id", "uberon_name", "{}"),
        ("mesh/terms.tsv", "mesh_id", "mesh_name", "MeSH:{}"),
    ):
        with (folder / path).open(encoding="utf-8", errors="replace", newline="") as file:
            for line in csv.DictReader(file, delimiter="\t"):
                names[form.format(line[code])].add(line[name])
    text = (folder / "disease_ontology" / "HumanDO.obo").read_text(encoding="utf-8")
    for code, name in re.findall(r"^id: (DOID:\d+)\nname: (.+)$", text, re.MULTILINE):
        names[code].add(name)
    for path_ in sorted((folder / "mondo").glob("*.sssom.tsv")):
        lines = [line for line in path_.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        for line in csv.DictReader(lines, delimiter="\t"):
            names[line["subject_id"]].add(line["subject_label"])
            names[line["object_id"]].add(line.get("object_label") or line["subject_label"])
    return names


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@prefix : <x> . nonsense", "cannot be read as SKOS"),
        ("<https://w3id.org/thoracite/a> a <http://www.w3.org/2004/02/skos/core#Concept> .", "lacks its rdfs:label"),
    ],
)
def test_broken_files_are_one_sentence(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "concepts.ttl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_concepts(path)


def test_a_missing_file_and_an_unknown_format_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read as SKOS"):
        read_concepts(tmp_path / "none.ttl")
    with pytest.raises(InputError, match="not known as RDF"):
        read_concepts(tmp_path / "none.docx")


def test_any_text_survives_writing(tmp_path: Path) -> None:
    node = Concept(
        entity=Entity(id="thx:a", label='ü "quoted" \\ back', kind="sign", codes=("NIH14:A B",)),
        synonyms=("line\nbreak", "☃"),
        matches=(("closeMatch", "HP:0000001"),),
        definition=Description(text="What is seen.", sources=("thxs:a", "thxs:b")),
        visual=Description(text="A line.", sources=("thxs:a",)),
        phrase=Description(text="A is seen."),
    )
    path = tmp_path / "one.ttl"
    path.write_text(render_concepts([node]), encoding="utf-8")
    assert read_concepts(path) == (node.model_copy(update={"synonyms": tuple(sorted(node.synonyms))}),)
