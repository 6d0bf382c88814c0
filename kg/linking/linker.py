"""From phrases to concepts: by synonym, abbreviation, plural, spelling, word order and word form.

A phrase is linked only if the whole of it is a concept's name: "left pleural effusion" is not a name of pleural
effusion, so that side, severity and negation are never lost. :meth:`Linker.read` returns them beside the concept.

A name is looked up in four steps, and the first match wins: its words in order, in the singular, in American
spelling; the same written together ("air space", "airspace"); its words in any order; and its word forms in any order
("enlargement of the heart", "cardiac enlargement"). A key of the last two steps that two concepts share is not used.

Examples
--------
>>> linker = Linker()
>>> [linker.link(name).label for name in ("Effusions, pleural", "PTX", "blunted costophrenic angles")]
['pleural effusion', 'pneumothorax', 'blunting of costophrenic angle']
>>> linker.link("small left pleural effusion") is None
True
>>> found = linker.read("small left pleural effusion")
>>> found.entity.label, found.modifiers
('pleural effusion', ('small', 'left'))
>>> [(start, end, entity.label) for start, end, entity in linker.find_mentions("Cardiomegaly, no PTX.")]
[(0, 12, 'cardiomegaly'), (17, 20, 'pneumothorax')]
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from thoracite.kg.concepts import Concept, read_concepts
from thoracite.kg.linking.number import make_singular
from thoracite.kg.linking.spelling import americanize
from thoracite.types import Entity

_WORD = re.compile(r"[^\W_]+")
_CHUNK = re.compile(r"[^.;:,()\[\]?!\n]+")
_SILENT = frozenset({"of", "the"})

_SPELLING = {"xray": "x ray", "kerly": "kerley"}

_FORMS = {
    "pleural": "pleura", "pulmonary": "lung", "cardiac": "heart", "mediastinal": "mediastinum", "hilar": "hilum",
    "diaphragmatic": "diaphragm", "hemidiaphragmatic": "hemidiaphragm", "aortic": "aorta", "tracheal": "trachea",
    "vertebral": "vertebra", "apical": "apex", "basal": "base", "basilar": "base", "costal": "rib",
    "clavicular": "clavicle", "sternal": "sternum", "pericardial": "pericardium", "bronchial": "bronchus",
    "enlarged": "enlargement", "enlarging": "enlargement", "blunted": "blunting", "elevated": "elevation",
    "flattened": "flattening", "thickened": "thickening", "arterial": "artery", "calcified": "calcification",
    "calcific": "calcification",
    "widened": "widening", "displaced": "displacement", "narrowed": "narrowing", "dilated": "dilation",
    "dilatation": "dilation", "deviated": "deviation", "shifted": "shift", "depressed": "depression",
    "obscured": "obscuration", "obscuring": "obscuration", "loculated": "loculation", "collapsed": "collapse",
    "fractured": "fracture", "cavitary": "cavity", "cavitating": "cavity", "fibrotic": "fibrosis",
    "consolidative": "consolidation", "atelectatic": "atelectasis", "emphysematous": "emphysema",
    "scarred": "scarring", "scar": "scarring", "tortuous": "tortuosity", "congested": "congestion",
    "hyperinflated": "hyperinflation", "hyperexpanded": "hyperexpansion", "lucent": "lucency",
    "hyperlucent": "hyperlucency", "herniated": "hernia", "herniation": "hernia", "crowded": "crowding",
    "redistributed": "redistribution", "opacified": "opacification", "engorged": "engorgement",
    "eventrated": "eventration", "degenerated": "degenerative", "lobulated": "lobular", "nodular": "nodule",
    "edematous": "edema", "pneumonic": "pneumonia", "metastatic": "metastasis", "miliary": "miliary",
}  # fmt: skip
"""Word forms with the same meaning in a name: adjectives of place, participles of change."""

_SIDES = frozenset({"left", "right", "bilateral", "bilaterally", "both", "unilateral", "sided", "lt", "rt"})
_DEGREES = frozenset({
    "mild", "moderate", "severe", "minimal", "slight", "trace", "tiny", "small", "large", "massive", "marked",
    "extensive", "borderline", "mildly", "moderately", "severely", "slightly", "acute", "subacute", "chronic",
    "old", "new", "stable", "unchanged", "diffuse", "focal", "multifocal", "patchy", "scattered", "hazy",
    "subtle", "faint", "dense", "prominent", "persistent", "residual", "possible", "probable", "likely",
})  # fmt: skip


class Linked(NamedTuple):
    """A phrase, read as concept and modifiers.

    Parameters
    ----------
    entity : Entity or None
        Concept of the phrase.
    modifiers : tuple of str
        Words of side, severity and time around it, lower case, in order.
    """

    entity: Entity | None
    modifiers: tuple[str, ...] = ()


class Linker:
    """Linker from phrases to concepts.

    Parameters
    ----------
    concepts : iterable of Concept or None
        Concepts to link to; the project's own unless given.
    """

    def __init__(self, concepts: Iterable[Concept] | None = None) -> None:
        nodes = tuple(read_concepts() if concepts is None else concepts)
        self._steps: tuple[tuple[Callable[[Sequence[str]], str], Mapping[str, Entity]], ...] = (
            (" ".join, _index(nodes, " ".join, ambiguous=False)),
            ("".join, _index(nodes, "".join)),
            (_bag, _index(nodes, _bag)),
            (_forms, _index(nodes, _forms)),
        )
        self._known = {word for node in nodes for name in node.names for word in _split(name)}
        self._known |= {_FORMS.get(word, word) for word in self._known}
        self._longest = max((len(_split(name)) for node in nodes for name in node.names), default=1)

    @property
    def words(self) -> frozenset[str]:
        """Words of the names, in the singular and in lower case."""
        return frozenset(self._known)

    def link(self, phrase: str) -> Entity | None:
        """Return the concept that the whole phrase names.

        Parameters
        ----------
        phrase : str
            In any case.
        """
        return self._find(_split(phrase))

    def read(self, phrase: str) -> Linked:
        """Return the concept of a phrase, and the words of side, severity and time around it.

        Parameters
        ----------
        phrase : str
            A phrase such as ``moderate right pleural effusion``.
        """
        words = [word.lower() for word in _WORD.findall(phrase)]
        if (entity := self.link(phrase)) is not None:
            return Linked(entity)
        free = [n for n, word in enumerate(words) if word in _SIDES or word in _DEGREES]
        rest = [word for n, word in enumerate(words) if n not in free]
        # modifiers that belong to the name stay ("left lower lobe pneumonia"): as few as possible are removed
        for kept in [*free, None]:
            left = [word for n, word in enumerate(words) if n not in free or n == kept] if kept is not None else rest
            if left and (entity := self.link(" ".join(left))) is not None:
                return Linked(entity, tuple(words[n] for n in free if n != kept))
        return Linked(None, tuple(words[n] for n in free))

    def find_mentions(self, text: str) -> list[tuple[int, int, Entity]]:
        """Find concepts named in a text, the longest name first, without overlap.

        Parameters
        ----------
        text : str
            Any text; names do not run across punctuation.

        Returns
        -------
        list of (int, int, Entity)
            Start and end in characters, and the concept, in reading order.
        """
        return [found for chunk in _CHUNK.finditer(text) for found in self._scan(text, chunk.start(), chunk.end())]

    def _scan(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, Entity]]:
        spans = [
            word.span()
            for word in _WORD.finditer(text, start, end)
            if text[max(0, word.start() - 1) : word.end()] != "'s"
        ]
        words = [_split(text[left:right]) for left, right in spans]
        at = 0
        while at < len(spans):
            for size in range(min(self._longest, len(spans) - at), 0, -1):
                left, right = spans[at][0], spans[at + size - 1][1]
                silent = (
                    text[left : spans[at][1]].lower() in _SILENT or text[spans[at + size - 1][0] : right] in _SILENT
                )
                if not silent and (entity := self._find([*chain(*words[at : at + size])])) is not None:
                    yield left, right, entity
                    at += size
                    break
            else:
                at += 1

    def _find(self, words: Sequence[str]) -> Entity | None:
        if not words:
            return None
        if not all(word in self._known or _FORMS.get(word) in self._known for word in words):
            return self._steps[1][1].get("".join(words))  # only written apart or together can it still be a name
        return next((entity for key, index in self._steps if (entity := index.get(key(words))) is not None), None)


def _index(
    nodes: Iterable[Concept], key: Callable[[Sequence[str]], str], *, ambiguous: bool = True
) -> dict[str, Entity]:
    """Index concepts by one kind of key; a shared key is dropped, or belongs to the concept with that label."""
    found: dict[str, list[Entity]] = defaultdict(list)
    for node in nodes:
        for name in node.names:
            where = found[key(_split(name))]
            if node.entity not in where:
                where.insert(0 if name == node.entity.label else len(where), node.entity)
    return {text: entities[0] for text, entities in found.items() if text and (len(entities) == 1 or not ambiguous)}


@lru_cache(maxsize=100_000)
def _split(phrase: str) -> tuple[str, ...]:
    """Split a phrase into words: singular, lower case, American spelling, no accents."""
    text = unicodedata.normalize("NFKD", phrase).encode("ascii", "ignore").decode().lower().replace("'s", "")
    return tuple(part for word in _WORD.findall(text) for part in _simplify(word).split())


def _simplify(word: str) -> str:
    return make_singular(_SPELLING.get(word) or americanize(word))


def _bag(words: Sequence[str]) -> str:
    return " ".join(sorted(word for word in words if word not in _SILENT))


def _forms(words: Sequence[str]) -> str:
    return _bag([_FORMS.get(word, word) for word in words])


__all__ = ["Linked", "Linker"]
