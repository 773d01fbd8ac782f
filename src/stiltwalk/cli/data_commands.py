"""Commands on data: what is here, and whether it is whole."""

from __future__ import annotations

from pathlib import Path
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
    group.command(
        epilog="Examples: stiltwalk data fetch mnli --data-dir data; "
        "stiltwalk data fetch xnli --split test --language sw --language de; "
        "stiltwalk data fetch wikipedia --language sw --parts 1"
    )(fetch)
    group.command(
        name="import", epilog="Example: stiltwalk data import xnli ~/Downloads/XNLI-1.0.zip --data-dir data"
    )(import_)
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


def fetch(
    tasks: Annotated[list[str], typer.Argument(metavar="TASK…", help="Tasks to fetch.")],
    data_dir: DataOption = None,
    language: Annotated[list[str] | None, typer.Option(help="Only this language; may be repeated.")] = None,
    split: Annotated[
        list[str] | None, typer.Option(help="Only this split: train, dev or test; may be repeated.")
    ] = None,
    revision: Annotated[
        str | None, typer.Option(help="Commit, branch or tag (default: the locked one, else the newest).")
    ] = None,
    parts: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Of each split only the first N files that the hub has (default: all)."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Bring tasks from the Hugging Face hub, lock their revision, and count what came."""
    from stiltwalk.cli import data_sources  # noqa: PLC0415  keeps --help quick

    data_sources.fetch_tasks(tasks, data_dir, split or [], language or [], revision, parts, as_json=json)


def import_(
    task: Annotated[str, typer.Argument(help="The task whose files these are.")],
    sources: Annotated[
        list[Path], typer.Argument(metavar="SOURCE…", help="Archives (zip, tar), folders or files.")
    ],
    data_dir: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Take original files out of archives or folders, put them where they are looked for, and count them."""
    from stiltwalk.cli import data_sources  # noqa: PLC0415  keeps --help quick

    data_sources.import_task(task, sources, data_dir, as_json=json)
