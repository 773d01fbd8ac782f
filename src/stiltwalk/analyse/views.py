"""Views of averages for people: what they are called, and those that say nothing new once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from stiltwalk.analyse.comparing import View

HEADLINE: Final = "headline"
COLLAPSED: Final = "with degenerate runs"

NAMES: Final[Mapping[View, str]] = {
    "headline": HEADLINE,
    "zero-shot": "all but English",
    "unseen": "unseen languages",
    "without-repeats": "no repeated data",
    "without-retrieval": "no retrieval",
    "headline-without-retrieval": "headline, no retrieval",
}

LEGEND: Final = (
    "headline: languages that the arm has not seen, targets whose training data it does not repeat; a view "
    "with the same cells has no line of its own. Every target counts the same. Degenerate runs are left out "
    "unless a line says so. Holm: p adjusted for the number of arms; controls have none."
)


def distinct(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """Of the averages of one arm over one thing, what a view is called and its row.

    Views of the same cells are one, called the headline where that is among them. Last the headline with
    collapsed runs, where there are any.

    Args:
        rows: the fields of ``averages.Average``, of one encoder, arm and ``of``, in every view.
    """
    same: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["healthy"]:
            same.setdefault((row["cells"], row["targets"], repr(row["gain"])), []).append(row)
    found = []
    for group in same.values():
        headline = [row for row in group if row["view"] == HEADLINE]
        name = HEADLINE if headline else "; ".join(NAMES[row["view"]] for row in group)
        found.append((name, (headline or group)[0]))
    collapsed = [row for row in rows if not row["healthy"] and row["view"] == HEADLINE and row["degenerate"]]
    return [*found, *((COLLAPSED, row) for row in collapsed)]
