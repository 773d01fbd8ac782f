"""The command that says which studies there are, and writes them down."""

from __future__ import annotations

from typing import Annotated

import typer

from stiltwalk.cli.options import JsonOption, ScaleOption, StoreOption
from stiltwalk.spec.errors import UserError


def add_to(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command(
        epilog="Examples: stiltwalk studies; stiltwalk studies demo > my-study.yaml; "
        "stiltwalk studies --schema > study.schema.json"
    )(studies)


def studies(
    study: Annotated[
        str | None,
        typer.Argument(metavar="STUDY", help="Print this one as a study file: a file, a preset, or one run."),
    ] = None,
    scale: ScaleOption = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of study files, for editors.")
    ] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Which studies come along, at which scales, and which were run before."""
    from stiltwalk.cli import presets  # noqa: PLC0415  keeps --help quick

    if schema:
        if study is not None or scale is not None or json:
            raise UserError("--schema prints the schema of every study file: give it alone.")
        presets.show_schema()
    elif study is not None:
        presets.show_study(study, scale, store, as_json=json)
    elif scale is not None:
        raise UserError(f"--scale {scale} is of which study? Name it, or leave --scale out.")
    else:
        presets.show_studies(store, as_json=json)
