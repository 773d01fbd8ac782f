"""A run of steps that compute nothing and of which some go wrong: ``python -m tests.engine.mishaps STORE …``.

Worker processes import this module too, and so do without torch.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from stiltwalk.compute.context import Monitor, Place
from stiltwalk.engine.local import run_local
from stiltwalk.engine.worker import Event
from stiltwalk.plan.steps import ChooseStep
from stiltwalk.spec.errors import StiltwalkError
from tests.engine.steps import do_nothing, many, put_in_place

ACTS = "TEST_ACTS"
"""Environment: number of a step → what happens in it, as JSON."""


def carry_out(step: ChooseStep, key: str, place: Place, folder: Path, monitor: Monitor) -> bool:
    """Do nothing, or what is wanted of this step."""
    number = int(step.trials[0].rate)
    act = json.loads(os.environ[ACTS]).get(str(number))
    first = place.store.root / f".acted-{number}"
    if act and act.endswith(" once"):
        act = None if first.exists() else act.removesuffix(" once")
    first.touch()
    if act == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if act == "spoil":
        raise RuntimeError("CUDA error: unspecified launch failure")
    if act == "full":
        raise OSError(errno.ENOSPC, "No space left on device")
    while act == "wait":
        monitor.check()
        time.sleep(0.01)
    if act == "hang":
        time.sleep(600)
    return do_nothing(step, key, place, folder, monitor)


def say(line: list[Any]) -> None:
    """Print a line of JSON."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def tell(event: Event) -> None:
    """Print an event as a line of JSON."""
    line = [event.kind, event.title, event.message.splitlines()[-1] if event.message else ""]
    say(line)


def main(store: Path, count: int, workers: int) -> int:
    """Run, print every event and at last the outcome; an error's words are the last line."""
    plan, place = many(store, count)
    try:
        outcome = run_local(plan, place, workers, tell)
    except StiltwalkError as error:
        say([type(error).__name__, str(error)])
        return 1
    reasons = {plan.nodes[key].title: message for key, message in outcome.failed.items()}
    say([outcome.done, outcome.total, reasons, outcome.died])
    return 0


if __name__ in {"__main__", "__mp_main__"}:  # not where a test takes a name from here
    put_in_place(carry_out)

if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
