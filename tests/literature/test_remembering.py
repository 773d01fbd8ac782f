"""Tests of a judge that is never asked twice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import cast

import pytest

from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.literature.records.evidence import SUPPORTED, UNKNOWN, Judgement, Passage
from stiltwalk.literature.remembering import TOGETHER, RememberingJudge
from stiltwalk.spec.errors import UserError
from tests.literature.synthetic import checked, passage_of

Pair = tuple[PaperClaim, Passage]
CLAIM = checked(0).claim


class Counting:
    """A judge that writes down what it is asked."""

    def __init__(self, name: str = "counting 1") -> None:
        self.name = name
        self.batches: list[int] = []

    def __call__(self, pairs: Sequence[Pair]) -> Sequence[Judgement]:
        """Supports by passage 1 alone."""
        self.batches.append(len(pairs))
        return [
            Judgement(label=SUPPORTED if passage.quote == passage_of(1).quote else UNKNOWN, confidence=0.5)
            for _, passage in pairs
        ]


def _pairs(numbers: Sequence[int]) -> list[Pair]:
    return [(CLAIM, passage_of(number)) for number in numbers]


def test_it_is_asked_once(tmp_path: Path) -> None:
    """The same pair within a batch, in a later one and in a later run is not asked again; order is kept."""
    judge = Counting()
    with RememberingJudge(judge, tmp_path) as remembering:
        first = remembering(_pairs([1, 2, 1]))
        again = remembering(_pairs([2, 1, 3]))
    assert [each.label for each in first] == [SUPPORTED, UNKNOWN, SUPPORTED]
    assert [each.label for each in again] == [UNKNOWN, SUPPORTED, UNKNOWN]
    assert judge.batches == [2, 1]
    with RememberingJudge(judge, tmp_path) as later:
        assert later(_pairs([1, 2, 1])) == first
    assert (judge.batches, remembering.asked, later.asked) == ([2, 1], 3, 0)


def test_the_same_words_elsewhere_are_judged_alike(tmp_path: Path) -> None:
    """A judge goes by what is said, not by which paper says it; another heading or slot is another claim."""
    judge = Counting()
    remembering = RememberingJudge(judge, tmp_path)
    remembering(_pairs([1]))
    moved = CLAIM.replace({"id": "x", "work": "elsewhere", "start": 5, "end": 9})
    remembering([(moved, passage_of(1).replace({"work": "there", "start": 7, "end": 9}))])
    assert judge.batches == [1]
    remembering([(CLAIM.replace({"data_set": "XTREME"}), passage_of(1))])
    assert judge.batches == [1, 1]


def test_another_judge_has_its_own(tmp_path: Path) -> None:
    """Judgements go by the judge's name, version included."""
    with RememberingJudge(Counting(), tmp_path) as remembering:
        remembering(_pairs([1]))
    judge = Counting("counting 2")
    RememberingJudge(judge, tmp_path)(_pairs([1]))
    assert judge.batches == [1]


def test_little_is_lost_when_it_is_killed(tmp_path: Path) -> None:
    """A slow judge is asked for a few pairs at once, and each answer is put down when it comes."""
    clock = count(0, 10)
    judge = Counting()
    killed = RememberingJudge(judge, tmp_path, clock=lambda: float(next(clock)))
    many = [(CLAIM, passage_of(number)) for number in range(TOGETHER + 5)]
    killed(many)  # and never left as a context
    assert judge.batches == [TOGETHER, 5]
    assert RememberingJudge(judge, tmp_path)(many) == killed(many)
    assert judge.batches == [TOGETHER, 5]


def test_files_that_cannot_be_read_are_asked_for_again(tmp_path: Path) -> None:
    """A damaged file costs its judgements, and nothing else."""
    with RememberingJudge(Counting(), tmp_path) as remembering:
        remembering(_pairs([1]))
    (path,) = tmp_path.rglob("*.json")
    for content in (b"{", b'{"judgements": {"x": {"label": "maybe"}}}', b'{"judgements": 3}'):
        path.write_bytes(content)
        judge = Counting()
        RememberingJudge(judge, tmp_path)(_pairs([1]))
        assert judge.batches == [1]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ([], r"The judge 'odd' gave 0 judgements for 1 pairs: expected one for each"),
        (["yes"], r"The judge 'odd' answered \['yes'\]: expected a list of Judgement"),
        (None, r"answered None: expected a list of Judgement"),
    ],
)
def test_a_judge_that_does_not_judge(tmp_path: Path, said: object, message: str) -> None:
    """Is refused by name, with what it gave."""

    class Odd:
        name = "odd"

        def __call__(self, pairs: Sequence[Pair]) -> Sequence[Judgement]:
            return cast("Sequence[Judgement]", said)

    with pytest.raises(UserError, match=message):
        RememberingJudge(Odd(), tmp_path)(_pairs([1]))
