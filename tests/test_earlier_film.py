"""An earlier film of the patient, all the way: drawn people whose one finding changed, and two real films of one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from typer.testing import CliRunner

from thoracite import Explainer, Study
from thoracite.cli import app
from thoracite.errors import InputError, UsageError
from thoracite.phantom import draw_phantom
from thoracite.phantom.findings import Abnormality, Kind
from thoracite.settings import Settings
from thoracite.types import Difference, Explanation
from thoracite.ui.server import create_server

DRAWN = {
    "plain": (),
    "heart": (Abnormality(kind=Kind.CARDIOMEGALY, severity="severe"),),
    "effusion": (Abnormality(kind=Kind.EFFUSION, side="right", severity="severe"),),
}
RATIO = "cardiothoracic ratio"


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One synthetic person three times: with nothing, with a large heart, and with an effusion."""
    folder = tmp_path_factory.mktemp("films")
    paths = {}
    for name, drawn in DRAWN.items():
        paths[name] = folder / f"{name}.png"
        image = draw_phantom(43, abnormalities=drawn, view="PA").image
        Image.fromarray((255 * image).astype(np.uint8)).save(paths[name])
    return paths


@pytest.fixture(scope="module")
def explainer(graph_folder: Path) -> Iterator[Explainer]:
    with Explainer(Settings(graph=graph_folder)) as explainer:
        yield explainer


def list_differences(explanation: Explanation) -> dict[str, Difference]:
    return {piece.difference.name: piece.difference for piece in explanation.evidence if piece.difference is not None}


def test_a_heart_that_was_drawn_larger_is_called_larger_and_cites_both_values(
    explainer: Explainer, films: dict[str, Path]
) -> None:
    explanation = explainer.explain(Study(image=str(films["heart"]), prior=str(films["plain"]), view="PA"))
    ratio = list_differences(explanation)[RATIO]
    assert (ratio.change, ratio.view) == ("larger", "PA")
    assert ratio.now - ratio.before > 0.1
    told = [claim for claim in explanation.claims if RATIO in claim.sentence and "earlier film" in claim.sentence]
    assert [claim.kind for claim in told] == ["observation"]
    assert f"is {ratio.now:.2f}, and was {ratio.before:.2f} on the earlier film: larger" in told[0].sentence
    assert list_differences(explanation)["cardiomegaly"].change == "new"


def test_the_other_way_round_it_is_smaller(explainer: Explainer, films: dict[str, Path]) -> None:
    explanation = explainer.explain(Study(image=str(films["plain"]), prior=str(films["heart"]), view="PA"))
    differences = list_differences(explanation)
    assert (differences[RATIO].change, differences["cardiomegaly"].change) == ("smaller", "gone")


def test_an_effusion_is_new_and_what_could_not_be_measured_is_not_compared(
    explainer: Explainer, films: dict[str, Path]
) -> None:
    explanation = explainer.explain(Study(image=str(films["effusion"]), prior=str(films["plain"]), view="PA"))
    assert list_differences(explanation)["pleural effusion"].change == "new"
    assert RATIO not in list_differences(explanation)
    assert any("could not be measured" in claim.sentence for claim in explanation.claims)
    assert not any("not measured" in note for note in explanation.notes)  # it is said once


def test_across_views_no_size_is_compared_and_that_is_said(explainer: Explainer, films: dict[str, Path]) -> None:
    explanation = explainer.explain(Study(image=str(films["heart"]), prior=str(films["plain"]), view="AP"))
    assert not {RATIO, "cardiomegaly"} & set(list_differences(explanation))
    assert "The earlier film is PA and this one AP, so no sizes are compared." in explanation.notes


def test_words_of_an_earlier_report_bear_out_nothing(explainer: Explainer, films: dict[str, Path]) -> None:
    alone = explainer.explain(str(films["heart"]))
    told = explainer.explain(Study(image=str(films["heart"]), prior="The heart was small. No effusion."))
    assert list_differences(told) == {}
    assert told.text == alone.text


def test_a_film_is_not_compared_with_itself_nor_with_what_is_missing(
    explainer: Explainer, films: dict[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="is the same picture as"):
        explainer.explain(Study(image=str(films["plain"]), prior=str(films["plain"])))
    with pytest.raises(InputError, match=r"gone\.png"):
        explainer.explain(Study(image=str(films["plain"]), prior=str(tmp_path / "gone.png")))


def test_differences_keep_their_keys_when_a_sign_is_set(explainer: Explainer, films: dict[str, Path]) -> None:
    case = explainer.open_case(Study(image=str(films["heart"]), prior=str(films["plain"]), view="PA"))
    changed = explainer.intervene(case, without=["thx:perihilar_haze bilateral"])
    keys = [
        {piece.difference.name: piece.key for piece in one.evidence if piece.difference is not None}
        for one in (case.untouched, changed)
    ]
    assert keys[0] == keys[1] != {}


def test_command_line_json_and_page_show_it(films: dict[str, Path], graph_folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    asked = ["explain", str(films["heart"]), "--prior", str(films["plain"]), "--view", "PA", "--json"]
    answer = CliRunner().invoke(app, [*asked, "--graph", str(graph_folder), "--html", str(page)])
    assert answer.exit_code == 0, answer.output
    record = json.loads(answer.stdout)
    found = {one["name"]: one for one in record["evidence"] if one["kind"] == "difference"}
    assert found[RATIO]["change"] == "larger"
    assert found["cardiomegaly"]["verdict_before"] == "unlikely"
    html = page.read_text(encoding="utf-8")
    assert "Compared with the earlier film" in html
    assert f'<td class="value">{found[RATIO]["before"]:.2f}</td>' in html
    several = ["explain", str(films["heart"]), str(films["effusion"]), "--prior", str(films["plain"])]
    with pytest.raises(UsageError, match="explain one at a time"):
        CliRunner().invoke(app, several, catch_exceptions=False)


def test_http_takes_it_as_a_file_and_never_as_a_name(films: dict[str, Path], graph_folder: Path) -> None:
    settings = Settings(graph=graph_folder, port=0)
    with TestClient(create_server(settings, page=False), base_url="http://127.0.0.1") as client:
        files = {
            name: (path.name, path.read_bytes())
            for name, path in (("image", films["heart"]), ("prior", films["plain"]))
        }
        answer = client.post("/explain", files=files)
        assert answer.status_code == 200, answer.text
        assert any(one["kind"] == "difference" for one in answer.json()["evidence"])
        named = client.post("/explain", files={"image": files["image"]}, data={"prior": str(films["plain"])})
        assert (named.status_code, "has no file" in named.json()["error"]) == (400, True)
        asked = client.post("/ask", files=files, data={"question": "Why cardiomegaly?"})
        assert (asked.status_code, "compare no films" in asked.json()["error"]) == (400, True)


def test_two_real_films_of_one_patient(explainer: Explainer, shared: Path) -> None:
    earlier, now = (
        shared / "data" / "cxr" / "images" / "nih" / f"nih_00002633_{number}.jpg" for number in ("005", "016")
    )
    explanation = explainer.explain(Study(image=str(now), prior=str(earlier), view="PA"))
    differences = list_differences(explanation)
    assert not explanation.abstained
    assert differences
    for claim in explanation.claims:
        cited = [piece for piece in explanation.evidence if piece.key in claim.citations]
        assert ("earlier film" in claim.sentence) is any(piece.kind == "difference" for piece in cited)
    for difference in differences.values():
        if difference.limit is not None:
            assert (abs(difference.now - difference.before) <= difference.limit) is (difference.change == "unchanged")
