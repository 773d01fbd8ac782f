"""``tabbed-tags``: a sentence a line, its words, a tab, and its tags; words and tags divided by spaces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stiltwalk.data.files import plain_name, read_lines
from stiltwalk.data.labels import read_tag
from stiltwalk.data.reader import Grouped
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Tagged
from stiltwalk.spec.task import Task


def read(task: Task, _language: str, paths: tuple[Path, ...]) -> Iterator[Grouped]:
    """Every sentence, in the order of the files; the id is ``FILE:LINE``, counting from 1.

    Args:
        task: gives the label set, and what else stands in the files for a label.
        _language: not needed.
        paths: the files.

    Raises:
        DataError: a line is not words, a tab and as many tags, or a tag is not in the label set.
    """
    for path in paths:
        for at, line in enumerate(read_lines(path), start=1):
            parts = [_divided(part) for part in line.split("\t")]
            if len(parts) != 2 or not parts[0]:
                message = (
                    f"expected a sentence, a tab and its tags, found {len(parts)} columns in {line[:60]!r}."
                )
                raise DataError(path, at, message + " Mend the line, or make the file again.")
            words, tags = parts
            if len(words) != len(tags):
                message = f"expected a tag for each of the {len(words)} words, found {len(tags)}."
                raise DataError(path, at, message + " Mend the line, or make the file again.")
            example = Tagged(
                id=f"{plain_name(path)}:{at}",
                words=words,
                tags=tuple(read_tag(tag, task, path, at) for tag in tags),
            )
            yield Grouped(example, example.id)


def _divided(part: str) -> tuple[str, ...]:
    # other white space, such as U+00A0, stands inside words
    return tuple(word for word in part.split(" ") if word)
