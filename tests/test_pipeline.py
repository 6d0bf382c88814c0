"""The whole way: an image in, sentences out that each cite evidence which can be looked up, or a reason why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from tests.readings import FINDINGS, RATED, FixedEncoder, make_finding, write_grey
from thoracite import Explainer
from thoracite.cli import app
from thoracite.errors import InputError, UsageError
from thoracite.kg.stores.folder import open_graph
from thoracite.phantom import draw_phantom
from thoracite.pipeline import NO_GRAPH, ImageError, find_doubt
from thoracite.retrieval.similar.build import build_image_index
from thoracite.retrieval.similar.labels import Labelled, LabelTable
from thoracite.settings import Settings
from thoracite.types import Certainty, Evidence, Explanation, Finding, Study
from thoracite.vision.encoder import Reading


@pytest.fixture(scope="module")
def settings(graph_folder: Path) -> Settings:
    return Settings(graph=graph_folder)


@pytest.fixture(scope="module")
def explainer(settings: Settings) -> Iterator[Explainer]:
    """With the bundled encoder."""
    with Explainer(settings) as explainer:
        yield explainer


@pytest.fixture(scope="module")
def real(explainer: Explainer, shared: Path) -> Explanation:
    """Of a real X-ray of ChestX-ray14, labelled with effusion and oedema."""
    return explainer.explain(shared / "data" / "cxr" / "images" / "nih" / "nih_00030180_000.jpg")


def explain(reading: Reading, settings: Settings, image: Path, **more: object) -> Explanation:
    with Explainer(settings, encoder=FixedEncoder(reading), **more) as explainer:  # type: ignore[arg-type]
        return explainer.explain(write_grey(image))


def check_citations(explanation: Explanation) -> None:
    known = {piece.key: piece for piece in explanation.evidence}
    for claim in explanation.claims:
        assert claim.verdict == "supported"
        assert claim.citations
        kinds = {known[key].kind for key in claim.citations}
        assert ("triple" in kinds) is (claim.kind in {"reason", "background", "expected"})
        assert kinds != {"triple"}, claim.sentence
        assert "finding" in kinds or claim.kind != "diagnosis"


def test_a_real_image_is_explained_with_a_reason(real: Explanation) -> None:
    assert not real.abstained
    assert len(real.findings) >= 14
    assert any(finding.certainty is not Certainty.ABSENT for finding in real.findings)
    assert any(claim.kind != "observation" for claim in real.claims)
    check_citations(real)
    assert real.text == " ".join(claim.sentence for claim in real.claims)


def test_each_printed_query_finds_its_row(real: Explanation, settings: Settings) -> None:
    triples = [piece for piece in real.evidence if piece.kind == "triple"]
    assert triples
    for language in ("sparql", "cypher"):
        store = open_graph(settings.graph, language=language)
        assert store.digest == real.graph
        for piece in triples:
            text = getattr(piece, language)
            assert store.query(text).rows, text
        store.close()


def test_the_same_image_gives_the_same_explanation(real: Explanation, explainer: Explainer) -> None:
    assert explainer.explain(Study(image=real.image)) == real


def test_an_indication_becomes_evidence_and_changes_nothing_else(real: Explanation, explainer: Explainer) -> None:
    asked = explainer.explain(Study(image=real.image, indication="dyspnea"))
    assert asked.evidence[:-1] == real.evidence
    assert (asked.evidence[-1].kind, asked.evidence[-1].label) == ("indication", "dyspnea")
    assert asked.model_copy(update={"evidence": real.evidence}) == real


EXPECTED = {
    "atelectasis": 0.117, "cardiomegaly": 0.010, "consolidation": 0.075, "pulmonary edema": 0.013,
    "pleural effusion": 0.605, "emphysema": 0.014, "pulmonary fibrosis": 0.030, "hiatal hernia": 0.003,
    "pulmonary infiltrates": 0.201, "lung mass": 0.172, "pulmonary nodule": 0.061, "pleural thickening": 0.162,
    "pneumonia": 0.010, "pneumothorax": 0.092,
}  # fmt: skip
"""What the bundled encoder reads in the README's synthetic image, which needs no data but the project's own."""


@pytest.fixture(scope="module")
def phantom(explainer: Explainer, tmp_path_factory: pytest.TempPathFactory) -> Explanation:
    """The README's synthetic image, drawn with an effusion on the right and a consolidation on the left."""
    from thoracite.phantom import write_phantoms

    (path,) = write_phantoms(tmp_path_factory.mktemp("phantom"), number=1, seed=349, size=512)
    return explainer.explain(path)


