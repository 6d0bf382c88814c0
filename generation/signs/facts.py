"""Check what a sentence draws from a fact: that the fact ties the sign to the finding, in that stance, on its terms.

Examples
--------
>>> find_unsaid([frozenset(), frozenset({"erect"})], "a sign of effusion"), find_unsaid([frozenset({"erect"})], "")
([], ['erect'])
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from thoracite.generation.faults import Fault
from thoracite.generation.signs.check import check_sign
from thoracite.generation.signs.parts import Drawn
from thoracite.kg.concepts import read_concepts
from thoracite.kg.ties import Tie, find_tie, list_terms
from thoracite.types import Evidence, SignScore, parse_reference

_TERMS = {
    "erect": r"erect|upright|standing", "supine": r"supine|lying|recumbent", "pa": r"pa|posteroanterior",
    "ap": r"ap|anteroposterior", "frontal": r"frontal", "lateral": r"lateral film|"
    r"lateral view", "decubitus": r"decubitus",
    "ct": r"ct", "mri": r"mri", "ultrasound": r"ultrasound", "expiratory": r"expirat\w+|expiration",
    "serial films": r"serial|follow-?up|earlier films?", "adult": r"adults?", "child": r"child\w*|pediatric|paediatric",
    "neonate": r"neonat\w+|newborns?",
}  # fmt: skip
"""Words for the limits of a fact."""

_POSITIONS = tuple(term for term in _TERMS if term not in {"pa", "ap", "frontal", "lateral", "adult"})
"""Limits that a sentence may state only where the fact has them."""

_STRONG = re.compile(
    r"\b(?:prov\w+|confirm\w*|establish\w*|diagnostic|pathognomonic|always|must|certain(?:ly)?|definite(?:ly)?|"
    r"rul\w+ out|exclud\w+|never)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:no|not|never|without|cannot|\w+n't)\b", re.IGNORECASE)


def check_drawn(drawn: Drawn, signs: Sequence[Evidence], triples: Sequence[Evidence], sentence: str) -> list[Fault]:
    """Check one use of a fact.

    Parameters
    ----------
    drawn : Drawn
        What the sentence draws.
    signs : sequence of Evidence
        The signs that it may draw it from.
    triples : sequence of Evidence
        The triples that it cites there.
    sentence : str
        All of it: terms may be said anywhere.

    Returns
    -------
    list of Fault
        None where one triple ties one sign to the finding as it is said.
    """
    tied = list(_list_ties(drawn, signs, triples))
    if not tied:
        return [Fault("unsupported", f"no cited triple ties the cited sign to {drawn.finding.label}")]
    tried = [list(_check_tie(drawn, sign, triple, tie, sentence)) for sign, triple, tie in tied]
    return min(tried, key=len)


def _list_ties(
    drawn: Drawn, signs: Sequence[Evidence], triples: Sequence[Evidence]
) -> Iterator[tuple[Evidence, Evidence, Tie]]:
    for sign in signs:
        for triple in triples:
            if sign.sign is None or triple.triple is None:
                continue
            tie = find_tie(sign.sign, sign.about.id, triple.triple)
            if tie is not None and tie.finding.id == drawn.finding.id:
                yield sign, triple, tie


def find_used(drawn: Drawn, signs: Sequence[Evidence], triples: Sequence[Evidence]) -> set[str]:
    """Find the keys of the triples, and of the signs, that a sentence may have drawn it from."""
    return {key for sign, triple, _ in _list_ties(drawn, signs, triples) for key in (sign.key, triple.key)}


def _check_tie(drawn: Drawn, sign: Evidence, triple: Evidence, tie: Tie, sentence: str) -> Iterator[Fault]:
    score, fact = sign.sign, triple.triple
    if score is None or fact is None:
        return
    label = drawn.finding.label
    if drawn.negated:
        yield Fault("contradicted", f"the sentence denies what the cited triple says of {label}")
    if _STRONG.search(f"{drawn.subject} {drawn.rest}"):
        yield Fault("unsupported", f"the sentence is surer of {label} than the cited triple")
    if tie.stance != sign.stance:
        yield Fault("unsupported", f"in this image the sign speaks {sign.stance} {sign.about.label}")
    allowed = {tie.stance} if tie.shown else {"against", "for"} if drawn.would else {"against"}
    if not tie.shown and drawn.would and re.search(r"\w", drawn.subject):
        allowed = {"for"}  # "a blunt angle would …" is said of the sign that is absent here
    if drawn.stance not in allowed:
        yield Fault("contradicted", f"the cited triple does not speak {drawn.stance} {label}")
    if drawn.wider is not None and {drawn.wider.id, drawn.finding.id} != {sign.about.id, tie.finding.id}:
        yield Fault("unsupported", f"no cited evidence says that {label} and {drawn.wider.label} are of a kind")
    yield from _check_subject(drawn, score, tie)
    yield from _check_rest(drawn, score)
    view = reference.view if (reference := parse_reference(score.reference)) is not None else ""
    for term in find_unsaid(list_terms(fact, view), sentence):
        yield Fault("unsupported", f"the cited triple holds for {term}, which the sentence does not say")
    known = {limit for one in fact.provenance for limit in one.holds_for}
    for term in _POSITIONS:
        if term not in known and re.search(rf"\b(?:{_TERMS[term]})\b", drawn.rest, re.IGNORECASE):
            yield Fault("unsupported", f"the cited triple does not speak of {term}")


def _check_subject(drawn: Drawn, score: SignScore, tie: Tie) -> Iterator[Fault]:
    """Check the words before: what the image shows, or the sign that the fact is about."""
    if not re.search(r"\w", drawn.subject):
        return
    answer = "yes" if tie.sign.id == score.sign.entity.id else "no"
    asked = score if answer == score.answer else score.model_copy(update={"answer": answer})
    words = drawn.subject.replace(tie.sign.label, "")
    if words.strip() and words == drawn.subject:
        yield from (fault for fault in check_sign(words, asked, names=False) if "does not say" not in fault.why)
    elif re.search(r"\b(?:no|not|without)\b", words):
        yield Fault("contradicted", f"the sentence denies {tie.sign.label}")


def _check_rest(drawn: Drawn, score: SignScore) -> Iterator[Fault]:
    if _NEGATED.search(drawn.rest):
        yield Fault("unsupported", f"it is not clear what is denied behind {drawn.finding.label}")
    sides = set(re.findall(r"\b(left|right)\b(?! (?:ventric|atri|heart))", drawn.rest.lower()))
    if sides - {score.side}:
        yield Fault("contradicted", f"no cited evidence says {' and '.join(sorted(sides))}")
    for number in re.findall(r"\d+(?:\.\d+)?", drawn.rest):
        yield Fault("unsupported", f"the number {number} is not in the cited evidence")


def find_unsaid(terms: Sequence[frozenset[str]], sentence: str) -> list[str]:
    """Return the terms of a fact that a sentence does not say, of the source of which it says most.

    Parameters
    ----------
    terms : sequence of frozenset of str
        From :func:`thoracite.kg.ties.list_terms`.
    sentence : str
        In any case.
    """
    unsaid = [[term for term in sorted(one) if not _says(term, sentence)] for one in terms]
    return min(unsaid, key=len, default=[])


def _says(term: str, sentence: str) -> bool:
    if ":" in term:
        label = next((node.entity.label for node in read_concepts() if node.entity.id == term), term)
        return label.lower() in sentence.lower()
    return re.search(rf"\b(?:{_TERMS[term]})\b", sentence, re.IGNORECASE) is not None


def name_term(term: str) -> str:
    """Word a limit of a fact: "on erect films", "in left ventricular enlargement"."""
    if ":" in term:
        return f"in {next((node.entity.label for node in read_concepts() if node.entity.id == term), term)}"
    named = {"pa": "PA", "ap": "AP", "child": "a child's", "neonate": "a newborn's", "adult": "an adult's"}
    return "on serial films" if term == "serial films" else f"on {named.get(term, term)} films"


__all__ = ["check_drawn", "find_unsaid", "find_used", "name_term"]
