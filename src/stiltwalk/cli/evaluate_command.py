"""The command that evaluates one model zero-shot."""

from __future__ import annotations

from typing import Annotated

import typer

from stiltwalk.cli import options
from stiltwalk.cli.options import DataOption, JsonOption, OverrideOption, StoreOption, WorkersOption


def add_to(app: typer.Typer) -> None:
    """Add ``evaluate`` to ``app``."""
    app.command(epilog="Example: stiltwalk evaluate ./my-model --target udpos,tatoeba --data-dir data")(
        evaluate
    )


def evaluate(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A folder, a hub id, or the key of a finished step.")
    ],
    target: Annotated[
        str,
        typer.Option(help="Target tasks or task files, separated by commas; or a benchmark's name, or all."),
    ],
    recipe: Annotated[str, typer.Option(help="Recipe that says how long inputs may be.")] = "released",
    prefix: Annotated[
        str | None, typer.Option(help="Retrieval: put in front of every sentence, such as 'query: '.")
    ] = None,
    data_dir: DataOption = None,
    store: StoreOption = None,
    override: OverrideOption = None,
    workers: WorkersOption = None,
    json: JsonOption = False,
) -> None:
    """Test a model on target tasks in every language; nothing is trained.

    Retrieval needs only an encoder; one saved by sentence-transformers makes its vectors its own way. Other
    targets need a model with a head of their type: a step of this store, or a checkpoint saved from
    AutoModelForTokenClassification and its like. With xtreme, xtreme-r or all in place of names, what the
    model cannot be tested on here is left out, and said.
    """
    from stiltwalk.cli import outcomes, studies  # noqa: PLC0415  keeps --help quick

    # a study file's word for it: quoting a text that ends in ': ' as YAML is hard on a command line
    changes = options.overrides(override) | ({} if prefix is None else {"encoders.0.prefix": prefix})
    prepared = studies.prepared_evaluation(
        model, options.split_names(target), recipe, (data_dir, store), changes
    )
    studies.carry_out(prepared, workers)
    outcomes.show_results(prepared, as_json=json)
