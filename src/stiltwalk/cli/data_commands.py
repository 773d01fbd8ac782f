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
    group.command(
        epilog="Examples: stiltwalk data ls udpos --data-dir data; "
        "stiltwalk data ls pocket-nli --show 5 --language sw"
    )(ls)
    group.command(epilog="Example: stiltwalk data verify xquad tatoeba --data-dir data --json")(verify)
    app.add_typer(group, name="data")


def ls(
    tasks: TasksArgument = None,
    data_dir: DataOption = None,
    show: Annotated[
        int, typer.Option("--show", min=0, metavar="N", help="Print the first N examples instead of files.")
    ] = 0,
    language: Annotated[str | None, typer.Option(help="Of the examples printed.")] = None,
    split: Annotated[str | None, typer.Option(help="Of the examples printed: train, dev or test.")] = None,
    json: JsonOption = False,
) -> None:
    """List the files of each task, split and language; with --show print examples instead.

    Generated examples are printed with English glosses.
    """
    from stiltwalk.cli import data, examples  # noqa: PLC0415  keeps --help quick

    if show:
        examples.show_examples(tasks or [], data_dir, show, language, split, as_json=json)
    else:
        data.list_files(tasks or [], data_dir, as_json=json)


def verify(tasks: TasksArgument = None, data_dir: DataOption = None, json: JsonOption = False) -> None:
    """Read every example and compare the counts with the published ones."""
    from stiltwalk.cli import data  # noqa: PLC0415  keeps --help quick

    data.verify_files(tasks or [], data_dir, as_json=json)
