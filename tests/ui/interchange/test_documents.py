"""Reports and bundles: valid, read back the same, referring to their image, silent about the patient."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
from fhir.resources.R4B.bundle import Bundle
from highdicom.sr import MeasurementReport, srread
from pydicom.dataset import Dataset

from tests.ui.interchange.conftest import PATIENT, WriteDicom
from thoracite.errors import InputError, UsageError
from thoracite.phantom import write_phantoms
from thoracite.pipeline import Explainer
from thoracite.settings import Settings
from thoracite.types import Changes, Explanation
from thoracite.ui.interchange import files
from thoracite.ui.interchange.bundle_reader import read_fhir
from thoracite.ui.interchange.files import Documents, Wanted
from thoracite.ui.interchange.presentation import make_presentation
from thoracite.ui.interchange.record import WHAT_IF, Exchange, make_exchange
from thoracite.ui.interchange.report_reader import read_sr
from thoracite.ui.interchange.source import read_source
from thoracite.ui.text import NOTICE


def write_both(explanation: Explanation, image: Path, folder: Path, *, keep_patient: bool = False) -> tuple[Path, Path]:
    """The report and the bundle of an image."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = Wanted(sr=folder, fhir=folder, keep_patient=keep_patient)
    Documents(wanted, [image], Settings()).write(explanation.model_copy(update={"image": str(image)}))
    return folder / f"{image.stem}.sr.dcm", folder / f"{image.stem}.fhir.json"


def check_reads_back(explanation: Explanation, report: Path, bundle: Path) -> Exchange:
    expected = make_exchange(explanation)
    assert read_sr(report) == expected
    assert read_fhir(bundle) == expected
    return expected


def check_report(path: Path) -> None:
    """By highdicom, and by dciodvfy where it is installed."""
    report = srread(path)
    assert isinstance(report.content, MeasurementReport)
    assert (report.VerificationFlag, report.PreliminaryFlag) == ("UNVERIFIED", "PRELIMINARY")
    groups = report.content.get_image_measurement_groups()
    for name in ("verdict", "answer"):
        assert any(one.name.value == name for group in groups for one in group.get_qualitative_evaluations()), name
    for file in path.parent.glob("*.dcm") if shutil.which("dciodvfy") else ():
        said = subprocess.run(["dciodvfy", file], capture_output=True, text=True, check=False).stderr
        assert [line for line in said.splitlines() if line.startswith("Error")] == [], file


def check_bundle(path: Path) -> None:
    """By fhir.resources, whose value sets are held against the values, since it leaves them unchecked."""
    bundle = Bundle.model_validate_json(path.read_bytes())
    names = {entry.fullUrl for entry in bundle.entry}
    for entry in bundle.entry:
        for name, field in type(entry.resource).model_fields.items():
            allowed = (field.json_schema_extra or {}).get("enum_values")
            value = getattr(entry.resource, name, None)
            assert not allowed or value is None or value in allowed, (name, value)
    referred = {value for key, value in walk(json.loads(path.read_text("utf-8"))) if key == "reference"}
    assert referred
    assert referred <= names
    (report,) = (e.resource for e in bundle.entry if e.resource.get_resource_type() == "DiagnosticReport")
    assert report.conclusion.endswith(NOTICE)
    assert all(
        entry.resource.status == "preliminary"
        for entry in bundle.entry
        if entry.resource.get_resource_type() in {"Observation", "DiagnosticReport"}
    )


