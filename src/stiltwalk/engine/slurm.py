"""The SLURM engine: one array of identical workers, each of which claims steps until none is left for it.

submitit submits the array and has a worker requeued that comes to its time limit (``slurm_worker``). What it
pickles lies in a folder beside the store, never in it. The command then follows the store, as anybody may.
"""

from __future__ import annotations

import time
from contextlib import redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from stiltwalk.engine.engine_options import SlurmOptions
from stiltwalk.engine.failures import failures
from stiltwalk.engine.following import follow
from stiltwalk.engine.local import Outcome, missing
from stiltwalk.engine.prepare import Prepared, Say
from stiltwalk.engine.remote import keep_run
from stiltwalk.engine.slurm_queue import (
    Submitted,
    cancel_pending,
    last_words,
    queue_of,
    remember,
    remembered,
    require_sbatch,
)
from stiltwalk.engine.slurm_script import array_folder, asked_for, require_submitit, worker_count
from stiltwalk.engine.slurm_worker import SlurmWorker
from stiltwalk.engine.worker import RETRIES, Tell
from stiltwalk.spec.errors import InterruptedRunError, StepFailedError, UserError
from stiltwalk.store.store import Store

ASK_SECONDS = 10.0
"""Between two questions to SLURM's queue, which many people share."""


def run_slurm(
    prepared: Prepared,
    options: SlurmOptions,
    workers: int | None = None,
    tell: Tell = lambda event: None,  # noqa: ARG005  nobody listens by default
    retries: int = RETRIES,
    say: Say = lambda message: None,  # noqa: ARG005  the same
) -> Outcome:
    """Submit an array of workers for what is missing of the plan, and follow it until none of them is left.

    Where an array that was submitted before still carries out the same plan, that one is followed instead.

    Args:
        prepared: the plan, and where its ingredients lie: on every node under the same paths.
        options: what each worker asks of the cluster; and whether to wait, or else to return at once.
        workers: how many; ``None``: ``DEFAULT_WORKERS``; never more than there are missing steps.
        tell: hears what happens.
        retries: how often a step is tried again after what may pass.
        say: hears what people should know of the array.

    Raises:
        InterruptedRunError: Ctrl-C; the array goes on.
        StepFailedError: every worker has ended, with steps neither done nor failed.
        UserError: no job can be submitted from here, or SLURM refuses this one.
    """
    plan, place = prepared
    began = time.time()
    if missing(plan, place):
        folder = array_folder(place.store, plan.study.study, options)
        array = _array(prepared, folder, options, workers, retries, say)
        began = array.since
        say(
            f"'stiltwalk status {plan.study.study} --watch' follows it from anywhere, "
            f"'scancel {array.job}' ends it"
        )
        if options.wait:
            _follow(prepared, array, tell, say)
            _require_end(prepared, array, folder)
    return Outcome(
        done=len(plan.nodes) - missing(plan, place),
        total=len(plan.nodes),
        failed=failures(plan, place.store, began),
        died=(),
    )


def _array(
    prepared: Prepared, folder: Path, options: SlurmOptions, workers: int | None, retries: int, say: Say
) -> Submitted:
    """The array that carries the plan out: one that is there, else a new one.

    Raises:
        UserError: as ``run_slurm``.
    """
    count = worker_count(workers, missing(prepared.plan, prepared.place))
    asked = asked_for(prepared, options)
    require_sbatch()
    require_submitit()
    ref = keep_run(prepared)
    for earlier in reversed(remembered(folder)):
        queued = queue_of(earlier.job) if earlier.revision == ref.revision else None
        if queued is not None and queued.states:
            say(
                f"array {earlier.job} is there already: {queued.in_words()}. Nothing was submitted; to begin "
                f"with other options: 'scancel {earlier.job}', and run this again"
            )
            return earlier
    since = time.time()
    # a job that was given GPUs sees no others
    numbers = [0 if options.gpus else number for number in range(count)]
    job = _submit(
        folder, asked, options.requeues, [SlurmWorker(*ref, number, since, retries) for number in numbers]
    )
    new = Submitted(job, count, ref.revision, since)
    remember(folder, new)
    say(f"submitted {count} worker(s) as array {new.job}; scripts and output: {folder}")
    return new


