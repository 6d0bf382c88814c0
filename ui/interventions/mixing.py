"""Another mix of findings for a kept reading: its probabilities are worked out anew for where the image comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from thoracite.errors import UsageError
from thoracite.types import Explanation
from thoracite.ui.picture import Picture, render_pixels
from thoracite.ui.variants import read_table, state_mix, tell_note, write_share

if TYPE_CHECKING:
    from thoracite.interventions import Case
    from thoracite.ui.service import Service

USUAL = "ChestX-ray14's mix"
"""Name of the mix that the bundled encoder was fitted for."""


def describe_share(case: Case, curie: str, share: float) -> tuple[str, str]:
    """Describe one finding's share: as a table, and in words.

    Raises
    ------
    UsageError
        If the image was not read for that finding.
    """
    finding = next((one for one in case.untouched.findings if one.entity.id == curie), None)
    if finding is None:
        raise UsageError(f"the image was not read for {curie[:80]!r}; expected one of its findings")
    return write_share(finding, share), f"{finding.entity.label} {share:g}"


def read_with_mix(service: Service, name: str, table: str | None, words: str) -> tuple[Explanation, Picture]:
    """Read a kept image for another mix, and keep that reading in place of the old one.

    Parameters
    ----------
    service : Service
        Has the reading.
    name : str
        Its name.
    table : str or None
        Shares, as ``--prevalence`` takes them from a file; None for the usual ones.
    words : str
        The mix in words.

    Returns
    -------
    tuple of Explanation and Picture
        The explanation tells what the other mix changed.

    Raises
    ------
    InputError
        If the reading is no longer kept, or the table cannot be read.
    UsageError
        If the encoder states no mix.
    """
    case = service.cases.find(name)
    prevalence = None if table is None else read_table(table)
    with service.working() as explainer:
        reader: Any = explainer if prevalence is None else state_mix(explainer, prevalence)  # type: ignore[arg-type]
        reading = reader.retriever.interpret(case.radiograph)
        changed = reader.intervene(case._replace(reading=reading))
    untouched = changed.model_copy(update={"changes": None})
    kept = case._replace(reading=reading, untouched=untouched)
    service.cases.replace(name, kept, None if prevalence is None else reader)
    return tell_note(changed, f"Read for another mix of findings: {words}."), render_pixels(case.radiograph.pixels)


__all__ = ["USUAL", "describe_share", "read_with_mix"]
