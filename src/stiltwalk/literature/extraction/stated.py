"""Stated: the results that one sentence states, each taken apart."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from stiltwalk.literature.extraction.clauses import Clause, clauses
from stiltwalk.literature.extraction.cues import cues
from stiltwalk.literature.extraction.directions import direction
from stiltwalk.literature.extraction.doubts import asks
from stiltwalk.literature.extraction.numbers import Number, numbers
from stiltwalk.literature.extraction.outcomes import outcomes
from stiltwalk.literature.extraction.parties import Parties, parties
from stiltwalk.literature.extraction.phrases import Phrase, noun_phrase
from stiltwalk.literature.extraction.scopes import condition, data_set, metric
from stiltwalk.literature.extraction.values import Group, grouped, values
from stiltwalk.literature.extraction.vocabulary import Name, names
from stiltwalk.literature.records.claims import Direction, Value

LONGEST: Final = 1200
"""Characters of a sentence; a longer one is a table or a list that lost its lines, and is not read."""

_PLAIN: Final = str.maketrans(
    {
        "−": "-",
        "\u2010": "-",
        "\u2011": "-",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\n": " ",
        "\t": " ",
    }
)


class Stated(NamedTuple):
    """A result that a sentence states; the slots of a ``PaperClaim``. What is not stated is empty.

    Attributes:
        subject: what is said to have the effect, as printed, without article.
        comparison: what it is compared with.
        direction: what the subject is against that.
        metric: ``accuracy``, ``F1``.
        values: the effect first, then scores.
        data_set: what it was measured on; several that share a result are given as printed.
        condition: under which it holds; several are parted by commas.
    """

    subject: str
    comparison: str = ""
    direction: Direction = "unclear"
    metric: str = ""
    values: tuple[Value, ...] = ()
    data_set: str = ""
    condition: str = ""


def stated(sentence: str) -> tuple[Stated, ...]:
    """The results that ``sentence`` states, in order; empty: it states none.

    A result is the outcome of an experiment, whoever made it: a comparison, or a score by a metric.
    Questions, hopes, plans, settings and descriptions of tasks are none.
    """
    text = sentence.translate(_PLAIN)
    if len(text) > LONGEST or asks(text):
        return ()
    known = names(text)
    given = numbers(text, known)
    found = cues(text)
    if not found and not given:
        return ()
    read = _Read(text, known, given)
    parts = clauses(text, outcomes(text, found, known, given), given)
    results = [_results(read, clause) for clause in parts]
    return tuple(each for result in _joined(text, parts, results) for each in _apart(_by_sign(result)))


def _by_sign(result: Stated) -> Stated:
    """A result whose direction only the sign of its effect tells: ``changes XQuAD by +3.1 points``."""
    nothing = bool(result.values) and result.values[0].unit == "points" and result.values[0].number == 0
    if nothing and result.direction == "unclear":
        return result._replace(direction="same")
    if result.direction != "unclear" or not result.values or result.values[0].text[:1] not in "+-":
        return result
    return result._replace(direction="worse" if result.values[0].number < 0 else "better")


_NEITHER: Final = re.compile(
    r"(?:neither|both)\s(?P<first>.{2,80}?)\s(?:nor|and)\s(?P<second>.{2,80})", re.IGNORECASE
)


def _apart(result: Stated) -> tuple[Stated, ...]:
    """A result of two subjects as two: ``neither HellaSwag nor COPA is better``."""
    match = _NEITHER.fullmatch(result.subject)
    if match is None:
        return (result,)
    return tuple(result._replace(subject=match[side]) for side in ("first", "second"))


class _Read(NamedTuple):
    """A sentence, its names and its numbers."""

    text: str
    known: tuple[Name, ...]
    given: tuple[Number, ...]


def _results(read: _Read, clause: Clause) -> list[Stated]:
    """The results of one clause: one, or one for each of the numbers that it lists."""
    groups = grouped(read.text, clause, read.given, read.known) or (Group((), clause.start, clause.end),)
    first = _first(read, clause, groups)
    contrast = _contrast(read, clause, groups, first)
    if contrast is not None:
        return [contrast]
    results = [first, *(_next(read, clause, group, first) for group in groups[1:])]
    if groups[0].respectively >= 0:
        return _respectively(groups, results)
    return results


def _first(read: _Read, clause: Clause, groups: tuple[Group, ...]) -> Stated:
    """The result of the first numbers of a clause, with everything the clause says before the next ones."""
    group = groups[0]
    end = group.end if len(groups) > 1 else clause.end
    near = group.numbers[0].start if group.numbers else clause.cue.end
    within = [n for n in read.known if clause.start <= n.start < end]
    both = parties(read.text, clause._replace(end=end), read.known)
    both, place = _parted(read.known, both)
    taken = (both.comparison,) if both.measured else (both.subject, both.comparison)
    where = [n for n in within if not any(p.holds(n) for p in taken)]
    heading = direction(read.text, clause, read.known, group.scores)
    return Stated(
        both.subject.text,
        both.comparison.text,
        heading,
        metric(where, near) or metric(within, near),
        values(read.text, group, read.given, scored=_scored(clause, heading), gained=_gained(clause)),
        data_set(read.text, read.known, clause.start, end, taken) or place,
        condition(read.text, read.known, clause.start, end, taken),
    )


_ON: Final = re.compile(r"(?P<who>.+?) on (?:the )?$")


def _parted(known: tuple[Name, ...], both: Parties) -> tuple[Parties, str]:
    """A comparison such as ``direct fine-tuning on MLQA`` without the target, and that target."""
    for name in known:
        if name.kind in {"target", "benchmark"} and both.comparison.holds(name):
            match = _ON.fullmatch(both.comparison.text[: name.start - both.comparison.start])
            if match:
                end = both.comparison.start + match.end("who")
                return both._replace(comparison=Phrase(match["who"], both.comparison.start, end)), name.text
    return both, ""


def _scored(clause: Clause, heading: Direction) -> bool:
    """Whether the numbers of a clause are levels: ``reaches 79.2``, but not ``brings 0.9 points``."""
    return clause.cue.does == "superlative" or (clause.cue.does == "score" and heading != "better")


def _gained(clause: Clause) -> bool:
    """Whether the clause calls its number a gain or a loss: ``the benefit is 5.1 F1``."""
    return clause.cue.part == "noun" and clause.cue.does in {"outcome", "change"}


_BARE_HEAD: Final = re.compile(
    r"[,;\s]*(?:and |but |while )?(?:(?:by|of|only|another|a|an|even|just|about|up to|then|from"
    r"|further|is|was|are|were)\s*)*",
    re.IGNORECASE,
)
_OBJECT: Final = re.compile(
    r"\b(?:by|to|from|at|is|was)\s*(?:an?|only|about|just|up to|even)?\s*$", re.IGNORECASE
)


def _next(read: _Read, clause: Clause, group: Group, first: Stated) -> Stated:
    """The result of further numbers: the first one's, but for what stands beside these numbers."""
    number = group.numbers[0]
    head = _BARE_HEAD.match(read.text, group.start, number.start)
    start = head.end() if head else group.start
    label = read.text[start : number.start].strip()
    said = values(
        read.text, group, read.given, scored=_scored(clause, first.direction), gained=_gained(clause)
    )
    known = [n for n in read.known if start <= n.start < group.end]
    acting = not _OBJECT.search(label + " ") and not _VERB.fullmatch(label) and _acts(known, number)
    return first._replace(
        subject=label.strip(" ,") if acting else first.subject,
        direction=_signed(said, first) or first.direction,
        metric=metric(known, number.start) or first.metric,
        values=said,
        data_set=data_set(read.text, known, number.end if acting else start, group.end, ()) or first.data_set,
        condition=condition(read.text, known, start, group.end, ()) or first.condition,
    )


