"""Words of others on a page: on one line, of bounded length, reading as their letters stand."""

from __future__ import annotations

from typing import Final

from stiltwalk.render.page.words import straight
from stiltwalk.render.tables.table import flat

MOST_LETTERS: Final = 600
"""Of a quote on a page; all of it is in a file beside it."""


def spoken(text: str) -> str:
    """``text`` on one line, without signs that would turn it around: it reads as its letters stand."""
    return flat(straight(text))


def quoted(text: str, most: int = MOST_LETTERS) -> str:
    """The same, of a long text the beginning, cut between words where it can be."""
    one = spoken(text)
    if len(one) <= most:
        return one
    head = one[:most]
    return f"{head.rsplit(' ', 1)[0] if ' ' in head[most // 2 :] else head}…"