def test_a_phantom_goes_the_whole_way_to_what_is_expected(phantom: Explanation) -> None:
    read = {finding.entity.label: finding.probability for finding in phantom.findings}
    assert read == pytest.approx(EXPECTED, abs=0.02)
    said = [finding.entity.label for finding in phantom.findings if finding.verdict in {"likely", "suspected"}]
    assert said == ["pleural effusion"]
    first, reason = phantom.claims[0], phantom.claims[1]
    assert first.sentence.startswith("A pleural effusion is likely (probability 0.6")
    assert "carried by a blunt right costophrenic angle" in first.sentence
    assert (first.kind, reason.kind) == ("diagnosis", "reason")
    assert "The right costophrenic angle is blunt (depth below the dome 0.00 chest widths" in reason.sentence
    assert (phantom.view, phantom.view_probability) == ("PA", pytest.approx(1, abs=0.02))
    assert phantom.notes == ()
    assert any(evidence.triple is not None for evidence in phantom.evidence)
    check_citations(phantom)


def test_an_image_is_the_same_however_it_is_handed_over(phantom: Explanation, explainer: Explainer) -> None:
    with Image.open(phantom.image) as picture:
        answers = [explainer.explain(picture), explainer.explain(np.asarray(picture))]
    assert [answer.findings for answer in answers] == [phantom.findings] * 2
    assert [answer.claims for answer in answers] == [phantom.claims] * 2
    assert [answer.image for answer in answers] == [phantom.image, "array"]
    assert explainer.explain(Study(image=phantom.image, view="AP")).view == "AP"
    lateral = explainer.explain(Study(image=phantom.image, view="lateral"))
    assert "lateral" in str(lateral.reason)


