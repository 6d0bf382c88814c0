"""The suite ``extraction``: entities and relations against annotated reports, beside a keyword rule with "no".

``thoracite evaluate extraction --data FOLDER`` reads ``FOLDER/radgraph_dev``: ``reports.json`` (a list of ``uid``,
``findings``, ``impression``) and ``gold.json`` (by uid and section: entities as substrings with their occurrence,
relations between them).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from thoracite.errors import InputError
from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.radgraph_f1 import (
    Level,
    count_agreement,
    find_entities,
    find_relations,
    radgraph_f1,
    score_f1,
)
from thoracite.evaluation.suite import Row, Suite
from thoracite.kg.extract.extractor import Extractor, RuleExtractor
from thoracite.kg.extract.lexicon import ANATOMY, CONTENT, match_terms
from thoracite.kg.extract.text import split_tokens
from thoracite.kg.radgraph import Annotation, Mention, RelationName

_LABELS = ("ANAT-DP", "OBS-DP", "OBS-U", "OBS-DA")
_SECTIONS = ("findings", "impression")

Case = tuple[str, str, Annotation]
"""A report's uid, the text of one of its sections, and the section's gold annotation."""


class KeywordExtractor:
    """Baseline: known words, absent where "no" or "without" stands before them in the sentence.

    Neighbouring words are related: an adjective or an anatomical word modifies the next word of its
    kind, an observation is located at the anatomy beside it.
    """

    name = "keywords with no"
    version = "1"

    def extract(self, text: str, *, report_id: str = "") -> Annotation:
        """Extract entities and relations by keyword."""
        tokens = [token.text for token in split_tokens(text)]
        found: list[Mention] = []
        negated = False
        for term in match_terms([token.lower() for token in tokens]):
            negated = term.text in {"no", "without"} or (negated and term.text != ".")
            if term.kind in CONTENT:
                anatomy = term.kind in ANATOMY | {"side"}
                span = " ".join(tokens[term.start : term.end + 1])
                label = "ANAT-DP" if anatomy else "OBS-DA" if negated else "OBS-DP"
                place = {"id": str(term.start), "start_ix": term.start, "end_ix": term.end}
                found.append(Mention.model_validate({**place, "tokens": span, "label": label}))
        return Annotation(report_id=report_id, text=" ".join(tokens), entities=tuple(self._relate(found)))

    def _relate(self, found: list[Mention]) -> Iterator[Mention]:
        for mention, following in zip_longest(found, found[1:]):
            if following is None or following.start_ix != mention.end_ix + 1:
                yield mention
            elif mention.is_anatomy == following.is_anatomy:
                yield mention.model_copy(update={"relations": (("modify", following.id),)})
            elif following.is_anatomy:
                yield mention.model_copy(update={"relations": (("located_at", following.id),)})
            else:
                yield mention


def read_annotated(folder: Path) -> list[Case]:
    """Read annotated sections from a folder with ``reports.json`` and ``gold.json``.

    Raises
    ------
    InputError
        If a file is missing or damaged, or an entity is not at its stated place.
    """
    try:
        reports = json.loads((folder / "reports.json").read_text(encoding="utf-8"))
        gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
        return [
            (report["uid"], report[section], _parse_gold(report["uid"], report[section], gold[report["uid"]][section]))
            for report in reports
            for section in _SECTIONS
            if section in gold[report["uid"]]
        ]
    except OSError as error:
        raise InputError(f"{error.filename} cannot be read: {error.strerror}; expected annotated reports") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder} does not hold annotated reports ({type(error).__name__}: {error}); expected reports.json with "
            "uid, findings, impression and gold.json with entities and relations"
        ) from error


def _parse_gold(uid: str, text: str, gold: dict[str, Any]) -> Annotation:
    tokens = split_tokens(text)
    starts = {token.start: ix for ix, token in enumerate(tokens)}
    ends = {token.end: ix for ix, token in enumerate(tokens)}
    relations: dict[str, list[tuple[str, str]]] = {}
    for relation in gold["relations"]:
        relations.setdefault(relation["from"], []).append((relation["type"], relation["to"]))
    mentions = []
    for entity in gold["entities"]:
        at = -1
        for _ in range(entity["occurrence"] + 1):
            at = text.find(entity["text"], at + 1)
        end = at + len(entity["text"])
        if at not in starts or end not in ends:
            raise InputError(
                f"entity {entity['text']!r} of {uid} is not at a token of its section; expected whole words"
            )
        mentions.append(
            {
                "id": entity["id"],
                "tokens": " ".join(token.text for token in tokens[starts[at] : ends[end] + 1]),
                "label": entity["label"],
                "start_ix": starts[at],
                "end_ix": ends[end],
                "relations": relations.get(entity["id"], []),
            }
        )
    words = " ".join(token.text for token in tokens)
    return Annotation.model_validate({"report_id": uid, "text": words, "entities": mentions})


def score_extractor(extractor: Extractor, cases: list[Case]) -> list[Row]:
    """Score one extractor; intervals are drawn by report."""
    predicted = [(uid, extractor.extract(text, report_id=uid), gold) for uid, text, gold in cases]
    views: list[tuple[str, Callable[[Annotation], set[Hashable]]]] = [
        ("entity F1 (span and label)", find_entities),
        ("entity F1 (span)", partial(find_entities, labelled=False)),
        *((f"entity F1 {label}", partial(find_entities, label=label)) for label in _LABELS),
        ("relation F1", find_relations),
        *((f"relation F1 {name}", partial(find_relations, name=name)) for name in get_args(RelationName)),
    ]
    rows = []
    for metric, view in views:
        gold_items: dict[str, set[Hashable]] = {}
        found_items: dict[str, set[Hashable]] = {}
        for ix, (uid, found, gold) in enumerate(predicted):
            gold_items.setdefault(uid, set()).update((ix, item) for item in view(gold))
            found_items.setdefault(uid, set()).update((ix, item) for item in view(found))
        agreements = [count_agreement(gold_items[uid], found_items[uid]) for uid in gold_items]
        value, low, high = score_f1(agreements)
        number = sum(agreement.gold for agreement in agreements)
        rows.append(Row(system=extractor.name, metric=metric, value=value, low=low, high=high, n=number))
    return rows + _score_radgraph(extractor.name, predicted)


def _score_radgraph(system: str, predicted: list[tuple[str, Annotation, Annotation]]) -> list[Row]:
    pairs = [(found, gold) for _, found, gold in predicted if gold.entities]
    rows = []
    for level in get_args(Level):
        scores = np.array([radgraph_f1(found, gold, level=level) for found, gold in pairs])
        low, high = bootstrap_interval(partial(_mean, scores), len(scores))
        value = float(scores.mean())
        rows.append(Row(system=system, metric=f"RadGraph F1 {level}", value=value, low=low, high=high, n=len(scores)))
    return rows


def _mean(scores: npt.NDArray[np.float64], drawn: npt.NDArray[np.int64]) -> float:
    return float(scores[drawn].mean())


def run_extraction(data: Path) -> Suite:
    """Run the suite for ``thoracite evaluate extraction``.

    Parameters
    ----------
    data : Path
        Folder that holds ``radgraph_dev``.

    Raises
    ------
    InputError
        If the annotated reports are not there.
    """
    cases = read_annotated(data / "radgraph_dev")
    rows = [row for system in (RuleExtractor(), KeywordExtractor()) for row in score_extractor(system, cases)]
    reports = len({uid for uid, _, _ in cases})
    return Suite(
        suite="extraction", data="radgraph_dev: Open-i reports, annotated by reading", n=reports, rows=tuple(rows)
    )


__all__ = ["KeywordExtractor", "read_annotated", "run_extraction", "score_extractor"]
