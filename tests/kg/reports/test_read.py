"""Reports as they come, and what is refused."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.kg.reports import archive as reports_archive
from thoracite.kg.reports.read import read_reports
from thoracite.kg.reports.report import MAX_CHARACTERS, find_patient, parse_report, split_sections

OPENI = """<?xml version="1.0" encoding="utf-8"?>
<eCitation><uId id="{id}"/><MedlineCitation><Article><Abstract>
<AbstractText Label="INDICATION">Cough since Tuesday</AbstractText>
<AbstractText Label="FINDINGS">{findings}</AbstractText>
<AbstractText Label="IMPRESSION">Normal chest.</AbstractText>
</Abstract></Article></MedlineCitation>{mesh}</eCitation>"""
MESH = "<MeSH><major>Cardiomegaly/mild</major><automatic>Opacity</automatic></MeSH>"

MIMIC = """                                 FINAL REPORT
 EXAMINATION:  CHEST (PA AND LAT)

 INDICATION:  ___F with cough  // eval for infection

 FINDINGS:

 The heart is mildly enlarged.

 IMPRESSION:

 No pneumonia.

 NOTIFICATION:  The findings were discussed.
"""


def write_tar(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def openi(number: int, *, mesh: str = MESH, findings: str = "Clear lungs.") -> bytes:
    return OPENI.format(id=f"CXR{number}", findings=findings, mesh=mesh).encode()


def test_the_archive_is_read_without_its_codes(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "NLMCXR_reports.tgz", {f"ecgen-radiology/{n}.xml": openi(n) for n in (1, 2)})
    reports = list(read_reports(path))
    assert [report.id for report in reports] == ["CXR1", "CXR2"]
    assert reports[0].sections == {"findings": "Clear lungs.", "impression": "Normal chest."}
    assert reports[0].source == "thxs:openi"
    assert reports[0].text == "FINDINGS: Clear lungs.\nIMPRESSION: Normal chest."


def test_deleting_the_mesh_codes_changes_nothing(tmp_path: Path) -> None:
    with_codes = write_tar(tmp_path / "a.tgz", {"1.xml": openi(1)})
    without = write_tar(tmp_path / "b.tgz", {"1.xml": openi(1, mesh="")})
    assert list(read_reports(with_codes)) == list(read_reports(without))


def test_the_real_archive(shared: Path) -> None:
    reports = list(read_reports(shared / "data" / "openi" / "NLMCXR_reports.tgz"))
    assert len(reports) == 3955
    assert sum("findings" in report.sections for report in reports) == 3425
    assert sum("impression" in report.sections for report in reports) == 3921
    assert {name for report in reports for name in report.sections} == {"findings", "impression"}


@pytest.mark.parametrize("archived", [False, True])
def test_a_mimic_tree_has_patients_and_sections(tmp_path: Path, *, archived: bool) -> None:
    name = "p10/p10000032/s50414267.txt"
    if archived:
        path = tmp_path / "mimic-cxr-reports.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"files/{name}", MIMIC)
    else:
        path = tmp_path / "files"
        (path / name).parent.mkdir(parents=True)
        (path / name).write_text(MIMIC)
    (report,) = read_reports(path)
    assert (report.id, report.patient, report.source) == ("s50414267", "p10000032", "thxs:mimic_cxr")
    assert report.text == "FINDINGS: The heart is mildly enlarged.\nIMPRESSION: No pneumonia."
    assert "indication" in report.sections
    assert report.sections["notification"] == "The findings were discussed."


def test_one_patients_folder_may_be_named(tmp_path: Path) -> None:
    folder = tmp_path / "p10000032"
    folder.mkdir()
    (folder / "s1.txt").write_text(MIMIC)
    assert next(read_reports(folder)).patient == "p10000032"


def test_the_paragraph_below_the_views_stands_in_for_missing_headings() -> None:
    text = " WET READ: clear\n\n COMPARISON:  None.\n\n PA and lateral views.\n\n The heart is large."
    assert split_sections(text)["findings"] == "The heart is large."
    assert parse_report("a", text).text == "FINDINGS: The heart is large."


def test_tables_lines_and_folders_agree(tmp_path: Path) -> None:
    rows = [("a", "Clear lungs, no effusion."), ("b", 'A "round" nodule.')]
    (tmp_path / "r.csv").write_text('id,text,patient\na,"Clear lungs, no effusion.",p1\nb,"A ""round"" nodule.",p1\n')
    (tmp_path / "r.tsv").write_text("text\tid\nClear lungs, no effusion.\ta\nno quotes\tb\n")
    (tmp_path / "r.jsonl").write_text("\n".join(json.dumps({"id": i, "text": t}) for i, t in rows))
    (tmp_path / "texts").mkdir()
    for name, text in rows:
        (tmp_path / "texts" / f"{name}.txt").write_text(text)
    for source in ("r.csv", "r.jsonl", "texts"):
        assert [(report.id, report.text) for report in read_reports(tmp_path / source)] == rows
    assert [report.patient for report in read_reports(tmp_path / "r.csv")] == ["p1", "p1"]
    assert [report.id for report in read_reports(tmp_path / "r.tsv")] == ["a", "b"]


def test_a_users_text_keeps_its_headings(tmp_path: Path) -> None:
    text = "INDICATION: cough\nFINDINGS: Clear."
    (tmp_path / "r.jsonl").write_text(json.dumps({"id": 7, "text": text}))
    assert [(report.id, report.text) for report in read_reports(tmp_path / "r.jsonl")] == [("7", text)]


def test_reading_resumes_behind_a_broken_report(tmp_path: Path) -> None:
    members = {f"{n}.xml": openi(n) for n in range(1, 5)} | {"2.xml": b"<eCitation><half"}
    path = write_tar(tmp_path / "r.tgz", members)
    seen = []
    with pytest.raises(InputError, match=r"2\.xml .*is not XML.*report 2; resume"):
        seen.extend(report.id for report in read_reports(path))
    assert [report.id for report in read_reports(path, skip=2)] == ["CXR3", "CXR4"]


BILLION = (
    '<?xml version="1.0"?><!DOCTYPE e [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    '<eCitation><uId id="CXR1"/><MedlineCitation><Article><Abstract><AbstractText Label="FINDINGS">&b;'
    "</AbstractText></Abstract></Article></MedlineCitation></eCitation>"
)
OUTSIDE = BILLION.replace('<!ENTITY a "ha">', '<!ENTITY a SYSTEM "file:///etc/hostname">')


@pytest.mark.parametrize("text", [BILLION, OUTSIDE, "<!DOCTYPE e SYSTEM 'http://example.org/e.dtd'><e/>"])
def test_entities_and_document_types_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.xml").write_text(text)
    with pytest.raises(InputError, match="refused"):
        list(read_reports(tmp_path / "r.xml"))


def test_bombs_are_refused(tmp_path: Path) -> None:
    zeros = b"0" * 3_000_000
    packed = write_tar(tmp_path / "many.tgz", {f"{n}.txt": zeros for n in range(9)})
    with pytest.raises(InputError, match="200 times its size"):
        list(reports_archive.read_members(packed))
    with zipfile.ZipFile(tmp_path / "many.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(9):
            archive.writestr(f"{n}.txt", zeros)
    with pytest.raises(InputError, match="200 times its size"):
        list(reports_archive.read_members(tmp_path / "many.zip"))
    large = write_tar(tmp_path / "large.tgz", {"1.xml": b"0" * 5_000_000})
    with pytest.raises(InputError, match="5,000,000 bytes; expected at most"):
        list(reports_archive.read_members(large))


def test_a_header_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 8 * 10**9
    path = tmp_path / "header.tgz"
    with gzip.open(path, "wb") as file:
        file.write(header.tobuf(tarfile.USTAR_FORMAT))
        for _ in range(8):
            file.write(bytes(1_000_000))
    with pytest.raises(InputError, match=r"refused|expected at most"):
        list(reports_archive.read_members(path))


def test_broken_archives_are_one_sentence(tmp_path: Path) -> None:
    whole = write_tar(tmp_path / "r.tgz", {f"{n}.xml": openi(n) for n in range(200)}).read_bytes()
    (tmp_path / "half.tgz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.tgz").write_text("no archive")
    (tmp_path / "text.zip").write_text("no archive")
    for name in ("half.tgz", "text.tgz", "text.zip"):
        with pytest.raises(InputError, match="damaged"):
            list(read_reports(tmp_path / name))
    with pytest.raises(InputError, match=r"no \.xml or \.txt"):
        list(read_reports(write_tar(tmp_path / "other.tgz", {"a.png": b"x"})))


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("r.jsonl", b'{"id": "a", "text": "x"}\n{"id": "b", "te', r"line 2 .*not JSON"),
        ("r.jsonl", b"[1]\n", "list, not an object"),
        ("r.jsonl", b'{"id": "a"}\n', "lacks text"),
        ("r.jsonl", b'{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}\n', "'a' stands twice"),
        ("r.jsonl", b'{"id": " ", "text": "x"}\n', "empty id"),
        ("r.csv", b"name,text\na,b\n", "columns name, text; expected at least id and text"),
        ("r.csv", b'id,text\na,"never closed\n', "no proper table"),
        ("r.csv", b"id,text\na\n", "lacks text"),
        ("r.csv", "id,text\na,Größe\n".encode("latin-1"), "not UTF-8"),
        ("r.jsonl", b'{"id": "a", "text": "\xff"}', "not UTF-8"),
        ("r.txt", "Größe".encode("utf-16"), "not UTF-8"),
        ("r.csv", b"", "empty"),
        ("r.csv", b"id,text\n", "holds no report"),
        ("r.json", b"{}", "aggregate"),
        ("r.docx", b"x", "no kind of file"),
        ("r.xml", b"<a/>", "expected an Open-i report"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path: Path, name: str, content: bytes, match: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=match) as caught:
        list(read_reports(tmp_path / name))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["r.txt", "r.csv", "r.jsonl", "r.xml"])
def test_a_report_of_10_mb_in_one_line_is_refused(tmp_path: Path, name: str) -> None:
    text = "no effusion " * 900_000
    content = {"r.csv": f"id,text\na,{text}\n", "r.jsonl": json.dumps({"id": "a", "text": text}), "r.txt": text}
    (tmp_path / name).write_text(content.get(name) or openi(1, findings=text).decode())
    with pytest.raises(InputError, match="expected"):
        list(read_reports(tmp_path / name))
    with pytest.raises(InputError, match=f"at most {MAX_CHARACTERS:,}"):
        parse_report("a", text)


def test_missing_paths_and_empty_folders(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        list(read_reports(tmp_path / "none.csv"))
    with pytest.raises(InputError, match=r"no \.txt or \.xml"):
        list(read_reports(tmp_path))


@pytest.mark.parametrize(
    ("report_id", "patient"),
    [
        ("p10/p10000032/s50414267.txt", "p10000032"),
        ("train/patient00123/study1/view1", "patient00123"),
        ("CXR100", None),
        ("sp10000032x", None),
    ],
)
def test_patients_are_read_off_known_paths(report_id: str, patient: str | None) -> None:
    assert find_patient(report_id) == patient
