"""Commands on studies: transfer, plan, run, status, results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stiltwalk.cli import options
from stiltwalk.cli.options import DataOption, JsonOption, OverrideOption, StoreOption, WorkersOption
from stiltwalk.spec.errors import UserError

StudyArgument = Annotated[
    str, typer.Argument(metavar="STUDY", help="A study file, a preset, or the name of a study run before.")
]

MemoryOption = Annotated[
    bool, typer.Option("--memory", help="Print instead what training takes on each card; needs no data.")
]
CardsOption = Annotated[str, typer.Option(help="With --memory: numbers of cards.")]
CardOption = Annotated[
    float | None,
    typer.Option(min=0, metavar="GB", help="With --memory: room of each card, to say what fits."),
]


def add_to(app: typer.Typer) -> None:
    """Add the study commands to ``app``."""
    app.command(epilog="Example: stiltwalk run first-light --data-dir data")(run)
    app.command(
        epilog="Examples: stiltwalk plan my-study.yaml -o seeds=5 --json; "
        "stiltwalk plan my-study.yaml --memory --cards 1,2,4,8 --card 80"
    )(plan)
    app.command(
        epilog="Example: stiltwalk transfer --encoder FacebookAI/xlm-roberta-base "
        "--intermediate commonsenseqa --target udpos,tatoeba --seeds 3 --data-dir data"
    )(transfer)
    app.command(epilog="Example: stiltwalk status first-light")(status)
    app.command(epilog="Example: stiltwalk results first-light --csv > rows.csv")(results)


def run(
    study: StudyArgument,
    data_dir: DataOption = None,
    store: StoreOption = None,
    override: OverrideOption = None,
    workers: WorkersOption = None,
    json: JsonOption = False,
) -> None:
    """Run what is missing of a study; safe to repeat, goes on where it stopped."""
    from stiltwalk.cli import outcomes, studies  # noqa: PLC0415  keeps --help quick

    prepared = studies.prepared(study, data_dir, store, options.overrides(override))
    studies.carry_out(prepared, workers)
    outcomes.show_results(prepared, as_json=json)


def plan(
    study: StudyArgument,
    data_dir: DataOption = None,
    store: StoreOption = None,
    override: OverrideOption = None,
    memory: MemoryOption = False,
    cards: CardsOption = "1,2,4,8",
    card: CardOption = None,
    json: JsonOption = False,
) -> None:
    """Show the steps of a study and which are already computed, before anything starts."""
    if memory:
        from stiltwalk.cli import memory as table  # noqa: PLC0415  keeps --help quick

        table.show_memory(study, store, options.overrides(override), cards, card, as_json=json)
        return
    if card is not None:
        raise UserError("--card says what fits of --memory. Give both, or neither.")
    from stiltwalk.cli import outcomes, studies  # noqa: PLC0415  keeps --help quick

    outcomes.show_plan(studies.prepared(study, data_dir, store, options.overrides(override)), as_json=json)


def transfer(
    encoder: Annotated[
        str, typer.Option(help="A hub id, a folder that AutoModel can read, or a step's key.")
    ],
    target: Annotated[str, typer.Option(help="Target tasks, or task files, separated by commas.")],
    intermediate: Annotated[str, typer.Option(help="Intermediate tasks or task files: one arm each.")] = "",
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds.")] = 3,
    recipe: Annotated[str, typer.Option(help="Named hyper-parameters.")] = "released",
    examples: Annotated[int | None, typer.Option(min=1, help="At most so many examples a training.")] = None,
    name: Annotated[str, typer.Option(help="What to call the study.")] = "transfer",
    data_dir: DataOption = None,
    store: StoreOption = None,
    override: OverrideOption = None,
    workers: WorkersOption = None,
    json: JsonOption = False,
) -> None:
    """Run a one-off study: encoder, intermediate arms, targets. The arm 'none' is always added."""
    from stiltwalk.cli import outcomes, studies  # noqa: PLC0415  keeps --help quick

    raw: dict[str, object] = {
        "study": name,
        "encoders": [encoder],
        "intermediate": options.split_names(intermediate),
        "targets": options.split_names(target),
        "seeds": seeds,
        "recipe": {"name": recipe},
    }
    if examples is not None:
        raw["recipe"] = {
            "name": recipe,
            "intermediate": {"examples": examples},
            "target": {"examples": examples},
        }
    prepared = studies.prepared_from(raw, "the command line", data_dir, store, options.overrides(override))
    studies.carry_out(prepared, workers)
    outcomes.show_results(prepared, as_json=json)


def status(
    study: Annotated[str | None, typer.Argument(help="A study; left out: all of them.")] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """What is done, running, failed or waiting, and why."""
    from stiltwalk.cli import outcomes  # noqa: PLC0415  keeps --help quick

    outcomes.show_status(study, store, as_json=json)


def results(
    study: StudyArgument,
    store: StoreOption = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print every row as CSV.")] = False,
    parquet: Annotated[Path | None, typer.Option(help="Write every row to this Parquet file.")] = None,
    benchmark: Annotated[
        str | None, typer.Option(help="Print a benchmark's table instead: xtreme or xtreme-r.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Result rows of a study, and gains over the arm 'none'."""
    if benchmark is not None:
        if csv or parquet:
            raise UserError("--benchmark prints a table, or --json. Leave out --csv and --parquet.")
        from stiltwalk.cli import benchmark as table  # noqa: PLC0415  keeps --help quick

        table.show_study(study, benchmark, store, as_json=json)
        return
    from stiltwalk.cli import outcomes  # noqa: PLC0415  keeps --help quick

    outcomes.print_results(study, store, csv=csv, parquet=parquet, as_json=json)
