"""What every encoder promises, ours and third-party ones, and what is said where one cannot be used.

The third-party models are the real packages with small networks of random weights: their findings mean nothing; how
they are asked and how their answers are taken does.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.encoders import write_classifier, write_densenet, write_open_clip, write_pairs
from thoracite import cli
from thoracite.errors import ModelError, UsageError
from thoracite.kg.concepts import read_concepts
from thoracite.phantom import write_phantoms
from thoracite.settings import Settings
from thoracite.types import Certainty
from thoracite.vision.adapters.adapted import link_labels, paint
from thoracite.vision.adapters.zero_shot import describe_findings
from thoracite.vision.encoder import ImageEncoder
from thoracite.vision.encoders import ALIASES, NAMES, open_encoder, split_name
from thoracite.vision.image import Radiograph, read_radiograph
from thoracite.vision.labels import FINDINGS

LABELS = ("Cardiomegaly", "tabby cat", "Effusion", "No Finding")
WRITERS: dict[str, Callable[[Path], Path]] = {
    "torchxrayvision": lambda folder: write_densenet(folder / "state.pt"),
    "open_clip": write_open_clip,
    "open_clip, text tower of transformers": lambda folder: write_open_clip(folder, bert=True),
    "hf, classifier": lambda folder: write_classifier(folder, *LABELS),
    "hf, CLIP": write_pairs,
    "hf, SigLIP": lambda folder: write_pairs(folder, siglip=True),
    "xplainer:open_clip": write_open_clip,
    "xplainer:hf, CLIP": write_pairs,
}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic radiograph."""
    folder = tmp_path_factory.mktemp("phantom")
    write_phantoms(folder, number=1, seed=9, size=512)
    return next(folder.glob("*.png"))


@pytest.fixture(scope="module")
def chest(image: Path) -> Radiograph:
    return read_radiograph(image, settings=Settings.read())


