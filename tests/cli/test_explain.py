"""Explaining on the command line: what it prints, the shapes that scripts rely on, and how every command leaves."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.command import Run
from tests.images import write_bomb, write_dicom_without_pixels, write_noise, write_truncated_jpeg
from thoracite.types import CERTAINTIES
from thoracite.vision.labels import FINDINGS

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?source { ?assertion a <https://w3id.org/thoracite/Assertion> } }"


# --- explain ---------------------------------------------------------------------------------------------------------


def test_explain_prints_the_object_that_scripts_rely_on(run: Run, radiograph: Path) -> None:
    ran = run("explain", radiograph, "--json")
    assert (ran.code, ran.err) == (0, "")
    (record,) = ran.records
    assert {"image", "abstained", "reason", "generator", "graph", "findings", "claims", "evidence"} <= set(record)
    assert record["image"] == str(radiograph)
    assert (record["abstained"], record["reason"], record["generator"]) == (False, None, "template")
    assert record["graph"].startswith("sha256:")
    for finding in record["findings"]:
        assert {"id", "label", "codes", "probability", "verdict", "certainty", "region", "signs"} <= set(finding)
        added = sum(sign["log_odds"] for sign in finding["signs"])
        total = finding["base_log_odds"] + added + finding["rest_log_odds"]
        assert finding["log_odds"] == pytest.approx(total, abs=1e-3)
        assert len(finding["signs"]) >= 50
        assert finding["certainty"] == CERTAINTIES[finding["verdict"]].value
        assert 0 <= finding["probability"] <= 1
    keys = {piece["key"]: piece for piece in record["evidence"]}
    assert record["claims"]
    for claim in record["claims"]:
        assert claim["verdict"] == "supported"
        assert claim["citations"]
        assert all(f"[{key}]" in claim["sentence"] and key in keys for key in claim["citations"])
        kinds = {keys[key]["kind"] == "triple" for key in claim["citations"]}
        assert (True in kinds) is (claim["kind"] in {"reason", "background", "expected"})
    assert "diagnosis" in {claim["kind"] for claim in record["claims"]}


def test_explain_text_html_and_output(run: Run, radiograph: Path, tmp_path: Path) -> None:
    page, lines = tmp_path / "page.html", tmp_path / "lines.json"
    ran = run("explain", radiograph, "--html", page, "--output", lines)
    assert ran.code == 0
    assert "[E1]" in ran.out
    assert "SELECT" not in ran.out
    assert len(ran.out.splitlines()) <= 70
    assert "Research use only" in ran.out
    assert "SELECT" in run("explain", radiograph, "--full").out
    assert json.loads(lines.read_text(encoding="utf-8"))["claims"]
    assert "data:image/png;base64," in page.read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lines.json", "page.html"]


def test_a_batch_goes_on_past_bad_images_in_the_order_given(run: Run, radiograph: Path, tmp_path: Path) -> None:
    folder = tmp_path / "images"
    (folder / "inner").mkdir(parents=True)
    shutil.copy(radiograph, folder / "b.jpg")
    shutil.copy(radiograph, folder / "inner" / "c.jpg")
    (folder / "a.png").write_bytes(b"")
    (folder / "notes.txt").write_text("no image", encoding="utf-8")
    lines = tmp_path / "lines.json"
    ran = run("explain", folder, tmp_path / "missing.png", "--json", "--output", lines)
    assert ran.code == 3
    assert ran.sentence.startswith("2 of 4 images could not be read")
    names = [Path(record["image"]).name for record in ran.records]
    assert names == ["a.png", "b.jpg", "c.jpg", "missing.png"]
    assert [sorted(record) == ["error", "image"] for record in ran.records] == [True, False, False, True]
    assert lines.read_text(encoding="utf-8") == ran.out


def test_a_batch_as_a_table_has_one_row_an_image(run: Run, radiograph: Path, tmp_path: Path) -> None:
    Image.fromarray(np.full((300, 300), 90, np.uint8)).save(tmp_path / "grey.png")
    lines = tmp_path / "lines.json"
    ran = run("explain", tmp_path / "missing.png", radiograph, tmp_path / "grey.png", "--csv", "--output", lines)
    assert ran.code == 3
    assert "not read: " in ran.err.splitlines()[0]
    assert "missing.png does not exist" in ran.err.splitlines()[0]
    assert ran.sentence.startswith("1 of 3 images could not be read")
    missing, read, grey = csv.DictReader(io.StringIO(ran.out))
    assert [row["image"] for row in (missing, read, grey)] == [
        str(tmp_path / "missing.png"), str(radiograph), str(tmp_path / "grey.png"),
    ]  # fmt: skip
    assert [row["withheld"] for row in (missing, read, grey)] == ["", "false", "true"]
    assert set(list(missing.values())[1:]) == {""}
    findings = json.loads(lines.read_text(encoding="utf-8").splitlines()[1])["findings"]
    by_code = {code: finding["probability"] for finding in findings for code in finding["codes"]}
    assert {name: round(float(read[name]), 4) for name in FINDINGS} == {
        name: by_code[f"NIH14:{name}"] for name in FINDINGS
    }


def test_another_mix_is_stated_in_a_file_and_a_fault_in_it_is_told_once(
    run: Run, radiograph: Path, tmp_path: Path
) -> None:
    mix = tmp_path / "clinic.csv"
    mix.write_text("finding,share_all\nHernia,0.3\n")
    usual, other = (
        {finding["label"]: finding for finding in run("explain", radiograph, "--json", *more).records[0]["findings"]}
        for more in ((), ("--prevalence", mix))
    )
    assert other["hiatal hernia"]["probability"] > usual["hiatal hernia"]["probability"]
    assert other["hiatal hernia"]["likelihood_ratio"] == usual["hiatal hernia"]["likelihood_ratio"]
    assert other["atelectasis"] == usual["atelectasis"]
    ran = run("explain", radiograph, radiograph, "--csv", "--prevalence", tmp_path / "none.csv")
    assert (ran.code, ran.out) == (3, "")
    assert "none.csv cannot be read" in ran.sentence


def test_without_a_graph_there_are_observations_only(run: Run, radiograph: Path, tmp_path: Path) -> None:
    ran = run("explain", radiograph, "--no-graph", "--json", "--graph", tmp_path / "none")
    (record,) = ran.records
    assert (ran.code, record["graph"]) == (0, "none")
    assert {claim["kind"] for claim in record["claims"]} <= {"diagnosis", "summary", "observation"}
    assert not any(piece["kind"] == "triple" for piece in record["evidence"])
    assert not (tmp_path / "none").exists()


def test_sixteen_bits_and_colour_are_read_as_the_same_image(run: Run, radiograph: Path, tmp_path: Path) -> None:
    grey = np.asarray(Image.open(radiograph).convert("L"))
    Image.fromarray(grey.astype(np.uint16) * 257).save(tmp_path / "a.png")
    Image.fromarray(np.stack([grey] * 3, axis=2)).save(tmp_path / "b.png")
    ran = run("explain", radiograph, tmp_path / "a.png", tmp_path / "b.png", "--json")
    assert ran.code == 0
    original, deep, coloured = (
        {finding["id"]: finding["probability"] for finding in record["findings"]} for record in ran.records
    )
    assert original
    assert deep == pytest.approx(original, abs=0.01)
    assert coloured == pytest.approx(original, abs=0.01)


def test_a_photo_is_withheld_with_the_reason(run: Run, tmp_path: Path) -> None:
    data = pytest.importorskip("skimage.data")
    Image.fromarray(data.astronaut()).save(tmp_path / "photo.jpg")
    ran = run("explain", tmp_path / "photo.jpg", "--json")
    (record,) = ran.records
    assert (ran.code, record["abstained"], record["claims"]) == (0, True, [])
    assert "chest" in record["reason"]
    assert f"Withheld: {record['reason']}" in " ".join(run("explain", tmp_path / "photo.jpg").out.split())


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty.png": (lambda path: path.write_bytes(b""), "is empty"),
    "cut.jpg": (write_truncated_jpeg, "damaged or cut off"),
    "text.png": (lambda path: path.write_text("not an image", encoding="utf-8"), "not a readable image"),
    "dot.png": (lambda path: write_noise(path, size=1), "1×1 pixels; expected at least"),
    "bomb.png": (write_bomb, "at most 64,000,000"),
    "report.dcm": (write_dicom_without_pixels, "without pixels"),
    "missing.png": (lambda path: None, "does not exist"),
    "folder": (Path.mkdir, "holds no image"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_one_sentence_and_exit_3(run: Run, tmp_path: Path, name: str) -> None:
    write, said = BAD[name]
    write(tmp_path / name)
    ran = run("explain", tmp_path / name)
    assert (ran.code, ran.out) == (3, "")
    assert said in ran.sentence
    assert name in ran.sentence


def test_an_output_that_cannot_be_written_is_told_before_any_work(run: Run, tmp_path: Path) -> None:
    for option in ("--output", "--html"):
        for target in (tmp_path / "none" / "out", tmp_path):
            ran = run("explain", tmp_path / "missing.png", option, target)
            assert (ran.code, ran.out) == (2, "")
            assert str(target) in ran.sentence
    assert list(tmp_path.iterdir()) == []


def test_a_page_of_too_many_images_is_refused(run: Run, tmp_path: Path) -> None:
    ran = run("explain", *[tmp_path / "a.png"] * 101, "--html", tmp_path / "page.html")
    assert ran.code == 2
    assert "at most 100 images" in ran.sentence


@pytest.mark.parametrize(
    "words",
    [
        ["explain"],
        ["explain", "a.png", "--nope"],
        ["explain", "a.png", "--generator", "nosuch"],
        ["explain", "a.png", "--csv", "--json"],
        ["nosuch"],
        ["evaluate", "nosuch"],
        ["query", "nosuch"],
        ["query", "signs_of", "-p", "finding"],
        ["query", "signs_of", "-p", "x=1"],
        ["query", "signs_of", "--store", "ftp://example.org"],
        ["load", "embedded"],
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_2(run: Run, words: list[str]) -> None:
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.sentence


def test_a_damaged_store_is_one_sentence_and_exit_4(run: Run, graph_folder: Path, tmp_path: Path) -> None:
    image = write_noise(tmp_path / "noise.png")
    for damage in ("manifest.json", "CURRENT"):
        folder = tmp_path / damage
        shutil.copytree(graph_folder, folder)
        next((folder / "versions").rglob(damage)).write_bytes(b"\0broken")
        for words in (["explain", image], ["query", COUNT], ["retrieve", "thx:pneumothorax"]):
            ran = run(*words, "--graph", folder)
            assert (ran.code, ran.out) == (4, ""), words
            assert "build it again" in ran.sentence


def test_the_traceback_is_shown_only_with_debug(graph_folder: Path, tmp_path: Path) -> None:
    words = ["explain", str(tmp_path / "missing.png"), "--graph", str(graph_folder)]
    plain, debug = (
        subprocess.run(
            [sys.executable, "-m", "thoracite.cli", *options, *words], capture_output=True, text=True, check=False
        )
        for options in ([], ["--debug"])
    )
    assert plain.returncode == 3
    assert len(plain.stderr.splitlines()) == 1
    assert plain.stdout == ""
    assert "Traceback" in debug.stderr
    assert "InputError" in debug.stderr


def test_explain_without_a_sign_or_a_triple_prints_what_changes(run: Run, radiograph: Path) -> None:
    (plain,) = run("explain", radiograph, "--json").records
    assert plain["changes"] is None
    triple = next(one for one in plain["evidence"] if one["kind"] == "triple")
    sign = next(one for one in plain["evidence"] if one["kind"] == "sign")
    (record,) = run("explain", radiograph, "--json", "--without", triple["key"], "--without", sign["key"]).records
    changes = record["changes"]
    assert changes["without"] == [f"{triple['subject_id']} {triple['relation_id']} {triple['object_id']}"]
    assert list(changes["signs"].values()) == [None]
    moved = next(one for one in changes["findings"] if one["id"] == sign["about"])
    assert moved["log_odds"] == pytest.approx(-sign["log_odds"], abs=1e-5)
    ran = run("explain", radiograph, "--without", sign["key"])
    assert "taken away" in ran.out
    assert f"{moved['before']:.3f} → {moved['after']:.3f}" in ran.out


def test_what_cannot_be_left_out_leaves_with_a_sentence(run: Run, radiograph: Path) -> None:
    ran = run("explain", radiograph, "--without", "E999")
    assert (ran.code, ran.out) == (2, "")
    assert "no evidence E999" in ran.err
