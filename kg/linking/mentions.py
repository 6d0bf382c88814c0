"""From RadGraph's mentions to the graph's concepts.

RadGraph cuts "left pleural effusion" into three mentions. The widest phrase that the relations hold together is
looked up first, then narrower ones: the run of related mentions that ends in this one ("pleural
effusion"), the observation with its location ("enlarged heart", "heart enlarged"), and the mention alone.
A phrase in no vocabulary stays a ``mention`` under its own words.

Examples
--------
>>> heart = Mention(id="1", tokens="Heart", label="ANAT-DP", start_ix=0, end_ix=0)
>>> large = Mention(id="2", tokens="large", label="OBS-DP", start_ix=1, end_ix=1, relations=(("located_at", "1"),))
>>> vocabulary = {"large heart": Entity(id="thx:cardiomegaly", label="cardiomegaly", kind="finding")}
>>> linked = link_mentions(Annotation(report_id="", text="Heart large", entities=(heart, large)), vocabulary.get)
>>> [(entity.id, entity.kind) for entity in linked.values()]
[('thx:heart', 'mention'), ('thx:cardiomegaly', 'finding')]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import takewhile

from thoracite.errors import InputError
from thoracite.kg.linking.abbreviations import expand_abbreviation
from thoracite.kg.linking.number import make_singular
from thoracite.kg.radgraph import Annotation, Mention
from thoracite.kg.vocabulary import mint
from thoracite.types import Entity

Link = Callable[[str], Entity | None]
"""From a phrase to a concept: :meth:`thoracite.kg.linking.linker.Linker.link`."""

_LONGEST = 5


def link_mentions(annotation: Annotation, link: Link) -> dict[str, Entity]:
    """Link every mention that has words; a removed word (``XXXX``, ``[NAME]``) has no concept.

    Parameters
    ----------
    annotation : Annotation
        One report.
    link : callable
        Phrase in lower case → concept or None.

    Returns
    -------
    dict of str to Entity
        Concept by mention id.
    """
    known = {mention.id: mention for mention in annotation.entities}
    concepts = {}
    for position, mention in enumerate(annotation.entities):
        meaning = expand_abbreviation(mention.tokens.lower(), _find_sentence(annotation, mention))
        phrases = iter([meaning]) if meaning else _phrases(annotation.entities, position, known)
        concept = next((found for phrase in phrases if (found := link(phrase))), None) or _unlinked(mention)
        if concept is not None:
            concepts[mention.id] = concept
    return concepts


def _find_sentence(annotation: Annotation, mention: Mention) -> Iterator[str]:
    """Words of the sentence around a mention, in lower case."""
    words = annotation.text.lower().split(" ")
    yield from takewhile(".".__ne__, reversed(words[: mention.start_ix]))
    yield from takewhile(".".__ne__, words[mention.start_ix :])


def _phrases(mentions: tuple[Mention, ...], position: int, known: dict[str, Mention]) -> Iterator[str]:
    mention = mentions[position]
    words = mention.tokens.lower()
    runs, run = [words], [mention]
    for before in reversed(mentions[max(0, position - _LONGEST) : position]):
        if before.end_ix + 1 != run[-1].start_ix or not any(_related(before, part) for part in run):
            break
        runs.append(f"{before.tokens.lower()} {runs[-1]}")
        run.append(before)
    yield from reversed(runs[1:])
    if not mention.is_anatomy:
        for name, target in mention.relations:
            if name == "located_at" and target in known:
                place = known[target].tokens.lower()
                yield f"{place} {words}"
                yield f"{words} {place}"
    yield words


def _related(one: Mention, other: Mention) -> bool:
    return any(target == other.id for _, target in one.relations) or any(
        target == one.id for _, target in other.relations
    )


def _unlinked(mention: Mention) -> Entity | None:
    """Return one form for "opacity" and "opacities", for words in no vocabulary."""
    return _mention(make_singular(" ".join(mention.tokens.lower().split())))


@lru_cache(maxsize=100_000)
def _mention(words: str) -> Entity | None:
    if "xxxx" in words or "[" in words or "___" in words:
        return None
    try:
        return Entity(id=mint(words), label=words)
    except InputError:  # no letter and no digit
        return None


__all__ = ["Link", "link_mentions"]