@pytest.fixture(scope="module", params=[*NAMES, *WRITERS])
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ImageEncoder:
    if request.param in NAMES:
        return open_encoder(request.param)
    written = WRITERS[request.param](tmp_path_factory.mktemp("model") / "model")
    return open_encoder(f"{request.param.partition(',')[0]}:{written}")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No network, which nobody may even ask for, and nothing in the caches."""

    def refuse(*_: object) -> None:
        raise AssertionError("something asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))


# --- what every encoder promises --------------------------------------------------------------------------------------


def test_it_reads_a_radiograph_and_the_same_one_the_same(encoder: ImageEncoder, chest: Radiograph) -> None:
    assert isinstance(encoder, ImageEncoder)
    reading = encoder.read(chest)
    assert reading.accepted
    assert reading.findings
    assert reading == encoder.read(Radiograph(chest.pixels.copy()))
    height, width = chest.pixels.shape
    for finding in reading.findings:
        assert 0 <= finding.probability <= 1
        assert finding.calibrated == (encoder.name in NAMES)
        if finding.region is not None:
            x0, y0, x1, y1 = finding.region.box
            assert finding.certainty is not Certainty.ABSENT
            assert 0 <= x0 < x1 <= width
            assert 0 <= y0 < y1 <= height


def test_findings_are_concepts_once_and_in_one_order(encoder: ImageEncoder, chest: Radiograph) -> None:
    known = {concept.entity.id: concept.entity for concept in read_concepts()}
    found = [finding.entity for finding in encoder.read(chest).findings]
    assert len(set(found)) == len(found)
    assert all(known[entity.id] == entity for entity in found)
    flipped = encoder.read(Radiograph(chest.pixels[:, ::-1].copy()))
    assert [finding.entity for finding in flipped.findings] in (found, [])


def test_an_inverted_radiograph_is_righted(encoder: ImageEncoder, chest: Radiograph) -> None:
    inverted = encoder.read(Radiograph(np.float32(1) - chest.pixels))
    for one, other in zip(encoder.read(chest).findings, inverted.findings, strict=True):
        assert abs(one.probability - other.probability) < 0.05


def test_what_is_no_chest_radiograph_is_withheld_with_a_reason(encoder: ImageEncoder, chest: Radiograph) -> None:
    noise = np.random.default_rng(0).random((256, 256)).astype(np.float32)
    for other in (
        Radiograph(noise),
        Radiograph(np.zeros((256, 256), dtype=np.float32)),
        Radiograph(chest.pixels, colour=0.3),
        Radiograph(chest.pixels, modality="CT"),
    ):
        reading = encoder.read(other)
        assert not reading.accepted
        assert reading.reason
        assert not reading.findings


# --- labels and scores ------------------------------------------------------------------------------------------------


def test_labels_become_concepts_by_code_or_name_and_the_others_are_dropped() -> None:
    labels = ["Pleural_Thickening", "Enlarged Cardiomediastinum", "Lung Lesion", "lung opacity", "normal", "left lung",
              "COVID-19", "Effusion", "Pleural Effusion", "LABEL_3", ""]  # fmt: skip
    found = {labels[position]: entity.id for position, entity in link_labels(labels).items()}
    assert found == {
        "Pleural_Thickening": "thx:pleural_thickening",
        "Enlarged Cardiomediastinum": "thx:widened_mediastinum",
        "lung opacity": "thx:pulmonary_opacity",
        "COVID-19": "thx:covid_19",
        "Effusion": "thx:pleural_effusion",
    }  # "Lung Lesion" is a code of two concepts, and an effusion counts once
    assert list(link_labels(FINDINGS)) == list(range(len(FINDINGS)))


def test_scores_of_torchxrayvision_are_its_own(tmp_path: Path, chest: Radiograph) -> None:
    import torchxrayvision as xrv

    from thoracite.vision.adapters.xrv import XrvModel

    network = xrv.models.DenseNet().eval()
    points = torch.full((18,), 0.4)
    points[3] = torch.nan
    network.op_threshs = points
    model = XrvModel(network)
    assert len(model.labels) == 17
    assert "Pneumothorax" not in model.labels
    shown = xrv.utils.normalize(np.rint(chest.pixels * 255), 255, reshape=True)
    shown = xrv.datasets.XRayResizer(224)(xrv.datasets.XRayCenterCrop()(shown))
    with torch.inference_mode():
        expected = np.delete(network(torch.from_numpy(shown)[None])[0].numpy(), 3)
    assert 1 / (1 + np.exp(-model.rate(chest.pixels))) == pytest.approx(expected, abs=1e-3)
    torch.save({**network.state_dict(), "op_threshs": points}, tmp_path / "state.pt")
    assert len(open_encoder(f"torchxrayvision:{tmp_path / 'state.pt'}").read(chest).findings) == 16


def test_named_weights_of_torchxrayvision_are_read_from_its_cache(
    tmp_path: Path, chest: Radiograph, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torchxrayvision as xrv

    monkeypatch.setenv("HOME", str(tmp_path))
    published = xrv.models.model_urls["densenet121-res224-chex"]
    cache = Path(xrv.utils.get_cache_dir())
    cache.mkdir(parents=True)
    torch.save(xrv.models.DenseNet(), cache / Path(published["weights_url"]).name)  # as they come: a pickled network
    encoder = open_encoder("torchxrayvision:densenet121-res224-chex")
    named = {label for label in published["labels"] if label}
    assert {finding.entity for finding in encoder.read(chest).findings} == set(link_labels(sorted(named)).values())


@pytest.mark.parametrize("apart", [True, False])
def test_scores_of_a_classifier_are_sigmoid_or_softmax(tmp_path: Path, chest: Radiograph, apart: bool) -> None:
    from transformers import pipeline

    write_classifier(tmp_path, *LABELS, apart=apart)
    (effusion,) = [f for f in open_encoder(f"hf:{tmp_path}").read(chest).findings if "effusion" in f.entity.label]
    classify = pipeline("image-classification", str(tmp_path), function_to_apply="sigmoid" if apart else "softmax")
    expected = {said["label"]: said["score"] for said in classify(paint(chest.pixels))}
    assert effusion.probability == pytest.approx(expected["Effusion"], abs=1e-4)
    assert sum(expected.values()) == pytest.approx(1) or apart


def test_scores_without_a_head_are_a_softmax_over_the_two_prompts(tmp_path: Path, chest: Radiograph) -> None:
    import open_clip

    write_open_clip(tmp_path / "model")
    network, transform = open_clip.create_model_from_pretrained(f"local-dir:{tmp_path / 'model'}")
    tokens = open_clip.get_tokenizer(f"local-dir:{tmp_path / 'model'}")(["pneumonia", "no pneumonia"])
    with torch.inference_mode():
        image, text, scale = network.eval()(transform(paint(chest.pixels))[None], tokens)
        expected = (scale * image @ text.T).softmax(-1)[0, 0]
    findings = open_encoder(f"open_clip:{tmp_path / 'model'}").read(chest).findings
    (pneumonia,) = [finding for finding in findings if finding.entity.label == "pneumonia"]
    assert pneumonia.probability == pytest.approx(float(expected), abs=1e-4)


def test_signs_instead_of_names_are_the_mean_over_the_signs_of_the_graph(tmp_path: Path, chest: Radiograph) -> None:
    import open_clip

    write_open_clip(tmp_path / "model")
    network, transform = open_clip.create_model_from_pretrained(f"local-dir:{tmp_path / 'model'}")
    wording, number = describe_findings(FINDINGS), FINDINGS.index("Pneumothorax")
    pairs = np.flatnonzero(wording.findings == number)
    assert len(pairs) >= 4
    prompts = [wording.prompts[2 * pair + side] for pair in pairs for side in (0, 1)]
    assert "There is deep sulcus sign." in prompts
    assert not any("pneumothorax" in prompt for prompt in prompts)
    tokens = open_clip.get_tokenizer(f"local-dir:{tmp_path / 'model'}")(prompts)
    with torch.inference_mode():
        image, text, scale = network.eval()(transform(paint(chest.pixels))[None], tokens)
        cosines = (scale * image @ text.T)[0]
    expected = torch.sigmoid((cosines[0::2] - cosines[1::2]).mean())
    findings = open_encoder(f"xplainer:open_clip:{tmp_path / 'model'}").read(chest).findings
    (pneumothorax,) = [finding for finding in findings if finding.entity.label == "pneumothorax"]
    assert pneumothorax.probability == pytest.approx(float(expected), abs=1e-4)


# --- what is said where it cannot be used -----------------------------------------------------------------------------


def test_a_model_without_texts_is_not_asked_for_signs(tmp_path: Path) -> None:
    write_classifier(tmp_path / "model", *LABELS)
    with pytest.raises(ModelError, match=r"reads no texts, so it cannot be asked for signs"):
        open_encoder(f"xplainer:hf:{tmp_path / 'model'}")
    with pytest.raises(UsageError, match=r"expected xplainer:open_clip:… or xplainer:hf:…"):
        open_encoder("xplainer:torchxrayvision:all")


@pytest.mark.parametrize("name", ["nosuch", "nosuch:model", "hf:", "torchxrayvision:"])
def test_unknown_names_are_a_sentence_with_the_known_ones(name: str) -> None:
    with pytest.raises(UsageError, match=r"there is no encoder .*thoracite-mini, .*biomedclip.*hf:OWNER/MODEL"):
        open_encoder(name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hf:/no/such/folder", "is not a folder"),
        ("hf:neither", "is not a folder"),
        ("open_clip:ViT-B-32", "is not a folder|there is no folder"),
        ("torchxrayvision:densenet9", "there are no weights 'densenet9'.*densenet121-res224-all"),
    ],
)
def test_a_source_that_cannot_be_is_a_usage_error(name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        open_encoder(name)


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", [*ALIASES, "hf:nobody/nothing", "torchxrayvision:resnet50-res512-all"])
def test_missing_weights_name_the_command_that_fetches_them_and_nothing_is_fetched(name: str) -> None:
    whole = re.escape(ALIASES.get(name, name))
    with pytest.raises(ModelError, match=rf"not on this machine; fetch them with `thoracite fetch encoder {whole}`"):
        open_encoder(name)


@pytest.mark.usefixtures("offline")
def test_a_model_of_the_hub_is_found_in_its_cache(tmp_path: Path, chest: Radiograph) -> None:
    def keep(repository: str, folder: Path) -> None:
        """As the hub's client leaves what it fetched."""
        place = tmp_path / "hub" / f"models--{repository.replace('/', '--')}"
        (place / "refs").mkdir(parents=True)
        (place / "refs" / "main").write_text("0" * 40, encoding="utf-8")
        shutil.copytree(folder, place / "snapshots" / ("0" * 40))

    folder = write_open_clip(tmp_path / "model", bert=True)
    config = folder / "open_clip_config.json"
    config.write_text(
        config.read_text(encoding="utf-8").replace(str(folder / "tower"), "owner/tower"), encoding="utf-8"
    )
    keep("owner/tower", folder / "tower")
    shutil.rmtree(folder / "tower")
    keep("owner/model", folder)
    assert len(open_encoder("open_clip:hf-hub:owner/model").read(chest).findings) == len(FINDINGS)
    keep("owner/classifier", write_classifier(tmp_path / "vit", *LABELS))
    assert len(open_encoder("hf:owner/classifier@main").read(chest).findings) == 2


