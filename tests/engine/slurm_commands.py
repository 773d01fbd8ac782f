"""Stand-ins for SLURM's commands: they note what they are asked, and answer what a test wrote down.

Real ones are used by ``tests/cluster/test_slurm.py``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

_PROGRAM = """#!{python}
import sys
from pathlib import Path
folder, name = Path({folder!r}), Path(sys.argv[0]).name
with (folder / "asked.txt").open("a") as asked:
    asked.write(" ".join([name, *sys.argv[1:]]) + "\\n")
answer = folder / (name + ".txt")
said = answer.read_text() if answer.exists() else ""
stream = sys.stderr if "error:" in said else sys.stdout
stream.write(said)
sys.exit("error:" in said)
"""


class Commands:
    """SLURM's commands as far as the engine calls them, first on the path.

    What is given to ``answers`` is printed by that command; with ``error:`` in it the command fails.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        programs = folder / "bin"
        programs.mkdir(parents=True)
        for name in ("sbatch", "srun", "squeue", "scancel", "scontrol"):
            (programs / name).write_text(_PROGRAM.format(python=sys.executable, folder=str(folder)))
            (programs / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")

    def answers(self, name: str, said: str) -> None:
        """What the command ``name`` prints from now on."""
        (self._folder / f"{name}.txt").write_text(said)

    def asked(self, name: str) -> list[str]:
        """The command lines of ``name`` so far."""
        path = self._folder / "asked.txt"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line for line in lines if line.split()[0] == name]


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Stand-ins for SLURM's commands on the path."""
    return Commands(tmp_path / "commands", monkeypatch)
