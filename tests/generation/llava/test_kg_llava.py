"""KG-LLaVA's recipe on a tiny LLaVA with random weights: the paper's numbers, labels, rates, and a run that resumes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

from thoracite.errors import InputError, ModelError
from thoracite.generation.llava.build import train_tokenizer
from thoracite.generation.llava.training.kg_llava import (
    Recipe,
    Task,
    add_adapters,
    find_image,
    fit_adapters,
    lay_batch,
    list_groups,
    make_task,
    read_tasks,
    save_merged,
    write_tasks,
)
from thoracite.generation.llava.training.open_base import open_base
from thoracite.generation.nle.explanations import Explanation, mark

pytest.importorskip("peft")

SMALL = Recipe(rank=2, alpha=4, epochs=1, size=1, gather=2)


@pytest.fixture
def tasks(tmp_path: Path) -> list[Task]:
    made = []
    for number in range(4):
        path = tmp_path / f"{number}.png"
        Image.fromarray(np.full((40, 40), 40 * number, dtype=np.uint8)).save(path)
        made.append(Task(str(path), "<image>\nFor the given image, what is seen?", f"Sentence {number}."))
    return made


@pytest.fixture
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer(["USER: For the given image, what is seen? ASSISTANT: Sentence 1."])


def build(tokenizer: PreTrainedTokenizerFast) -> tuple[LlavaForConditionalGeneration, Any]:
    torch.manual_seed(0)
    vision = CLIPVisionConfig(
        hidden_size=16, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=28, patch_size=14
    )
    text = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        pad_token_id=tokenizer.pad_token_id,
    )
    image = tokenizer.convert_tokens_to_ids("<image>")
    config = LlavaConfig(vision_config=vision, text_config=text, image_token_index=image, image_seq_length=4)
    pictures = CLIPImageProcessor(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28})
    processor = LlavaProcessor(
        image_processor=pictures,
        tokenizer=tokenizer,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
    )
    return LlavaForConditionalGeneration(config), processor


def test_the_papers_numbers() -> None:
    recipe = Recipe()
    assert (recipe.rank, recipe.alpha, recipe.rate, recipe.projector_rate) == (128, 256, 2e-4, 2e-5)
    assert (recipe.epochs, recipe.graph, recipe.base) == (5, True, "llava-hf/llava-1.5-7b-hf")


def test_adapters_and_projector_are_trained_and_nothing_else(tokenizer: PreTrainedTokenizerFast) -> None:
    adapted = add_adapters(build(tokenizer)[0], SMALL)
    trained = {name for name, value in adapted.named_parameters() if value.requires_grad}
    assert all("lora_" in name or "multi_modal_projector" in name for name in trained)
    assert not any("vision_tower" in name for name in trained)
    adapters, projector = list_groups(adapted, SMALL)
    assert (adapters["lr"], projector["lr"]) == (2e-4, 2e-5)
    assert len(adapters["params"]) == 2 * 7
    assert len(projector["params"]) == 4


def test_labels_are_the_explanation_alone(tokenizer: PreTrainedTokenizerFast, tasks: list[Task]) -> None:
    _, processor = build(tokenizer)
    batch = lay_batch(processor, [tasks[1], tasks[2]._replace(target="A longer sentence than that.")])
    for row, said in zip(batch["labels"], ("Sentence 1.", "A longer sentence than that."), strict=True):
        assert tokenizer.decode(row[row != -100], skip_special_tokens=True).strip() == said


def test_a_stopped_run_resumes(tokenizer: PreTrainedTokenizerFast, tasks: list[Task], tmp_path: Path) -> None:
    def run(path: Path, steps: int | None) -> tuple[int, dict[str, torch.Tensor]]:
        model, processor = build(tokenizer)
        adapted = add_adapters(model, SMALL)
        torch.manual_seed(1)
        for module in adapted.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        done = fit_adapters(adapted, processor, tasks, path, SMALL, steps=steps)
        trained = {name: value.detach().clone() for name, value in adapted.named_parameters() if value.requires_grad}
        return done, trained

    done, straight = run(tmp_path / "a.pt", None)
    first, _ = run(tmp_path / "b.pt", 1)
    second, parts = run(tmp_path / "b.pt", None)
    assert (done, first, second) == (2, 1, 2)
    moved = [name for name, value in straight.items() if not torch.equal(value, torch.zeros_like(value))]
    assert moved
    for name, value in straight.items():
        if "lora_A" not in name:  # drawn at random when adapters are added, and loaded from the checkpoint
            assert torch.allclose(value, parts[name], atol=1e-3), name


def test_merged_adapters_are_a_plain_llava(
    tokenizer: PreTrainedTokenizerFast, tasks: list[Task], tmp_path: Path
) -> None:
    model, processor = build(tokenizer)
    adapted = add_adapters(model, SMALL)
    fit_adapters(adapted, processor, tasks, tmp_path / "c.pt", SMALL, steps=1)
    save_merged(adapted, processor, tmp_path / "model")
    opened, _ = open_base(str(tmp_path / "model"))
    assert isinstance(opened, LlavaForConditionalGeneration)
    assert not any("lora" in name for name in opened.state_dict())


def test_a_task_in_the_papers_words(tmp_path: Path) -> None:
    record = Explanation(
        sentence_ID="s1#0",
        nle="Opacity suggests pneumonia.",
        patient_ID="p1",
        report_ID="s1",
        diagnosis_label=mark("Pneumonia"),
        evidence_label=mark("Lung Opacity"),
        img_labels=tuple((0, 1, 0) if name == 8 else (0, 0, 0) for name in range(10)),
    )
    task = make_task(tmp_path / "a.jpg", record, ())
    assert "The image-specific triplets from the knowledge graph are: none." in task.prompt
    assert "the patient has uncertain pneumonia?" in task.prompt
    assert "triplets" not in make_task(tmp_path / "a.jpg", record, (), graph=False).prompt
    assert write_tasks([task], tmp_path / "tasks.jsonl") == 1
    assert read_tasks(tmp_path / "tasks.jsonl") == [task]


def test_images_as_mimic_lays_them_out(tmp_path: Path) -> None:
    folder = tmp_path / "files" / "p10" / "p10000032" / "s50414267"
    folder.mkdir(parents=True)
    (folder / "b.jpg").touch()
    (folder / "index.html").touch()
    (tmp_path / "CXR1.png").touch()
    assert find_image(tmp_path, "10000032", "50414267") == folder / "b.jpg"
    assert find_image(tmp_path, "p10000032", "s50414267") == folder / "b.jpg"
    assert find_image(tmp_path, "CXR1", "CXR1") == tmp_path / "CXR1.png"
    assert find_image(tmp_path, "p2", "s2") is None


def test_faults_are_one_sentence(tokenizer: PreTrainedTokenizerFast, tmp_path: Path) -> None:
    model, processor = build(tokenizer)
    with pytest.raises(InputError, match="at least one"):
        fit_adapters(model, processor, [], tmp_path / "a.pt", SMALL)
    with pytest.raises(ModelError, match="is not a LLaVA on this machine"):
        open_base(str(tmp_path / "nowhere"))
    (tmp_path / "bad.jsonl").write_text('{"image": 1}\n', encoding="utf-8")
    with pytest.raises(InputError, match="expected lines of image"):
        read_tasks(tmp_path / "bad.jsonl")
