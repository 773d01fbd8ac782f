"""Tests of failures: which may pass, what is written down of them and what of it counts in which run."""

from __future__ import annotations

import errno
import json
import os
import time
from pathlib import Path

import pytest
import torch

from stiltwalk.engine.failures import (
    MOST_PAUSE_SECONDS,
    STOPPED,
    Failure,
    LostProcessError,
    attempts_in,
    begin_attempt,
    deaths,
    disk_trouble,
    end_attempt,
    failures,
    found_failures,
    is_full_disk,
    is_transient,
    pause_before,
    read_failure,
    spoils_process,
    write_failure,
)
from stiltwalk.spec.errors import DataError, DiskFullError, StepFailedError, UserError
from stiltwalk.store.disk import DiskError, writing
from stiltwalk.store.store import open_store
from tests.engine.steps import do_nothing, key, nothing_to_compute


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), True),
        (OSError(errno.EIO, "Input/output error"), True),
        (OSError(errno.ESTALE, "Stale file handle"), True),
        (TimeoutError("timed out"), True),
        (ConnectionResetError(), True),
        (LostProcessError("killed"), True),
        (RuntimeError("CUDA error: uncorrectable ECC error encountered"), True),
        (RuntimeError("NCCL error in: ProcessGroupNCCL.cpp, unhandled system error"), True),
        (RuntimeError("CUDA error: unspecified launch failure"), True),
        (RuntimeError("[gloo/transport/tcp/pair.cc:547] Connection closed by peer [127.0.0.1]:1"), True),
        (OSError(errno.ENOSPC, "No space left on device"), False),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), False),
        (OSError(errno.ENOENT, "No such file or directory"), False),
        (OSError(errno.EACCES, "Permission denied"), False),
        (OSError("model.safetensors does not appear to be a file of this kind"), False),
        (RuntimeError("CUDA error: device-side assert triggered"), False),
        (RuntimeError("The size of tensor a (3) must match the size of tensor b (4)"), False),
        (UserError("put the file back; the network may be out of memory"), False),
        (DataError("file", 3, "expected a number"), False),
        (StepFailedError("a process failed"), False),
        (ZeroDivisionError(), False),
        (KeyError("NCCL"), False),
    ],
)
def test_what_may_pass(error: Exception, passes: bool) -> None:
    """Memory, lost processes and faulty machines are worth another try; mistakes and bugs never."""
    assert is_transient(error) is passes


@pytest.mark.parametrize(
    ("error", "spoils"),
    [
        (RuntimeError("CUDA error: device-side assert triggered"), True),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), True),
        (RuntimeError("CUDA error: unspecified launch failure"), True),
        (torch.OutOfMemoryError("CUDA out of memory"), False),
        (RuntimeError("CUDA error: out of memory"), False),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), False),
        (RuntimeError("Connection closed by peer"), False),
        (UserError("CUDA error is what you wrote"), False),
    ],
)
def test_what_spoils_a_process(error: Exception, spoils: bool) -> None:
    """An accelerator's error stays with the process that had it, but for want of memory."""
    assert spoils_process(error) is spoils


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        UserError("No space is left on the disk that holds /store. All that was finished is kept"),
        RuntimeError('IoError(Os { code: 28, kind: StorageFull, message: "No space left on device" })'),
        StepFailedError("The end of ranks.log:\nOSError: [Errno 28] No space left on device"),
    ],
)
def test_a_full_disk_is_known_by_number_or_words(error: Exception, tmp_path: Path) -> None:
    """And told in one line that names the cure."""
    assert is_full_disk(error)
    said = disk_trouble(error, open_store(tmp_path))
    assert isinstance(said, DiskFullError)
    assert is_full_disk(said)
    assert str(said).startswith(f"No space is left on the disk that holds {tmp_path}. All that was finished")
    assert "stiltwalk store gc" in str(said)
    assert "\n" not in str(said)


def test_the_file_that_had_no_room_is_named(tmp_path: Path) -> None:
    """It may lie on another disk than the store; within it, the store is all that one has to know."""
    store = open_store(tmp_path)
    for name, said in (("/scratch/model.tmp", "/scratch/model.tmp"), (f"{tmp_path}/work/x", f"{tmp_path}")):
        error = OSError(errno.ENOSPC, "No space left on device", name)
        assert f"the disk that holds {said}." in str(disk_trouble(error, store))


def test_what_the_store_says_of_its_disk(tmp_path: Path) -> None:
    """Full, it ends the run; closed, it is the user's to mend; a file unreadable is the step's trouble."""
    store = open_store(tmp_path)
    for code, kind in ((errno.ENOSPC, DiskFullError), (errno.EROFS, DiskError)):
        with pytest.raises(DiskError) as caught, writing(tmp_path):
            raise OSError(code, os.strerror(code))
        assert type(disk_trouble(caught.value, store)) is kind
        assert str(disk_trouble(caught.value, store)) == str(caught.value)
    for code in (errno.EACCES, errno.EIO):
        assert disk_trouble(OSError(code, os.strerror(code)), store) is None
    assert disk_trouble(UserError("no"), store) is None


