"""Cases: both manifests, locked patients, ages."""

import math
from pathlib import Path

from thoracite.vision.labels import OUTPUTS
from thoracite.vision.training.cases import read_cases, read_labelled, read_targets


def test_locked_patients_are_locked_in_every_source(shared: Path) -> None:
    cases = read_cases(shared / "data" / "cxr")
    locked = {source: {c.group for c in cases if c.locked and c.source == source} for source in ("nih", "nih_lowres")}
    assert {source: len(groups) for source, groups in locked.items()} == {"nih": 97, "nih_lowres": 300}
    everywhere = locked["nih"] | locked["nih_lowres"]
    assert all(case.locked for case in cases if case.group in everywhere)


def test_age_that_is_no_number_is_not_stated(tmp_path: Path) -> None:
    head = "file,source,group_id,view,age,sex,labels,repo,orig_width,orig_height,width,height,extra_json,bbox_json"
    rows = ["a.png,x,p1,PA,50+,F,,r,9,9,128,96,,", "b.png,x,p2,AP,61,M,,r,9,9,64,64,,"]
    (tmp_path / "manifest.csv").write_text("\n".join([head, rows[0]]))
    (tmp_path / "manifest_more.csv").write_text("\n".join([head, rows[1]]))
    first, second = read_cases(tmp_path)
    assert math.isnan(first.age)
    assert (second.age, second.sex, second.side) == (61, "M", 64)


def test_pneumonia_is_unknown_where_its_images_were_left_out(shared: Path) -> None:
    cases = read_labelled(shared / "data" / "cxr")
    targets, known = read_targets(cases)
    column = OUTPUTS.index("Pneumonia")
    new = [row for row, case in enumerate(cases) if case.source == "nih_lowres"]
    assert not known[new, column].any()
    assert known[[row for row, case in enumerate(cases) if case.source == "nih"], column].all()
    assert not any(case.side == 300 and case.collection == "austinauyeung/covid-classifier" for case in cases)
    assert ((targets[:, -1] == 1) == [case.view == "AP" for case in cases]).all()
