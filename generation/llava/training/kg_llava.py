"""KG-LLaVA's recipe: LLaVA-1.5 with low-rank adapters, a projector of its own rate, and the graph in the prompt.

The numbers are the paper's. Seven billion parameters need one GPU of 40 GB or more in bfloat16; the loop is the same
for any ``LlavaForConditionalGeneration``, and is tested on a tiny one. A run that is stopped goes on from its
checkpoint, which holds adapters, projector and optimiser, and not the base.

References
----------
KG-LLaVA: knowledge graphs for explanations of thoracic diagnoses. AAAI 2025.
Hu EJ et al. LoRA. ICLR 2022. arXiv:2106.09685.
"""

from __future__ import annotations

import json
import random
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from PIL import Image
from torch import Tensor, nn

from thoracite.errors import InputError, ModelError
from thoracite.files import replace_file
from thoracite.generation.nle.explanations import Explanation
from thoracite.generation.prompts import ABOUT, build_prompt
from thoracite.progress import Progress, tell_nobody
from thoracite.types import Evidence, Study

BASE = "llava-hf/llava-1.5-7b-hf"
"""The paper's base model, in transformers' form."""

TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""Layers of the decoder that get adapters."""

_EVERY = 200
"""Steps between checkpoints."""


class Recipe(NamedTuple):
    """Hyperparameters; the paper's unless given.

    Parameters
    ----------
    base : str
        Hub name or folder of a LLaVA in transformers' form.
    rank, alpha : int
        Of the adapters.
    rate, projector_rate : float
        Highest learning rates of adapters and projector.
    epochs, size, gather : int
        Epochs, pairs of a batch, and batches whose gradients are added up.
    warm_up : float
        Share of the steps in which the rates rise.
    graph : bool
        False leaves the triples out of every prompt.
    """

    base: str = BASE
    rank: int = 128
    alpha: int = 256
    rate: float = 2e-4
    projector_rate: float = 2e-5
    epochs: int = 5
    size: int = 4
    gather: int = 4
    warm_up: float = 0.03
    graph: bool = True


class Task(NamedTuple):
    """One image with a prompt and the explanation to be learned.

    Parameters
    ----------
    image : str
        Path of the image.
    prompt, target : str
        As they are taught.
    """

    image: str
    prompt: str
    target: str


def make_task(image: Path, explanation: Explanation, evidence: Sequence[Evidence], *, graph: bool = True) -> Task:
    """Make a task of a MIMIC-NLE explanation, in the paper's words.

    Parameters
    ----------
    image : Path
        The image.
    explanation : Explanation
        Its diagnoses are named in the question; its sentence is learned.
    evidence : sequence of Evidence
        Its triples are told.
    graph : bool
        False leaves them out.
    """
    question = ABOUT.format(labels=explanation.stated)
    prompt = build_prompt(Study(image=str(image)), (), evidence, question=question, graph=graph)
    return Task(str(image), prompt, explanation.nle)


def find_image(folder: Path, patient: str, report: str) -> Path | None:
    """Find the first image of a report in a folder laid out as MIMIC-CXR-JPG, or with one file a report.

    Parameters
    ----------
    folder : Path
        Holds ``files/p10/p10000032/s50414267/*.jpg``, or ``CXR1.png``.
    patient, report : str
        ``p10000032`` or ``10000032``; ``s50414267`` or ``50414267``.
    """
    group, study = patient.removeprefix("p"), report.removeprefix("s")
    for root in (folder / "files", folder):
        found = sorted(
            path for path in (root / f"p{group[:2]}" / f"p{group}" / f"s{study}").glob("*.*") if _is_image(path)
        )
        if found:
            return found[0]
    return next((path for path in sorted(folder.glob(f"{report}.*")) if _is_image(path)), None)


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in {".jpg", ".jpeg", ".png", ".dcm"}


def write_tasks(tasks: Iterable[Task], path: Path) -> int:
    """Write tasks as JSON lines, and return how many; the file is renamed into place when complete."""
    number = 0
    with replace_file(path) as file:
        for task in tasks:
            file.write(json.dumps(task._asdict(), ensure_ascii=False) + "\n")
            number += 1
    return number


def read_tasks(path: Path) -> list[Task]:
    """Read the tasks of a file.

    Raises
    ------
    InputError
        If it is missing or in another form.
    """
    try:
        return [Task(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{path} cannot be read ({error}); expected lines of image, prompt and target") from error


def add_adapters(model: nn.Module, recipe: Recipe) -> nn.Module:
    """Freeze a LLaVA, add adapters to its decoder, and leave its projector to be trained.

    Parameters
    ----------
    model : nn.Module
        ``LlavaForConditionalGeneration``.
    recipe : Recipe
        Rank and alpha.

    Raises
    ------
    ModelError
        If peft is not installed.
    """
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise ModelError("adapters need peft; run pip install 'thoracite[llava-train]'") from error
    decoder = rf".*language_model\..*\.({'|'.join(TARGETS)})"
    config = LoraConfig(r=recipe.rank, lora_alpha=recipe.alpha, lora_dropout=0.05, target_modules=decoder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers in words that it gives up
        adapted: nn.Module = get_peft_model(model, config)
    for name, value in adapted.named_parameters():
        if "multi_modal_projector" in name:
            value.requires_grad_(True)
    return adapted


def list_groups(model: nn.Module, recipe: Recipe) -> list[dict[str, Any]]:
    """List the trained parameters in two groups, adapters and projector, each with its rate."""
    trained = [(name, value) for name, value in model.named_parameters() if value.requires_grad]
    projector = [value for name, value in trained if "multi_modal_projector" in name]
    adapters = [value for name, value in trained if "multi_modal_projector" not in name]
    return [{"params": adapters, "lr": recipe.rate}, {"params": projector, "lr": recipe.projector_rate}]


def fit_adapters(
    model: nn.Module,
    processor: Any,
    tasks: Sequence[Task],
    checkpoint: Path,
    recipe: Recipe,
    *,
    steps: int | None = None,
    seed: int = 0,
    progress: Progress = tell_nobody,
) -> int:
    """Fit adapters and projector; a stopped run goes on from its checkpoint.

    Parameters
    ----------
    model : nn.Module
        From :func:`add_adapters`; changed in place.
    processor : LlavaProcessor
        Of the base model.
    tasks : sequence of Task
        What is taught.
    checkpoint : Path
        Written every 200 steps and at the end.
    recipe : Recipe
        Hyperparameters.
    steps : int or None
        Steps after which this stage ends, counted from the first of all; as many as the epochs have unless given.
    seed : int
        Seed of the order.
    progress : Progress
        Told after each step.

    Returns
    -------
    int
        Steps that are done, earlier stages included.

    Raises
    ------
    InputError
        If there is nothing to learn from.
    """
    if not tasks:
        raise InputError("there is no explanation with an image; expected at least one")
    batches = list(_list_batches(len(tasks), recipe, seed))
    whole = len(batches) // recipe.gather
    groups = list_groups(model, recipe)
    optimiser = torch.optim.AdamW(groups, weight_decay=0.0)
    rates = [group["lr"] for group in groups]
    done = _resume(model, optimiser, checkpoint)
    device = next(model.parameters()).device
    last = whole if steps is None else min(steps, whole)
    model.train()
    for step in range(done, last):
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * _share(step, whole, recipe.warm_up)
        optimiser.zero_grad()
        total = 0.0
        for rows in batches[step * recipe.gather : (step + 1) * recipe.gather]:
            given = lay_batch(processor, [tasks[row] for row in rows])
            with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
                loss = model(**{name: value.to(device) for name, value in given.items()}).loss / recipe.gather
            loss.backward()
            total += float(loss.item())
        nn.utils.clip_grad_norm_([value for group in groups for value in group["params"]], 1.0)
        optimiser.step()
        if (step + 1) % _EVERY == 0 or step + 1 == last:
            _save(model, optimiser, checkpoint, step + 1)
        progress(f"steps (loss {total:.3f})", step + 1, whole)
    return max(done, last)


def _share(step: int, whole: int, warm_up: float) -> float:
    """Return the learning rate of a step, as a share of the highest: a rise, then a cosine down."""
    from thoracite.vision.training.loop import find_rate

    return find_rate(step + 1, whole + 1, warm_up=max(1, round(warm_up * whole)))


def _list_batches(number: int, recipe: Recipe, seed: int) -> Iterator[list[int]]:
    for epoch in range(recipe.epochs):
        order = list(range(number))
        random.Random(f"{seed} {epoch}").shuffle(order)  # noqa: S311 - an order, not a secret
        padded = list(order)
        while len(padded) % (recipe.size * recipe.gather):
            padded.append(padded[len(padded) % number])
        for start in range(0, len(padded), recipe.size):
            yield padded[start : start + recipe.size]


def lay_batch(processor: Any, tasks: Sequence[Task]) -> dict[str, Tensor]:
    """Lay tasks as a batch whose labels are the explanations' tokens alone.

    Parameters
    ----------
    processor : LlavaProcessor
        Of the base model.
    tasks : sequence of Task
        Their images are read from disk.
    """
    tokenizer = processor.tokenizer
    tokenizer.padding_side = "right"
    end = tokenizer.eos_token
    images = []
    for task in tasks:
        with Image.open(task.image) as opened:
            images.append(opened.convert("RGB"))
    asked = [f"USER: {task.prompt} ASSISTANT:" for task in tasks]
    texts = [f"{prompt} {task.target}{end}" for prompt, task in zip(asked, tasks, strict=True)]
    given = dict(processor(images=images, text=texts, return_tensors="pt", padding=True))
    labels = given["input_ids"].clone()
    labels[given["attention_mask"] == 0] = -100
    for row, (image, prompt) in enumerate(zip(images, asked, strict=True)):
        length = processor(images=[image], text=[prompt], return_tensors="pt")["input_ids"].shape[1]
        labels[row, :length] = -100
    return given | {"labels": labels}


def _resume(model: nn.Module, optimiser: torch.optim.Optimizer, checkpoint: Path) -> int:
    if not checkpoint.is_file():
        return 0
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    model.load_state_dict(saved["trained"], strict=False)
    optimiser.load_state_dict(saved["optimiser"])
    return int(saved["step"])


def _save(model: nn.Module, optimiser: torch.optim.Optimizer, checkpoint: Path, step: int) -> None:
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    trained = {name: value.detach().cpu() for name, value in model.named_parameters() if value.requires_grad}
    with replace_file(checkpoint, binary=True) as file:
        torch.save({"trained": trained, "optimiser": optimiser.state_dict(), "step": step}, file)


def save_merged(model: Any, processor: Any, folder: Path) -> None:
    """Merge the adapters into the base and write it, with its processor, as ``llava:FOLDER`` reads it."""
    merged = model.merge_and_unload()
    merged.save_pretrained(folder)
    processor.save_pretrained(folder)


__all__ = [
    "BASE",
    "Recipe",
    "Task",
    "add_adapters",
    "find_image",
    "fit_adapters",
    "lay_batch",
    "list_groups",
    "make_task",
    "read_tasks",
    "save_merged",
    "write_tasks",
]
