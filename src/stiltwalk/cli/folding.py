"""Messages for people on a terminal: folded at words to its width. Loads nothing, for help comes at once."""

from __future__ import annotations

import os
import textwrap
from typing import TextIO


def terminal_width(stream: TextIO) -> int | None:
    """Columns of the terminal that ``stream`` is; ``None``: it is none. ``COLUMNS`` goes first."""
    if not stream.isatty():
        return None
    said = os.environ.get("COLUMNS", "")
    if said.isdigit() and int(said):
        return int(said)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80


def folded(message: str, stream: TextIO) -> str:
    """``message`` as it is to be printed to ``stream``: on a terminal no line is longer than it is.

    A word that is longer stays whole: it is mostly a path or an address.
    """
    width = terminal_width(stream)
    if width is None:
        return message
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False, replace_whitespace=False)
        for line in message.split("\n")
    )
