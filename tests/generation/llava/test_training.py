"""What is taught is verified, verdicts are never in a prompt, and a stopped training goes on as if it had not been."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch
from transformers import LlavaForConditionalGeneration, PreTrainedTokenizerFast

from thoracite.generation.citations import build_claim, strip_citations
from thoracite.generation.cited_findings import CitedFindings
from thoracite.generation.grounding import ground
from thoracite.generation.llava.build import build_model
from thoracite.generation.llava.training.batches import IGNORED, Batches, make_example
from thoracite.generation.llava.training.fit import find_loss, fit_model
from thoracite.generation.llava.training.harvest import harvest, list_sources
from thoracite.generation.llava.training.kept import Kept
from thoracite.generation.llava.training.pairs import Pair, Pool, make_pair
from thoracite.generation.llava.training.train_mini import Plan, Reader, train_mini, write_pairs
from thoracite.generation.llava.training.wordings import Wording
from thoracite.generation.verify import verify
from thoracite.vision.training.cases import is_locked


def test_every_wording_is_supported(kept: list[Kept], reader: Reader) -> None:
    link, extractor = reader.judge
    wordings: set[str] = set()
    for image in kept:
        triples = [piece for piece in image.evidence if piece.kind == "triple"]
        for seed in range(25):
            written = list(Wording(random.Random(seed)).explain(CitedFindings(image.findings, image.evidence), triples))
            claims = verify(
                [build_claim(sentence, image.evidence) for sentence in written],
                image.evidence,
                linker=link,
                extractor=extractor,
            )
            assert [claim.why for claim in claims if claim.verdict != "supported"] == []
            wordings |= {strip_citations(sentence) for sentence in written}
    assert len(wordings) > 20


def test_what_is_taught_is_found_again_in_the_evidence(kept: list[Kept], reader: Reader) -> None:
    link, extractor = reader.judge
    for image in kept:
        pair = make_pair(image, Pool(), reader.judge, random.Random(1))
        assert pair is not None
        grounded = ground(pair.target, image.findings, image.evidence, linker=link, extractor=extractor)
        assert grounded.claims
        assert not grounded.dropped
        assert {claim.origin for claim in grounded.claims} == {"decoder"}


def test_no_prompt_tells_a_verdict(pairs: list[Pair]) -> None:
    for pair in pairs:
        told = pair.prompt.split("And for the given image")[0]
        assert not any(word in told for word in ("likely", "suspected", "possible", "undecided", "probability"))
        assert "[E" not in pair.prompt + pair.target


def test_without_the_graph_nothing_is_told_of_it(kept: list[Kept], reader: Reader) -> None:
    pool = Pool(piece for image in kept for piece in image.evidence)
    for seed in range(6):
        pair = make_pair(kept[0], pool, reader.judge, random.Random(seed), graph=False)
        assert pair is not None
        assert "triplets" not in pair.prompt
        assert not any(word in pair.target for word in ("suggests", "a sign of", "argues against", "would be"))


def test_locked_patients_and_seeds_of_others_are_left_out(tmp_path: Path) -> None:
    rows = [f"{n}.png,nih,nih:{n},PA,No Finding,x,64,64,64,64,{{}},[]" for n in range(120)]
    head = "file,source,group_id,view,labels,repo,orig_width,orig_height,width,height,extra_json,bbox_json"
    (tmp_path / "manifest.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    sources = list_sources(tmp_path, images=130)
    cases = [source.case for source in sources if source.case is not None]
    assert any(is_locked(f"nih:{n}") for n in range(120))
    assert len(cases) == len({case.group for case in cases}) > 80
    assert not any(is_locked(case.group) for case in cases)
    assert all(source.seed >= 700_000 for source in sources if source.case is None)


def test_nothing_is_read_twice(kept_folder: Path, reader: Reader) -> None:
    def fail(*_: object) -> tuple[list[object], list[object]]:
        raise AssertionError("it was read again")

    sources = list_sources(None, images=2)
    assert harvest(sources, kept_folder, encoder=reader.encoder, search=fail) == 2  # type: ignore[arg-type]


def test_only_the_explanation_is_taught(
    kept: list[Kept], pairs: list[Pair], tokenizer: PreTrainedTokenizerFast
) -> None:
    example = make_example(kept[0], [pair for pair in pairs if pair.name == kept[0].name][:1])
    batch = next(Batches([example], tokenizer, size=1).draw(0, 1))
    taught = batch.labels[0][batch.labels[0] != IGNORED]
    assert tokenizer.decode(taught[:-1]) == example.pairs[0][1]
    assert int(taught[-1]) == tokenizer.eos_token_id


def fit(model: LlavaForConditionalGeneration, tokenizer: PreTrainedTokenizerFast, examples, path: Path, rounds: int):
    done = fit_model(model, tokenizer, examples, path, rounds=2, steps=2, size=2, limit_s=-1 if rounds == 1 else None)
    return done, {name: value.clone() for name, value in model.state_dict().items()}


def test_a_stopped_fitting_goes_on_as_if_it_had_not_stopped(
    kept: list[Kept], pairs: list[Pair], tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    examples = [make_example(image, [pair for pair in pairs if pair.name == image.name]) for image in kept]
    begun = [build_model(tokenizer, hidden=32, layers=1, heads=2, inner=32) for _ in range(3)]
    whole, straight = fit(begun[0], tokenizer, examples, tmp_path / "a.pt", 2)
    stopped, _ = fit(begun[1], tokenizer, examples, tmp_path / "b.pt", 1)
    resumed, parts = fit(begun[2], tokenizer, examples, tmp_path / "b.pt", 2)
    assert (whole, stopped, resumed) == (True, False, True)
    assert all(torch.equal(straight[name], parts[name]) for name in straight)


def test_fitting_lowers_the_loss(
    kept: list[Kept], pairs: list[Pair], tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    examples = [make_example(image, [pair for pair in pairs if pair.name == image.name]) for image in kept]
    model = build_model(tokenizer, hidden=32, layers=1, heads=2, inner=32)
    batch = next(Batches(examples, tokenizer, size=4, seed=9).draw(0, 1))
    before = float(find_loss(model, batch).detach())
    fit_model(model, tokenizer, examples, tmp_path / "c.pt", rounds=6, steps=25, size=4)
    assert float(find_loss(model, batch).detach()) < 0.8 * before


@pytest.mark.parametrize("graph", [True, False])
def test_all_stages(kept_folder: Path, reader: Reader, tmp_path: Path, graph: bool) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / "kept").symlink_to(kept_folder)
    plan = Plan(images=2, rounds=1, steps=1, size=2, graph=graph)
    assert train_mini(None, work, reader, plan)
    assert (work / ("model" if graph else "model-without-graph") / "model.safetensors").exists()
    folder = work / ("pairs" if graph else "pairs-without-graph")
    before = [path.stat().st_mtime_ns for path in sorted(folder.glob("*.npz"))]
    write_pairs(sorted(kept_folder.glob("*.npz")), folder, reader.judge, plan)
    assert before == [path.stat().st_mtime_ns for path in sorted(folder.glob("*.npz"))]
