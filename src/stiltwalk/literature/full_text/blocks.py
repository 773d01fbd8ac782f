"""Blocks: the paragraphs and headings that a text is laid out from."""

from __future__ import annotations

from typing import NamedTuple


class Block(NamedTuple):
    """A paragraph, or a heading.

    Attributes:
        text: one line.
        heading: whether a section begins with it.
    """

    text: str
    heading: bool = False
