"""Words that compare, deny a whole sentence or tell of another time, and that nothing else has read.

A comparative is a claim of a direction. Where it is neither a comparison with a limit or with the other side, nor
something that the sign says, nor part of a place's name ("the *lower* zone"), nobody has checked it.

Examples
--------
>>> find_unread("the density was lower", [[Item("yes", "density"), Item("word", "was"), Item("name", "lower")]])
['lower']
>>> find_unread("the lower zone", [[Item("name", "lower"), Item("name", "zone")]])
[]
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from thoracite.generation.signs.settling import POLAR, Item

_COMPARATIVE = frozenset({
    "less", "lesser", "fewer", "lower", "higher", "greater", "larger", "smaller", "bigger", "wider", "narrower",
    "longer", "shorter", "taller", "deeper", "shallower", "stronger", "weaker", "fainter", "denser", "darker", "whiter",
    "brighter", "blacker", "clearer", "lighter", "nearer", "farther", "further", "flatter", "steeper", "rounder",
    "sharper", "blunter", "worse", "better", "least", "lowest", "smallest", "fewest", "within", "beyond", "outside",
    "inside", "above", "below", "under", "over", "beneath", "underneath", "opposite",
})  # fmt: skip
_PLACE = re.compile(
    r"(?:zones?|thirds?|quarters?|half|halves|lungs?|fields?|parts?|regions?|lobes?|outer|inner|left|right|border|margin|"
    r"corners?|chest|mediastin\w+|pulmonary|limits?|bound\w*|ends?|areas?|portions?|costo\w*|cp|edges?|bases?|minus|less|"
    r"over|to|and|or|one|ones|two|of the two|zone\w*|level|mark|threshold|cut\w*|reference|dens\w+|lucen\w+|third\w*|"
    r"three|side|thorax|thoracic|hemi\w+|mid\w*|medial|lateral|apex|apices|contour|segments?|wall|rim|surface)\b"
)
_LED = frozenset({"minus", "less", "to", "and", "or", "over", "than", "from", "between", "versus", "vs"})
_KINDS = frozenset({"word", "name", "unknown", "place"})
_OFTEN = frozenset({"above", "below", "under", "over", "beneath", "within", "inside", "outside", "beyond"})
_SITE = re.compile(
    r"(?:chest|lungs?|much|most|mask|masks|clavicles|hil\w+|hemithorax|thorax|domes?|diaphragm\w*|hemi\w+|hear\w*|apex|apices|ribs?|wall|clavicles?|"
    r"collarbones?|both|either|each|left|right|it|them|this|these|films?|image|radiograph|picture|angles?|chord\w*|zones?|"
    r"aort\w*|mediast\w*|midline|fields?|upper|lower|middle|mid|outer|inner|third\w*|one|side|base\w*|skin|line|arch|"
    r"top|peak|spot|contour|outline|shadow|space|axilla|cage|rib|bony|costal)\b"
)
_FORMER = re.compile(
    r"\bused to (?!(?:measure|calculate|compute|assess|judge|decide|call|trace|mark|tell|read|hold|set)\b)"
)
_DENIED_THAT = re.compile(
    r"^\W*(?:(?:it|this|that) (?:is|was|would be) (?:not |hardly |un|in|false|wrong|incorrect|impossible|mistaken|too)|"
    r"(?:it|this|that) (?:isn't|wasn't|cannot|can't|could not|couldn't|must not|need not|should not)|"
    r"(?:there|here) (?:is|was|are|were|isn't|wasn't) (?:no|little|not|nothing)|nobody|no one|none|nothing|never|"
    r"(?:i|we|one|you) (?:do not|don't|did not|didn't|cannot|can't|would not|wouldn't|could not|couldn't|never|"
    r"refuse|deny|doubt|reject)|far from it|by no means|in no way)"
    r"[^.;:,]*?\bthat (?!(?:lies|stands|runs|is|are|was|were|has|have|can|could|would|may|might|exceeds?)\b)",
    re.IGNORECASE,
)
_SAID = POLAR | {"up", "down", "exceeded"}


def find_unread(text: str, pieces: Sequence[Sequence[Item]]) -> list[str]:
    """Find what a sentence says that is read by nothing.

    Parameters
    ----------
    text : str
        The sentence.
    pieces : sequence of sequence of Item
        Its pieces.
    """
    found = [piece[at].text for piece in pieces for at in range(len(piece)) if _compares(piece, at)]
    found += [match.group().strip() for match in [_FORMER.search(text)] if match]
    if (denied := _DENIED_THAT.match(text)) is not None:
        said = [number for number, piece in enumerate(pieces) for item in piece if item.kind in _SAID]
        found += [denied.group().strip()] if said != [0] else []
    return found


def _compares(piece: Sequence[Item], at: int) -> bool:
    item = piece[at]
    after = piece[at + 1].text if at + 1 < len(piece) else ""
    before = piece[at - 1].text if at else ""
    if item.kind in POLAR and item.text in {"higher", "greater", "larger", "smaller", "lower"}:
        return at + 1 < len(piece) and piece[at + 1].text in {"zone", "zones", "third", "thirds", "field", "fields"}
    if item.kind not in _KINDS or item.text not in _COMPARATIVE:
        return False
    if item.text == "deeper" and after in {"of", "recess", "recesses", "angle", "angles", "sulcus", "costophrenic"}:
        return False  # both angles are judged by the deeper one
    if item.text in {"further", "farther"} and after in {"out", "in", "up", "down", "away", "along", "on"}:
        return False
    if item.text in _OFTEN:
        return not any(_SITE.match(one.text) for one in piece[at + 1 : at + 5])
    if before in _LED or (before == "the" and at > 1 and piece[at - 2].text in _LED):
        return False
    return _PLACE.match(after) is None


__all__ = ["find_unread"]
