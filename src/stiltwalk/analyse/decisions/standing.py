"""What is said beside every verdict: what was taken for granted, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stiltwalk.analyse.decisions.wording import counted, listed
from stiltwalk.analyse.evidence import Evidence

FEWEST_SEEDS: Final = 5
"""Seeds for any claim; three do for a rehearsal."""


STANDING: Final = (
    (
        "Headline: languages other than English that no arm of the comparison was trained on in between, of "
        "targets whose training data none of them repeats. Collapsed runs are left out unless a number says "
        "so."
    ),
    (
        "The seed is the unit of inference: what is left of a score once its arm and its seed are taken out "
        "is normal noise, its variance pooled over arms and shrunk towards the arm's own."
    ),
    (
        "Every target counts the same, and so does every language of a target; other targets and languages "
        "are not spoken of."
    ),
)
"""What every comparison of arms rests on."""


def missing_caveats(evidence: Evidence) -> Iterator[str]:
    """What there is too little of: cells, arms, seeds."""
    if evidence.finished < evidence.planned:
        yield f"{evidence.finished} of {counted(evidence.planned, 'cell')} are finished."
    arms = set(evidence.scores["intermediate"])
    absent = [arm for arm in evidence.study.arms if arm not in arms]
    if absent and arms:
        yield f"Without any score: {listed(absent)}."
    unknown = int(evidence.scores["score"].isna().sum())
    if unknown:
        yield f"{counted(unknown, 'score')} of {len(evidence.scores)} are no number and count as missing."
    seeds = int(evidence.scores["seed"].nunique())
    if 0 < seeds < FEWEST_SEEDS:
        yield f"{counted(seeds, 'seed')}: a claim takes {FEWEST_SEEDS} at least, fewer do for a rehearsal."
