"""The table of all proofs, by name."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatch
from typing import Final

from trust import comparisons, decisions, families, fits, gains, posteriors
from trust.measures import Proof

PROOFS: Final[Mapping[str, Proof]] = {
    proof.name: proof
    for proof in (
        *gains.PROOFS,
        *families.PROOFS,
        *decisions.PROOFS,
        *comparisons.PROOFS,
        *fits.PROOFS,
        *posteriors.PROOFS,
    )
}


def chosen(patterns: tuple[str, ...]) -> dict[str, Proof]:
    """The proofs whose names match one of ``patterns``; all where there is none.

    Raises:
        ValueError: a pattern that no name matches.
    """
    for pattern in patterns:
        if not any(fnmatch(name, pattern) for name in PROOFS):
            raise ValueError(f"no proof is called '{pattern}'. There is: {', '.join(PROOFS)}")
    return {
        name: proof
        for name, proof in PROOFS.items()
        if not patterns or any(fnmatch(name, pattern) for pattern in patterns)
    }
