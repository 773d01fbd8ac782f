"""Tests of leases: one holder at a time, takeover of the dead and the silent, and nobody robbed."""

from __future__ import annotations

import json
import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from stiltwalk.spec.errors import LeaseLostError
from stiltwalk.store.atomic import read_json
from stiltwalk.store.leases import (
    SILENCE_SECONDS,
    Held,
    Lease,
    Worker,
    beat,
    claim,
    holder,
    holding,
    release,
    reservations,
    this_worker,
)

from .fakes import KEY, FakeClock, dead, elsewhere, here


def _held(folder: Path, worker: Worker, clock: Callable[[], float]) -> Lease:
    """The lease on ``KEY``, which must be free."""
    lease = claim(folder, KEY, worker, clock)
    assert lease is not None
    return lease


def test_a_lease_is_exclusive(tmp_path: Path) -> None:
    """While one worker holds a step, no other gets it, nor the same one twice; other steps are free."""
    clock = FakeClock()
    lease = _held(tmp_path / "leases", here("a"), clock)
    assert claim(tmp_path / "leases", KEY, here("b"), clock) is None
    assert claim(tmp_path / "leases", KEY, here("a"), clock) is None
    assert claim(tmp_path / "leases", "0" * 64, here("b"), clock) is not None
    assert holder(lease.path, clock) == "a"


def test_release_frees_the_step(tmp_path: Path) -> None:
    """A released lease can be claimed by anyone, and nothing is left of it."""
    clock = FakeClock()
    release(_held(tmp_path, here("a"), clock))
    assert list(tmp_path.iterdir()) == []
    assert holder(tmp_path / f"{KEY}.json", clock) is None
    _held(tmp_path, here("b"), clock)


def test_releasing_twice_is_no_harm(tmp_path: Path) -> None:
    """A lease that is gone can be released again."""
    lease = _held(tmp_path, here("a"), FakeClock())
    release(lease)
    release(lease)
    assert list(tmp_path.iterdir()) == []


def test_beats_keep_a_lease(tmp_path: Path) -> None:
    """A lease that is beaten never grows silent, however long its step takes."""
    clock = FakeClock()
    lease = _held(tmp_path, elsewhere("a"), clock)
    for _ in range(5):
        clock.pass_seconds(SILENCE_SECONDS - 1)
        beat(lease, clock)
    clock.pass_seconds(SILENCE_SECONDS - 1)
    assert claim(tmp_path, KEY, here("b"), clock) is None
    assert [path.name for path in tmp_path.iterdir()] == [f"{KEY}.json"]


@pytest.mark.parametrize("make", [elsewhere, here])
def test_a_silent_lease_is_taken_over(tmp_path: Path, make: Callable[[str], Worker]) -> None:
    """After two minutes of silence a lease is free to take, even if the process still hangs about."""
    clock = FakeClock()
    _held(tmp_path, make("a"), clock)
    clock.pass_seconds(SILENCE_SECONDS)
    assert claim(tmp_path, KEY, here("b"), clock) is None
    clock.pass_seconds(1)
    lease = _held(tmp_path, here("b"), clock)
    assert holder(lease.path, clock) == "b"
    assert [path.name for path in tmp_path.iterdir()] == [f"{KEY}.json"]


def test_a_dead_process_is_taken_over_at_once(tmp_path: Path) -> None:
    """On the same machine nobody waits for a worker whose process is gone."""
    clock = FakeClock()
    lease = _held(tmp_path, dead("a"), clock)
    assert holder(lease.path, clock) is None
    assert claim(tmp_path, KEY, here("b"), clock) is not None


def test_a_process_number_used_again(tmp_path: Path) -> None:
    """A new process under an old number is not taken for the old worker."""
    clock = FakeClock()
    me = this_worker()
    _held(tmp_path, Worker("a", me.host, me.pid, me.started - 3600), clock)
    assert claim(tmp_path, KEY, here("b"), clock) is not None


def test_another_machine_is_given_time(tmp_path: Path) -> None:
    """Of a worker elsewhere only silence tells: its process number means nothing here."""
    clock = FakeClock()
    foreign = Worker("a", "another-machine", dead("x").pid, 0.0)
    lease = _held(tmp_path, foreign, clock)
    assert claim(tmp_path, KEY, here("b"), clock) is None
    assert holder(lease.path, clock) == "a"


def test_a_lost_lease_is_noticed(tmp_path: Path) -> None:
    """The old holder learns at its next beat that it lost the step, and harms the new one in no way."""
    clock = FakeClock()
    old = _held(tmp_path, elsewhere("a"), clock)
    clock.pass_seconds(SILENCE_SECONDS + 1)
    new = _held(tmp_path, here("b"), clock)
    with pytest.raises(LeaseLostError, match=f"step {KEY[:12]} was taken over from a"):
        beat(old, clock)
    release(old)
    assert holder(new.path, clock) == "b"
    beat(new, clock)


def test_a_vanished_lease_is_lost(tmp_path: Path) -> None:
    """A lease whose file is gone is not made again by a beat."""
    lease = _held(tmp_path, here("a"), FakeClock())
    lease.path.unlink()
    with pytest.raises(LeaseLostError, match="was taken over from a"):
        beat(lease)


def test_a_worker_taken_over_by_itself(tmp_path: Path) -> None:
    """A second lease of one worker is another lease: the first no longer counts."""
    clock = FakeClock()
    first = _held(tmp_path, here("a"), clock)
    clock.pass_seconds(SILENCE_SECONDS + 1)
    second = _held(tmp_path, here("a"), clock)
    with pytest.raises(LeaseLostError, match="was taken over"):
        beat(first, clock)
    beat(second, clock)


