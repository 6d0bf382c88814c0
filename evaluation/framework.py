"""Systems that were added to ``thoracite evaluate shift`` after its cells were committed, under the same protocol.

Each is fitted on the images of a resample that the registered systems are fitted on, and is named "(added later)":

- *noisy-OR by Bayes*: which signs are there, by the graph's ties from finding to sign
  (:mod:`thoracite.evaluation.noisy_or`);
- *signs, measured only* and *learned only*: weights of evidence of a part of the signs;
- *KnoBo's list NAME*: weights of evidence of the list's questions, as far as they can be grounded, with the prior that
  KnoBo's language model gives. A question is grounded by the product's sign of its concept, or by the network's own
  logistic output for another finding's label, learned by the head that did not see the patient; never by the label of
  the finding itself;
- *the network's own reading*: one logit, with slope and offset fitted on the resample. It is no rival: its head learned
  the finding itself from images that are not confounded. It bounds what the features hold;
- *the encoder of the setting* (``THORACITE_ENCODER=xplainer:…``), if it is a third-party one, likewise.

The end-to-end network stands in :mod:`thoracite.evaluation.shift_network`.

References
----------
Yang Y et al. A textbook remedy for domain shifts. NeurIPS 2024. arXiv:2405.14839
Pellegrini C et al. Xplainer: from X-ray observations to explainable zero-shot diagnosis. MICCAI 2023. arXiv:2303.13391
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.errors import ModelError
from thoracite.evaluation.concept_lists import Question, find_label, find_sign, read_answers, read_lists
from thoracite.evaluation.held_out import HeldOut
from thoracite.evaluation.noisy_or import fit_noisy_or
from thoracite.evaluation.signs import find_answers
from thoracite.kg.facts import read_facts
from thoracite.kg.ties import find_family
from thoracite.kg.vocabulary import HAS_SIGN
from thoracite.settings import Settings
from thoracite.vision.encoders import NAMES, open_encoder
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.entities import find_entities
from thoracite.vision.mini.signs.evidence import LIKELY
from thoracite.vision.mini.signs.listed import read_signs, spread_values
from thoracite.vision.mini.signs.priors import find_priors, lay_priors
from thoracite.vision.mini.signs.weights import Floats, SignScale
from thoracite.vision.training.calibrate import rate_cases
from thoracite.vision.training.mix import number_views
from thoracite.vision.training.signs.steps import Pulls, fit_steps

ADDED = "(added later)"

_FARTHEST = 3.0
"""Spreads beyond which a grounded value counts as this far."""


class Grounded(NamedTuple):
    """A list of questions as far as it could be grounded.

    Parameters
    ----------
    values : ndarray, shape (cases, groundings)
        Of signs and labels that questions rest on, in spreads from their mean; 0 where nothing is known.
    prior : ndarray, shape (findings, groundings)
        1, -1 or 0: what KnoBo's language model says of the questions.
    usable : ndarray, shape (findings, groundings), bool
        Where the grounding is not by the label of the finding itself, or of a kind of it.
    grounded : ndarray, shape (findings,)
        Number of questions that could be grounded for each finding.
    """

    values: Floats
    prior: Floats
    usable: npt.NDArray[np.bool_]
    grounded: npt.NDArray[np.int64]


class Added(NamedTuple):
    """What the systems that were added later are given, beside features and signs.

    Parameters
    ----------
    answers : ndarray, shape (cases, concepts)
        1 where the sign is there, 0 where it is not, NaN where it was not measured.
    causes : ndarray, shape (findings, concepts), bool
        Where a fact says that the finding has the sign.
    learned : ndarray, shape (concepts,), bool
        Whether the sign is learned.
    lists : mapping of str to Grounded
        KnoBo's lists; none where they are not there.
    readings : mapping of str to ndarray, shape (cases, findings)
        Log-odds of networks by the name of the system.
    """

    answers: Floats
    causes: npt.NDArray[np.bool_]
    learned: npt.NDArray[np.bool_]
    lists: Mapping[str, Grounded]
    readings: Mapping[str, Floats]


def lay_added(held: HeldOut, encoder: MiniEncoder, data: Path) -> Added:
    """Lay out what the systems need.

    Parameters
    ----------
    held : HeldOut
        Readings of the cases.
    encoder : MiniEncoder
        The model that read them.
    data : Path
        Folder of the development data; KnoBo's lists are left out where ``knowledge/knobo`` is not there.
    """
    signs, scale, knobo = read_signs(), encoder.signs.weights.scale, data / "knowledge" / "knobo"
    concepts = list(dict.fromkeys(sign.entity.id for sign in signs))
    tied = [fact for fact in read_facts() if fact.relation.id == HAS_SIGN]
    matrix = lay_priors(find_priors(signs, [e.id for e in encoder.entities], facts=tied), signs, encoder.entities)
    causes = np.zeros((len(FINDINGS), len(concepts)), dtype=bool)
    for number, sign in enumerate(signs):
        causes[:, concepts.index(sign.entity.id)] |= matrix[:, number] > 0
    kinds = {sign.entity.id: sign.kind for sign in signs}
    learned = np.array([kinds[concept] == "learned" for concept in concepts])
    own = {"the network's own reading": held.logits[:, : len(FINDINGS)]}
    lists = ground_lists(held, scale, knobo) if knobo.is_dir() else {}
    return Added(answer_signs(held, scale), causes, learned, lists, own | read_named(held))


def answer_signs(held: HeldOut, scale: SignScale) -> Floats:
    """Answer each concept with 1 or 0, shape (cases, concepts): 1 where either side is beyond its reference."""
    signs, views = read_signs(), number_views(held.cases)
    values = spread_values(held.values, views, signs)
    limits = scale.deviate(scale.limit, np.arange(len(scale.limit)))
    beyond = np.greater(np.nan_to_num(scale.deviate(values, views), nan=-np.inf), limits[views])
    learned = np.array([sign.kind == "learned" for sign in signs])
    there: npt.NDArray[np.bool_] = np.where(learned, np.nan_to_num(values) >= LIKELY, beyond)
    concepts = list(dict.fromkeys(sign.entity.id for sign in signs))
    answers = np.full((len(values), len(concepts)), np.nan)
    for number, concept in enumerate(concepts):
        own = [n for n, sign in enumerate(signs) if sign.entity.id == concept]
        known = ~np.isnan(values[:, own]).all(axis=1)
        answers[known, number] = there[known][:, own].any(axis=1)
    return answers


def ground_lists(held: HeldOut, scale: SignScale, folder: Path) -> dict[str, Grounded]:
    """Ground KnoBo's lists, by name."""
    told, signs = read_answers(folder), find_answers(held, scale)
    return {name: ground_list(held, questions, told, signs) for name, questions in read_lists(folder).items()}


