"""The command report: a study's results as one page, with figures, tables and claims beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stiltwalk.cli import options
from stiltwalk.cli.options import JsonOption, OpenOption, ScaleOption, StoreOption

StudyArgument = Annotated[
    str, typer.Argument(metavar="STUDY", help="A study file, a preset, or the name of a study run before.")
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="New, empty or an earlier report (default: NAME-report)."),
]
ClaimsOption = Annotated[
    Path | None,
    typer.Option("--claims", metavar="FILE", help="Claims of your own, in place of those that come along."),
]
LiteratureOption = Annotated[
    list[str] | None,
    typer.Option(
        "--literature",
        metavar="L",
        help="Put what others found beside it: a synthesis, by name or as synthesis.json; repeatable.",
    ),
]
FinalOption = Annotated[
    bool,
    typer.Option(
        "--final", help="Judge the study as it stands, though cells are missing; recorded as its last look."
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(
        epilog="Examples: stiltwalk report phang2020 --scale pocket --open; "
        "stiltwalk report my-study --out paper/report --claims my-claims.yaml"
    )(report)


def report(
    study: StudyArgument,
    scale: ScaleOption = None,
    out: OutOption = None,
    store: StoreOption = None,
    claims: ClaimsOption = None,
    literature: LiteratureOption = None,
    final: FinalOption = False,
    show: OpenOption = False,
    json: JsonOption = False,
) -> None:
    """A study's results as one page that needs no network, with every figure and table as files beside it.

    A study that is not complete is reported as far as it is finished, and its verdict is held back.
    """
    from stiltwalk.cli.reporting import command  # noqa: PLC0415  keeps --help quick

    asked = command.Asked(out, claims, tuple(literature or ()), final, show, json)
    command.make_report(study, scale, options.store_root(store), asked)
