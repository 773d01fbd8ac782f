"""Hyphens: words that were broken at the end of a line, made whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

_HYPHEN: Final = re.compile(r"([^\W\d_][\w'\u2019]*)-$")
_MOST_WORD: Final = 60
_WORD: Final = re.compile(r"[\w'\u2019]+")
# bounded: a line of a stranger may be one word of a million letters
_COMPOUND: Final = re.compile(r"(?<!\w)[^\W\d_]{1,40}(?:-\w{1,40})+")

_STAYS: Final = frozenset(
    """
    best class cross data domain end ever few fine first five four full half high higher hyper large long low
    lower machine mask masked near new next non old one open question real second self short single six small
    source state task ten third three time token top two user vice well whole zero
    """.split()
)
"""First parts that a hyphen stays with, where the text does not show the word elsewhere."""


class Vocabulary(NamedTuple):
    """The words of a text, case folded.

    Attributes:
        words: without hyphens.
        compounds: with hyphens, as far as they stand within a line.
    """

    words: frozenset[str]
    compounds: frozenset[str]


def vocabulary_of(lines: Iterable[str]) -> Vocabulary:
    """The words of ``lines``; those that may be cut off at an end are not among the compounds."""
    words: set[str] = set()
    compounds: set[str] = set()
    for line in lines:
        words.update(word.casefold() for word in _WORD.findall(line))
        compounds.update(found.casefold() for found in _COMPOUND.findall(line.removesuffix("-")))
    return Vocabulary(frozenset(words), frozenset(compounds))


def joined(lines: Sequence[str], vocabulary: Vocabulary) -> str:
    """``lines`` as one; a word that was broken at a line's end is whole again.

    Its hyphen stays if the text has the compound elsewhere, and goes if it has the word; if it has neither,
    the hyphen stays before capitals and digits and behind words that compounds commonly begin with.
    """
    parts: list[str] = []
    for line in lines:
        end = parts[-1][-_MOST_WORD:] if parts else ""
        broken = _HYPHEN.search(end)
        if broken is None:
            parts += [" ", line] if parts else [line]
            continue
        start = _WORD.match(line[:_MOST_WORD])
        if not _keeps(broken.group(1), start.group() if start else "", vocabulary):
            parts[-1] = parts[-1][:-1]
        parts.append(line)
    return "".join(parts)


def _keeps(first: str, ending: str, vocabulary: Vocabulary) -> bool:
    """Whether the hyphen between ``first`` and ``ending`` belongs to the word."""
    if not ending or not ending[0].islower():
        return True
    if f"{first}-{ending}".casefold() in vocabulary.compounds:
        return True
    if f"{first}{ending}".casefold() in vocabulary.words:
        return False
    return first.casefold() in _STAYS