def ground_list(
    held: HeldOut,
    questions: Sequence[Question],
    told: Mapping[str, Mapping[str, float]],
    signs: Mapping[str, Floats],
) -> Grounded:
    """Ground one list: questions with the same sign or label share a column.

    Parameters
    ----------
    held : HeldOut
        Readings of the cases.
    questions : sequence of Question
        The list.
    told : mapping
        By label of a finding, then by question: 1, -1 or 0.
    signs : mapping of str to ndarray, shape (cases,)
        Value of each sign by CURIE; NaN where it was not measured.
    """
    columns: dict[str | int, list[Question]] = {}
    for question in questions:
        sign = find_sign(question)
        key = find_label(question) if sign is None else sign
        if key is not None:
            columns.setdefault(key, []).append(question)
    shape = (len(FINDINGS), len(columns))
    prior, usable, grounded = np.zeros(shape), np.ones(shape, dtype=bool), np.zeros(len(FINDINGS), dtype=np.int64)
    kinds = [find_family(entity.id) for entity in find_entities(FINDINGS)]
    labels = [entity.id for entity in find_entities(FINDINGS)]
    for column, (key, own) in enumerate(columns.items()):
        for n, label in enumerate(FINDINGS):
            usable[n, column] = isinstance(key, str) or labels[key] not in kinds[n]
            prior[n, column] = np.sign(sum(told.get(label, {}).get(question.text, 0) for question in own))
        grounded += len(own) * usable[:, column]
    raw = [signs[key] if isinstance(key, str) else held.logits[:, key] for key in columns]
    values = np.column_stack(raw) if raw else np.zeros((len(held.cases), 0))
    values = (values - np.nanmean(values, axis=0)) / (np.nanstd(values, axis=0) + 1e-9)
    return Grounded(np.clip(np.nan_to_num(values), -_FARTHEST, _FARTHEST), prior, usable, grounded)


