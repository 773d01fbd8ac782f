"""The command that lists claims, and holds them against a study's rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stiltwalk.cli.options import JsonOption, ScaleOption, StoreOption
from stiltwalk.spec.errors import UserError


def add_to(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command(
        epilog="Examples: stiltwalk claims; stiltwalk claims phang2020 --scale full; "
        "stiltwalk claims my-study --claims my-claims.yaml --json"
    )(claims)


def claims(
    study: Annotated[
        str | None,
        typer.Argument(metavar="STUDY", help="Judge them by the rows of this one: a study run before."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--claims", metavar="FILE", help="Claims of your own, in place of those that come along."
        ),
    ] = None,
    scale: ScaleOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """What papers claim of intermediate training, and what your own rows say of it."""
    from stiltwalk.cli import claims as printing  # noqa: PLC0415  keeps --help quick

    if study is not None:
        printing.show_judged(study, scale, store, file, as_json=json)
    elif scale is not None:
        raise UserError(f"--scale {scale} is of which study? Name it, or leave --scale out.")
    else:
        printing.show_claims(file, as_json=json)