def test_an_explanation_prints_itself_as_the_command_line_does(
    phantom: Explanation, settings: Settings, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    words = ["explain", phantom.image, "--json", "--graph", str(settings.graph), "--html", str(page)]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.stdout == phantom.to_json() + "\n"
    assert page.read_text(encoding="utf-8") == phantom.to_html()
    assert "data:image/png;base64," in phantom.to_html()
    moved = phantom.model_copy(update={"image": "gone.png"})
    assert "data:image/png;base64," not in moved.to_html()


def test_a_reading_becomes_sentences_with_reasons(settings: Settings, tmp_path: Path) -> None:
    explanation = explain(Reading(findings=FINDINGS), settings, tmp_path / "a.png")
    check_citations(explanation)
    assert "right" in explanation.text
    assert {"diagnosis", "reason"} <= {claim.kind for claim in explanation.claims}
    assert explanation.findings == FINDINGS


def test_a_reading_with_priors_becomes_words_by_verdict(settings: Settings, tmp_path: Path) -> None:
    explanation = explain(Reading(findings=RATED), settings, tmp_path / "a.png")
    check_citations(explanation)
    said = explanation.text
    rated = "(probability 0.83, usually 0.10; 44 times its usual odds)"
    assert f"A pleural effusion is likely in the right lower zone {rated}" in said
    assert said.index("Pulmonary edema is suspected") < said.index("A lung mass is possible")
    assert "does not decide on atelectasis or consolidation (0.66 to 1.6 times their usual odds)" in said
    assert "; there is no sign of pneumothorax (0.43 times its usual odds)" in explanation.claims[-1].sentence
    quiet = explain(Reading(findings=RATED[:4]), settings, tmp_path / "b.png")
    assert quiet.claims[0].sentence.startswith("Nothing stands out clearly; a lung mass is possible")
    assert [claim.kind for claim in quiet.claims] == ["summary", "summary"]


def test_without_a_graph_there_are_observations_and_no_graph_is_opened(tmp_path: Path) -> None:
    settings = Settings(graph=tmp_path / "none")
    explanation = explain(Reading(findings=FINDINGS), settings, tmp_path / "a.png", graph=False)
    assert (explanation.graph, explanation.reason, explanation.abstained) == ("none", NO_GRAPH, False)
    assert {claim.kind for claim in explanation.claims} == {"diagnosis", "observation"}
    check_citations(explanation)
    assert not settings.graph.exists()


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        (Reading(accepted=False, reason="the image does not look like a chest X-ray"), "not look like a chest X-ray"),
        (
            Reading(findings=(make_finding("pneumonia", Certainty.UNCERTAIN), *FINDINGS[:2])),
            "not sure enough: 2 of 3 findings",
        ),
    ],
)
def test_what_is_not_read_or_not_sure_is_withheld(
    settings: Settings, tmp_path: Path, reading: Reading, said: str
) -> None:
    explanation = explain(reading, settings, tmp_path / "a.png")
    assert explanation.abstained
    assert explanation.claims == ()
    assert said in str(explanation.reason)
    assert explanation.text.startswith("Withheld: ")


class Liar:
    """A generator that says one thing that is so, and two that are not."""

    name = "liar"

    def write(self, study: Study, findings: Sequence[Finding], evidence: Sequence[Evidence]) -> list[str]:
        """Three sentences about a right effusion."""
        key = next(piece.key for piece in evidence if piece.kind == "finding" and piece.stance == "for")
        texts = ("A right pleural effusion is likely", "A left pleural effusion is likely", "No pleural effusion")
        return [f"{text} [{key}]." for text in texts]


def test_what_a_generator_makes_up_is_dropped(settings: Settings, tmp_path: Path) -> None:
    explanation = explain(Reading(findings=FINDINGS), settings, tmp_path / "a.png", generator=Liar())
    assert [claim.sentence for claim in explanation.claims] == ["A right pleural effusion is likely [E1]."]
    normal = tuple(finding for finding in FINDINGS if finding.certainty is not Certainty.PRESENT)
    lies_only = explain(Reading(findings=normal), settings, tmp_path / "b.png", generator=Liar())
    assert "no sentence that was written is supported" in str(lies_only.reason)


