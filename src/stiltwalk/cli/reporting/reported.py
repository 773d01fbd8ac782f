"""Making the report of a study from a store, for the command and for those that end in it."""

from __future__ import annotations

import webbrowser
from collections.abc import Sequence
from pathlib import Path

from stiltwalk.cli import show
from stiltwalk.cli.reporting.gather import gathered_contents
from stiltwalk.cli.reporting.literature import read_syntheses
from stiltwalk.cli.reporting.parts import Parts
from stiltwalk.plan.nodes import Plan
from stiltwalk.render.folder import require_place
from stiltwalk.render.write import written
from stiltwalk.store.store import Store


def default_folder(plan: Plan) -> Path:
    """Where the report of a study goes where nothing is said: ``NAME-report`` in the current folder."""
    return Path(f"{plan.study.study}-report")


def reported(
    plan: Plan,
    store: Store,
    out: Path,
    *,
    claims: Path | None = None,
    literature: Sequence[str] = (),
    final: bool = False,
    quiet: bool = False,
) -> Path:
    """Write the report of the study of ``plan`` into the folder ``out``; returns the path of its page.

    Args:
        plan: of the study.
        store: where its steps lie.
        out: the folder, new, empty or an earlier report.
        claims: a file of claims in place of those that come along.
        literature: names of kept syntheses, or files of them, whose claims stand beside the study.
        final: judge the study as it stands, though cells are missing; recorded as its last look.
        quiet: say nothing of how far it is.

    Raises:
        UserError: nothing of the study is finished, the folder holds something else or cannot be written, or
            a finished step, the file of claims or a synthesis is damaged; there is no such synthesis.
    """
    place = require_place(out)  # before a minute is spent
    syntheses = read_syntheses(store, literature)
    with Parts(quiet=quiet) as parts:
        contents = gathered_contents(
            plan, store, claims_file=claims, literature=syntheses, final=final, say=parts.say
        )
        return written(contents, place, say=parts.say)


def open_page(page: Path) -> None:
    """Show ``page`` in the browser that this machine prefers; where there is none, say so."""
    if not webbrowser.open(page.as_uri()):
        show.note(f"no browser was found to open {page} with")
