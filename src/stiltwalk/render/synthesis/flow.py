"""The flow of papers: found, told apart, left out and why, included; counted as PRISMA 2020 does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from stiltwalk.literature.records.synthesis import Excluded, Synthesis
from stiltwalk.render.synthesis.naming import source_title


class Part(NamedTuple):
    """A count that a box is made up of.

    Attributes:
        said: of what.
        number: how many.
    """

    said: str
    number: int


class Box(NamedTuple):
    """A box of the diagram.

    Attributes:
        said: what was counted.
        number: how many.
        parts: what they are made up of; empty: nothing more is said.
    """

    said: str
    number: int
    parts: tuple[Part, ...] = ()


class Stage(NamedTuple):
    """A step of the flow.

    Attributes:
        name: ``identification``.
        kept: what goes on.
        out: what leaves it here; ``None``: nothing does.
    """

    name: str
    kept: Box
    out: Box | None


def flow(synthesis: Synthesis) -> tuple[Stage, ...]:
    """The stages in order; what leaves a stage is missing from the count of the next."""
    counts = synthesis.screening
    early = [each for each in counts.excluded if each.stage == "screening"]
    late = [each for each in counts.excluded if each.stage == "text"]
    works = counts.identified - counts.duplicates
    included = len(counts.included)
    return (
        Stage(
            "Identification",
            Box(
                _of(counts.identified, "record identified", "records identified"),
                counts.identified,
                tuple(Part(source_title(each.source), each.found) for each in synthesis.searched),
            ),
            Box(_of(counts.duplicates, "duplicate left out", "duplicates left out"), counts.duplicates),
        ),
        Stage(
            "Screening",
            Box(f"{_of(works, 'work', 'works')} screened by title and abstract", works),
            _left_out(early),
        ),
        Stage(
            "Eligibility",
            Box(f"{_of(works - len(early), 'work', 'works')} whose text was sought", works - len(early)),
            _left_out(late),
        ),
        Stage(
            "Inclusion",
            Box(
                _of(included, "work included", "works included"),
                included,
                (
                    Part("read in full", counts.full_texts),
                    Part("by abstract alone", included - counts.full_texts),
                ),
            ),
            None,
        ),
    )


def _left_out(excluded: Sequence[Excluded]) -> Box:
    reasons = Counter(each.reason for each in excluded).most_common()
    return Box(
        _of(len(excluded), "work left out", "works left out"),
        len(excluded),
        tuple(Part(reason, count) for reason, count in reasons),
    )


def _of(count: int, one: str, several: str) -> str:
    return one if count == 1 else several
