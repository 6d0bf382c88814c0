"""RadGraph JSON: both dialects, streaming, damage."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from thoracite.errors import InputError, UsageError
from thoracite.kg.extract.extractor import RuleExtractor
from thoracite.kg.radgraph import (
    Annotation,
    Mention,
    parse_annotation,
    parse_label,
    read_radgraph,
    render_annotation,
    write_radgraph,
)
from thoracite.types import Certainty

V1 = {
    "text": "Small effusion may represent pneumonia",
    "entities": {
        "1": {"tokens": "Small", "label": "OBS-DP", "start_ix": 0, "end_ix": 0, "relations": [["modify", "2"]]},
        "2": {
            "tokens": "effusion",
            "label": "OBS-DP",
            "start_ix": 1,
            "end_ix": 1,
            "relations": [["suggestive_of", "3"]],
        },
        "3": {"tokens": "pneumonia", "label": "OBS-U", "start_ix": 4, "end_ix": 4, "relations": []},
    },
    "data_source": "MIMIC-CXR",
    "data_split": "inference",
}
XL = {
    "text": "5 mm nodule",
    "entities": {
        "1": {
            "tokens": "5 mm",
            "label": "Observation::measurement::definitely present",
            "start_ix": 0,
            "end_ix": 1,
            "relations": [["modify", "2"]],
        },
        "2": {"tokens": "nodule", "label": "Observation::uncertain", "start_ix": 2, "end_ix": 2, "relations": []},
    },
}


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_version_1_is_read(tmp_path: Path) -> None:
    annotation = next(read_radgraph(write(tmp_path / "v1.json", json.dumps({"p10/s1.txt": V1}))))
    assert annotation.report_id == "p10/s1.txt"
    assert [(m.tokens, m.certainty, m.is_anatomy) for m in annotation.entities] == [
        ("Small", Certainty.PRESENT, False),
        ("effusion", Certainty.PRESENT, False),
        ("pneumonia", Certainty.UNCERTAIN, False),
    ]
    assert [(a.tokens, name, b.tokens) for a, name, b in annotation.relations()] == [
        ("Small", "modify", "effusion"),
        ("effusion", "suggestive_of", "pneumonia"),
    ]


def test_radgraph_xl_is_read_and_written_back() -> None:
    annotation = parse_annotation("a", XL)
    assert [(m.label, m.measurement) for m in annotation.entities] == [("OBS-DP", True), ("OBS-U", False)]
    assert render_annotation(annotation, dialect="xl") == XL
    assert render_annotation(annotation)["entities"]["2"]["label"] == "OBS-U"


def test_a_doubly_annotated_report_gives_the_first_reading() -> None:
    doubled = {"text": V1["text"], "labeler_1": {"entities": V1["entities"]}, "labeler_2": {"entities": {}}}
    assert len(parse_annotation("a", doubled).entities) == 3


@pytest.mark.parametrize(
    "label", ["Anatomy::uncertain", "Anatomy::definitely absent", "Anatomy::measurement::uncertain"]
)
def test_every_label_of_radgraph_xl_has_a_short_form(label: str) -> None:
    assert parse_label(label)[0].startswith("ANAT-")


@pytest.mark.parametrize("label", ["", "OBS", "OBS-XX", "Observation", "Observation::maybe", "Device::uncertain"])
def test_an_unknown_label_is_refused_in_one_sentence(label: str) -> None:
    with pytest.raises(InputError, match="is not RadGraph's; expected"):
        parse_label(label)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    texts = {"a": "No effusion. Nodule may represent granuloma.", "b": "Heart size is normal; räle “Übung”."}
    annotations = [RuleExtractor().extract(text, report_id=key) for key, text in texts.items()]
    path = tmp_path / "out.json"
    assert write_radgraph(path, annotations) == 2
    assert list(read_radgraph(path)) == annotations
    assert list(json.loads(path.read_text(encoding="utf-8"))) == ["a", "b"]
    assert write_radgraph(path, annotations, dialect="xl") == 2
    assert list(read_radgraph(path)) == annotations


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    def breaks() -> Iterator[Annotation]:
        yield Annotation(report_id="a", text="")
        raise InputError("the source broke off")

    path = write(tmp_path / "out.json", "before")
    with pytest.raises(InputError, match="broke off"):
        write_radgraph(path, breaks())
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_an_unwritable_output_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_radgraph(tmp_path / "missing" / "out.json", [])


def test_damage_half_way_keeps_what_came_before_and_can_be_resumed(tmp_path: Path) -> None:
    whole = json.dumps({f"r{i}": V1 for i in range(50)})
    path = write(tmp_path / "cut.json", whole[: len(whole) // 2])
    read: list[Annotation] = []
    with pytest.raises(InputError, match=r"after report 24 .*resume") as error:
        read.extend(read_radgraph(path))
    assert "\n" not in str(error.value)
    reader = read_radgraph(path)
    before = [next(reader).report_id for _ in range(24)]
    assert before == [f"r{i}" for i in range(24)]
    write(path, whole)
    assert [a.report_id for a in read_radgraph(path, skip=24)] == [f"r{i}" for i in range(24, 50)]


@pytest.mark.parametrize(
    "content",
    [b"", b"[1, 2]", b"not json", b'{"a": ', '{"ä": {}}'.encode("latin-1"), b"\xff\xfe{\x00", b"{}", b"null"],
)
def test_what_is_no_radgraph_json_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError) as error:
        list(read_radgraph(write(tmp_path / "bad.json", content)))
    assert "\n" not in str(error.value)
    assert "bad.json" in str(error.value)


@pytest.mark.parametrize(
    "report",
    [
        {},
        [],
        "text",
        {"text": "a"},
        {"text": "a", "entities": []},
        {"text": "a", "entities": {"1": {"tokens": "a"}}},
        {"text": "a", "entities": {"1": {**XL["entities"]["2"], "relations": [["modify", "9"]]}}},
        {"text": "a", "entities": {"1": {**XL["entities"]["2"], "relations": [["cures", "1"]]}}},
        {"text": "a", "entities": {"1": {**XL["entities"]["2"], "start_ix": -1}}},
    ],
)
def test_a_report_that_is_not_radgraph_is_one_sentence(report: object) -> None:
    with pytest.raises(InputError, match=r"report 'r' is not RadGraph|label") as error:
        parse_annotation("r", report)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        next(read_radgraph(tmp_path / "none.json"))


def test_ids_are_unique() -> None:
    mention = Mention(id="1", tokens="a", label="OBS-DP", start_ix=0, end_ix=0)
    with pytest.raises(ValidationError, match="share an id"):
        Annotation(report_id="", text="a", entities=(mention, mention))


def stream(path: Path, count: int) -> tuple[int, int]:
    """Reports read of a generated file, and the reader's peak memory in bytes."""
    value = json.dumps(V1)
    with path.open("w") as file:
        file.write("{" + ",".join(f'"p{i}/s{i}.txt": {value}' for i in range(count)) + "}")
    code = (
        "import re, sys; from pathlib import Path; from thoracite.kg.radgraph import read_radgraph;"
        "print(sum(1 for _ in read_radgraph(Path(sys.argv[1]))),"  # not ru_maxrss: it begins with the parent's peak
        "re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())[1])"
    )
    answer = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    read, kibibytes = answer.stdout.split()
    return int(read), int(kibibytes) * 1024


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    small, large = stream(tmp_path / "a.json", 100), stream(tmp_path / "b.json", 10_000)
    assert (small[0], large[0]) == (100, 10_000)
    assert large[1] < small[1] + 30 * 2**20


def test_a_file_of_physionets_size_streams_in_less_than_a_gibibyte(tmp_path: Path) -> None:
    read, peak = stream(tmp_path / "all.json", 220_763)
    assert read == 220_763
    assert peak < 2**30
