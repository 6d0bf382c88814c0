"""Numbers of a sentence about a sign: the value, the limit it is held against, and who lies on which side of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from thoracite.generation.faults import Fault
from thoracite.generation.signs.settling import Item
from thoracite.generation.signs.shared import UNIT
from thoracite.generation.signs.words import Shown

_FILMS = frozenset({"films", "share"})
_LIMITS = _FILMS | {"lowest", "highest"}
_PASSIVE = ("exceeded", "surpassed", "passed", "topped", "reached")
_HELD = frozenset({"against", "versus", "vs", "vs.", "required", "needed", "wanted"})
_ALLOWED = frozenset(
    {
        "allowed",
        "permitted",
        "accepted",
        "tolerated",
        "allowable",
        "permissible",
        "asked",
        "required",
        "needed",
        "wanted",
        "do",
        "suffice",
        "due",
        "demanded",
    }
)
_BEING = frozenset({
    "is", "was", "being", "as", "the", "a", "an", "its", "our", "taken", "would", "should", "be", "most", "all", "that",
})  # fmt: skip
_BE = frozenset({"is", "was", "are", "would", "can", "may"})
_BEEN = frozenset({"by", "is", "was", "are", "were", "be", "been", "being", "not", "never"})
_RATIOS = frozenset({"ratio", "log", "logarithmic", "difference", "value"})
_DIGITS = re.compile(r"-?\d+(?:\.\d+)?")
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "nineteen": 19, "twenty": 20, "hundred": 100,
}  # fmt: skip
_PLURAL = re.compile(r"(?:which|that|who|whose|where) (?:have|are|lie|stay|exceed|measure|show|do|reach|read|remain)\b")


class Frame(NamedTuple):
    """What numbers are held against.

    Parameters
    ----------
    shown : Shown
        Value and reference, as they are told.
    unit : str
        Unit of both.
    published : tuple of float
        Limits that the names of the sign's concepts state.
    smaller : bool
        Whether a yes says that something is smaller, though its number, as it is told, is larger.
    """

    shown: Shown
    unit: str
    published: tuple[float, ...]
    smaller: bool = False


class Numbers(NamedTuple):
    """What a piece says with numbers: whether it tells or compares the value, its faults, if the value was told."""

    tells: bool
    faults: tuple[Fault, ...]
    equal: bool = False


def read_numbers(
    items: Sequence[Item], turned: frozenset[int], frame: Frame, before: Sequence[Item], *, told: bool = False
) -> Numbers:
    """Check the numbers and comparisons of one piece.

    Parameters
    ----------
    items : sequence of Item
        One piece.
    turned : frozenset of int
        Places of comparisons that a negation turns.
    frame : Frame
        What the evidence says.
    before : sequence of Item
        The piece before; a comparison may follow the films that it is about.
    told : bool
        Whether the value stands in a piece before, so that another number may be the limit without being called so.
    """
    faults: list[Fault] = []
    limits: set[int] = set()
    tells = False
    for at, item in enumerate(items):
        if item.kind in {"up", "down", "exceeded"}:
            up = (item.kind != "down") != (at in turned)
            target = _find_target(items, at)
            films = _is_of_films(items, at, target, before)
            tells = tells or not films
            limits |= {target} if target is not None else set()
            faults += _check_comparison(items, at, target, up=up, films=films, frame=frame, before=before)
        elif item.kind in {"lowest", "highest"}:
            faults += _check_end(item, frame)
    for at, item in enumerate(items):
        if item.kind in {"number", "half"} and at not in limits:
            held = told and not any(_check_limit(item, frame))
            told = told or equals(item.text, frame.shown.value, frame.unit)
            tells = tells or equals(item.text, frame.shown.value, frame.unit)
            faults += () if held else _check_value(items, at, frame, before)
        elif item.kind == "unit" and _names_other_unit(item.text, frame.unit):
            faults.append(Fault("unsupported", f"the sign is not measured in {item.text}"))
    if not any(item.kind in {"up", "down", "exceeded"} for item in items):
        faults += [fault for item in items if item.kind == "share" for fault in _check_share(item, frame)]
    return Numbers(tells, tuple(faults), told)


def _names_other_unit(text: str, unit: str) -> bool:
    """Tell whether words name another unit; "the contrast" alone may be what is measured."""
    return re.fullmatch(r"(?:of )?(?:the )?contrasts?(?: between .*)?", text) is None and _find_unit(text) not in {
        unit,
        None,
    }


def _is_passive(items: Sequence[Item], at: int) -> bool:
    """Tell whether something *is* exceeded, or exceeded *by* something."""
    if not items[at].text.startswith(_PASSIVE):
        return False
    if not any(one.kind in _LIMITS | {"number", "half"} for one in items[at + 1 :]) and at:
        return True  # "the 0.55 mark exceeded"
    near = [items[at + 1 : at + 2], items[max(0, at - 1) : at]]
    return items[at].text.endswith(" by") or any(one.text in _BEEN for part in near for one in part)


def _find_target(items: Sequence[Item], at: int) -> int | None:
    """Find the number that a comparison is made with: the next one, or the one before a relative clause."""
    if _is_passive(items, at):
        return next((n for n in range(at - 1, -1, -1) if items[n].kind in {"number", "half"}), None)
    for number in range(at + 1, len(items)):
        if items[number].kind in {"number", "half"}:
            return number
        if items[number].kind in {"up", "down", "join", "negation", "yes", "no"}:
            break
    if any(item.kind in _LIMITS for item in items[:at]) or items[at].kind == "exceeded":
        return next((n for n in range(at - 1, -1, -1) if items[n].kind in {"number", "half"}), None)
    return None


def _is_of_films(items: Sequence[Item], at: int, target: int | None, before: Sequence[Item]) -> bool:
    """Tell whether a comparison is about normal films and not about this image."""
    if _is_passive(items, at):
        return any(item.kind in _FILMS for item in items[at + 1 :])
    for item in reversed(items[:at]):
        if item.kind == "patient" and item.text != "it":
            return False
        if item.kind in _FILMS:
            return True
    if target is not None and target > at and _is_allowed(items[target + 1 :]):
        return True
    if target is not None and target > at and not any(item.kind in _FILMS for item in items[at:target]):
        follows = [item for item in items[target + 1 : target + 3] if item.text not in {"the"}]
        if len(follows) > 1 and follows[0].text in {"in", "among", "on"} and follows[1].kind in _FILMS:
            return True
    if any(item.kind in {"number", "name", "patient", "yes", "no"} for item in items[:at]):
        return False
    opening = " ".join(item.text for item in items[:at])
    if len(items) == 1:
        return False  # "0.21; limit 0.19; *above*"
    if not opening and target is None and any(item.kind in _FILMS for item in items[at + 1 : at + 3]):
        return False  # "limit 0.36: *above limit*"
    led = not opening or _PLURAL.match(f"{opening} {items[at].text}") or opening in {"i e", "where", "where it is"}
    return bool(led) and bool(before) and any(item.kind in _FILMS for item in before[-2:])


def _is_allowed(behind: Sequence[Item]) -> bool:
    """Tell whether a comparison says what is allowed: "no more than 0.52 *is allowed*"."""
    return [item.text in _BE for item in behind[:1]] == [True] and any(one.text in _ALLOWED for one in behind[1:3])


def _check_comparison(
    items: Sequence[Item],
    at: int,
    target: int | None,
    *,
    up: bool,
    films: bool,
    frame: Frame,
    before: Sequence[Item],
) -> Iterator[Fault]:
    value, reference = frame.shown
    number = None if target is None else _read_number(items[target].text, frame.unit)
    if target is not None:
        yield from _check_limit(items[target], frame)
    elif not _names_limit(items, at, before):
        yield Fault("unsupported", f"nothing in the cited evidence lies {items[at].text} anything")
        return
    if films:
        if reference is None:
            yield Fault("unsupported", "no cited evidence has a reference")
            return
        shares = [item for item in items if item.kind == "share"]
        rare = [one for one in shares if _is_complement(one.text, reference.share)]
        yield from (fault for one in shares if one not in rare for fault in _check_share(one, frame))
        if up is not ((reference.usual == "above") != bool(rare)):
            yield Fault("contradicted", f"usual films lie {reference.usual} the limit, the sentence says the opposite")
        return
    limit = number if number is not None else None if reference is None else reference.limit
    if frame.smaller and number is None and items[at - 1].text != "by" and not any(o.text in _RATIOS for o in items):
        up = not up
    if limit is None:
        yield Fault("unsupported", "no cited evidence has a reference")
    elif (value > limit) is not up or value == limit:
        yield Fault("contradicted", f"the value {value:.4g} does not lie {'above' if up else 'below'} {limit:g}")


def _names_limit(items: Sequence[Item], at: int, before: Sequence[Item]) -> bool:
    """Tell whether a comparison without a number has a limit: in its piece, or before "exceeded" and a bare "above"."""
    near = before if len(items) == 1 else before[-8:] if _is_passive(items, at) else ()
    return any(item.kind in _LIMITS for item in (*items, *near))


def _check_limit(item: Item, frame: Frame) -> Iterator[Fault]:
    reference = frame.shown.reference
    limits = [*frame.published, *([reference.limit] if reference is not None else [])]
    if not any(equals(item.text, limit, frame.unit) for limit in limits):
        yield Fault("contradicted", f"the limit {item.text} is not in the cited evidence")
    yield from _check_unit(item, frame)


def _check_end(item: Item, frame: Frame) -> Iterator[Fault]:
    reference = frame.shown.reference
    if reference is None:
        yield Fault("unsupported", "no cited evidence has a reference")
    elif (reference.usual == "above") is not (item.kind == "lowest"):
        yield Fault("contradicted", f"usual films lie {reference.usual} the limit: it is not the {item.text}")


def _check_value(items: Sequence[Item], at: int, frame: Frame, before: Sequence[Item]) -> Iterator[Fault]:
    """Check a number without a comparison: the value, or the limit where the words around it say so."""
    item = items[at]
    yield from _check_unit(item, frame)
    last = next((one.kind for one in reversed(items[:at]) if one.text not in {"of", "is", "at", "the", "being"}), "")
    behind = items[at + 1 : at + 6]
    is_limit = last in _LIMITS or (at > 0 and items[at - 1].text in _HELD) or _is_named_behind(behind)
    if not is_limit and equals(item.text, frame.shown.value, frame.unit):
        return
    near = [*before[-2:], *items[max(0, at - 4) : at]] if at < 2 else items[max(0, at - 4) : at]
    named = is_limit or any(one.kind in _LIMITS for one in near)
    relative = any(one.text == "that" for one in behind[:3]) and any(one.kind in _FILMS for one in behind[:3])
    if not (named or relative) or any(_check_limit(item, frame)):
        yield Fault("contradicted", f"the number {item.text} is not in the cited evidence")


def _is_named_behind(behind: Sequence[Item]) -> bool:
    """Tell whether the words behind a number call it the limit: "0.06 being the limit"."""
    if behind[:1] and behind[0].text in _ALLOWED:
        return True
    named = next((at for at, one in enumerate(behind) if one.text not in _BEING), 0)
    told = named < len(behind) and (behind[named].kind in _LIMITS or behind[named].text in _ALLOWED)
    return named > 0 and told


def _check_unit(item: Item, frame: Frame) -> Iterator[Fault]:
    unit = _find_unit(item.text)
    if unit is not None and unit != frame.unit:
        yield Fault("contradicted", f"the sign is measured in {frame.unit or 'no unit'}, not in {item.text}")


def _find_unit(text: str) -> str | None:
    """Find the unit that words name; None where they name none."""
    rest = re.sub(r"^-?\d+(?:\.\d+)?[ -]?(?:%|per ?cent)? ?", "", text).strip()
    return next((unit for unit, pattern in UNIT.items() if rest and pattern.fullmatch(rest)), None)


def _read_number(text: str, unit: str) -> float:
    if text.startswith("half"):
        return 0.5
    digits = _DIGITS.match(text)
    number = float(digits[0]) if digits else float("nan")
    return number / 100 if re.search(r"%|per ?cent", text) and unit != "%" else number


def equals(text: str, value: float, unit: str) -> bool:
    """Tell whether a number in words is a value, rounded to the digits that stand there."""
    digits = _DIGITS.match(text)
    decimals = 6 if digits is None else len(digits[0].partition(".")[2]) + 2 * bool(re.search(r"%|per ?cent", text))
    return abs(_read_number(text, unit) - value) <= 0.5 * 10.0**-decimals + 1e-9


def _check_share(item: Item, frame: Frame) -> Iterator[Fault]:
    share = _read_share(item.text)
    known = None if frame.shown.reference is None else frame.shown.reference.share
    if known is None or share is None or abs(share - known) > 0.005:
        yield Fault("contradicted" if known else "unsupported", f"{item.text} is not the share of normal films")


def _is_complement(text: str, share: float | None) -> bool:
    said = _read_share(text)
    return share is not None and said is not None and abs(1 - said - share) <= 0.005 and abs(said - share) > 0.005


def _read_share(text: str) -> float | None:
    numbers = [float(word) if word.isdigit() else _WORDS[word] for word in re.findall(r"\w+", text) if word.isdigit() or word in _WORDS]  # fmt: skip  # noqa: E501
    if re.search(r"%|per ?cent", text):
        return numbers[0] / 100 if numbers else None
    return numbers[0] / numbers[-1] if len(numbers) > 1 else None


__all__ = ["Frame", "Numbers", "equals", "read_numbers"]
