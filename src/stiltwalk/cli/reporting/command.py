"""What the command report does, once its arguments are read."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from stiltwalk.cli import show
from stiltwalk.cli.named import kept_plan
from stiltwalk.cli.options import kept_store
from stiltwalk.cli.reporting.reported import default_folder, open_page, reported
from stiltwalk.render.folder import files_in, require_place


class Asked(NamedTuple):
    """What is asked of a report.

    Attributes:
        out: its folder; ``None``: ``NAME-report`` in the current one.
        claims: a file of claims in place of those that come along.
        literature: names of syntheses, or files of them, that stand beside the study.
        final: judge the study as it stands; recorded as its last look.
        opened: whether the page is opened in a browser.
        json: print one object with the files, and nothing else.
    """

    out: Path | None
    claims: Path | None
    literature: tuple[str, ...]
    final: bool
    opened: bool
    json: bool


def make_report(name: str, scale: str | None, root: Path, asked: Asked) -> None:
    """Make the report of a study that was run before, and print where it is.

    Raises:
        UserError: there is no such study, nothing of it is finished, its steps cannot be read, or the folder
            holds something else or cannot be written.
    """
    store = kept_store(root)
    plan = kept_plan(store, name, scale)
    place = require_place(asked.out or default_folder(plan))
    if not asked.json:
        show.note(f"writes {place}: report.html, figures, tables, claims.json, study.yaml")
    page = reported(
        plan,
        store,
        place,
        claims=asked.claims,
        literature=asked.literature,
        final=asked.final,
        quiet=asked.json,
    )
    if asked.json:
        show.print_object(
            {
                "study": plan.study.study,
                "folder": str(place),
                "page": str(page),
                "files": files_in(place),
            }
        )
    else:
        show.console.print(str(page), markup=False, soft_wrap=True)
    if asked.opened:
        open_page(page)
