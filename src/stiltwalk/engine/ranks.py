"""A step of several processes: the worker's side, which starts them, and what each of them runs.

The worker writes down the step and the place in the step's folder and has torchrun start the ranks. They go
on for as long as the file of leave lies there; without it they stop together behind an optimiser step, with a
checkpoint. (A signal would reach them through torchrun, which kills whoever then takes half a minute.) Rank 0
tells its progress, and of trackers that failed, on standard output in lines of JSON. Who fails writes down
why, and what torch and other libraries have to say is kept in ``ranks.log``.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import IO, NamedTuple

from pydantic import TypeAdapter

from stiltwalk.compute.context import Monitor, Place, Progress
from stiltwalk.engine.failures import LostProcessError, is_transient
from stiltwalk.plan.steps import Step
from stiltwalk.spec.errors import InterruptedRunError, StepFailedError, StiltwalkError, UserError
from stiltwalk.store.atomic import read_json, write_json

POLL_SECONDS = 0.2

TAIL_LINES = 30
"""So many lines of the log are shown where a rank failed."""

_REQUEST = "ranks.json"
_LEAVE = "ranks.may-go-on"
_LOG = "ranks.log"


class _Request(NamedTuple):
    """What the ranks are to do."""

    step: Step
    key: str
    place: Place
    folder: Path


class _Dropped(NamedTuple):
    """A tracker that failed, and why."""

    tracker: str
    why: str


_Told = Progress | _Dropped
"""What rank 0 tells."""

_REQUESTS: TypeAdapter[_Request] = TypeAdapter(_Request)


def carry_out_in_ranks(
    step: Step, key: str, place: Place, folder: Path, monitor: Monitor, visible: str | None = None
) -> None:
    """As ``compute.carry_out.carry_out``, by as many processes as the step asks for; waits for all of them.

    Args:
        step: the step.
        key: its key.
        place: where things lie.
        folder: to work in.
        monitor: whom to tell, and who may ask to stop.
        visible: what ``CUDA_VISIBLE_DEVICES`` is for them; ``None``: what it is for this process.

    Raises:
        InterruptedRunError: asked to stop; what was computed is kept in ``folder``.
        UserError: the step cannot be carried out.
        StepFailedError: a process failed.
        LostProcessError: one was killed, or failed for what may pass.
    """
    for older in folder.glob(_mishap("*")):
        older.unlink()
    write_json(folder / _REQUEST, _REQUESTS.dump_python(_Request(step, key, place, folder), mode="json"))
    (folder / _LEAVE).touch()
    environment = {**os.environ, "OMP_NUM_THREADS": str(step.execution.threads)}  # torchrun would say 1
    if visible is not None:
        environment["CUDA_VISIBLE_DEVICES"] = visible
    code = _watched(_command(folder, step.execution.processes), environment, folder, monitor)
    if place.store.is_whole(key):
        return
    if code:
        raise _failure(folder, code)
    raise InterruptedRunError("stopped on request; run the same command again to go on from here")


def _command(folder: Path, processes: int) -> list[str]:
    """How the ranks are started."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    return [*torchrun, "--nproc-per-node", str(processes), "-m", "stiltwalk.engine.ranks", str(folder)]


def _watched(command: list[str], environment: Mapping[str, str], folder: Path, monitor: Monitor) -> int:
    """Run ``command`` to its end, pass on its progress and the wish to stop; returns its exit code."""
    with (folder / _LOG).open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  no shell, and every word is ours
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            start_new_session=True,  # a terminal's Ctrl-C reaches the ranks through us
        )
    told: queue.Queue[_Told] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process.stdout, told), daemon=True)
    reader.start()
    try:
        while reader.is_alive() or not told.empty():
            # a torchrun that was killed leaves ranks behind, who hold our end of the pipe
            if monitor.stopping() or process.poll() is not None:
                (folder / _LEAVE).unlink(missing_ok=True)
            with suppress(queue.Empty):
                _pass_on(told.get(timeout=POLL_SECONDS), monitor)
    finally:
        (folder / _LEAVE).unlink(missing_ok=True)
        reader.join()
    return process.wait()


def _read(stream: IO[bytes], told: queue.Queue[_Told]) -> None:
    """Whatever ``stream`` tells until the last who writes to it is gone."""
    with stream:
        for line in stream:
            with suppress(ValueError, TypeError):  # others may write there too
                said = json.loads(line)
                told.put(_Dropped(**said) if "tracker" in said else Progress(**said))


def _pass_on(told: _Told, monitor: Monitor) -> None:
    if isinstance(told, Progress):
        monitor.report(told)
    else:
        monitor.dropped(told.tracker, told.why)


def _mishap(rank: int | str) -> str:
    return f"ranks-error-{rank}.json"


def _failure(folder: Path, code: int) -> StiltwalkError:
    """What went wrong first: where one rank fails the others lose it and fail in turn."""
    found = [said for path in folder.glob(_mishap("*")) if (said := read_json(path)) is not None]
    first = min(found, key=lambda said: (not said["on_purpose"], said["at"]), default=None)
    if first is not None and first["on_purpose"]:
        return UserError(first["message"])
    log = (folder / _LOG).read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]
    # the last line is what a summary shows
    last = first["message"] if first else f"The processes of the step ended with code {code}."
    message = "\n".join([f"The end of {folder / _LOG}:", *log, last])
    # who was killed wrote nothing down
    passing = first is None or first["transient"]
    return LostProcessError(message) if passing else StepFailedError(message)


# --- what a rank runs ---


def main(folder: Path) -> int:
    """Carry out, as one of several, what is written down in ``folder``; returns the exit code."""
    # heavy: only the ranks import torch
    from stiltwalk.compute.carry_out import carry_out  # noqa: PLC0415

    rank = int(os.environ["RANK"])
    try:
        asked = _REQUESTS.validate_json((folder / _REQUEST).read_bytes())
        carry_out(asked.step, asked.key, asked.place, asked.folder, _monitor(folder, rank))
    except InterruptedRunError:
        return 0  # that nothing was published says it all
    except Exception as error:
        on_purpose = isinstance(error, StiltwalkError)
        message = str(error) if on_purpose else traceback.format_exc().rstrip()
        how = {"on_purpose": on_purpose, "transient": is_transient(error)}
        said = {"message": message, **how, "at": time.time()}
        with suppress(OSError):
            write_json(folder / _mishap(rank), said)
        return 1
    return 0


def _monitor(folder: Path, rank: int) -> Monitor:
    """Tells the worker of rank 0's progress; stops on a signal, without leave, and without a worker."""
    ended = False

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  the signature is Python's
        nonlocal ended
        ended = True

    def say(told: Mapping[str, object]) -> None:
        nonlocal ended
        if rank == 0:
            try:
                os.write(pipe, json.dumps(told).encode() + b"\n")
            except BrokenPipeError:
                ended = True

    pipe = sys.stdout.fileno()
    signal.signal(signal.SIGTERM, end)
    return Monitor(
        lambda progress: say(asdict(progress)),
        lambda: ended or not (folder / _LEAVE).exists(),
        dropped=lambda tracker, why: say(_Dropped(tracker, why)._asdict()),
    )


if __name__ == "__main__":
    ended = main(Path(sys.argv[1]))
    sys.stderr.flush()
    # threads that carry messages between ranks may outlive the interpreter and then abort the process, and
    # torchrun would end rank 0 for it, who may still be publishing
    os._exit(ended)