def test_a_lease_keeps_its_own_patience(tmp_path: Path) -> None:
    """How long silence may last is written in the lease, so that versions agree."""
    lease = _held(tmp_path, here("a"), FakeClock())
    written = read_json(lease.path)
    assert written is not None
    assert (written["worker"], written["silence"], written["token"]) == ("a", SILENCE_SECONDS, lease.token)


def test_who_holds_a_lease(tmp_path: Path) -> None:
    """Name, silence so far and whether others may take over; nobody where the file does not say."""
    clock = FakeClock()
    lease = _held(tmp_path, elsewhere("b"), clock)
    clock.pass_seconds(30)
    assert holding(lease.path, clock) == Held("b", 30.0, SILENCE_SECONDS, alive=True)
    clock.pass_seconds(SILENCE_SECONDS)
    assert holding(lease.path, clock) == Held("b", 30.0 + SILENCE_SECONDS, SILENCE_SECONDS, alive=False)
    lease.path.write_text('{"worker": "b", "beaten_at": "lately"}')
    assert holding(lease.path, clock) is None
    lease.path.unlink()
    assert holding(lease.path, clock) is None


def test_reservations_of_the_living(tmp_path: Path) -> None:
    """What the leases of this machine reserve is summed by device, until they are given back."""
    clock = FakeClock()
    assert reservations(tmp_path / "absent", here("z"), clock) == {}
    first = claim(tmp_path, KEY, here("a"), clock, {"cpu": 5, "GPU-1": 7})
    assert first is not None
    assert claim(tmp_path, "0" * 64, here("b"), clock, {"cpu": 2}) is not None
    assert claim(tmp_path, "1" * 64, here("c"), clock) is not None
    assert reservations(tmp_path, here("z"), clock) == {"cpu": 7, "GPU-1": 7}
    beat(first, clock)
    assert reservations(tmp_path, here("z"), clock) == {"cpu": 7, "GPU-1": 7}
    release(first)
    assert reservations(tmp_path, here("z"), clock) == {"cpu": 2}


def test_the_dead_reserve_nothing(tmp_path: Path) -> None:
    """Nor do the silent, nor other machines; and who takes over reserves for itself alone."""
    clock = FakeClock()
    for number, worker in enumerate((dead("a"), elsewhere("b"))):
        assert claim(tmp_path, f"{number:064x}", worker, clock, {"cpu": 5}) is not None
    assert reservations(tmp_path, here("z"), clock) == {}
    assert claim(tmp_path, f"{0:064x}", here("c"), clock, {"cpu": 3}) is not None
    assert reservations(tmp_path, here("z"), clock) == {"cpu": 3}
    clock.pass_seconds(SILENCE_SECONDS + 1)
    assert reservations(tmp_path, here("z"), clock) == {}


def test_a_lease_of_an_earlier_version_reserves_nothing(tmp_path: Path) -> None:
    """Its file knows no reservations, and its holder still holds its step."""
    path = _held(tmp_path, here("a"), FakeClock()).path
    written = read_json(path)
    assert written is not None
    del written["reserved"]
    path.write_text(json.dumps(written))
    assert reservations(tmp_path, here("b"), FakeClock()) == {}
    assert holder(path, FakeClock()) == "a"


def _together(count: int, act: Callable[[int], None]) -> None:
    """Run ``act`` in ``count`` threads that start at one moment."""
    barrier = threading.Barrier(count)

    def wait_and_act(index: int) -> None:
        barrier.wait()
        act(index)

    threads = [threading.Thread(target=wait_and_act, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_race_for_a_free_step(tmp_path: Path) -> None:
    """Of many workers that claim a step at one moment exactly one gets it."""
    for round_number in range(20):
        key = f"{round_number:064x}"
        won: list[Lease | None] = []
        _together(8, lambda index, key=key, won=won: won.append(claim(tmp_path, key, here(f"w{index}"))))  # type: ignore[misc]
        assert len(won) == 8
        assert sum(lease is not None for lease in won) == 1
    assert len(list(tmp_path.iterdir())) == 20


def test_a_race_for_a_silent_step(tmp_path: Path) -> None:
    """Of many workers that find a step silent exactly one takes it over, and keeps it."""
    for round_number in range(20):
        key = f"{round_number:064x}"
        claim(tmp_path, key, elsewhere("old"), lambda: 0.0)
        won: list[Lease | None] = []
        _together(8, lambda index, key=key, won=won: won.append(claim(tmp_path, key, here(f"w{index}"))))  # type: ignore[misc]
        (taken,) = [lease for lease in won if lease is not None]
        assert _still_held(taken)
    assert len(list(tmp_path.iterdir())) == 20


def _still_held(lease: Lease) -> bool:
    try:
        beat(lease)
    except LeaseLostError:
        return False
    return True


def _claim_all(folder: Path, keys: list[str], barrier: Barrier) -> None:
    """Claim every step, note those won, and live on until all are through."""
    me = this_worker()
    barrier.wait()
    won = [key for key in keys if claim(folder / "leases", key, me) is not None]
    (folder / f"won-{me.pid}").write_text("\n".join(won))
    barrier.wait()


def test_a_race_of_processes(tmp_path: Path) -> None:
    """Processes that claim the same steps share them out without one being given twice."""
    keys = [f"{number:064x}" for number in range(100)]
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(2)
    processes = [spawn.Process(target=_claim_all, args=(tmp_path, keys, barrier)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    won = [key for path in tmp_path.glob("won-*") for key in path.read_text().split()]
    assert sorted(won) == keys
    # both are gone now: whatever they held is free at once
    assert claim(tmp_path / "leases", keys[0], here("later")) is not None
