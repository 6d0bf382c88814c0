"""Suite ``lists``: the questions that KnoBo asks of a chest X-ray, five lists of them, beside the product's own.

KnoBo's questions were written by a language model from retrieved documents (PubMed, StatPearls, textbooks, Wikipedia)
or without any (``prompt``). Each question is linked to the concepts that it mentions by the graph's linker, which takes
a concept's names whole; so what is said in other words stays unlinked. Of each list:

- *coverage*: for how many of the fourteen findings it asks something that a fact ties to them, other than themselves;
- *diversity*: distinct concepts a linked question; questions that nearly repeat an earlier one; the mean share of words
  that two questions do not have in common;
- *groundability*: questions that are linked to a concept which a frontal film can show; those which a measured or
  learned sign of the product answers; and those which a label of ChestX-ray14 answers. A question may be used for a
  finding only where it is not that finding's own label that answers it.

Of the product's list each concept counts once, with all its sides. It was kept to what can be linked and answered, so
that its groundability is 1 by its making; coverage and diversity are not.

References
----------
Yang Y et al. A textbook remedy for domain shifts. NeurIPS 2024. arXiv:2405.14839
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from thoracite.errors import InputError
from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.suite import Row, Suite
from thoracite.kg.concepts import read_concepts
from thoracite.kg.facts import read_facts
from thoracite.kg.linking.linker import Linker
from thoracite.kg.ties import find_family
from thoracite.kg.vocabulary import ARGUES_AGAINST, HAS_SIGN, SUGGESTS
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.entities import find_entities
from thoracite.vision.mini.signs.listed import read_signs
from thoracite.vision.mini.signs.priors import UNSEEN

LISTS = ("PubMed", "StatPearls", "Textbooks", "Wikipedia", "prompt")
"""KnoBo's lists, by what they were written from."""

OWN = "thoracite"

REPEATED = 0.8
"""Share of words in common from which a question nearly repeats another."""

CLASSES: Mapping[str, str] = {
    "Fibrosis": "Pulmonary fibrosis", "Infiltration": "Lung Opacity", "Mass": "Nodule/Mass", "Nodule": "Nodule/Mass",
    "Pleural_Thickening": "Pleural thickening",
}  # fmt: skip
"""KnoBo's names of findings, where they differ from ChestX-ray14's; infiltration is seen as an opacity."""

_KINDS = frozenset({"finding", "sign", "disease", "device"})
_NORMAL = "thx:no_finding"
_EMPTY = frozenset({
    "is", "are", "there", "a", "an", "the", "in", "of", "on", "any", "does", "do", "can", "you", "has", "have", "be",
    "been", "show", "shows", "visible", "seen", "see", "chest", "x", "ray", "xray", "image", "evidence", "sign",
    "signs", "presence", "present", "indication", "indications", "detected", "observed", "it", "to", "or", "and",
})  # fmt: skip
"""Words of any question about a chest X-ray."""


class Question(NamedTuple):
    """A question of a list.

    Parameters
    ----------
    text : str
        The question.
    concepts : tuple of str
        CURIEs of the findings, signs, diseases and devices that it mentions.
    """

    text: str
    concepts: tuple[str, ...]


def run_lists(data: Path) -> Suite:
    """Compare the lists.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``knowledge/knobo``.

    Raises
    ------
    InputError
        If the lists are not there.
    """
    lists = read_lists(data / "knowledge" / "knobo") | {OWN: list_own()}
    rows = [row for name, questions in lists.items() for row in measure_list(_name_system(name), questions)]
    number = sum(map(len, lists.values()))
    return Suite(suite="lists", data=f"{len(lists)} lists of {number} questions", n=number, rows=tuple(rows))


def _name_system(name: str) -> str:
    return "thoracite's own list" if name == OWN else f"KnoBo's list, {name}"


def read_lists(folder: Path) -> dict[str, tuple[Question, ...]]:
    """Read and link KnoBo's lists, each question once.

    Parameters
    ----------
    folder : Path
        Holds ``xray_NAME.txt``, one question a line.

    Raises
    ------
    InputError
        If a list is missing.
    """
    lists = {}
    for name in LISTS:
        path = folder / f"xray_{name}.txt"
        if not path.is_file():
            raise InputError(f"{path} is missing; expected one of KnoBo's lists, one question a line")
        lines = path.read_text(encoding="utf-8").splitlines()
        lists[name] = tuple(link_question(text) for text in dict.fromkeys(filter(None, map(str.strip, lines))))
    return lists


def list_own() -> tuple[Question, ...]:
    """Return the product's own questions, one for each concept."""
    own = {sign.entity.id: Question(sign.question, (sign.entity.id,)) for sign in reversed(read_signs())}
    return tuple(reversed(own.values()))


def link_question(text: str) -> Question:
    """Link a question to the concepts that it mentions.

    Examples
    --------
    >>> link_question("Are the costophrenic angles blunted, or is there a pneumothorax?").concepts
    ('thx:blunting_of_costophrenic_angle', 'thx:pneumothorax')
    """
    found = [entity for _, _, entity in _load_linker().find_mentions(text)]
    return Question(text, tuple(dict.fromkeys(each.id for each in found if each.kind in _KINDS and each.id != _NORMAL)))


@cache
def _load_linker() -> Linker:
    return Linker()


