"""Scopes: metric, data set and condition: where and by which measure a result holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from stiltwalk.literature.extraction.phrases import Phrase
from stiltwalk.literature.extraction.vocabulary import DATA_SETS, Kind, Name

_TRAINED_ON: Final = re.compile(
    r"(?:\b(?P<of>[\w-]+)\s)?\b(?:[\w-]+-)?(?:train\w*|tun\w+|learn\w*|tuned)(?: first| only| "
    r"\w+ly)? (?:on|with)(?: the| both| English)?\s$|(?:task|stage) of\s$",
    re.IGNORECASE,
)
_AS_TRAINING: Final = re.compile(
    r"(?: as (?:an?|the) (?:intermediate|source|auxiliary)|[ -](?:intermediate|training|data"
    r"|pretraining|first|stage|fine-tuning|examples|adapters?|batch)\b)"
)
_JOINED: Final = re.compile(r"(?:,| and|, and| or|/| &)? ?(?:the )?")
_PLACE: Final = re.compile(
    r"\b(?:[Oo]n|[Ff]or|[Aa]cross) (?:the |all of |all )?(?P<name>[A-Z][\w+-]*(?: (?:[A-Z][\w+-]*"
    r"|\d+(?:\.\d+)?))*(?: (?:benchmark|corpus|test set))?)"
)
_CONDITIONS: Final = re.compile(
    r"\b(?:zero-shot|few-shot|translate-train|translate-test|in (?:the )?(?:low|high)-resource "
    r"languages?|(?:low|high|mid|medium)-resource languages?"
    r"|(?:un)?seen languages?|(?:with|from|at|beyond|on) (?:only |just |about |the full "
    r")?\d[\d,.]*[kKM]? (?:labelled |labeled |training |intermediate |target |English "
    r")?(?:examples|sentences|pairs|instances|samples|labels)"
    r"|batch(?:es)?(?: sizes?)? of \d[\d,]*|at (?:the )?(?:base|large|small|full|lab) (?:size"
    r"|scale)|(?:after|with) \d+ epochs?|out-of-domain|in-domain"
    r"|distant languages|languages (?:with|in) (?:a )?non-Latin scripts?)\b",
    re.IGNORECASE,
)
_NO_METRICS: Final = frozenset(
    {"gap", "parameters", "cost", "costs", "degradation", "forgetting", "loss", "risk"}
)
_IN_LANGUAGE: Final = re.compile(r"\b(?:[Ii]n|[Ff]or|[Oo]n) $")


def trained_on(sentence: str, name: Name) -> bool:
    """Whether one trained on ``name``: in ``training on SQuAD``, not in ``MNLI training on XNLI``."""
    if name.kind == "benchmark":
        return False
    match = _TRAINED_ON.search(sentence, max(0, name.start - 80), name.start)
    return match is not None and not any(letter.isupper() for letter in (match["of"] or "")[1:])


def metric(known: Sequence[Name], near: int) -> str:
    """The metric, or else the cost, that stands nearest to the place ``near``."""
    for kinds in (("metric",), ("cost",)):
        found = [n for n in known if n.kind in kinds and n.text.lower() not in _NO_METRICS]
        if found:
            return min(found, key=lambda n: (abs(n.start - near), n.start)).text
    return ""


def data_set(sentence: str, known: Sequence[Name], start: int, end: int, parties: Sequence[Phrase]) -> str:
    """What a result was measured on, between two places of a sentence: its names there but for the parties'.

    Names of which one was trained on are none; of several that are joined all are given.
    """
    for kinds in (DATA_SETS, frozenset[Kind]({"task"})):
        free = [
            n
            for n in known
            if n.kind in kinds
            and start <= n.start < end
            and not any(p.holds(n) for p in parties)
            and not trained_on(sentence, n)
            and not _AS_TRAINING.match(sentence, n.end)
        ]
        if free:
            return _joined(sentence, free)
    match = _PLACE.search(sentence, start, end)
    if match and not any(n.start == match.start("name") for n in known):
        place = match["name"]
        inside = any(p.start <= match.start("name") < p.end for p in parties)
        if not inside and not re.match(
            r"(?:Table|Figure|Section|Appendix|English|Average|Fig|The|We|GPU|[A-Z]\w*(?:ese|ish))\b", place
        ):
            return place
    return ""


def _joined(sentence: str, free: Sequence[Name]) -> str:
    """The best name and those joined to it: one behind ``on`` before others, a target before others."""

    def merit(name: Name) -> tuple[bool, bool, int]:
        placed = bool(
            re.search(
                r"\b(?:on|for|across|in|of|over|at)(?: the| both| all of)?\s$",
                sentence[: name.start],
                re.IGNORECASE,
            )
        )
        return name.kind == "intermediate", not placed, name.start

    first = last = min(free, key=merit)
    for name in free:
        if name.start > last.start and _JOINED.fullmatch(sentence, last.end, name.start):
            last = name
    for name in reversed(free):
        if name.start < first.start and _JOINED.fullmatch(sentence, name.end, first.start):
            first = name
    return sentence[first.start : last.end]


def condition(sentence: str, known: Sequence[Name], start: int, end: int, parties: Sequence[Phrase]) -> str:
    """Under what a result holds: encoders, languages, sizes of data, the setting; parted by commas."""
    found: list[Phrase] = []
    for name in known:
        if not start <= name.start < end or any(p.holds(name) for p in parties):
            continue
        if name.kind == "encoder":
            found.append(Phrase(name.text, name.start, name.end))
        elif name.kind == "language":
            place = _IN_LANGUAGE.search(sentence, 0, name.start)
            low = place.start() if place else name.start
            found.append(Phrase(sentence[low : name.end], low, name.end))
    found += [
        Phrase(match.group(), *match.span())
        for match in _CONDITIONS.finditer(sentence, start, end)
        if not any(p.start <= match.start() < p.end for p in parties)
    ]
    return ", ".join(dict.fromkeys(phrase.text for phrase in sorted(found, key=lambda p: p.start)))
