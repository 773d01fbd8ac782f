"""The command on what has become of studies: status."""

from __future__ import annotations

from typing import Annotated

import typer

from stiltwalk.cli.options import JsonOption, ScaleOption, StoreOption
from stiltwalk.spec.errors import UserError

EXAMPLES = (
    "Examples: stiltwalk status first-light --watch; "
    "stiltwalk status first-light --why 'target xquad, seed 1' --log"
)

EVERY_SECONDS = 5.0


def status(
    study: Annotated[str | None, typer.Argument(help="A study; left out: all of them.")] = None,
    scale: ScaleOption = None,
    store: StoreOption = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on showing it until it is done.")] = False,
    every: Annotated[
        float | None, typer.Option(min=0.2, metavar="SECONDS", help="With --watch: between two looks (5).")
    ] = None,
    every_step: Annotated[
        bool, typer.Option("--all", help="List every step, however many there are.")
    ] = False,
    why: Annotated[
        str | None,
        typer.Option(
            metavar="STEP", help="Explain one step: first digits of its key, or words of its title."
        ),
    ] = None,
    log: Annotated[bool, typer.Option("--log", help="With --why: print the step's whole log.")] = False,
    json: JsonOption = False,
) -> None:
    """What is done, running, failed or waiting, and why; how long it will take and what it has cost."""
    if every is not None and not watch:
        raise UserError("--every is how often --watch looks. Give both, or neither.")
    if watch and (why is not None or log or json or every_step):
        raise UserError("--watch shows a table that changes. Leave out --why, --log, --all and --json.")
    if log and json:
        raise UserError("--log prints a log as it is. Leave out --json.")
    from stiltwalk.cli import reasons, watching  # noqa: PLC0415  keeps --help quick

    if watch:
        watching.watch(study, store, scale, EVERY_SECONDS if every is None else every)
    elif why is not None or log:
        reasons.show_reasons(study, why, store, scale, whole_log=log, as_json=json)
    else:
        watching.show_status(study, store, scale, every_step=every_step, as_json=json)