def test_a_batch_goes_on_past_what_cannot_be_read(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(b"")
    images = [write_grey(tmp_path / "a.png"), tmp_path / "b.png", tmp_path / "c.png", write_grey(tmp_path / "d.png")]
    with Explainer(settings, encoder=FixedEncoder(Reading(findings=FINDINGS))) as explainer:
        answers = list(explainer.explain_many(images))
        with pytest.raises(InputError, match="is empty"):
            explainer.explain(images[1])
    assert [isinstance(answer, ImageError) for answer in answers] == [False, True, True, False]
    assert [answer.image for answer in answers] == [str(image) for image in images]


def test_a_report_is_held_against_its_image(settings: Settings, tmp_path: Path) -> None:
    image = write_grey(tmp_path / "a.png")
    with Explainer(settings, encoder=FixedEncoder(Reading(findings=FINDINGS))) as explainer:
        assert explainer.check_report(image, "Right effusion. No pneumothorax.").verdict == "no error found"
        checked = explainer.check_report(image, "Large pneumothorax.")
        assert [error.kind for error in checked.errors] == ["contradicted", "omitted"]
        assert explainer.check_report(None, "Large pneumothorax.").errors == ()
        with pytest.raises(InputError, match="report is empty"):
            explainer.check_report(image, " \n")
        for text in ("hello world", "Pas de pneumothorax. Épanchement pleural droit.", "INDICATION: Cough."):
            nothing = explainer.check_report(image, text)  # and so nothing was left out either
            assert (nothing.verdict, nothing.errors, nothing.reading.statements) == ("nothing was read", (), 0)
            assert nothing.reading.unread_characters > 0
    with Explainer(settings, encoder=FixedEncoder(Reading(accepted=False, reason="a photo"))) as explainer:
        checked = explainer.check_report(image, "Large pneumothorax.")
        assert (checked.verdict, checked.reason) == ("withheld", "a photo")


def test_doubt_needs_two_thirds_uncertain_and_nothing_present() -> None:
    unsure = make_finding("pneumonia", Certainty.UNCERTAIN)
    absent, present = FINDINGS[0], FINDINGS[2]
    assert find_doubt([]) is None
    assert find_doubt([unsure, absent, absent]) is None
    assert find_doubt([unsure, absent]) is None
    assert find_doubt([unsure, unsure, present]) is None
    assert "2 of 3 findings are uncertain" in str(find_doubt([unsure, unsure, absent]))


def test_what_is_undecided_by_its_ratio_is_no_doubt() -> None:
    unsure = make_finding("pneumonia", Certainty.UNCERTAIN)
    assert find_doubt(RATED[1:4]) is None
    assert find_doubt([*RATED[1:3], unsure]) is None


@pytest.fixture(scope="module")
def indexed(explainer: Explainer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three drawn chests of two people, and an index of them by the bundled encoder."""
    folder = tmp_path_factory.mktemp("indexed")
    (folder / "scans").mkdir()
    for seed in (1, 2, 3):
        pixels = np.rint(draw_phantom(seed, size=256).image * 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / "scans" / f"{seed}.png")
    table = LabelTable({"1.png": Labelled(("thx:pleural_effusion",), "ann"), "2.png": Labelled((), "ben")}, 0)
    images = sorted((folder / "scans").iterdir())
    build_image_index(folder / "scans", images, folder / "index", explainer.retriever.encoder, table=table)
    return folder


def test_similar_images_change_nothing_else(explainer: Explainer, settings: Settings, indexed: Path) -> None:
    image = indexed / "scans" / "3.png"
    without = explainer.explain(image)
    assert not without.abstained
    assert without.similar == ()  # off unless asked for
    with Explainer(settings, similar=indexed / "index") as similar:
        shown = similar.explain(image)
        assert {(one.image, one.label) for one in shown.similar} == {
            ("1.png", "pleural effusion"), ("2.png", "no label known"),
        }  # fmt: skip
        assert [one.distance for one in shown.similar] == sorted(one.distance or 0.0 for one in shown.similar)
        kept = tuple(piece for piece in shown.evidence if piece.kind != "image")
        assert shown.model_copy(update={"evidence": kept}) == without  # findings, claims and keys too
        asked = Study(image=str(image), patient="ann")
        assert [one.image for one in similar.explain(asked).similar] == ["2.png"]
        assert similar.explain(Study(image=str(image), similar=False)) == without
        found = similar.retriever.retrieve(str(image))
        assert {one.image for one in found.evidence if one.kind == "image"} == {"1.png", "2.png"}
        left_out = next(piece.key for piece in without.evidence if piece.kind == "triple")
        changed = similar.explain(image, without=[left_out])
        assert changed.similar == shown.similar  # with the keys that they had
        assert changed.claims == explainer.explain(image, without=[left_out]).claims


def test_a_patient_is_left_out_of_an_index_only(explainer: Explainer, indexed: Path) -> None:
    with pytest.raises(UsageError, match="no index of images is named"):
        explainer.explain(Study(image=str(indexed / "scans" / "3.png"), patient="ann"))
