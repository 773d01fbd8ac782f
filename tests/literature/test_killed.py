"""A review that is killed as a process, without a chance to tidy up, and asked again."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stiltwalk.literature import including
from stiltwalk.literature.keeping import is_finished
from stiltwalk.literature.records.synthesis import Synthesis
from tests.literature.worlds import Numbers, without_made, world

PROGRAM = """
import sys, time
from pathlib import Path
from stiltwalk.literature.records.synthesis import Question
from stiltwalk.literature.review import review
from stiltwalk.store.store import open_store

class Endless:
    name = "numbers 1"
    def __call__(self, pairs):
        Path(sys.argv[3]).touch()
        time.sleep(600)

question = Question.model_validate_json(sys.argv[2])
places = dict(each.split("=", 1) for each in sys.argv[4:])
review(question, "a-review", open_store(Path(sys.argv[1])), judge=Endless(), endpoints=places)
"""

LONGEST = 120.0
"""Seconds after which a process that never came to its judge fails the test."""


def _without_times(synthesis: Synthesis) -> Synthesis:
    """The same without when databases answered: the process that was killed had a clock of its own."""
    searched = tuple(each.replace({"at": ""}) for each in synthesis.searched)
    return without_made(synthesis).model_copy(update={"searched": searched})


def test_killed_while_it_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was searched and read before is used: no request, no text again, and the same end."""
    (tmp_path / "whole").mkdir()
    with world(tmp_path / "whole") as untouched:
        expected = without_made(untouched.review())
    (tmp_path / "killed").mkdir()
    with world(tmp_path / "killed") as here:
        question = here.question().replace({"folder": expected.question.folder})
        judging = tmp_path / "judging"
        places = [f"{name}={place}" for name, place in here.endpoints.items()]
        words = [sys.executable, "-c", PROGRAM, str(here.store.root), question.model_dump_json()]
        words += [str(judging), *places]
        with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
            began = time.monotonic()
            while not judging.exists() and process.poll() is None and time.monotonic() - began < LONGEST:
                time.sleep(0.02)
            process.kill()
            said = process.stderr.read() if process.stderr else ""
        assert (process.returncode, judging.exists()) == (-signal.SIGKILL, True), said
        assert not is_finished(here.store, "a-review")

        requests, read = len(here.fake.log), []
        monkeypatch.setattr(including, "text_of", lambda work, **_: read.append(work.key))
        assert _without_times(here.review(question, Numbers())) == _without_times(expected)
        assert (len(here.fake.log), read) == (requests, [])
