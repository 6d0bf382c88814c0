"""Suite ``explanations``: what is released of real images, of phantoms and of reports, and how often it is right.

Four arms, never pooled.

- **real**: images of locked adults that RSNA's radiologists read. What is released is read by code that shares nothing
  with the verifier (:mod:`thoracite.evaluation.told`): opacities are held against the radiologists' readings, all
  fourteen findings against ChestX-ray14's labels, which were mined from reports and are noisy.
- **notes**: real images from other places with clinical notes, the diagnosis masked
  (:mod:`thoracite.evaluation.noted`), as labels, as opacities and as text. Most are of COVID-19, a few are normal.
- **phantom**: synthetic chests against the project's own report of what was drawn, as labels and as text.
- **Open-i**: no image is there; the findings are given from the report's labels ("oracle findings"), so that only the
  words are measured, against the report.

Beside each generator stand two writers that look at nothing: *always normal*, and *majority*, which says of every image
what is commonest. A withheld image has said nothing: it counts as a miss, and as no false claim. Released claims that
were read by hand (:mod:`thoracite.evaluation.claims_reading`) are counted at the end.

References
----------
Shih G, et al. Augmenting the NIH chest radiograph dataset with expert annotations of possible pneumonia. Radiology: AI
2019. doi:10.1148/ryai.2019180041
Cohen JP, et al. COVID-19 image data collection. 2020. arXiv:2006.11988
Peng Y, et al. NegBio. AMIA Jt Summits Transl Sci Proc 2018. arXiv:1712.05898 (labels of Open-i).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from thoracite.evaluation.claim_score import score_claims
from thoracite.evaluation.claims_reading import count_claims, read_claims
from thoracite.evaluation.explained import (
    BASELINES,
    Said,
    Truth,
    explain_cases,
    explain_oracle,
    explain_phantoms,
    read_oracle,
    write_baseline,
)
from thoracite.evaluation.noted import MASKED, explain_noted, mask_said, read_noted
from thoracite.evaluation.patients import Positions, measure_drawn, summarise
from thoracite.evaluation.radgraph_f1 import radgraph_f1
from thoracite.evaluation.release import OPACITIES
from thoracite.evaluation.sentences import draw_cases
from thoracite.evaluation.suite import Row, Suite
from thoracite.evaluation.text_overlap import measure_overlap
from thoracite.kg.extract.extractor import open_extractor
from thoracite.pipeline import Explainer
from thoracite.settings import Settings
from thoracite.vision.training.cases import Case, read_labelled

IMAGES, NOTES, PHANTOMS, REPORTS = 300, 200, 100, 200
"""Images, images with notes, phantoms and reports of the four arms."""

GENERATORS = ("template", "thoracite-mini-llava")
"""The bundled generators; groups are told of the first."""

ADULT = 18.0

_LABELS = {"real": "mined labels", "phantom": "the findings drawn", "notes": "the notes' findings"}

_BANDS = ((0, 40, "under 40 years"), (40, 60, "40 to 59 years"), (60, 200, "from 60 years on"))


class Arm(NamedTuple):
    """One arm: the truth of each case, and what each writer said of it, in the same order."""

    name: str
    truth: Sequence[Truth]
    said: Mapping[str, Sequence[Said]]

    @property
    def groups(self) -> list[str]:
        """Return the patient of each case."""
        return [one.group for one in self.truth]


def run_explanations(
    data: Path,
    *,
    generators: Sequence[str] = GENERATORS,
    images: int = IMAGES,
    notes: int = NOTES,
    phantoms: int = PHANTOMS,
    reports: int = REPORTS,
) -> Suite:
    """Measure what is released.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr``.
    generators : sequence of str
        Names of generators.
    images, notes, phantoms, reports : int
        Number of cases of each arm.

    Raises
    ------
    InputError
        If the data are not there.
    """
    explainers = {name: Explainer(Settings(generator=name)) for name in generators}
    cases = draw_cases(find_read(read_labelled(data / "cxr")), images, seed=11)
    real = Arm("real", *explain_cases(cases, explainers))
    rows = [*measure_real(real), *measure_groups(cases, real)]
    noted = draw_cases(read_noted(data / "cxr"), notes, seed=11)
    if noted:
        rows += measure_noted(Arm("notes", *explain_noted(noted, explainers)))
    rows += measure_texts(Arm("phantom", *explain_phantoms(phantoms, explainers)))
    archive, labels = data / "openi" / "NLMCXR_reports.tgz", data / "knowledge" / "negbio" / "openi_gld_std14.csv"
    if oracle := read_oracle(archive, labels, reports):
        rows += measure_texts(Arm("Open-i, oracle findings", *explain_oracle(oracle, explainers)))
    rows += count_claims(read_claims())
    said = f"{len(cases)} images of {len({case.group for case in cases})} locked adults, "
    said += f"{len(noted)} images with notes of {len({one.group for one in noted})} others, {phantoms} phantoms"
    return Suite(suite="explanations", data=f"{said}, {len(oracle)} reports of Open-i", n=len(cases), rows=tuple(rows))


def find_read(cases: Sequence[Case]) -> list[Case]:
    """Return the cases of locked adults that RSNA's radiologists read."""
    return [case for case in cases if case.locked and case.reading and not case.age < ADULT]


