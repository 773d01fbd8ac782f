"""Values: which numbers of a clause belong to one result, and in what unit."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from stiltwalk.literature.extraction.clauses import Clause
from stiltwalk.literature.extraction.numbers import Number
from stiltwalk.literature.extraction.vocabulary import DATA_SETS, Name
from stiltwalk.literature.records.claims import Unit, Value


class Group(NamedTuple):
    """The numbers of one result.

    Attributes:
        numbers: in the order they stand in.
        start: where the piece of the sentence opens that they stand in.
        end: where it ends.
        scores: two scores side by side, the first the comparison's or the earlier one; or empty.
        respectively: which item of a list before it these belong to; -1: of none.
    """

    numbers: tuple[Number, ...]
    start: int
    end: int
    scores: tuple[Number, ...] = ()
    respectively: int = -1


_SEPARATOR: Final = re.compile(r"[,)]? (?:and|but|while|as well as|or)\b|[,;]")
_TO: Final = re.compile(
    r"(?:%| F1| accuracy| points?|\w* score)?\s?(?:to|→|->|up to|down to|–|-)\s?(?:a |an )?(?:\w+ of )?",
    re.IGNORECASE,
)
_RANGE: Final = re.compile(r"\s?(?:to|and|–|-|or)\s?")
_VERSUS: Final = re.compile(
    r"[^;]{0,50}?[(,]?\s?(?:vs\.?|versus|against|compared (?:with|to)|instead of|rather than|up "
    r"from|down from|than|as opposed to)\s[^;\d]{0,60}",
    re.IGNORECASE,
)
_FROM: Final = re.compile(
    r"\b(?:from|between)\s(?:about |only |roughly |an? (?:average|mean)? ?\w* ?of |an? )?$", re.IGNORECASE
)
_CONTENT: Final = re.compile(r"[A-Za-z]{2,}")
_SAME_RESULT: Final = re.compile(
    r"\s?(?:points?,? )?[(,]?\s?(?:from|or|at|to|i\.e\.,?|that is,?|\(|(?:which is )?(?:an?|the) "
    r"(?:\w+ )?(?:gain|increase|improvement|rise|drop|decrease|loss"
    r"|decline|difference|reduction|fall|advantage|deficit|change)\b)\s?"
)
_APPOSED: Final = re.compile(
    r"[,(] (?:i\.e\.,? )?from $|,? (?:which is |or |i\.e\.,? )?an? (?:\w+ )?(?:gain|increase"
    r"|improvement|rise|drop|decrease|loss|decline|difference|reduction|fall|advantage|deficit"
    r"|change|gap) of (?:about |only )?$"
)
_AT: Final = re.compile(r"\b(?:at|reach(?:es|ed)?) $")
_COMPARING: Final = re.compile(
    r" (?:more|less|fewer|higher|lower|better|worse|above|below|ahead|behind|over|short|up|down|under)\b"
)
_LEVEL: Final = re.compile(r"\b(?:from|at|reach\w*)\s$")
_TO_LEVEL: Final = re.compile(r"(?<!\d )(?<!% )\bto\s$")
_RANGES: Final = re.compile(
    r"\b(?:rang\w+|between|var(?:y|ies|ied)|gains?|improvements?|drops?|losses|benefits?)\b", re.IGNORECASE
)


def grouped(
    sentence: str, clause: Clause, given: Sequence[Number], known: Sequence[Name]
) -> tuple[Group, ...]:
    """The numbers of ``clause``, parted into those of one result each; empty: it has none."""
    inside = [n for n in given if clause.start <= n.start < clause.end]
    if not inside:
        return ()
    listed = _listed(sentence, clause, inside, known)
    if listed:
        return listed
    groups: list[list[Number]] = [[inside[0]]]
    starts = [clause.start]
    for number in inside[1:]:
        last = groups[-1][-1]
        cut = _cut(sentence, last, number)
        if cut is None:
            groups[-1].append(number)
        else:
            groups.append([number])
            starts.append(cut)
    ends = [*starts[1:], clause.end]
    return tuple(
        Group(tuple(numbers), start, end, _scores(sentence, numbers))
        for numbers, start, end in zip(groups, starts, ends, strict=True)
    )


def _cut(sentence: str, last: Number, number: Number) -> int | None:
    """Where the next result begins between two numbers; ``None``: they are of one result."""
    between = sentence[last.end : number.start]
    if _TO.fullmatch(between) or _RANGE.fullmatch(between) or _VERSUS.fullmatch(between):
        return None
    if number.role == "difference" and last.role in {"score", "bare", "percent"}:
        # 'reaches 62.4 on XTREME-R, 2.1 points more than the baseline'
        apposed = re.search(r"[,(–—] ?(?:or |that is,? |i\.e\.,? |thus )?$", between)
        if apposed and _COMPARING.match(sentence, number.end):
            return None
    if (_SAME_RESULT.match(between) and not re.search(r"\band\b", between)) or _APPOSED.search(between):
        return None
    found = _SEPARATOR.search(between)
    if found is None or not _CONTENT.search(between):
        return None
    return last.end + found.start()


def _scores(sentence: str, numbers: Sequence[Number]) -> tuple[Number, ...]:
    """Two scores of one result, the earlier one or the comparison's first."""
    level = [n for n in numbers if n.role in {"score", "bare", "percent", "duration"}]
    if len(numbers) == 2 and numbers[1].role == "difference" and numbers[0].role == "bare":
        # 'rises from 68.1 to 70.2 points', but not 'gains range from 1.5 to 1.7 points'
        before = sentence[max(0, numbers[0].start - 60) : numbers[0].start]
        level = [] if _RANGES.search(before) or not _FROM.search(before) else list(numbers)
    if len(level) < 2:
        return ()
    first, second = level[-2], level[-1]
    between = sentence[first.end : second.start]
    if _TO.fullmatch(between):
        return first, second
    if _VERSUS.fullmatch(between):
        return second, first
    return ()


