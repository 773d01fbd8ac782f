"""One worker of the Ray engine: an actor, which Ray places on some node of its cluster.

It is told plain words and answers in plain words; whatever else there is to know lies in the store.
"""

from __future__ import annotations

import os
import socket
import threading
from typing import Literal, NamedTuple

from stiltwalk.engine.failures import SpoiltProcessError
from stiltwalk.engine.remote import RunRef, work_remotely
from stiltwalk.spec.errors import DiskFullError, InterruptedRunError, UserError

Ended = Literal["done", "stopped", "full", "refused", "spoilt"]
"""Nothing is left to do; asked to stop; no room on the disk; something is not on this machine; this process
can compute no more."""


class Meeting(NamedTuple):
    """What a worker says of itself: its machine, and its process there."""

    host: str
    pid: int


class RayWorker:
    """An actor with two threads: one works, the other hears that it is to stop."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        # as the command does for its own processes
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

    def meet(self) -> tuple[str, int]:
        """The fields of a ``Meeting``."""
        return Meeting(socket.gethostname(), os.getpid())

    def work(
        self, run: tuple[str, str, str], since: float, retries: int, *, accelerated: bool
    ) -> tuple[Ended, str]:
        """Carry out steps until none is left for this worker.

        Args:
            run: the fields of a ``RunRef``.
            since: as ``work_remotely``.
            retries: as there.
            accelerated: whether Ray gave it a GPU; without one it does not look for any.

        Returns:
            How it ended, and why in words.
        """
        if not accelerated:
            os.environ["CUDA_VISIBLE_DEVICES"] = ""
        try:
            work_remotely(RunRef(*run), self._stop.is_set, since, retries)
        except InterruptedRunError as error:
            return "stopped", str(error)
        except DiskFullError as error:
            return "full", str(error)
        except UserError as error:
            return "refused", str(error)
        except SpoiltProcessError as error:
            return "spoilt", str(error)
        return "done", ""

    def stop(self) -> None:
        """Ask the other thread to write down where it is, and to end."""
        self._stop.set()