def walk(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key of an object with what is below it."""
    for key, below in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield str(key), below
        yield from walk(below)


def test_documents_of_a_phantom_are_valid_and_read_back_the_same(
    explained: Explanation, phantom: Path, tmp_path: Path
) -> None:
    report, bundle = write_both(explained, phantom, tmp_path)
    check_report(report)
    check_bundle(bundle)
    expected = check_reads_back(explained, report, bundle)
    assert any(read.value is not None and read.unit and read.drawing for read in expected.signs)
    assert any(not read.valid for read in expected.signs)
    assert any(result.place for result in expected.results)
    assert {cited.kind for cited in expected.evidence} >= {"finding", "sign", "triple"}
    assert all(cited.fact.origins for cited in expected.evidence if cited.fact)
    findings = {finding.entity.id: finding for finding in explained.findings}
    opened = [result for result in expected.results if result.parts]
    assert opened
    for result in opened:  # what is carried still adds up
        total = result.base_log_odds + result.rest_log_odds + sum(part.log_odds for part in result.parts)
        assert total == pytest.approx(findings[result.id].log_odds, abs=1e-9)


def test_what_is_made_by_hand_reads_back_the_same(explanation: Explanation, phantom: Path, tmp_path: Path) -> None:
    report, bundle = write_both(explanation, phantom, tmp_path)
    expected = check_reads_back(explanation, report, bundle)
    assert [cited.key for cited in expected.evidence] == ["E1", "E2", "E3", "E4"]
    assert expected.evidence[2].fact is not None
    assert expected.evidence[2].fact.origins[0].assertion == "https://w3id.org/thoracite/assertion/0a1b"
    assert expected.signs[0].unit == "degree"


def test_a_withheld_explanation_carries_its_reason_alone(withheld: Explanation, phantom: Path, tmp_path: Path) -> None:
    report, bundle = write_both(withheld, phantom, tmp_path)
    expected = check_reads_back(withheld, report, bundle)
    assert (expected.withheld, expected.results, expected.sentences) == (withheld.reason, (), ())
    assert not (tmp_path / f"{phantom.stem}.pr.dcm").exists()


def test_an_intervention_is_called_one(explanation: Explanation, phantom: Path, tmp_path: Path) -> None:
    changed = explanation.model_copy(update={"changes": Changes(without=("E3",))})
    report, bundle = write_both(changed, phantom, tmp_path)
    assert WHAT_IF in check_reads_back(changed, report, bundle).notes


def find_text(path: Path) -> str:
    return path.read_bytes().decode("latin-1")


def test_a_dicom_instance_is_referred_to_and_its_patient_left_behind(
    explanation: Explanation, phantom: Path, write_dicom: WriteDicom, tmp_path: Path
) -> None:
    image = write_dicom(phantom)
    stored = pydicom.dcmread(image)
    report, bundle = write_both(explanation, image, tmp_path / "out")
    written = pydicom.dcmread(report)
    assert written.StudyInstanceUID == stored.StudyInstanceUID
    (study,) = written.CurrentRequestedProcedureEvidenceSequence
    assert study.ReferencedSeriesSequence[0].SeriesInstanceUID == stored.SeriesInstanceUID
    assert study.ReferencedSeriesSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID == stored.SOPInstanceUID
    state = pydicom.dcmread(report.with_name("chest.pr.dcm"))
    assert (
        state.ReferencedSeriesSequence[0].ReferencedImageSequence[0].ReferencedSOPInstanceUID == stored.SOPInstanceUID
    )
    assert not report.with_name("chest.sc.dcm").exists()
    entries = json.loads(bundle.read_text("utf-8"))["entry"]
    (seen,) = (e["resource"] for e in entries if e["resource"]["resourceType"] == "ImagingStudy")
    assert seen["identifier"][0]["value"] == f"urn:oid:{stored.StudyInstanceUID}"
    assert (seen["series"][0]["uid"], seen["series"][0]["instance"][0]["uid"]) == (
        stored.SeriesInstanceUID,
        stored.SOPInstanceUID,
    )
    for path in (tmp_path / "out").iterdir():
        for word in (*PATIENT.values(), "20200101", "General Hospital", "chest.dcm"):
            assert word not in find_text(path), (path.name, word)


def test_the_patient_is_named_where_it_is_asked_for(
    explanation: Explanation, phantom: Path, write_dicom: WriteDicom, tmp_path: Path
) -> None:
    report, bundle = write_both(explanation, write_dicom(phantom), tmp_path / "out", keep_patient=True)
    written = pydicom.dcmread(report)
    assert (str(written.PatientName), written.PatientID) == (PATIENT["PatientName"], PATIENT["PatientID"])
    subjects = {json.dumps(value) for key, value in walk(json.loads(bundle.read_text("utf-8"))) if key == "subject"}
    assert subjects == {json.dumps({"identifier": {"value": "MRN-4711"}, "display": "Doe^Jane"})}
    assert "General Hospital" not in find_text(report)


def test_an_image_file_is_wrapped_without_a_patient(explanation: Explanation, phantom: Path, tmp_path: Path) -> None:
    write_both(explanation, phantom, tmp_path)
    wrapper = pydicom.dcmread(tmp_path / f"{phantom.stem}.sc.dcm")
    assert (wrapper.PatientName, wrapper.PatientID, wrapper.StudyDate) == ("", "", "")
    assert wrapper.pixel_array.shape == (wrapper.Rows, wrapper.Columns)
    assert "not known" in wrapper.DerivationDescription
    again = read_source(phantom, Settings()).wrapper
    assert again is not None
    assert again.SOPInstanceUID == wrapper.SOPInstanceUID  # the same file is the same instance
    report = pydicom.dcmread(tmp_path / f"{phantom.stem}.sr.dcm")
    series = report.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0]
    assert series.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == wrapper.SOPInstanceUID


def test_drawings_of_cited_signs_and_places_lie_over_the_image(explained: Explanation, phantom: Path) -> None:
    state = make_presentation(make_exchange(explained), read_source(phantom, Settings()).reference)
    assert state is not None
    layers: dict[str, Dataset] = {one.GraphicLayer: one for one in state.GraphicAnnotationSequence}
    assert set(layers) == {"SIGNS", "PLACES"}
    named = [text.UnformattedTextValue for text in layers["SIGNS"].TextObjectSequence]
    cited = {f"[{key}]" for claim in explained.claims for key in claim.citations}
    assert named
    assert {name.split()[0] for name in named} <= cited
    assert NOTICE in state.ContentDescription


def test_other_files_are_refused_in_one_sentence(tmp_path: Path, phantom: Path, write_dicom: WriteDicom) -> None:
    for path in (write_dicom(phantom), phantom, tmp_path / "none"):
        with pytest.raises(InputError, match="expected"):
            read_sr(path)
    (tmp_path / "other.json").write_text('{"resourceType": "Bundle", "type": "collection"}', encoding="utf-8")
    for path in (tmp_path / "other.json", phantom, tmp_path / "none"):
        with pytest.raises(InputError, match="expected"):
            read_fhir(path)


def test_names_of_files_and_folders(tmp_path: Path, explanation: Explanation, phantom: Path) -> None:
    with pytest.raises(UsageError, match=r"one\.dcm is a file and 2 images are given"):
        Documents(Wanted(sr=tmp_path / "one.dcm"), [Path("a.png"), Path("b.png")], Settings())
    one = explanation.model_copy(update={"image": str(phantom)})
    Documents(Wanted(sr=tmp_path / "one.dcm", fhir=tmp_path / "one.json"), [phantom], Settings()).write(one)
    assert {path.name for path in tmp_path.iterdir()} == {"one.dcm", "one.pr.dcm", "one.sc.dcm", "one.json"}
    assert read_sr(tmp_path / "one.dcm") == read_fhir(tmp_path / "one.json")


@pytest.mark.parametrize(("option", "package"), [("sr", "highdicom"), ("fhir", "fhir")])
def test_a_missing_package_is_one_sentence(
    option: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "find_spec", lambda name: None if name.split(".")[0] == package else name)
    with pytest.raises(UsageError, match=r"pip install 'thoracite\[interchange\]'"):
        Documents(Wanted(**{option: tmp_path}), [Path("a.png")], Settings())


@pytest.mark.bench
def test_documents_of_twenty_explanations(
    explainer: Explainer, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, write_dicom: WriteDicom
) -> None:
    """Phantoms, half of them as DICOM, and real films where the development data are there."""
    shared = Path(__file__).resolve().parents[4] / "shared" / "data" / "cxr" / "images"
    real = sorted(shared.rglob("*.jpg"))[::997][:6] + sorted(shared.rglob("*.png"))[::997][:4]
    folder = tmp_path_factory.mktemp("twenty")
    write_phantoms(folder, number=20 - len(real), seed=300)
    released = 0
    for number, image in enumerate([*sorted(folder.glob("*.png")), *real]):
        given = write_dicom(image) if number % 2 else image
        explanation = explainer.explain(given)
        report, bundle = write_both(explanation, given, tmp_path / str(number))
        if not explanation.abstained:
            released += 1
            check_report(report)
        check_bundle(bundle)
        check_reads_back(explanation, report, bundle)
    told = f"{number + 1} explanations, {len(real)} of real films, {released} released: all read back the same"
    print(told)  # noqa: T201 - a figure for the documents
    assert number + 1 == 20
    assert released >= 15
