"""The judge that needs no model: a claim and a passage agree or differ by their slots and numbers.

Both are taken apart into what the subject is, what it is compared with, which way the result points, and the
data set, metric, numbers and condition, where they are stated. A passage is about the claim if subject and
comparison are the same, the data set and metric that the claim states are the passage's too, and no condition
contradicts the other. Then

- it supports the claim where it points the same way and states the number of the claim, if there is one;
- it contradicts it where it points another way ("no effect" is another way than either), or states another
  number for the same data set, metric and condition;
- else it decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from stiltwalk.literature.extraction.stated import stated
from stiltwalk.literature.judging.completing import Completed, completed
from stiltwalk.literature.judging.numbers import Agreement, compared
from stiltwalk.literature.judging.plain import by_words
from stiltwalk.literature.judging.slots import (
    Result,
    alike_conditions,
    data_sets,
    metrics,
    of_speed,
    same_condition,
    same_data_set,
    same_metric,
)
from stiltwalk.literature.judging.subjects import (
    Match,
    is_another_task,
    is_another_way,
    is_pronoun,
    is_usual,
    same_comparison,
    same_subject,
)
from stiltwalk.literature.records.claims import Direction, PaperClaim
from stiltwalk.literature.records.evidence import CONTRADICTED, SUPPORTED, UNKNOWN, Judgement, Label, Passage

VERSION: Final = "3"
"""Of the rules; part of the judge's name, since the same name means the same judgements."""

_TURNED: Final[dict[Direction, Direction]] = {"better": "worse", "worse": "better"}

_ABOUT: Final = 0.4
_COMPARISON: Final = 0.1
_DATA_SET: Final = 0.15
_METRIC: Final = 0.1
_CONDITION: Final = 0.05
_NUMBER: Final = 0.2
"""What confidence is made of: that a subject is the same, and each slot that both state and agree in."""

_OTHER_NUMBER: Final = -0.15
"""Another number contradicts less surely than another direction: set-ups differ in what nobody states."""

_ONE_SIDED: Final = -0.05
"""A condition that only one of both states may be why they differ."""

_POINTED_AT: Final = -0.2
"""Where one of both says only "it"."""

_ELSEWHERE: Final = 0.9
_NEAR: Final = 0.5
"""Confidence that a passage decides nothing: where it is about something else, and where it is nearly the
same."""

Read = Callable[[str], Sequence[Result]]
"""A sentence → the results that it states."""


class LexicalJudge:
    """Judges by the slots of a claim, and of what a passage states.

    The confidence adds up what agrees: 0.4 for the subject, 0.1 for the comparison, 0.15 for the data set,
    0.1 for the metric, 0.05 for the condition and 0.2 for numbers that were compared, each where both state
    it; less 0.15 where only the number differs, 0.05 where only one states a condition, and 0.2 where one
    of both says "it". It is no probability.

    A claim without slots, which is a mere sentence, is read as passages are. Where that finds no result
    either, it is compared by words (``plain.by_words``), with a confidence of at most 0.4.

    Attributes:
        name: with the version of these rules.
    """

    name = f"lexical and numeric agreement, rules {VERSION}"

    def __init__(self, read: Read = stated) -> None:
        """A judge that reads sentences by ``read``."""
        self._read = lru_cache(maxsize=65536)(read)

    def __call__(self, pairs: Sequence[tuple[PaperClaim, Passage]]) -> list[Judgement]:
        """A judgement for each pair, in order."""
        return [self._judged(claim, passage) for claim, passage in pairs]

    def _judged(self, claim: PaperClaim, passage: Passage) -> Judgement:
        own = self._read(claim.quote)
        ours: Sequence[Result] = [claim] if claim.subject else own
        if not ours:
            return by_words(claim.quote, passage.quote)
        theirs = self._read(passage.quote)
        if not theirs:
            return Judgement(label=UNKNOWN, confidence=_ELSEWHERE, reason="The passage states no result.")
        found = [
            _weighed(_Sides(one, other))
            for one in _whole(ours, claim.quote, alone=len(own) == 1)
            for other in _whole(theirs, passage.quote, alone=len(theirs) == 1)
        ]
        # of what a sentence states, the result that says most about the claim; of equals the first
        return min(found, key=lambda each: (each.label == UNKNOWN, _sort_key(each)))


