"""Commands on data: what is here, and whether it is whole."""

from __future__ import annotations

from typing import Annotated

import typer

from stiltwalk.cli.options import DataOption, JsonOption

TasksArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[TASK]…", help="Tasks; left out: all of them.")
]


def add_to(app: typer.Typer) -> None:
    """Add the ``data`` group to ``app``."""
    group = typer.Typer(help="Where data is, and whether it is whole.", no_args_is_help=True)
    group.command(epilog="Example: stiltwalk data ls udpos --data-dir data")(ls)
    group.command(epilog="Example: stiltwalk data verify xquad tatoeba --data-dir data --json")(verify)
    app.add_typer(group, name="data")


def ls(tasks: TasksArgument = None, data_dir: DataOption = None, json: JsonOption = False) -> None:
    """List the files of each task, split and language, present or missing."""
    from stiltwalk.cli import data  # noqa: PLC0415  keeps --help quick

    data.list_files(tasks or [], data_dir, as_json=json)


def verify(tasks: TasksArgument = None, data_dir: DataOption = None, json: JsonOption = False) -> None:
    """Read every example and compare the counts with the published ones."""
    from stiltwalk.cli import data  # noqa: PLC0415  keeps --help quick

    data.verify_files(tasks or [], data_dir, as_json=json)
