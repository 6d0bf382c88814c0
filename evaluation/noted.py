"""Real images with notes, for the suite ``explanations``: what the note says of the image, its diagnosis masked.

The notes come with the collections ``ieee`` (Cohen's) and ``figure1``, which may be measured on and nothing else; no
weights that ship were trained on them. They are clinical notes, most of which describe the image beside the history,
and many name a diagnosis that no radiograph shows. So of each note are left the sentences that state or deny a finding
of a chest radiograph, without those about history, laboratory or another modality, and in them every name of a disease
that the collections are about becomes *disease*: COVID-19, other infections, and pneumonia, which is therefore no label
of this arm. A note that several images share says nothing certain of any of them, and is left out, as are children and
lateral views.

References
----------
Cohen JP, et al. COVID-19 image data collection. 2020. arXiv:2006.11988

Examples
--------
>>> mask_note("Cough for three days. Chest X-ray: consolidation, typical for COVID-19 pneumonia. CT shows nodules.")
'Chest X-ray: consolidation, typical for disease.'
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from thoracite.evaluation.claim_reading import read_claims
from thoracite.evaluation.explained import Explained, Said, Truth, read_said
from thoracite.kg.extract.extractor import open_extractor
from thoracite.kg.extract.labels import find_labels
from thoracite.pipeline import Explainer
from thoracite.types import Certainty, Study
from thoracite.vision.labels import FINDINGS
from thoracite.vision.training.cases import read_manifests

MASKED = "Pneumonia"
"""The label that is masked with the diagnosis."""

_SOURCES = frozenset({"ieee", "figure1"})
_KIND = "clinical note with imaging description"
_VIEWS: Mapping[str, str] = {"PA": "PA", "AP": "AP", "AP Supine": "AP", "AP erect": "AP"}
_ADULT = 18.0
_LEFT_OUT = frozenset({"figure1_COVID-00048"})
"""An image of ChestX-ray14 that another collection took over."""

_SENTENCE = re.compile(r"(?<=[.;!?])\s+")
_HEADING = re.compile(r"\b(?:imaging notes|presentation|case discussion|discussion|history)\s*:\s*", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"\b(?:CTs?|HRCT|CTPA|tomogra\w*|ultraso\w*|echocardiogra\w*|MRI|PET|autopsy|biops\w*|histor\w*|past medical|known"
    r"|PCR|swabs?|antibod\w*|temperature|crackles?|wheez\w*|auscultation|crepitations?|on examination|treated|therapy"
    r"|treatment|died|prescribed|admitted|presented with|mg|ml|serum|CRP|C-react\w*|chain reaction|white blood"
    r"|laborator\w*|contacts?|travel\w*)\b",
    re.IGNORECASE,
)
_DISEASES = re.compile(
    r"\b(?:(?:novel |new )?corona ?virus(?:es)?(?: disease)?(?: 2019)?(?: infection)?|\w*COVID\w*(?:\W?19)?"
    r"|(?:2019-)?nCoV|SARS(?:[- ]CoV(?:[- ]?2)?)?|MERS(?:[- ]CoV)?|severe acute respiratory syndrome|PCP|PJP"
    r"|pneumocystis(?: \w+)?|ARDS|acute respiratory distress syndrome|klebsiella\w*|legionell\w*|mycoplasma\w*"
    r"|chlamyd\w*|streptococc\w*|varicella\w*|influenza\w*|tubercul\w*|aspergill\w*|nocardi\w*|lipoid|\w*pneumonia\w*|pneumonic|pneumonitis)\b",
    re.IGNORECASE,
)
_REPEATED = re.compile(r"\bdisease(?:\W+disease)+\b")
_OPACITIES = frozenset(
    {"consolidation", "pulmonary_infiltrates", "pulmonary_opacity", "ground_glass_opacity", "opaque_hemithorax"}
)
_NORMAL = re.compile(
    r"\b(?:normal|clear|unremarkable|no (?:significant|abnormal\w*|consolidation|opacit\w*))\b", re.IGNORECASE
)
_STATED = 0.5
"""Certainty from which on a note states a finding."""


class Noted(NamedTuple):
    """A real image with what its note says of it.

    Parameters
    ----------
    path : Path
        The image.
    group : str
        The patient.
    view : str
        ``PA`` or ``AP``.
    text : str
        What the note says of the image, the diagnosis masked.
    """

    path: Path
    group: str
    view: str
    text: str


def mask_note(note: str) -> str:
    """Return what a note says of the radiograph, the diagnosis masked; empty where it says nothing of it.

    Parameters
    ----------
    note : str
        As the collection gives it.
    """
    sentences = _SENTENCE.split(" ".join(_HEADING.sub(" ", note).split()))
    own = (mask_words(one) for one in sentences if not _ELSEWHERE.search(one))
    return " ".join(one if one[-1] in ".;!?" else f"{one}." for one in own if read_claims(one))


def mask_words(text: str) -> str:
    """Replace names of diseases that a radiograph does not show.

    Examples
    --------
    >>> mask_words("Findings of COVID-19 pneumonia, less likely pneumocystis jirovecii.")
    'Findings of disease, less likely disease.'
    """
    return _REPEATED.sub("disease", _DISEASES.sub("disease", text))


def read_noted(folder: Path) -> list[Noted]:
    """Read the images of adults, from the front, whose own note says something of them.

    Parameters
    ----------
    folder : Path
        Holds ``manifest.csv``.

    Raises
    ------
    InputError
        If the manifest is missing.
    """
    rows = [row for row in read_manifests(folder) if row["source"] in _SOURCES and row["report_text_kind"] == _KIND]
    times = Counter(row["report_text"] for row in rows)
    found = []
    for row in rows:
        wanted = row["view"] in _VIEWS and not _find_age(row["age"]) < _ADULT and row["id"] not in _LEFT_OUT
        if wanted and times[row["report_text"]] == 1 and (text := mask_note(row["report_text"])):
            found.append(Noted(folder / row["file"], row["group_id"], _VIEWS[row["view"]], text))
    return found


def _find_age(text: str) -> float:
    return float(text) if text.replace(".", "", 1).isdigit() else math.nan


def explain_noted(noted: Sequence[Noted], explainers: Mapping[str, Explainer]) -> Explained:
    """Explain images with notes; what an explanation says of the masked diagnosis is masked, too."""
    studies = [Study(image=str(one.path), view="PA" if one.view == "PA" else "AP") for one in noted]
    said = {name: [mask_said(read_said(one.explain(study))) for study in studies] for name, one in explainers.items()}
    return [find_truth(one) for one in noted], said


def find_truth(noted: Noted) -> Truth:
    """Return what a note says: labels, whether it states an opacity, whether it calls the image normal."""
    claims = read_claims(noted.text)
    stated = {claim.concept for claim in claims if claim.certainty >= _STATED}
    named = find_labels(open_extractor().extract(noted.text))
    labels = frozenset(name for name, certainty in named.items() if certainty is not Certainty.ABSENT)
    return Truth(
        noted.group,
        labels & frozenset(FINDINGS) - {MASKED},
        noted.text,
        opacity=bool(stated & _OPACITIES),
        normal=not stated and bool(_NORMAL.search(noted.text)),
    )


def mask_said(said: Said) -> Said:
    """Return what was said without the masked diagnosis: its words, and its label among what is asserted or denied."""
    told = type(said.told)(*(part - {MASKED} for part in said.told))
    return said._replace(text=mask_words(said.text), told=told)


__all__ = ["MASKED", "Noted", "explain_noted", "find_truth", "mask_note", "mask_said", "mask_words", "read_noted"]
