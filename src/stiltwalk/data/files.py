"""The files of a task: found by pattern, opened gzipped or not, identified by their content."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path

from stiltwalk.spec.errors import DataError, UserError
from stiltwalk.spec.task import SplitName, Task

_GZIP = ".gz"


def plain_name(path: Path) -> str:
    """The file's name as patterns and example ids write it: without ``.gz``."""
    return path.name.removesuffix(_GZIP)


def stored(path: Path) -> Path | None:
    """``path`` if it is a file, else ``path`` with ``.gz`` if that is one, else ``None``."""
    for candidate in (path, path.with_name(path.name + _GZIP)):
        if candidate.is_file():
            return candidate
    return None


@contextmanager
def opened(path: Path) -> Iterator[BufferedIOBase]:
    """The file's unpacked bytes, to be read from any place in it.

    Raises:
        DataError: the file is missing, unreadable or, if gzipped, cut short or damaged; raised within the
            block, whenever its bytes are read.
    """
    gzipped = path.suffix == _GZIP
    cut = DataError(path, None, "the gzipped file is cut short: its end marker is missing. Fetch it again.")
    # gzip takes an empty file for a sound one
    if gzipped and path.is_file() and path.stat().st_size == 0:
        raise cut
    try:
        with gzip.open(path) if gzipped else path.open("rb") as file:
            yield file
    except EOFError:
        raise cut from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(path, None, f"not a sound gzip file ({error}). Fetch it again.") from None
    except FileNotFoundError:
        message = "no such file. Put it there, or name another folder with --data-dir."
        raise DataError(path, None, message) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror}. Check that it is a file you may read."
        raise DataError(path, None, message) from None


def read_bytes(path: Path) -> bytes:
    """The file's content, unpacked if it is gzipped.

    Raises:
        DataError: the file is missing, unreadable or, if gzipped, cut short or damaged.
    """
    with opened(path) as file:
        return file.read()


def read_text(path: Path) -> str:
    r"""The file's text, without a byte order mark.

    Line ends are left as they are: ``read_lines`` splits at ``\n`` alone.

    Raises:
        DataError: as ``read_bytes``; or the content is not UTF-8, with the line and the byte.
    """
    content = read_bytes(path)
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = (
            f"expected UTF-8, found the byte 0x{content[error.start]:02x} at offset {error.start}. "
            "Fetch the file again, or save it as UTF-8."
        )
        raise DataError(path, line, message) from None


def read_lines(path: Path) -> list[str]:
    r"""The file's lines, ended by ``\n`` or ``\r\n`` only.

    ``str.splitlines`` would also split at characters such as U+2028 that stand inside sentences.

    Raises:
        DataError: as ``read_text``.
    """
    lines = read_text(path).split("\n")
    if not lines[-1]:  # what follows the last line end is no line
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def stream_lines(path: Path) -> Iterator[tuple[int, str]]:
    r"""The file's lines as ``read_lines`` gives them, with their numbers from 1, never all of them in memory.

    Raises:
        DataError: as ``read_text``, when the line is reached.
    """
    with opened(path) as file:
        for number, content in enumerate(file, start=1):
            try:
                line = content.decode("utf-8")
            except UnicodeDecodeError as error:
                message = (
                    f"expected UTF-8, found the byte 0x{content[error.start]:02x} at byte {error.start} of "
                    "the line. Fetch the file again, or save it as UTF-8."
                )
                raise DataError(path, number, message) from None
            if number == 1:
                line = line.removeprefix("\ufeff")
            if line:  # a file of nothing but a byte order mark has no line
                yield number, line.removesuffix("\n").removesuffix("\r")


def content_sha256(path: Path) -> str:
    """SHA-256 (hex) of the file's unpacked content, so that gzipping a file changes nothing.

    Raises:
        DataError: as ``read_bytes``.
    """
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def matches(task: Task, split: SplitName, language: str, root: Path | None) -> dict[str, tuple[Path, ...]]:
    """The files below ``root`` that each of the split's patterns meets, in the order of their names.

    Of several sets of patterns the first is taken that meets any file, else the main one.

    Names are compared without folders and ``.gz``: XTREME pools treebanks in the order of file names.
    Where a file lies there plain and gzipped, the plain one is taken.

    Raises:
        UserError: no data folder was named.
    """
    folder = data_folder(task, root)
    sets = [
        {pattern: _glob(folder, pattern) for pattern in patterns}
        for patterns in task.pattern_sets(split, language)
    ]
    return next((found for found in sets if any(found.values())), sets[0])


def own_folder(task: Task, root: Path | None) -> Path | None:
    """Where the task's paths start from: its own folder, else the data folder, if one was named."""
    return root if task.folder is None else Path(task.folder)


def data_folder(task: Task, root: Path | None) -> Path:
    """The folder that the task's paths start from, of which there must be one.

    Raises:
        UserError: no data folder was named, though the task is read from files below it.
    """
    root = own_folder(task, root)
    if root is None:
        raise UserError(
            f"Where are the original data files of '{task.name}'? Give --data-dir DIR, or set "
            "STILTWALK_DATA. 'stiltwalk data ls' says which files each task needs. Tasks whose names begin "
            "with 'pocket-' need none."
        )
    return root


def locate(task: Task, split: SplitName, language: str, root: Path | None) -> tuple[Path, ...]:
    """All files of a split in one language, pattern by pattern; none if no pattern meets a file.

    Args:
        task: the task's record.
        split: which split.
        language: its code; whether the split has it is the caller's business.
        root: the data folder, which need not exist.

    Raises:
        UserError: no data folder was named.
        DataError: one pattern meets a file and another meets none.
    """
    folder = data_folder(task, root)
    found = matches(task, split, language, folder)
    missing = [pattern for pattern, paths in found.items() if not paths]
    if len(missing) == len(found):
        return ()
    if missing:
        there = ", ".join(pattern for pattern, paths in found.items() if paths)
        message = (
            f"no such file (nor {plain_name(folder / missing[0])}{_GZIP}), though {there} is there and they "
            "belong together. Put the missing file beside it, or remove the other."
        )
        raise DataError(folder / missing[0], None, message)
    return tuple(path for paths in found.values() for path in paths)


def _glob(root: Path, pattern: str) -> tuple[Path, ...]:
    if (whole := Path(pattern)).is_absolute():  # a glob's pattern may not be
        root, pattern = Path(whole.anchor), str(whole.relative_to(whole.anchor))
    by_name: dict[tuple[str, Path], Path] = {}
    for path in [*root.glob(pattern + _GZIP), *root.glob(pattern)]:  # plain last: it replaces the gzipped
        if path.is_file():
            by_name[plain_name(path), path.parent] = path
    return tuple(by_name[key] for key in sorted(by_name))
