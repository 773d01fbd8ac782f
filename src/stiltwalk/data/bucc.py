"""``bucc``: the corpora of the BUCC 2018 shared task: two files of sentences, and the pairs among them.

Each line is an id, a tab and a sentence; in the gold file, a foreign id, a tab and an English id.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from stiltwalk.data.files import read_lines
from stiltwalk.data.reader import Grouped
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Minable
from stiltwalk.spec.task import Task


def read(_task: Task, language: str, paths: tuple[Path, ...]) -> Iterator[Grouped]:
    """Every foreign sentence, then every English one, in file order; the id is the file's own.

    Sentences are stripped. Texts that occur twice are kept: mining merges them. An English sentence that is
    in several gold pairs has the first one's foreign sentence as its twin.

    Args:
        _task: not needed.
        language: of the first file.
        paths: the file in ``language``, the English file and the gold file, in this order.

    Raises:
        DataError: there are not exactly three files, a line is not two columns, an id occurs twice, or a gold
            pair names a sentence that is not there, or pairs a foreign one with a second English one.
    """
    if len(paths) != 3:
        names = ", ".join(path.name for path in paths) or "none"
        message = f"expected three files, one in '{language}', one in English and the gold, found {names}."
        raise DataError(paths[0].parent if paths else "", None, message)
    foreign, english = _sentences(paths[0]), _sentences(paths[1])
    twins = _twins(paths[2], foreign, english)
    yield from _side(foreign, "foreign", twins)
    yield from _side(english, "english", {there: here for here, there in reversed(twins.items())})


def _side(
    sentences: dict[str, str], side: Literal["foreign", "english"], twins: dict[str, str]
) -> Iterator[Grouped]:
    for name, text in sentences.items():
        yield Grouped(Minable(id=name, text=text, side=side, twin=twins.get(name)), name)


def _sentences(path: Path) -> dict[str, str]:
    """Id → sentence."""
    found: dict[str, str] = {}
    for at, (name, text) in _rows(path, "an id, a tab and a sentence"):
        if name in found:
            raise DataError(path, at, f"the id '{name}' occurs twice. Remove one of the two lines.")
        found[name] = text
    return found


def _twins(path: Path, foreign: dict[str, str], english: dict[str, str]) -> dict[str, str]:
    """Foreign id → English id."""
    twins: dict[str, str] = {}
    for at, (here, there) in _rows(path, "a foreign id, a tab and an English id"):
        for name, known in ((here, foreign), (there, english)):
            if name not in known:
                message = (
                    f"there is no sentence '{name}', though it is in a gold pair. Fetch the files again."
                )
                raise DataError(path, at, message)
        if twins.setdefault(here, there) != there:
            message = (
                f"'{here}' is paired with '{twins[here]}' and with '{there}'. Remove one of the two lines."
            )
            raise DataError(path, at, message)
    return twins


def _rows(path: Path, expected: str) -> Iterator[tuple[int, tuple[str, str]]]:
    for at, line in enumerate(read_lines(path), start=1):
        first, _, second = (part.strip() for part in line.partition("\t"))
        if not first or not second:
            message = f"expected {expected}, found {line[:60]!r}. Fetch the file again, or mend the line."
            raise DataError(path, at, message)
        yield at, (first, second)
