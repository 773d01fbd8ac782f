"""Claims as the results show them: by what became of them, the surest first, bounded in number and length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.literature.records.evidence import CONTRADICTED, SUPPORTED, Checked, Weighed

Standing = Literal["supported", "contradicted", "disputed", "without evidence"]
"""Of a claim: its verdict, but that a tie is told from what nothing was found for."""

STANDINGS: Final[Mapping[Standing, str]] = {
    "supported": "Other included works state the same, with the same number where the claim states one.",
    "contradicted": "Other included works state the opposite, or another number for the same.",
    "disputed": "As many included works stand on one side as on the other, which decides nothing.",
    "without evidence": (
        "No other included work states enough to decide. That says nothing of whether such a claim is true."
    ),
}
"""Groups in their order → what they are."""

MOST_CLAIMS: Final = 100
"""Of one group on the page."""
MOST_EVIDENCE: Final = 4
"""Passages of one claim on the page."""


class Shown(NamedTuple):
    """A claim as it stands on the page.

    Attributes:
        number: of its own among all claims of the synthesis, from 1 on.
        cited: number of the reference that it is from.
        checked: the claim and what was found for it.
        slots: what the sentence states → as it states it.
        evidence: passages with the numbers of their references, what decided first.
        more: passages that are not shown.
    """

    number: int
    cited: int
    checked: Checked
    slots: Mapping[str, str]
    evidence: tuple[Evidence, ...]
    more: int


class Evidence(NamedTuple):
    """A passage that was held against a claim.

    Attributes:
        cited: number of its reference.
        weighed: the passage, and what the judge says of it.
    """

    cited: int
    weighed: Weighed


class Group(NamedTuple):
    """Claims of which the same became.

    Attributes:
        name: what became of them.
        says: what that means.
        shown: those on the page, the surest first.
        every: how many there are.
    """

    name: Standing
    says: str
    shown: tuple[Shown, ...]
    every: int


def standing(each: Checked) -> Standing:
    """What became of a claim."""
    if each.verdict == SUPPORTED:
        return "supported"
    if each.verdict == CONTRADICTED:
        return "contradicted"
    return "disputed" if each.disputed else "without evidence"


def counts(checked: Sequence[Checked]) -> dict[Standing, int]:
    """Every group → how many claims are of it."""
    found = dict.fromkeys(STANDINGS, 0)
    for each in checked:
        found[standing(each)] += 1
    return found


def groups(checked: Sequence[Checked], numbers: Mapping[str, int]) -> tuple[Group, ...]:
    """The groups that have claims, in their order.

    Args:
        checked: all claims of a synthesis.
        numbers: key of a work → number of its reference.
    """
    of: dict[Standing, list[tuple[int, Checked]]] = {name: [] for name in STANDINGS}
    for number, each in enumerate(checked, 1):
        of[standing(each)].append((number, each))
    found = []
    for name, says in STANDINGS.items():
        surest = sorted(of[name], key=lambda pair: (-pair[1].confidence, pair[0]))[:MOST_CLAIMS]
        if surest:
            shown = tuple(shown_claim(number, each, numbers) for number, each in surest)
            found.append(Group(name, says, shown, len(of[name])))
    return tuple(found)


def shown_claim(number: int, each: Checked, numbers: Mapping[str, int]) -> Shown:
    """One claim with its evidence, bounded."""
    evidence = tuple(
        Evidence(numbers[weighed.passage.work], weighed) for weighed in each.evidence[:MOST_EVIDENCE]
    )
    return Shown(
        number,
        numbers[each.claim.work],
        each,
        slots(each.claim),
        evidence,
        len(each.evidence) - len(evidence),
    )


def slots(claim: PaperClaim) -> dict[str, str]:
    """What a claim states → as it states it; what it does not state is left out."""
    found = {
        "subject": claim.subject,
        "compared with": claim.comparison,
        "direction": "" if claim.direction == "unclear" else claim.direction,
        "values": ", ".join(value.text for value in claim.values),
        "metric": claim.metric,
        "data set": claim.data_set,
        "condition": claim.condition,
    }
    return {name: text for name, text in found.items() if text}


def sides(each: Checked, label: str) -> tuple[str, ...]:
    """Keys of the works whose passages have ``label``, each once."""
    return tuple(dict.fromkeys(w.passage.work for w in each.evidence if w.judgement.label == label))


def sources(each: Checked) -> tuple[str, ...]:
    """Keys of the works that a row of the table names: the claim's own, then those that speak to it."""
    speaking = (key for label in (SUPPORTED, CONTRADICTED) for key in sides(each, label))
    return tuple(dict.fromkeys((each.claim.work, *speaking)))
