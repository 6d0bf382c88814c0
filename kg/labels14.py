"""Image-level labels from an annotation: the fourteen findings of ChestX-ray14, from text alone.

A label is read off an observation's words, its certainty, and what it is located at or modified by. Its rules stand
in ``kg/lexicon/labels.csv``: ``observation`` words (``*`` for any ending), ``context`` of which one word must
be attached to the observation, ``excluded`` of which none may be.

References
----------
Wang X et al. ChestX-ray8. CVPR 2017. doi:10.1109/CVPR.2017.369.

Examples
--------
>>> from thoracite.kg.extract import open_extractor
>>> annotation = open_extractor("rules").extract("Heart is enlarged. No effusion. Opacity may represent pneumonia.")
>>> {label: certainty.value for label, certainty in find_labels(annotation).items()}
{'Cardiomegaly': 'definitely present', 'Effusion': 'definitely absent', 'Pneumonia': 'uncertain'}
"""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from thoracite.kg.radgraph import Annotation, Mention
from thoracite.types import Certainty

_FILE = Path(__file__).with_name("lexicon") / "labels.csv"
_RANK = {Certainty.PRESENT: 2, Certainty.UNCERTAIN: 1, Certainty.ABSENT: 0}


class LabelRule(NamedTuple):
    """One row of the rules: a label, and the patterns that its words must match."""

    label: str
    observation: re.Pattern[str]
    context: re.Pattern[str] | None
    excluded: re.Pattern[str] | None


def _pattern(words: str) -> re.Pattern[str] | None:
    if not words:
        return None
    return re.compile(r"(?:" + "|".join(re.escape(word).replace(r"\*", r"\S*") for word in words.split("|")) + r")")


@lru_cache(maxsize=4)
def load_rules(label_set: str = "NIH14") -> tuple[LabelRule, ...]:
    """Rules of a label set, in the file's order."""
    rules = []
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            observation = _pattern(row["observation"])
            if row["label_set"] == label_set and observation is not None:
                rules.append(LabelRule(row["label"], observation, _pattern(row["context"]), _pattern(row["excluded"])))
    return tuple(rules)


def find_mentions(annotation: Annotation, *, label_set: str = "NIH14") -> list[tuple[str, Mention]]:
    """Every mention that speaks for or against a label, in reading order, as (label, mention)."""
    attached: dict[str, set[str]] = {}
    for source, _, target in annotation.relations():
        if source.id != target.id:
            attached.setdefault(source.id, set()).add(target.tokens.lower())
            attached.setdefault(target.id, set()).add(source.tokens.lower())
    found = []
    for mention in annotation.entities:
        if mention.is_anatomy:
            continue
        words = {mention.tokens.lower(), *mention.tokens.lower().split("/")}
        around = attached.get(mention.id, set())
        for rule in load_rules(label_set):
            if any(rule.observation.fullmatch(word) for word in words) and _fits(rule, around):
                found.append((rule.label, mention))
    return found


def _fits(rule: LabelRule, around: set[str]) -> bool:
    if rule.excluded is not None and any(rule.excluded.fullmatch(word) for word in around):
        return False
    return rule.context is None or any(rule.context.fullmatch(word) for word in around)


def find_labels(annotation: Annotation, *, label_set: str = "NIH14") -> dict[str, Certainty]:
    """What a report says of each label; labels it does not mention are left out.

    Parameters
    ----------
    annotation : Annotation
        Of one report.
    label_set : str
        ``NIH14``.

    Returns
    -------
    dict of str to Certainty
        The strongest statement a label: present before uncertain before absent, in the label set's order.
    """
    strongest: dict[str, Certainty] = {}
    for label, mention in find_mentions(annotation, label_set=label_set):
        known = strongest.get(label)
        if known is None or _RANK[mention.certainty] > _RANK[known]:
            strongest[label] = mention.certainty
    order = [rule.label for rule in load_rules(label_set)]
    return dict(sorted(strongest.items(), key=lambda item: order.index(item[0])))


__all__ = ["LabelRule", "find_labels", "find_mentions", "load_rules"]
