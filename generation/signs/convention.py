"""How a sentence counts a difference of sides: "right minus left", "R-L", "positive towards the left".

Examples
--------
>>> tuple(read_convention("the right-minus-left difference is 0.21"))
('the difference is 0.21', 'right')
>>> tuple(read_convention("a shift of 0.03 chest widths, left being positive"))
('a shift of 0.03 chest widths', 'left')
>>> tuple(read_convention("the right zone is denser"))
('the right zone is denser', None)
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Counted = Literal["left", "right"]

_LESS = r"(?:minus|less|-|−|–|to|over|above|against)"
_NOUN = r"(?:lung|lungs|dome|apex|zone|side|one|hemidiaphragm|base|band)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\w-])(?P<side>left|right)[ -](?:minus|less)[ -](?:the |that of the )?(?:left|right|opposite|other|"
        r"contralateral)\b(?: side| one)?",
        r"\b(?P<side>left|right)(?:[-–−/]|[ -]to[ -])(?:left|right)\b",
        r"\((?P<side>left|right) above (?:the )?(?:left|right)\)",
        r"\bof the (?P<side>left|right) lung(?: area)? to (?:that of )?the (?:left|right)\b",
        rf"\b(?P<side>left|right)[ -]{_LESS}[ -](?:left|right)\b(?=[ -]*(?:difference|densit|log|ratio|height|of|-?\d|,|\)|$))",  # noqa: E501
        r"\b(?P<side>[LR]) ?[-−–/:] ?[LR]\b",
        r",? ?\b(?:counted as |taken as |with |reckoned as )?positive (?:to|towards?) the (?P<side>left|right)\b",
        r",? ?\b(?:(?:with|counting|taking|reckoning|where|if|the) )*(?P<side>left|right)(?:wards?)?(?: side| shifts?)?"
        r" (?:(?:is|being|taken|counted|reckoned|as|are|called) )*positive\b",
        r",? ?\bpositive (?:values? )?(?:(?:means?|meaning|is|being|=|lies?|lying|for|to|towards?|the) )*"
        r"(?P<side>left|right)(?:wards?)?\b",
        rf"\b(?:the )?(?P<side>left|right) {_NOUN} (?:minus|less) (?:the )?(?:left|right)(?: {_NOUN})?",
        r"(?:^|(?<=[;:.] ))(?P<side>left|right) (?:minus|less) (?:left|right),",
        rf"\bthe (?P<side>left|right) {_NOUN} (?=(?:\w+ )?-?[\d.]+ (?:chest widths )?(?:above|higher than|over) the (?:left|right))",  # noqa: E501
        rf"(?<=\b)of the (?P<side>left|right)(?: (?:upper|middle|mid|lower))?(?: {_NOUN})* {_LESS} that of the (?:left|right)\b",  # noqa: E501
        r"(?<=\bdifference )(?:in density )?between (?:the )?(?P<side>left|right) and (?:the )?(?:left|right)\b",
        rf"(?<=\bheight )of the (?P<side>left|right)(?: {_NOUN})? (?:over|above) the (?:left|right)\b",
        rf"\bthe (?P<side>left|right) {_NOUN}'s (?=height above the (?:left|right)\b)",
    )
)
_ABOVE = re.compile(
    r"(?<=\bheight) above the (?:left|right)\b|(?<=\d)((?: chest widths)?) (?:above|higher than|over) the (?:left|right)\b",  # noqa: E501
    re.IGNORECASE,
)


class Convention(NamedTuple):
    """A text without the words that tell how it counts, and the side that counts as positive."""

    text: str
    positive: Counted | None


def read_convention(text: str) -> Convention:
    """Take the words that tell how a difference of sides is counted out of a text.

    Parameters
    ----------
    text : str
        Without citations.
    """
    for pattern in _PATTERNS:
        match = pattern.search(text)
        if match is not None:
            left = re.sub(r", *, *|\( *\)", " ", f"{text[: match.start()]} {text[match.end() :]}")
            left = _ABOVE.sub(r"\1", left)
            side: Counted = "left" if match["side"].lower().startswith("l") else "right"
            return Convention(re.sub(r" +(?=[,.;)]|$)|(?<= ) +|^ +", "", left), side)
    return Convention(text, None)


__all__ = ["Convention", "Counted", "read_convention"]