def _whole(results: Sequence[Result], sentence: str, *, alone: bool) -> Iterator[Completed]:
    for each in results:
        yield from completed(each, sentence, alone=alone)


def _sort_key(each: Judgement) -> float:
    """Decisions: the surest first; where nothing decides, what is nearest to the claim first."""
    return each.confidence if each.label == UNKNOWN else -each.confidence


class _Sides(NamedTuple):
    """A claim and what a passage states."""

    ours: Completed
    theirs: Completed


class _Facing(NamedTuple):
    """How a passage's result faces the claim.

    Attributes:
        subject: whether the subjects are the same.
        comparison: whether the comparisons are.
        direction: of the passage's result, read with the claim's subject.
        pointed: whether one of both says "it".
    """

    subject: Match
    comparison: Match
    direction: Direction
    pointed: bool


def _facing(ours: Completed, theirs: Completed) -> _Facing:
    subject = same_subject(ours.subject, theirs.subject)
    if subject != "same" and same_subject(ours.subject, theirs.comparison) == "same":
        turned = same_comparison(ours.comparison, theirs.subject)
        # where the claim says nothing of it, only the usual comparison is meant
        if turned == "same" or (turned == "unstated" and is_usual(theirs.subject)):
            return _Facing("same", turned, _TURNED.get(theirs.direction, theirs.direction), pointed=False)
    pointed = is_pronoun(ours.subject) or is_pronoun(theirs.subject)
    comparison = same_comparison(ours.comparison, theirs.comparison)
    told = [each for each in (ours, theirs) if each.comparison]
    if len(told) == 1 and _compares_with_kin(told[0]):
        comparison = "different"  # what one of both does not tell is the usual one
    return _Facing(subject, comparison, theirs.direction, pointed)


def _compares_with_kin(result: Completed) -> bool:
    """Whether a task is compared with another task, or something with itself done otherwise."""
    return any(each(result.comparison, result.subject) for each in (is_another_task, is_another_way))


def _weighed(sides: _Sides) -> Judgement:
    ours, theirs = sides.ours, sides.theirs
    facing = _facing(ours, theirs)
    data_set = same_data_set(ours.data_set, theirs.data_set)
    metric = same_metric(ours.metric, theirs.metric)
    condition = same_condition(ours.condition, theirs.condition)
    if elsewhere := _elsewhere(sides, facing, data_set, metric, condition):
        return Judgement(label=UNKNOWN, confidence=_ELSEWHERE, reason=elsewhere)
    agreement = compared(sides.ours.values, sides.theirs.values)
    decided = _decided(sides, facing, agreement)
    if decided.label == UNKNOWN:
        return Judgement(label=UNKNOWN, confidence=_NEAR, reason=decided.reason)
    parts = (
        (_ABOUT, True),
        (_COMPARISON, facing.comparison == "same"),
        (_DATA_SET, data_set == "same"),
        (_METRIC, metric == "same"),
        (_CONDITION, condition == "same"),
        (_ONE_SIDED, not alike_conditions(ours.condition, theirs.condition)),
        (_NUMBER, agreement is not None and (agreement.agree or decided.by_number)),
        (_OTHER_NUMBER, decided.label == CONTRADICTED and decided.by_number),
        (_POINTED_AT, facing.pointed),
    )
    confidence = round(sum(weight for weight, counts in parts if counts), 2)
    return Judgement(label=decided.label, confidence=confidence, reason=decided.reason)