@pytest.mark.usefixtures("offline")
def test_fetching_without_a_network_is_one_sentence() -> None:
    with pytest.raises(ModelError, match="the encoder hf:nobody/nothing cannot be fetched"):
        open_encoder("hf:nobody/nothing", fetch=True)


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("torchxrayvision", "torchxrayvision", "xrv"),
        ("biomedclip", "open_clip", "clip"),
        ("hf:a/b", "transformers", "hf"),
    ],
)
def test_a_missing_package_names_its_extra(
    name: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    for module in ("xrv", "clip", "hf"):
        monkeypatch.delitem(sys.modules, f"thoracite.vision.adapters.{module}", raising=False)
    with pytest.raises(ModelError, match=rf"needs the package {package}; .* pip install 'thoracite\[{extra}\]'"):
        open_encoder(name)


def test_broken_weights_are_one_sentence(tmp_path: Path) -> None:
    state = write_densenet(tmp_path / "state.pt")
    state.write_bytes(state.read_bytes()[:1000])
    clip = write_open_clip(tmp_path / "clip")
    (clip / "open_clip_pytorch_model.bin").write_bytes(b"broken")
    folder = write_classifier(tmp_path / "vit", *LABELS)
    (folder / "model.safetensors").write_bytes(b"broken")
    empty = tmp_path / "empty"
    empty.mkdir()
    for name in (f"torchxrayvision:{state}", f"open_clip:{clip}", f"hf:{folder}", f"hf:{empty}", f"open_clip:{empty}"):
        with pytest.raises(ModelError, match=r"cannot be loaded \(.+\)") as raised:
            open_encoder(name)
        assert "\n" not in str(raised.value)


def test_weights_that_lack_the_head_are_an_error(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = write_classifier(tmp_path, *LABELS) / "model.safetensors"
    state = load_file(path)
    save_file({name: value for name, value in state.items() if "classifier" not in name}, path, {"format": "pt"})
    with pytest.raises(ModelError, match="weights lack classifier"):
        open_encoder(f"hf:{tmp_path}")


def test_a_model_without_known_labels_says_which_it_has(tmp_path: Path) -> None:
    write_classifier(tmp_path, "tabby cat", "golden retriever")
    with pytest.raises(ModelError, match=r"no label that is a concept .* its labels are tabby cat, golden retriever"):
        open_encoder(f"hf:{tmp_path}")


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert", "architectures": ["BertModel"]}))
    with pytest.raises(ModelError, match="is a BertModel; expected an image classifier"):
        open_encoder(f"hf:{tmp_path}")


def test_short_names_stand_for_whole_ones() -> None:
    assert split_name("whyxrayclip") == ("open_clip", "hf-hub:yyupenn/whyxrayclip")
    assert all(split_name(name) == split_name(whole) for name, whole in ALIASES.items())


# --- the command line -------------------------------------------------------------------------------------------------


def test_explain_takes_a_model_by_name(
    image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], graph_folder: Path
) -> None:
    folder = write_classifier(tmp_path / "vit", *LABELS)
    words = ["explain", str(image), "--encoder", f"hf:{folder}", "--json", "--graph", str(graph_folder)]

    def run() -> int:
        monkeypatch.setattr(sys, "argv", ["thoracite", *words])
        with pytest.raises(SystemExit) as left:
            cli.main()
        return int(left.value.code or 0)

    assert run() == 0
    record = json.loads(capsys.readouterr().out)
    assert [finding["label"] for finding in record["findings"]] == ["cardiomegaly", "pleural effusion"]
    assert not any(finding["calibrated"] for finding in record["findings"])
    assert record["claims"]
    said = " ".join(claim["sentence"] for claim in record["claims"])
    assert "score 0." in said
    assert "probability" not in said
    explained, words = words, ["fetch", "encoder", f"hf:{folder}"]
    assert run() == 0
    assert "is on this machine" in capsys.readouterr().out
    words = explained
    words[3] = f"torchxrayvision:{write_open_clip(tmp_path / 'clip') / 'open_clip_pytorch_model.bin'}"
    assert run() == 5
    assert "cannot be loaded" in capsys.readouterr().err
