"""``aligned-lines``: two files with one sentence a line, of which equal lines mean the same (Tatoeba)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stiltwalk.data.files import read_lines
from stiltwalk.data.reader import Grouped
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Aligned
from stiltwalk.spec.task import Task


def read(_task: Task, language: str, paths: tuple[Path, ...]) -> Iterator[Grouped]:
    """Every pair, in file order; the id is ``LANGUAGE-LINE``, counting from 1.

    Sentences are stripped, as XTREME does. The official test set sorts the English side; scores do not
    depend on the order, since the gold pair travels with the example.

    Args:
        _task: not needed.
        language: of the first file.
        paths: the file in ``language`` and the English file, in this order.

    Raises:
        DataError: there are not exactly two files, they differ in length, or a sentence is empty.
    """
    if len(paths) != 2:
        names = ", ".join(path.name for path in paths) or "none"
        message = f"expected two files, one in '{language}' and one in English, found {names}."
        raise DataError(paths[0].parent if paths else "", None, message)
    foreign, english = (_sentences(path) for path in paths)
    if len(foreign) != len(english):
        shorter = paths[0] if len(foreign) < len(english) else paths[1]
        message = (
            f"expected as many lines in both files, found {len(foreign):,} in {paths[0].name} and "
            f"{len(english):,} in {paths[1].name}. The shorter one is cut short: fetch both again."
        )
        raise DataError(shorter, None, message)
    for line, (text, meaning) in enumerate(zip(foreign, english, strict=True), start=1):
        example = Aligned(id=f"{language}-{line}", text=text, english=meaning)
        yield Grouped(example, example.id)


def _sentences(path: Path) -> list[str]:
    sentences = [line.strip() for line in read_lines(path)]
    if "" in sentences:
        message = (
            "expected a sentence, found an empty line. Remove the line from both files, or fetch them again."
        )
        raise DataError(path, sentences.index("") + 1, message)
    return sentences
