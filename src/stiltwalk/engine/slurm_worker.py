"""A worker within a SLURM job: stops ahead of its time limit, and has the job begin again where it stopped.

SLURM tells a job of its limit by a signal some time ahead (USR2), and of a pre-emption or of ``scancel`` by
TERM. Whatever came, the worker writes its checkpoint first. Then submitit's own handler, which waited for the
same signal, has the job requeued and ends the process; a job that was cancelled is not requeued.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

from stiltwalk.spec.errors import InterruptedRunError

AHEAD = signal.Signals[f"SIG{os.environ.get('SUBMITIT_PREEMPT_SIGNAL', 'USR2')}"]
"""Sent ahead of the time limit; submitit asks SLURM for it, by the same variable."""

Handler = Callable[[int, FrameType | None], Any]


@dataclass(frozen=True, slots=True)
class SlurmWorker:
    """What each job of the array calls; submitit pickles it into its own folder.

    Attributes:
        store: with ``study`` and ``revision`` a ``RunRef``, whose module is too much to import before anybody
            listens for signals.
        study: as there.
        revision: as there.
        number: as in ``engine.remote.work_remotely``.
        since: as there.
        retries: as there.
    """

    store: str
    study: str
    revision: str
    number: int
    since: float
    retries: int

    def __call__(self) -> str:
        """Carry out steps until none is left for this worker; returns how it ended.

        Raises:
            SystemExit: stopped ahead of its limit, pre-empted, or unable to compute any more; and requeued.
            UserError: something the run needs is not on this machine.
        """
        came = _Listening()
        # torch and all that comes with it; by now somebody listens
        from stiltwalk.engine.failures import SpoiltProcessError  # noqa: PLC0415
        from stiltwalk.engine.remote import RunRef, in_words, work_remotely  # noqa: PLC0415

        ref = RunRef(self.store, self.study, self.revision)

        def tell(event: Any) -> None:
            if (line := in_words(event)) is not None:
                print(line, flush=True)  # noqa: T201  the job's own output

        try:
            work_remotely(ref, came.any, self.since, self.retries, self.number, tell)
        except (InterruptedRunError, SpoiltProcessError):
            if came.limit() or still_running():
                came.decide(AHEAD, None)  # requeues, and does not come back
            return "stopped: the job was cancelled, or SLURM itself begins it again"
        return "nothing is left to do"

    def checkpoint(self) -> Any:
        """What the requeued job calls: the same; where it goes on stands in the store."""
        from submitit.helpers import DelayedSubmission  # noqa: PLC0415  an extra

        return DelayedSubmission(self)


class _Listening:
    """Notes the signals instead of submitit, whose handler would end the worker in the midst of a step.

    USR2 goes to every process of the job. Those that this one starts inherit that it is blocked here:
    otherwise the processes that share a training would be killed by it.
    """

    def __init__(self) -> None:
        handler = signal.getsignal(AHEAD)
        assert callable(handler), "submitit listens for the signal that it asks SLURM for"
        self.decide: Handler = handler
        self._came: list[int] = []
        for number in (AHEAD, signal.SIGTERM):
            signal.signal(number, lambda number, frame: self._came.append(number))  # noqa: ARG005
        signal.pthread_sigmask(signal.SIG_BLOCK, {AHEAD})

    def limit(self) -> bool:
        """Whether the time limit is near."""
        # a thread that was there before may take the signal, though it is blocked here, and then it is not
        # waiting any more, but not yet noted either: what was seen waiting is noted here
        if AHEAD in signal.sigpending():
            self._came.append(AHEAD)
        return AHEAD in self._came

    def any(self) -> bool:
        """Whether the worker is to stop."""
        return bool(self._came) or self.limit()


def still_running() -> bool:
    """Whether SLURM takes this job for running, although it was told to end.

    Then it is in the time of grace before a pre-emption, and would not be begun again once it has ended by
    itself. One that was cancelled, or that SLURM has already requeued, is completing.
    """
    job = os.environ.get("SLURM_JOB_ID", "")
    command = ["squeue", "--noheader", "--format=%T", f"--jobs={job}"]
    try:
        said = subprocess.run(  # noqa: S603  no shell, and every word is ours
            command, capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return said.stdout.split() == ["RUNNING"]