def _submit(folder: Path, asked: dict[str, Any], requeues: int, workers: list[SlurmWorker]) -> str:
    """Submit the workers as one array, and return its number.

    Raises:
        UserError: SLURM refuses it, with its own words.
    """
    from submitit import SlurmExecutor  # noqa: PLC0415  an extra, and slow
    from submitit.core.utils import FailedSubmissionError, UncompletedJobError  # noqa: PLC0415

    executor = SlurmExecutor(folder=folder, max_num_timeout=requeues)
    executor.update_parameters(**asked)
    try:
        with redirect_stderr(StringIO()), executor.batch():  # what sbatch says is in the error
            jobs = [executor.submit(worker) for worker in workers]
    except (FailedSubmissionError, UncompletedJobError) as error:
        said = [line.partition("error:")[2].strip() for line in str(error).splitlines() if "error:" in line]
        reason = "; ".join(said) or str(error).strip()
        raise UserError(f"SLURM refused the array: {reason}. Mend the options -e and run again.") from None
    return str(jobs[0].job_id).partition("_")[0]


def _follow(prepared: Prepared, array: Submitted, tell: Tell, say: Say) -> None:
    """Tell what the workers do until all steps are done or none of them is left.

    Raises:
        InterruptedRunError: Ctrl-C; the array goes on.
    """
    plan, place = prepared
    watch = _Watch(place.store, array, say, [*plan.nodes][::-1])
    try:
        follow(plan, place.store, tell, watch.alive, array.since)
    except KeyboardInterrupt:
        raise InterruptedRunError(
            f"no longer followed; array {array.job} goes on: 'stiltwalk status {plan.study.study} --watch' "
            f"follows it, 'scancel {array.job}' ends it"
        ) from None
    if not watch.left:
        cancel_pending(array.job)  # workers that SLURM has not begun by now have nothing to do


@dataclass(slots=True)
class _Watch:
    """Whether there is still something to wait for.

    Attributes:
        store: that the workers share.
        array: the workers.
        say: hears what becomes of them.
        left: steps that were not finished when last looked at; the next to look at is the last.
    """

    store: Store
    array: Submitted
    say: Say
    left: list[str]
    _there: bool = True
    _due: float = 0.0
    _told: str = ""

    def alive(self) -> bool:
        """Whether steps are left and the queue holds a worker; SLURM is asked every ASK_SECONDS."""
        while self.left and self.store.has(self.left[-1]):
            self.left.pop()
        if self.left and time.monotonic() >= self._due:
            self._ask()
            self._due = time.monotonic() + ASK_SECONDS
        return bool(self.left) and self._there

    def _ask(self) -> None:
        queued = queue_of(self.array.job)
        if queued is None:  # a busy controller answers later
            return
        self._there = bool(queued.states)
        if self._there and queued.in_words() != self._told:
            self._told = queued.in_words()
            self.say(f"array {self.array.job}: {self._told}")


def _require_end(prepared: Prepared, array: Submitted, folder: Path) -> None:
    """Refuse an array whose workers ended with steps neither done nor failed.

    Raises:
        StepFailedError: says what they wrote last.
    """
    plan, place = prepared
    left, total = missing(plan, place), len(plan.nodes)
    if not left or failures(plan, place.store, array.since):
        return
    said = last_words(folder, array.job)
    words = f"What they wrote last: {'; '.join(said)}." if said else f"Their output lies in {folder}."
    raise StepFailedError(
        f"All workers of array {array.job} have ended, and {left} of {total} steps are not done; what is "
        f"finished is kept. {words} Run the same command again to go on."
    )
