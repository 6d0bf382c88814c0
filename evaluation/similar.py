"""Suite ``similar``: do similar images share labels, and is an image that was exported again never its own evidence?

Images of locked patients of ChestX-ray14 are looked up among images of other patients. A similar image is right if it
shares a label with the query, ``No Finding`` being one. Systems:

- ``similar images``: the three that :class:`~thoracite.retrieval.similar.image_index.ImageIndex` finds;
- ``random``: three drawn from the same index, in expectation; ``prevalence``: a label's share in the index.

The indexed patients had a part in the encoder's training, the queries had none; a user's own folder has none either,
and may do worse. Images of 64 pixels are left out, since a crop of them is no longer read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from thoracite.evaluation.held_out import load_encoder
from thoracite.evaluation.kept_readings import Arrays, read_kept
from thoracite.evaluation.patients import summarise
from thoracite.evaluation.perturbation import write_perturbed
from thoracite.evaluation.suite import Row, Suite
from thoracite.kg.privacy.ledger import hash_patient
from thoracite.retrieval.index.faiss_index import FaissIndex
from thoracite.retrieval.similar.fingerprint import Fingerprint, count_bits, hash_pixels
from thoracite.retrieval.similar.image_index import SHOWN, ImageIndex, IndexedImage, find_same
from thoracite.settings import Settings
from thoracite.vision.image import Pixels, read_radiograph
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.crops import SIDE
from thoracite.vision.mini.efficientnet import prepare_batch, shrink_images
from thoracite.vision.mini.encoder import FOLDER, MiniEncoder
from thoracite.vision.mini.framing import frame_pixels, shrink_pixels
from thoracite.vision.training.cases import Case, read_labelled
from thoracite.vision.training.frames import map_cores

SYSTEM, RANDOM, PREVALENCE = "similar images", "random", "prevalence"

QUERIES, INDEXED, EXPORTED = 320, 600, 200
"""Queries, indexed images, and queries that are exported again."""

EXPORTS = ("JPEG quality 60", "crop 5 %", "longest side 224", "contrast −15 %", "contrast +15 %")
"""Changes of an image that are another export of it."""

SMALLEST = 128
"""Least longest side of an image, in pixels."""

LEAST = 20
"""Least queries with a label for a figure of its own."""

_KEY = b"evaluation"


class Taken(NamedTuple):
    """Cases with their fingerprints."""

    cases: Sequence[Case]
    prints: Sequence[Fingerprint]


def run_similar(data: Path, *, queries: int = QUERIES, indexed: int = INDEXED, exported: int = EXPORTED) -> Suite:
    """Measure similar images.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr/manifest.csv``.
    queries, indexed, exported : int
        Most images of each part.

    Raises
    ------
    InputError
        If the data are not there.
    """
    cases = [case for case in read_labelled(data / "cxr") if case.view in {"PA", "AP"} and case.side >= SMALLEST]
    cases = [cases[n] for n in np.random.default_rng(0).permutation(len(cases))]
    asked = take_all([case for case in cases if case.locked][:queries])
    held = take_all([case for case in cases if not case.locked][:indexed])
    rows = [*measure_labels(asked, held), *measure_same(asked, held, exported)]
    patients = len({case.group for case in asked.cases})
    described = (
        f"{len(asked.cases)} images of {patients} locked patients of ChestX-ray14, looked up among {len(held.cases)}"
    )
    return Suite(suite="similar", data=described, n=len(asked.cases), rows=tuple(rows))


def take_all(cases: Sequence[Case], export: str = "") -> Taken:
    """Take the fingerprints of cases, or of their files exported again; features that were read once are kept."""

    def read(rows: Sequence[int]) -> list[Arrays]:
        asked = [(cases[row].path, export) for row in rows]
        return list(map_cores(_read_one, asked, told="images read for their features"))

    place = Path(tempfile.gettempdir()) / "thoracite-readings" / "similar"
    names = [f"{case.path.resolve()} {export}".strip() for case in cases]
    (features,) = read_kept(names, read, folder=FOLDER, place=place)
    hashes = map_cores(_hash_one, [(case.path, export) for case in cases], told="images hashed")
    vectors = np.asarray(features, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Taken(cases, [Fingerprint(vector, one) for vector, one in zip(vectors, hashes, strict=True)])


def _read_one(asked: tuple[Path, str]) -> tuple[npt.NDArray[np.float32]]:
    return (read_features(_load(*asked), load_encoder(FOLDER)),)


def _hash_one(asked: tuple[Path, str]) -> npt.NDArray[np.uint8]:
    return hash_pixels(_load(*asked))


def _load(path: Path, export: str) -> Pixels:
    with tempfile.TemporaryDirectory() as folder:
        chosen = write_perturbed(path, export, Path(folder)) if export else path
        return read_radiograph(chosen, settings=Settings.read()).pixels


def read_features(pixels: Pixels, encoder: MiniEncoder) -> npt.NDArray[np.float32]:
    """Return what :meth:`MiniEncoder.read` gives as features, without what else it reads: in a third of the time."""
    frame = frame_pixels(shrink_pixels(pixels), size=SIDE)
    with torch.inference_mode():
        batch = prepare_batch(shrink_images(torch.from_numpy(frame.pixels)[None, None], encoder.size))
        features: npt.NDArray[np.float32] = encoder.network(batch).features[0].numpy()
    return features


def open_taken(held: Taken) -> ImageIndex:
    """Return an index in memory of cases, with their labels and patients."""
    images = [
        IndexedImage(str(n), "", one.hash.tobytes().hex(), hash_patient(case.group, _KEY), tuple(sorted(case.labels)))
        for n, (case, one) in enumerate(zip(held.cases, held.prints, strict=True))
    ]
    return ImageIndex(FaissIndex.build(np.stack([one.features for one in held.prints])), images, key=_KEY)


def measure_labels(asked: Taken, held: Taken) -> list[Row]:
    """Measure how many similar images share a label, beside random ones and the label's prevalence."""
    index = open_taken(held)
    found = [
        [one.labels for one in index.find(taken, patients=[case.group])]
        for case, taken in zip(asked.cases, asked.prints, strict=True)
    ]
    groups = [case.group for case in asked.cases]
    similar = np.array([_share(case, near) for case, near in zip(asked.cases, found, strict=True)])
    random = np.array([_share(case, [one.labels for one in held.cases]) for case in asked.cases])
    ill = np.flatnonzero([bool(case.labels & set(FINDINGS)) for case in asked.cases])
    rows = []
    for told, part in (("all queries", np.arange(len(groups))), ("queries with a finding", ill)):
        metric, own = f"precision at {SHOWN}: a shared label, {told}", [groups[n] for n in part]
        for system, values in ((SYSTEM, similar), (RANDOM, random), (f"{SYSTEM} minus {RANDOM}", similar - random)):
            rows.append(summarise(system, metric, values[part].tolist(), own))
    for label in (*FINDINGS, "No Finding"):
        chosen = [n for n, case in enumerate(asked.cases) if label in case.labels]
        if len(chosen) < LEAST:
            continue
        metric = f"share with {label}, queries with it"
        shares = [float(np.mean([label in one for one in found[n]])) for n in chosen]
        rows.append(summarise(SYSTEM, metric, shares, [groups[n] for n in chosen]))
        prevalence = [float(label in case.labels) for case in held.cases]
        rows.append(summarise(PREVALENCE, metric, prevalence, [case.group for case in held.cases]))
    return rows


