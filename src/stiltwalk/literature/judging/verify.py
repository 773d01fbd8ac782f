"""Verification: every claim is held against passages of other papers, of which each paper has one vote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.literature.records.evidence import (
    CONTRADICTED,
    SUPPORTED,
    UNKNOWN,
    Checked,
    Judge,
    Judgement,
    Label,
    Passage,
    Weighed,
)
from stiltwalk.literature.retrieval import Hit, Index
from stiltwalk.literature.words import folded
from stiltwalk.spec.errors import UserError

TOGETHER: Final = 32
"""Claims that are searched for and judged at once: models are quicker on many pairs."""

_SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv"})


class _Sides(NamedTuple):
    """The votes of works, strongest first."""

    supporting: tuple[Weighed, ...]
    contradicting: tuple[Weighed, ...]


def verified(
    claims: Iterable[PaperClaim],
    index: Index,
    judge: Judge,
    *,
    most: int = 8,
    authors: Mapping[str, tuple[str, ...]] | None = None,
) -> Iterator[Checked]:
    """Each of ``claims`` with its verdict, in order; they are asked for as they are needed.

    A work votes by the passage of it that the judge is most confident about among those that support or
    contradict the claim. The side with more works wins; where both have as many, and there are any, the
    verdict is "not enough evidence", and the claim is disputed.

    The confidence of a verdict is that of the strongest vote for it, times the share of votes for it. Where
    no work votes, it is the least confidence with which the judge found nothing in a passage, 0 where there
    is none; where the votes are as many on both sides, it is that of the weaker side's strongest vote.

    Args:
        claims: of any works.
        index: of the passages of all works.
        judge: whose labels count.
        most: passages for a claim.
        authors: work → its authors; a work whose first author has the same family name as that of the
            claim's own counts as every other, and the reason says so.

    Raises:
        UserError: the judge does not give a judgement for each pair.
    """
    waiting = iter(claims)
    while together := list(islice(waiting, TOGETHER)):
        found = index.search_all(together, most)
        pairs = [(claim, hit.passage) for claim, hits in zip(together, found, strict=True) for hit in hits]
        given = iter(_judged(judge, pairs))
        for claim, hits in zip(together, found, strict=True):
            weighed = [_weighed(hit, next(given)) for hit in hits]
            yield _checked(claim, weighed, authors or {})


def _judged(judge: Judge, pairs: Sequence[tuple[PaperClaim, Passage]]) -> Sequence[Judgement]:
    judgements = judge(pairs) if pairs else ()
    if len(judgements) != len(pairs):
        raise UserError(
            f"The judge '{judge.name}' gave {len(judgements)} judgements for {len(pairs)} pairs of claim and "
            "passage. Expected: one for each, in order."
        )
    return judgements


def _weighed(hit: Hit, judgement: Judgement) -> Weighed:
    return Weighed(passage=hit.passage, judgement=judgement, relevance=hit.relevance)


def _checked(claim: PaperClaim, weighed: list[Weighed], authors: Mapping[str, tuple[str, ...]]) -> Checked:
    sides = _votes(weighed)
    verdict, winning, losing = _outcome(sides)
    return Checked(
        claim=claim,
        verdict=verdict,
        confidence=_confidence(verdict, sides, weighed),
        disputed=bool(sides.supporting and sides.contradicting),
        reason=_reason(claim, sides, weighed, authors),
        evidence=_in_order(weighed, winning, losing),
    )


def _votes(weighed: Iterable[Weighed]) -> _Sides:
    """The strongest passage of each work that says anything, by side."""
    votes: dict[str, Weighed] = {}
    for each in sorted(weighed, key=_weakness):
        if each.judgement.label != UNKNOWN:
            votes.setdefault(each.passage.work, each)
    return _Sides(
        tuple(vote for vote in votes.values() if vote.judgement.label == SUPPORTED),
        tuple(vote for vote in votes.values() if vote.judgement.label == CONTRADICTED),
    )


def _weakness(each: Weighed) -> tuple[float, float, str, int]:
    """Sorts the strongest first; nothing is left to the order in which passages were found."""
    return -each.judgement.confidence, -each.relevance, each.passage.work, each.passage.start


def _outcome(sides: _Sides) -> tuple[Label, tuple[Weighed, ...], tuple[Weighed, ...]]:
    """The verdict, the votes for it, and the others; of a tie those that support come first."""
    more = len(sides.supporting) - len(sides.contradicting)
    if more < 0:
        return CONTRADICTED, sides.contradicting, sides.supporting
    return SUPPORTED if more > 0 else UNKNOWN, sides.supporting, sides.contradicting


def _confidence(verdict: Label, sides: _Sides, weighed: Sequence[Weighed]) -> float:
    strongest = [side[0].judgement.confidence for side in sides if side]
    if verdict != UNKNOWN:
        winning = sides.supporting if verdict == SUPPORTED else sides.contradicting
        return winning[0].judgement.confidence * len(winning) / sum(map(len, sides))
    return min(strongest or [each.judgement.confidence for each in weighed], default=0.0)


def _in_order(
    weighed: Iterable[Weighed], winning: Iterable[Weighed], losing: Iterable[Weighed]
) -> tuple[Weighed, ...]:
    """All evidence: votes of the winning side, of the other, what else says something, and the rest."""
    voted = [*winning, *losing]
    others = sorted(
        (each for each in weighed if each not in voted),
        key=lambda each: (
            each.judgement.label == UNKNOWN,
            0.0 if each.judgement.label == UNKNOWN else -each.judgement.confidence,
            -each.relevance,
            each.passage.work,
            each.passage.start,
        ),
    )
    return (*voted, *others)


def _reason(
    claim: PaperClaim, sides: _Sides, weighed: Sequence[Weighed], authors: Mapping[str, tuple[str, ...]]
) -> str:
    """One sentence: how many papers say what, and which of them are hardly independent."""
    if not weighed:
        return "No passage of another paper was found for it."
    works = {each.passage.work for each in weighed}
    silent = len(works) - sum(map(len, sides))
    parts = [
        f"{_papers(len(votes))} {verb if len(votes) == 1 else plural} it"
        for votes, verb, plural in (
            (sides.supporting, "supports", "support"),
            (sides.contradicting, "contradicts", "contradict"),
        )
        if votes
    ]
    if silent:
        undecided = "does not decide" if silent == 1 else "do not decide"
        parts.append(f"{_papers(silent)} {undecided} it")
    kin = _kin(claim, sides, authors)
    note = f" ({kin})" if kin else ""
    return f"By {_count(len(weighed), 'passage')}: {', '.join(parts)}{note}."


def _kin(claim: PaperClaim, sides: _Sides, authors: Mapping[str, tuple[str, ...]]) -> str:
    """How many of the papers that vote have a first author of the claim's own first author's family name."""
    own = _first_family(claim.work, authors)
    votes = [vote.passage.work for side in sides for vote in side]
    alike = sum(folded(_first_family(work, authors)) == folded(own) for work in votes)
    if not own or not alike:
        return ""
    return f"{alike} of them with a first author {own}, as the claim's own: hardly independent"


def _first_family(work: str, authors: Mapping[str, tuple[str, ...]]) -> str:
    return family_name(next(iter(authors.get(work, ())), ""))


def family_name(author: str) -> str:
    """The family name of ``Given Family`` or ``Family, Given``; what follows it, such as Jr., is none."""
    before, comma, after = author.partition(",")
    if comma and not _is_suffix(after):
        return before.strip()
    words = before.split()
    while len(words) > 1 and _is_suffix(words[-1]):
        words.pop()
    return words[-1] if words else ""


def _is_suffix(word: str) -> bool:
    return folded(word).strip(" .") in _SUFFIXES


def _papers(count: int) -> str:
    return _count(count, "paper")


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
