"""Commands on the store: what is kept, whether it is intact, what can go, and copies of it."""

from __future__ import annotations

from typing import Annotated

import typer

from stiltwalk.cli.options import JsonOption, StoreOption

UrlArgument = Annotated[
    str,
    typer.Argument(metavar="URL", help="Of the other store, as fsspec has it: file:///…, s3://…, sftp://…"),
]
StudyOption = Annotated[
    str | None, typer.Option("--study", metavar="STUDY", help="Only what this kept study needs.")
]


def add_to(app: typer.Typer) -> None:
    """Add the group ``store`` to ``app``."""
    group = typer.Typer(name="store", help="What is kept, and whether it is intact.", no_args_is_help=True)
    group.command(epilog="Example: stiltwalk store ls --kind predict")(ls)
    group.command(epilog="Examples: stiltwalk store verify; stiltwalk store verify 3f2a9c10 --json")(verify)
    group.command(
        epilog="Examples: stiltwalk store gc --dry-run; stiltwalk store gc --study first-light --yes"
    )(gc)
    group.command(epilog="Example: stiltwalk store push file:///shared/stiltwalk --study phang2020")(push)
    group.command(epilog="Example: stiltwalk store pull file:///shared/stiltwalk --study phang2020")(pull)
    app.add_typer(group, name="store")


def ls(
    kind: Annotated[
        str | None, typer.Option("--kind", help="Print the steps of this kind, the largest first.")
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Count finished steps and their sizes, by kind and by study; and what lies beside them."""
    from stiltwalk.cli import store as printed  # noqa: PLC0415  keeps --help quick

    printed.list_store(store, kind, as_json=json)


def verify(
    keys: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY]…", help="Steps by the first digits of their keys.")
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Read everything that is kept and compare it with what was put there; exit code 1 where it differs."""
    from stiltwalk.cli import store as printed  # noqa: PLC0415  keeps --help quick

    printed.verify_store(store, keys or [], as_json=json)


def gc(
    study: Annotated[
        list[str] | None,
        typer.Option("--study", metavar="STUDY", help="Drop this kept study too; may be repeated."),
    ] = None,
    stale: Annotated[
        bool, typer.Option("--stale", help="Drop what only earlier revisions of studies needed too.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would go, and delete nothing.")
    ] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Delete what no kept study needs: steps, tables, old unfinished work, drafts. Asks first."""
    from stiltwalk.cli import store as printed  # noqa: PLC0415  keeps --help quick

    printed.collect_garbage(store, study or [], stale=stale, yes=yes, dry_run=dry_run, as_json=json)


def push(
    url: UrlArgument, study: StudyOption = None, store: StoreOption = None, json: JsonOption = False
) -> None:
    """Copy finished steps and kept studies to another store; what is there already stays as it is."""
    from stiltwalk.cli import store as printed  # noqa: PLC0415  keeps --help quick

    printed.copy_out(url, store, study, as_json=json)


def pull(
    url: UrlArgument, study: StudyOption = None, store: StoreOption = None, json: JsonOption = False
) -> None:
    """Copy finished steps and kept studies from another store; what is here already stays as it is."""
    from stiltwalk.cli import store as printed  # noqa: PLC0415  keeps --help quick

    printed.copy_in(url, store, study, as_json=json)
