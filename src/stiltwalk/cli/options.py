"""Options that several commands share, and what they mean when left out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from stiltwalk.spec.errors import UserError

if TYPE_CHECKING:
    from stiltwalk.engine.engine_options import EngineChoice
    from stiltwalk.store.store import Store

StoreOption = Annotated[
    Path | None,
    typer.Option("--store", help="Where results are kept (default: STILTWALK_STORE, else your data folder)."),
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder of the original data files (default: STILTWALK_DATA)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
OverrideOption = Annotated[
    list[str] | None,
    typer.Option("-o", "--override", metavar="A.B=C", help="Override any field of the study."),
]
ScaleOption = Annotated[
    str | None,
    typer.Option("--scale", help="At which of the study's scales (default: its first; see 'studies')."),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=0,
        help="Worker processes (default: cores / threads, at most two a GPU; 0: in this process). Steps wait "
        "until their memory fits (STILTWALK_MEMORY: gigabytes of each device to use).",
    ),
]
RetriesOption = Annotated[
    int,
    typer.Option(
        "--retries",
        min=0,
        help="How often a step is tried again after what may pass: no memory, a lost process, a faulty disk.",
    ),
]


EngineOption = Annotated[
    str, typer.Option("--engine", help="Who carries steps out: local, ray or slurm.", metavar="NAME")
]
EngineOptionsOption = Annotated[
    list[str] | None,
    typer.Option("-e", metavar="NAME=VALUE", help="An option of the engine, such as -e address=head:6379."),
]
TrackOption = Annotated[
    str | None,
    typer.Option(
        "--track",
        metavar="NAMES",
        help="Trackers that draw trainings while they run, such as trackio,tensorboard (default: "
        "STILTWALK_TRACK, else none). They change no result.",
    ),
]
DryRunOption = Annotated[
    bool,
    typer.Option("--dry-run", help="Only say what would be started (slurm: print its script)."),
]
OpenOption = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]
ReportOption = Annotated[bool, typer.Option("--report/--no-report", help="End in a report of the study.")]
ReportOutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Of the report (default: reports/NAME in the store)."),
]


def store_root(given: Path | None) -> Path:
    """The store's folder: as given, else ``STILTWALK_STORE``, else the platform's data folder."""
    # light commands must not pay for the store's imports
    from stiltwalk.store.store import default_root  # noqa: PLC0415

    return given or default_root()


def kept_store(given: Path | None) -> Store:
    """The store that is there: for commands that only read what is kept, and make none.

    Raises:
        UserError: there is none, or it cannot be opened.
    """
    # light commands must not pay for the store's imports
    from stiltwalk.store.store import open_store  # noqa: PLC0415

    root = store_root(given)
    # what begins with a dot is no part of a store
    if not root.exists() or (root.is_dir() and all(path.name.startswith(".") for path in root.iterdir())):
        raise UserError(
            f"There is no store in {root}: expected a folder that a run has kept results in. Name it with "
            "--store or STILTWALK_STORE; 'stiltwalk run' and 'stiltwalk demo' make one."
        )
    return open_store(root)


def data_dir(given: Path | None) -> Path | None:
    """The data folder: as given, else ``STILTWALK_DATA``, else none; only a task with files asks for one."""
    named = os.environ.get("STILTWALK_DATA")
    return given or (Path(named) if named else None)


def overrides(given: Sequence[str] | None) -> dict[str, Any]:
    """``-o a.b=c`` options as a mapping; values are read as YAML.

    Raises:
        UserError: an option without ``=``, or whose value is not YAML.
    """
    found: dict[str, Any] = {}
    for option in given or ():
        dotted, equals, value = option.partition("=")
        if not equals or not dotted:
            raise UserError(f"-o {option}: expected FIELD=VALUE, for example -o recipe.target.epochs=1.")
        found[dotted] = _value(dotted, value)
    return found


def _value(dotted: str, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:  # not YAML; a date that no calendar has
        wrong = getattr(error, "problem", None) or str(error)
        quoted = text.replace("'", "").replace('"', "")
        raise UserError(
            f"-o {dotted}={text}: the value is not valid YAML: {wrong}. A list is written [1, 2], and text "
            "with signs of YAML in quotation marks, and all of it in the shell's: "
            f"-o '{dotted}=\"{quoted}\"'."
        ) from None


def engine(name: str, given: Sequence[str] | None) -> EngineChoice:
    """``--engine NAME -e OPTION=VALUE``: values are text, but YAML if they begin with ``{`` or ``[``.

    ``-e resources.a100=1`` is an entry of a mapping.

    Raises:
        UserError: an option without ``=``, or one that the engine does not have; no such engine.
    """
    # light commands must not pay for pydantic
    from stiltwalk.engine.engine_options import choose_engine  # noqa: PLC0415

    found: dict[str, Any] = {}
    for option in given or ():
        dotted, equals, text = option.partition("=")
        if not equals or not dotted:
            raise UserError(f"-e {option}: expected NAME=VALUE, for example -e address=head:6379.")
        outer, _, inner = dotted.partition(".")
        value = _structure(option, text) if text.startswith(("{", "[")) else text
        before = found.get(outer)
        found[outer] = {**(before if isinstance(before, dict) else {}), inner: value} if inner else value
    return choose_engine(name, found)


def trackers(given: str | None) -> tuple[str, ...]:
    """The trackers to tell: as given, else those of ``STILTWALK_TRACK``, else none.

    Raises:
        UserError: one of them does not exist, or is not installed.
    """
    # light commands must not pay for pydantic
    from stiltwalk.spec.tracking import chosen_trackers  # noqa: PLC0415

    return chosen_trackers((os.environ.get("STILTWALK_TRACK", "") if given is None else given).split(","))


def _structure(option: str, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise UserError(f"-e {option}: expected a mapping or a list, such as {{a100: 1}}.") from None


def split_names(given: str) -> list[str]:
    """``A,B`` as a list, blanks and empty names left out."""
    return [name.strip() for name in given.split(",") if name.strip()]
