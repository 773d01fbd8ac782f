"""Commands that say what exists: tasks, encoders, and what this machine can do."""

from __future__ import annotations

import typer

from stiltwalk.cli.options import JsonOption, StoreOption


def add_to(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.command(epilog="Example: stiltwalk tasks --json")(tasks)
    app.command(epilog="Example: stiltwalk encoders")(encoders)
    app.command(epilog="Example: stiltwalk doctor")(doctor)


def tasks(json: JsonOption = False) -> None:
    """Every task: type, stages, languages, metrics and the files it is read from."""
    from stiltwalk.cli import catalogue  # noqa: PLC0415  keeps --help quick

    catalogue.show_tasks(as_json=json)


def encoders(store: StoreOption = None, json: JsonOption = False) -> None:
    """Encoders known by name, and those pretrained here."""
    from stiltwalk.cli import catalogue  # noqa: PLC0415  keeps --help quick

    catalogue.show_encoders(store, as_json=json)


def doctor(store: StoreOption = None, json: JsonOption = False) -> None:
    """What this machine can do, and what is missing."""
    from stiltwalk.cli import catalogue  # noqa: PLC0415  keeps --help quick

    catalogue.show_doctor(store, as_json=json)
