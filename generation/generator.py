"""The contracts of generators: findings and numbered evidence in, sentences out.

A :class:`Generator` cites as it writes. A :class:`TextGenerator`, such as a LLaVA, sees the pixels and writes free
text; :mod:`thoracite.generation.grounding` finds the evidence of each of its sentences. The verifier decides on both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from thoracite.errors import ModelError, UsageError
from thoracite.plugins import find_plugin, list_plugins, open_plugin
from thoracite.settings import Settings
from thoracite.types import Evidence, Finding, Study

if TYPE_CHECKING:
    from thoracite.vision.encoder import Reading
    from thoracite.vision.image import Radiograph

MINI = "thoracite-mini-llava"
"""Name of the bundled model that writes from pixels and graph, and of its folder in ``models/``."""


@runtime_checkable
class Generator(Protocol):
    """Writer of sentences; the verifier, not the generator, decides which are released."""

    name: str

    def write(self, study: Study, findings: Sequence[Finding], evidence: Sequence[Evidence]) -> list[str]:
        """Write sentences about the findings, each citing evidence by key: ``… [E1][E2].``"""
        ...


@runtime_checkable
class TextGenerator(Protocol):
    """Writer that sees the radiograph and writes free text without citations; each sentence is grounded afterwards."""

    name: str

    def describe(self, study: Study, radiograph: Radiograph, reading: Reading, evidence: Sequence[Evidence]) -> str:
        """Write about a radiograph.

        Parameters
        ----------
        study : Study
            What was asked, with indication and prior where they were given.
        radiograph : Radiograph
            ``pixels`` : ndarray, shape (height, width), float32, intensity in [0, 1], air dark and bone bright.
        reading : Reading
            What the encoder read in the same pixels.
        evidence : sequence of Evidence
            Numbered evidence; its triples are the image's part of the graph.

        Returns
        -------
        str
            Sentences in plain English, without citations; may be empty.

        Raises
        ------
        ModelError
            If the model cannot answer; never half an answer.
        """
        ...


@runtime_checkable
class CheckedGenerator(TextGenerator, Protocol):
    """Text generator whose sentences may be checked while it writes, so that it writes others for those that fail."""

    def describe_checked(
        self,
        study: Study,
        radiograph: Radiograph,
        reading: Reading,
        evidence: Sequence[Evidence],
        holds: Callable[[str], bool],
    ) -> str:
        """Write about a radiograph, with another sentence where one does not hold and another is near.

        Parameters
        ----------
        study, radiograph, reading, evidence
            As :meth:`describe` takes them.
        holds : callable
            Tells whether the evidence supports a sentence. It only chooses among what the model would write: the text
            is judged as any other afterwards.
        """
        ...


AnyGenerator: TypeAlias = Generator | TextGenerator
"""A generator of either kind."""


FORMS = ("template", MINI, "llava:OWNER/MODEL|FOLDER", "med-xpt:FOLDER", "openai:ADDRESS[#MODEL]")
"""Forms of names."""


def open_generator(name: str = "template", *, fetch: bool = False, settings: Settings | None = None) -> AnyGenerator:
    """Return the generator of that name.

    Parameters
    ----------
    name : str
        ``template``: deterministic, needs no model. ``thoracite-mini-llava``: bundled, writes from pixels and graph.
        ``llava:OWNER/MODEL`` or ``llava:FOLDER``: LLaVA and whatever else transformers loads as a model of images and
        texts. ``med-xpt:FOLDER``: encoder, transformer projector and GPT-2. ``openai:ADDRESS[#MODEL]``: a server with
        the chat interface of OpenAI. ``NAME`` or ``NAME:SOURCE`` of an installed plug-in (entry points
        ``thoracite.generators``).
    fetch : bool
        Whether missing weights may be fetched; the network is not used otherwise, but for a server that is named.
    settings : Settings or None
        For a model or a plug-in; read from environment and file unless given.

    Raises
    ------
    UsageError
        If no generator has the name.
    ModelError
        If a package or weights are missing, memory does not suffice, or a plug-in cannot be loaded.

    Examples
    --------
    >>> open_generator().name
    'template'
    """
    if name == "template":
        from thoracite.generation.generator_template import TemplateGenerator

        return TemplateGenerator()
    settings = settings or Settings()
    kind, _, source = name.partition(":")
    if name == MINI or (source and kind in {"llava", "med-xpt", "openai"}):
        return _open_model(kind, source, fetch, settings)
    if (plugin := find_plugin("thoracite.generators", kind)) is not None:
        opened: AnyGenerator = open_plugin(plugin, source, settings)
        return opened
    known = ", ".join([*FORMS, *list_plugins("thoracite.generators")])
    raise UsageError(f"there is no generator {name!r}; known generators are {known}")


def _open_model(kind: str, source: str, fetch: bool, settings: Settings) -> TextGenerator:
    """Open a model that writes from pixels."""
    try:
        if kind == "openai":
            from thoracite.generation.adapters.chat import ChatGenerator

            return ChatGenerator(source, settings)
        if kind == "med-xpt":
            from thoracite.generation.adapters.med_xpt import load_med_xpt

            return load_med_xpt(source, device=settings.device)
        from thoracite.generation.adapters.transformers_generator import load_bundled, load_llava

        if kind == MINI:
            return load_bundled(device=settings.device)
        return load_llava(source, device=settings.device, fetch=fetch)
    except ImportError as error:
        raise ModelError(
            f"the generator {kind} needs the package {error.name}; install it with pip install 'thoracite[llava]'"
        ) from error


__all__ = ["FORMS", "MINI", "AnyGenerator", "CheckedGenerator", "Generator", "TextGenerator", "open_generator"]
