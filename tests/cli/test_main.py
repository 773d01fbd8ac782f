"""Tests of the command as a whole: help, start-up, exit codes and the last word."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from stiltwalk import __version__
from stiltwalk.cli import studies
from stiltwalk.spec.errors import InterruptedRunError, StepFailedError
from tests.cli.conftest import Command, World

COMMANDS = [
    "run",
    "plan",
    "transfer",
    "status",
    "results",
    "evaluate",
    "tasks",
    "encoders",
    "studies",
    "doctor",
]

STORE_COMMANDS = ["store ls", "store verify", "store gc", "store push", "store pull"]


def test_help_lists_every_command(command: Command) -> None:
    """The first page names what there is, and the exit codes."""
    ended = command("--help")
    assert ended.code == 0
    assert all(name in ended.out for name in [*COMMANDS, "data", "130"])


@pytest.mark.parametrize("name", [*COMMANDS, "data ls", "data verify", *STORE_COMMANDS])
def test_every_command_has_help_with_an_example(command: Command, name: str) -> None:
    """``--help`` of each command shows how it is used."""
    ended = command(*name.split(), "--help")
    assert ended.code == 0
    assert re.search(f"Examples?: stiltwalk {name}", " ".join(ended.out.split()))


def test_version(command: Command) -> None:
    """``--version`` prints the version and nothing else."""
    assert command("--version") == (0, f"stiltwalk {__version__}\n", "")


def test_help_loads_nothing_heavy() -> None:
    """Start-up imports neither torch nor pandas, so that help comes at once."""
    asked = (
        "import sys; sys.argv = ['stiltwalk', '--help']\n"
        "from stiltwalk.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'transformers', 'pandas', 'pyarrow', 'numpy', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_an_unknown_option_is_the_users_mistake(command: Command) -> None:
    """A wrong option ends with exit code 2 and without a traceback."""
    ended = command("run", "x", "--nope")
    assert ended.code == 2
    assert "No such option: --nope" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (StepFailedError("1 step(s) failed"), 1, "stiltwalk: 1 step(s) failed\n"),
        (InterruptedRunError("stopped on request"), 130, "stiltwalk: stopped on request\n"),
        (KeyboardInterrupt(), 130, "stiltwalk: interrupted\n"),
    ],
)
def test_exit_codes(
    command: Command,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    said: str,
) -> None:
    """A failed step ends with 1, an interruption with 130, each with one line."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(studies, "carry_out", fail)
    ended = command("run", world.study, *world.places)
    assert (ended.code, ended.err) == (code, said)


def test_our_own_mistake_shows_its_traceback(
    command: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug ends with 1, a traceback, and the word that it is ours."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(studies, "carry_out", fail)
    ended = command("run", world.study, *world.places)
    assert ended.code == 1
    assert "ZeroDivisionError" in ended.err
    assert "This is a bug in stiltwalk" in ended.err
