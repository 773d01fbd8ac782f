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
    OpenOption,
    OverrideOption,
    ReportOption,
    ReportOutOption,
    RetriesOption,
    StoreOption,
    TrackOption,
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
    track: TrackOption = None,
    dry_run: DryRunOption = False,
    report: ReportOption = True,
    out: ReportOutOption = None,
    show: OpenOption = False,
    json: JsonOption = False,
) -> None:
    """Run the whole pipeline on a miniature world in eight languages: no download, minutes on a laptop."""
    from stiltwalk.cli import demo as work  # noqa: PLC0415  keeps --help quick
    from stiltwalk.cli.reporting.ending import Ending  # noqa: PLC0415  the same

    told = options.trackers(track)
    how = work.How(workers, retries, options.engine(engine, engine_option), dry_run, told)
    ending = Ending(report, out, show).checked()
    work.run_demo(store, options.overrides(override), how, ending, controls=controls, as_json=json)
