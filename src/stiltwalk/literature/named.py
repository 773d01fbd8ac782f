"""Names within a text: which of a known set stand in it, however papers spell them, and what is left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(r"[^\W_]+\+*")
_VERSION: Final = re.compile(r"^v(?=\d)")
_MOST_TOKENS: Final = 6
"""Of one name: ``XLM-RoBERTa Large`` has three."""


class Named(NamedTuple):
    """What a text names.

    Attributes:
        names: each once, in order.
        rest: its other words, lower case.
    """

    names: tuple[str, ...]
    rest: tuple[str, ...]


def squeezed(text: str) -> str:
    """``text`` without what spellings of one name differ by: ``PAWS-X`` and ``PAWSX`` are ``pawsx``.

    A plus stays, since ``ANLI+`` is not ``ANLI``; the v of a version goes.
    """
    return "".join(_plain(each) for each in _TOKEN.findall(text))


def aliases(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Every squeezed spelling → its name; one that two names share is neither's, but where it is the name.

    Args:
        names: name → what it is also called.
    """
    owners: dict[str, set[str]] = {}
    for name, spellings in names.items():
        for spelling in spellings:
            owners.setdefault(squeezed(spelling), set()).add(name)
    found = {spelling: next(iter(own)) for spelling, own in owners.items() if spelling and len(own) == 1}
    return found | {squeezed(name): name for name in names}


def named(text: str, known: Mapping[str, str]) -> Named:
    """What of ``known`` is named in ``text``; of names that begin alike the longest.

    A name has a capital or a digit: ``sick`` is a word, ``SICK`` a data set.

    Args:
        text: a few words.
        known: as ``aliases`` makes it.
    """
    words = _TOKEN.findall(text)
    names: dict[str, None] = {}
    rest: list[str] = []
    place = 0
    while place < len(words):
        length = next(
            (
                size
                for size in range(_MOST_TOKENS, 0, -1)
                if _is_name(words[place : place + size], size, known)
            ),
            0,
        )
        if length:
            names[known[squeezed(" ".join(words[place : place + length]))]] = None
        else:
            rest.append(words[place].lower())
        place += length or 1
    return Named(tuple(names), tuple(rest))


def _is_name(words: list[str], size: int, known: Mapping[str, str]) -> bool:
    text = " ".join(words)
    proper = text != text.lower() or any(map(str.isdigit, text))
    return len(words) == size and proper and squeezed(text) in known


def _plain(word: str) -> str:
    return _VERSION.sub("", word.lower())
