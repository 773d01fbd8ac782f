"""The command verdict: what a study's results decide of its question."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stiltwalk.cli import options
from stiltwalk.cli.options import JsonOption, ScaleOption, StoreOption

StudyArgument = Annotated[
    str, typer.Argument(metavar="STUDY", help="A study file, a preset, or the name of a study run before.")
]
LanguagesOption = Annotated[
    bool, typer.Option("--languages", help="Also print how languages differ, and agree with each other.")
]
FinalOption = Annotated[
    bool,
    typer.Option(
        "--final", help="Judge the study as it stands, though cells are missing; recorded as its last look."
    ),
]
FigureOption = Annotated[
    Path | None, typer.Option("--figure", metavar="FILE", help="Also draw it: .svg, .pdf or .png.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(
        epilog="Examples: stiltwalk verdict size-xtreme-r --scale pocket; "
        "stiltwalk verdict my-study --json > verdict.json; stiltwalk verdict my-study --final --figure v.svg"
    )(verdict)


def verdict(
    study: StudyArgument,
    scale: ScaleOption = None,
    store: StoreOption = None,
    languages: LanguagesOption = False,
    final: FinalOption = False,
    figure: FigureOption = None,
    every_number: Annotated[
        bool, typer.Option("--all", help="Print every number, however many there are.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """What a study's results decide of its question: a sentence, its numbers, and what would decide more.

    The analysis was frozen at the study's first run. A verdict on new results is a look, and is recorded.
    """
    from stiltwalk.cli import verdict as printed  # noqa: PLC0415  keeps --help quick
    from stiltwalk.cli.named import kept_plan  # noqa: PLC0415  the same

    if figure is not None:  # before a look is spent
        from stiltwalk.render.charts.chart import format_of  # noqa: PLC0415  matplotlib is slow to come up

        format_of(figure)
    opened = options.kept_store(store)
    plan = kept_plan(opened, study, scale)
    found = printed.judged(plan, opened, final=final)
    if json:
        printed.print_verdict(found)
    else:
        printed.show_verdict(found, every=every_number)
    if figure is not None:
        printed.save_figure(found, figure)
    if languages and not json:
        from stiltwalk.cli.across import show_across  # noqa: PLC0415  the same

        show_across(found.evidence.scores, plan, opened, confidence=found.evidence.confidence)