def measure_real(arm: Arm) -> Iterator[Row]:
    """Measure what is released of real images, by radiologists' readings and by mined labels."""
    systems = {**arm.said, **{name: [write_baseline(name)] * len(arm.truth) for name in BASELINES}}
    for system, said in systems.items():
        released = [float(one.released) for one in said]
        yield summarise(system, "images released", released, arm.groups)
        yield from _measure_opacities(system, said, arm)
        yield from _measure_labels(system, said, arm)


def _measure_opacities(system: str, said: Sequence[Said], arm: Arm, masked: Collection[str] = ()) -> Iterator[Row]:
    """Hold claims of opacities against those that were drawn, or that a note states; what is masked is no claim."""
    names = [name for name in OPACITIES if name not in masked]
    truth = np.array([bool(one.opacity) for one in arm.truth])
    claims = np.array([[name in one.told.asserted for name in names] for one in said]).sum(axis=1)
    who, told, films = ("notes", "of opacities that notes state", "films that notes call normal")
    if not masked:
        who, told, films = ("RSNA", "of opacities that RSNA drew", "Normal films")
    yield _share(system, f"share {told}, in released claims", claims > 0, truth, arm.groups)
    denied = np.array([set(names) <= one.told.denied for one in said])
    number = {3: "all three", 2: "both"}[len(names)]
    yield _share(system, f"share {told}, whose explanation denies {number}", denied, truth, arm.groups)
    right = (claims * truth).astype(np.float64)
    bear = "bear" if masked else "bears"
    yield _ratio(system, f"share of released opacity claims that {who} {bear} out", right, claims, arm.groups)
    normal = np.array([one.normal for one in arm.truth])
    yield _share(system, f"share of {films} with an opacity claim", claims > 0, normal, arm.groups)


def _measure_labels(system: str, said: Sequence[Said], arm: Arm) -> Iterator[Row]:
    hits = np.array([len(one.told.asserted & truth.labels) for one, truth in zip(said, arm.truth, strict=True)])
    claims = np.array([len(one.told.asserted) for one in said])
    wanted = np.array([len(truth.labels) for truth in arm.truth])
    false = np.array([len(one.told.denied & truth.labels) for one, truth in zip(said, arm.truth, strict=True)])
    labels = _LABELS.get(arm.name, "the labels")
    yield _ratio(system, f"share of positive claims that {labels} bear out, {arm.name}", hits, claims, arm.groups)
    yield _ratio(system, f"share of {labels} that are claimed, {arm.name}", hits, wanted, arm.groups)
    yield _ratio(system, f"share of {labels} that are denied, {arm.name}", false, wanted, arm.groups)
    yield measure_drawn(
        system,
        f"F1 against {labels}, {arm.name}",
        lambda drawn: _f1(hits[drawn], claims[drawn], wanted[drawn]),
        arm.groups,
    )