def read_answers(folder: Path) -> dict[str, dict[str, float]]:
    """Read what KnoBo's language model says of each finding: 1 where a yes speaks for it, -1 where it speaks against.

    Its answers are yes or no for each of its classes; what it answers for "No Finding" too says nothing.

    Parameters
    ----------
    folder : Path
        Holds ``xray_class2concept2answer.json``.

    Returns
    -------
    dict of str to dict
        By label of ChestX-ray14, then by question; findings that KnoBo does not know are left out.

    Raises
    ------
    InputError
        If the file is missing.
    """
    path = folder / "xray_class2concept2answer.json"
    if not path.is_file():
        raise InputError(f"{path} is missing; expected KnoBo's answers by class and question")
    answers = json.loads(path.read_text(encoding="utf-8"))
    none = answers["No Finding"]
    known = {label: CLASSES.get(label, label) for label in FINDINGS if CLASSES.get(label, label) in answers}
    return {
        label: {q: float((said == "yes") - (none[q] == "yes")) for q, said in answers[name].items()}
        for label, name in known.items()
    }


def find_sign(question: Question) -> str | None:
    """Return the sign of the product that answers a question: its concept, or the nearest wider or narrower one."""
    asked = dict.fromkeys(sign.entity.id for sign in read_signs())
    near = [sign for concept in question.concepts for sign in asked if sign in find_family(concept)]
    same = [sign for sign in near if sign in question.concepts]
    return next(iter([*same, *near]), None)


def find_label(question: Question) -> int | None:
    """Return the number of the label of ChestX-ray14 that answers a question: a finding that it mentions."""
    numbers = {entity.id: n for n, entity in enumerate(find_entities(FINDINGS))}
    return next((numbers[concept] for concept in question.concepts if concept in numbers), None)


@cache
def find_visible() -> frozenset[str]:
    """Return the concepts that a frontal film can show: what is described as seen, or stands in a fact that holds."""
    seen = {concept.entity.id for concept in read_concepts() if concept.visual and concept.entity.kind in _KINDS}
    for fact in read_facts():
        if not UNSEEN.intersection(*(source.holds_for for source in fact.provenance)):
            seen |= {end.id for end in (fact.subject, fact.object) if end.kind in _KINDS - {"disease"}}
    return frozenset(seen)


@cache
def find_tied() -> Mapping[str, frozenset[int]]:
    """Return the numbers of the findings that a fact ties each concept to, by CURIE; none to itself."""
    families = {n: find_family(entity.id) for n, entity in enumerate(find_entities(FINDINGS))}
    tied: dict[str, set[int]] = {}
    for fact in (fact for fact in read_facts() if fact.relation.id in {HAS_SIGN, SUGGESTS, ARGUES_AGAINST}):
        for one, other in itertools.permutations((fact.subject.id, fact.object.id)):
            own = {n for n, family in families.items() if other in family and one not in family}
            tied.setdefault(one, set()).update(own)
    return {concept: frozenset(numbers) for concept, numbers in tied.items()}


def measure_list(system: str, questions: Sequence[Question]) -> list[Row]:
    """Measure coverage, diversity and groundability of one list."""
    linked = [question for question in questions if question.concepts]
    concepts = {concept for question in linked for concept in question.concepts}
    tied = {n for concept in concepts for near in find_family(concept) for n in find_tied().get(near, ())}
    named = {n for n, entity in enumerate(find_entities(FINDINGS)) if entity.id in concepts}
    words = [_split(question.text) for question in questions]
    apart = np.array([[1 - _share(one, other) for other in words] for one in words])
    repeated = [any(apart[row, :row] <= 1 - REPEATED) for row in range(len(words))]
    several = max(len(questions) * (len(questions) - 1), 1)
    visible = [bool(find_visible().intersection(question.concepts)) for question in questions]
    return [
        Row(system=system, metric="coverage: findings with a sign, of 14", value=len(tied), n=len(questions)),
        Row(system=system, metric="coverage: findings asked for by name, of 14", value=len(named), n=len(questions)),
        Row(system=system, metric="diversity: distinct concepts", value=len(concepts), n=len(linked)),
        _row(system, "diversity: share that nearly repeats an earlier question", repeated),
        Row(system=system, metric="diversity: words not in common", value=float(apart.sum() / several), n=len(words)),
        _row(system, "groundability: share linked to a concept", [bool(q.concepts) for q in questions]),
        _row(system, "groundability: share linked to what a frontal film shows", visible),
        _row(system, "groundability: share that a sign answers", [find_sign(q) is not None for q in questions]),
        _row(system, "groundability: share that a label answers", [find_label(q) is not None for q in questions]),
    ]


def _row(system: str, metric: str, holds: Sequence[bool]) -> Row:
    values = np.array(holds, dtype=float)
    low, high = bootstrap_interval(lambda drawn: float(values[drawn].mean()), len(values))
    return Row(system=system, metric=metric, value=float(values.mean()), low=low, high=high, n=len(values))


def _split(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", text.lower())) - _EMPTY


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0


__all__ = [
    "LISTS",
    "Question",
    "find_label",
    "find_sign",
    "find_tied",
    "find_visible",
    "link_question",
    "list_own",
    "measure_list",
    "read_answers",
    "read_lists",
    "run_lists",
]
