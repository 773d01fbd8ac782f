"""Which engine carries a study out, and what it is told: ``--engine NAME -e OPTION=VALUE``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, model_validator

from stiltwalk.spec.errors import UserError, unknown_name
from stiltwalk.spec.record import Record, parse

EngineName = Literal["local", "ray", "slurm"]


_TIME = re.compile(r"(?:(\d+)-)?(\d+):([0-5]\d)(?::([0-5]\d))?")
_SBATCH_NAME = re.compile(r"[a-z][a-z0-9-]*")
_OWN = "is an option of its own: -e {}=…"
_SAID_OTHERWISE = {
    **{name: _OWN.format(name) for name in ("partition", "account", "qos", "time", "signal", "constraint")},
    "mem": _OWN.format("memory"),
    "cpus-per-task": _OWN.format("cpus"),
    "gpus-per-node": _OWN.format("gpus"),
    "array": "follows from --workers",
    **dict.fromkeys(("output", "error", "open-mode", "requeue", "job-name"), "is decided by stiltwalk"),
}
"""Options of sbatch that ``extra`` must not hold, and why."""


def _minutes(given: object) -> object:
    """[D-]H:MM[:SS] in minutes, rounded up; anything else as it is."""
    found = _TIME.fullmatch(given) if isinstance(given, str) else None
    if isinstance(given, str) and found is None and not given.isdecimal():
        raise ValueError(f"expected minutes, or [D-]H:MM[:SS] such as 4:00:00, found '{given}'")
    if found is None:
        return given
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return (days * 24 + hours) * 60 + minutes + (seconds > 0)


def _lines(given: object) -> object:
    """One line stands for a list of one."""
    return (given,) if isinstance(given, str) else given


class LocalOptions(Record):
    """Of worker processes on this machine: there is nothing to say."""


class RayOptions(Record):
    """Of workers that are actors of a Ray cluster.

    Attributes:
        address: of a running cluster: HOST:PORT, ``auto``, or ``local`` to start one on this machine for as
            long as the command runs; without it ``RAY_ADDRESS``, else ``local``.
        cpus: that each worker takes; without it those of one step: threads x processes.
        gpus: that each worker takes; without it half of one where the cluster has any, or as many as a step
            has processes.
        memory: gigabytes (10^9 bytes) that each worker takes, for Ray to count.
        resources: name → amount of the cluster's own kinds of resources that each worker takes.
    """

    address: str | None = None
    cpus: float | None = Field(None, gt=0)
    gpus: float | None = Field(None, ge=0)
    memory: float | None = Field(None, gt=0)
    resources: dict[str, Annotated[float, Field(gt=0)]] = {}


class SlurmOptions(Record):
    """Of workers that are jobs of one SLURM array, all alike.

    Attributes:
        partition: where they run; without it the cluster's default, as for the next two.
        account: who pays.
        qos: quality of service.
        time: limit of each job in minutes, or [D-]H:MM[:SS] with parts of a minute counted as a whole one. A
            worker that comes to it writes its checkpoint, is requeued and goes on.
        signal: seconds before the limit at which a worker is told to stop.
        requeues: how often a worker may come to its limit.
        cpus: of each worker; without it those of one step: threads x processes.
        gpus: of each worker; without it none is asked for.
        memory: gigabytes (10^9 bytes) of each worker; without it the cluster's default.
        constraint: features that the nodes must have.
        parallel: at most so many workers at once; without it all of them.
        folder: of the scripts, of what workers are told and of their output, where all nodes see it; without
            it ``STORE.slurm``.
        setup: lines of the shell that go ahead of a worker, such as ``module load cuda``.
        extra: further options of sbatch by their long names; true: one without a value.
        wait: whether the command follows the study until it is done.
    """

    partition: str | None = None
    account: str | None = None
    qos: str | None = None
    time: Annotated[int, BeforeValidator(_minutes)] = Field(240, ge=1)
    signal: int = Field(120, ge=1)
    requeues: int = Field(100, ge=0)
    cpus: int | None = Field(None, ge=1)
    gpus: int | None = Field(None, ge=0)
    memory: float | None = Field(None, gt=0)
    constraint: str | None = None
    parallel: int | None = Field(None, ge=1)
    folder: Path | None = None
    setup: Annotated[tuple[str, ...], BeforeValidator(_lines)] = ()
    extra: dict[str, bool | int | float | str] = {}
    wait: bool = True

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.signal >= 60 * self.time:
            raise ValueError(
                f"signal tells workers to stop {self.signal} seconds before their limit, which is after "
                f"{60 * self.time} seconds; give more time, or a signal below {60 * self.time}"
            )
        for name in self.extra:
            if name in _SAID_OTHERWISE:
                raise ValueError(f"extra.{name} {_SAID_OTHERWISE[name]}; leave it out of extra")
            if not _SBATCH_NAME.fullmatch(name):
                raise ValueError(
                    f"extra.{name}: expected an option of sbatch by its long name without dashes in front, "
                    "for example extra.mail-type"
                )
        return self


EngineOptions = LocalOptions | RayOptions | SlurmOptions

_OPTIONS: Mapping[EngineName, type[LocalOptions | RayOptions | SlurmOptions]] = {
    "local": LocalOptions,
    "ray": RayOptions,
    "slurm": SlurmOptions,
}


class EngineChoice(NamedTuple):
    """An engine, and what it is told."""

    name: EngineName = "local"
    options: EngineOptions = LocalOptions()

    @property
    def detached(self) -> bool:
        """Whether workers are left to themselves once they were asked for."""
        return isinstance(self.options, SlurmOptions) and not self.options.wait


LOCAL = EngineChoice()


def choose_engine(name: str, given: Mapping[str, Any]) -> EngineChoice:
    """The engine ``name`` with the options ``given``, checked.

    Raises:
        UnknownNameError: no such engine, or no such option of it; the nearest is suggested.
        StudyError: an option's value is not what it must be.
    """
    known = next((each for each in _OPTIONS if each == name), None)
    if known is None:
        raise unknown_name("engine", name, _OPTIONS)
    kind = _OPTIONS[known]
    for option in given:
        if not kind.model_fields:
            raise UserError(f"-e {option}: the engine '{known}' has no options. Leave -e out.")
        if option not in kind.model_fields:
            raise unknown_name(f"option -e of the engine '{known}'", option, kind.model_fields)
    return EngineChoice(
        known, parse(kind, dict(given), f"What -e says to the engine '{known}'", "set of options")
    )
