"""Slots: whether two results are of the same data set, by the same metric, under the same condition."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Final, NamedTuple, Protocol

from stiltwalk.literature.extraction.vocabulary import DATA_SETS, names
from stiltwalk.literature.judging.aliases import canonical, compact
from stiltwalk.literature.judging.amounts import amounts, conflict, without_amounts
from stiltwalk.literature.judging.subject_words import stem_set
from stiltwalk.literature.judging.subjects import Match
from stiltwalk.literature.records.claims import Direction, Value
from stiltwalk.literature.words import stems


class Result(Protocol):
    """A result in its slots: a claim, or what a sentence states."""

    @property
    def subject(self) -> str:
        """What is said to have the effect."""

    @property
    def comparison(self) -> str:
        """What it is compared with."""

    @property
    def direction(self) -> Direction:
        """What the subject is against that."""

    @property
    def metric(self) -> str:
        """What was measured."""

    @property
    def values(self) -> Sequence[Value]:
        """The numbers, the effect first."""

    @property
    def data_set(self) -> str:
        """What it was measured on."""

    @property
    def condition(self) -> str:
        """Under which it holds."""


_AND: Final = re.compile(r",|;|/|&|\band\b|\bor\b|\bas well as\b", re.IGNORECASE)
_OF_A_DATA_SET: Final = re.compile(
    r"\b(?:the|both|all|of|average[sd]?|averaging|mean|overall|benchmarks?|data "
    r"?sets?|corp(?:us|ora)|tests?|dev|"
    r"development|validation|sets?|splits?|suites?|tasks?|scores?|on|across|languages?|targets?)\b",
    re.IGNORECASE,
)
_REGIME: Final = re.compile(r"\bfew[- ]shot\b|\btranslate[- ](?:train|test)\b", re.IGNORECASE)
_SPEEDS: Final = frozenset({"speed", "speedup", "fast", "faster", "slower", "throughput", "convergence"})
"""What "twice as fast" measures: the factor says it, whether or not the word is taken for a metric."""

_OTHER_METRIC: Final = frozenset({"macro", "micro", "weighted", "inference", "word", "character", "balanced"})
"""What makes another metric of the one that it stands before."""

_LIGHT: Final = (
    "zero shot zeroshot average averaged our experiment experiments setting settings setup with using "
    "under use overall cross lingual crosslingual transfer languages language model models encoder "
    "encoders all evaluation condition case general regime seed seeds run runs repetition repetitions two "
    "three four five six seven eight nine ten eleven twelve"
)
"""Stems that say nothing of a condition where every result is zero-shot, cross-lingual, of several seeds."""


class Condition(NamedTuple):
    """What a condition names.

    Attributes:
        encoders: by compact name.
        languages: by name.
        amounts: what is counted.
        regimes: how the target task is learnt, unless it is not, as is usual here.
        words: all other stems that count.
    """

    encoders: frozenset[str]
    languages: frozenset[str]
    amounts: tuple[tuple[str, frozenset[float]], ...]
    regimes: frozenset[str]
    words: frozenset[str]


def same_data_set(ours: str, theirs: str) -> Match:
    """Whether a passage that states ``theirs`` covers all data sets that the claim states (``ours``)."""
    return _covered(data_sets(ours), data_sets(theirs))


def same_metric(ours: str, theirs: str) -> Match:
    """Whether a passage that states ``theirs`` gives every metric that the claim states (``ours``)."""
    return _covered(metrics(ours), metrics(theirs), _one_metric)


def same_condition(one: str, other: str) -> Match:
    """Whether two conditions are the same; ``different``: they contradict each other.

    They do where both name encoders or languages and have none in common, count the same and differ, or where
    only one is few-shot.
    ``unstated``: one says something that the other does not, and both can hold at once.
    """
    first, second = condition_of(one), condition_of(other)
    if first == second:
        return "same" if any(first) else "unstated"
    if (
        _apart(first.encoders, second.encoders)
        or (first.languages and second.languages and not first.languages & second.languages)
        or conflict(dict(first.amounts), dict(second.amounts))
        or first.regimes != second.regimes
    ):
        return "different"
    return "unstated"


def alike_conditions(one: str, other: str) -> bool:
    """Whether two conditions are the same, or none is stated on either side."""
    return condition_of(one) == condition_of(other)


@lru_cache(maxsize=4096)
def data_sets(slot: str) -> frozenset[str]:
    """The data sets that ``slot`` names, each by one name."""
    return _canonical(_OF_A_DATA_SET.sub(" ", slot.replace("-", "")))


def data_sets_in(text: str) -> frozenset[str]:
    """The data sets and benchmarks that any ``text`` names, each by one name."""
    return frozenset(canonical(name.text) for name in names(text) if name.kind in DATA_SETS | {"task"})


def metrics(slot: str) -> frozenset[str]:
    """The metrics that ``slot`` names, each by one name; those of speed are left out."""
    return _canonical(slot) - _SPEEDS


def of_speed(result: Result) -> bool:
    """Whether ``result`` is about how fast something is and not about how good."""
    return bool(_canonical(result.metric) & (_SPEEDS | {"time"})) or any(
        v.unit == "times" for v in result.values
    )


@lru_cache(maxsize=4096)
def condition_of(slot: str) -> Condition:
    """What ``slot`` names."""
    known = [name for name in names(slot) if name.kind in {"encoder", "language"}]
    rest = slot
    for name in reversed(known):
        rest = f"{rest[: name.start]} {rest[name.end :]}"
    regimes = frozenset(compact(each) for each in _REGIME.findall(rest))
    words = frozenset(stems(_REGIME.sub(" ", without_amounts(rest)))) - stem_set(_LIGHT)
    return Condition(
        frozenset(compact(name.text) for name in known if name.kind == "encoder"),
        frozenset(compact(name.text) for name in known if name.kind == "language"),
        tuple(sorted(amounts(rest).items(), key=itemgetter(0))),
        regimes,
        frozenset(word for word in words if not word[0].isdigit()),
    )


def _canonical(slot: str) -> frozenset[str]:
    return frozenset(filter(None, map(canonical, _AND.split(slot))))


def _covered(
    ours: frozenset[str], theirs: frozenset[str], alike: Callable[[str, str], bool] = operator.eq
) -> Match:
    if not ours or not theirs:
        return "unstated"
    return "same" if all(any(alike(one, other) for other in theirs) for one in ours) else "different"


def _one_metric(one: str, other: str) -> bool:
    """Whether two metrics may be one: what is told before its name may be left out, as of ``slot F1``."""
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer.endswith(shorter) and longer.removesuffix(shorter) not in _OTHER_METRIC


def _apart(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both name encoders and none could be another's: XLM-R Large is an XLM-R."""
    return bool(one and other) and not any(a.startswith(b) or b.startswith(a) for a in one for b in other)
