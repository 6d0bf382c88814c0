"""Citations of sentences about findings and facts: each behind the clause that it belongs to.

A finding's evidence stands behind the number that is told of it, else at the end of its clause; a fact's behind the
later of its two ends. Only what the sentence says is cited: the verifier refuses more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from thoracite.generation.clauses import Mention, split_clauses
from thoracite.generation.grounding.source import Source
from thoracite.generation.others import find_counted
from thoracite.generation.signs.sentences import name_reason
from thoracite.generation.signs.silence import is_unmeasured, take_own_reading
from thoracite.generation.statement import Statement, parse_statement
from thoracite.generation.wording import blank_parentheses, find_parentheses
from thoracite.kg.vocabulary import CAUSED_BY, SUGGESTS
from thoracite.types import Entity

Cited = dict[int, tuple[str, ...]]
"""Keys by the position in the sentence behind which they stand."""

_MOST = 6
"""Most facts that are tried for a sentence whose relation has no wording that is known."""


def cite_findings(sentence: str, source: Source) -> Iterator[Cited]:
    """Yield ways to cite a sentence about findings and facts, the likeliest first; none where evidence lacks.

    Parameters
    ----------
    sentence : str
        Without citations.
    source : Source
        Evidence of the image.
    """
    if is_unmeasured(sentence):
        yield from _cite_silent(sentence, source)
        return
    plain = take_own_reading(sentence).sentence
    for cited in _cite_plain(plain, source):
        yield move_back(cited, sentence, plain)


def move_back(cited: Cited, sentence: str, plain: str) -> Cited:
    """Move citations of a sentence from which words were taken to where they stand in the whole sentence.

    Parameters
    ----------
    cited : mapping of int to tuple of str
        Keys by place in ``plain``.
    sentence, plain : str
        The whole sentence, and what is left of it.

    Examples
    --------
    >>> move_back({5: ("E1",), 8: ("E2",)}, "Edema, too, is", "Edema is")
    {5: ('E1',), 14: ('E2',)}
    """
    cut = len(sentence) - len(plain)
    own = next((at for at, (one, other) in enumerate(zip(sentence, plain, strict=False)) if one != other), len(plain))
    return {at + (cut if at > own else 0): keys for at, keys in cited.items()}


def _cite_plain(sentence: str, source: Source) -> Iterator[Cited]:
    mentions = source.find_mentions(sentence)
    statement = parse_statement(sentence, link=source.link, names=source.names, extractor=source.extractor)
    places = _Places(sentence, mentions)
    stated = _cite_presences(statement, places, source)
    if stated is None:
        return
    stated += _cite_counted(sentence, mentions, places, source)
    facts = list(_cite_facts(statement, places, source))
    known = [one for one in facts if one is not None]
    if len(known) == len(facts):
        yield _join([*stated, *known])
    if len(known) < len(facts) or not facts:
        named = [mention.entity for mention in mentions]
        for key in list(source.find_joining(named))[:_MOST]:
            yield _join([*stated, (places.end, (key,))])


class _Places:
    """Where citations of a sentence's concepts stand."""

    def __init__(self, sentence: str, mentions: Sequence[Mention]) -> None:
        self._sentence, self._mentions = sentence, mentions
        text = blank_parentheses(sentence)
        clauses = split_clauses(text, mentions)
        self._ends = [clause.start + len(clause.text) for clause in clauses]
        self._parentheses = list(find_parentheses(sentence))
        self.end = self._trim(len(sentence))

    def find_first(self, entity: Entity) -> int:
        """Return where the evidence of a finding stands: behind its first mention."""
        return self._close(next(one for one in self._mentions if one.entity.id == entity.id))

    def find_last(self, *ends: Entity) -> int:
        """Return where a fact stands: behind the last mention of either end."""
        named = {entity.id for entity in ends}
        return self._close([one for one in self._mentions if one.entity.id in named][-1])

    def _close(self, mention: Mention) -> int:
        end = next((end for end in self._ends if end >= mention.end), len(self._sentence))
        number = next((stop for start, stop in self._parentheses if mention.end <= start and stop <= end), None)
        return self._trim(end) if number is None else number

    def _trim(self, end: int) -> int:
        return len(self._sentence[:end].rstrip(" .,;:!?"))


def _cite_presences(statement: Statement, places: _Places, source: Source) -> list[tuple[int, tuple[str, ...]]] | None:
    """Cite what the image says of each finding that a sentence grades; None where it says nothing of one."""
    found = []
    for presence in statement.presences:
        keys = source.find_image(presence.entity, place=bool(presence.sides or presence.places))
        if not keys:
            return None
        found.append((places.find_first(presence.entity), keys))
    return found


def _cite_counted(
    sentence: str, mentions: Sequence[Mention], places: _Places, source: Source
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Cite the undecided findings that a sentence only counts, behind those that it names."""
    start = find_counted(sentence)
    before = [mention for mention in mentions if start is not None and mention.end <= start]
    if before:
        named = {mention.entity.id for mention in mentions}
        found = (piece for piece in source.evidence if piece.kind == "finding" and piece.about.id not in named)
        keys = [one.key for one in found if one.finding is not None and one.finding.verdict == "undecided"]
        yield places.find_first(before[-1].entity), tuple(keys)


def _cite_facts(statement: Statement, places: _Places, source: Source) -> Iterator[tuple[int, tuple[str, ...]] | None]:
    """Cite the fact of each relation that a sentence states; None for one without."""
    for stated in statement.relations:
        for subject in stated.subjects:
            for object_ in stated.objects:
                key = source.find_triple(stated.relation.relation, subject, object_)
                yield None if key is None else (places.find_last(subject, object_), (key,))
    for reasons, of in statement.because:
        pairs = [(reason, entity) for reason in reasons for entity in of]
        key = next(
            filter(
                None,
                (
                    source.find_triple(SUGGESTS, reason, entity) or source.find_triple(CAUSED_BY, entity, reason)
                    for reason, entity in pairs
                ),
            ),
            None,
        )
        yield None if key is None else (places.find_last(*reasons), (key,))


def _join(cited: Sequence[tuple[int, tuple[str, ...]]]) -> Cited:
    joined: Cited = {}
    for at, keys in cited:
        before = {key for keys in joined.values() for key in keys}
        joined[at] = (*joined.get(at, ()), *(key for key in keys if key not in before))
    return {at: keys for at, keys in joined.items() if keys}


def _cite_silent(sentence: str, source: Source) -> Iterator[Cited]:
    """Cite a sentence that says which signs could not be measured behind each reason."""
    cited: Cited = {}
    for piece in source.silent:
        reason = name_reason(piece)
        at = sentence.lower().find(reason.lower()) if reason else -1
        if at >= 0:
            cited.setdefault(at + len(reason), (piece.key,))
    if cited:
        yield cited


__all__ = ["Cited", "cite_findings", "move_back"]
