"""Agreement: whether papers that speak of the same thing say the same."""

from __future__ import annotations

from typing import Final

from stiltwalk.literature.records.evidence import CONTRADICTED, SUPPORTED
from stiltwalk.literature.records.synthesis import Score, Synthesis
from stiltwalk.literature.reviewing.points import Point, scored, share

NAME: Final = "agreement"


def reviewed(synthesis: Synthesis) -> Score:
    """Up to 6 points for claims that are supported and not contradicted, 4 for claims that nobody disputes.

    - supported (6): the share of supported claims among those that other papers decide;
    - undisputed (4): the share of claims without papers on both sides, among those that papers speak to.

    A claim that no other paper speaks to says nothing of agreement, and is left to the reviewer of
    verification.
    """
    supported = sum(each.verdict == SUPPORTED for each in synthesis.checked)
    contradicted = sum(each.verdict == CONTRADICTED for each in synthesis.checked)
    disputed = sum(each.disputed for each in synthesis.checked)
    decided = supported + contradicted
    # one that is disputed may still have more papers on one side than on the other
    spoken_to = sum(each.disputed or each.verdict in {SUPPORTED, CONTRADICTED} for each in synthesis.checked)
    return scored(
        NAME,
        (
            Point(
                6.0,
                share(supported, decided),
                f"{supported} claims are supported by other papers and {contradicted} contradicted",
                "nothing that is done here: look at the contradicted claims for what differs, and say so "
                "where you use them",
            ),
            Point(
                4.0,
                share(spoken_to - disputed, spoken_to),
                f"{disputed} of {spoken_to} claims that other papers speak to have papers on both sides",
                "search for more papers on the disputed claims (--limit, --sources)",
            ),
        ),
    )
