"""Suite ``grounding``: citations resolve, evidence supports the sentences, the verifier refuses spoilt ones.

Real images of every source are explained. Each released sentence is then spoilt in nine ways
(:mod:`thoracite.evaluation.spoiling`), and the share that the verifier refuses is counted. The baseline refuses
sentences without citations or with missing evidence, which is all that resolving citations can check.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from thoracite.errors import InputError
from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.spoiling import SPOILERS
from thoracite.evaluation.suite import Row, Suite
from thoracite.files import read_rows
from thoracite.generation.citations import build_claim, find_unresolved
from thoracite.generation.verify import verify
from thoracite.kg.extract.extractor import open_extractor
from thoracite.kg.stores.store import GraphStore
from thoracite.pipeline import Explainer
from thoracite.types import Certainty, Claim, Evidence, Explanation

Judge = Callable[[Claim, Sequence[Evidence]], bool]
"""Tells whether a claim may be released."""


def run_grounding(data: Path, *, images: int = 100, seed: int = 0, explainer: Explainer | None = None) -> Suite:
    """Measure grounding on real images.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr/manifest.csv``.
    images : int
        Number of images, the same from every source as far as there are any.
    seed : int
        Seed of the choice.
    explainer : Explainer or None
        An explainer with a graph; one from the settings unless given.

    Returns
    -------
    Suite
        Shares with 95 % intervals over images.

    Raises
    ------
    InputError
        If the data are not there.
    """
    explainer = explainer or Explainer()
    paths = choose_images(data / "cxr", images, seed=seed)
    explained = [found for found in explainer.explain_many(paths) if isinstance(found, Explanation)]
    released = [explanation for explanation in explained if not explanation.abstained]
    rows = [
        _row("thoracite", "images released", [[not e.abstained] for e in explained]),
        _row("thoracite", "sentences whose citations resolve", [list(_resolve(e)) for e in released]),
        _row("thoracite", "triple citations found by their query", [
            list(_answer(e, explainer.retriever.store)) for e in released
        ]),
        _row("thoracite", "positive explanations with a reason", [
            [any(claim.kind in {"reason", "background"} for claim in e.claims)] for e in released if _is_positive(e)
        ]),
    ]  # fmt: skip
    for name, judge in _judges(explainer).items():
        rows += measure_refusals(released, judge, name)
    described = f"{len(explained)} images of {len({path.parent.name for path in paths})} sources"
    return Suite(suite="grounding", data=described, n=len(explained), rows=tuple(rows))


def choose_images(folder: Path, number: int, *, seed: int) -> list[Path]:
    """Choose images of all sources in turn, drawn by a seed.

    Parameters
    ----------
    folder : Path
        Folder with ``manifest.csv``, columns ``source`` and ``file``.
    number : int
        Number of images.
    seed : int
        The same seed draws the same images.

    Raises
    ------
    InputError
        If the manifest is missing.
    """
    manifest = folder / "manifest.csv"
    if not manifest.is_file():
        raise InputError(f"{manifest} is missing; --data expects the folder that holds cxr/manifest.csv")
    by_source: dict[str, list[Path]] = {}
    for row in read_rows(manifest):
        by_source.setdefault(row["source"], []).append(folder / row["file"])
    draw = random.Random(seed)  # noqa: S311 - a sample, not a secret
    for paths in by_source.values():
        draw.shuffle(paths)
    chosen: list[Path] = []
    while len(chosen) < number and any(by_source.values()):
        chosen += [paths.pop() for paths in by_source.values() if paths]
    return chosen[:number]


def measure_refusals(released: Iterable[Explanation], judge: Judge, name: str) -> list[Row]:
    """Measure the share of sentences kept unchanged, and of spoilt ones refused, by kind of spoiling.

    Parameters
    ----------
    released : iterable of Explanation
        Explanations with their claims.
    judge : callable
        Tells whether a claim may be released.
    name : str
        Name of the system.
    """
    released = list(released)
    rows = [_row(name, "sentences kept", [[judge(claim, e.evidence) for claim in e.claims] for e in released])]
    totals: list[list[bool]] = [[] for _ in released]
    for spoilt, spoiler in SPOILERS.items():
        refused: list[list[bool]] = []
        for explanation in released:
            wrong = [spoiler(claim, explanation.evidence) for claim in explanation.claims]
            judged = [judge(build_claim(w, explanation.evidence), explanation.evidence) for w in wrong if w]
            refused.append([not accepted for accepted in judged])
        rows.append(_row(name, f"spoilt sentences refused: {spoilt}", refused))
        totals = [total + some for total, some in zip(totals, refused, strict=True)]
    rows.append(_row(name, "spoilt sentences refused", totals))
    return rows


def _judges(explainer: Explainer) -> dict[str, Judge]:
    extractor = open_extractor()
    link = explainer.retriever.linker.link

    def by_verifier(claim: Claim, evidence: Sequence[Evidence]) -> bool:
        return verify([claim], evidence, linker=link, extractor=extractor)[0].verdict == "supported"

    def by_citation(claim: Claim, evidence: Sequence[Evidence]) -> bool:
        return bool(claim.citations) and not find_unresolved([claim], evidence)

    return {"thoracite": by_verifier, "citations resolve": by_citation}


def _resolve(explanation: Explanation) -> Iterator[bool]:
    for claim in explanation.claims:
        yield bool(claim.citations) and not find_unresolved([claim], explanation.evidence)


def _answer(explanation: Explanation, store: GraphStore) -> Iterator[bool]:
    cited = {key for claim in explanation.claims for key in claim.citations}
    for piece in explanation.evidence:
        if piece.sparql is not None and piece.key in cited:
            text = piece.sparql if store.language == "sparql" else piece.cypher
            yield bool(text and store.query(text).rows)


def _is_positive(explanation: Explanation) -> bool:
    return any(finding.certainty is not Certainty.ABSENT for finding in explanation.findings)


def _row(system: str, metric: str, judged: Sequence[Sequence[bool]]) -> Row:
    """Return the share of True, with its interval by drawing images."""
    good = np.array([sum(row) for row in judged], dtype=float)
    total = np.array([len(row) for row in judged], dtype=float)

    def share(drawn: npt.NDArray[np.int64]) -> float:
        cases = total[drawn].sum()
        return float(good[drawn].sum() / cases) if cases else float("nan")

    if not total.sum():
        return Row(system=system, metric=metric, value=float("nan"), n=0)
    low, high = bootstrap_interval(share, len(judged))
    value = float(good.sum() / total.sum())
    return Row(system=system, metric=metric, value=value, low=low, high=high, n=int(total.sum()))


__all__ = ["Judge", "choose_images", "measure_refusals", "run_grounding"]
