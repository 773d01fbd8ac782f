"""A disk that is full, or may not be written, in words that say what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stiltwalk.spec.errors import UserError

FULL = (errno.ENOSPC, errno.EDQUOT)
_CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)


class DiskError(UserError):
    """What was to be written could not be; all that was there before is as it was."""


def explained(error: OSError, place: Path | str) -> DiskError | None:
    """``error`` in one line, if it says that ``place`` is full or may not be written; else ``None``."""
    if error.errno in FULL:
        return DiskError(
            f"No space is left on the disk that holds {place}. All that was finished is kept: make room "
            "there ('stiltwalk store gc' drops what no study needs, -o keep=intermediate models that were "
            "predicted with) and run the same command again."
        )
    if error.errno in _CLOSED:
        return DiskError(
            f"{place} cannot be written: {error.strerror}. What is in it can be read ('plan', 'status', "
            "'results'); to run steps, give --store a folder that you may write to."
        )
    return None


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """While inside, a full or closed disk is told of in words.

    Raises:
        DiskError: the disk that holds ``place`` is full, or may not be written.
    """
    try:
        yield
    except OSError as error:
        said = explained(error, place)
        if said is None:
            raise
        raise said from error
