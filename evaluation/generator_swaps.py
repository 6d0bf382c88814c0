"""What a generator says when its pixels, or the triples of its prompt, are another image's.

A generator that uses the image says something else of other pixels under the same prompt, and what it says then fits
the other image's signs and findings better than its own. One that uses the graph says something else under other
triples of the same pixels, and speaks of the new ones. Re-running, with nothing changed, is the yardstick.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from thoracite.generation.generator import TextGenerator
from thoracite.generation.grounding import Grounded, ground
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.mentions import Link
from thoracite.types import Evidence, Study

if TYPE_CHECKING:
    from thoracite.vision.encoder import Reading
    from thoracite.vision.image import Radiograph

Key = tuple[str, str, str]

_FOREIGN = 5000
"""Number of the first key of another image's triples; no image has so much evidence."""


class Seen(NamedTuple):
    """One image with what was read and retrieved of it.

    Parameters
    ----------
    study : Study
        The request.
    radiograph : Radiograph
        The pixels.
    reading : Reading
        What the encoder read; accepted.
    evidence : tuple of Evidence
        All citable evidence.
    group : str
        The patient.
    """

    study: Study
    radiograph: Radiograph
    reading: Reading
    evidence: tuple[Evidence, ...]
    group: str

    @property
    def triples(self) -> tuple[Evidence, ...]:
        """Return the pieces that are triples."""
        return tuple(piece for piece in self.evidence if piece.triple is not None)


class Swapped(NamedTuple):
    """What one image's swaps did.

    Parameters
    ----------
    rerun, pixels, triples : bool
        Whether the text changed when nothing, the pixels, or the triples were swapped.
    towards_image : float
        Share of sentences that the other image supports, less the share that its own does, when the pixels are the
        other image's; less the same difference before. Above 0 if what is said follows the pixels.
    towards_triples : float
        New triples that are drawn from, less old ones, when the triples are swapped; less the same before.
    group : str
        The patient.
    """

    rerun: bool
    pixels: bool
    triples: bool
    towards_image: float
    towards_triples: float
    group: str


class Bench(NamedTuple):
    """Who writes, and what sentences are read with.

    Parameters
    ----------
    generator : TextGenerator
        Who writes.
    link : callable
        Phrase to concept.
    extractor : Extractor
        Finds negation and hedging.
    """

    generator: TextGenerator
    link: Link
    extractor: Extractor

    def describe(self, seen: Seen, *, radiograph: Radiograph | None = None, evidence: Sequence[Evidence] = ()) -> str:
        """Let the generator write of an image, perhaps of other pixels or with other evidence."""
        pixels = seen.radiograph if radiograph is None else radiograph
        return self.generator.describe(seen.study, pixels, seen.reading, evidence or seen.evidence)

    def count_supported(self, text: str, seen: Seen, others: Iterable[Evidence] = ()) -> float:
        """Return the share of a text's sentences that an image supports, with other triples to draw from."""
        grounded = self._ground(text, seen, (*seen.evidence, *renumber(others, seen.evidence)))
        claims = sum(claim.origin == "decoder" for claim in grounded.claims)
        whole = len(grounded.claims) + len(grounded.dropped)
        return claims / whole if whole else 0.0

    def find_drawn(self, text: str, seen: Seen, others: Iterable[Evidence]) -> set[Key]:
        """Return the triples that a text draws from, of an image's own and others."""
        evidence = (*seen.evidence, *renumber(others, seen.evidence))
        cited = {key for claim in self._ground(text, seen, evidence).claims for key in claim.citations}
        return {piece.triple.key for piece in evidence if piece.triple is not None and piece.key in cited}

    def _ground(self, text: str, seen: Seen, evidence: Sequence[Evidence]) -> Grounded:
        return ground(text, seen.reading.findings, evidence, linker=self.link, extractor=self.extractor)


def renumber(others: Iterable[Evidence], own: Collection[Evidence]) -> list[Evidence]:
    """Give another image's triples keys of their own; those that the image has already are left out.

    Parameters
    ----------
    others : iterable of Evidence
        Triples.
    own : collection of Evidence
        All evidence of the image.
    """
    known = {piece.triple.key for piece in own if piece.triple is not None}
    new = {piece.triple.key: piece for piece in others if piece.triple is not None and piece.triple.key not in known}
    return [piece.model_copy(update={"key": f"E{_FOREIGN + at}"}) for at, piece in enumerate(new.values())]


def swap(bench: Bench, seen: Seen, other: Seen) -> Swapped:
    """Swap the pixels of an image, and then the triples of its prompt, with another's.

    Parameters
    ----------
    bench : Bench
        Who writes and judges.
    seen, other : Seen
        Two images, of different patients.
    """
    text, again = bench.describe(seen), bench.describe(seen)
    with_pixels = bench.describe(seen, radiograph=other.radiograph)
    image = tuple(piece for piece in seen.evidence if piece.triple is None)
    with_triples = bench.describe(seen, evidence=(*image, *renumber(other.triples, image)))

    def towards_image(said: str) -> float:
        return bench.count_supported(said, other, seen.triples) - bench.count_supported(said, seen)

    own = {piece.triple.key for piece in seen.triples if piece.triple is not None}
    new = {piece.triple.key for piece in other.triples if piece.triple is not None} - own

    def towards_triples(said: str) -> int:
        drawn = bench.find_drawn(said, seen, other.triples)
        return len(drawn & new) - len(drawn & (own - {p.triple.key for p in other.triples if p.triple is not None}))

    return Swapped(
        rerun=again != text,
        pixels=with_pixels != text,
        triples=with_triples != text,
        towards_image=towards_image(with_pixels) - towards_image(text),
        towards_triples=towards_triples(with_triples) - towards_triples(text),
        group=seen.group,
    )


__all__ = ["Bench", "Seen", "Swapped", "renumber", "swap"]
