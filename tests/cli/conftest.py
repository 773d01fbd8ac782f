"""A command line that runs in this process, and a world for it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from stiltwalk.cli import main as main_module
from tests.worlds import finish, prepared_study, write_study, write_world


class Ended(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Command = Callable[..., Ended]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs ``stiltwalk`` with the given words, as a user's shell would."""
    monkeypatch.delenv("STILTWALK_DATA", raising=False)
    monkeypatch.delenv("STILTWALK_STORE", raising=False)

    def run(*words: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["stiltwalk", *map(str, words)])
        capfd.readouterr()
        code = 0
        try:
            main_module.main()
        except SystemExit as end:
            code = int(end.code or 0)
        return Ended(code, *capfd.readouterr())

    return run


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports have no figures, which take the most time."""
    from stiltwalk.render import write  # drawing takes a second to load, for few tests

    monkeypatch.setattr(write, "charts", lambda contents: ())


class World(NamedTuple):
    """Where a finished tiny study lies."""

    data: Path
    store: Path
    study: Path

    @property
    def places(self) -> tuple[str, ...]:
        """The options that lead there."""
        return ("--data-dir", str(self.data), "--store", str(self.store))


SMALL = {"targets": ["udpos", "tatoeba"], "seeds": [1, 2]}


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A tiny study on a tiny world, already carried out. Tests must not change it."""
    folder = tmp_path_factory.mktemp("cli")
    data = write_world(folder / "data")
    finish(prepared_study(data, folder / "store", SMALL))
    return World(data, folder / "store", write_study(folder / "study.yaml", SMALL))