def _listed(
    sentence: str, clause: Clause, inside: Sequence[Number], known: Sequence[Name]
) -> tuple[Group, ...]:
    """Numbers in the order of a list before them: ``gain 2.1 and 3.4 points, respectively``."""
    tail = sentence[inside[-1].end : clause.end]
    sets = [n for n in known if n.kind in DATA_SETS and clause.start <= n.start < inside[0].start]
    many = len(inside) > 2 and len(sets) >= len(inside)
    if len(inside) < 2 or not (many or re.search(r"\brespectively\b", tail)):
        return ()
    between = [sentence[a.end : b.start] for a, b in itertools.pairwise(inside)]
    if not all(re.fullmatch(r"(?:%| points?| F1)?,?\s?(?:and\s|or\s)?", each) for each in between):
        return ()
    return tuple(Group((n,), clause.start, clause.end, (), i) for i, n in enumerate(inside))


def values(
    sentence: str, group: Group, everything: Sequence[Number], scored: bool, gained: bool
) -> tuple[Value, ...]:
    """The numbers of ``group`` as values, the effect first.

    Args:
        sentence: the whole of it.
        group: of it.
        everything: the numbers of the clause: in a list the unit may stand at another one.
        scored: whether the clause states a level rather than a change.
        gained: whether it calls its number a gain or a loss.
    """
    found = [(n, _unit(sentence, n, group, everything, scored, gained)) for n in group.numbers]
    changes = [n.value(unit) for n, unit in found if unit in {"points", "times", "percent"}]
    return (*changes, *(n.value(unit) for n, unit in found if unit not in {"points", "times", "percent"}))


def _unit(
    sentence: str, number: Number, group: Group, everything: Sequence[Number], scored: bool, gained: bool
) -> Unit:
    """In what a number is counted, by the words around it and by the other numbers of the clause."""
    if number in group.scores:
        return "other" if "duration" in {each.role for each in group.scores} else "score"
    if number.role == "difference" and len(group.numbers) > 1 and _AT.search(sentence, 0, number.start):
        # 'ends at 61.7 points, or 1.9 points above the baseline'
        return "score"
    plain: dict[str, Unit] = {"difference": "points", "times": "times", "duration": "other"}
    if number.role in plain:
        return plain[number.role]
    before = sentence[max(0, number.start - 60) : number.start]
    signed = number.text[:1] in "+-"
    changes = signed or bool(_BY.search(before))
    if number.role == "percent":
        return "score" if scored and not changes else "percent"
    if signed or (gained and not _LEVEL.search(before)):
        return "points"
    if number.role == "bare" and _is_level(before):
        return "score"
    if scored or (number.role == "score" and not changes):
        return "score"
    # by 8.2; '8.2 points, 7.5 and 7.0'; '2.1 and 3.4 points'; '2 to 4 points'
    shared = any(each.role == "difference" for each in everything if each is not number)
    return "points" if changes or shared else "score"


def _is_level(before: str) -> bool:
    """Whether what stands before a number says that it was reached, and not that one gained so much."""
    reached = _LEVEL.search(before) or _TO_LEVEL.search(before)
    return reached is not None and not _RANGES.search(before)


_BY: Final = re.compile(
    r"\bby (?:(?:about|only|around|over|almost|up to|nearly|roughly|an average of|a further"
    r"|another|\w+ly) )*$"
)
