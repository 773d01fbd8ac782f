"""Tests on a real Ray cluster of two nodes on this machine: a worker killed, a node lost, a run interrupted.

``make cluster-test`` runs them: some minutes, most of them waiting for processes to come up.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import psutil
import pytest

from stiltwalk.engine.engine_options import RayOptions
from stiltwalk.engine.prepare import Prepared, prepare
from stiltwalk.engine.ray_cluster import require_cluster
from stiltwalk.engine.ray_engine import run_ray
from stiltwalk.engine.worker import Event
from stiltwalk.spec.errors import UserError
from stiltwalk.store.atomic import read_json
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import open_store
from tests.worlds import finish, prepared_study, tiny_study, write_study, write_world

pytestmark = pytest.mark.cluster

STUDY: dict[str, Any] = {
    "targets": ["udpos"],
    "intermediate": [{"task": "commonsenseqa", "training": {"steps": 400}}],
    "seeds": [1, 2],
}
"""Two trainings side by side, long enough to be hit in the middle, and what comes of them."""


class Cluster(NamedTuple):
    """A cluster in processes of its own: a head without cores, and two nodes of one core each.

    Attributes:
        process: who began it; it ends with what is written to it.
        address: of the cluster.
    """

    process: subprocess.Popen[str]
    address: str


@contextmanager
def begun_cluster(environment: Mapping[str, str] = os.environ) -> Iterator[Cluster]:
    """Begun for one test and taken down behind it, whatever it did."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cluster.ray_nodes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        yield Cluster(process, process.stdout.readline().strip())
    finally:
        process.communicate(timeout=60)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """One that nobody else uses."""
    with begun_cluster() as begun:
        yield begun


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny world's files."""
    return write_world(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def expected(data: Path, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Rows of the study, carried out without a break in this process."""
    prepared = prepared_study(data, tmp_path_factory.mktemp("reference") / "store", STUDY)
    finish(prepared)
    return rows_of(prepared)


def rows_of(prepared: Prepared) -> pd.DataFrame:
    """Result rows without what the clock decides."""
    return study_rows(prepared.place.store, prepared.plan).drop(columns="wall_seconds")


def until(met: Callable[[], Any], seconds: float = 300.0) -> Any:
    """Wait for something to be so, and return it."""
    for _ in range(int(10 * seconds)):
        if found := met():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds} seconds for {met}")


def begin(data: Path, folder: Path, *words: str) -> subprocess.Popen[str]:
    """``stiltwalk run`` on the store of ``folder`` as a user starts it, in a process group of its own."""
    write_study(folder / "study.yaml", STUDY)
    run = ["run", str(folder / "study.yaml"), "--data-dir", str(data), "--store", str(folder / "store")]
    return subprocess.Popen(
        [sys.executable, "-m", "stiltwalk.cli.main", *run, "--engine", "ray", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def trainers(store: Path) -> list[int]:
    """Process numbers of the workers that are in the midst of a training, as their leases tell."""
    found = []
    for path in store.glob("work/*/progress.json"):
        said = read_json(path) or {}
        lease = read_json(store / "leases" / f"{path.parent.name.partition('.')[0]}.json")
        if lease is not None and said.get("total") == 400 and said["done"] > 8:
            found.append(int(lease["pid"]))
    return found


def ended(process: subprocess.Popen[str], seconds: float = 600.0) -> str:
    """What the command said on standard error, once it has ended."""
    try:
        _, said = process.communicate(timeout=seconds)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return said


def require_same(data: Path, store: Path, expected: pd.DataFrame) -> None:
    """The rows in the store are those of the uninterrupted run; nothing is left lying about."""
    prepared = prepare(tiny_study(STUDY), open_store(store), data)
    pd.testing.assert_frame_equal(rows_of(prepared), expected)
    assert not list((store / "leases").glob("*.json"))


def test_a_killed_worker_is_replaced(
    cluster: Cluster, data: Path, tmp_path: Path, expected: pd.DataFrame
) -> None:
    """A worker killed in a training: another takes its place and its checkpoint; the rows are the same."""
    process = begin(data, tmp_path, "-e", f"address={cluster.address}")
    pids = until(lambda: trainers(tmp_path / "store"))
    os.kill(pids[0], signal.SIGKILL)
    said = ended(process)
    assert process.returncode == 0, said
    assert "2 worker(s) on 3 node(s), each with 1 CPU" in said
    assert "a worker died" in said
    assert "Another takes its place" in said
    require_same(data, tmp_path / "store", expected)


def test_a_lost_node_is_survived(
    cluster: Cluster, data: Path, tmp_path: Path, expected: pd.DataFrame
) -> None:
    """A node lost with the training on it: the other node does all the rest; the rows are the same."""
    process = begin(data, tmp_path, "-e", f"address={cluster.address}")
    pids = until(lambda: trainers(tmp_path / "store"))
    raylet = psutil.Process(pids[0]).parent()
    assert raylet is not None
    assert raylet.name() == "raylet"
    # a node is lost with all that runs on it; its raylet alone would leave the worker at its training
    for lost in (raylet, *raylet.children(recursive=True)):
        lost.kill()
    said = ended(process)
    # what is said of it depends on whether Ray notices before the other node has done all the rest
    assert process.returncode == 0, said
    require_same(data, tmp_path / "store", expected)


def test_ctrl_c_leaves_checkpoints_and_the_cluster(
    cluster: Cluster, data: Path, tmp_path: Path, expected: pd.DataFrame
) -> None:
    """Ctrl-C ends with code 130 and checkpoints of all workers; the cluster goes on, and so does the run."""
    process = begin(data, tmp_path, "-e", f"address={cluster.address}")
    until(lambda: trainers(tmp_path / "store"))
    os.killpg(process.pid, signal.SIGINT)
    said = ended(process)
    assert process.returncode == 130, said
    assert "run the same command again to go on from here" in said
    assert list((tmp_path / "store").glob("work/*/checkpoint-*/state.json"))
    assert not list((tmp_path / "store" / "leases").glob("*.json"))
    require_cluster(cluster.address)
    process = begin(data, tmp_path, "-e", f"address={cluster.address}")
    said = ended(process)
    assert process.returncode == 0, said
    require_same(data, tmp_path / "store", expected)


def test_a_cluster_of_its_own(data: Path, tmp_path: Path, expected: pd.DataFrame) -> None:
    """Without an address one is started on this machine, and ends with the command, even by Ctrl-C."""
    environment = {name: text for name, text in os.environ.items() if name != "RAY_ADDRESS"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", environment)
        process = begin(data, tmp_path, "--workers", "2")
    until(lambda: trainers(tmp_path / "store"))
    children = psutil.Process(process.pid).children(recursive=True)
    assert any(child.name() == "raylet" for child in children)
    os.killpg(process.pid, signal.SIGINT)
    said = ended(process)
    assert process.returncode == 130, said
    assert "starting a Ray cluster on this machine" in said
    until(lambda: not any(child.is_running() for child in children))
    process = begin(data, tmp_path, "--workers", "2")
    said = ended(process)
    assert process.returncode == 0, said
    require_same(data, tmp_path / "store", expected)


def test_what_a_worker_asks_for_must_be_there(cluster: Cluster, data: Path, tmp_path: Path) -> None:
    """More than any node has is refused with what there is."""
    prepared = prepared_study(data, tmp_path / "store", STUDY)
    options = RayOptions(address=cluster.address, cpus=3, resources={"a100": 1})
    told: list[Event] = []
    with pytest.raises(UserError, match=r"3 CPU, 1 a100, and no node .* have 1 CPU and 0 GPU.*--workers"):
        run_ray(prepared, options, None, told.append)
    assert told == []


def test_a_node_without_us_says_so(data: Path, tmp_path: Path) -> None:
    """Where stiltwalk cannot be imported on a node, that is said in one line and ends the run."""
    (tmp_path / "other" / "stiltwalk").mkdir(parents=True)
    (tmp_path / "other" / "stiltwalk" / "__init__.py").touch()
    with begun_cluster({**os.environ, "PYTHONPATH": str(tmp_path / "other")}) as cluster:
        said = ended(process := begin(data, tmp_path, "-e", f"address={cluster.address}"))
    assert process.returncode == 2, said
    assert said.splitlines()[-1].startswith("stiltwalk: stiltwalk is not installed on a node")
    assert "Traceback" not in said


def test_what_listens_but_is_no_cluster() -> None:
    """Something else behind the address is refused within half a minute."""
    import http.server
    import threading

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(UserError, match=r"No Ray cluster answers at 127\.0\.0\.1:\d+\. Start one with"):
            require_cluster(f"127.0.0.1:{server.server_address[1]}")
        assert time.monotonic() - began < 30
        server.shutdown()
