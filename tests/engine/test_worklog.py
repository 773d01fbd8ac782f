"""Tests of what a worker notes of a step: how far it is, and its log."""

from __future__ import annotations

import json
import logging
import re
import shutil
import threading
import time
import warnings
from pathlib import Path

import pytest

from stiltwalk.compute.context import Progress
from stiltwalk.engine import worklog as worklog_module
from stiltwalk.engine.worklog import jot, worklog


def test_progress_is_written_for_others_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once where a stage begins, then once in a while; without a rate there is none."""
    with worklog(tmp_path) as log:
        log.progress(Progress("reading", 1, 4, 0.0))
        first = json.loads((tmp_path / "progress.json").read_text())
        log.progress(Progress("reading", 2, 4, 5.0))
        assert json.loads((tmp_path / "progress.json").read_text()) == first
        monkeypatch.setattr(worklog_module, "PROGRESS_SECONDS", 0.0)
        log.progress(Progress("reading", 3, 4, 5.0))
        second = json.loads((tmp_path / "progress.json").read_text())
    assert {**first, "at": 0} == {"stage": "reading", "done": 1, "total": 4, "rate": None, "at": 0}
    assert {**second, "at": 0} == {"stage": "reading", "done": 3, "total": 4, "rate": 5.0, "at": 0}
    assert abs(first["at"] - time.time()) < 60
    assert not list(tmp_path.glob(".*"))


def test_the_log_has_lines_with_times(tmp_path: Path) -> None:
    """What is said, the beginning and end of each stage, and what was there before."""
    with worklog(tmp_path) as log:
        log.line("began: target udpos\n")
        for done in range(1, 5):
            log.progress(Progress("training", done, 4, 1234.56))
    with worklog(tmp_path) as log:
        log.line("again")
    lines = (tmp_path / "step.log").read_text().splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ", line) for line in lines)
    assert [line[20:] for line in lines] == [
        "began: target udpos",
        "training 1/4, 1,234.6 examples/s",
        "training 4/4, 1,234.6 examples/s",
        "again",
    ]


@pytest.mark.filterwarnings("default")
def test_libraries_are_heard_in_the_log_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Warnings of Python and of logging go there and not to the terminal; afterwards all is as before."""
    before = warnings.showwarning
    with worklog(tmp_path):
        warnings.warn("something [odd]", stacklevel=1)
        logging.getLogger("some.library").warning("weights of %s are new", "the head")
        logging.getLogger("some.library").info("not worth it")
    said = (tmp_path / "step.log").read_text()
    assert "UserWarning: something [odd]" in said
    assert "WARNING some.library: weights of the head are new" in said
    assert "not worth it" not in said
    assert capsys.readouterr() == ("", "")
    assert warnings.showwarning is before
    logging.getLogger("some.library").warning("later")
    assert "later" not in (tmp_path / "step.log").read_text()


@pytest.mark.filterwarnings("default")
def test_two_logs_of_one_process(tmp_path: Path) -> None:
    """Workers that are threads of one process hear warnings as long as either works."""
    before = warnings.showwarning
    inside, go = threading.Event(), threading.Event()

    def other() -> None:
        with worklog(tmp_path / "other"):
            inside.set()
            go.wait(10)

    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    thread = threading.Thread(target=other)
    with worklog(tmp_path / "one"):
        thread.start()
        assert inside.wait(10)
    assert warnings.showwarning is not before
    go.set()
    thread.join()
    assert warnings.showwarning is before


def test_a_folder_that_is_gone_is_no_failure(tmp_path: Path) -> None:
    """Another worker took it along, or the disk is full: lines are lost and nothing else."""
    folder = tmp_path / "work"
    folder.mkdir()
    with worklog(folder) as log:
        shutil.rmtree(folder)
        log.line("lost")
        log.progress(Progress("training", 1, 2, 3.0))
    assert not folder.exists()


def test_a_note_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """What cannot be written leaves the older one, and no draft."""
    jot(tmp_path / "note.json", {"a": "ü"})
    with pytest.raises(TypeError):
        jot(tmp_path / "note.json", {"a": object()})
    assert json.loads((tmp_path / "note.json").read_text(encoding="utf-8")) == {"a": "ü"}
    assert [path.name for path in tmp_path.iterdir()] == ["note.json"]
