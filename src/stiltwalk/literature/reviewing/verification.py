"""Verification: how many claims were held against what other papers say, and how broadly."""

from __future__ import annotations

from typing import Final

from stiltwalk.literature.records.evidence import UNKNOWN, Checked
from stiltwalk.literature.records.synthesis import Score, Synthesis
from stiltwalk.literature.reviewing.points import Point, scored, share

NAME: Final = "verification"

_INDEPENDENT: Final = 2


def reviewed(synthesis: Synthesis) -> Score:
    """Up to 3 points for claims with evidence, 5 for claims that are spoken to, 2 for two papers or more.

    - evidence (3): the share of claims for which a passage of another paper was found at all;
    - spoken to (5): the share of claims that other papers support, contradict or dispute;
    - two papers (2): of these, the share that two other papers or more take a side on.

    Which side they take is left to the reviewer of agreement.
    """
    count = len(synthesis.checked)
    found = sum(bool(each.evidence) for each in synthesis.checked)
    spoken_to = [each for each in synthesis.checked if each.disputed or each.verdict != UNKNOWN]
    broad = sum(len(_works_with_a_side(each)) >= _INDEPENDENT for each in spoken_to)
    return scored(
        NAME,
        (
            Point(
                3.0,
                share(found, count),
                f"For {found} of {count} claims a passage of another paper was found",
                "search for more papers (--sources, --limit), or give an encoder (--encoder) that finds the "
                "same in other words",
            ),
            Point(
                5.0,
                share(len(spoken_to), count),
                f"{len(spoken_to)} of {count} claims are supported, contradicted or disputed by other papers",
                "search for more papers, read them whole (--from), or give a model that reads (--judge)",
            ),
            Point(
                2.0,
                share(broad, len(spoken_to)),
                f"On {broad} of these {len(spoken_to)} claims two other papers or more take a side",
                "search for more papers",
            ),
        ),
    )


def _works_with_a_side(checked: Checked) -> set[str]:
    return {each.passage.work for each in checked.evidence if each.judgement.label != UNKNOWN}
