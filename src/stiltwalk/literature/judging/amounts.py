"""Amounts: how much or how many of what is used, as far as one amount rules out another.

"With 500 examples" and "on 50,000 sentence pairs" are two settings; "in nine languages" and "over five seeds"
say nothing that could set two results apart, and neither does a score.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_WORDS: Final = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
)
_SCALES: Final[Mapping[str, float]] = {
    "": 1,
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "million": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "billion": 1e9,
}
_COUNTED: Final[Mapping[str, str]] = {
    "parameters": "parameters?|weights?",
    "examples": "examples?|instances?|sentences?|pairs?|samples?|questions?|items?|shots?",
    "hours": "hours?|GPU[ -]hours?|GPU[ -]days?|days?|minutes?",
    "steps": "epochs?|steps?|updates?|iterations?",
    "tasks": "tasks?|data ?sets?|corpora",
    "layers": "layers?",
    "share": "%|per ?cent",
}
"""What is counted → how its unit is called."""

_NUMBER: Final = rf"(?P<number>\d+(?:,\d{{3}})*(?:\.\d+)?|\b(?:{'|'.join(_WORDS)})\b)"
_AMOUNT: Final = re.compile(
    rf"(?P<batch>\bbatch(?:es)?(?: sizes?)?(?: of)? )?(?<![\w.,+-]){_NUMBER}"
    r"[ -]?(?P<scale>k|m|b|bn|thousand|million|billion)?(?![\w.])"
    r"(?:[ -]?(?:[A-Za-z-]{1,20} ){0,2}?"
    rf"(?:{'|'.join(f'(?P<{kind}>{unit})' for kind, unit in _COUNTED.items())})(?!\w))?",
    re.IGNORECASE,
)


def amounts(text: str) -> dict[str, frozenset[float]]:
    """What is counted in ``text`` → how many. Shares are of data, in percent."""
    found: dict[str, frozenset[float]] = {}
    for match in _AMOUNT.finditer(text):
        if kind := _kind(match):
            number = _number(match["number"]) * _SCALES[(match["scale"] or "").lower()]
            found[kind] = found.get(kind, frozenset()) | {number}
    return found


def without_amounts(text: str) -> str:
    """``text`` with what ``amounts`` reads left out."""
    return _AMOUNT.sub(lambda match: " " if _kind(match) else match.group(), text)


def conflict(one: Mapping[str, frozenset[float]], other: Mapping[str, frozenset[float]]) -> bool:
    """Whether both count something of one kind and have no amount in common."""
    return any(not one[kind] & other[kind] for kind in one.keys() & other.keys())


def _kind(match: re.Match[str]) -> str:
    return "batch" if match["batch"] else next((each for each in _COUNTED if match[each]), "")


def _number(printed: str) -> float:
    word = printed.lower()
    return float(_WORDS.index(word) + 1) if word in _WORDS else float(printed.replace(",", ""))
