"""What a retriever opens on first use, and how it reads what is asked: images, words, CURIEs, codes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Self

from thoracite.errors import InputError, UsageError
from thoracite.files import IMAGE_SUFFIXES, names_image
from thoracite.kg.assertions import compact_or_keep
from thoracite.kg.concepts import Concept, read_concepts
from thoracite.kg.linking.suggestion import correct, suggest
from thoracite.kg.privacy.ledger import Ledger
from thoracite.kg.stores.concept_names import read_graph_concepts
from thoracite.kg.vocabulary import PREFIXES
from thoracite.retrieval.asked import Asked, ask_findings
from thoracite.retrieval.firewall import Firewall
from thoracite.retrieval.result import Retrieval
from thoracite.retrieval.typed import Typed, read_typed
from thoracite.settings import Settings
from thoracite.types import Entity, View

if TYPE_CHECKING:
    from thoracite.kg.linking.linker import Linker
    from thoracite.kg.stores.store import GraphStore
    from thoracite.retrieval.similar.evidence import SimilarImage
    from thoracite.retrieval.similar.image_index import ImageIndex
    from thoracite.vision.encoder import ImageEncoder, Reading
    from thoracite.vision.image import ImageInput, Radiograph

_CURIE = re.compile(rf"(?:{'|'.join(PREFIXES)}):\S+", re.IGNORECASE)


class Lookup:
    """The graph, the encoder and the names of concepts, each opened on first use.

    Parameters
    ----------
    settings : Settings or None
        Read from environment and file unless given.
    store : GraphStore or None
        The settings' graph unless given; built where there is none.
    encoder : ImageEncoder or None
        The settings' encoder unless given.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        store: GraphStore | None = None,
        encoder: ImageEncoder | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self._store, self._encoder = store, encoder
        self._linker: Linker | None = None
        self._images: ImageIndex | None = None
        self._ledger: Ledger | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def store(self) -> GraphStore:
        """Return the graph, opened once."""
        if self._store is None:
            from thoracite.kg.graph import open_store

            self._store = open_store(self.settings, build=True)
        return self._store

    @property
    def encoder(self) -> ImageEncoder:
        """Return the encoder, opened once."""
        if self._encoder is None:
            from thoracite.vision.encoders import open_encoder

            self._encoder = open_encoder(self.settings.encoder, settings=self.settings)
        return self._encoder

    @property
    def linker(self) -> Linker:
        """Return the linker from phrases to concepts, opened once."""
        if self._linker is None:
            from thoracite.kg.linking.linker import Linker

            self._linker = Linker(self._concepts)
        return self._linker

    @cached_property
    def _concepts(self) -> tuple[Concept, ...]:
        """The project's concepts, and those that the graph has besides: your own."""
        shipped = read_concepts()
        known = {node.entity.id for node in shipped}
        return (*shipped, *(node for node in read_graph_concepts(self.store) if node.entity.id not in known))

    def find_entities(self, query: str) -> list[Entity]:
        """Return the concept of a CURIE or code, or those that a text names and does not deny, in reading order.

        Parameters
        ----------
        query : str
            A CURIE of the graph, a code of another vocabulary, or words.

        Returns
        -------
        list of Entity
            Empty where the graph knows none of them.
        """
        return list(self._read_words(query).named)

    def _read_words(self, query: str) -> Typed:
        query = compact_or_keep(query.strip())
        if (coded := self._find_coded(query)) is not None:
            return Typed((coded,))
        if _CURIE.fullmatch(query):
            prefix, _, name = query.partition(":")
            prefix = next(known for known in PREFIXES if known.lower() == prefix.lower())
            entity = self.store.find_entity(f"{prefix}:{name}")
            return Typed() if entity is None else Typed((entity,))
        return read_typed(query, self.linker)

    def _find_named(self, curie: str) -> Entity:
        """Return the concept of a CURIE, a code or a name.

        Raises
        ------
        InputError
            If the graph does not have it.
        """
        if ":" not in curie and (whole := self.linker.link(curie.strip())) is not None and whole.kind != "mention":
            return whole
        named = self._read_words(curie).named
        if not named:
            raise InputError(self._explain_unknown(curie))
        return named[-1]

    def read(self, image: ImageInput, *, view: View = "unknown") -> Reading:
        """Read one image with the encoder.

        Parameters
        ----------
        image : str, Path, ndarray, PIL.Image.Image or pydicom.Dataset
            Any image that :func:`thoracite.vision.image.read_radiograph` takes.
        view : str
            ``PA``, ``AP`` or ``lateral`` if known; by default the view that the file states.

        Raises
        ------
        InputError
            If the image cannot be read.
        ModelError
            If the encoder cannot be used.
        """
        return self.interpret(self.load(image, view=view))  # the image first, since loading the model takes time

    def load(self, image: ImageInput, *, view: View = "unknown") -> Radiograph:
        """Load the pixels of one image, without reading them.

        Parameters
        ----------
        image, view
            As :meth:`read` takes them.

        Raises
        ------
        InputError
            If the image cannot be read.
        """
        from thoracite.vision.image import read_radiograph

        radiograph = read_radiograph(image, settings=self.settings)
        return radiograph if view == "unknown" else radiograph._replace(view=view)

    def interpret(self, radiograph: Radiograph) -> Reading:
        """Read pixels with the encoder.

        Raises
        ------
        ModelError
            If the encoder cannot be used.
        """
        reading = self.encoder.read(radiograph)
        return reading if reading.view != "unknown" else reading.model_copy(update={"view": radiograph.view})

    @property
    def images(self) -> ImageIndex | None:
        """Return the settings' index of images, opened once; None where they name none.

        Raises
        ------
        StoreError
            If it is missing, damaged or stale.
        UsageError
            If the encoder gives no features.
        """
        if self._images is None and self.settings.similar is not None:
            from thoracite.retrieval.similar.image_index import ImageIndex

            self._images = ImageIndex.open(self.settings.similar, self.encoder)
        return self._images

    def find_similar(
        self, image: ImageInput, radiograph: Radiograph, reading: Reading, *, patients: Iterable[str] = ()
    ) -> list[SimilarImage]:
        """Find the images of the settings' index most like one that was read; none without an index.

        Parameters
        ----------
        image : str, Path, ndarray, PIL.Image.Image or pydicom.Dataset
            As it was given; the same file does not count.
        radiograph : Radiograph
            Its pixels.
        reading : Reading
            What the encoder read.
        patients : iterable of str
            Patients whose images do not count.

        Raises
        ------
        StoreError, UsageError
            As :attr:`images`; or if a patient is named and there is no index.
        """
        from thoracite.retrieval.similar.fingerprint import Fingerprint

        patients = tuple(patients)
        if self.images is None:
            if patients:
                raise UsageError("a patient is left out of similar images, and no index of images is named (--similar)")
            return []
        taken = Fingerprint.take(radiograph, reading, image)
        return [] if taken is None else self.images.find(taken, patients=patients)

    def list_copied(self, image: ImageInput | None, radiograph: Radiograph, reading: Reading) -> frozenset[int]:
        """Return the ledger's hashes of the patients of near-duplicates; none without an index that was built with one.

        Parameters
        ----------
        image, radiograph, reading
            As :meth:`find_similar` takes them.
        """
        from thoracite.retrieval.similar.fingerprint import Fingerprint

        taken = None if self.images is None else Fingerprint.take(radiograph, reading, image)
        return frozenset() if self.images is None or taken is None else self.images.list_counted(taken)

    def find_firewall(self, patient: str | None, radiograph: Radiograph, reading: Reading) -> Firewall | None:
        """Return what leaves a patient out, and those of near-duplicates of an image; None where nobody is known.

        Parameters
        ----------
        patient : str or None
            As the reports of the graph's ledger name them; without a ledger nothing was counted for them alone.
        radiograph, reading : Radiograph, Reading
            The image, and what was read in it.
        """
        copied = self.list_copied(None, radiograph, reading) if self.settings.similar else frozenset()
        there = (self.settings.ledger or self.settings.graph / "ledger").is_dir()
        named = [patient] if patient and there else []
        return self.open_firewall(named, copied) if named or copied else None

    def open_firewall(self, patients: Iterable[str], hashes: Iterable[int] = ()) -> Firewall:
        """Open the ledger of the graph's reports, and return what leaves patients out.

        Raises
        ------
        PrivacyError
            If there is no ledger.
        StoreError
            If the index of images was built with another one.
        """
        if self._ledger is None:
            self._ledger = Ledger(self.settings.ledger or self.settings.graph / "ledger")
        if hashes and self.images is not None:
            self.images.check_ledger(self._ledger)
        return Firewall(self._ledger, patients, hashes=hashes)

    def _ask_image(self, image: ImageInput, view: View, patients: Iterable[str]) -> Asked | Retrieval:
        """Ask for what an image shows, with the images that are like it; what is refused is answered already."""
        radiograph = self.load(image, view=view)
        reading = self.interpret(radiograph)
        if not reading.accepted:
            return Retrieval(reason=reading.reason)
        asked = ask_findings(reading.findings, view=reading.view)
        if self.settings.similar is None:
            return asked
        similar = tuple(self.find_similar(image, radiograph, reading, patients=patients))
        return asked._replace(similar=similar, copied=self.list_copied(image, radiograph, reading))

    def close(self) -> None:
        """Close the graph, the index of images and the ledger."""
        if self._store is not None:
            self._store.close()
            self._store = None
        if self._images is not None:
            self._images.close()
            self._images = None
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def _find_coded(self, code: str) -> Entity | None:
        """Return the concept with a code of another vocabulary, such as HP:0002202 or CheXpert:Edema, in any case."""
        if ":" not in code:
            return None
        asked = code.strip().lower()
        return next((node.entity for node in self._concepts if asked in map(str.lower, node.entity.codes)), None)

    def _explain_unknown(self, query: str) -> str:
        """Say that the graph knows nothing of a query, and what may have been meant."""
        if not _CURIE.fullmatch(query):
            return (
                f"no concept of the graph is named in {query[:80]!r}; expected words such as 'pleural effusion', "
                "a CURIE such as thx:pleural_effusion, or the path of an image" + self._suggest(query)
            )
        near = suggest(query, (node.entity.id for node in self._concepts)) if query.lower().startswith("thx:") else ""
        return f"the graph has no concept {query}; expected a CURIE such as thx:pleural_effusion, or words{near}"

    def _suggest(self, text: str) -> str:
        """Name the concept that a misspelt text may mean, or the nearest name."""
        corrected = correct(text.strip(), self.linker.words)
        if corrected != text.strip() and (named := read_typed(corrected, self.linker).named):
            return f"; did you mean {' and '.join(f'{entity.label!r} ({entity.id})' for entity in named)}?"
        return suggest(text.strip(), (name for node in self._concepts for name in node.names))


def is_image(query: object) -> bool:
    """Tell whether a query is an image: no text, or a text that ends like an image's path or names a file."""
    if not isinstance(query, str):
        return True
    return names_image(query)


__all__ = ["IMAGE_SUFFIXES", "Lookup", "is_image"]
