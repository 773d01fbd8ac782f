"""Vocabulary: names that sentences about transfer mention, found at their places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, Literal, NamedTuple, get_args

from stiltwalk.literature.extraction.unlisted import unlisted
from stiltwalk.spec.languages import LANGUAGES, SOURCE_LANGUAGE
from stiltwalk.spec.tasks import TASKS

Kind = Literal[
    "benchmark", "target", "intermediate", "task", "encoder", "metric", "cost", "performance", "language"
]
"""Of a name: ``target`` and ``intermediate``: data sets, by what they mostly serve as; ``task``: what data
sets are of; ``cost``: a quantity of which less is better; ``performance``: words for how well it goes."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
DATA_SETS: Final = frozenset[Kind]({"benchmark", "target", "intermediate"})
QUANTITIES: Final = frozenset[Kind]({"metric", "cost", "performance"})

_WORDS: Final = frozenset[Kind]({"metric", "cost", "performance", "task"})
_OF_DAY: Final = tuple(
    f"{word} " for word in "same first second third this that each every long some any over in".split()
)
_REMARK: Final = re.compile(r"\s*\(.*\)|,.*| (?:round|dev|pairs|after|Wikipedia|without)\b.*")
_VERSION: Final = r"(?:[ -]v?[12]\.[01](?![\d%])(?! (?:\w+ )?points?| F1| accuracy| pp))?"


class Name(NamedTuple):
    """A known name in a sentence.

    Attributes:
        text: as printed.
        kind: what it names.
        start: its first character.
        end: the character behind it.
    """

    text: str
    kind: Kind
    start: int
    end: int


def names(sentence: str) -> tuple[Name, ...]:
    """The names in ``sentence``, in order; of two that overlap the longer one, a listed one before others."""
    table, pattern = _vocabulary()
    found = []
    for match in pattern.finditer(sentence):
        text = match.group("name")
        if text == "time" and sentence[: match.start()].endswith(_OF_DAY):
            continue
        kind = table.get(text) or table.get(text[:1].lower() + text[1:])
        if kind is not None:
            found.append(Name(match.group(), kind, match.start(), match.end()))
    free = [n for n in unlisted(sentence) if not any(n.start < o.end and o.start < n.end for o in found)]
    return tuple(sorted((*found, *(Name(*each) for each in free)), key=lambda name: name.start))


@cache
def _vocabulary() -> tuple[Mapping[str, Kind], re.Pattern[str]]:
    """Name → kind, and a pattern that finds every name as a whole word, longest first."""
    table: dict[str, Kind] = {}
    lines = files(__package__).joinpath("vocabulary.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("#"):
            continue
        kind, printed = line.split("\t")
        table.update({name: k for name in printed.split("|") for k in KINDS if k == kind})
    for name, kind in (*_tasks().items(), *_languages().items()):
        table.setdefault(name, kind)
    forms = set(table) | {name[:1].upper() + name[1:] for name, kind in table.items() if kind in _WORDS}
    alternatives = "|".join(re.escape(name) for name in sorted(forms, key=lambda n: (-len(n), n)))
    # a name is no part of a longer one: SQuAD is not in XSQuAD, XNLI not in XNLI-15, BERT not in mBERT
    return table, re.compile(rf"(?<![\w@-])(?P<name>{alternatives})(?![\w@]|-[A-Z\d]){_VERSION}")


def _tasks() -> dict[str, Kind]:
    """Titles of the task records, without remarks and versions."""
    titles: dict[str, Kind] = {}
    for task in TASKS.values():
        if task.stages == ("text",):
            continue
        title = re.sub(r" [12]\.[01]$", "", _REMARK.sub("", task.title))
        titles[title] = "target" if "target" in task.stages else "intermediate"
    return titles


def _languages() -> dict[str, Kind]:
    """Names of languages; the source language alone says nothing about where a result holds."""
    return {each.name: "language" for each in LANGUAGES.values() if each.code != SOURCE_LANGUAGE}
