"""The one family of errors, and the wording of an unknown name.

StiltwalkError
├── UserError            the user can mend it: shown without a traceback, exit code 2
│   ├── UnknownNameError     a name that does not exist; suggests the nearest that does
│   ├── DataError            a file that is missing, cut short or not what its layout promises
│   └── StudyError           a study that cannot be carried out as written
├── StepFailedError      a step of a study failed; the others are kept, exit code 1
│   └── DiskFullError        there is no room left to write to; the run stops, exit code 1
├── LeaseLostError       another worker took this step over; nothing is published twice
└── InterruptedRunError  stopped on request; what was computed is kept, exit code 130
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class StiltwalkError(Exception):
    """Everything stiltwalk raises on purpose."""


class UserError(StiltwalkError):
    """A mistake the user can mend; the message says how."""


class UnknownNameError(UserError):
    """A name that does not exist."""


class DataError(UserError):
    """A data file that is missing, cut short or not what its layout promises."""

    def __init__(self, path: Path | str, line: int | None, message: str) -> None:
        where = f"{path}" if line is None else f"{path}, line {line}"
        super().__init__(f"{where}: {message}")
        self.path = Path(path)
        self.line = line


class StudyError(UserError):
    """A study that cannot be carried out as written."""


class StepFailedError(StiltwalkError):
    """A step of a study failed."""


class DiskFullError(StepFailedError):
    """There is no room left on a disk that a run writes to; what was finished is kept."""


class LeaseLostError(StiltwalkError):
    """Another worker took over the step that this one was carrying out."""


class InterruptedRunError(StiltwalkError):
    """The run was asked to stop; what was computed so far is kept."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name closest in spelling to ``name``, if any is close."""
    names = {k.lower(): k for k in known}
    matches = get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    return names[matches[0]] if matches else None


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """The error for ``name``, which is no ``kind``: suggests the nearest, lists what there is."""
    names = sorted(known)
    close = nearest(name, names)
    hint = f" Did you mean '{close}'?" if close else ""
    shown = ", ".join(names[:80]) + (", …" if len(names) > 80 else "")
    return UnknownNameError(f"There is no {kind} '{name}'.{hint} There is: {shown or 'none'}.")
