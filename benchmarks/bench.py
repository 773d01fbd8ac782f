"""What every claim is handed: how often to compare, and where the sides find what they read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import world
from benchmarks.turns import Facts, Side, Work, side


@dataclass(frozen=True, slots=True)
class Bench:
    """A run of the benchmarks.

    Attributes:
        folder: a temporary folder.
        repeats: pairs of turns for each row.
    """

    folder: Path
    repeats: int

    def world(self, shape: str, dropout: float = 0.1) -> Path:
        """The folder of :mod:`benchmarks.world` for ``shape``; one at a time is kept."""
        made = self.folder / f"world-{shape}-{dropout:g}"
        if not (made / "facts.json").exists():
            for older in self.folder.glob("world-*"):
                shutil.rmtree(older)
            made.mkdir()
            _to_its_end(world.write, {"folder": str(made), "shape": shape, "dropout": dropout})
        return made

    def known(self, shape: str) -> dict[str, Any]:
        """What :mod:`benchmarks.world` says of it: parameters, and the tokens of every step."""
        found: dict[str, Any] = json.loads((self.world(shape) / "facts.json").read_text(encoding="utf-8"))
        return found


def whole_run(work: Work, folder: Path, options: Mapping[str, Any]) -> Facts:
    """What ``work`` tells after running alone from beginning to end."""
    with TemporaryDirectory(dir=folder) as scratch:
        return _to_its_end(work, {**options, "folder": str(folder), "scratch": scratch})


@contextmanager
def two_sides(
    folder: Path, ours: Work, theirs: Work, our_options: Mapping[str, Any], their_options: Mapping[str, Any]
) -> Iterator[tuple[Side, Side]]:
    """Both sides, ready for their turns."""
    with TemporaryDirectory(dir=folder) as scratch, ExitStack() as both:
        shared = {"folder": str(folder), "scratch": scratch}
        yield (
            both.enter_context(side(ours, {**our_options, **shared})),
            both.enter_context(side(theirs, {**their_options, **shared})),
        )


def _to_its_end(work: Work, options: Mapping[str, Any]) -> Facts:
    with side(work, options) as alone:
        return alone.finish()