_VERB: Final = re.compile(
    r"(?:(?:thus|then|also|so) )?(?:reach|achiev|obtain|attain|scor|yield|giv|gave|show|record|stand"
    r"|remain|stay"
    r"|average|get|got|add|bring|brought)[a-z]*(?: at)?|",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(r"[^,;]{0,25}?\b(?P<word>with|for|without|after|under|using)\s")


def _contrast(read: _Read, clause: Clause, groups: tuple[Group, ...], first: Stated) -> Stated | None:
    """One result of two scores side by side: ``77.2 with large batches and 77.3 with small ones``."""
    if len(groups) != 2 or clause.cue.does != "score" or any(len(group.numbers) != 1 for group in groups):
        return None
    ours, theirs = groups[0].numbers[0], groups[1].numbers[0]
    tails = [
        _TAIL.match(read.text, n.end, group.end) for n, group in ((ours, groups[0]), (theirs, groups[1]))
    ]
    if not tails[0] or not tails[1]:
        return None
    left, right = (
        noun_phrase(read.text, tail.end(), group.end)
        for tail, group in zip(tails, groups, strict=True)
        if tail
    )
    if not left.text or not right.text or data_set(read.text, read.known, theirs.end, clause.end, (right,)):
        return None
    subject, comparison = (
        (f"{tail['word']} {phrase.text}" if tail["word"] == "without" else phrase.text)
        for tail, phrase in zip(tails, (left, right), strict=True)
        if tail
    )
    return first._replace(
        subject=subject,
        comparison=comparison,
        direction=direction(read.text, clause, read.known, (theirs, ours)),
        values=(ours.value("score"), theirs.value("score")),
    )


def _signed(said: tuple[Value, ...], first: Stated) -> Direction | None:
    """The opposite direction where the sign of an effect has turned."""
    if not said or not first.values or said[0].text[:1] not in "+-" or first.values[0].text[:1] not in "+-":
        return None
    if (said[0].number < 0) == (first.values[0].number < 0) or first.direction not in {"better", "worse"}:
        return None
    return "worse" if first.direction == "better" else "better"


def _acts(known: list[Name], number: Number) -> bool:
    """Whether what stands before further numbers is a subject rather than what was measured."""
    before = [n for n in known if n.end <= number.start]
    if not before:
        return True
    kinds = {n.kind for n in before}
    return not kinds & {"target", "benchmark", "task", "metric", "language", "cost", "performance"} or (
        kinds <= {"intermediate", "encoder"}
    )


def _respectively(groups: tuple[Group, ...], results: list[Stated]) -> list[Stated]:
    """Results with the items of a list of names shared out over them."""
    first = results[0]
    if len(items := _items(first.subject)) == len(groups):
        return [r._replace(subject=item) for r, item in zip(results, items, strict=True)]
    if len(items := _items(first.data_set)) == len(groups):
        return [r._replace(data_set=item) for r, item in zip(results, items, strict=True)]
    if len(items := _items(first.condition)) == len(groups):
        return [r._replace(condition=item) for r, item in zip(results, items, strict=True)]
    return results


def _items(printed: str) -> list[str]:
    """The items of a list as printed: ``SQuAD, MNLI and QQP``."""
    return [each.strip() for each in re.split(r",\s*(?:and |or )?| and | or ", printed) if each.strip()]


_PRONOUN: Final = re.compile(r"(?:it|they|this|these|that|those|which|who|both|there|)$", re.IGNORECASE)


def _joined(text: str, parts: tuple[Clause, ...], results: list[list[Stated]]) -> list[Stated]:
    """The results of all clauses; what a clause does not say it has from the one before it."""
    joined: list[Stated] = []
    for clause, found in zip(parts, results, strict=True):
        last = joined[-1] if joined else None
        if last is None:
            joined.extend(found)
            continue
        filled = [_filled(text, each, last, clause) for each in found]
        if not last.values and found[0].values and found[0].subject == found[0].values[0].text:
            # 'helps XNLI, but by 0.7 points only'
            joined[-1] = last._replace(
                values=found[0].values,
                data_set=last.data_set or found[0].data_set,
                metric=last.metric or found[0].metric,
            )
            continue
        if clause.link and last.direction == "unclear" and filled[0].direction != "unclear":
            # '… to 66.3, which is 0.6 points more than …'
            filled[0] = filled[0]._replace(values=(*filled[0].values, *last.values))
            joined.pop()
        elif clause.link and not last.values and (filled[0].values or clause.link == ":"):
            if filled[0].direction == "unclear":
                # as in 'is harmless for PAN-X: F1 remains at 62.8'
                filled[0] = filled[0]._replace(direction=last.direction)
            joined.pop()
        joined.extend(filled)
    return joined


def _filled(text: str, result: Stated, last: Stated, clause: Clause) -> Stated:
    """A result with the subject, and behind a colon or ``where`` the data set, of the one before it."""
    measured = _only_measured(result)
    if _PRONOUN.match(result.subject) or _ONLY_NOUN.fullmatch(result.subject) or (clause.link and measured):
        result = result._replace(subject=last.subject)
    it = not result.data_set and _ACTS_ON_IT.search(text, clause.start, clause.end)
    if it or _elliptic(result, last):
        result = result._replace(data_set=last.data_set)
    if clause.link:
        result = result._replace(
            data_set=result.data_set or last.data_set,
            condition=result.condition or last.condition,
            metric=result.metric or last.metric,
        )
    return result


_ONLY_NOUN: Final = re.compile(
    r"(?:effect|influence|impact|change|difference|loss|gain|improvement|benefit)s?"
)
_ACTS_ON_IT: Final = re.compile(
    r"\b(?:leav|keep|kept|left|chang|affect|help|hurt|harm|improv|rais|lower|reduc|boost|degrad|influenc)\w*"
    r" (?:it|them|this)\b"
)
_MEASURES: Final = frozenset(
    """
    accuracy f1 performance the a an of in on score scores results average mean gain gains improvement drop
    loss rise fall
    """.split()
)


def _only_measured(result: Stated) -> bool:
    """Whether the subject is only what was measured, or a number of it: ``Tatoeba accuracy``."""
    words = set(result.subject.lower().split())
    return bool(words) and (
        words <= _MEASURES | set(f"{result.data_set} {result.metric}".lower().split())
        or result.subject.lstrip("+-")[:1].isdigit()
    )


def _elliptic(result: Stated, last: Stated) -> bool:
    """Whether a result leaves out on what it was: ``a rise on XQuAD after SQuAD, and a fall after QQP``."""
    return (
        not result.data_set
        and result.subject != last.subject
        and any(letter.isupper() for letter in result.subject[1:])
        and result.metric in {"", last.metric}
        and [v.unit for v in result.values] == [v.unit for v in last.values]
    )
