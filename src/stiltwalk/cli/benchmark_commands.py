"""Commands on benchmarks: official scores of a submission, and submissions from stored predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stiltwalk.cli.options import DataOption, JsonOption, ScaleOption, StoreOption
from stiltwalk.cli.study_commands import StudyArgument

BenchmarkOption = Annotated[str, typer.Option(help="Whose rules: xtreme or xtreme-r.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.command(epilog="Example: stiltwalk score predictions labels --benchmark xtreme")(score)
    app.command(
        epilog="Example: stiltwalk submission my-study --arm commonsenseqa --seed 1 "
        "--out predictions --labels labels"
    )(submission)


def score(
    predictions: Annotated[
        Path, typer.Argument(metavar="PREDICTIONS", help="A folder with a folder of files for each task.")
    ],
    labels: Annotated[Path, typer.Argument(metavar="LABELS", help="The same with the right labels.")],
    benchmark: BenchmarkOption = "xtreme",
    json: JsonOption = False,
) -> None:
    """Score a submission folder as the benchmark's own script does: languages, tasks, groups, total.

    Files are TASK/test-LANGUAGE.tsv, .json or .jsonl. What is missing is listed; no mean is taken without it.
    """
    from stiltwalk.cli import benchmark as work  # noqa: PLC0415  keeps --help quick

    work.score_folders(predictions, labels, benchmark, as_json=json)


def submission(
    study: StudyArgument,
    scale: ScaleOption = None,
    arm: Annotated[str, typer.Option(help="The intermediate arm whose predictions are written.")] = "none",
    encoder: Annotated[str | None, typer.Option(help="The encoder, where the study has several.")] = None,
    seed: Annotated[int | None, typer.Option(help="The seed, where the study has several.")] = None,
    benchmark: BenchmarkOption = "xtreme",
    out: Annotated[Path, typer.Option(help="A new folder to write the predictions into.")] = Path(
        "predictions"
    ),
    labels: Annotated[
        Path | None, typer.Option(help="Another new folder, for the labels of what is written.")
    ] = None,
    data_dir: DataOption = None,
    store: StoreOption = None,
) -> None:
    """Write the stored predictions of one arm of a study as a submission folder.

    With --labels also the labels from the data files, so that 'stiltwalk score' can compare the two.
    """
    from stiltwalk.cli import submission as work  # noqa: PLC0415  keeps --help quick

    chosen = work.Choice(study, scale, arm, encoder, seed)
    work.write_submission(chosen, benchmark, (out, labels), (data_dir, store))
