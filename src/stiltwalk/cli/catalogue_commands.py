"""Commands that say what exists: tasks, languages, published results, encoders, and this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from stiltwalk.cli.options import JsonOption, StoreOption
from stiltwalk.spec.errors import UserError

MarkdownOption = Annotated[
    bool, typer.Option("--markdown", help="Print Markdown tables, as in docs/tasks.md.")
]
TargetOption = Annotated[
    str | None,
    typer.Option("--target", help="One target task, or xtreme and its groups (xtreme-tagging ...)."),
]
ModelOption = Annotated[str | None, typer.Option("--model", help="One model, as its source calls it.")]
RecalledOption = Annotated[
    bool, typer.Option("--recalled", help="Also numbers from memory alone, never read in a source.")
]
LaddersOption = Annotated[
    bool, typer.Option("--ladders", help="Families of encoders in several sizes, for a study's encoders.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.command(
        epilog="Examples: stiltwalk tasks --json; stiltwalk tasks my-task.yaml; "
        "stiltwalk tasks --template question-answering > my-task.yaml"
    )(tasks)
    app.command(epilog="Example: stiltwalk languages --json")(languages)
    app.command(epilog="Example: stiltwalk published --target xnli --model 'XLM-R Large'")(published)
    app.command(epilog="Examples: stiltwalk encoders; stiltwalk encoders --ladders")(encoders)
    app.command(epilog="Example: stiltwalk doctor")(doctor)


def tasks(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[TASK]…", help="Print these in full; files serve as well.")
    ] = None,
    template: Annotated[
        str | None, typer.Option(metavar="TYPE", help="Print a file to declare a task of your own with.")
    ] = None,
    json: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Every task: type, stages, languages, metrics and the files it is read from."""
    from stiltwalk.cli import catalogue, task_record  # noqa: PLC0415  keeps --help quick

    if json and markdown:
        raise UserError("Give one of --json and --markdown, not both.")
    if template is not None:
        if names or json or markdown:
            raise UserError("--template prints a file of its own: give it alone.")
        task_record.show_template(template)
    elif names:
        if markdown:
            raise UserError("--markdown prints every task. Leave the names out.")
        task_record.show_records(names, as_json=json)
    elif markdown:
        catalogue.show_tasks_as_markdown()
    else:
        catalogue.show_tasks(as_json=json)


def languages(json: JsonOption = False) -> None:
    """Every language: script, family, in how many tasks it is tested, which benchmarks hold it."""
    from stiltwalk.cli import catalogue  # noqa: PLC0415  keeps --help quick

    catalogue.show_languages(as_json=json)


def published(
    target: TargetOption = None,
    model: ModelOption = None,
    recalled: RecalledOption = False,
    json: JsonOption = False,
) -> None:
    """Results that others published, to set beside your own."""
    from stiltwalk.cli import catalogue  # noqa: PLC0415  keeps --help quick

    catalogue.show_published(target, model, recalled=recalled, as_json=json)


def encoders(store: StoreOption = None, ladders: LaddersOption = False, json: JsonOption = False) -> None:
    """Encoders known by name, and those pretrained here."""
    from stiltwalk.cli import catalogue  # noqa: PLC0415  keeps --help quick

    if ladders:
        catalogue.show_ladders(as_json=json)
    else:
        catalogue.show_encoders(store, as_json=json)


def doctor(store: StoreOption = None, json: JsonOption = False) -> None:
    """What this machine can do, and what is missing."""
    from stiltwalk.cli import catalogue  # noqa: PLC0415  keeps --help quick

    catalogue.show_doctor(store, as_json=json)
