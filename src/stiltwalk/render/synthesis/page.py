"""The page of a synthesis: laid out as such papers are, every claim with its quote, source and evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from jinja2 import Environment

from stiltwalk.literature.records.synthesis import Synthesis
from stiltwalk.render.page.frame import asset, environment, policy, sheet
from stiltwalk.render.page.placing import Link
from stiltwalk.render.page.quoting import quoted
from stiltwalk.render.synthesis.abstract import abstract
from stiltwalk.render.synthesis.citing import numbers_of, references
from stiltwalk.render.synthesis.flow import flow
from stiltwalk.render.synthesis.grouping import counts, groups, shown_claim, sources
from stiltwalk.render.synthesis.limitations import limitations
from stiltwalk.render.synthesis.naming import many, source_title, thousands

PARTS: Final[Mapping[str, str]] = {
    "abstract": "Abstract",
    "introduction": "Introduction",
    "methodology": "Methodology",
    "findings": "Results",
    "limits": "Limitations",
    "claims-table": "Claims",
    "works": "References",
    "beside-it": "Files",
}
"""Parts → their headings, in the order of a paper."""

MOST_ROWS: Final = 250
"""Of any list or table on the page; all of it is in a file beside it."""
MOST_PASSAGES: Final = 20

FILES: Final[Mapping[str, str]] = {
    "claims.csv": "every claim, a row each",
    "claims.md": "the same as Markdown",
    "claims.json": "every claim with all of its evidence, to the letter",
    "references.bib": "every included work, as BibTeX",
    "excluded.csv": "every work that was left out, and why",
    "synthesis.json": "all of it",
}
"""Files beside the page → what is in them."""


class Bounded(NamedTuple):
    """The beginning of a list.

    Attributes:
        shown: what stands on the page.
        more: how many do not.
    """

    shown: Sequence[Any]
    more: int


def page(synthesis: Synthesis) -> str:
    """The synthesis as one HTML file: its style and its script are inside, and it fetches nothing.

    It opens from a disk, prints, and can be read without its script; a synthesis of any length makes a page
    that can be read, which says what it leaves out and where that is. Everything from papers is escaped.

    Raises:
        UserError: it cites a work that is none of its own.
    """
    numbers = numbers_of(synthesis)
    style, script = sheet(), asset("frame.js")
    every = synthesis.checked
    rows = [shown_claim(number, each, numbers) for number, each in enumerate(every[:MOST_ROWS], 1)]
    grouped = groups(every, numbers)
    values: dict[str, Any] = {
        "s": synthesis,
        "parts": _parts(synthesis),
        "first": "abstract",
        "abstract": abstract(synthesis),
        "balance": counts(every),
        "flow": flow(synthesis),
        "excluded": _bounded(synthesis.screening.excluded),
        "groups": grouped,
        "opened": {shown.number for group in grouped for shown in group.shown},
        "limitations": limitations(synthesis),
        "warnings": _bounded(synthesis.warnings),
        "suspicious": _bounded(synthesis.suspicious, MOST_PASSAGES),
        "rows": Bounded(rows, len(every) - len(rows)),
        "sources_of": {shown.number: [numbers[key] for key in sources(shown.checked)] for shown in rows},
        "numbers": numbers,
        "references": references(synthesis),
        "files": [(Link(name.rsplit(".", 1)[1], name), said) for name, said in FILES.items()],
        "style": style,
        "script": script,
        "policy": policy(style, script),
    }
    return _environment().get_template("synthesis.html").render(values)


@cache
def _environment() -> Environment:
    packages = ("stiltwalk.render.synthesis", "stiltwalk.render.page")
    return environment(packages, (many, quoted, source_title, thousands))


def _parts(synthesis: Synthesis) -> dict[str, str]:
    """The parts that there is something to say in, with their headings."""
    empty = {"claims-table": not synthesis.checked, "works": not synthesis.works}
    return {name: heading for name, heading in PARTS.items() if not empty.get(name, False)}


def _bounded(every: Sequence[Any], most: int = MOST_ROWS) -> Bounded:
    return Bounded(every[:most], max(0, len(every) - most))
