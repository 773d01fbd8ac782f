"""Tests of how far a review is, on a terminal and elsewhere."""

from __future__ import annotations

from itertools import count

import pytest

from stiltwalk.cli.literature.progress import StageWatch, plain
from stiltwalk.literature.stages import Stage


def _reviewed(watch: StageWatch) -> None:
    with watch:
        watch.say(Stage("search", 0, 2, "OpenAlex"))
        watch.tell("OpenAlex asks to wait \x1b[2J2 s.")
        watch.say(Stage("search", 2, 2, "12 records"))
        watch.say(Stage("read the folder"))
        watch.say(Stage("read", 0, 3, "A \x1b]0;title\x07paper"))
        watch.say(Stage("read", 1, 3))
        watch.say(Stage("read", 3, 3))
        watch.say(Stage("judge", 0, 0))


def test_lines_without_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """A line when a stage is done, and now and then one of a stage that takes long."""
    clock = count(0, 10)
    _reviewed(StageWatch(now=lambda: float(next(clock))))
    out, err = capfd.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "  OpenAlex asks to wait [2J2 s.",
        "  search: 2, 12 records (0:20)",
        "  read: 1 of 3",
        "  read: 3 (0:40)",
        "  judge: nothing to do (0:10)",
    ]


def test_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """The stage at hand is shown while it lasts, and what a paper is called cannot steer the terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    _reviewed(StageWatch())
    err = capfd.readouterr().err
    assert "search: 2, 12 records" in err
    assert "\x1b]0;" not in err
    assert "\x1b[2J" not in err


def test_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    """Asked to be quiet, nothing is said."""
    _reviewed(StageWatch(quiet=True))
    assert capfd.readouterr() == ("", "")


def test_texts_of_papers_are_plain() -> None:
    """One line without control characters, marks of direction and the like; letters stay."""
    assert plain("a\x1b[31m\r\nb\u202e \u200bé\tz\u05d0") == "a[31m b éz\u05d0".replace("éz", "é z")