def _elsewhere(sides: _Sides, facing: _Facing, data_set: Match, metric: Match, condition: Match) -> str:
    """Why the passage is not about the claim; empty: it is."""
    ours, theirs = sides.ours, sides.theirs
    if facing.subject == "different" or (facing.subject == "unstated" and not facing.pointed):
        return f"The passage is about another subject: {_shown(theirs.subject)}, not {_shown(ours.subject)}."
    if facing.comparison == "different":
        told = [each.comparison or "not stated, as usual" for each in (theirs, ours)]
        return f"It is compared with something else: {told[0]}, not {told[1]}."
    if of_speed(ours) != of_speed(theirs):
        return "One of both is about speed, the other is not."
    if data_sets(ours.data_set) and data_set != "same":
        return f"The passage is about another data set: {_shown(theirs.data_set)}, not {ours.data_set}."
    if metrics(ours.metric) and metric != "same":
        return f"The passage gives another metric: {_shown(theirs.metric)}, not {ours.metric}."
    if condition == "different":
        return f"The conditions differ: {theirs.condition}, not {ours.condition}."
    if facing.pointed and facing.subject == "unstated" and not _same_result(sides, data_set):
        return (
            "One of both does not name its subject, and data set and number do not tell that it is the same."
        )
    return ""


def _same_result(sides: _Sides, data_set: Match) -> bool:
    """Whether data set and number alone say that it is the same result."""
    agreement = compared(sides.ours.values, sides.theirs.values)
    return data_set == "same" and agreement is not None and agreement.agree


class _Decided(NamedTuple):
    """What a passage about the claim does to it.

    Attributes:
        label: supported, contradicted, or not enough evidence.
        reason: one sentence.
        by_number: whether the number decided and not the direction.
    """

    label: Label
    reason: str
    by_number: bool = False


def _decided(sides: _Sides, facing: _Facing, agreement: Agreement | None) -> _Decided:
    ours = sides.ours
    where = f" on {ours.data_set}" if ours.data_set else ""
    if "unclear" in {ours.direction, facing.direction}:
        return _by_score(sides, facing, agreement, where)
    if ours.direction != facing.direction:
        reason = f"The claim says {ours.direction}{where}, the passage says {facing.direction}."
        return _Decided(CONTRADICTED, reason)
    if not sides.ours.values:
        return _Decided(SUPPORTED, f"Both say {ours.direction}{where}.")
    if agreement is None:
        reason = f"The direction agrees ({ours.direction}{where}), but the passage states no number like "
        return _Decided(UNKNOWN, f"{reason}{sides.ours.values[0].text}.")
    shown = f"{agreement.ours.text} and {agreement.theirs.text}"
    if agreement.agree:
        return _Decided(SUPPORTED, f"Both say {ours.direction}{where}, and {shown} agree.", by_number=True)
    if ours.direction != "same" and _all_alike(sides):
        reason = f"Both say {ours.direction}{where}, but {shown} differ beyond rounding."
        return _Decided(CONTRADICTED, reason, by_number=True)
    return _Decided(
        UNKNOWN,
        f"Both say {ours.direction}{where}, and {shown} differ, but it is not told that both are of the same "
        "data set, metric and condition.",
    )


def _by_score(sides: _Sides, facing: _Facing, agreement: Agreement | None, where: str) -> _Decided:
    """Where one of both states no direction: scores that are the same, or are not."""
    if agreement is None or agreement.ours.unit != "score":
        return _Decided(UNKNOWN, f"Which way the result points{where} is not stated on both sides.")
    shown = f"{agreement.ours.text} and {agreement.theirs.text}"
    if agreement.agree:
        return _Decided(SUPPORTED, f"Both state the score{where}: {shown} agree.", by_number=True)
    if sides.ours.direction == facing.direction and _all_alike(sides):
        reason = f"Both state a score{where}, but {shown} differ beyond rounding."
        return _Decided(CONTRADICTED, reason, by_number=True)
    return _Decided(UNKNOWN, f"The scores{where} differ ({shown}), but may be of different systems.")


def _all_alike(sides: _Sides) -> bool:
    """Whether data set, metric and condition are the same or stated by neither."""
    ours, theirs = sides.ours, sides.theirs
    return (
        alike_conditions(ours.condition, theirs.condition)
        and bool(data_sets(ours.data_set)) == bool(data_sets(theirs.data_set))
        and bool(metrics(ours.metric)) == bool(metrics(theirs.metric))
    )


def _shown(slot: str) -> str:
    return slot or "not stated"