def measure_noted(arm: Arm) -> Iterator[Row]:
    """Measure what is released of images with notes: opacities, labels and text, the diagnosis masked in all."""
    said = {**arm.said, **{name: [mask_said(write_baseline(name))] * len(arm.truth) for name in BASELINES}}
    for system, own in said.items():
        yield from _measure_opacities(system, own, arm, {MASKED})
    yield from measure_texts(arm, said)


def measure_texts(arm: Arm, said: Mapping[str, Sequence[Said]] | None = None) -> Iterator[Row]:
    """Measure texts against a reference: labels, claims, RadGraph, overlap; and the lead over *always normal*.

    Parameters
    ----------
    arm : Arm
        With reference texts.
    said : mapping of str to sequence of Said or None
        Of all writers, where the baselines' words differ from the usual ones.
    """
    systems = said or {**arm.said, **{name: [write_baseline(name)] * len(arm.truth) for name in BASELINES}}
    references, extractor = [one.text for one in arm.truth], open_extractor()
    asked = [extractor.extract(text) for text in references]
    claims: dict[str, list[float]] = {}
    for system, own in systems.items():
        texts = [one.text for one in own]
        yield summarise(system, f"released, {arm.name}", [float(one.released) for one in own], arm.groups)
        yield from _measure_labels(system, own, arm)
        claims[system] = [score_claims(*pair) for pair in zip(texts, references, strict=True)]
        yield summarise(system, f"claim score, {arm.name}", claims[system], arm.groups)
        graphs = [radgraph_f1(extractor.extract(text), gold) for text, gold in zip(texts, asked, strict=True)]
        yield summarise(system, f"RadGraph F1 by our extractor, {arm.name}", graphs, arm.groups)
        for name, values in measure_overlap(texts, references).items():
            told = "METEOR 1.5 (Java)" if name == "METEOR" else name
            yield summarise(system, f"{told}, {arm.name}", values.tolist(), arm.groups)
    for system in arm.said:
        lead = np.array(claims[system]) - np.array(claims["always normal"])
        yield summarise(f"{system} minus always normal", f"claim score, {arm.name}", lead.tolist(), arm.groups)


def measure_groups(cases: Sequence[Case], arm: Arm) -> Iterator[Row]:
    """Measure the first generator's release by sex, age band and view.

    Parameters
    ----------
    cases : sequence of Case
        The cases of the arm, in its order.
    arm : Arm
        Real images.
    """
    name = next(iter(arm.said))
    parts = {"women": [case.sex == "F" for case in cases], "men": [case.sex == "M" for case in cases]}
    parts |= {told: [low <= case.age < high for case in cases] for low, high, told in _BANDS}
    parts |= {view: [case.view == view for case in cases] for view in ("PA", "AP")}
    for part, flags in parts.items():
        own = [at for at, wanted in enumerate(flags) if wanted]
        if own:
            few = Arm("real", [arm.truth[at] for at in own], {name: [arm.said[name][at] for at in own]})
            for row in measure_real(few):
                if row.system == name and not row.metric.startswith("share of Normal"):
                    yield row.model_copy(update={"metric": f"{row.metric}; {part}"})


def _share(system: str, metric: str, hits: np.ndarray, among: np.ndarray, groups: Sequence[str]) -> Row:
    return _ratio(system, metric, (hits & among).astype(np.float64), among.astype(np.float64), groups)


def _ratio(system: str, metric: str, hits: np.ndarray, whole: np.ndarray, groups: Sequence[str]) -> Row:
    def find(drawn: Positions) -> float:
        total = whole[drawn].sum()
        return float(hits[drawn].sum() / total) if total else float("nan")

    return measure_drawn(system, metric, find, groups, n=int(whole.sum()))


def _f1(hits: np.ndarray, claims: np.ndarray, wanted: np.ndarray) -> float:
    whole = claims.sum() + wanted.sum()
    return float(2 * hits.sum() / whole) if whole else float("nan")


__all__ = [
    "GENERATORS",
    "IMAGES",
    "NOTES",
    "PHANTOMS",
    "REPORTS",
    "Arm",
    "find_read",
    "measure_groups",
    "measure_noted",
    "measure_real",
    "measure_texts",
    "run_explanations",
]
