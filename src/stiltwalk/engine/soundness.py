"""Reads every data file of a study once before anything runs, so that a broken one costs no hours.

What was found sound is remembered by content, so that the same files are not read twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from stiltwalk.data.load import load_candidates, stream
from stiltwalk.spec.task import SplitName
from stiltwalk.spec.tasks import Catalogue, find_task
from stiltwalk.store.atomic import read_json, write_cache

Datum = tuple[str, SplitName, str]
"""A task, a split and a language."""


def require_sound(
    data: Mapping[Datum, str],
    data_dir: Path | None,
    memory: Path,
    tasks: Catalogue,
    say: Callable[[str], None],
) -> dict[Datum, int]:
    """Read what was never read with this version; ``data`` maps each datum to its content hash.

    Generated examples are sound by construction, and are not made for this.

    Returns:
        How many examples each datum has.

    Raises:
        DataError: a file is cut short, or not what its layout promises: file, line and cure.
    """
    known = read_json(memory) or {}
    new = {
        _name(datum, content): datum
        for datum, content in data.items()
        if find_task(datum[0], tasks).generator is None and _name(datum, content) not in known
    }
    if new:
        _read(new, known, data_dir, tasks, say)
        write_cache(memory, known)
    return {datum: _count(datum, content, known, tasks) for datum, content in data.items()}


def _read(
    new: Mapping[str, Datum],
    known: dict[str, int],
    data_dir: Path | None,
    tasks: Catalogue,
    say: Callable[[str], None],
) -> None:
    """Read what is ``new``, and note in ``known`` how many examples there are."""
    say(f"checking {len(new)} sets of examples that were never read before")
    for name, (task, split, language) in new.items():
        known[name] = sum(1 for _ in stream(find_task(task, tasks), split, language, data_dir))
    for task, split in dict.fromkeys((task, split) for task, split, _ in new.values()):
        load_candidates(find_task(task, tasks), split, data_dir)


def _count(datum: Datum, content: str, known: Mapping[str, int], tasks: Catalogue) -> int:
    made = find_task(datum[0], tasks).split(datum[1]).made
    return known[_name(datum, content)] if made is None else made.examples


def _name(datum: Datum, content: str) -> str:
    # the version stands for the reading rules, which the content hash does not cover
    return "|".join((*datum, content, version("stiltwalk")))
