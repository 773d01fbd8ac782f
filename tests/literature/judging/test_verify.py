"""Tests of literature.judging.verify: votes of works, and what they make of a claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.judging.verify import TOGETHER, family_name, verified
from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.literature.records.evidence import (
    CONTRADICTED,
    LABELS,
    SUPPORTED,
    UNKNOWN,
    Checked,
    Judgement,
    Label,
    Passage,
)
from stiltwalk.literature.retrieval import OF_A_WORK, Index
from stiltwalk.spec.errors import UserError
from tests.literature.claims import claim, passage

SIGNS: Mapping[str, Label] = {"pro": SUPPORTED, "con": CONTRADICTED}


class Reader:
    """A judge that reads its label and its confidence off the passage: ``squad pro 0.8``."""

    name = "reader"

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, pairs: Sequence[tuple[PaperClaim, Passage]]) -> list[Judgement]:
        """A judgement for each pair, in order."""
        self.asked.append(len(pairs))
        return [self._read(each.quote) for _, each in pairs]

    def _read(self, quote: str) -> Judgement:
        _, label, confidence, *_ = quote.split()
        return Judgement(label=SIGNS.get(label, UNKNOWN), confidence=float(confidence), reason=quote)


def checked(*passages: Passage, authors: Mapping[str, tuple[str, ...]] | None = None) -> Checked:
    """The claim ``squad`` of the work ``own`` against ``passages``."""
    (found,) = verified([claim("squad")], Index(passages), Reader(), authors=authors)
    return found


def said(work: str, label: str, confidence: float, start: int = 0) -> Passage:
    """A passage of ``work`` of which the reader says this."""
    return passage(f"squad {label} {confidence}", work, start)


def test_each_work_has_one_vote() -> None:
    """Three passages of one work weigh as one; its strongest decides which."""
    found = checked(
        said("a", "pro", 0.6), said("a", "pro", 0.7, 50), said("a", "pro", 0.8, 90), said("b", "con", 0.5)
    )
    assert (found.verdict, found.disputed, found.confidence) == (UNKNOWN, True, 0.5)
    found = checked(said("a", "pro", 0.6), said("a", "con", 0.7, 50))
    assert (found.verdict, found.disputed, found.confidence) == (CONTRADICTED, False, 0.7)


def test_the_side_with_more_works_wins() -> None:
    """Two against one: the majority, disputed, with the share of votes in the confidence."""
    found = checked(said("a", "con", 0.6), said("b", "pro", 0.9), said("c", "con", 0.75), said("d", "-", 1))
    assert (found.verdict, found.disputed) == (CONTRADICTED, True)
    assert found.confidence == pytest.approx(0.75 * 2 / 3)
    assert (
        found.reason
        == "By 4 passages: 1 paper supports it, 2 papers contradict it, 1 paper does not decide it."
    )
    assert [each.passage.work for each in found.evidence] == ["c", "a", "b", "d"]


def test_nothing_was_found() -> None:
    """No passage: not enough evidence, no confidence; the judge is not asked at all."""
    judge = Reader()
    (found,) = verified([claim("squad")], Index([said("own", "pro", 1)]), judge)
    assert (found.verdict, found.confidence, found.evidence) == (UNKNOWN, 0.0, ())
    assert found.reason == "No passage of another paper was found for it."
    assert judge.asked == []


def test_no_work_decides() -> None:
    """Passages that say nothing: the least sure of them gives the confidence."""
    found = checked(said("a", "-", 0.9), said("b", "-", 0.4))
    assert (found.verdict, found.disputed, found.confidence) == (UNKNOWN, False, 0.4)
    assert found.reason == "By 2 passages: 2 papers do not decide it."


def test_evidence_is_in_the_order_of_what_decided() -> None:
    """Votes for the verdict, votes against it, what a voter says besides, then what says nothing."""
    found = checked(
        said("a", "-", 0.99),
        said("b", "con", 0.95),
        said("c", "pro", 0.5),
        said("c", "con", 0.4, 70),
        said("d", "pro", 0.6),
    )
    assert found.verdict == SUPPORTED
    assert [each.passage.quote for each in found.evidence] == [
        "squad pro 0.6",
        "squad pro 0.5",
        "squad con 0.95",
        "squad con 0.4",
        "squad - 0.99",
    ]


def test_kin_is_counted_and_told() -> None:
    """A paper of the same first author votes as any other, and the reason says so."""
    authors = {"own": ("Ana García", "B. Lee"), "a": ("A. Garcia",), "b": ("B. Lee", "Ana García")}
    found = checked(said("a", "pro", 0.8), said("b", "pro", 0.8), authors=authors)
    assert found.verdict == SUPPORTED
    assert found.reason == (
        "By 2 passages: 2 papers support it "
        "(1 of them with a first author García, as the claim's own: hardly independent)."
    )
    assert "independent" not in checked(said("a", "pro", 0.8), authors={"a": ("A. Garcia",)}).reason


@pytest.mark.parametrize(
    ("author", "family"),
    [
        ("Ana García", "García"),
        ("García, Ana", "García"),
        ("van der Berg, Jan", "van der Berg"),
        ("Sammy Davis, Jr.", "Davis"),
        ("Henry Gates III", "Gates"),
        ("Plato", "Plato"),
        ("", ""),
    ],
)
def test_family_names(author: str, family: str) -> None:
    """Either order of names, with suffixes and without."""
    assert family_name(author) == family


def test_claims_are_judged_together_and_in_order() -> None:
    """Many claims are asked about in few calls, no sooner than they are needed, and come back in order."""
    claims = [claim(f"squad {number}") for number in range(TOGETHER + 3)]
    judge = Reader()
    found = verified(claims, Index([said("a", "pro", 0.5), said("b", "con", 0.5)]), judge)
    first = next(found)
    assert judge.asked == [2 * TOGETHER]
    assert [each.claim for each in (first, *found)] == claims
    assert judge.asked == [2 * TOGETHER, 6]


def test_no_more_passages_than_asked_for() -> None:
    """``most`` bounds what the judge sees of each claim."""
    passages = [said(f"w{number}", "pro", 0.5) for number in range(9)]
    (found,) = verified([claim("squad")], Index(passages), Reader(), most=3)
    assert [each.passage.work for each in found.evidence] == ["w0", "w1", "w2"]


def test_a_judge_that_forgets_a_pair_is_refused() -> None:
    """A judge of one's own that does not answer for each pair: said, with both numbers."""

    class Short(Reader):
        """Answers for all pairs but one."""

        def __call__(self, pairs: Sequence[tuple[PaperClaim, Passage]]) -> list[Judgement]:
            return super().__call__(pairs)[1:]

    with pytest.raises(UserError, match="The judge 'reader' gave 1 judgements for 2 pairs"):
        list(verified([claim("squad")], Index([said("a", "pro", 1), said("b", "con", 1)]), Short()))


