"""The command audit: what independent reviewers say of how a study is made."""

from __future__ import annotations

from typing import Annotated

import typer

from stiltwalk.cli import options
from stiltwalk.cli.options import JsonOption, ScaleOption, StoreOption

StudyArgument = Annotated[
    str, typer.Argument(metavar="STUDY", help="A study file, a preset, or the name of a study run before.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(
        epilog="Examples: stiltwalk audit phang2020 --scale pocket; stiltwalk audit my-study.yaml --json"
    )(audit)


def audit(
    study: StudyArgument, scale: ScaleOption = None, store: StoreOption = None, json: JsonOption = False
) -> None:
    """How a study is made: five reviewers, a score out of 10 each, and what would raise it at least cost.

    Nothing is judged of what the study found. One of which nothing is finished is audited by its plan.
    """
    from stiltwalk.cli import audit as printed  # noqa: PLC0415  keeps --help quick
    from stiltwalk.store.store import open_store  # noqa: PLC0415  the same

    found = printed.audit_called(open_store(options.store_root(store)), study, scale)
    if json:
        printed.print_audit(found)
    else:
        printed.show_audit(found)
