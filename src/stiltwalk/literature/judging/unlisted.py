"""Names that are in no list: which words of a sentence name a data set, by how they are written and where.

A word with two capitals, or with a capital and a digit, is a name wherever it stands: ``xSID``, ``Flores3``.
A word with one capital is one where only a data set stands: behind "on", or before what was measured.

What `extraction/unlisted.py` asks is another thing, and its patterns are therefore others: there each name is
to say whether it was trained or measured on, and one of which nothing tells is left out; here one data set is
sought that a claim lacks, beside names that are known already, and a doubtful one will do if it is alone.
"""

from __future__ import annotations

import re
from typing import Final

from stiltwalk.literature.extraction.vocabulary import QUANTITIES, Name, names
from stiltwalk.literature.judging.subject_words import PROPER

_RUN: Final = re.compile(rf"{PROPER.pattern}(?: {PROPER.pattern})*")
_SECOND: Final = re.compile(r" (?!EM\b)(?P<word>[A-Z]{2,5}(?:-[A-Z][\w]*)?)(?![\w-])")
_ON: Final = re.compile(r"(?<![\w-])(?:on|for|in|across|to|of|at)\s(?:the\s|both\s)?$", re.IGNORECASE)
_ONLY_ON: Final = re.compile(r"(?<![\w-])on\s(?:the\s)?$", re.IGNORECASE)
_BEFORE: Final = re.compile(r"(?:'s)?\s(?:[a-z-]+\s)?\x00")
_MOVED: Final = re.compile(r"\s(?:by|from|up|down)\s(?=[\x00\s\w]{0,12}\d)")
_CAPITAL: Final = re.compile(r"(?<![\w-])[A-Z][a-z][\w-]*[a-z\d](?![\w-])")
_CITED: Final = re.compile(r"\s(?:et al|(?:and|&)\s[A-Z][\w-]+\s?[(\[]\d)|,?\s?[(\[]?(?:19|20)\d\d|\s?\[\d")


def listed(sentence: str) -> tuple[Name, ...]:
    """The names in ``sentence`` that are names wherever they stand: those of the vocabulary's list."""
    return tuple(name for name in names(sentence) if names(name.text))


def only_measured_on(sentence: str, besides: str, *, placed: bool) -> str:
    """The one unlisted data set of ``sentence`` that something was measured on; empty: none, or several.

    Args:
        sentence: any.
        besides: where other names stand: of the subject, and of what it is compared with.
        placed: whether only names behind "on" and the like, and before what was measured, count.
    """
    masked = _masked(sentence)
    certain, likely = dict[str, None](), dict[str, None]()
    for found in _RUN.finditer(masked):
        name = found.group()
        if _is_in(name, besides) or _CITED.match(masked, found.end()):
            continue
        (certain if _is_placed(masked, found) else likely)[name] = None
    for found in _CAPITAL.finditer(masked):
        name = found.group()
        where = (
            _ONLY_ON.search(masked[: found.start()])
            or _BEFORE.match(masked, found.end())
            or _MOVED.match(masked, found.end())
        )
        if found.start() and where and not _is_in(name, besides) and not _CITED.match(masked, found.end()):
            certain[name] = None
    chosen = certain or ({} if placed else likely)
    return next(iter(chosen)) if len(chosen) == 1 else ""


def only_unlisted(sentence: str, besides: str) -> str:
    """The one name of ``sentence`` that is in no list and not in ``besides``; empty: none, or several."""
    masked = _masked(sentence)
    found = dict.fromkeys(
        each.group()
        for each in _RUN.finditer(masked)
        if not _is_in(each.group(), besides) and not _CITED.match(masked, each.end())
    )
    return next(iter(found)) if len(found) == 1 else ""


def whole_name(name: str, sentence: str) -> str:
    """``name`` with the second word that it has in ``sentence``, of capitals alone: the QA of ``TyDi QA``."""
    masked = _masked(sentence)
    place = masked.find(name)
    second = _SECOND.match(masked, place + len(name)) if name and place >= 0 else None
    return f"{name} {second['word']}" if second else name


def _is_placed(masked: str, found: re.Match[str]) -> bool:
    return bool(_ON.search(masked[: found.start()]) or _BEFORE.match(masked, found.end()))


def _is_in(name: str, besides: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", besides) is not None


def _masked(sentence: str) -> str:
    """``sentence`` with a mark, as long, for every known name: what was measured is told by another."""
    for name in listed(sentence):
        mark = "\x00" if name.kind in QUANTITIES else "\x01"
        sentence = f"{sentence[: name.start]}{mark * len(name.text)}{sentence[name.end :]}"
    return sentence
