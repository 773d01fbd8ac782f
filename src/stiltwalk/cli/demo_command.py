"""The command that shows the whole pipeline in minutes."""

from __future__ import annotations

from typing import Annotated

import typer

from stiltwalk.cli import options
from stiltwalk.cli.options import (
    DryRunOption,
    EngineOption,
    EngineOptionsOption,
    JsonOption,
    OverrideOption,
    RetriesOption,
    StoreOption,
    WorkersOption,
)


def add_to(app: typer.Typer) -> None:
    """Add ``demo`` to ``app``."""
    app.command(epilog="Example: stiltwalk demo --controls")(demo)


def demo(
    controls: Annotated[
        bool, typer.Option("--controls", help="Also an unpretrained encoder, and NLI without premises.")
    ] = False,
    store: StoreOption = None,
    override: OverrideOption = None,
    workers: WorkersOption = None,
    retries: RetriesOption = 1,
    engine: EngineOption = "local",
    engine_option: EngineOptionsOption = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Run the whole pipeline on a miniature world in eight languages: no download, minutes on a laptop."""
    from stiltwalk.cli import demo as work  # noqa: PLC0415  keeps --help quick

    how = work.How(workers, retries, options.engine(engine, engine_option), dry_run)
    work.run_demo(store, options.overrides(override), how, controls=controls, as_json=json)
