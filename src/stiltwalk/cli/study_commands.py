"""Commands on studies: transfer, plan, run, results; and status, from its own file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stiltwalk.cli import options, status_command
from stiltwalk.cli.options import (
    DataOption,
    DryRunOption,
    EngineOption,
    EngineOptionsOption,
    JsonOption,
    OpenOption,
    OverrideOption,
    ReportOption,
    ReportOutOption,
    RetriesOption,
    ScaleOption,
    StoreOption,
    TrackOption,
    WorkersOption,
)
from stiltwalk.spec.errors import UserError

StudyArgument = Annotated[
    str, typer.Argument(metavar="STUDY", help="A study file, a preset, or the name of a study run before.")
]

MemoryOption = Annotated[
    bool, typer.Option("--memory", help="Print instead what training takes on each card; needs no data.")
]
CardsOption = Annotated[str, typer.Option(help="With --memory: numbers of cards.")]
CardOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Hours on that accelerator, such as A100-80; with --memory what fits it, or so many GB.",
    ),
]
ShareOption = Annotated[
    float | None,
    typer.Option(min=0.01, max=1, help="Of the operations that the card promises, the share reached (0.3)."),
]
ProbeOption = Annotated[
    bool, typer.Option("--probe", help="First train each encoder for 10 steps here, to know its speed.")
]
PriceOption = Annotated[float | None, typer.Option(min=0, help="Of an hour, to say what it all costs.")]
StepsOption = Annotated[bool, typer.Option("--steps", help="List every step, however many there are.")]
AgainstOption = Annotated[
    str | None, typer.Option(metavar="STUDY", help="Compare with another study: the steps both need.")
]


def add_to(app: typer.Typer) -> None:
    """Add the study commands to ``app``."""
    app.command(
        epilog="Examples: stiltwalk run first-light --data-dir data; "
        "stiltwalk run first-light --engine ray -e address=head:6379"
    )(run)
    app.command(
        epilog="Examples: stiltwalk plan my-study.yaml -o seeds=5 --json; "
        "stiltwalk plan my-study.yaml --card A100-80 --price 2; "
        "stiltwalk plan my-study.yaml --memory --cards 1,2,4,8 --card 80"
    )(plan)
    app.command(
        epilog="Example: stiltwalk transfer --encoder FacebookAI/xlm-roberta-base "
        "--intermediate commonsenseqa --target udpos,tatoeba --seeds 3 --data-dir data"
    )(transfer)
    app.command(epilog=status_command.EXAMPLES)(status_command.status)
    app.command(
        epilog="Examples: stiltwalk results first-light --csv > rows.csv; "
        "stiltwalk results first-light --arm pocket-nli --language de,sw"
    )(results)


def run(
    study: StudyArgument,
    scale: ScaleOption = None,
    data_dir: DataOption = None,
    store: StoreOption = None,
    override: OverrideOption = None,
    workers: WorkersOption = None,
    retries: RetriesOption = 1,
    engine: EngineOption = "local",
    engine_option: EngineOptionsOption = None,
    track: TrackOption = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Run what is missing of a study; safe to repeat, goes on where it stopped."""
    from stiltwalk.cli import outcomes, studies, verdict  # noqa: PLC0415  keeps --help quick

    choice, told = options.engine(engine, engine_option), options.trackers(track)
    prepared = studies.prepared(study, data_dir, store, options.overrides(override), scale)
    if dry_run:
        studies.rehearse(prepared, workers, choice)
    elif studies.carry_out(prepared, workers, retries, choice, told):
        outcomes.show_results(prepared, as_json=json)
        if not json:
            verdict.show_short(prepared.plan, prepared.place.store)
            typer.echo(f"With figures and tables: stiltwalk report {prepared.plan.study.study}")


def plan(
    study: StudyArgument,
    scale: ScaleOption = None,
    data_dir: DataOption = None,
    store: StoreOption = None,
    override: OverrideOption = None,
    memory: MemoryOption = False,
    cards: CardsOption = "1,2,4,8",
    card: CardOption = None,
    share: ShareOption = None,
    probe: ProbeOption = False,
    price: PriceOption = None,
    workers: WorkersOption = None,
    steps: StepsOption = False,
    against: AgainstOption = None,
    json: JsonOption = False,
) -> None:
    """Show the steps of a study, which are already computed, and what the others will cost.

    Works without the data and the encoders, with published counts.
    """
    if memory:
        if probe or steps or any(given is not None for given in (share, price, workers, against)):
            raise UserError(
                "--memory prints a table of its own. Leave out --share, --probe, --price, --workers, --steps "
                "and --against, or --memory."
            )
        from stiltwalk.cli import memory as table  # noqa: PLC0415  keeps --help quick

        table.show_memory(study, store, options.overrides(override), cards, card, scale, as_json=json)
        return
    from stiltwalk.cli import costs  # noqa: PLC0415  keeps --help quick

    asked = costs.Asked(card, share, probe, price, workers, steps, against)
    costs.show_plan(study, data_dir, store, options.overrides(override), scale, asked, as_json=json)


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
    """Run a one-off study: encoder, intermediate arms, targets. The arm 'none' is always added.

    It ends in a report.
    """
    from stiltwalk.cli import outcomes, studies  # noqa: PLC0415  keeps --help quick
    from stiltwalk.cli.reporting.ending import Ending  # noqa: PLC0415  the same

    ending = Ending(report, out, show).checked()

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
    choice, told = options.engine(engine, engine_option), options.trackers(track)
    prepared = studies.prepared_from(raw, "the command line", data_dir, store, options.overrides(override))
    if dry_run:
        studies.rehearse(prepared, workers, choice)
    elif studies.carry_out(prepared, workers, retries, choice, told):
        outcomes.show_results(prepared, ending, as_json=json)


def results(
    study: StudyArgument,
    scale: ScaleOption = None,
    store: StoreOption = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print every row as CSV.")] = False,
    parquet: Annotated[Path | None, typer.Option(help="Write every row to this Parquet file.")] = None,
    benchmark: Annotated[
        str | None, typer.Option(help="Print a benchmark's table instead: xtreme or xtreme-r.")
    ] = None,
    arm: Annotated[str, typer.Option(help="Of these arms alone, separated by commas.")] = "",
    target: Annotated[str, typer.Option(help="On these targets.")] = "",
    encoder: Annotated[str, typer.Option(help="Of these encoders.")] = "",
    language: Annotated[str, typer.Option(help="In these languages.")] = "",
    metric: Annotated[str, typer.Option(help="By these metrics.")] = "",
    json: JsonOption = False,
) -> None:
    """Result rows of a study, and gains over the arm 'none'."""
    if csv + json + (parquet is not None) > 1:
        raise UserError("--csv, --parquet and --json are each a form of its own. Give one of them.")
    if benchmark is not None:
        if csv or parquet:
            raise UserError("--benchmark prints a table, or --json. Leave out --csv and --parquet.")
        if arm or target or encoder or language or metric:
            raise UserError("--benchmark is over all of a study. Leave out --arm and the like.")
        from stiltwalk.cli import benchmark as table  # noqa: PLC0415  keeps --help quick

        table.show_study(study, benchmark, store, scale, as_json=json)
        return
    from stiltwalk.cli import results as printed  # noqa: PLC0415  keeps --help quick
    from stiltwalk.store.narrowing import Narrowing  # noqa: PLC0415  the same

    form = printed.Form(csv, parquet, json)
    wanted = [tuple(options.split_names(given)) for given in (encoder, arm, target, language, metric)]
    printed.print_results(study, store, scale, form, Narrowing(*wanted))
