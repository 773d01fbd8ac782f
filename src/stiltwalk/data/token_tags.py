"""``token-tags``: a word and its tag a line, a blank line between sentences.

PAN-X and MasakhaNER have two columns, divided by a tab or a space. Universal NER (``.iob2``) has more,
divided by tabs: the word's number, the word, its tag, and what is not read; comments begin with ``#``.
Tags are taken as they stand: an ``I-`` that follows nothing of its type is legal, for the files have some.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from stiltwalk.data.files import plain_name, read_lines
from stiltwalk.data.labels import read_tag
from stiltwalk.data.reader import Grouped
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Tagged
from stiltwalk.spec.task import Task

_NUMBERED = ".iob2"


class _Line(NamedTuple):
    """A word and its tag, as they stand in line ``at``."""

    at: int
    word: str
    tag: str


def read(task: Task, language: str, paths: tuple[Path, ...]) -> Iterator[Grouped]:
    """Every sentence, in the order of the files; the id is ``FILE:SENTENCE``, counting from 1.

    Words are stripped. If the file's first word begins with the language's code and a colon, as in PAN-X,
    the words have lost that prefix.

    Args:
        task: gives the label set, and what else stands in the files for a label.
        language: of the files.
        paths: the files.

    Raises:
        DataError: a line has not the columns, or a tag is not in the label set.
    """
    for path in paths:
        name = plain_name(path)
        prefix = None
        for number, sentence in enumerate(_sentences(path, numbered=name.endswith(_NUMBERED)), start=1):
            if prefix is None:
                code = f"{language}:"
                prefix = code if sentence[0].word.startswith(code) else ""
            example = Tagged(
                id=f"{name}:{number}",
                words=tuple(line.word.removeprefix(prefix).strip() for line in sentence),
                tags=tuple(read_tag(line.tag, task, path, line.at) for line in sentence),
            )
            yield Grouped(example, example.id)


def _sentences(path: Path, *, numbered: bool) -> Iterator[list[_Line]]:
    """The lines of each sentence, of which there is at least one; the last may lack its blank line."""
    sentence: list[_Line] = []
    for at, line in enumerate(read_lines(path), start=1):
        if numbered and line.startswith("#"):
            continue
        if line.strip():
            sentence.append(_numbered(path, at, line) if numbered else _plain(path, at, line))
        elif sentence:
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def _numbered(path: Path, at: int, line: str) -> _Line:
    columns = line.split("\t")
    if len(columns) < 3 or not columns[1].strip():
        message = (
            f"expected the word's number, the word and its tag, divided by tabs, found {len(columns)} columns"
        )
        raise DataError(path, at, message + f" ({line!r}). Fetch the file again, or mend the line.")
    return _Line(at, columns[1].strip(), columns[2].strip())


def _plain(path: Path, at: int, line: str) -> _Line:
    columns = [part.strip() for part in line.split("\t" if "\t" in line else " ")]
    if len(columns) != 2 or not all(columns):
        message = f"expected a word and its tag, divided by a tab or a space, found {line!r}. "
        raise DataError(path, at, message + "Fetch the file again, or mend the line.")
    return _Line(at, columns[0], columns[1])
