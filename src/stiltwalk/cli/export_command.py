"""The command that writes a trained model for others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stiltwalk.cli.options import DataOption, JsonOption, StoreOption


def add_to(app: typer.Typer) -> None:
    """Add ``export`` to ``app``."""
    app.command(epilog="Example: stiltwalk export 3f2a91c0 --out my-model")(export)


def export(
    step: Annotated[
        str, typer.Argument(metavar="STEP", help="The first 8 or more digits of a training's key.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="A folder that is not there yet, or is empty.")],
    data_dir: DataOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Write a trained model as a plain Hugging Face checkpoint with a model card.

    AutoModelForSequenceClassification and its like open it without stiltwalk; so does `stiltwalk evaluate`.
    Where transformers has no head that computes the same, the encoder is written alone, and that is said.
    Keys stand in `stiltwalk status STUDY --json` and in the column 'step' of results (of tests; their parent
    is the training: `stiltwalk status STUDY --why STEP`).
    """
    from stiltwalk.cli import export as exporting  # noqa: PLC0415  keeps --help quick

    exporting.export(step, out, store, data_dir, as_json=json)
