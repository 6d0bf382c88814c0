r"""The prompt of KG-LLaVA: the image, the triples that were retrieved for it, and a question.

What the encoder read in the image is not in it unless asked for, so that what a model says has to come from the pixels
and the graph. Inserted text can never break the form: its braces, line ends, semicolons and image marks are taken out.

Examples
--------
>>> build_prompt(Study(image="chest.png"), [], [], graph=False)
'<image>\nFor the given image, which signs show what the patient has?'
>>> clean("a {mass};\n<image> left")
'a (mass), image left'

References
----------
KG-LLaVA: knowledge graphs for explanations of thoracic diagnoses. AAAI 2025.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from thoracite.errors import UsageError
from thoracite.files import names_image
from thoracite.generation.signs.words import state_sign, state_value
from thoracite.types import Evidence, Finding, Study
from thoracite.types.verdict import ASSERTED, find_rank

IMAGE = "<image>"
"""The mark that a model's processor replaces by the image."""

QUESTIONS = (
    "which signs show what the patient has?",
    "what does the image show, and what explains it?",
    "what evidence in the image supports the diagnosis?",
    "explain the findings of this chest X-ray.",
    "what is seen in the image, and why does it matter?",
)
"""Questions in the style of the paper's five; a model is trained with all of them and asked the first."""

ABOUT = "which signs show that the patient has {labels}?"
"""The paper's question about given labels: "uncertain atelectasis, positive pleural effusion"."""

TRIPLES = 7
"""Most triples of a prompt, as in the paper."""

_LONGEST = 400
"""Most characters of inserted free text."""

_SIGNS = 8
"""Most signs whose values are told."""


def build_prompt(
    study: Study,
    findings: Sequence[Finding],
    evidence: Sequence[Evidence],
    *,
    question: str = QUESTIONS[0],
    graph: bool = True,
    triples: int = TRIPLES,
) -> str:
    """Build the prompt of one image.

    Parameters
    ----------
    study : Study
        Its indication and prior are told where they are given.
    findings : sequence of Finding
        What the encoder read; told only where the question asks for ``{labels}`` or ``{signs}``.
    evidence : sequence of Evidence
        Its triples are told, the best first.
    question : str
        One of :data:`QUESTIONS` or any other; ``{labels}`` in it stands for the findings in the paper's words,
        ``{signs}`` for the signs that were measured, with their values.
    graph : bool
        False leaves the triples out.
    triples : int
        Most triples, at least 0.

    Raises
    ------
    UsageError
        If the question has another placeholder.
    """
    parts = []
    if graph:
        parts.append(f"The image-specific triplets from the knowledge graph are: {state_triples(evidence, triples)}.")
    parts += [f"{name}: {clean(text)}." for name, text in _find_words(study) if clean(text)]
    asked = _fill(question, findings, evidence)
    parts.append(f"{'And for' if graph else 'For'} the given image, {asked}")
    return f"{IMAGE}\n{' '.join(parts)}"


def _find_words(study: Study) -> list[tuple[str, str]]:
    prior = study.prior or ""
    words = "" if names_image(prior) else prior
    return [("The request says", study.indication or ""), ("The earlier report says", words)]


def _fill(question: str, findings: Sequence[Finding], evidence: Sequence[Evidence]) -> str:
    """Fill in the placeholders of a question, and refuse any other."""
    known = {"labels": lambda: state_labels(findings), "signs": lambda: state_signs(evidence)}
    named = set(re.findall(r"\{([^{}]*)\}", question))
    if strange := sorted(named - set(known)) or re.findall(r"[{}]", re.sub(r"\{[^{}]*\}", "", question)):
        raise UsageError(f"the question has the placeholder {strange[0]!r}; expected {{labels}} or {{signs}}, or none")
    if IMAGE in question:
        raise UsageError(f"the question holds {IMAGE}, which stands once, at the head of the prompt")
    for name in sorted(named):
        question = question.replace(f"{{{name}}}", known[name]())
    return " ".join(question.split())


def state_triples(evidence: Sequence[Evidence], most: int = TRIPLES) -> str:
    """Write triples as ``subject, relation, object; …``, the best first; ``none`` where there are none.

    Parameters
    ----------
    evidence : sequence of Evidence
        Any; only its triples are taken.
    most : int
        How many are written at most.
    """
    pieces = sorted((piece for piece in evidence if piece.triple is not None), key=lambda piece: -piece.score)
    stated = [
        ", ".join(_clean_part(end.label) for end in (fact.subject, fact.relation, fact.object))
        for fact in (piece.triple for piece in pieces)
        if fact is not None
    ]
    return "; ".join(list(dict.fromkeys(stated))[: max(0, most)]) or "none"


def state_labels(findings: Sequence[Finding]) -> str:
    """Write the findings of an image in the paper's words, the surest first; ``no finding`` where none is asserted.

    Examples
    --------
    >>> from thoracite.types import Entity
    >>> read = [("pleural effusion", 0.8, "definitely present"), ("atelectasis", 0.3, "uncertain")]
    >>> state_labels([
    ...     Finding(entity=Entity(id=f"thx:{n}", label=name), probability=p, certainty=certainty)
    ...     for n, (name, p, certainty) in enumerate(read)
    ... ])
    'positive pleural effusion, uncertain atelectasis'
    """
    said = sorted((finding for finding in findings if finding.verdict in ASSERTED), key=find_rank)
    words = [
        f"{'positive' if one.verdict == 'likely' else 'uncertain'} {_clean_part(one.entity.label)}" for one in said
    ]
    return ", ".join(words) or "no finding"


def state_signs(evidence: Sequence[Evidence]) -> str:
    """Write the answered signs of an image with their values; ``none`` where there are none."""
    told: dict[str, str] = {}
    for score in (piece.sign for piece in evidence if piece.sign is not None and piece.sign.answer is not None):
        value = state_value(score)
        told.setdefault(clean(f"{state_sign(score)}{f' ({value})' if value else ''}"), "")
    return ", ".join(list(told)[:_SIGNS]) or "none"


def clean(text: str) -> str:
    """Return free text on one line, without anything that the prompt's form is made of, and not too long."""
    plain = re.sub(r"[<>]", " ", text).translate(str.maketrans("{};", "(),"))
    plain = "".join(sign if sign.isprintable() else " " for sign in plain)
    return " ".join(plain.split())[:_LONGEST].strip(" .")


def _clean_part(text: str) -> str:
    """Clean one end or relation of a triple, whose parts are joined by commas; bounds (``> 0.5``) are put in words."""
    worded = text.replace("<", " less than ").replace(">", " more than ")
    return " ".join(clean(worded).replace(",", " ").split())


__all__ = [
    "ABOUT",
    "IMAGE",
    "QUESTIONS",
    "TRIPLES",
    "build_prompt",
    "clean",
    "state_labels",
    "state_signs",
    "state_triples",
]
