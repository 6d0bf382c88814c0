"""Image-level labels from an annotation: the fourteen findings of ChestX-ray14, from text alone.

A label is read off an observation's words, its certainty, and the words it is related to. The rules stand in
``kg/extract/labels.csv``: ``observation`` words (``*`` for any ending), ``context`` of which one word must be related
to the observation (one of each group, where ``&`` joins groups), ``excluded`` of which none may be, and ``at_most`` the
certainty that such a mention can give: an enlarged cardiac *silhouette* may be cardiomegaly, or fluid around the heart.

References
----------
Wang X et al. ChestX-ray8. CVPR 2017. doi:10.1109/CVPR.2017.369.

Examples
--------
>>> from thoracite.kg.extract.extractor import open_extractor
>>> annotation = open_extractor("rules").extract("Heart is enlarged. No effusion. Opacity may represent pneumonia.")
>>> {label: certainty.value for label, certainty in find_labels(annotation).items()}
{'Cardiomegaly': 'definitely present', 'Effusion': 'definitely absent', 'Pneumonia': 'uncertain'}
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from thoracite.files import read_rows
from thoracite.kg.linking.spelling import americanize
from thoracite.kg.radgraph import Annotation, Mention
from thoracite.types import Certainty

_FILE = Path(__file__).with_name("labels.csv")
_RANK = {Certainty.PRESENT: 2, Certainty.UNCERTAIN: 1, Certainty.ABSENT: 0}


class LabelRule(NamedTuple):
    """One row of the rules: a label, and the patterns that words must match."""

    label: str
    observation: re.Pattern[str]
    context: tuple[re.Pattern[str], ...]
    excluded: re.Pattern[str] | None
    at_most: Certainty


class LabelMention(NamedTuple):
    """A mention that speaks for or against a label, and how surely."""

    label: str
    mention: Mention
    certainty: Certainty


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word).replace(r"\*", r"\S*") for word in words.split("|")))


@lru_cache(maxsize=4)
def load_rules(label_set: str = "NIH14") -> tuple[LabelRule, ...]:
    """Rules of a label set, in the file's order."""
    return tuple(
        LabelRule(
            label=row["label"],
            observation=_pattern(row["observation"]),
            context=tuple(_pattern(group) for group in row["context"].split("&") if group),
            excluded=_pattern(row["excluded"]) if row["excluded"] else None,
            at_most=Certainty(row["at_most"]) if row["at_most"] else Certainty.PRESENT,
        )
        for row in read_rows(_FILE)
        if row["label_set"] == label_set
    )


def find_mentions(annotation: Annotation, *, label_set: str = "NIH14") -> list[LabelMention]:
    """Every mention that speaks for or against a label, in reading order."""
    attached = _find_attached(annotation)
    found = []
    for mention in annotation.entities:
        if mention.is_anatomy:
            continue
        token = mention.tokens.lower()
        words = {americanize(word) for word in (token, *token.split("/"))}
        around = attached.get(mention.id, set())
        for rule in load_rules(label_set):
            if any(rule.observation.fullmatch(word) for word in words) and _fits(rule, around):
                certainty = min(mention.certainty, rule.at_most, key=_RANK.__getitem__)
                found.append(LabelMention(rule.label, mention, certainty))
    return found


def _find_attached(annotation: Annotation) -> dict[str, set[str]]:
    """Words that each mention is related to; for the site of an observation, those that modify it too.

    So "cardiac" speaks for the enlargement in "enlarged cardiac silhouette".
    """
    attached: dict[str, set[str]] = {}
    modifiers: dict[str, set[str]] = {}
    sites = []
    for source, name, target in annotation.relations():
        attached.setdefault(source.id, set()).add(target.tokens.lower())
        attached.setdefault(target.id, set()).add(source.tokens.lower())
        if name == "modify":
            modifiers.setdefault(target.id, set()).add(source.tokens.lower())
        elif name == "located_at":
            sites.append((source.id, target.id))
    for observation, site in sites:
        attached[observation].update(modifiers.get(site, ()))
    return attached


def _fits(rule: LabelRule, around: set[str]) -> bool:
    if rule.excluded is not None and any(rule.excluded.fullmatch(word) for word in around):
        return False
    return all(any(group.fullmatch(word) for word in around) for group in rule.context)


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
    for label, _, certainty in find_mentions(annotation, label_set=label_set):
        known = strongest.get(label)
        if known is None or _RANK[certainty] > _RANK[known]:
            strongest[label] = certainty
    order = [rule.label for rule in load_rules(label_set)]
    return dict(sorted(strongest.items(), key=lambda item: order.index(item[0])))


__all__ = ["LabelMention", "LabelRule", "find_labels", "find_mentions", "load_rules"]
