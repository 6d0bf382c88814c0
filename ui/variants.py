"""Other explainers over the same model and graph: one without the graph, one for another mix of findings."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from thoracite.errors import InputError, UsageError
from thoracite.interventions import parse_left_out
from thoracite.types import Changes, Evidence, Explanation, Finding

if TYPE_CHECKING:
    from thoracite.pipeline import Explainer
    from thoracite.vision.prevalence import Prevalence

LONGEST_TABLE = 20_000
"""Longest table of shares, in characters."""

WITHOUT_GRAPH = "The graph is left out: findings are named, and no reasons are given."
"""What is told of an explanation without the graph."""


def leave_graph_out(explainer: Explainer) -> Explainer:
    """Return an explainer with the same model that does not ask the graph.

    Parameters
    ----------
    explainer : Explainer
        Stays as it is.
    """
    from thoracite.pipeline import Explainer

    return Explainer(
        explainer.settings, encoder=explainer.retriever.encoder, generator=explainer.generator, graph=False
    )


def drop_triples(without: Sequence[str], evidence: Sequence[Evidence]) -> list[str]:
    """Drop the triples from what is left out, since there are none without the graph.

    Examples
    --------
    >>> drop_triples(["thx:a thx:suggestive_of thx:b", "left lower zone"], [])
    ['left lower zone']
    """
    return [word for word in without if not parse_left_out([word], evidence).triples]


def tell_note(explanation: Explanation, note: str) -> Explanation:
    """Tell a sentence among what an intervention changed."""
    changes = explanation.changes or Changes()
    return explanation.model_copy(update={"changes": changes.model_copy(update={"notes": (*changes.notes, note)})})


def state_mix(explainer: Explainer, prevalence: Prevalence) -> Explainer:
    """Return an explainer with the same model and graph whose probabilities are for another mix of findings.

    Parameters
    ----------
    explainer : Explainer
        Stays as it is.
    prevalence : Prevalence
        How common findings are.

    Raises
    ------
    UsageError
        If the encoder states no mix.
    """
    from thoracite.pipeline import Explainer

    encoder = explainer.retriever.encoder
    if not hasattr(encoder, "prevalence"):
        raise UsageError(f"the encoder {encoder.name} states no usual rates, so no others can take their place")
    other = copy.copy(encoder)
    other.prevalence = prevalence
    return Explainer(explainer.settings, store=explainer.retriever.store, encoder=other, generator=explainer.generator)


def write_share(finding: Finding, share: float) -> str:
    """Write the table of shares that states one finding's.

    Raises
    ------
    UsageError
        If the finding has no label of ChestX-ray14.

    Examples
    --------
    >>> from thoracite.types import Entity
    >>> hernia = Entity(id="thx:hiatal_hernia", label="hiatal hernia", codes=("NIH14:Hernia",))
    >>> write_share(Finding(entity=hernia, probability=0.1, certainty="uncertain"), 0.05).split()
    ['finding,share_all', 'Hernia,0.05']
    """
    label = next((code.split(":", 1)[1] for code in finding.entity.codes if code.startswith("NIH14:")), None)
    if label is None:
        raise UsageError(f"{finding.entity.label} has no label of ChestX-ray14, by which shares are stated")
    return f"finding,share_all\n{label},{share}\n"


def read_table(text: str) -> Prevalence:
    """Read shares from the text of a table.

    Parameters
    ----------
    text : str
        As :func:`thoracite.vision.prevalence.read_prevalence` reads it from a file.

    Raises
    ------
    InputError
        If it is too long or cannot be read.

    Examples
    --------
    >>> read_table("finding,share_all\\nEffusion,0.4\\n").find_share("Effusion", "PA")
    0.4
    """
    from thoracite.vision.prevalence import read_prevalence

    if len(text) > LONGEST_TABLE:
        raise InputError(f"the table has {len(text):,} characters; expected at most {LONGEST_TABLE:,}")
    with tempfile.TemporaryDirectory(prefix="thoracite-") as folder:
        path = Path(folder) / "the table"
        path.write_text(text, encoding="utf-8")
        try:
            return read_prevalence(path)
        except InputError as error:
            raise InputError(str(error).replace(f"{folder}/", "")) from error


__all__ = ["WITHOUT_GRAPH", "drop_triples", "leave_graph_out", "read_table", "state_mix", "tell_note", "write_share"]
