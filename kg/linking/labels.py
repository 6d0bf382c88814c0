"""From labels of data sets and models to concepts.

Examples
--------
>>> labels = LabelLinker()
>>> [labels.link(label).id for label in ("Effusion", "CheXpert:Edema", "thx:lung_mass", "pleural effusion")]
['thx:pleural_effusion', 'thx:pulmonary_edema', 'thx:lung_mass', 'thx:pleural_effusion']
>>> labels.link("Small left effusion, seen by Dr Smith.") is None
True
"""

from __future__ import annotations

from collections import defaultdict

from thoracite.kg.concepts import read_concepts
from thoracite.kg.linking.linker import Linker
from thoracite.kg.vocabulary import LABEL_SETS
from thoracite.types import Entity

_READ = frozenset({"finding", "disease", "sign", "device"})


class LabelLinker:
    """Links labels to findings, diseases, signs and devices; a label is the whole of a name, or a code.

    Of the label sets of :data:`~thoracite.kg.vocabulary.LABEL_SETS`, the first that knows a label wins.
    """

    def __init__(self) -> None:
        self._coded: dict[str, list[Entity]] = defaultdict(list)
        for concept in read_concepts():
            for code in (concept.entity.id, *concept.entity.codes):
                self._coded[code].append(concept.entity)
        self._linker = Linker()

    def link(self, label: str) -> Entity | None:
        """Return the concept of a label; None where there is none, or it is no finding, disease, sign or device.

        Parameters
        ----------
        label : str
            A CURIE or code (``thx:lung_mass``, ``NIH14:Mass``), the name of one in a label set (``Mass``), or a name.
        """
        codes = (label, *(f"{name}:{label}" for name in LABEL_SETS))
        coded = [self._coded[code][0] for code in codes if len(self._coded.get(code, ())) == 1]
        entity = coded[0] if coded else self._linker.link(label)
        return entity if entity is not None and entity.kind in _READ else None


__all__ = ["LabelLinker"]
