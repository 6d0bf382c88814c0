"""Coded concepts of structured reports: standard ones where there are any, ours beside them.

A concept of the graph is coded by its RadLex number where it has one, with ours as an equivalent code; other concepts
are coded in the private scheme ``99THORACITE``, whose code values are the last parts of the IRIs.

References
----------
DICOM PS3.3 8.8 (Equivalent Code Sequence), PS3.16 8 (coding schemes).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from highdicom.sr import CodedConcept
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from thoracite.kg.vocabulary import PREFIXES
from thoracite.types import Answer, Certainty
from thoracite.types.noun import Side

SCHEME = "99THORACITE"
"""Designator of the private coding scheme; ``99`` marks private ones."""

SIDES: dict[Side, Code] = {
    "left": codes.SCT.Left,
    "right": codes.SCT.Right,
    "bilateral": codes.SCT.Bilateral,
}
CERTAINTIES: dict[Certainty, Code] = {
    Certainty.PRESENT: codes.SCT.Present,
    Certainty.UNCERTAIN: codes.SCT.Undetermined,
    Certainty.ABSENT: codes.SCT.Absent,
}
ANSWERS: dict[Answer, Code] = {"yes": codes.SCT.Yes, "no": codes.SCT.No}

LONGEST = 64
"""Longest meaning of a code, in characters (VR LO)."""


def make_code(name: str, meaning: str = "") -> CodedConcept:
    """Make a code of the private scheme.

    Examples
    --------
    >>> make_code("rest_log_odds").meaning, make_code("verdict").scheme_designator
    ('rest log odds', '99THORACITE')
    """
    return CodedConcept(name, SCHEME, (meaning or name.replace("_", " "))[:LONGEST].strip())


def make_concept(curie: str, label: str, others: Sequence[str] = ()) -> CodedConcept:
    """Make the code of a concept of the graph.

    Parameters
    ----------
    curie, label : str
        The concept.
    others : sequence of str
        Its codes elsewhere, such as ``RadLex:RID34539``.

    Examples
    --------
    >>> effusion = make_concept("thx:pleural_effusion", "pleural effusion", ["HP:0002202", "RadLex:RID34539"])
    >>> effusion.value, effusion.scheme_designator, find_curie(effusion)
    ('RID34539', 'RADLEX', 'thx:pleural_effusion')
    """
    ours = make_code(curie.removeprefix("thx:"), label)
    numbers = [code.removeprefix("RadLex:") for code in others if code.startswith("RadLex:")]
    if not numbers:
        return ours
    concept = CodedConcept(numbers[0], "RADLEX", ours.meaning)
    concept.EquivalentCodeSequence = [ours]
    return concept


def find_curie(concept: Dataset) -> str:
    """Find the CURIE of a concept that :func:`make_concept` coded."""
    for code in (concept, *concept.get("EquivalentCodeSequence", ())):
        if code.get("CodingSchemeDesignator") == SCHEME:
            value = find_value(code)
            return value if ":" in value else f"thx:{value}"
    raise ValueError(f"{concept.get('CodeMeaning')} has no code of scheme {SCHEME}")


def find_value(concept: Dataset) -> str:
    """Find the value of a code, wherever its length has put it."""
    return str(concept.get("CodeValue") or concept.get("LongCodeValue") or concept.get("URNCodeValue"))


def find_key(table: dict[Any, Code], concept: Dataset) -> Any:
    """Find what a standard code stands for in one of the tables of this module."""
    value = find_value(concept)
    return next(key for key, code in table.items() if code.value == value)


def describe_schemes() -> list[Dataset]:
    """Describe the private scheme for the document's Coding Scheme Identification Sequence (PS3.3 C.12.1)."""
    scheme = Dataset()
    scheme.CodingSchemeDesignator = SCHEME
    scheme.CodingSchemeName = "Concepts of the Thoracite graph"
    scheme.CodingSchemeResponsibleOrganization = "Thoracite"
    resource = Dataset()
    resource.CodingSchemeURLType = "DOC"
    resource.CodingSchemeURL = PREFIXES["thx"]
    scheme.CodingSchemeResourcesSequence = [resource]
    return [scheme]


__all__ = [
    "ANSWERS",
    "CERTAINTIES",
    "LONGEST",
    "SCHEME",
    "SIDES",
    "describe_schemes",
    "find_curie",
    "find_key",
    "find_value",
    "make_code",
    "make_concept",
]