def _share(case: Case, others: Sequence[Collection[str]]) -> float:
    """Return the share of images that have a label of a case."""
    return float(np.mean([bool(case.labels & set(labels)) for labels in others]))


def measure_same(asked: Taken, held: Taken, exported: int) -> list[Row]:
    """Measure which re-exports are taken for the same image, and which images of other patients are."""
    chosen = Taken(asked.cases[:exported], asked.prints[:exported])
    groups, rows, every = [case.group for case in chosen.cases], list[Row](), list[float]()
    for export in EXPORTS:
        again = take_all(chosen.cases, export)
        pairs = zip(chosen.prints, again.prints, strict=True)
        caught = [float(_compare(one, Taken(chosen.cases, [other]))[0]) for one, other in pairs]
        rows.append(summarise(SYSTEM, f"re-exports left out: {export}", caught, groups))
        every += caught
    rows.append(summarise(SYSTEM, "re-exports left out: all", every, groups * len(EXPORTS)))
    wrong = [float(_compare(one, held).mean()) for one in chosen.prints]
    rows.append(summarise(SYSTEM, "other patients' images wrongly left out: all", wrong, groups))
    nearest = [_compare_nearest(one, held) for one in chosen.prints]
    rows.append(summarise(SYSTEM, f"other patients' images wrongly left out: {SHOWN} nearest", nearest, groups))
    return rows


def _compare(one: Fingerprint, others: Taken) -> npt.NDArray[np.bool_]:
    bits = count_bits(one.hash, np.stack([other.hash for other in others.prints]))
    return find_same(bits, np.stack([other.features for other in others.prints]) @ one.features)


def _compare_nearest(one: Fingerprint, others: Taken) -> float:
    cosines = np.stack([other.features for other in others.prints]) @ one.features
    return float(_compare(one, others)[np.argsort(-cosines)[:SHOWN]].mean())


__all__ = ["EXPORTS", "INDEXED", "QUERIES", "measure_labels", "measure_same", "read_features", "run_similar"]
