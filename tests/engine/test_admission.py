"""Tests of admission: side by side what fits, one after the other what does not, alone what never would."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.compute import carry_out as carry_out_module
from stiltwalk.engine import admission as admission_module
from stiltwalk.engine import memory
from stiltwalk.engine.admission import Admission, Taken, visible
from stiltwalk.engine.devices import Device, Room
from stiltwalk.engine.local import run_local
from stiltwalk.engine.prepare import Prepared
from stiltwalk.engine.worker import Event, work
from stiltwalk.plan.nodes import Node
from stiltwalk.plan.steps import MeasureStep, Step
from stiltwalk.plan.trainings import PretrainStep, TrainStep
from stiltwalk.store import leases
from stiltwalk.store.store import publish
from tests.worlds import prepared_study, write_world

STUDY = {"targets": ["udpos"], "intermediate": [], "seeds": [1, 2, 3]}
NEED = 100
"""Bytes that every step is expected to need here."""


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """A pretraining, published, and three trainings that are ready, each followed by a prediction."""
    monkeypatch.setattr(memory, "estimate", lambda step, sizes, kind: NEED)
    prepared = prepared_study(write_world(tmp_path / "data"), tmp_path / "store", STUDY)
    (first,) = (node for node in prepared.plan.nodes.values() if isinstance(node.step, PretrainStep))
    fake(first.step, first.key, prepared.place)
    return prepared


def fake(step: Step, key: str, place: Any) -> bool:
    """Publish ``step`` without carrying it out."""
    draft = place.store.root / "work" / f"draft-{key}"
    (draft / "model").mkdir(parents=True)
    config = '{"num_hidden_layers": 2, "hidden_size": 16, "vocab_size": 160}'
    (draft / "model" / "config.json").write_text(config)
    return publish(place.store, key, step, {}, draft)


def processor(capacity: int) -> Room:
    """Main memory of ``capacity`` bytes."""
    return Room((Device("cpu", "this machine", capacity),))


def cards(*capacities: int) -> tuple[Device, ...]:
    """Accelerators."""
    return tuple(Device(f"GPU-{n}", f"GPU {n}", size, f"{n}") for n, size in enumerate(capacities))


def ready(prepared: Prepared) -> list[Node]:
    """The trainings."""
    return [node for node in prepared.plan.nodes.values() if isinstance(node.step, TrainStep)]


def choosing(prepared: Prepared, room: Room) -> Admission:
    """A worker's admission."""
    return Admission(prepared.place, room)


def take(desk: Admission, nodes: list[Node]) -> Taken | None:
    """What the worker takes of ``nodes``."""
    return desk.take(nodes, lambda key: None)


@pytest.mark.parametrize(("capacity", "side_by_side"), [(3 * NEED, 3), (3 * NEED - 1, 2), (NEED, 1), (1, 1)])
def test_as_many_as_fit(prepared: Prepared, capacity: int, side_by_side: int) -> None:
    """Steps are taken while their needs stay within the capacity; one is, however large."""
    desk, nodes = choosing(prepared, processor(capacity)), ready(prepared)
    taken = [take(desk, nodes) for _ in nodes]
    leased = [each for each in taken if each is not None]
    assert len(leased) == side_by_side
    assert sorted(desk.held) == sorted(node.key for node in nodes[side_by_side:])
    for each in leased:
        leases.release(each.lease)
    again = take(desk, nodes)
    assert again is not None
    assert again.node.key == nodes[0].key


def test_what_does_not_fit_is_said_once(prepared: Prepared) -> None:
    """The first step that waits is named with its need and the room there is; then nothing more is said."""
    desk, nodes = choosing(prepared, processor(150)), ready(prepared)
    assert take(desk, nodes) is not None
    assert desk.news() is None
    assert take(desk, nodes) is None
    held = desk.news()
    assert held is not None
    assert held.node.key == nodes[1].key
    assert held.why == "needs 0.0 GB of this machine, where 0.0 of 0.0 GB are free"
    assert take(desk, nodes) is None
    assert desk.news() is None


