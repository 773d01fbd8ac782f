"""The reviewers there are, and the scores that they and others give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from stiltwalk.literature.records.synthesis import Reviewer, Score, Synthesis
from stiltwalk.literature.reviewing import agreement, coverage, recency, source_quality, verification
from stiltwalk.spec.errors import UserError

REVIEWERS: Final[Mapping[str, Reviewer]] = {
    coverage.NAME: coverage.reviewed,
    agreement.NAME: agreement.reviewed,
    recency.NAME: recency.reviewed,
    source_quality.NAME: source_quality.reviewed,
    verification.NAME: verification.reviewed,
}
"""Name → reviewer, in the order in which they are shown."""


def scores_of(synthesis: Synthesis, reviewers: Sequence[Reviewer]) -> tuple[Score, ...]:
    """What each of ``reviewers`` says of ``synthesis``; none sees what the others say.

    Raises:
        UserError: one of them gives something else than a score, or two go by the same name.
    """
    bare = synthesis.model_copy(update={"scores": ()})
    found: list[Score] = []
    for reviewer in reviewers:
        said: object = reviewer(bare)
        name = getattr(reviewer, "__name__", repr(reviewer))
        if not isinstance(said, Score):
            raise UserError(
                f"The reviewer '{name}' gave {said!r:.120}: expected a Score "
                "(stiltwalk.literature.records.synthesis)."
            )
        if said.reviewer in {each.reviewer for each in found}:
            raise UserError(
                f"Two reviewers are called '{said.reviewer}'. Give the score of '{name}' another name."
            )
        found.append(said)
    return tuple(found)
