"""``lines``: raw text, one sentence a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stiltwalk.data.files import plain_name, stream_lines
from stiltwalk.data.reader import Grouped
from stiltwalk.spec.examples import Line
from stiltwalk.spec.task import Task


def read(_task: Task, _language: str, paths: tuple[Path, ...]) -> Iterator[Grouped]:
    """Every line that is not blank, stripped; the id is ``FILE:LINE``, counting from 1.

    A file of any size will do: no more of it is in memory than a line.

    Raises:
        DataError: a file is missing, damaged or not UTF-8, when that line is reached.
    """
    for path in paths:
        for number, line in stream_lines(path):
            if text := line.strip():
                example = Line(id=f"{plain_name(path)}:{number}", text=text)
                yield Grouped(example, example.id)
