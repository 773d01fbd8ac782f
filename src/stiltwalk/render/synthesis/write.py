"""Writing a synthesis: the page, its claims, its references, and all of it for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from stiltwalk.literature.keeping import content_of
from stiltwalk.literature.records.synthesis import Synthesis
from stiltwalk.render.folder import put_text, replacing, require_place
from stiltwalk.render.synthesis.bibtex import bibtex
from stiltwalk.render.synthesis.citing import numbers_of
from stiltwalk.render.synthesis.listing import claims_json, claims_table, excluded_table
from stiltwalk.render.synthesis.page import page
from stiltwalk.render.tables.table import csv, markdown

PAGE: Final = "report.html"

Say = Callable[[str], None]


def written(
    synthesis: Synthesis,
    out: Path,
    *,
    say: Say = lambda part: None,  # noqa: ARG005  nobody listens by default
) -> Path:
    """Write the report of ``synthesis`` into the folder ``out``, in place of an earlier one.

    It becomes ``report.html``; ``claims.csv``, ``.md`` and ``.json``; ``references.bib``; ``excluded.csv``;
    ``synthesis.json``, from which it can be made again; and ``manifest.json``, by which it is known as a
    report. An earlier report stays as it is until the new one is complete.

    Args:
        synthesis: what it shows.
        out: the folder; made where it is not there.
        say: is told of each part when it is begun.

    Returns:
        The path of the page.

    Raises:
        UserError: ``synthesis`` cites a work that is none of its own; ``out`` holds other things than an
            earlier report, which are left as they are, or cannot be written.
    """
    place = require_place(out)
    numbers = numbers_of(synthesis)
    with replacing(place) as draft:
        say("claims")
        table = claims_table(synthesis, numbers)
        put_text(draft / "claims.csv", csv(table))
        put_text(draft / "claims.md", markdown(table))
        put_text(draft / "claims.json", claims_json(synthesis, numbers))
        put_text(draft / "excluded.csv", csv(excluded_table(synthesis.screening.excluded)))
        say("references")
        put_text(draft / "references.bib", bibtex(synthesis.works))
        put_text(draft / "synthesis.json", _dumped(synthesis))
        say("page")
        put_text(draft / PAGE, page(synthesis))
    return place / PAGE


def _dumped(synthesis: Synthesis) -> str:
    """In the form in which a synthesis is kept, so that ``report --literature`` reads it."""
    return (
        json.dumps(content_of(synthesis), ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
        + "\n"
    )