def read_named(held: HeldOut) -> dict[str, Floats]:
    """Return the log-odds of the third-party encoder that the setting names, by its name; none where it names none.

    Raises
    ------
    ModelError
        If its weights are not on this machine.
    """
    name = Settings.read().encoder
    if name in NAMES:
        return {}
    encoder = open_encoder(name)
    if not hasattr(encoder, "model"):
        raise ModelError(f"the encoder {name} gives no log-odds of its own; name a third-party one, or none")
    return {name: rate_cases(encoder, held.cases)[0]}  # type: ignore[arg-type]


def score_added(
    added: Added,
    climbed: Floats,
    priors: Floats,
    *,
    targets: npt.NDArray[np.bool_],
    finding: int,
    train: npt.NDArray[np.int64],
    tests: npt.NDArray[np.int64],
) -> dict[str, Floats]:
    """Return the log-odds of a finding by each system, shape (tests,), fitted on other cases.

    Parameters
    ----------
    added : Added
        What the systems need.
    climbed : ndarray, shape (cases, concepts · steps)
        Of the signs.
    priors : ndarray, shape (findings, concepts)
        What the graph says.
    targets : ndarray, shape (cases, findings), bool
        Labels; only those of the cases that are fitted on are looked at.
    finding : int
        Number of the finding.
    train : ndarray of int
        Positions of the cases that are fitted on.
    tests : ndarray of int
        Positions of the cases that are read.
    """
    truth = targets[train, finding]
    steps = climbed.shape[1] // priors.shape[1]

    def by_signs(inputs: Floats, prior: Floats) -> Floats:
        if not inputs.shape[1]:
            return np.zeros(len(tests))
        weights, offset = fit_steps(inputs[train], truth, Pulls(prior[None]))
        return np.asarray(inputs[tests] @ weights + offset, dtype=np.float64)

    scores = {}
    for name, chosen in (("measured", ~added.learned), ("learned", added.learned)):
        own = climbed[:, np.repeat(chosen, steps)]
        scores[f"signs, {name} only"] = by_signs(own, priors[finding, chosen])
    for name, listed in added.lists.items():
        usable = listed.usable[finding]
        scores[f"KnoBo's list, {name}"] = by_signs(listed.values[:, usable], listed.prior[finding, usable])
    graph = fit_noisy_or(added.answers[train], targets[train], added.causes)
    scores["noisy-OR by Bayes"] = graph.invert(added.answers[tests], finding)
    for name, odds in added.readings.items():
        scores[name] = _fit_line(odds[train, finding], truth, odds[tests, finding])
    return {f"{name} {ADDED}": score for name, score in scores.items()}


def _fit_line(odds: Floats, truth: npt.NDArray[np.bool_], others: Floats) -> Floats:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e6).fit(odds[:, None], truth)
    return np.asarray(fitted.decision_function(others[:, None]), dtype=np.float64)


__all__ = [
    "ADDED",
    "Added",
    "Grounded",
    "answer_signs",
    "ground_list",
    "ground_lists",
    "lay_added",
    "read_named",
    "score_added",
]
