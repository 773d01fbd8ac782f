"""SLURM's queue, as far as an array of workers needs it: which are there, which wait, and why."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from stiltwalk.spec.errors import UserError
from stiltwalk.store.atomic import write_json

ANSWER_SECONDS = 60.0
"""How long SLURM's commands may take."""

_FILE = "arrays.json"


class Submitted(NamedTuple):
    """An array of workers that was submitted.

    Attributes:
        job: its number.
        workers: how many jobs it has.
        revision: of the plan that they carry out.
        since: when it was submitted, in seconds since the epoch.
    """

    job: str
    workers: int
    revision: str
    since: float


_ARRAYS: TypeAdapter[list[Submitted]] = TypeAdapter(list[Submitted])


@dataclass(frozen=True, slots=True)
class Queued:
    """The jobs of an array that are in the queue: how many of each state, and why some wait."""

    states: Mapping[str, int]
    reasons: tuple[str, ...] = ()

    def in_words(self) -> str:
        """As ``2 running, 1 pending (Resources)``."""
        said = [f"{count} {state.lower()}" for state, count in sorted(self.states.items(), reverse=True)]
        return ", ".join(said) + (f" ({', '.join(self.reasons)})" if self.reasons else "")


def require_sbatch() -> None:
    """Refuse a machine on which no job can be submitted.

    Raises:
        UserError: there is no ``sbatch``, or no ``srun``, which the scripts call.
    """
    for program in ("sbatch", "squeue", "srun"):
        if shutil.which(program) is None:
            raise UserError(
                f"There is no {program} on {socket.gethostname()}, so nothing can be submitted from here: "
                "run the command on a login node of the cluster, or look at the script with --dry-run."
            )


def queue_of(job: str) -> Queued | None:
    """The jobs of the array ``job`` that are in the queue; ``None``: SLURM does not answer for now."""
    # all jobs of this user, for a number that SLURM has forgotten is an error to it
    command = ["squeue", "--noheader", f"--user={os.getuid()}", "--array", "--format=%F|%T|%r"]
    said = _answer(command)
    if said is None:
        return None
    states: Counter[str] = Counter()
    reasons = set()
    for line in said.splitlines():
        base, state, reason = (word.strip() for word in line.split("|", 2))
        if base == job:
            states[state] += 1
            if state == "PENDING" and reason != "None":
                reasons.add(reason)
    return Queued(states, tuple(sorted(reasons)))


def cancel_pending(job: str) -> None:
    """Take those jobs of the array out of the queue that have not begun; those that run end by themselves."""
    _answer(["scancel", "--state=PENDING", job])


def remember(folder: Path, new: Submitted) -> None:
    """Write down that ``new`` was submitted, for whoever runs the same command again."""
    write_json(folder / _FILE, _ARRAYS.dump_python([*remembered(folder), new], mode="json"))


def remembered(folder: Path) -> list[Submitted]:
    """Arrays submitted before, the latest last."""
    path = folder / _FILE
    try:
        return _ARRAYS.validate_json(path.read_bytes())
    except (OSError, ValidationError):  # none yet, or a damaged note: then nothing is known
        return []


def last_words(folder: Path, job: str, count: int = 3) -> list[str]:
    """What jobs of the array wrote last about what went wrong, each as ``FILE: LINE``; at most ``count``."""
    found: dict[str, Path] = {}
    for path in sorted(folder.glob(f"{job}_*.err")):
        line = _last_line(path.read_text(encoding="utf-8", errors="replace").splitlines())
        if line:
            found.setdefault(line, path)
    return [f"{path}: {line}" for line, path in list(found.items())[:count]]


def _last_line(lines: Sequence[str]) -> str:
    """The last line that says something; what srun says is only that the job ended."""
    said = [line.strip() for line in lines if line.strip()]
    telling = [line for line in said if not line.startswith("srun:")]
    return next(iter(reversed(telling or said)), "")


def _answer(command: list[str]) -> str | None:
    """What a command of SLURM's prints; ``None``: it failed, or took too long."""
    try:
        said = subprocess.run(  # noqa: S603  no shell, and every word is ours
            command, capture_output=True, text=True, timeout=ANSWER_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout
