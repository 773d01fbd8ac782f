"""The command that writes a trained model for others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stiltwalk.cli.options import DataOption, JsonOption, StoreOption
from stiltwalk.spec.errors import UserError


def add_to(app: typer.Typer) -> None:
    """Add ``export`` to ``app``."""
    app.command(
        epilog="Examples: stiltwalk export 3f2a91c0 --out my-model; "
        "stiltwalk export 3f2a91c0 --push my-name/my-model --private"
    )(export)


def export(
    step: Annotated[
        str, typer.Argument(metavar="STEP", help="The first 8 or more digits of a training's key.")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A folder that is not there yet, or is empty.")
    ] = None,
    push: Annotated[
        str | None, typer.Option(metavar="REPO_ID", help="Upload it there: NAMESPACE/NAME on the hub.")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="With --push: a repository that is made is private.")
    ] = False,
    revision: Annotated[
        str | None, typer.Option(metavar="BRANCH", help="With --push: to this branch (default: main).")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="With --push: upload without asking.")] = False,
    data_dir: DataOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Write a trained model as a plain Hugging Face checkpoint with a model card.

    AutoModelForSequenceClassification and its like open it without stiltwalk; so does `stiltwalk evaluate`.
    Where transformers has no head that computes the same, the encoder is written alone, and that is said.
    Keys stand in `stiltwalk status STUDY --json` and in the column 'step' of results (of tests; their parent
    is the training: `stiltwalk status STUDY --why STEP`).

    With --push it is uploaded: what goes is listed and asked for first. You must be logged in to the hub, by
    `hf auth login` or HF_TOKEN; HF_ENDPOINT names another hub.
    """
    from stiltwalk.cli import export as exporting  # noqa: PLC0415  keeps --help quick
    from stiltwalk.cli.publishing import MAIN, Destination  # noqa: PLC0415  the same

    if push is None and (private or revision or yes):
        raise UserError(
            "--private, --revision and --yes say how to upload. Give --push REPO_ID, or leave them."
        )
    if out is None and push is None:
        raise UserError("Nothing says where to. Give --out DIR, --push REPO_ID, or both.")
    to = None if push is None else Destination(push, private, revision or MAIN)
    exporting.export(step, out, store, data_dir, exporting.Sending(to, yes), as_json=json)
