"""Putting files into a data folder: made aside, moved there whole, never half."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from stiltwalk.data.files import plain_name
from stiltwalk.spec.errors import UserError


@contextmanager
def workshop(root: Path) -> Iterator[Path]:
    """An empty folder inside the data folder, which is made if need be; gone afterwards, whatever happens.

    Raises:
        UserError: the data folder cannot be written to, now or within the block.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".stiltwalk-", dir=root) as aside:
            yield Path(aside)
    except OSError as error:
        if error.filename is not None and not Path(os.fsdecode(error.filename)).is_relative_to(root):
            raise
        why = error.strerror or type(error).__name__
        message = (
            f"The data folder {root} cannot be written to: {why}. Make room, or name another with --data-dir."
        )
        raise UserError(message) from None


def put(draft: Path, final: Path) -> None:
    """Move the file ``draft`` to ``final``, in one step: a reader sees the old file or the new one.

    A gzipped file takes the place of a plain one, which would be read before it.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    with draft.open("rb") as stream:
        os.fsync(stream.fileno())
    draft.replace(final)
    plain = final.with_name(plain_name(final))
    if plain != final:
        plain.unlink(missing_ok=True)
