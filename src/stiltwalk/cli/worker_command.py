"""The hidden command that is one worker of a run: engines start it on other machines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add ``worker`` to ``app``, unlisted: nobody types it."""
    app.command(hidden=True)(worker)


def worker(
    store: Annotated[Path, typer.Option(help="The store that all workers share.")],
    study: Annotated[str, typer.Option(help="The study's name in the store.")],
    revision: Annotated[str, typer.Option(help="The revision of its plan.")],
    since: Annotated[
        float | None,
        typer.Option(help="Try again what failed before: epoch seconds; default: now."),
    ] = None,
    retries: Annotated[int, typer.Option(min=0, help="How often what may pass is tried again.")] = 1,
    number: Annotated[int, typer.Option(min=0, help="Which worker of the run this is.")] = 0,
) -> None:
    """Carry out steps of a kept study until none is left for this worker.

    SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2 or SIGXCPU: write down where the step is, and end with code 130.
    """
    from stiltwalk.cli.worker import be_worker  # noqa: PLC0415  keeps --help quick
    from stiltwalk.engine.remote import RunRef  # noqa: PLC0415  keeps --help quick

    be_worker(RunRef(str(store.absolute()), study, revision), since, retries, number)