def test_pauses_grow() -> None:
    """2, 4, 8 seconds, up to a minute."""
    assert [pause_before(number) for number in (2, 3, 4)] == [2.0, 4.0, 8.0]
    assert pause_before(50) == MOST_PAUSE_SECONDS


def test_attempts_of_one_run(tmp_path: Path) -> None:
    """Those that died or failed count, those that were stopped do not, nor do those of an earlier run."""
    since = time.time()
    assert begin_attempt(tmp_path, "one", since) == ()
    end_attempt(tmp_path, STOPPED)
    assert begin_attempt(tmp_path, "one", since) == ()
    end_attempt(tmp_path, "no memory")
    (failed,) = begin_attempt(tmp_path, "two", since)
    assert (failed.worker, failed.ended) == ("one", "no memory")
    before = begin_attempt(tmp_path, "three", since)
    assert [each.ended for each in before] == ["no memory", ""]
    assert [each.worker for each in attempts_in(tmp_path)] == ["one", "one", "two", "three"]
    assert begin_attempt(tmp_path, "four", time.time()) == ()
    assert [each.worker for each in attempts_in(tmp_path)] == ["four"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"attempts": 3}', '{"attempts": [{"worker": "w"}]}'])
def test_damaged_notes_of_attempts_cost_no_step(tmp_path: Path, content: str) -> None:
    """They count as none, and are written anew."""
    (tmp_path / "attempts.json").write_text(content)
    assert attempts_in(tmp_path) == ()
    end_attempt(tmp_path, STOPPED)
    assert begin_attempt(tmp_path, "one", 0.0) == ()
    assert len(attempts_in(tmp_path)) == 1


def test_deaths_in_words(tmp_path: Path) -> None:
    """How often, and what to do."""
    begin_attempt(tmp_path, "one", 0.0)
    assert "Its worker died once while it ran" in deaths(attempts_in(tmp_path))
    begin_attempt(tmp_path, "two", 0.0)
    assert "Its worker died 2 times while it ran" in deaths(attempts_in(tmp_path))


def test_a_failure_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """With the fields that others read."""
    failure = Failure("target udpos", "Traceback …\nValueError: no", 2, transient=False, at=12.5)
    write_failure(tmp_path, failure)
    assert read_failure(tmp_path) == failure
    found = json.loads((tmp_path / "error.json").read_text())
    assert sorted(found) == ["at", "attempts", "message", "title", "transient"]


def test_a_failure_as_earlier_versions_wrote_it(tmp_path: Path) -> None:
    """Its time is that of the file."""
    path = tmp_path / "error.json"
    path.write_text('{"title": "t", "message": "m"}')
    os.utime(path, (1000.0, 1000.0))
    assert read_failure(tmp_path) == Failure("t", "m", 1, transient=False, at=1000.0)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"title": "t"}', '{"message": "m", "attempts": "x"}'])
def test_a_damaged_failure_is_none(tmp_path: Path, content: str) -> None:
    """The step is then tried again, as any that is not finished."""
    (tmp_path / "error.json").write_text(content)
    assert read_failure(tmp_path) is None


def test_failures_of_a_plan(tmp_path: Path) -> None:
    """In the plan's order, of this run, not finished since; of one listing, whatever else lies there."""
    plan, place = nothing_to_compute(tmp_path, {"a": "", "b": "", "c": "", "d": ""})
    work = place.store.root / "work"
    assert failures(plan, place.store) == {}
    for name, at in (("c", 30.0), ("b", 20.0), ("a", 10.0)):
        folder = work / f"{key(plan, name)}.some.host-1"
        folder.mkdir(parents=True)
        write_failure(folder, Failure(name, f"why {name}", 1, transient=False, at=at))
    (work / f"{key(plan, 'd')}.host-2").mkdir()
    (work / ".half").touch()
    other = work / ("0" * 64 + ".host-1")
    other.mkdir()
    write_failure(other, Failure("other", "of another study", 1, transient=False, at=40.0))
    assert list(failures(plan, place.store).values()) == ["why a", "why b", "why c"]
    assert list(failures(plan, place.store, since=20.0).values()) == ["why b", "why c"]
    do_nothing(plan.nodes[key(plan, "b")].step, key(plan, "b"), place, work / "new", None)  # type: ignore[arg-type]
    assert list(failures(plan, place.store).values()) == ["why a", "why c"]
    assert len(found_failures(place.store)) == 4


def test_of_two_failures_of_a_step_the_later_counts(tmp_path: Path) -> None:
    """Two workers may both have left a folder."""
    plan, place = nothing_to_compute(tmp_path, {"a": ""})
    for worker, at in (("host-1", 20.0), ("host-2", 10.0)):
        folder = place.store.root / "work" / f"{key(plan, 'a')}.{worker}"
        folder.mkdir(parents=True)
        write_failure(folder, Failure("a", worker, 1, transient=False, at=at))
    assert failures(plan, place.store) == {key(plan, "a"): "host-1"}