def test_a_smaller_step_goes_past_one_that_waits(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fits need not wait for what does not."""
    monkeypatch.setattr(memory, "estimate", lambda step, sizes, kind: {1: 100, 2: 60, 3: 50}[step.seed])
    desk, nodes = choosing(prepared, processor(155)), ready(prepared)
    taken = [take(desk, nodes), take(desk, nodes)]
    assert [each and each.node.step.seed for each in taken] == [1, 3]  # type: ignore[union-attr]


def test_measured_steps_replace_the_arithmetic(prepared: Prepared) -> None:
    """Once the first of a class is finished, the next are admitted by what it needed, in the same run."""
    desk, nodes = choosing(prepared, processor(2 * NEED)), ready(prepared)
    first = take(desk, nodes)
    assert first is not None
    draft = prepared.place.store.root / "work" / "draft"
    draft.mkdir(parents=True)
    facts = {"peak_memory_bytes": 150, "peak_memory_of": "cpu"}
    publish(prepared.place.store, first.node.key, first.node.step, facts, draft)
    leases.release(first.lease)
    desk.learn([first.node.key])
    left = nodes[1:]
    assert take(desk, left) is not None
    assert take(desk, left) is None  # 150 + 150, where two of the arithmetic's would have fitted
    assert [held.node.key for held in desk.held.values()] == [nodes[2].key]


def test_a_killed_worker_frees_what_it_reserved(prepared: Prepared) -> None:
    """What a worker that is gone had reserved is free at once, and its step is taken over."""
    nodes = ready(prepared)
    program = (
        "import sys, time; from pathlib import Path; from stiltwalk.store import leases\n"
        "assert leases.claim(Path(sys.argv[1]), sys.argv[2], leases.this_worker(), reserved={'cpu': 200})\n"
        "print('held', flush=True); time.sleep(600)"
    )
    folder = prepared.place.store.leases
    worker = subprocess.Popen(
        [sys.executable, "-c", program, str(folder), nodes[0].key], stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    with worker.stdout as said:
        assert said.readline() == "held\n"
        desk = choosing(prepared, processor(2 * NEED))
        assert take(desk, nodes) is None
        assert sorted(desk.held) == sorted(node.key for node in nodes[1:])
        worker.kill()
        worker.wait()
    taken = [take(desk, nodes), take(desk, nodes)]
    assert [each and each.node.key for each in taken] == [nodes[0].key, nodes[1].key]


def test_every_device_has_room_of_its_own(prepared: Prepared) -> None:
    """A worker reserves on its own device, whatever runs on others; one of unknown size holds one step."""
    devices, nodes = (*cards(NEED, 2 * NEED), Device("MIG-1", "a slice", 0)), ready(prepared)
    own = [choosing(prepared, Room(devices, number)) for number in (0, 1, 2)]
    order = [0, 2, 1]
    taken = [take(own[number], nodes) for number in order]
    assert [dict(each.lease.reserved) for each in taken if each] == [
        {"GPU-0": NEED},
        {"MIG-1": NEED},
        {"GPU-1": NEED},
    ]


def test_several_processes_reserve_all_of_their_devices(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On accelerators those with the most room, a share each; of main memory once for every process."""
    monkeypatch.setattr(admission_module, "processes", lambda step: 2)
    nodes = ready(prepared)
    room = Room(cards(5 * NEED, 2 * NEED, 3 * NEED))
    taken = take(choosing(prepared, room), nodes)
    assert taken is not None
    assert taken.lease.reserved == {"GPU-0": NEED, "GPU-2": NEED}
    assert visible(taken.lease, room) == "0,2"
    leases.release(taken.lease)
    taken = take(choosing(prepared, Room(cards(5 * NEED))), nodes)
    assert taken is not None
    assert taken.lease.reserved == {"GPU-0": 2 * NEED}
    leases.release(taken.lease)
    taken = take(choosing(prepared, processor(5 * NEED)), nodes)
    assert taken is not None
    assert taken.lease.reserved == {"cpu": 2 * NEED}
    assert visible(taken.lease, processor(5 * NEED)) is None


def test_a_step_of_which_nothing_is_known_runs_alone(prepared: Prepared) -> None:
    """It reserves the whole device, and waits until nothing else runs there."""
    nodes = ready(prepared)
    (prepared.place.store.folder(nodes[0].step.parents[0]) / "model" / "config.json").write_text("{}")
    desk = choosing(prepared, processor(3 * NEED))
    taken = take(desk, nodes)
    assert taken is not None
    assert taken.lease.reserved == {"cpu": 3 * NEED}
    assert take(desk, nodes) is None


def measured(prepared: Prepared) -> tuple[Node, list[Node]]:
    """A measurement of what was pretrained, and the trainings beside it."""
    first = ready(prepared)[0]
    place = prepared.place
    assert place.data_dir is not None
    asked = prepared_study(place.data_dir, place.store.root, {**STUDY, "measure": True})
    (measure,) = (node for node in asked.plan.nodes.values() if isinstance(node.step, MeasureStep))
    assert measure.parents == first.parents
    return measure, ready(prepared)


def test_a_measurement_runs_alone(prepared: Prepared) -> None:
    """While anything runs it waits, however small; while it runs all else does, on every device."""
    measure, nodes = measured(prepared)
    for room in (processor(10**9), Room(cards(10**9, 10**9)), Room((Device("MIG-1", "a slice", 0),))):
        desk = choosing(prepared, room)
        other = take(desk, nodes)
        assert other is not None
        assert take(desk, [measure]) is None
        assert desk.held[measure.key].why == "needs this machine to itself"
        leases.release(other.lease)
        taken = take(desk, [measure])
        assert taken is not None
        assert taken.lease.reserved == {device.name: device.capacity for device in room.devices}
        for own in range(len(room.devices)):
            assert take(choosing(prepared, Room(room.devices, own)), nodes) is None
        leases.release(taken.lease)


def test_without_devices_nothing_is_reserved(prepared: Prepared) -> None:
    """A worker that was told of none takes whatever is ready."""
    desk, nodes = choosing(prepared, Room()), ready(prepared)
    taken = [take(desk, nodes) for _ in nodes]
    assert all(each is not None and each.lease.reserved == {} for each in taken)


def test_steps_in_other_hands_are_named(prepared: Prepared) -> None:
    """With devices and without, whoever asks is told which; the next one is taken."""
    nodes = ready(prepared)
    other = leases.claim(prepared.place.store.leases, nodes[0].key, leases.this_worker())
    assert other is not None
    for room in (Room(), processor(10 * NEED)):
        held: list[str] = []
        taken = choosing(prepared, room).take(nodes, held.append)
        assert taken is not None
        assert taken.node.key == nodes[1].key
        assert held == [nodes[0].key]
        leases.release(taken.lease)


def test_while_another_chooses_nobody_does(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that finds another choosing for too long comes back later."""
    monkeypatch.setattr(admission_module, "LOCK_SECONDS", 0.05)
    desk, nodes = choosing(prepared, processor(NEED)), ready(prepared)
    with admission_module._one_at_a_time(prepared.place.store.leases) as mine:
        assert mine
        assert take(desk, nodes) is None
    assert take(desk, nodes) is not None


def test_a_file_system_without_locks(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs the certainty that two never look at one moment, and no run."""

    def refused(*_: object) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr("fcntl.flock", refused)
    nodes = ready(prepared)
    assert take(choosing(prepared, processor(NEED)), nodes) is not None


class Crowd:
    """Counts how many are inside at one moment."""

    def __init__(self) -> None:
        self.most = self._inside = 0
        self._lock = threading.Lock()
        self.enough = threading.Event()

    def stay(self, expected: int) -> None:
        """Stay inside for a moment, at first until ``expected`` are inside together."""
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
            if self._inside >= expected:
                self.enough.set()
        self.enough.wait(30)
        time.sleep(0.02)
        with self._lock:
            self._inside -= 1


@pytest.mark.parametrize(("capacity", "most"), [(10 * NEED, 3), (2 * NEED, 2), (NEED, 1), (1, 1)])
def test_workers_side_by_side(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch, capacity: int, most: int
) -> None:
    """Three workers carry out a whole study: never more at once than fit, and as many as do; all is done."""
    crowd = Crowd()

    def carry_out(step: Step, key: str, place: Any, folder: Path, monitor: Any) -> bool:
        crowd.stay(most)
        return fake(step, key, place)

    monkeypatch.setattr(carry_out_module, "carry_out", carry_out)
    monkeypatch.setattr("stiltwalk.engine.worker.IDLE_SECONDS", 0.01)
    told: list[Event] = []
    threads = [
        threading.Thread(
            target=work,
            args=(
                prepared.plan,
                prepared.place,
                told.append,
                lambda: False,
                time.time(),
                processor(capacity),
            ),
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [event.message for event in told if event.kind == "failed"] == []
    assert sum(event.kind == "done" for event in told) == 6
    assert crowd.most == most
    assert any(event.kind == "waiting" for event in told) == (most < 3)


def test_processes_take_turns(tmp_path: Path) -> None:
    """Real workers with room for one step at a time finish a study, each on the device it is given."""
    study = {"targets": ["udpos", "tatoeba"], "intermediate": []}
    prepared = prepared_study(write_world(tmp_path / "data"), tmp_path / "store", study)
    devices = tuple(Device(name, name, 1, visible="") for name in ("one", "other"))
    outcome = run_local(prepared.plan, prepared.place, 3, lambda event: None, devices)
    assert (outcome.failed, outcome.died, outcome.done) == ({}, (), outcome.total)
