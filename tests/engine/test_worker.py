"""Tests of a worker's dealings with its steps: leases lost, failures, retries, deaths and a full disk."""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.compute import carry_out as carry_out_module
from stiltwalk.compute.context import Monitor, Place
from stiltwalk.engine import worker as worker_module
from stiltwalk.engine.failures import SpoiltProcessError, begin_attempt, failures, found_failures
from stiltwalk.engine.local import missing
from stiltwalk.engine.prepare import Prepared
from stiltwalk.engine.worker import Event, work
from stiltwalk.plan.steps import Step
from stiltwalk.spec.errors import DiskFullError, InterruptedRunError, UserError
from stiltwalk.store import leases
from stiltwalk.store.store import Store
from tests.engine.steps import do_nothing, key, many, nothing_to_compute
from tests.worlds import prepared_study, write_world


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    """Two steps, the second a child of the first."""
    data = write_world(tmp_path / "data")
    return prepared_study(data, tmp_path / "store", {"targets": ["tatoeba"], "intermediate": []})


def test_a_lost_lease_is_no_failure(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker whose step was taken over drops it in silence, whatever its last write ran into."""
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.01)
    stopped: list[bool] = []

    def robbed(step: object, key: str, place: Any, folder: Path, monitor: Any) -> bool:
        path = place.store.leases / f"{key}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"token": "another's"}))
        for _ in range(500):
            try:
                monitor.check()
            except InterruptedRunError:
                break
            time.sleep(0.01)
        stopped.append(True)
        raise OSError("the folder is gone")

    monkeypatch.setattr(carry_out_module, "carry_out", robbed)
    told: list[Event] = []
    with pytest.raises(InterruptedRunError):
        work(prepared.plan, prepared.place, told.append, lambda: bool(stopped), 0.0)
    assert [event.kind for event in told] == ["began"]
    assert failures(prepared.plan, prepared.place.store) == {}


def test_a_users_mistake_is_told_without_a_traceback(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the user can mend is kept in its own words; a bug is kept with its traceback."""

    def mistaken(*_: object) -> bool:
        raise UserError("put the file back")

    def broken(*_: object) -> bool:
        raise ZeroDivisionError

    since = time.time()
    monkeypatch.setattr(carry_out_module, "carry_out", mistaken)
    work(prepared.plan, prepared.place, lambda event: None, lambda: False, since)
    assert list(failures(prepared.plan, prepared.place.store).values()) == ["put the file back"]
    monkeypatch.setattr(carry_out_module, "carry_out", broken)
    work(prepared.plan, prepared.place, lambda event: None, lambda: False, time.time())
    (message,) = failures(prepared.plan, prepared.place.store).values()
    assert message.startswith("Traceback")
    assert "ZeroDivisionError" in message


def test_what_failed_in_this_run_is_not_tried_again(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker's failure in the same run counts as one's own; an older one is tried again."""
    tries: list[str] = []

    def mistaken(step: object, key: str, *_: object) -> bool:
        tries.append(key)
        raise UserError("no")

    monkeypatch.setattr(carry_out_module, "carry_out", mistaken)
    since = time.time()
    for _ in range(2):
        work(prepared.plan, prepared.place, lambda event: None, lambda: False, since)
    assert len(tries) == 1
    time.sleep(0.05)
    work(prepared.plan, prepared.place, lambda event: None, lambda: False, time.time())
    assert len(tries) == 2


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between attempts."""
    monkeypatch.setattr(worker_module, "pause_before", lambda attempt: 0.0)


def carry_out_with(monkeypatch: pytest.MonkeyPatch, carry_out: Callable[..., bool]) -> None:
    """Have workers call ``carry_out``."""
    monkeypatch.setattr(carry_out_module, "carry_out", carry_out)


class Tries:
    """Fails at a step with each of some errors in turn, then does it; other steps are done."""

    def __init__(self, bad: str, *errors: Exception) -> None:
        self.bad, self.errors = bad, list(errors)
        self.keys: list[str] = []

    def carry_out(self, step: Step, key: str, place: Place, folder: Path, monitor: Monitor) -> bool:
        """As ``compute.carry_out.carry_out``."""
        self.keys.append(key)
        if key == self.bad and self.errors:
            raise self.errors.pop(0)
        return do_nothing(step, key, place, folder, monitor)


def run(prepared: Prepared, retries: int = 1) -> list[Event]:
    """A whole run of one worker; what it told."""
    told: list[Event] = []
    work(prepared.plan, prepared.place, told.append, lambda: False, time.time(), retries=retries)
    return told


@pytest.fixture
def chain(tmp_path: Path) -> Prepared:
    """A step, one that needs it, and one that does not."""
    return nothing_to_compute(tmp_path / "store", {"a": "", "a1": "a", "b": ""})


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("retries", [0, 1, 3])
def test_what_may_pass_is_tried_again(chain: Prepared, monkeypatch: pytest.MonkeyPatch, retries: int) -> None:
    """As often as was asked for; then the step is given up, its child waits and the rest is done."""
    bad = key(chain.plan, "a")
    tries = Tries(bad, *[OSError(errno.EIO, "Input/output error") for _ in range(retries + 1)])
    carry_out_with(monkeypatch, tries.carry_out)
    told = run(chain, retries)
    assert tries.keys.count(bad) == retries + 1
    kinds = [event.kind for event in told if event.title == "a"]
    assert kinds == [*["began", "again"] * retries, "began", "failed"]
    (failure,) = found_failures(chain.place.store).values()
    assert (failure.title, failure.attempts, failure.transient) == ("a", retries + 1, True)
    assert failure.message.splitlines()[-1] == "OSError: [Errno 5] Input/output error"
    assert [event.title for event in told if event.kind == "done"] == ["b"]
    told = run(chain, retries)  # a new run begins to count anew, and nothing is wrong any more
    assert [event.title for event in told if event.kind == "done"] == ["a", "a1"]


@pytest.mark.usefixtures("quick")
def test_tried_again_it_goes_on_in_its_folder(chain: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an attempt had computed is there for the next, and its log tells of both."""
    folders: list[Path] = []

    def carry_out(step: Step, key: str, place: Place, folder: Path, monitor: Monitor) -> bool:
        if not folders:
            folders.append(folder)
            (folder / "checkpoint").touch()
            raise MemoryError
        if len(folders) == 1:
            folders.append(folder)
            assert (folder / "checkpoint").exists()
            log = (folder / "step.log").read_text()
            assert "attempt 1)" in log
            assert "MemoryError" in log
            assert "attempt 2)" in log
        return do_nothing(step, key, place, folder, monitor)

    carry_out_with(monkeypatch, carry_out)
    told = run(chain)
    assert folders[0] == folders[1]
    (again,) = (event for event in told if event.kind == "again")
    assert again.message == "attempt 1 of 2 ended with: MemoryError"
    assert missing(chain.plan, chain.place) == 0


def test_a_pause_ends_when_asked_to_stop(chain: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the step is not tried again then."""
    tries = Tries(key(chain.plan, "a"), MemoryError(), MemoryError())
    carry_out_with(monkeypatch, tries.carry_out)
    told: list[Event] = []

    def stopping() -> bool:
        return any(event.kind == "again" for event in told)

    with pytest.raises(InterruptedRunError):
        work(chain.plan, chain.place, told.append, stopping, time.time(), retries=5)
    assert len(tries.keys) == 1


def test_a_bug_is_not_tried_again(chain: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be the same bug."""
    tries = Tries(key(chain.plan, "a"), ZeroDivisionError(), ZeroDivisionError())
    carry_out_with(monkeypatch, tries.carry_out)
    run(chain, retries=5)
    (failure,) = found_failures(chain.place.store).values()
    assert (failure.attempts, failure.transient) == (1, False)
    assert tries.keys.count(tries.bad) == 1


@pytest.mark.parametrize(("retries", "deaths"), [(0, 1), (1, 2), (2, 3)])
def test_a_step_that_kills_its_workers_is_given_up(
    chain: Prepared, monkeypatch: pytest.MonkeyPatch, retries: int, deaths: int
) -> None:
    """After as many deaths in one run as there are tries; an earlier run's do not count."""
    bad = key(chain.plan, "a")
    tries = Tries(bad)
    carry_out_with(monkeypatch, tries.carry_out)
    folder = chain.place.store.root / "work" / f"{bad}.somewhere-1"
    folder.mkdir(parents=True)
    begin_attempt(folder, "long-ago", 0.0)
    time.sleep(0.01)
    since = time.time()
    for number in range(deaths):
        begin_attempt(folder, f"somewhere-{number}", since)
    told: list[Event] = []
    work(chain.plan, chain.place, told.append, lambda: False, since, retries=retries)
    often = {1: "once", 2: "2 times", 3: "3 times"}[deaths]
    (message,) = (event.message for event in told if event.kind == "failed")
    assert message.startswith(f"Its worker died {often} while it ran")
    assert tries.keys == [key(chain.plan, "b")]
    run(chain)
    assert missing(chain.plan, chain.place) == 0


def test_one_death_fewer_and_it_is_tried(chain: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that was killed once is not held against the step."""
    since = time.time()
    carry_out_with(monkeypatch, do_nothing)
    folder = chain.place.store.root / "work" / f"{key(chain.plan, 'a')}.somewhere-1"
    folder.mkdir(parents=True)
    begin_attempt(folder, "somewhere-1", since)
    work(chain.plan, chain.place, lambda event: None, lambda: False, since)
    assert missing(chain.plan, chain.place) == 0


@pytest.mark.parametrize("where", ["in the step", "at the claim", "in the folder"])
def test_a_full_disk_stops_the_worker_and_blames_no_step(
    chain: Prepared, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """One line with the cure; with room again the next run goes on."""
    full = OSError(errno.ENOSPC, "No space left on device")

    def refuse(*_: object, **__: object) -> Any:
        raise full

    with monkeypatch.context() as patched:
        carry_out_with(patched, do_nothing)
        if where == "in the step":
            carry_out_with(patched, refuse)
        elif where == "at the claim":
            patched.setattr(leases, "claim", refuse)
        else:
            patched.setattr(worker_module, "workplace", refuse)
        with pytest.raises(DiskFullError, match=r"No space is left on the disk that holds .*make room there"):
            run(chain)
    assert found_failures(chain.place.store) == {}
    assert not list(chain.place.store.leases.glob("*.json"))
    carry_out_with(monkeypatch, do_nothing)
    run(chain, retries=0)
    assert missing(chain.plan, chain.place) == 0


def test_a_store_that_cannot_be_written(chain: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's to mend: said in one line, before anything is computed."""

    def refuse(*_: object, **__: object) -> Any:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(leases, "claim", refuse)
    with pytest.raises(UserError, match=r"cannot be written: Read-only file system\. .* give --store"):
        run(chain)


def test_a_spoilt_process_ends_its_worker(chain: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another takes over what may pass; a step that spoils each of them is given up like any other."""
    since = time.time()
    bad = key(chain.plan, "a")
    told: list[Event] = []

    def one_worker(*errors: Exception) -> None:
        carry_out_with(monkeypatch, Tries(bad, *errors).carry_out)
        work(chain.plan, chain.place, told.append, lambda: False, since)

    ecc = "CUDA error: uncorrectable ECC error encountered"
    with pytest.raises(SpoiltProcessError, match="ECC"):
        one_worker(RuntimeError(ecc))
    assert [event.kind for event in told] == ["began", "again"]
    with pytest.raises(SpoiltProcessError, match="ECC"):
        one_worker(RuntimeError(ecc))
    assert [event.kind for event in told] == ["began", "again", "began", "failed"]
    one_worker()
    assert [event.title for event in told if event.kind == "done"] == ["b"]
    assert found_failures(chain.place.store)[bad].attempts == 2


def test_the_log_stays_with_the_step(prepared: Prepared) -> None:
    """Of a finished step it is one of its files; of a failed one it lies where it was worked on."""
    pretrain, predict = prepared.plan.nodes.values()
    work(prepared.plan, prepared.place, lambda event: None, lambda: False, time.time())
    store = prepared.place.store
    for node in (pretrain, predict):
        log = (store.folder(node.key) / "step.log").read_text()
        assert f"began: {node.title} (worker" in log
        manifest = json.loads((store.folder(node.key) / "manifest.json").read_text())
        assert "step.log" in manifest["files"]
    assert "training 8/8" in (store.folder(pretrain.key) / "step.log").read_text()


@pytest.mark.usefixtures("quick")
def test_the_log_of_a_failed_step(chain: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends with the error."""
    carry_out_with(monkeypatch, Tries(key(chain.plan, "a"), ZeroDivisionError("one by none")).carry_out)
    run(chain)
    (log,) = chain.place.store.root.glob("work/*/step.log")
    assert log.read_text().endswith("ZeroDivisionError: one by none\n")


def test_a_worker_looks_at_each_step_a_few_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are: the looks grow as the steps do."""
    has = Store.has
    looks = 0

    def counted(store: Store, key: str) -> bool:
        nonlocal looks
        looks += 1
        return has(store, key)

    carry_out_with(monkeypatch, do_nothing)
    monkeypatch.setattr(Store, "has", counted)
    each = {}
    for steps in (50, 200):
        looks = 0
        run(many(tmp_path / f"store-{steps}", steps))
        each[steps] = looks / steps
    assert each[200] <= each[50] + 0.1
    assert each[200] < 6