SAID = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.sampled_from(["pro", "con", "-"]), st.sampled_from([0.25, 0.5, 1.0])
    ),
    max_size=7,
)


@settings(max_examples=50, deadline=None)
@given(SAID, st.randoms(use_true_random=False))
def test_a_verdict_does_not_depend_on_the_order_of_passages(
    parts: list[tuple[str, str, float]],
    random: object,
) -> None:
    """However the same passages are ordered: one verdict, one confidence, one order of evidence."""
    passages = [said(work, label, confidence, start) for start, (work, label, confidence) in enumerate(parts)]
    # of more than are found of a work, which ones are found is the search's business
    by_work = [[each for each in passages if each.work == work] for work in "abc"]
    passages = [each for few in by_work for each in few[:OF_A_WORK]]
    mixed = list(passages)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    ordered, shuffled = checked(*passages), checked(*mixed)
    assert ordered == shuffled
    assert ordered.verdict in LABELS
    assert len(ordered.evidence) == len(passages)


@settings(max_examples=50, deadline=None)
@given(SAID)
def test_turned_round_it_is_the_other_verdict(parts: list[tuple[str, str, float]]) -> None:
    """With every pro a con, and every con a pro, a claim that was supported is contradicted as surely."""
    turned = {"pro": "con", "con": "pro", "-": "-"}
    passages = [said(*part, start=start) for start, part in enumerate(parts)]
    others = [
        said(work, turned[label], confidence, start) for start, (work, label, confidence) in enumerate(parts)
    ]
    one, other = checked(*passages), checked(*others)
    opposite = {SUPPORTED: CONTRADICTED, CONTRADICTED: SUPPORTED, UNKNOWN: UNKNOWN}
    assert other.verdict == opposite[one.verdict]
    assert (other.confidence, other.disputed) == (one.confidence, one.disputed)
