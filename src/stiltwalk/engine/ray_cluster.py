"""The Ray cluster that workers run on: one that is there, or one started on this machine for the while.

Whether a given one answers is found out first, and by another process: Ray itself waits for many minutes.
"""

from __future__ import annotations

import math
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from stiltwalk.engine.devices import WORKERS_PER_ACCELERATOR
from stiltwalk.engine.engine_options import RayOptions
from stiltwalk.engine.prepare import Say
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.extras import not_installed

CONNECT_SECONDS = 8.0
ANSWER_SECONDS = 20.0
"""How long a given cluster may take, to be reached and to answer."""

OBJECT_STORE_BYTES = 100 * 2**20
"""Of a cluster of our own: nothing is sent through it, and Ray's default is a third of the memory."""

_CURE = "Start one with 'ray start --head', mend -e address, or leave it out to use this machine alone."


class Request(NamedTuple):
    """What each worker asks of the cluster: cores, GPUs, bytes of memory, and resources of its own kinds."""

    cpus: float
    gpus: float
    memory: int
    resources: Mapping[str, float]

    def of(self, node: Mapping[str, float]) -> int:
        """How many such workers a node with these resources holds."""
        wanted = {"CPU": self.cpus, "GPU": self.gpus, "memory": float(self.memory), **self.resources}
        # Ray counts in ten-thousandths
        return min(math.floor(node.get(name, 0.0) / size + 1e-4) for name, size in wanted.items() if size)

    def in_words(self) -> str:
        """As ``1 CPU, 0.5 GPU``."""
        said = [f"{self.cpus:g} CPU"] + ([f"{self.gpus:g} GPU"] if self.gpus else [])
        said += [f"{self.memory / 1e9:g} GB"] if self.memory else []
        return ", ".join([*said, *(f"{size:g} {name}" for name, size in self.resources.items())])


def library() -> Any:
    """The module ``ray``.

    Raises:
        UserError: it is not installed.
    """
    # both are read when it is imported: what it would tell its makers, and what it warns of
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray  # noqa: PLC0415  an extra, and slow
    except ImportError:
        raise not_installed("ray", "--engine ray") from None
    return ray


def named_address(options: RayOptions, environment: Mapping[str, str] = os.environ) -> str:
    """The address that the options or ``RAY_ADDRESS`` name, else ``local``."""
    return options.address or environment.get("RAY_ADDRESS") or "local"


@contextmanager
def connected(ray: Any, options: RayOptions, cores: int, say: Say) -> Iterator[None]:
    """While inside, this process is connected to a cluster; one that was started for it ends with it.

    Args:
        ray: the module.
        options: which cluster.
        cores: that a cluster of our own must have at least.
        say: hears which cluster it is.

    Raises:
        UserError: there is no such cluster, or it is of another version.
    """
    if ray.is_initialized():  # by the program that called us: it is theirs
        yield
        return
    address = named_address(options)
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    if address == "local":
        say("starting a Ray cluster on this machine, for as long as this command runs")
        cores = max(cores, os.cpu_count() or 1)
        ours = {"num_cpus": cores, "include_dashboard": False, "object_store_memory": OBJECT_STORE_BYTES}
        ray.init(address="local", **ours, **quiet)
    else:
        require_cluster(address)
        try:
            ray.init(address=address, **quiet)
        except (RuntimeError, ConnectionError, ValueError, ImportError) as error:
            reason = " ".join(str(error).split())
            raise UserError(
                f"The Ray cluster at {address} cannot be used from here: {reason.rstrip('.')}. Is this "
                "machine a node of it, with the same versions of Python and Ray?"
            ) from None
        say(f"connected to the Ray cluster at {address}")
    try:
        yield
    finally:
        ray.shutdown()


def require_cluster(address: str) -> None:
    """Refuse an address at which no cluster answers.

    Raises:
        UserError: nothing listens there, or what does is no Ray cluster.
    """
    if address != "auto":
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or "/" in host:
            raise UserError(
                f"-e address={address}: expected HOST:PORT, auto or local, on a machine that is a node of "
                "the cluster."
            )
        try:
            socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
        except (OSError, OverflowError) as error:
            raise UserError(f"No Ray cluster can be reached at {address} ({error}). {_CURE}") from None
    command = [sys.executable, "-m", "ray.scripts.scripts", "health-check"]
    command += [] if address == "auto" else ["--address", address]
    try:
        healthy = (
            subprocess.run(  # noqa: S603  no shell, and every word was looked at
                command, capture_output=True, timeout=ANSWER_SECONDS, check=False
            ).returncode
            == 0
        )
    except subprocess.TimeoutExpired:
        healthy = False
    if not healthy:
        where = "on this machine" if address == "auto" else f"at {address}"
        raise UserError(f"No Ray cluster answers {where}. {_CURE}")


def nodes_of(ray: Any) -> list[dict[str, float]]:
    """The resources of every node of the cluster that is alive."""
    return [dict(node["Resources"]) for node in ray.nodes() if node["Alive"]]


def request_of(options: RayOptions, execution: Execution, nodes: Sequence[Mapping[str, float]]) -> Request:
    """What each worker asks for: what the options say, else what one step takes.

    Where the cluster has GPUs, as many workers share one as on a single machine, for memory decides there
    whether their steps fit; steps of several processes have one each.
    """
    gpus = options.gpus
    if gpus is None:
        there = any(node.get("GPU") for node in nodes)
        each = execution.processes if execution.processes > 1 else 1 / WORKERS_PER_ACCELERATOR
        gpus = each if there else 0
    memory = int((options.memory or 0) * 1e9)
    return Request(cores_of(options, execution), gpus, memory, dict(options.resources))


def cores_of(options: RayOptions, execution: Execution) -> float:
    """How many cores each worker takes."""
    return options.cpus or execution.threads * execution.processes


def workers_for(request: Request, nodes: Sequence[Mapping[str, float]]) -> int:
    """How many workers the nodes hold together.

    Raises:
        UserError: no node holds even one.
    """
    count = sum(request.of(node) for node in nodes)
    if count < 1:
        most = {name: max(node.get(name, 0.0) for node in nodes) for name in ("CPU", "GPU")}
        raise UserError(
            f"Each worker asks for {request.in_words()}, and no node of the Ray cluster has that: the "
            f"largest have {most['CPU']:g} CPU and {most['GPU']:g} GPU. Ask for less with -e cpus=…, "
            "-e gpus=…, or give --workers to wait for nodes that join later."
        )
    return count
