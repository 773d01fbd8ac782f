"""Files and folders that an option names, to be written; what stands against it, in words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stiltwalk.spec.errors import UserError


@contextmanager
def writing_to(place: Path, option: str) -> Iterator[None]:
    """While inside, ``place`` is written, which ``option`` named.

    Raises:
        UserError: it cannot be: its folder is not there, it is a folder itself, the disk is full.
    """
    try:
        yield
    except OSError as error:
        # a library's own words are long, and name its source
        why = os.strerror(error.errno) if error.errno else str(error)
        raise UserError(
            f"{option} {place}: it cannot be written: {why}. Name a place in a folder that is there and that "
            "you may write to."
        ) from None
