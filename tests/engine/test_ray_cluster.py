"""Tests of what needs no Ray: addresses, what a worker asks for, and how many there is room for."""

from __future__ import annotations

import builtins
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from stiltwalk.engine import ray_cluster
from stiltwalk.engine.engine_options import RayOptions
from stiltwalk.engine.ray_cluster import (
    Request,
    library,
    named_address,
    request_of,
    require_cluster,
    workers_for,
)
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.execution import Execution

SMALL: Mapping[str, float] = {"CPU": 2.0, "memory": 8e9}
LARGE: Mapping[str, float] = {"CPU": 16.0, "GPU": 4.0, "memory": 64e9, "a100": 4.0}


@pytest.mark.parametrize(
    ("options", "execution", "nodes", "expected"),
    [
        (RayOptions(), Execution(), [SMALL], Request(1, 0, 0, {})),
        (RayOptions(), Execution(threads=2, processes=2), [SMALL], Request(4, 0, 0, {})),
        (RayOptions(), Execution(), [SMALL, LARGE], Request(1, 0.5, 0, {})),  # two share a GPU, as locally
        (RayOptions(), Execution(processes=2), [LARGE], Request(2, 2, 0, {})),
        (RayOptions(gpus=0), Execution(), [LARGE], Request(1, 0, 0, {})),
        (
            RayOptions(cpus=3, gpus=1, memory=16, resources={"a100": 1}),
            Execution(),
            [LARGE],
            Request(3, 1, 16 * 10**9, {"a100": 1}),
        ),
    ],
)
def test_what_a_worker_asks_for(
    options: RayOptions, execution: Execution, nodes: list[Mapping[str, float]], expected: Request
) -> None:
    """What the options say, else what one step takes, and half a GPU where there are any."""
    assert request_of(options, execution, nodes) == expected


@pytest.mark.parametrize(
    ("request_", "nodes", "count"),
    [
        (Request(1, 0, 0, {}), [SMALL, SMALL], 4),
        (Request(1, 0.5, 0, {}), [SMALL, LARGE], 8),  # those without a GPU hold none
        (Request(3, 0, 0, {}), [LARGE], 5),
        (Request(1, 0, 16 * 10**9, {}), [SMALL, LARGE], 4),
        (Request(1, 0, 0, {"a100": 2}), [LARGE], 2),
        (Request(0.1, 0, 0, {}), [{"CPU": 0.3}], 3),  # 0.3 / 0.1 is a little below 3 in binary
    ],
)
def test_how_many_there_is_room_for(request_: Request, nodes: list[Mapping[str, float]], count: int) -> None:
    """The sum over nodes of what each holds of whole workers."""
    assert workers_for(request_, nodes) == count


def test_no_room_at_all_is_refused() -> None:
    """What no node has: what was asked for, what there is, and what to do."""
    request = Request(4, 1, 16 * 10**9, {})
    with pytest.raises(
        UserError, match=r"4 CPU, 1 GPU, 16 GB, and no node .* have 2 CPU and 0 GPU\..*-e cpus"
    ):
        workers_for(request, [SMALL])


def test_where_the_address_comes_from() -> None:
    """An option goes before the environment, which goes before a cluster of our own."""
    environment = {"RAY_ADDRESS": "there:1"}
    assert named_address(RayOptions(address="here:2"), environment) == "here:2"
    assert named_address(RayOptions(), environment) == "there:1"
    assert named_address(RayOptions(), {}) == "local"


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nothing listens, and will not while it is ours."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # not listening
        yield f"127.0.0.1:{held.getsockname()[1]}"


def test_nobody_there(nobody: str) -> None:
    """An address that cannot be reached is one line, at once, with what to do."""
    said = rf"No Ray cluster can be reached at {nobody} \(.*refused.*\)\. Start one with 'ray start"
    with pytest.raises(UserError, match=said):
        require_cluster(nobody)


@pytest.mark.parametrize("address", ["head", "head:", ":6379", "head:port", "ray://head:10001"])
def test_what_is_no_address(address: str) -> None:
    """A text that is no address is refused before anybody is asked."""
    with pytest.raises(UserError, match=r"expected HOST:PORT, auto or local, on a machine that is a node"):
        require_cluster(address)


def test_somebody_else_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """What listens and does not answer as a cluster does is given up after a while."""

    def never(command: list[str], *, timeout: float, **rest: Any) -> None:
        assert timeout + ray_cluster.CONNECT_SECONDS < 30
        raise subprocess.TimeoutExpired(command, timeout)

    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(subprocess, "run", never)
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(UserError, match=rf"No Ray cluster answers at {address}\. Start one"):
            require_cluster(address)
    with pytest.raises(UserError, match=r"No Ray cluster answers on this machine\."):
        require_cluster("auto")


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that says what to install."""
    monkeypatch.delitem(sys.modules, "ray", raising=False)
    imported = builtins.__import__

    def without_ray(name: str, *rest: Any) -> Any:
        if name == "ray":
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_ray)
    with pytest.raises(
        UserError, match=r"--engine ray needs the library ray.*pip install 'stiltwalk\[ray\]'"
    ):
        library()
