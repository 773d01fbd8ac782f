"""The command ``stiltwalk``: what there is, and how mistakes and interruptions end."""

from __future__ import annotations

import os
import sys
import traceback

import typer

from stiltwalk import __version__
from stiltwalk.cli import (
    audit_command,
    benchmark_commands,
    catalogue_commands,
    claims_command,
    data_commands,
    demo_command,
    evaluate_command,
    export_command,
    literature_command,
    preset_commands,
    report_command,
    store_commands,
    study_commands,
    verdict_command,
    worker_command,
)
from stiltwalk.cli.folding import folded
from stiltwalk.spec.errors import InterruptedRunError, StepFailedError, UserError

DONE, FAILED, MISTAKE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: everything done; a step failed; the user's mistake; interrupted."""

_BUG = "This is a bug in stiltwalk, not in your study. Please report it."

app = typer.Typer(
    name="stiltwalk",
    help="Intermediate-task training for zero-shot cross-lingual transfer, from one study file.",
    epilog="Exit codes: 0 done, 1 a step failed, 2 a mistake in what was asked, 130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    add_completion=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"stiltwalk {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    pass


demo_command.add_to(app)
study_commands.add_to(app)
verdict_command.add_to(app)
audit_command.add_to(app)
report_command.add_to(app)
literature_command.add_to(app)
evaluate_command.add_to(app)
export_command.add_to(app)
benchmark_commands.add_to(app)
catalogue_commands.add_to(app)
preset_commands.add_to(app)
claims_command.add_to(app)
data_commands.add_to(app)
store_commands.add_to(app)
worker_command.add_to(app)


def main() -> None:
    """Run the command line and end with one of the four exit codes."""
    # a spawned worker tokenises by itself; the library's own threads would fight it for the cores
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        ended = app(standalone_mode=False)
    except UserError as error:
        _say(str(error))
        sys.exit(MISTAKE)
    except StepFailedError as error:
        _say(str(error))
        sys.exit(FAILED)
    except InterruptedRunError as error:
        _say(str(error))
        sys.exit(INTERRUPTED)
    except OSError as error:
        # only now, for nothing else of the command line needs the store
        from stiltwalk.store.disk import explained  # noqa: PLC0415

        said = explained(error, error.filename or "what was to be written")
        _say(str(said) if said else f"{traceback.format_exc()}\n{_BUG}")
        sys.exit(MISTAKE if said else FAILED)
    except Exception as error:  # our own mistake, or an option typer refuses
        show = getattr(error, "show", None)
        if show is not None:
            show()
            sys.exit(MISTAKE)
        _say(f"{traceback.format_exc()}\n{_BUG}")
        sys.exit(FAILED)
    if ended == INTERRUPTED:  # typer turns Ctrl-C into this return value
        _say("interrupted")
    sys.exit(ended if isinstance(ended, int) else DONE)


def _say(message: str) -> None:
    # the last word before leaving
    print(folded(f"stiltwalk: {message}", sys.stderr), file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
